"""Reading validated frames row by row, with empty cells spelled one way."""

import re
from collections import namedtuple
from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]\d+(?:\.\d+)?%?")


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows as named tuples."""
    # A whole column at a time: `itertuples` asks typed columns for one cell after another, which takes twice as long.
    columns = [frame.iloc[:, place].tolist() for place in range(frame.shape[1])]
    return map(_row_type(tuple(map(str, frame.columns)))._make, zip(*columns, strict=True))


def mappings(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as mappings, column -> cell."""
    columns = list(map(str, frame.columns))
    cells = (frame.iloc[:, place].tolist() for place in range(frame.shape[1]))
    return [dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True)]


@cache
def _row_type(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", columns, rename=True)


def rows_by(frame: pd.DataFrame, column: str) -> dict[str, list[Any]]:
    """The rows by what a column says, in the frame's order; reading a frame once is far cheaper than cutting it up."""
    found: dict[str, list[Any]] = {}
    place = frame.columns.get_loc(column)
    for row in rows(frame):
        found.setdefault(str(row[place]), []).append(row)
    return found


def empty(value: Any) -> bool:
    """Whether a cell holds nothing."""
    # Of what a cell can hold only nan and NaT differ from themselves.
    return value is None or value is pd.NA or bool(value != value)


def word(value: Any) -> str:
    """A cell as text; "" if empty."""
    return "" if empty(value) else str(value)


def whole(value: Any) -> int | None:
    """A cell as a whole number; None if empty."""
    return None if empty(value) else int(value)


def words(frame: pd.DataFrame, column: str) -> list[str]:
    """A column as texts; "" where empty."""
    return [word(value) for value in frame[column]]


def harmless(value: Any) -> Any:
    """A cell for a spreadsheet: text that one would run as a formula is made plain by a leading quote; "-5" is a number."""
    if not isinstance(value, str) or value[:1] not in _FORMULA or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"
