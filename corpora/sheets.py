"""Files -> sheets of raw cells; nothing is interpreted here beyond the file format."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import python_calamine

from corpora.cells import Merged
from corpora.decode import Undecodable, decode, delimiter
from corpora.issues import Words
from corpora.workbook_faults import faulty_cells

TEXT_FILES: Final = (".csv", ".tsv", ".txt")
WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls")
SUFFIXES: Final = (*TEXT_FILES, *WORKBOOKS, ".parquet")
GUIDE_SHEETS: Final = {"zh": "填写说明", "en": "Instructions"}  # of our own templates
_COMPOUND_FILE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Unreadable(Exception):
    """A file that gives no table; carries the code of the issue and its remedy."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.remedy = Words(zh, en)


@dataclass(frozen=True)
class Sheet:
    """Raw cells of one sheet.

    Attributes:
        source: file name.
        name: worksheet, None outside workbooks.
        cells: rows of cells as stored; the first row of the file is the first entry, rows may differ in length.
        width_is_fixed: rows cannot be longer than the header by a slip of a delimiter (all but text files).
        hidden: its owner does not see it when the workbook is opened.
    """

    source: str
    name: str | None
    cells: list[list[Any]]
    width_is_fixed: bool = True
    hidden: bool = False


def read_sheets(path: Path, source: str) -> tuple[list[Sheet], str]:
    """All sheets of a file, and the SHA-256 of its bytes.

    Raises:
        Unreadable: missing, empty, damaged, protected, or of a kind that is not read.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        known = "、".join(SUFFIXES), ", ".join(SUFFIXES)
        raise Unreadable("wrong_suffix", f"请另存为 {known[0]} 之一。", f"Save the table as one of {known[1]}.")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise Unreadable("not_found", "文件不存在；请核对路径。", "There is no such file; check the path.") from None
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise Unreadable("unreadable", f"文件打不开（{reason}）。", f"The file cannot be opened ({reason}).") from None
    if not data.strip():
        raise Unreadable("empty_file", "文件是空的；请重新导出。", "The file is empty; export it again.")
    if suffix in TEXT_FILES:
        sheets = [_text_sheet(data, source)]
    elif suffix in WORKBOOKS:
        sheets = list(_workbook_sheets(data, source, suffix))
    else:
        try:
            sheets = [frame_sheet(pd.read_parquet(io.BytesIO(data)), source)]
        except Exception as fault:
            raise Unreadable("unreadable", "不是完好的 Parquet 文件。", "This is no sound Parquet file.") from fault
    return sheets, hashlib.sha256(data).hexdigest()


def frame_sheet(frame: pd.DataFrame, source: str) -> Sheet:
    """A frame as a sheet: its header is row 1, so that its first row is row 2, as in a file saved from it."""
    cells = frame.astype(object).where(frame.notna(), None).values.tolist()
    return Sheet(source, None, [[str(name) for name in frame.columns], *cells])


def _text_sheet(data: bytes, source: str) -> Sheet:
    try:
        text = decode(data)
    except Undecodable:
        raise Unreadable(
            "encoding",
            "无法识别文字编码；请另存为“CSV UTF-8”。",
            "The encoding is not recognised; save it as CSV UTF-8.",
        ) from None
    records = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter(text), strict=True)
    cells: list[list[Any]] = []
    try:
        cells.extend(records)
    except csv.Error as fault:
        if "field limit" in str(fault):
            raise Unreadable(
                "huge_cell",
                f"第 {len(cells) + 1} 行附近有一格超过 {csv.field_size_limit()} 个字符；请核对引号，或缩短该格。",
                f"A cell near row {len(cells) + 1} has more than {csv.field_size_limit()} characters; mend the quotation "
                "marks or shorten it.",
            ) from None
        # A stray quotation mark would otherwise swallow every line up to the next one without a word.
        row = len(cells) + 1
        raise Unreadable(
            "quotes",
            f"第 {row} 行附近的双引号不成对，无法分列；请改正引号，或另存为 XLSX。",
            f"Quotation marks do not pair near row {row}, so columns cannot be told; mend them or save as XLSX.",
        ) from None
    return Sheet(source, None, cells, width_is_fixed=False)


def _workbook_sheets(data: bytes, source: str, suffix: str) -> Iterable[Sheet]:
    # A protected workbook is an encrypted stream in the container of the old .xls format.
    protected = data.startswith(_COMPOUND_FILE) and (suffix != ".xls" or "EncryptedPackage".encode("utf-16le") in data)
    locked = Unreadable(
        "password",
        "工作簿有密码或已加密；请去除密码后另存。",
        "The workbook is protected by a password; save it without.",
    )
    if protected:
        raise locked
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            faulty = faulty_cells(data)
            for known in book.sheets_metadata:
                try:
                    sheet = book.get_sheet_by_name(known.name)
                except python_calamine.WorksheetNotFound:
                    continue  # a sheet that holds a chart only
                hidden = known.visible != python_calamine.SheetVisibleEnum.Visible
                cells = _with_faults(_spread(sheet), faulty.get(known.name, {}))
                yield Sheet(source, known.name, cells, hidden=hidden)
    except python_calamine.PasswordError:
        raise locked from None
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError) as fault:
        raise Unreadable(
            "unreadable",
            "不是完好的 Excel 工作簿；请用 Excel 打开后另存为 XLSX。",
            "This is no sound workbook; save it as XLSX.",
        ) from fault


def _spread(sheet: python_calamine.CalamineSheet) -> list[list[Any]]:
    """Cells of a worksheet; a value merged over several rows stands in each of them, marked as merged."""
    cells: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom > top and top < len(cells) and left < len(cells[top]) and cells[top][left] != "":
            value = cells[top][left]
            for row in cells[top : bottom + 1]:
                row[left] = Merged(value)
    return cells


def _with_faults(cells: list[list[Any]], faulty: Mapping[tuple[int, int], Any]) -> list[list[Any]]:
    for (row, column), shown in faulty.items():
        cells += [[] for _ in range(row + 1 - len(cells))]
        cells[row] += [""] * (column + 1 - len(cells[row]))
        if cells[row][column] in ("", None):
            cells[row][column] = shown
    return cells
