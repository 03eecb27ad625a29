"""Supply and posts: the two figures that placement reads (docs/method.md, section 0).

Both are rounded half-up to hundredths once, here; every file shows these figures, and placement computes in whole
hundredths. Shares and persons arrive as floats, so they pass through their decimal text: 0.285 means 0.285.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import pandas as pd

SUPPLY_YEARS: Final = 3


def hundredths(value: float | Decimal) -> int:
    """Rounds half-up to 0.01 and returns whole hundredths: 12.345 -> 1235."""
    return int((Decimal(str(value)) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def yearly_supply(graduates: int, further_study: int, employed: int, stayed_local: int) -> Decimal:
    """Graduates of one year who look for work here, in persons.

    graduates x (1 - further_study / graduates) x (stayed_local / employed); docs/method.md, section 0.

    Raises:
        ValueError: figures that contradict each other, such as more employed than graduates.
    """
    if not 0 <= further_study <= graduates or not 0 <= stayed_local <= employed <= graduates:
        raise ValueError(
            f"expected further study <= graduates and stayed local <= employed <= graduates, got further_study="
            f"{further_study}, stayed_local={stayed_local}, employed={employed}, graduates={graduates}"
        )
    if graduates == 0 or employed == 0:
        return Decimal(0)
    return Decimal(graduates - further_study) * stayed_local / employed


def supply(outcomes: pd.DataFrame, as_of_year: int, years: int = SUPPLY_YEARS) -> pd.DataFrame:
    """Supply of every program: the mean of the latest years given.

    Args:
        outcomes: program_id, year, graduates, further_study, employed, stayed_local; one row a program and year.
        as_of_year: later years are not read.
        years: how many of the latest years count, 1 or more.

    Returns:
        One row a program, sorted by program_id: supply (hundredths of persons a year; empty where no year has all
        four figures), years (the years used), missing (the figures absent in a year that would have counted).
        A year without graduates counts as zero supply: nothing further needs to be known about it.
    """
    columns = ["graduates", "further_study", "employed", "stayed_local"]
    rows = []
    known = outcomes[outcomes["year"] <= as_of_year].sort_values(["program_id", "year"], ascending=[True, False])
    for program, history in known.groupby("program_id", sort=True):
        latest = history.head(years)
        used: list[int] = []
        parts: list[Decimal] = []
        missing: set[str] = set()
        for year, *figures in latest[["year", *columns]].itertuples(index=False):
            if not pd.isna(figures[0]) and int(figures[0]) == 0:
                used.append(int(year))
                parts.append(Decimal(0))
                continue
            absent = {name for name, figure in zip(columns, figures, strict=True) if pd.isna(figure)}
            missing |= absent
            if not absent:
                used.append(int(year))
                parts.append(yearly_supply(*(int(f) for f in figures)))
        mean = hundredths(sum(parts, Decimal(0)) / len(parts)) if parts else None
        rows.append((program, mean, tuple(sorted(used)), tuple(sorted(missing))))
    frame = pd.DataFrame(rows, columns=["program_id", "supply", "years", "missing"])
    return frame.astype({"program_id": "string", "supply": "Int64"})


def posts(openings: float, entry_share: float | None, other_supply: float = 0.0) -> int:
    """Hundredths of posts a year open to graduates: openings x entry_share (empty = 1), less other supply, at least 0.

    Args:
        openings: posts a year.
        entry_share: share open to beginners, 0 to 1, or None.
        other_supply: persons a year from elsewhere for the same occupation, region and level.
    """
    share = Decimal(1) if entry_share is None or pd.isna(entry_share) else Decimal(str(entry_share))
    return max(0, hundredths(Decimal(str(openings)) * share - Decimal(str(other_supply))))
