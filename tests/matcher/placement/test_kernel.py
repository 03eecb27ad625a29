"""The compiled partition against the one with Python integers, written apart from it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.placement import kernel, market
from matcher.placement.exact import divide_exactly
from matcher.placement.fair import place_fairly
from matcher.placement.market import Division, Market, divide, headroom, indispensability, market_from
from tests.matcher.placement.test_fair import Instance, instances


def large_market(programs: int, demands: int, edges: int, seed: int, most: int = 9000) -> Market:
    rng = np.random.default_rng(seed)
    supply, posts = rng.integers(0, most, programs), rng.integers(0, most * programs // demands, demands)
    pairs = rng.integers(0, programs, edges), rng.integers(0, demands, edges)
    return market_from(supply, posts, *pairs)


def same_blocks(one: Division, other: Division) -> bool:
    """Equal up to the numbers of the blocks."""
    pairs = {*zip(one.block.tolist(), other.block.tolist(), strict=True)}
    pairs |= {*zip(one.taker.tolist(), other.taker.tolist(), strict=True)}
    return one.blocks == other.blocks and len(pairs - {(-1, -1)}) == one.blocks


def check_flow(of: Market, found: Division) -> None:
    """A flow, with nobody left who could still reach room."""
    rows = np.repeat(np.arange(len(of.supply)), np.diff(of.start))
    assert (found.flow >= 0).all()
    assert (np.bincount(rows, found.flow, len(of.supply)) + found.left == of.supply).all()
    assert (np.bincount(of.head, found.flow, len(of.posts)) + found.room == of.posts).all()


@pytest.mark.parametrize("seed", range(12))
def test_blocks_and_flow_of_a_large_market(seed: int) -> None:
    of = large_market(120, 40, 150 + 40 * seed, seed)
    one, other = divide(of), divide_exactly(of)
    assert same_blocks(one, other)
    check_flow(of, one)
    check_flow(of, other)
    assert one.left.sum() == other.left.sum()


def test_cross_products_beyond_64_bits_are_computed_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    # Ten billion persons for as many posts: the product has 24 digits.
    of = market_from(
        np.array([10**12, 10**12 - 1]), np.array([10**12 - 2, 10**11]), np.array([0, 1, 1]), np.array([0, 0, 1])
    )
    found = divide(of)
    assert same_blocks(found, divide_exactly(of))
    flow, left, room = (np.empty(k, np.int64) for k in (3, 2, 2))
    block, taker = np.empty(2, np.int64), np.empty(2, np.int64)
    assert kernel.partition(of.supply, of.posts, of.arcs, kernel.LARGEST, flow, left, room, block, taker) == -1
    # The same from end to end, with every product declared too large.
    edges = [("P1", "D1"), ("P2", "D1"), ("P2", "D2"), ("P3", "D2")]
    figures = {"P1": 900, "P2": 300, "P3": 700}, {"D1": 400, "D2": 500}, edges
    expected = place_fairly(*figures)
    monkeypatch.setattr(kernel, "LARGEST", 1.0)
    exact = place_fairly(*figures)
    assert (exact.rates, exact.blocks) == (expected.rates, expected.blocks)


@given(instances())
@settings(max_examples=150, deadline=None)
def test_small_markets(figures: Instance) -> None:
    of, _, _ = market.market_of(*figures)
    one, other = divide(of), divide_exactly(of)
    assert same_blocks(one, other)
    assert (headroom(of, one) == headroom(of, other)).all()
    every = np.arange(len(of.supply))
    assert (indispensability(of, one, every) == indispensability(of, other, every)).all()


@given(instances(), st.integers(0, 2000))
@settings(max_examples=60, deadline=None)
def test_a_limit_cuts_headroom_off_and_changes_nothing_else(figures: Instance, limit: int) -> None:
    of, _, _ = market.market_of(*figures)
    division = divide(of)
    cut = headroom(of, division, np.full(len(of.supply), limit))
    assert (cut == np.minimum(headroom(of, division), limit)).all()


def test_figures_beyond_any_country_are_refused() -> None:
    with pytest.raises(ValueError, match="supply adds up to"):
        place_fairly({"P1": 2**62}, {"D1": 1}, [("P1", "D1")])
