"""Where a program stands among the points of its scope: rank of its rate, points, and schools that offer it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from corpora.frames import empty, rows, word
from matcher.policy.facts import ReportedYear
from matcher.policy.parameters import Values
from matcher.policy.rules.reported import counted, rate


@dataclass(frozen=True)
class Peer:
    """The fields of Facts that compare a program with the others."""

    standings: tuple[tuple[int, int, int], ...]
    points: int
    city_schools: tuple[int, int]
    province_schools: tuple[int, int]
    opened_here: int
    net_opened_here: int


def peers(
    programs: pd.DataFrame,
    reported: Mapping[str, tuple[ReportedYear, ...]],
    values: Values,
    year: int,
    predecessors: pd.DataFrame,
) -> dict[str, Peer]:
    """Program -> its place among all programs of the tables. Whether that says anything depends on their scope.

    Args:
        programs: program_id, name, code, institution, region, level, year_opened (of the oldest predecessor).
        reported: program -> its years.
        year: of the assessment, for what was opened in it.
        predecessors: program_id, from_program_id, year: a point that replaces another this year is new, and the other
            one is withdrawn.
    """
    of = {str(row.program_id): row for row in rows(programs)}
    # One catalogue program at one level, by its code; by its name where no code is given.
    kind = {p: (word(r.code) or word(r.name), word(r.level)) for p, r in of.items()}
    ranks = _ranks(reported, values)
    points: dict[tuple[str, str], int] = {}
    offering: dict[tuple[str, ...], set[str]] = {}
    opened: dict[str, int] = {}
    replaced: dict[str, set[str]] = {}
    for row in rows(predecessors):
        if not empty(row.year) and int(row.year) == year:
            replaced.setdefault(str(row.program_id), set()).add(str(row.from_program_id))
    withdrawn: dict[str, set[str]] = {}
    for program, row in of.items():
        school, region, (name, level) = word(row.institution) or program, word(row.region), kind[program]
        points[name, level] = points.get((name, level), 0) + 1
        for key in (("", level), (region, level), ("", level, name), (region, level, name)):
            offering.setdefault(key, set()).add(school)
        if program in replaced or (not empty(row.year_opened) and int(row.year_opened) == year):
            opened[school] = opened.get(school, 0) + 1
        withdrawn.setdefault(school, set()).update(replaced.get(program, set()) - of.keys())
    found = {}
    for program, row in of.items():
        name, level = kind[program]
        region, school = word(row.region), word(row.institution) or program
        found[program] = Peer(
            ranks.get(program, ()),
            points[name, level],
            (len(offering[region, level, name]), len(offering[region, level])),
            (len(offering["", level, name]), len(offering["", level])),
            opened.get(school, 0),
            opened.get(school, 0) - len(withdrawn[school]),
        )
    return found


def _ranks(
    reported: Mapping[str, tuple[ReportedYear, ...]], values: Values
) -> dict[str, tuple[tuple[int, int, int], ...]]:
    """Program -> (year, points with its rate or a lower one, points compared), latest first."""
    if not values.has("rule.bottom_rate.counts"):
        return {}
    pair = counted(values.choice("rule.bottom_rate.counts"), values.choice("rule.bottom_rate.basis"))
    by_year: dict[int, dict[str, Fraction]] = {}
    for program, years in reported.items():
        for year in years:
            if (share := rate(pair(year))) is not None:
                by_year.setdefault(year.year, {})[program] = share
    found: dict[str, list[tuple[int, int, int]]] = {}
    for when, shares in sorted(by_year.items(), reverse=True):
        order = sorted(shares.values())
        below = {share: place + 1 for place, share in enumerate(order)}
        for program, own in shares.items():
            found.setdefault(program, []).append((when, below[own], len(order)))
    return {program: tuple(ranks) for program, ranks in found.items()}
