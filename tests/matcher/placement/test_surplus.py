"""A surplus is certified only when nothing stands against it."""

from fractions import Fraction

import pytest

from matcher.placement.fair import place_fairly
from matcher.placement.surplus import SurplusFinding, certify_surplus

# 100 + 50 persons for 60 posts, and 40 persons with posts of their own who could also take some of the 60.
SUPPLY = {"P1": 10000, "P2": 5000, "P3": 4000}
POSTS = {"D1": 6000, "D2": 2000}
EDGES = [("P1", "D1"), ("P2", "D1"), ("P3", "D1"), ("P3", "D2")]


def finding(
    block: str = "P1",
    share_low: Fraction = Fraction(1),
    uncovered: frozenset[str] = frozenset(),
    estimated: frozenset[str] = frozenset(),
    observed: dict[str, int] | None = None,
) -> SurplusFinding:
    placement = place_fairly(SUPPLY, POSTS, EDGES)
    high = place_fairly(SUPPLY, {d: int(n / share_low) for d, n in POSTS.items()}, EDGES)
    found = certify_surplus(placement, high.rates, uncovered, estimated, observed or {}, Fraction(7, 10))
    return next(f for f in found if f.block == block)


def test_a_covered_surplus_is_certified() -> None:
    assert finding() == SurplusFinding("P1", None, True, (), 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"share_low": Fraction(1, 2)}, "high_posts"),
        ({"uncovered": frozenset({"P2"})}, "coverage"),
        ({"estimated": frozenset({"P1"})}, "estimated"),
        ({"observed": {"P1": 5000, "P2": 1001}}, "contradiction"),
    ],
)
def test_each_objection_voids_it_and_is_named(changes: dict, reason: str) -> None:
    found = finding(**changes)
    assert not found.certified
    assert found.why_not_certified == (reason,)


def test_observed_placements_beyond_the_posts_say_by_how_much_demand_is_undercounted() -> None:
    found = finding(observed={"P1": 5000, "P2": 1500})
    assert (found.observed_placed, found.undercounted_by) == (6500, 500)
    assert finding(observed={"P1": 5000, "P2": 1000}).certified, "exactly the posts listed is no contradiction"


def test_a_gap_in_a_worse_off_block_weakens_the_proof_of_a_better_one() -> None:
    assert finding("P3", uncovered=frozenset({"P1"})).why_not_certified == ("coverage",)
    assert finding("P3").certified
