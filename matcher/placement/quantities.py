"""Supply and posts: the two figures that placement reads (docs/method.md, section 0).

Both are rounded half-up to hundredths once, here; every file shows these figures, and placement computes in whole
hundredths. Shares arrive as floats, so they pass through their decimal text: 0.285 means 0.285.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from corpora.frames import empty, rows, word

SUPPLY_COLUMNS = ["program_id", "supply", "years", "estimated"]


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
        (shares that were: "further_study", "stayed_local").
    """
    known = outcomes[(outcomes["year"] <= as_of_year) & outcomes["graduates"].notna()]
    known = known.sort_values(["program_id", "year"], ascending=[True, False])
    known = known[known.groupby("program_id").cumcount() < years]
    known = known.merge(programs[["program_id", "level", "major_group"]], on="program_id", how="left")
    known[["level", "major_group"]] = known[["level", "major_group"]].astype(object).fillna("")
    pooled = _Pooled(known)
    found = []
    for program, history in known.groupby("program_id", sort=True):
        parts, used, estimated = [], [], set()
        for row in rows(history):
            used.append(int(row.year))
            graduates = Fraction(int(row.graduates)) if expected is None else Fraction(1)
            if int(row.graduates) == 0:
                parts.append(Fraction(0))
                continue
            studying = _ratio(row.further_study, row.graduates)
            staying = _ratio(row.stayed_local, row.employed)
            if studying is None:
                estimated.add("further_study")
                studying = pooled.share("further_study", "graduates", row.major_group, row.level, Fraction(0))
            if staying is None:
                estimated.add("stayed_local")
                staying = pooled.share("stayed_local", "employed", row.major_group, row.level, Fraction(1))
            parts.append(graduates * (1 - studying) * staying)
        mean = sum(parts, Fraction(0)) / len(parts)
        if expected is not None:
            if str(program) not in expected:
                continue
            mean *= expected[str(program)]
        found.append((program, hundredths(mean), tuple(sorted(used)), tuple(sorted(estimated))))
    frame = pd.DataFrame(found, columns=SUPPLY_COLUMNS)
    return frame.astype({"program_id": "string", "supply": "Int64"})


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
    demand_id, until none are left.

    Args:
        demands: demand_id, occupation_code, region, levels, openings, entry_share.
        other_supply: occupation_code, region, level, year, persons; of the latest year given.
        grossed_up: demand -> share_low of its coverage row: openings count divided by it.
    """
    left: list[tuple[str, str, str, Fraction]] = []
    if len(other_supply):
        latest = other_supply[other_supply["year"] == other_supply["year"].max()].sort_values(
            ["occupation_code", "region", "level", "source"], na_position="first"
        )
        for row in rows(latest):
            left.append((row.occupation_code, row.region, word(row.level), Fraction(str(row.persons))))
    found = {}
    for row in rows(demands.sort_values("demand_id")):
        if empty(row.openings):
            found[str(row.demand_id)] = 0
            continue
        share = Fraction(1) if empty(row.entry_share) else Fraction(str(row.entry_share))
        openings = Fraction(str(row.openings)) / Fraction(str((grossed_up or {}).get(str(row.demand_id), 1)))
        room = openings * share
        taken = Fraction(0)
        for i, (occupation, region, level, persons) in enumerate(left):
            if (occupation, region) != (word(row.occupation_code), word(row.region)):
                continue
            if level and word(row.levels) and level not in word(row.levels).split(";"):
                continue
            part = min(persons, room - taken)
            taken += part
            left[i] = (occupation, region, level, persons - part)
        found[str(row.demand_id)] = hundredths(room - taken)
    return found


def observed_placements(outcomes: pd.DataFrame, as_of_year: int, years: int) -> dict[str, int]:
    """Hundredths of local placements seen a year: the larger of the latest year and the mean (docs/method.md, 3).

    employed x stayed_local share, that is stayed_local; where matched_job is given, matched_job x that share.
    """
    known = outcomes[(outcomes["year"] <= as_of_year) & outcomes["stayed_local"].notna() & (outcomes["employed"] > 0)]
    known = known.sort_values(["program_id", "year"], ascending=[True, False])
    known = known[known.groupby("program_id").cumcount() < years]
    found = {}
    for program, history in known.groupby("program_id", sort=True):
        placed = []
        for row in rows(history):
            share = Fraction(int(row.stayed_local), int(row.employed))
            placed.append(share * int(row.employed if empty(row.matched_job) else row.matched_job))
        found[str(program)] = hundredths(max(placed[0], sum(placed, Fraction(0)) / len(placed)))
    return found


class _Pooled:
    """Shares over groups of programs, exact."""

    def __init__(self, known: pd.DataFrame) -> None:
        self._known = known
        self._found: dict[tuple[str, ...], Fraction | None] = {}

    def share(self, part: str, whole: str, major_group: str, level: str, otherwise: Fraction) -> Fraction:
        for group in ({"major_group": major_group, "level": level}, {"level": level}, {}):
            key = (part, *group.values(), str(len(group)))
            if key not in self._found:
                both = self._known.dropna(subset=[part, whole])
                for column, value in group.items():
                    both = both[both[column] == value]
                total = int(both[whole].sum())
                self._found[key] = Fraction(int(both[part].sum()), total) if total else None
            if (found := self._found[key]) is not None:
                return found
        return otherwise


def _ratio(part: Any, of: Any) -> Fraction | None:
    return None if empty(part) or empty(of) or int(of) == 0 else Fraction(int(part), int(of))
