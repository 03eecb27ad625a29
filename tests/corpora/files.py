"""Writers of the messy files that the tests read."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

Rows = Sequence[Sequence[Any]]


def text_file(path: Path, rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


def workbook(
    path: Path,
    sheets: dict[str, Rows],
    merged: Sequence[tuple[str, int, int, int, int]] = (),
    hidden: Sequence[str] = (),
) -> Path:
    """Writes sheets of rows; `merged` names sheet, first row, first column, last row, last column from 0; some hidden."""
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for index, row in enumerate(rows):
            for position, cell in enumerate(row):
                if cell is not None:
                    sheet.write(index, position, cell)
        if name in hidden:
            sheet.hide()
        for where, top, left, bottom, right in merged:
            if where == name:
                sheet.merge_range(top, left, bottom, right, rows[top][left])
    book.close()
    return path
