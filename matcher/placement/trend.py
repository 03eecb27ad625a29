"""Whether a program's placeable rate falls from demand year to demand year (docs/method.md, section 7)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from corpora.frames import rows, word
from corpora.schema import empty_frame
from matcher.placement.demand_years import Coverage
from matcher.placement.fair import place_fairly
from matcher.placement.quantities import demand_posts, supply

_GROUP = ["source", "region", "field"]


@dataclass(frozen=True)
class Trend:
    """One program's rates over the demand years, all counted the same way.

    Attributes:
        at_most: the latest rate when posts are grossed up to what their sources do not see: an upper bound, given the
            links.
        before: rate at the posts listed, one and more demand years before: lower bounds, the latest first.
    """

    at_most: Fraction
    before: tuple[Fraction, ...]


def rate_trends(
    asked: Collection[str],
    outcomes: pd.DataFrame,
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    matches: pd.DataFrame,
    coverage: Coverage,
    year: int,
    years: int,
    back: int,
) -> dict[str, Trend]:
    """Program -> its trend, where its supply is known now and in every year looked back to, no share of it estimated.

    Every market is placed by itself: the demand rows of a year, the links of those rows, and the supply as an assessment
    of that year would have counted it. Neither other supply nor agreements are taken off in any of them, since tables
    seldom tell them of earlier years. A source counts with the rows of its own latest year, and of the years before it.

    Args:
        asked: programs whose trend is wanted; others are placed with them.
        outcomes, programs: see `quantities.supply`; years: how many of the latest years supply is the mean of.
        demands: with role and year; matches: with `edge`, of current and earlier rows.
        year: of the assessment.
        back: how many demand years to look back.
    """
    if not asked:
        return {}
    counted = demands[demands["role"].isin(["current", "history"])]
    key = counted[_GROUP].astype(object).fillna("").apply(tuple, axis=1)
    current = counted["role"] == "current"
    latest = counted.loc[current, "year"].groupby(key[current]).max()
    age = key.map(latest) - counted["year"]
    seen = {
        str(row.demand_id): share
        for row in rows(counted[current])
        if (share := coverage.of_row(word(row.source), word(row.region), word(row.field), int(row.year))) is not None
    }
    linked = matches[matches["edge"]]
    found: list[Mapping[str, Fraction]] = []
    for ago in range(back + 1):
        table = counted[age == ago]
        posts = demand_posts(table, empty_frame("other_supply"), {} if ago else seen)
        figures = supply(outcomes, programs, year - ago, years)
        looking = {str(p): int(s) for p, s in zip(figures["program_id"], figures["supply"], strict=True)}
        estimated = {str(p) for p, e in zip(figures["program_id"], figures["estimated"], strict=True) if e}
        edges = [
            (str(p), str(d))
            for p, d in zip(linked["program_id"], linked["demand_id"], strict=True)
            if p in looking and d in posts
        ]
        found.append({p: r for p, r in place_fairly(looking, posts, edges).rates.items() if p not in estimated})
    return {p: Trend(found[0][p], tuple(r[p] for r in found[1:])) for p in asked if all(p in rates for rates in found)}
