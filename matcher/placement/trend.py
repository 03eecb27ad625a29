"""What a program's placeable rate was in the demand years before (docs/method.md, section 7)."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

import pandas as pd

from corpora.frames import rows
from matcher.placement.agreements import serve_first
from matcher.placement.fair import place_fairly
from matcher.placement.quantities import demand_posts, supply

_GROUP = ["source", "region", "field"]


def earlier_demands(demands: pd.DataFrame, back: int) -> list[pd.DataFrame]:
    """The demand rows of one, two, ... `back` demand years before; a source counts with the years before its own latest one.

    Args:
        demands: with role and year.
    """
    counted = demands[demands["role"].isin(["current", "history"])]
    key = counted[_GROUP].astype(object).fillna("").apply(tuple, axis=1)
    current = counted["role"] == "current"
    age = key.map(counted.loc[current, "year"].groupby(key[current]).max()) - counted["year"]
    # Without its year a row meets the latest other supply there is.
    return [counted[age == ago].drop(columns="year") for ago in range(1, back + 1)]


def rates_then(
    demands: pd.DataFrame,
    outcomes: pd.DataFrame,
    programs: pd.DataFrame,
    matches: pd.DataFrame,
    other_supply: pd.DataFrame,
    seats: Mapping[str, int],
    year: int,
    years: int,
) -> dict[str, Fraction]:
    """Program -> its rate at the posts of an earlier year, where its supply is known then and no share of it estimated.

    The market is placed by itself: the demand rows of a year, the links of those rows, and the supply as an assessment of
    that year would have counted it. Other supply and contracted seats are taken off as now: tables seldom tell them of
    earlier years, and taking off too much there can hide a fall and not invent one.

    Args:
        demands: of `earlier_demands`; outcomes, programs: see `quantities.supply`; years: how many of the latest years supply
            is the mean of.
        matches: with `edge`, of current and earlier rows; seats: of the market now. year: of that assessment.
    """
    posts = demand_posts(demands, other_supply)
    seekers = supply(outcomes, programs, year, years)
    looking = {str(row.program_id): int(row.supply) for row in rows(seekers)}
    linked = matches[matches["edge"]]
    edges = [
        (str(p), str(d))
        for p, d in zip(linked["program_id"], linked["demand_id"], strict=True)
        if p in looking and d in posts
    ]
    served = serve_first(seats, looking, posts, sorted(edges))
    rates = place_fairly(served.less_persons(looking), served.less_posts(posts), edges).rates
    known = {str(row.program_id) for row in rows(seekers) if not row.estimated}
    return {p: rate for p, rate in rates.items() if p in known}


def earlier_rates(asked: Collection[str], found: Sequence[Mapping[str, Fraction]]) -> dict[str, tuple[Fraction, ...]]:
    """Program -> its rate one and more demand years before, of those asked whose rate is known in each.

    Args:
        found: of `rates_then`, one year before, two, ...
    """
    return {p: tuple(rates[p] for rates in found) for p in asked if found and all(p in rates for rates in found)}
