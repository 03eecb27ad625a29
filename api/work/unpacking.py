"""Whether a file stays within bounds once it is unpacked, found out before anything holds it in memory.

Workbooks are zip files: a small one can unpack to gigabytes, and one far-off cell makes a reader allocate everything up to it.
"""

import re
import zipfile
from pathlib import Path

import pyarrow.parquet as pq

from corpora.faults import Unusable

CHUNK = 1 << 20
MOST_ENTRIES = 5_000
MOST_CELLS = 30_000_000
_ZIPPED = (".xlsx", ".xlsm")
# The place of a row or a cell: r="12" or r="AB12".
_PLACE = re.compile(rb'\br="([A-Z]{0,3})([0-9]{1,7})"')


class TooLarge(Unusable):
    """A file that unpacks to more than is accepted."""


def check_unpacked(file: Path, most_bytes: int, most_rows: int) -> None:
    """Reads through a file once, a piece at a time. What is no sound file passes: reading it says so in better words.

    Raises:
        TooLarge: more bytes, rows or cells than accepted.
    """
    try:
        if file.suffix.lower() in _ZIPPED and zipfile.is_zipfile(file):
            _check_workbook(file, most_bytes)
        elif file.suffix.lower() == ".parquet":
            _check_parquet(file, most_bytes, most_rows)
    except TooLarge:
        raise
    except Exception:
        return


def _check_workbook(file: Path, most_bytes: int) -> None:
    seen = 0
    with zipfile.ZipFile(file) as book:
        if len(book.infolist()) > MOST_ENTRIES:
            raise TooLarge(
                "工作簿内的文件过多；请另存为新的 XLSX", "the workbook holds too many files; save it as a new XLSX"
            )
        for entry in book.infolist():
            rows = columns = 0
            tail = b""
            with book.open(entry) as stream:
                while piece := stream.read(CHUNK):
                    seen += len(piece)
                    if seen > most_bytes:
                        raise _too_many_bytes(most_bytes)
                    if not entry.filename.startswith("xl/worksheets/"):
                        continue
                    text = tail + piece
                    for letters, digits in _PLACE.findall(text):
                        rows, columns = max(rows, int(digits)), max(columns, _column(letters))
                    tail = text[-16:]
            if rows * columns > MOST_CELLS:
                raise TooLarge(
                    f"工作表范围达 {rows} 行 × {columns} 列；请删除表格之外的零散单元格，或另存为 CSV",
                    f"a sheet spans {rows} rows x {columns} columns; remove stray cells beyond the table, or save it as CSV",
                )


def _check_parquet(file: Path, most_bytes: int, most_rows: int) -> None:
    known = pq.ParquetFile(file).metadata
    if known.num_rows > most_rows:
        raise too_many_rows(most_rows)
    if sum(known.row_group(i).total_byte_size for i in range(known.num_row_groups)) > most_bytes:
        raise _too_many_bytes(most_bytes)


def too_many_rows(most: int) -> TooLarge:
    return TooLarge(f"超过 {most} 行；请分成几个文件上传", f"more than {most} rows; upload it in several files")


def _too_many_bytes(most: int) -> TooLarge:
    mb = most >> 20
    return TooLarge(
        f"解压后超过 {mb} MB；请另存为 CSV，或分成几个文件",
        f"more than {mb} MB once unpacked; save it as CSV, or split it",
    )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return max(number, 1)
