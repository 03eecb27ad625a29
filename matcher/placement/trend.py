"""What a program's placeable rate was in the demand years before (docs/method.md, section 7)."""

from collections.abc import Collection
from fractions import Fraction

import pandas as pd

from corpora.frames import rows
from matcher.placement.agreements import serve_first
from matcher.placement.fair import place_fairly
from matcher.placement.place import Figures
from matcher.placement.quantities import demand_posts, supply

_GROUP = ["source", "region", "field"]


def earlier_rates(
    asked: Collection[str],
    outcomes: pd.DataFrame,
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    matches: pd.DataFrame,
    other_supply: pd.DataFrame,
    figures: Figures,
    year: int,
    years: int,
    back: int,
) -> dict[str, tuple[Fraction, ...]]:
    """Program -> its rate at the posts listed, one and more demand years before; where its supply is known in each of them
    and no share of it estimated.

    Every market is placed by itself: the demand rows of a year, the links of those rows, and the supply as an assessment
    of that year would have counted it. A source counts with the years before its own latest one. Other supply and
    contracted seats are taken off as now: tables seldom tell them of earlier years, and taking off too much there can hide
    a fall and not invent one.

    Args:
        asked: programs whose rates are wanted; others are placed with them.
        outcomes, programs: see `quantities.supply`; years: how many of the latest years supply is the mean of.
        demands: with role and year; matches: with `edge`, of current and earlier rows.
        figures: of the market now. year: of the assessment. back: how many demand years to look back.
    """
    if not asked:
        return {}
    counted = demands[demands["role"].isin(["current", "history"])]
    key = counted[_GROUP].astype(object).fillna("").apply(tuple, axis=1)
    current = counted["role"] == "current"
    age = key.map(counted.loc[current, "year"].groupby(key[current]).max()) - counted["year"]
    linked = matches[matches["edge"]]
    found: list[dict[str, Fraction]] = []
    for ago in range(1, back + 1):
        # Without its year a row meets the latest other supply there is.
        posts = demand_posts(counted[age == ago].drop(columns="year"), other_supply)
        seekers = supply(outcomes, programs, year - ago, years)
        looking = {str(row.program_id): int(row.supply) for row in rows(seekers)}
        edges = [
            (str(p), str(d))
            for p, d in zip(linked["program_id"], linked["demand_id"], strict=True)
            if p in looking and d in posts
        ]
        served = serve_first(figures.seats, looking, posts, sorted(edges))
        rates = place_fairly(served.less_persons(looking), served.less_posts(posts), edges).rates
        known = {str(row.program_id) for row in rows(seekers) if not row.estimated}
        found.append({p: rate for p, rate in rates.items() if p in known})
    return {p: tuple(rates[p] for rates in found) for p in asked if all(p in rates for rates in found)}
