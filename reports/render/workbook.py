"""A report as an Excel workbook: the sentences, one sheet a table, native charts beside them, and the definitions.

Texts are written as texts, so that nothing of a table is ever run as a formula. Sums under a list are formulas of ours,
with their value, where adding up the cells gives just that value.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from math import ceil
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from corpora.frames import empty
from matcher.policy.words import FLAG_NAMES
from reports.charts.chart import FLAG_COLOURS
from reports.content import HIDDEN, Document, Paragraph, Table, clean
from reports.words import word

FORMATS = {"count": "0", "year": "0", "persons": "0.00", "rate": "0.00%", "signed": "+0;-0;0", "text": "@"}
LONGEST_CELL = 32_000
SUMMARY_WIDTH = 76
FIRST_ROW = 3
BARS_SHOWN = 25
INK, PALE, BARS = "#1D2733", "#E8EEF4", ("#9DC3E0", "#0B4F8A", "#C99700")


def xlsx(document: Document) -> bytes:
    """The whole file."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
    )
    written = datetime.fromisoformat(document.day)
    book.set_properties({"title": clean(document.title), "author": "duikou", "created": written})
    writer = _Writer(book, document)
    writer.summary()
    for table in document.tables():
        writer.table(table)
    writer.definitions()
    book.close()
    return stream.getvalue()


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Any, document: Document) -> None:
        self.book, self.document = book, document
        self.captions = document.captions()
        face = {"font_name": "等线" if document.language == "zh" else "Calibri", "font_size": 10, "font_color": INK}
        self.plain = {**face, "valign": "top", "text_wrap": True, "border": 1, "border_color": "#D9DEE4"}
        self.head = book.add_format({**self.plain, "bold": True, "bg_color": PALE, "valign": "vcenter"})
        self.title = book.add_format({**face, "bold": True, "font_size": 14})
        self.heading = book.add_format({**face, "bold": True, "font_size": 12, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({**face, "text_wrap": True, "valign": "top"})
        self.note = book.add_format({**face, "font_color": "#55606D", "text_wrap": True, "valign": "top"})
        # Wrapped in the first column it would be a tower.
        self.note_line = book.add_format({**face, "font_color": "#55606D", "font_size": 9})
        self.marked = book.add_format({**face, "text_wrap": True, "valign": "top", "bg_color": "#FFF7DF"})
        self.cells = {
            (kind, role): book.add_format(self._cell(kind, role))
            for kind in FORMATS
            for role in ("body", "group", "total")
        }
        self.flags = {
            flag: book.add_format({"font_color": colour, "bold": True}) for flag, colour in FLAG_COLOURS.items()
        }
        self.low = book.add_format({"bg_color": "#F8DCCB"})
        self.sheet_names: dict[str, str] = {}

    def summary(self) -> None:
        """The cover, the sentences chapter by chapter, and links to the sheets."""
        sheet = self._sheet(word("sheet_summary", self.document.language))
        sheet.set_column(0, 0, SUMMARY_WIDTH)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, clean(self.document.title), self.title)
        row = 1
        for line in self.document.subtitle:
            sheet.write_string(row, 0, clean(line), self.note)
            row += 1
        if self.document.label:
            _line(sheet, row, self.document.label, self.marked, 15)
            row += 1
        names = self._names()
        for section in self.document.sections:
            row += section.level == 1
            _line(sheet, row, section.title, self.heading, 16)
            row += 1
            for block in section.blocks:
                if isinstance(block, Paragraph):
                    style = {"note": self.note, "warning": self.marked}.get(block.role, self.text)
                    _line(sheet, row, block.text, style, 15)
                    row += 1
                elif isinstance(block, Table):
                    sheet.write_url(
                        row, 0, f"internal:'{names[block.key]}'!A1", string=clean(self.captions[block.key])[:250]
                    )
                    row += 1

    def table(self, table: Table) -> None:
        """One list on its sheet."""
        sheet = self._sheet(self._names()[table.key])
        last = FIRST_ROW + len(table.rows) - 1
        sheet.write_string(0, 0, clean(self.captions[table.key]), self.title)
        sheet.write_string(1, 0, clean(self.document.note_under(table)), self.note_line)
        for place, column in enumerate(table.columns):
            sheet.write_string(FIRST_ROW - 1, place, clean(column.head), self.head)
            sheet.set_column(place, place, _width(table, place))
        start = FIRST_ROW
        for number, row in enumerate(table.rows, FIRST_ROW):
            if row.role == "group":
                start = number + 1
            for place, column in enumerate(table.columns):
                style = self.cells[column.kind, row.role]
                value = row.values[place]
                if row.role == "total" and _adds_up(table, place, start - FIRST_ROW, number - FIRST_ROW):
                    letter = xl_col_to_name(place)
                    formula = f"=SUM({letter}{start + 1}:{letter}{number})"
                    sheet.write_formula(number, place, formula, style, float(value))
                else:
                    _write(sheet, number, place, value, column.kind, style)
        sheet.freeze_panes(FIRST_ROW, 1)
        body = max(last - _totals(table), FIRST_ROW - 1)
        if not any(row.role == "group" for row in table.rows):
            sheet.autofilter(FIRST_ROW - 1, 0, body, len(table.columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(FIRST_ROW - 1)
        sheet.set_footer("&C— &P —")
        self._colours(sheet, table, body)
        self._bars(sheet, table, body)

    def definitions(self) -> None:
        """What the terms mean."""
        sheet = self._sheet(word("definitions", self.document.language))
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 100)
        style = self.cells["text", "body"]
        for row, (term, meaning) in enumerate(self.document.definitions):
            sheet.write_string(row, 0, clean(term), self.head)
            sheet.write_string(row, 1, clean(meaning), style)

    def _cell(self, kind: str, role: str) -> Mapping[str, Any]:
        wanted = {**self.plain, "num_format": FORMATS[kind]}
        if kind != "text":
            wanted["align"] = "right"
        if role != "body":
            wanted |= {"bold": True, "bg_color": "#F4F6F8" if role == "total" else PALE}
        return wanted

    def _names(self) -> dict[str, str]:
        """Key of a table -> the name of its sheet: at most 31 characters, none of those Excel forbids, none twice."""
        if not self.sheet_names:
            for number, table in enumerate(self.document.tables(), 1):
                bare = re.sub(r"[\[\]:*?/\\']", " ", clean(table.sheet)).strip()
                self.sheet_names[table.key] = f"{number} {bare}"[:31].rstrip()
        return self.sheet_names

    def _sheet(self, name: str) -> Any:
        return self.book.add_worksheet(name)

    def _colours(self, sheet: Any, table: Table, last: int) -> None:
        """Flags in their colours, and rates below the limit of a surplus marked."""
        if last < FIRST_ROW:
            return
        for place, column in enumerate(table.columns):
            area = (FIRST_ROW, place, last, place)
            if column.key == "flag":
                for flag, style in self.flags.items():
                    name = FLAG_NAMES[flag][self.document.language]
                    sheet.conditional_format(
                        *area, {"type": "cell", "criteria": "==", "value": f'"{name}"', "format": style}
                    )
            elif column.key in ("rate", "rate_present", "rate_after"):
                sheet.conditional_format(
                    *area,
                    {
                        "type": "formula",
                        "criteria": f"=AND(ISNUMBER({_top(place)}),{_top(place)}<0.7)",
                        "format": self.low,
                    },
                )
            elif column.key in ("points", "unfilled", "change"):
                sheet.conditional_format(
                    *area,
                    {"type": "data_bar", "bar_color": "#9DC3E0", "bar_solid": True, "bar_negative_color": "#E9A06C"},
                )

    def _bars(self, sheet: Any, table: Table, last: int) -> None:
        """A native chart of the columns that the table names, over its first column."""
        if not table.bars or last < FIRST_ROW:
            return
        shown = min(last, FIRST_ROW + BARS_SHOWN - 1)
        chart = self.book.add_chart({"type": "bar"})
        for key, colour in zip(table.bars, BARS, strict=False):
            place = next(i for i, column in enumerate(table.columns) if column.key == key)
            chart.add_series(
                {
                    "name": [sheet.get_name(), FIRST_ROW - 1, place],
                    "categories": [sheet.get_name(), FIRST_ROW, 0, shown, 0],
                    "values": [sheet.get_name(), FIRST_ROW, place, shown, place],
                    "fill": {"color": colour},
                    "gap": 60,
                }
            )
        chart.set_title({"name": clean(table.caption), "name_font": {"size": 11}})
        # The upright axis of a bar chart is that of the categories: read from above, like the list.
        chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
        chart.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": "#E9ECEF"}}, "num_font": {"size": 9}})
        chart.set_legend({"position": "bottom"} if len(table.bars) > 1 else {"none": True})
        chart.set_size({"width": 560, "height": 140 + 24 * (shown - FIRST_ROW + 1)})
        sheet.insert_chart(FIRST_ROW - 1, len(table.columns) + 1, chart, {"description": clean(table.caption)})


def _write(sheet: Any, row: int, place: int, value: Any, kind: str, style: Any) -> None:
    if value is HIDDEN:
        sheet.write_string(row, place, str(HIDDEN.value), style)
    elif empty(value) or value == "":
        sheet.write_blank(row, place, None, style)
    elif kind == "text":
        sheet.write_string(row, place, clean(value)[:LONGEST_CELL], style)
    else:
        sheet.write_number(row, place, float(value), style)


def _adds_up(table: Table, place: int, start: int, end: int) -> bool:
    """Whether a total is the sum of the cells above it, to the last digit."""
    value = table.rows[end].values[place]
    if table.columns[place].kind not in ("count", "persons") or value is HIDDEN or empty(value):
        return False
    above = [row.values[place] for row in table.rows[start:end]]
    if any(v is HIDDEN for v in above):
        return False
    return sum((Decimal(str(v)) for v in above if not empty(v)), Decimal(0)) == Decimal(str(value))


def _totals(table: Table) -> int:
    """How many rows at the end are sums."""
    return 1 if table.rows and table.rows[-1].role == "total" else 0


def _line(sheet: Any, row: int, text: str, style: Any, height: float) -> None:
    """A sentence of the summary in a row high enough for it: not every program fits rows when it opens a file."""
    shown = clean(text)
    units = sum(2 if character > "\u2e7f" else 1 for character in shown)
    sheet.set_row(row, height * max(1, ceil(units / SUMMARY_WIDTH)))
    sheet.write_string(row, 0, shown, style)


def _width(table: Table, place: int) -> float:
    """Wide enough for most of the cells; a Chinese character counts as two."""
    texts = [table.columns[place].head, *(texts[place] for texts in table.texts()[:200])]
    longest = sorted(sum(2 if ord(c) > 0x2E7F else 1 for c in text) for text in texts)[int(0.95 * (len(texts) - 1))]
    return float(min(max(longest + 2, 9), 60))


def _top(place: int) -> str:
    return f"{xl_col_to_name(place)}{FIRST_ROW + 1}"
