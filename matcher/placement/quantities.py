"""Supply and posts: the two figures that placement reads (docs/method.md, section 0).

Both are rounded half-up to hundredths once, here; every file shows these figures, and placement computes in whole
hundredths. Shares arrive as floats, so they pass through their decimal text: 0.285 means 0.285.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import hypot
from statistics import fmean
from typing import Any

import numpy as np
import pandas as pd

from corpora.frames import empty, rows, rows_by, word

SUPPLY_COLUMNS = ["program_id", "supply", "years", "estimated", "kept", "kept_sd", "each"]


def hundredths(value: float | Fraction) -> int:
    """Rounds half-up to 0.01 and returns whole hundredths: 12.345 -> 1235."""
    exact = value if isinstance(value, Fraction) else Fraction(str(value))
    return int((exact * 200 + 1) // 2)


def supply(
    outcomes: pd.DataFrame,
    programs: pd.DataFrame,
    as_of_year: int,
    years: int,
    expected: Mapping[str, Fraction] | None = None,
) -> pd.DataFrame:
    """Supply of every program with graduates: the mean over its latest years of those who look for work here.

    graduates x (1 - further_study / graduates) x (stayed_local / employed), docs/method.md, section 0. A share that
    is not reported is estimated from all programs of the same level and major group, else of the level, else of all,
    and named; a year without graduates counts as zero.

    Args:
        outcomes: program_id, year, graduates, further_study, employed, stayed_local; one row a program and year.
        programs: program_id, level, major_group.
        as_of_year: later years are not read.
        years: how many of the latest years count.
        expected: program -> graduates expected in the horizon year, in place of the graduates of past years.

    Returns:
        One row a program, sorted by program_id: supply (hundredths of persons a year), years (those used), estimated
        (shares that were: "further_study", "stayed_local"), kept (share of graduates who look for work here) and
        kept_sd (its standard deviation among those it was estimated from; 0 where both shares are reported); each
        (exact: supply that one graduate a year more would be, with the shares of these years).
    """
    known = outcomes[(outcomes["year"] <= as_of_year) & outcomes["graduates"].notna()]
    known = known.sort_values(["program_id", "year"], ascending=[True, False])
    known = known[known.groupby("program_id").cumcount() < years]
    known = known.merge(programs[["program_id", "level", "major_group"]], on="program_id", how="left")
    known[["level", "major_group"]] = known[["level", "major_group"]].astype(object).fillna("")
    pooled = _Pooled(known)
    found = []
    for program, history in sorted(rows_by(known, "program_id").items()):
        if expected is not None and program not in expected:
            continue
        parts, shares, used, estimated = [], [], [], set()
        graduated = Fraction(0)
        spread: list[float] = []
        for row in history:
            used.append(int(row.year))
            graduates = Fraction(int(row.graduates))
            if graduates == 0:
                parts.append(Fraction(0))
                shares.append(Fraction(0))
                continue
            doubt_studying = doubt_staying = 0.0
            studying = _ratio(row.further_study, row.graduates)
            staying = _ratio(row.stayed_local, row.employed)
            if studying is None:
                estimated.add("further_study")
                doubt_studying = pooled.spread("further_study", "graduates", row.major_group, row.level)
                studying = pooled.share("further_study", "graduates", row.major_group, row.level, Fraction(0))
            if staying is None:
                estimated.add("stayed_local")
                doubt_staying = pooled.spread("stayed_local", "employed", row.major_group, row.level)
                staying = pooled.share("stayed_local", "employed", row.major_group, row.level, Fraction(1))
            shares.append((1 - studying) * staying)
            parts.append(graduates * shares[-1])
            graduated += graduates
            spread.append(hypot(doubt_studying * float(staying), doubt_staying * float(1 - studying)))
        kept = float(sum(parts, Fraction(0)) / graduated) if graduated else 0.0
        mean, each = sum(parts, Fraction(0)) / len(parts), sum(shares, Fraction(0)) / len(shares)
        if expected is not None:
            mean, kept = each * expected[program], float(each)
        doubt = fmean(spread or [0.0])
        found.append((program, hundredths(mean), tuple(sorted(used)), tuple(sorted(estimated)), kept, doubt, each))
    frame = pd.DataFrame(found, columns=SUPPLY_COLUMNS)
    return frame.astype({"program_id": "string", "supply": "Int64", "kept": "float64", "kept_sd": "float64"})


def expected_graduates(students: pd.DataFrame, outcomes: pd.DataFrame, horizon: int) -> dict[str, Fraction]:
    """Graduates expected of each program in the horizon year: students of that cohort x completion.

    Completion is graduates / registered over the years that report both, at most 1; 1 where none does.

    Args:
        students: program_id, graduation_year, students.
        outcomes: program_id, graduates, registered.
        horizon: graduation year.
    """
    both = outcomes.dropna(subset=["graduates", "registered"])
    done = both.groupby("program_id")[["graduates", "registered"]].sum()
    completion = {str(p): min(Fraction(1), Fraction(int(g), int(r))) for p, g, r in done.itertuples() if int(r) > 0}
    cohort = students[students["graduation_year"] == horizon]
    return {
        str(p): Fraction(int(n)) * completion.get(str(p), Fraction(1))
        for p, n in zip(cohort["program_id"], cohort["students"], strict=True)
    }


def demand_posts(
    demands: pd.DataFrame, other_supply: pd.DataFrame, grossed_up: Mapping[str, float] | None = None
) -> dict[str, int]:
    """Posts of every demand row in hundredths; a row without openings has none.

    Persons of `other_supply` are taken off the rows of their occupation, region and level (empty = any), in order of
    demand_id, until none are left. Of every occupation, region and level the latest year not after the demands' counts.

    Args:
        demands: demand_id, occupation_code, region, levels, openings, entry_share, year (optional).
        other_supply: occupation_code, region, level, year, persons.
        grossed_up: demand -> share_low of its coverage row: openings count divided by it.
    """
    left = _seekers_from_elsewhere(other_supply, None if "year" not in demands else demands["year"].max())
    found = {}
    for row in rows(demands.sort_values("demand_id")):
        if empty(row.openings):
            found[str(row.demand_id)] = 0
            continue
        room = posts_of(row.openings, row.entry_share, (grossed_up or {}).get(str(row.demand_id)))
        taken = Fraction(0)
        others = left.get((word(row.occupation_code), word(row.region)), [])
        for i, (level, persons) in enumerate(others):
            if level and word(row.levels) and level not in word(row.levels).split(";"):
                continue
            part = min(persons, room - taken)
            taken += part
            others[i] = (level, persons - part)
        found[str(row.demand_id)] = hundredths(room - taken)
    return found


def posts_of(openings: float, entry_share: float | None, seen: float | None = None) -> Fraction:
    """Posts of one row before anybody else is taken off, exact; grossed up where the share its source sees is given."""
    return _exact_posts(openings, None if empty(entry_share) else entry_share, seen)


@lru_cache(maxsize=65_536)
def _exact_posts(openings: float, entry_share: float | None, seen: float | None) -> Fraction:
    share = Fraction(1) if entry_share is None else Fraction(str(entry_share))
    return Fraction(str(openings)) / Fraction(str(1 if seen is None else seen)) * share


def _seekers_from_elsewhere(
    other_supply: pd.DataFrame, year: int | None
) -> dict[tuple[str, str], list[tuple[str, Fraction]]]:
    """(occupation code, region) -> (level, persons) in a fixed order."""
    known = other_supply if year is None or pd.isna(year) else other_supply[other_supply["year"] <= year]
    known = known.assign(level=known["level"].astype(object).where(known["level"].notna(), ""))
    latest = known.groupby(["occupation_code", "region", "level"])["year"].transform("max")
    found: dict[tuple[str, str], list[tuple[str, Fraction]]] = {}
    for row in rows(known[known["year"] == latest].sort_values(["occupation_code", "region", "level", "source"])):
        key = (str(row.occupation_code), str(row.region))
        found.setdefault(key, []).append((word(row.level), Fraction(str(row.persons))))
    return found


def observed_placements(outcomes: pd.DataFrame, as_of_year: int, years: int) -> dict[str, int]:
    """Hundredths of local placements seen a year: the larger of the latest year and the mean (docs/method.md, 3).

    employed x stayed_local share, that is stayed_local; where matched_job is given, matched_job x that share.
    """
    known = outcomes[(outcomes["year"] <= as_of_year) & outcomes["stayed_local"].notna() & (outcomes["employed"] > 0)]
    known = known.sort_values(["program_id", "year"], ascending=[True, False])
    known = known[known.groupby("program_id").cumcount() < years]
    found = {}
    for program, history in sorted(rows_by(known, "program_id").items()):
        placed = []
        for row in history:
            share = Fraction(int(row.stayed_local), int(row.employed))
            placed.append(share * int(row.employed if empty(row.matched_job) else row.matched_job))
        found[program] = hundredths(max(placed[0], sum(placed, Fraction(0)) / len(placed)))
    return found


class _Pooled:
    """Shares over groups of programs, exact: of the same level and major group, else of the level, else of all."""

    def __init__(self, known: pd.DataFrame) -> None:
        self._rows = list(rows(known))
        self._pairs: dict[str, dict[tuple[str, ...], list[tuple[int, int]]]] = {}

    def share(self, part: str, whole: str, major_group: str, level: str, otherwise: Fraction) -> Fraction:
        """The share in the nearest group that reports it; `otherwise` where nobody does."""
        pairs = self._nearest(part, whole, major_group, level)
        return Fraction(sum(p for p, _ in pairs), sum(n for _, n in pairs)) if pairs else otherwise

    def spread(self, part: str, whole: str, major_group: str, level: str) -> float:
        """Standard deviation of the share among those that `share` is taken from, weighted by their size."""
        pairs = self._nearest(part, whole, major_group, level)
        if not pairs:
            return 0.0
        parts, size = np.array(pairs, float).T
        share = parts / np.where(size > 0, size, 1.0)
        return float(np.sqrt((size * (share - parts.sum() / size.sum()) ** 2).sum() / size.sum()))

    def _nearest(self, part: str, whole: str, major_group: str, level: str) -> list[tuple[int, int]]:
        if part not in self._pairs:
            self._pairs[part] = self._groups(part, whole)
        of = self._pairs[part]
        return next((of[key] for key in ((level, major_group), (level,), ()) if key in of), [])

    def _groups(self, part: str, whole: str) -> dict[tuple[str, ...], list[tuple[int, int]]]:
        found: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        for row in self._rows:
            p, n = getattr(row, part), getattr(row, whole)
            if not empty(p) and not empty(n):
                for key in ((row.level, row.major_group), (row.level,), ()):
                    found.setdefault(key, []).append((int(p), int(n)))
        return {key: pairs for key, pairs in found.items() if sum(n for _, n in pairs)}


def _ratio(part: Any, of: Any) -> Fraction | None:
    return None if empty(part) or empty(of) or int(of) == 0 else Fraction(int(part), int(of))
