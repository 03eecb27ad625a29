"""Cells of a workbook that hold no value: failed formulas, and formulas whose result was never saved.

The library that reads workbooks gives both as empty cells, and an empty cell is a figure that nobody reported.
"""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any, Final
from xml.etree import ElementTree

from corpora.cells import Uncomputed

_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"


def faulty_cells(data: bytes) -> dict[str, dict[tuple[int, int], Any]]:
    """Worksheet -> (row, column), both from 0 -> the error as it is shown, such as #N/A, or `Uncomputed`.

    Args:
        data: an XLSX or XLSM file; of any other, and of one that is damaged, nothing is said.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return {name: dict(_faulty(book.read(part))) for name, part in _parts(book)}
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, OSError, ValueError):
        return {}


def _parts(book: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """(worksheet, name of its file in the archive)."""
    targets = {r.get("Id"): r.get("Target", "") for r in ElementTree.fromstring(book.read(_RELATIONS))}
    held = set(book.namelist())
    for sheet in ElementTree.fromstring(book.read(_WORKBOOK)).iter():
        if _tag(sheet) != "sheet":
            continue
        relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
        # A target begins at the archive's root or beside the workbook.
        part = posixpath.normpath(posixpath.join("/xl", targets.get(relation, ""))).lstrip("/")
        if part in held:
            yield sheet.get("name", ""), part


def _faulty(worksheet: bytes) -> Iterator[tuple[tuple[int, int], Any]]:
    # Most sheets have neither; reading the marks is far cheaper than reading the cells.
    if b't="e"' not in worksheet and b"t='e'" not in worksheet and b"f>" not in worksheet and b"<f" not in worksheet:
        return
    row = column = -1
    for event, element in ElementTree.iterparse(io.BytesIO(worksheet), ("start", "end")):
        tag = _tag(element)
        if tag == "row" and event == "start":
            row, column = int(element.get("r", row + 2)) - 1, -1
        elif tag == "row":
            element.clear()
        elif tag == "c" and event == "end":
            column = _column(element.get("r", "")) if element.get("r") else column + 1
            parts = {_tag(part): part.text or "" for part in element}
            if element.get("t") == "e":
                yield (row, column), parts.get("v") or "#ERROR!"
            elif "f" in parts and not parts.get("v") and element.get("t") != "str":
                # A formula that gives an empty text is marked as text.
                yield (row, column), Uncomputed()


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _column(reference: str) -> int:
    """B of B12 -> 1."""
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = number * 26 + ord(letter.upper()) - ord("A") + 1
    return number - 1
