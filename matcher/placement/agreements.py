"""Graduates under contract are served first (docs/method.md, section 0)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from corpora.frames import empty, rows
from matcher.placement.quantities import hundredths


@dataclass(frozen=True)
class Served:
    """Hundredths that agreements take out of the market before anybody else is placed.

    Attributes:
        persons: program -> persons who have a post under an agreement.
        posts: demand -> listed posts that these persons are counted against.
        unlisted: program -> persons for whom no listed post within reach is left: their enterprise is not in the
            demand tables, or undercounted there.
    """

    persons: Mapping[str, int]
    posts: Mapping[str, int]
    unlisted: Mapping[str, int]

    def less_persons(self, figures: Mapping[str, int]) -> dict[str, int]:
        """Figures of programs without the persons served; none falls below 0."""
        return {p: max(0, n - self.persons.get(p, 0)) for p, n in figures.items()}

    def less_posts(self, figures: Mapping[str, int]) -> dict[str, int]:
        """Figures of demands without the posts taken; none falls below 0."""
        return {d: max(0, n - self.posts.get(d, 0)) for d, n in figures.items()}


def contracted(agreements: pd.DataFrame, year: int) -> dict[str, int]:
    """Program -> hundredths of persons expected to take up their contracted seats: seats x fulfilment.

    Fulfilment is the part of earlier cohorts' seats that was really taken up; an agreement that has no fulfilled cohort
    yet counts nothing. Of every program the latest year not after `year` counts; a row without a year is of that year.

    Args:
        agreements: program_id, seats, year, fulfilment.
    """
    found: dict[str, dict[int, int]] = {}
    for row in rows(agreements):
        of = year if empty(row.year) else int(row.year)
        if of <= year:
            by_year = found.setdefault(str(row.program_id), {})
            share = Fraction(0) if empty(row.fulfilment) else Fraction(str(row.fulfilment))
            by_year[of] = by_year.get(of, 0) + hundredths(share * int(row.seats))
    latest = {program: by_year[max(by_year)] for program, by_year in sorted(found.items())}
    return {program: n for program, n in latest.items() if n > 0}


def serve_first(
    seats: Mapping[str, int], supply: Mapping[str, int], posts: Mapping[str, int], edges: Iterable[tuple[str, str]]
) -> Served:
    """Takes contracted persons out of supply, and as many out of the posts their programs reach.

    The demand tables do not name enterprises, so nobody can say which row holds a contracted post. Each program's
    persons are therefore spread over the posts it reaches in proportion to these posts, in the order of demand_id, so
    that any clerk finds the same hundredths. Where several programs together would take more than a row has, the row is
    emptied and the rest counts as unlisted: it is taken out of supply and from no other row.

    Args:
        seats: program -> hundredths, of `contracted`; never more than its supply is served.
        supply, posts: program or demand -> hundredths. edges: (program, demand).
    """
    persons = {p: min(n, supply[p]) for p, n in sorted(seats.items()) if supply.get(p, 0) > 0}
    reach: dict[str, list[str]] = {}
    for program, demand in sorted(set(edges)):
        if program in persons:
            reach.setdefault(program, []).append(demand)
    taken: dict[str, int] = {}
    unlisted: dict[str, int] = {}
    for program, number in persons.items():
        total = sum(posts[d] for d in reach.get(program, ()))
        counted = min(number, total)
        before = got = 0
        for demand in reach.get(program, ()) if total else ():
            upto = before + posts[demand]
            # Differences of a running total: the parts add up to the whole, and none exceeds the row's own posts.
            part = counted * upto // total - counted * before // total
            before = upto
            part = min(part, posts[demand] - taken.get(demand, 0))
            taken[demand] = taken.get(demand, 0) + part
            got += part
        if got < number:
            unlisted[program] = number - got
    return Served(persons, {d: n for d, n in taken.items() if n}, unlisted)
