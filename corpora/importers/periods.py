"""Quarters as labour offices write them: 2025年第三季度, Q3, 上半年, 1-9月, 全年."""

import re
from dataclasses import dataclass
from typing import Final

from corpora.cells import BadCell, clean_text

_YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_DIGITS: Final = {"一": 1, "二": 2, "三": 3, "四": 4}
_QUARTER: Final = re.compile(r"第?([一二三四1-4])季度?|(?<![a-z])q([1-4])|([1-4])q(?![a-z])", re.IGNORECASE)
_QUARTERS: Final = re.compile(r"第?([一二三四1-4])(?:季度)?[-—–~～至到]第?([一二三四1-4])季度|q([1-4])-([1-4])", re.I)
_MONTHS: Final = re.compile(r"(?<!\d)(1[0-2]|[1-9])月?[-—–~～至到](1[0-2]|[1-9])月")
_MONTH: Final = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])月")
_SPANS: Final = (("上半年", 1, 2), ("下半年", 3, 4), ("前三季度", 1, 3))
_WHOLE: Final = ("全年", "年度", "wholeyear")


@dataclass(frozen=True)
class Period:
    """Whole quarters of a year, first to last; the year is None where the words do not say it."""

    year: int | None
    first: int
    last: int

    @property
    def quarters(self) -> frozenset[int]:
        return frozenset(range(self.first, self.last + 1))

    def text(self) -> str:
        """Such as 2025Q3, or Q1-3."""
        span = f"Q{self.first}" if self.first == self.last else f"Q{self.first}-{self.last}"
        return f"{self.year or ''}{span}"


def year_in(text: str) -> int | None:
    """The first year named in a text."""
    found = _YEAR.search(clean_text(text))
    return int(found[1]) if found else None


def period_in(text: str) -> Period | None:
    """The quarters named in a text; None where it names none, or parts of a quarter only."""
    text = re.sub(r"\s+", "", clean_text(text))
    year = year_in(text)
    if found := _QUARTERS.search(text):
        first, last = sorted(_digit(part) for part in found.groups() if part)
        return Period(year, first, last)
    for words, first, last in _SPANS:
        if words in text.lower():
            return Period(year, first, last)
    if found := _QUARTER.search(text):
        quarter = _digit(next(part for part in found.groups() if part))
        return Period(year, quarter, quarter)
    if found := _MONTHS.search(text):
        first, last = int(found[1]), int(found[2])
        return Period(year, (first + 2) // 3, last // 3) if first % 3 == 1 and last % 3 == 0 and first < last else None
    # Last: 2025年度第三季度 is a quarter.
    return Period(year, 1, 4) if any(words in text.lower() for words in _WHOLE) else None


def own_period(text: str) -> str:
    """A cell that names quarters, in the one form `Period.text`; a bare year is the whole of it.

    Raises:
        BadCell: the cell names no whole quarters.
    """
    bare = re.sub(r"\s+", "", clean_text(text))
    found = period_in(bare)
    if found is None and re.fullmatch(r"[一二三四1-4]", bare):
        found = Period(None, _digit(bare), _digit(bare))
    if found is None and re.fullmatch(r"(?:19|20)\d{2}年?", bare):
        found = Period(year_in(bare), 1, 4)
    if found:
        return found.text()
    if _MONTH.search(bare):
        raise BadCell(
            "part_of_quarter", "月度数据请先加总成季度。", "Add the months up to whole quarters before importing them."
        )
    raise BadCell(
        "not_quarter", "写成 2025年第三季度、2025Q3 或 2025年1-9月。", "Write 2025Q3, or 2025Q1-3 if cumulative."
    )


def _digit(text: str) -> int:
    return _DIGITS.get(text) or int(text)
