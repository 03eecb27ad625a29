"""Which demand rows carry, and what their sources see (docs/method.md, sections 0 and 3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from corpora.frames import empty, rows

ANY = "*"


def demand_roles(demands: pd.DataFrame, year: int, basis_order: Sequence[str]) -> pd.Series:
    """What each demand row is used for, as a series of "current", "history", "future" or "other_basis".

    Per source, region and field the latest year not after `year` is current, earlier ones are history. Where several
    sources count the same occupation, region and year, the source whose basis comes first carries, the others stand
    beside and are never added. A row without a year counts as of `year`.

    Args:
        demands: source, region, field, occupation, occupation_code, year, basis.
        year: of the assessment or of its horizon.
        basis_order: bases, the preferred one first; a row without a basis comes last.

    Returns:
        Same index as `demands`.
    """
    text = demands[["source", "region", "field", "occupation", "occupation_code", "basis"]].astype(object).fillna("")
    table = text.assign(year=demands["year"].fillna(year).astype(int))
    role = pd.Series("history", index=demands.index, dtype="object")
    past = table["year"] <= year
    role[~past] = "future"
    latest = table[past].groupby(["source", "region", "field"])["year"].transform("max")
    role[latest.index[table.loc[latest.index, "year"] == latest]] = "current"

    rank = {basis: i for i, basis in enumerate(basis_order)}
    table["rank"] = [rank.get(basis, len(rank)) for basis in table["basis"]]
    table["same"] = table["occupation_code"].where(table["occupation_code"] != "", table["occupation"])
    for wanted in ("current", "history"):
        rows = table[role == wanted].sort_values(["rank", "source"])
        first = rows.groupby(["same", "region", "year"])["source"].transform("first")
        role[rows.index[rows["source"] != first]] = "other_basis"
    return role


@dataclass(frozen=True)
class Coverage:
    """What part of all openings the sources see.

    Attributes:
        shares: (source, region, field, year) -> share_low; field or region "*" stands for all.
    """

    shares: Mapping[tuple[str, str, str, int], float]

    def of_row(self, source: str, region: str, field: str, year: int) -> float | None:
        """share_low of one source for a region, field and year; None where it declared none."""
        found = [self.shares[key] for key in _keys(source, region, field, year) if key in self.shares]
        return found[0] if found else None

    def best(self, regions: Iterable[str], fields: Iterable[str], year: int) -> float | None:
        """The least over regions and fields of the best share any source declared; None where one has none."""
        least: float | None = None
        for region in regions:
            for field in fields:
                if (declared := self._most(region, field, year)) is None:
                    return None
                least = declared if least is None else min(least, declared)
        return least

    def _most(self, region: str, field: str, year: int) -> float | None:
        """The best share that any source declared; asked for the same few by every program."""
        asked = (region, field, year)
        if asked not in self._known:
            declared = (self.of_row(source, region, field, year) for source in self._sources)
            self._known[asked] = max((share for share in declared if share is not None), default=None)
        return self._known[asked]

    @cached_property
    def _sources(self) -> tuple[str, ...]:
        return tuple(sorted({source for source, *_ in self.shares}))

    @cached_property
    def _known(self) -> dict[tuple[str, str, int], float | None]:
        return {}

    def years(self, regions: Iterable[str], fields: Iterable[str]) -> list[int]:
        """Years with a declaration for at least one of the regions and fields, latest first."""
        wanted_regions, wanted_fields = {*regions, ANY}, {*fields, ANY}
        return sorted(
            {year for _, region, field, year in self.shares if region in wanted_regions and field in wanted_fields},
            reverse=True,
        )


def read_coverage(coverage: pd.DataFrame) -> Coverage:
    """From the coverage table: source, region, field, year, share_low."""
    return Coverage(
        {
            (str(row.source), str(row.region), str(row.field), int(row.year)): float(row.share_low)
            for row in rows(coverage)
            if not empty(row.share_low) and row.share_low > 0
        }
    )


def _keys(source: str, region: str, field: str, year: int) -> list[tuple[str, str, str, int]]:
    """The declarations that speak for a row, the most particular first."""
    return [(source, r, f, year) for r in (region, ANY) for f in (field, ANY)]
