"""Reads the tables and texts of a written report back out of its form, with other software than wrote it."""

import re
from collections import Counter
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import docx
import pypdf
from python_calamine import CalamineWorkbook

from reports.content import Document, Hidden, Table, shown

Rows = list[list[str]]


def docx_tables(content: bytes) -> list[Rows]:
    """Every table with its header."""
    file = docx.Document(BytesIO(content))
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in file.tables]


def html_tables(content: bytes) -> list[Rows]:
    """Every table with its header."""
    reader = _Tables()
    reader.feed(content.decode("utf-8"))
    return reader.tables


def xlsx_tables(content: bytes, document: Document) -> list[Rows]:
    """Every table's sheet as texts, the kinds of its columns being known."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    sheets = book.sheet_names[1:-1]
    found = []
    for name, table in zip(sheets, document.tables(), strict=True):
        head, *rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)[2:]
        columns = table.columns
        body = [[_cell(value, column.kind) for value, column in zip(row, columns, strict=False)] for row in rows]
        found.append([[str(text) for text in head[: len(columns)]], *body])
    return found


def _cell(value: Any, kind: Any) -> str:
    return str(value) if isinstance(value, str) and value == Hidden.HIDDEN.value else shown(value, kind)


def pdf_numbers(content: bytes) -> Counter[str]:
    """Every figure on the pages, with how often it stands there."""
    pages = pypdf.PdfReader(BytesIO(content)).pages
    return figures_in(" ".join(page.extract_text() for page in pages))


def figures_in(text: str) -> Counter[str]:
    """Numbers with decimals, percentages among them."""
    return Counter(re.findall(r"-?\d+\.\d+%?", text))


def expected(table: Table) -> Rows:
    """A table as every form has to show it."""
    return [[column.head for column in table.columns], *table.texts()]


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Rows] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.tables[-1][-1][-1] += data
