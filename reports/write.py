"""One report, four forms: `write_report(result, "报告.docx")`."""

import re
from pathlib import Path

from corpora.faults import Unusable
from matcher.assessment import Assessment
from reports.annual import annual_report
from reports.content import Document, Edition

FORMATS = ("docx", "xlsx", "pdf", "html")


class UnknownFormat(Unusable):
    """A form that reports do not have."""

    def __init__(self, name: str) -> None:
        known = ", ".join(FORMATS)
        super().__init__(f"没有 {name} 格式的报告；可用：{known}", f"no report in the form {name!r}; there are {known}")


def write_report(
    assessment: Assessment,
    file: str | Path,
    *,
    language: str = "zh",
    edition: Edition = "public",
    earlier: Assessment | None = None,
    template: str | Path | None = None,
) -> Path:
    """Writes the annual report of an assessment; the suffix says in which form.

    Args:
        file: ends in .docx, .xlsx, .pdf or .html.
        language: zh or en.
        edition: public, or internal with institutions and certainties.
        earlier: last year's assessment.
        template: an office's own Word template with the fields of the product's.

    Raises:
        UnknownFormat: another suffix.
        reports.fonts.NoFont: a PDF, and no face for Chinese characters on this machine.
    """
    path = Path(file)
    content = rendered(annual_report(assessment, edition, language, earlier), path.suffix.lower().lstrip("."), template)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def plain_name(name: str) -> str:
    """A name as part of a file's name."""
    return re.sub(r'[<>:"/\\|?*\s\x00-\x1f]+', "_", name)[:80]


def rendered(document: Document, form: str, template: str | Path | None = None) -> bytes:
    """A document in one of FORMATS.

    Raises:
        UnknownFormat: another form.
    """
    if form == "docx":
        from reports.render.word import docx

        return docx(document, Path(template) if template else None)
    if form == "xlsx":
        from reports.render.workbook import xlsx

        return xlsx(document)
    if form == "pdf":
        from reports.render.pdf import pdf

        return pdf(document)
    if form == "html":
        from reports.render.web import html

        return html(document).encode("utf-8")
    raise UnknownFormat(form)
