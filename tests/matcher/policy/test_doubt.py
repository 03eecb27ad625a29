"""Probabilities of clauses and of flags from draws, against a verdict for every single draw."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from matcher.policy.advice import advise
from matcher.policy.doubt import DRAWN, drawn_clauses, flag_probability, flag_shares, with_doubt
from matcher.policy.verdict import decide
from tests.spec.cases import DEFAULT

AS_OF, VALUES = DEFAULT.as_of, DEFAULT.values
SURPLUS = DEFAULT.facts_of(DEFAULT.content["situations"]["surplus"])
STRATEGIC = DEFAULT.facts_of(DEFAULT.content["situations"]["strategic"])
BASE = DEFAULT.facts_of({})
NEVER = [False] * len(DRAWN)


def draws(*counts: tuple[int, str]) -> np.ndarray:
    """So many draws in which the named clauses hold."""
    found = [[name in held.split() for name in DRAWN] for number, held in counts for _ in range(number)]
    return np.array(found, dtype=bool).reshape(-1, len(DRAWN))


def test_clauses_of_a_draw_are_exact_at_their_limits() -> None:
    rate = np.array([[0.7, 6999 / 10000, np.nan]])
    supply = np.array([[10_000, 10_000, 0]])
    headroom = np.array([[1_000, 1_999, 5]])
    uniform = np.array([[0.5, 0.5, 0.1]])
    found = drawn_clauses(rate, headroom, supply, uniform, np.array([0.5, 0.51, np.nan]), VALUES)
    assert found.shape == (1, 3, 4)
    assert found[0].tolist() == [
        [False, True, False, False],
        [True, True, False, True],
        # Nobody looks for work: no surplus, no room to speak of, and no figures of employment.
        [False, False, False, False],
    ]
    assert drawn_clauses(rate, headroom * 2, supply, uniform, np.zeros(3), VALUES)[0, 0].tolist() == [
        False,
        True,
        True,
        False,
    ]


def test_facts_take_the_shares_of_their_draws_and_keep_what_is_unknown() -> None:
    both = np.stack([draws((9, "rate_below"), (1, "headroom_prioritize below"))] * 2, axis=1)
    one, two = with_doubt([BASE, replace(BASE, rate=None, headroom=None)], both)
    assert (one.rate_below, one.headroom_prioritize, one.headroom_expand) == (0.9, 0.1, 0.0)
    assert one.below == BASE.below
    assert (two.rate_below, two.headroom_prioritize, two.headroom_expand) == (None, None, None)
    assert with_doubt([BASE], np.zeros((0, 1, 4), dtype=bool)) == [BASE]


@pytest.mark.parametrize("facts", [SURPLUS, STRATEGIC, BASE], ids=["surplus", "strategic", "steady"])
def test_sixteen_verdicts_say_what_a_verdict_a_draw_says(facts: object) -> None:
    drawn = np.random.default_rng(7).random((60, 4)) < [0.8, 0.6, 0.5, 0.7]
    (known,) = with_doubt([facts], drawn[:, None, :])  # type: ignore[list-item]
    one_by_one = Counter(
        advise(replace(known, **{n: float(v) for n, v in zip(DRAWN, row, strict=True)}), VALUES, AS_OF).flag
        for row in drawn
    )
    shares = dict(flag_shares(known, VALUES, AS_OF, drawn))
    assert shares == {flag: number / 60 for flag, number in one_by_one.items()}
    assert sum(shares.values()) == pytest.approx(1)
    published = decide(known, VALUES, AS_OF, drawn)
    assert (
        published.flag_probability == shares.get(published.flag, 0.0) == flag_probability(known, VALUES, AS_OF, drawn)
    )


def test_a_published_phase_out_carries_the_share_of_draws_that_give_it() -> None:
    drawn = draws((17, "rate_below below"), (2, "rate_below"), (1, "below"))
    (known,) = with_doubt([replace(SURPLUS, below=0.95)], drawn[:, None, :])
    found = decide(known, VALUES, AS_OF, drawn)
    assert (found.flag, found.flag_probability) == ("phase_out", 0.85)
    decided = {c.name: c.decided_on for g in found.grounds for c in g.clauses}
    assert (decided["surplus_likely"], decided["employment_low"], decided["headroom_likely"]) == (
        "draws",
        "posterior",
        "draws",
    )
    assert "borderline" not in found.notices


def test_a_flag_that_no_draw_favours_clearly_is_borderline() -> None:
    drawn = draws((13, "rate_below below"), (7, ""))
    (known,) = with_doubt([replace(SURPLUS, below=0.65)], drawn[:, None, :])
    found = decide(known, VALUES, AS_OF, drawn)
    assert dict(found.flag_shares) == {"phase_out": 0.65, "maintain": 0.35}
    assert (found.flag, found.flag_probability) == ("maintain", 0.35)
    assert "borderline" in found.notices


def test_recorded_facts_are_certain_and_missing_data_have_no_probability() -> None:
    empty = DEFAULT.facts_of(DEFAULT.content["situations"]["empty"])
    drawn = draws((10, ""), (10, "rate_below below"))
    assert decide(empty, VALUES, AS_OF, drawn).flag_probability == 1.0
    assert decide(replace(BASE, graduates=3), VALUES, AS_OF, drawn).flag_probability is None
    assert decide(BASE, VALUES, AS_OF).flag_probability is None
