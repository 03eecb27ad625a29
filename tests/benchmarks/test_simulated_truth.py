"""Markets whose truth is known: flags are right where simple rules are not, say how sure they are, and certificates hold."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_market import AS_OF, World, simulate
from simulated_rules import checked_certificates
from simulated_truth import METHOD, MOST_DRAWS, Assessed, assessed, flag_figures, reliability, share, surplus_figures

from matcher import assess
from matcher.drawing import LOGIT_ERROR

PLAIN = World("plain")
DECLARED = World("half of the posts, declared", seen=0.5)
CLAIMED = World("half of the posts, all claimed", seen=0.5, honest=False)


@pytest.fixture(scope="module")
def plain() -> Assessed:
    return assessed(PLAIN, range(12), draws=100)


@pytest.fixture(scope="module")
def assumed() -> Assessed:
    """Exactly what draws assume: shared match errors of their size, and employment that says nothing of the market."""
    return assessed(World("assumed", LOGIT_ERROR, telling=False), range(10), draws=100)


@pytest.fixture(scope="module")
def claimed() -> Assessed:
    return assessed(CLAIMED, range(6), draws=50)


def precision(found: Assessed, flag: str) -> dict[str, float]:
    return {row["rule"]: row["precision"][0] for row in flag_figures(found.programs) if row["flag"] == flag}


@pytest.mark.parametrize("flag", ["phase_out", "expand"])
def test_flags_are_right_more_often_than_any_simple_rule(plain: Assessed, flag: str) -> None:
    found = precision(plain, flag)
    assert (plain.programs[METHOD] == flag).sum() >= 10, "a precision of few flags says nothing"
    simple = {rule: right for rule, right in found.items() if rule not in (METHOD, MOST_DRAWS)}
    assert len(simple) >= 4
    assert found[METHOD] >= 0.85
    assert found[METHOD] > max(simple.values())


def test_a_flag_holds_as_often_as_it_says(assumed: Assessed) -> None:
    rows = {row["from"]: row for row in reliability(assumed.programs)}
    # Programs of one market share their fate: three standard errors of a share are about .07 over these markets.
    for start in (0.7, 0.85, 0.95, 1.0):
        assert rows[start]["flags"] > 100
        assert abs(rows[start]["holds"][0] - rows[start]["stated"]) < 0.07, rows[start]


def test_a_source_that_claims_to_see_all_and_sees_half_is_contradicted_by_placements(claimed: Assessed) -> None:
    found = surplus_figures(claimed)
    assert found["truly_surplus_without_the_test"][0] < 0.6, "without the test most of them would be no surplus"
    assert found["no_surplus_caught"][0] > 0.9


def test_certificates_are_never_wrong_given_the_matches(plain: Assessed, claimed: Assessed) -> None:
    assert plain.certified > 40
    assert plain.wrong == claimed.wrong == 0


@given(st.integers(0, 10**6), st.sampled_from([PLAIN, DECLARED, replace(PLAIN, miscounted=True)]))
@settings(max_examples=8, deadline=None)
def test_no_market_has_a_wrong_certificate(seed: int, world: World) -> None:
    result = assess(**simulate(world, seed).tables, as_of=AS_OF, draws=0, counterfactuals=False)
    assert checked_certificates(result, seed)[1] == 0


def test_a_wrong_certificate_would_be_seen() -> None:
    result = assess(**simulate(PLAIN, 0).tables, as_of=AS_OF, draws=0, counterfactuals=False)
    certified = next(b for b in result.blocks if b["certified"])
    others = [b for b in result.blocks if b is not certified]
    too_many = certified | {"cannot_be_placed": certified["cannot_be_placed"] + 0.01}
    assert checked_certificates(replace(result, blocks=[too_many, *others]), 0)[1] == 1
    roomy = next(b for b in result.blocks if b["rate"] == 1)
    lifted = [b | {"certified": b is roomy} for b in result.blocks]
    assert checked_certificates(replace(result, blocks=lifted), 0) == (1, 1)


def test_worlds_of_one_seed_are_one_market() -> None:
    plain, half = simulate(PLAIN, 3), simulate(DECLARED, 3)
    assert plain.truth == half.truth
    assert plain.tables["outcomes"].equals(half.tables["outcomes"])
    seen = half.tables["demands"]["openings"].sum() / plain.tables["demands"]["openings"].sum()
    assert 0.35 < seen < 0.65
    assert half.tables["coverage"]["share_low"].max() < 0.9


def test_links_are_true_as_often_as_p_says() -> None:
    right, stated = [], []
    for seed in range(8):
        market = simulate(PLAIN, seed)
        matches = market.tables["matches"].set_index(["program_id", "demand_id"])["p"]
        programs = market.tables["programs"].set_index("program_id")[["region", "level"]]
        demands = market.tables["demands"].set_index("demand_id")[["region", "levels"]]
        own = programs.loc[matches.index.get_level_values(0)]
        posts = demands.loc[matches.index.get_level_values(1)]
        here = own["region"].to_numpy() == posts["region"].to_numpy()
        fits = [a in b for a, b in zip(own["level"], posts["levels"], strict=True)]
        within = matches[here & np.array(fits)]
        right.append(within.index.isin(market.truth.edges).mean())
        stated.append(within.mean())
    assert np.mean(right) == pytest.approx(np.mean(stated), abs=0.02)


def test_intervals_resample_markets(plain: Assessed) -> None:
    markets = plain.programs["market"]
    alike = share(markets.isin([0, 1, 2]), markets)
    assert alike is not None
    assert alike[2] - alike[1] > 0.4, "three markets of twelve that hold as a whole are as few as three"
