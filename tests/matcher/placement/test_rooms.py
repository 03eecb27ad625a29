"""The room of a program answers for every size of it and any number of posts: rate and headroom as placed anew."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.placement.draws import Chances, Doubt
from matcher.placement.market import Market, divide, headroom
from matcher.placement.rooms import DrawnMarkets
from tests.matcher.placement.test_draws import tables

LIMIT = Fraction(7, 10)


class Fixed(DrawnMarkets):
    """Markets as they are, without chance."""

    def __init__(self, markets: list[Market]) -> None:
        self._markets = markets
        self._program = {f"P{i}": i for i in range(len(markets[0].supply))}
        self._demand = {f"D{j}": j for j in range(len(markets[0].posts))}


@st.composite
def markets(draw: st.DrawFn) -> Market:
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    arcs = draw(st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, m - 1)), min_size=1))
    figures = st.integers(0, 30)
    supply = draw(st.lists(figures, min_size=n, max_size=n))
    posts = draw(st.lists(figures, min_size=m, max_size=m))
    return built(np.array(supply), np.array(posts), sorted(arcs))


def built(supply: np.ndarray, posts: np.ndarray, arcs: list[tuple[int, int]]) -> Market:
    start = np.searchsorted([i for i, _ in arcs], np.arange(len(supply) + 1))
    heads = np.array([j for _, j in arcs], np.int64)
    return Market(supply.astype(np.int64), posts.astype(np.int64), start.astype(np.int64), heads)


def arcs_of(market: Market) -> list[tuple[int, int]]:
    rows = np.repeat(np.arange(len(market.supply)), np.diff(market.start))
    return list(zip(rows.tolist(), market.head.tolist(), strict=True))


def placed(market: Market, i: int) -> tuple[bool, int]:
    """Whether the rate is below the limit, and the headroom."""
    division = divide(market)
    rate = division.rates(market)[i]
    return bool(rate < float(LIMIT)), int(headroom(market, division)[i])


@settings(max_examples=150, deadline=None)
@given(market=markets(), data=st.data())
def test_rate_and_headroom_follow_from_the_room_for_any_size_posts_and_match(
    market: Market, data: st.DataObject
) -> None:
    i = data.draw(st.integers(0, len(market.supply) - 1))
    j = data.draw(st.integers(0, len(market.posts) - 1))
    own = [d for p, d in arcs_of(market) if p == i]
    rooms = Fixed([market]).rooms(f"P{i}", f"D{j}", [f"D{d}" for d in own], LIMIT)
    assert (Fixed([market]).limited_room(f"P{i}", LIMIT) == rooms.limited).all()
    size, posts = data.draw(st.integers(1, 40)), data.draw(st.integers(0, 60))

    def agrees(plain: np.ndarray, limited: np.ndarray, other: Market) -> None:
        supply = int(other.supply[i])
        below, more = placed(other, i)
        assert (supply * LIMIT.numerator > int(limited[0])) == below
        assert max(0, int(plain[0]) - supply) == more

    resized = market.supply.copy()
    resized[i] = size
    agrees(rooms.plain, rooms.limited, built(resized, market.posts, arcs_of(market)))
    moved = market.posts.copy()
    moved[j] = posts
    agrees(*rooms.with_posts(np.array([posts])), built(resized, moved, arcs_of(market)))
    for d in own:
        left = [arc for arc in arcs_of(market) if arc != (i, d)]
        if left:
            agrees(*rooms.without[f"D{d}"], built(resized, market.posts, left))


@pytest.mark.parametrize("program", ["P01", "P07"])
def test_drawn_supply_and_posts_are_those_of_the_draws(program: str) -> None:
    programs, demands, matches = tables()
    chances = Chances.read(programs, demands, matches, Doubt(draws=20, seed=4))
    drawn = DrawnMarkets(chances)
    place = chances.programs.index(program)
    supply = int(programs.set_index("program_id").at[program, "supply"])
    again = drawn.supply(program, supply, float(chances.kept[place]), int(chances.served[place]))
    assert again.tolist() == [int(chances.market(b).supply[place]) for b in range(20)]
    demand = chances.demands[0]
    posts = drawn.posts(demand, int(chances.posts[0]), int(chances.taken[0]))
    assert posts.tolist() == [int(chances.market(b).posts[0]) for b in range(20)]
