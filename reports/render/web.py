"""A report as one HTML file: opens offline, prints well, needs nothing beside itself."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.content import Document, Figure, Paragraph, Table
from reports.words import word


def html(document: Document) -> str:
    """The whole page."""
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    language = document.language
    return environment.get_template("report.html.j2").render(
        document=document,
        captions=document.captions(),
        kind_of=lambda block: {Table: "table", Figure: "figure", Paragraph: "paragraph"}[type(block)],
        right=lambda column: column.kind != "text",
        contents=word("contents", language),
        definitions=word("definitions", language),
    )
