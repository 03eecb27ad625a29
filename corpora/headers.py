"""Which row of a sheet is the header, and which column of the contract each of its cells names."""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from corpora.cells import as_text, clean_text, plain
from corpora.tables import Table

SEARCHED_ROWS: Final = 10
_BRACKETS: Final = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")


@dataclass(frozen=True)
class Header:
    """The header of a sheet.

    Attributes:
        last_row: its index among the rows of the sheet, the lower one where it takes two rows.
        labels: the header as its owner sees it, one entry a column of the sheet.
        names: column of the contract by position; positions of unknown columns are absent.
    """

    last_row: int
    labels: tuple[str, ...]
    names: Mapping[int, str]

    def position(self, name: str) -> int | None:
        return next((index for index, known in self.names.items() if known == name), None)

    def twice(self) -> list[tuple[str, list[str]]]:
        """Columns of the contract that several columns of the sheet name, with their labels."""
        labels: dict[str, list[str]] = {}
        for index, name in self.names.items():
            labels.setdefault(name, []).append(self.labels[index])
        return [(name, found) for name, found in labels.items() if len(found) > 1]


def recognise(table: Table, label: str) -> str | None:
    """The column that a header cell names; remarks in brackets, such as units, do not count."""
    known = table.spellings
    return known.get(plain(label)) or known.get(plain(_BRACKETS.sub("", label)))


def nearest(table: Table, label: str, taken: Collection[str] = ()) -> str | None:
    """The known header most like an unknown one, as templates spell it; columns already found are not offered."""
    known = {word: name for word, name in table.spellings.items() if name not in taken}
    close = difflib.get_close_matches(plain(_BRACKETS.sub("", label)), known, n=1, cutoff=0.5)
    return table[known[close[0]]].zh if close else None


def locate(table: Table, rows: Sequence[Sequence[Any]]) -> Header | None:
    """The header within the first rows: the row, or two rows, naming most columns of the table.

    A lower row refines the upper one where every cell of it is understood, alone or together with the cell above
    (招聘人数 over 下限 and 上限); otherwise it is a row of data.
    """
    best: tuple[int, Header] | None = None
    head = [[clean_text(as_text(cell)) for cell in row] for row in rows[:SEARCHED_ROWS]]
    for index, row in enumerate(head):
        candidates: list[Header | None] = [_single(table, index, row)]
        if index:
            candidates.append(_double(table, index, head[index - 1], row))
        for header in candidates:
            known = len(set(header.names.values())) if header else 0
            filled = sum(bool(label) for label in header.labels) if header else 0
            if header and (known >= 2 or known == filled == 1) and (best is None or known > best[0]):
                best = known, header
    return best[1] if best else None


def _single(table: Table, index: int, row: list[str]) -> Header:
    found = {position: recognise(table, label) for position, label in enumerate(row) if label}
    return Header(index, tuple(row), {position: name for position, name in found.items() if name})


def _double(table: Table, index: int, upper: list[str], lower: list[str]) -> Header | None:
    width = max(len(upper), len(lower))
    upper = upper + [""] * (width - len(upper))
    lower = lower + [""] * (width - len(lower))
    labels, names, group = [], {}, ""
    for position, (above, below) in enumerate(zip(upper, lower, strict=True)):
        group = above or (group if below else "")  # a merged cell stands over the columns to its right
        if not below or below == above:
            label, name = above, recognise(table, above) if above else None
        else:
            label = f"{group}{below}"
            name = recognise(table, label) or recognise(table, below)
            if name is None and above and recognise(table, above):
                return None
        labels.append(label)
        if name:
            names[position] = name
    return Header(index, tuple(labels), names)
