"""Probabilities of clauses and of flags from draws, against a verdict for every single draw."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from matcher.placement.draws import Draws
from matcher.policy.advice import advise
from matcher.policy.doubt import DRAWN, at_peers, drawn_clauses, flag_probability, flag_shares, in_draw, with_doubt
from matcher.policy.facts import Facts
from matcher.policy.rules import GROUNDS, GUARDS, Rule
from matcher.policy.verdict import decide
from tests.spec.cases import DEFAULT

AS_OF, VALUES = DEFAULT.as_of, DEFAULT.values
SURPLUS = DEFAULT.facts_of(DEFAULT.content["situations"]["surplus"])
STRATEGIC = DEFAULT.facts_of(DEFAULT.content["situations"]["strategic"])
BASE = DEFAULT.facts_of({})
# A draw in which the surplus is one at the high end as well, and others could take the program's place.
SURPLUS_DRAWN = "rate_below certified replaceable"


def draws(*counts: tuple[int, str]) -> np.ndarray:
    """So many draws in which the named clauses hold."""
    found = [[name in held.split() for name in DRAWN] for number, held in counts for _ in range(number)]
    return np.array(found, dtype=bool).reshape(-1, len(DRAWN))


def test_clauses_of_a_draw_are_exact_at_their_limits() -> None:
    rate = np.array([[0.7, 6999 / 10000, np.nan]])
    supply = np.array([[10_000, 10_000, 0]])
    found = Draws(
        programs=("limit", "below", "nobody"),
        rate=rate,
        rate_high=np.array([[0.6, 0.7, np.nan]]),
        headroom=np.array([[1_000, 1_999, 5]]),
        supply=supply,
        # A fifth of .7 x 10,000 is 1,400; of .6999 it is less.
        indispensability=np.array([[1_400, 1_400, 0]]),
    )
    uniform, facts = np.array([[0.5, 0.5, 0.1]]), [replace(BASE, below=below) for below in (0.5, 0.51, None)]
    held = [
        {name for name, holds in zip(DRAWN, row, strict=True) if holds}
        for row in drawn_clauses(found, facts, uniform, VALUES)[0]
    ]
    assert held == [
        {"headroom_prioritize", "certified", "replaceable"},
        {"rate_below", "headroom_prioritize", "below"},
        # Nobody looks for work: no surplus, no room to speak of, no figures of employment, nobody to replace.
        set(),
    ]
    more = drawn_clauses(replace(found, headroom=found.headroom * 2), facts, uniform, VALUES)
    assert more[0, 0, DRAWN.index("headroom_expand")]


def test_facts_take_the_shares_of_their_draws_and_keep_what_is_unknown() -> None:
    both = np.stack([draws((9, "rate_below"), (1, "headroom_prioritize below"))] * 2, axis=1)
    one, two = with_doubt([BASE, replace(BASE, rate=None, headroom=None)], both)
    assert (one.rate_below, one.headroom_prioritize, one.headroom_expand) == (0.9, 0.1, 0.0)
    assert one.below == BASE.below
    assert (two.rate_below, two.headroom_prioritize, two.headroom_expand) == (None, None, None)
    assert with_doubt([BASE], np.zeros((0, 1, 6), dtype=bool)) == [BASE]


@pytest.mark.parametrize("facts", [SURPLUS, STRATEGIC, BASE], ids=["surplus", "strategic", "steady"])
def test_verdicts_of_distinct_draws_say_what_a_verdict_a_draw_says(facts: Facts) -> None:
    drawn = np.random.default_rng(7).random((60, 6)) < [0.8, 0.6, 0.5, 0.7, 0.8, 0.7]
    (known,) = with_doubt([facts], drawn[:, None, :])
    one_by_one = Counter(
        advise(in_draw(known, dict(zip(DRAWN, row.tolist(), strict=True))), VALUES, AS_OF).flag for row in drawn
    )
    shares = dict(flag_shares(known, VALUES, AS_OF, drawn))
    assert shares == {flag: number / 60 for flag, number in one_by_one.items()}
    assert sum(shares.values()) == pytest.approx(1)
    published = decide(known, VALUES, AS_OF, drawn)
    assert (
        published.flag_probability == shares.get(published.flag, 0.0) == flag_probability(known, VALUES, AS_OF, drawn)
    )


@pytest.mark.parametrize("rule", [*GROUNDS.values(), *GUARDS.values()], ids=lambda rule: rule.name)
def test_a_rule_reads_of_a_draw_what_it_says_it_reads(rule: Rule) -> None:
    """Draws that agree in `drawn` are judged once: another fact that a rule read from a draw would go unseen."""
    situations = [DEFAULT.facts_of(given) for given in DEFAULT.content["situations"].values()]
    # Fewer stayed than of the peers; posts of its own college; a rate just above the limit.
    situations += [
        replace(SURPLUS, lift=500, lift_here=500, peer_rate=Fraction(1, 2), peer_certified=True, peer_below=0.95),
        replace(STRATEGIC, own_posts=100, own_rate=Fraction(9, 10)),
        replace(SURPLUS, rate=Fraction(72, 100), certified=False, why_not_certified=("rate",)),
    ]
    read = {name: set[bool]() for name in DRAWN}
    for facts in situations:
        (known,) = with_doubt([facts], draws((1, " ".join(DRAWN)))[:, None, :])
        found = {
            held: rule.judge(in_draw(known, dict(zip(DRAWN, held, strict=True))), VALUES, AS_OF)
            for held in product((False, True), repeat=len(DRAWN))
        }
        for place, name in enumerate(DRAWN):
            pairs = (
                (found[held], found[(*held[:place], True, *held[place + 1 :])]) for held in found if not held[place]
            )
            read[name].add(any(without != with_it for without, with_it in pairs))
    assert {name for name, changes in read.items() if True in changes} == set(rule.drawn)


def test_a_published_phase_out_carries_the_share_of_draws_that_give_it() -> None:
    drawn = draws((17, f"{SURPLUS_DRAWN} below"), (2, SURPLUS_DRAWN), (1, "below"))
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
    drawn = draws((13, f"{SURPLUS_DRAWN} below"), (7, ""))
    (known,) = with_doubt([replace(SURPLUS, below=0.65)], drawn[:, None, :])
    found = decide(known, VALUES, AS_OF, drawn)
    assert dict(found.flag_shares) == {"phase_out": 0.65, "maintain": 0.35}
    assert (found.flag, found.flag_probability) == ("maintain", 0.35)
    assert "borderline" in found.notices


def shares_of(facts: Facts, *counts: tuple[int, str]) -> dict[str, float]:
    drawn = draws(*counts)
    (known,) = with_doubt([facts], drawn[:, None, :])
    return dict(flag_shares(known, VALUES, AS_OF, drawn))


def test_a_rate_just_above_the_limit_leaves_its_share_of_draws_to_phase_out() -> None:
    """What rests on the point rate alone follows the draws: .72 on paper is below .7 in nearly half of them."""
    near = replace(SURPLUS, rate=Fraction(72, 100), certified=False, why_not_certified=("rate", "high_posts"))
    drawn = ((9, f"{SURPLUS_DRAWN} below"), (11, "below replaceable"))
    assert shares_of(near, *drawn) == {"phase_out": 0.45, "maintain": 0.55}
    for reason in ("contradiction", "coverage", "estimated"):
        void = replace(near, why_not_certified=("rate", "high_posts", reason))
        assert shares_of(void, *drawn) == {"maintain": 1.0}, "no draw mends the evidence"
    assert shares_of(near, (9, "rate_below replaceable below"), (11, "below")) == {"maintain": 1.0}, (
        "a surplus that posts out of sight would lift is none"
    )


def test_a_guard_on_replaceability_follows_the_draws() -> None:
    blocked = replace(SURPLUS, indispensability=4000)
    found = shares_of(blocked, (12, f"{SURPLUS_DRAWN} below"), (8, "rate_below certified below"))
    assert found == {"phase_out": 0.6, "maintain": 0.4}


def test_posts_left_over_in_a_draw_are_scarce_people_in_that_draw() -> None:
    roomy = replace(BASE, headroom=0, borders_scarce=False, capacity=150)
    drawn = ((12, "headroom_prioritize headroom_expand"), (8, ""))
    assert shares_of(roomy, *drawn) == {"expand": 0.6, "maintain": 0.4}
    assert shares_of(replace(roomy, own_posts=1000), *drawn) == {"maintain": 1.0}, (
        "its own college's posts lift no flag"
    )


def test_recorded_facts_are_certain_and_missing_data_have_no_probability() -> None:
    empty = DEFAULT.facts_of(DEFAULT.content["situations"]["empty"])
    drawn = draws((10, ""), (10, "rate_below below"))
    assert decide(empty, VALUES, AS_OF, drawn).flag_probability == 1.0
    assert decide(replace(BASE, graduates=3), VALUES, AS_OF, drawn).flag_probability is None
    assert decide(BASE, VALUES, AS_OF).flag_probability is None


def test_who_would_stay_at_the_peers_share_takes_room_in_every_draw() -> None:
    facts = [replace(BASE, supply=10_000, lift=2_000, lift_here=3_000), BASE, replace(BASE, supply=0, lift_here=50)]
    headroom, supply = np.array([[8_000, 8_000, 10], [900, 900, 0]]), np.array([[10_000, 10_000, 0], [5_000, 5_000, 0]])
    room, seekers = at_peers(facts, headroom, supply)
    # In a draw of half as many graduates half as many more would have stayed: 1,500 of its institution, 1,000 its own.
    assert room.tolist() == [[5_000, 8_000, 10], [0, 900, 0]]
    assert seekers.tolist() == [[12_000, 10_000, 0], [6_000, 5_000, 0]]
