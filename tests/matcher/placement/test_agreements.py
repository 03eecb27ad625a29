"""Contracted seats come first, and only as far as earlier cohorts took theirs up (docs/method.md, 0)."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.placement.agreements import Served, contracted, serve_first
from tests.matcher.placement.test_fair import Instance, instances


def agreements(*rows: tuple[str, int, int | None, float | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["program_id", "seats", "year", "fulfilment"])
    return table.astype({"year": "Int64", "fulfilment": "Float64"})


def test_seats_count_as_far_as_earlier_cohorts_fulfilled_them() -> None:
    table = agreements(("P1", 30, 2026, 0.92), ("P1", 10, 2026, 0.5), ("P2", 24, 2026, None), ("P3", 20, None, 0.925))
    assert contracted(table, 2026) == {"P1": 3260, "P3": 1850}


def test_the_latest_year_not_after_the_date_counts() -> None:
    table = agreements(("P1", 30, 2025, 1.0), ("P1", 20, 2026, 1.0), ("P1", 90, 2027, 1.0))
    assert contracted(table, 2026) == {"P1": 2000}


def test_served_persons_are_spread_over_reachable_posts_in_proportion() -> None:
    served = serve_first({"P1": 1000}, {"P1": 4000}, {"D1": 3000, "D2": 1000, "D3": 9}, [("P1", "D1"), ("P1", "D2")])
    assert served == Served({"P1": 1000}, {"D1": 750, "D2": 250}, {})
    assert served.less_persons({"P1": 4000, "P2": 5}) == {"P1": 3000, "P2": 5}


def test_no_more_than_its_supply_and_no_more_than_the_posts() -> None:
    served = serve_first({"P1": 5000, "P2": 900}, {"P1": 4000, "P2": 900}, {"D1": 1500}, [("P1", "D1"), ("P2", "D1")])
    assert served == Served({"P1": 4000, "P2": 900}, {"D1": 1500}, {"P1": 2500, "P2": 900})
    assert serve_first({"P1": 100}, {"P1": 100}, {"D1": 5}, []).unlisted == {"P1": 100}


@given(instances(), st.data())
@settings(max_examples=150, deadline=None)
def test_it_always_adds_up(market: Instance, data: st.DataObject) -> None:
    supply, posts, edges = market
    seats = {p: data.draw(st.integers(0, 2000)) for p in supply}
    served = serve_first(seats, supply, posts, edges)
    assert all(0 <= n <= min(seats[p], supply[p]) for p, n in served.persons.items())
    assert all(0 <= n <= posts[d] for d, n in served.posts.items())
    assert sum(served.posts.values()) + sum(served.unlisted.values()) == sum(served.persons.values())
    assert served == serve_first(dict(reversed(seats.items())), supply, posts, edges[::-1])
