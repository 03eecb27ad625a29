"""Doubt: draws of rate, headroom and employment -> probabilities of clauses, and how often the same flag comes out.

The rules see six yes-or-no facts of a draw, so at most 64 verdicts decide all draws of a program; and a rule that reads two
of the six is asked four times at most.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from matcher.placement.draws import Draws
from matcher.policy.advice import FLAGS, advise, weighed
from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules import GROUNDS, GUARDS, Flag, Rule

# What a draw decides, in the order of the last axis of `drawn`. The first four are fields of Facts.
DRAWN = ("rate_below", "headroom_prioritize", "headroom_expand", "below", "certified", "replaceable")
# What keeps a surplus from being certified and changes from draw to draw; anything else is about the evidence, and stays.
RATE_CLAUSES = {"rate", "high_posts"}
# Which of DRAWN, as bits, a rule reads.
_READS = {
    kind: {name: sum(1 << DRAWN.index(read) for read in rule.drawn) for name, rule in rules.items()}
    for kind, rules in (("grounds", GROUNDS), ("guards", GUARDS))
}


def drawn_clauses(draws: Draws, facts: Sequence[Facts], uniform: np.ndarray, values: Values) -> np.ndarray:
    """What each draw says to the clauses that read drawn quantities.

    Args:
        draws: of the programs, in the order of their facts.
        uniform: (draws, programs), keyed uniforms in [0, 1) for employment.
        values: the pack on the day.

    Returns:
        (draws, programs, 6) booleans in the order of DRAWN. Employment is low in a draw where its uniform is below
        L = P(employment rate < low rate), of the facts; headroom counts with the peers' share of those who stay; a
        surplus is certified, as far as rates are asked, where it survives the high end of posts.
    """
    found = np.zeros((*draws.rate.shape, len(DRAWN)), dtype=bool)
    # Comparisons with NaN are false: without supply there is no surplus, and without figures no low employment.
    found[..., 0] = draws.rate < values.number("surplus.rate")
    room, seekers = at_peers(facts, draws.headroom, draws.supply)
    for place, name in ((1, "prioritize.headroom"), (2, "expand.headroom")):
        share = values.share(name)
        enough = room * share.denominator >= share.numerator * seekers
        found[..., place] = enough & (draws.supply > 0)
    found[..., 3] = uniform < np.array([np.nan if f.below is None else f.below for f in facts])
    found[..., 4] = draws.rate_high < values.number("surplus.rate")
    # A hair more than the product, whatever its last binary digit says.
    most = values.number("guard.indispensability") * draws.rate * draws.supply + 1e-6
    found[..., 5] = draws.indispensability <= most
    return found


def at_peers(facts: Sequence[Facts], headroom: np.ndarray, supply: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Headroom and supply of every draw if as many had stayed as of the peers: who stayed more takes room first.

    Args:
        headroom, supply: int64 (draws, programs), hundredths; headroom counts up to the supply, as in `placement.draws`.
    """
    point = np.array([f.supply or 1 for f in facts], np.int64)
    here, own = (
        np.array([n if f.supply else 0 for f, n in zip(facts, lifts, strict=True)], np.int64)
        for lifts in ([f.lift_here for f in facts], [f.lift for f in facts])
    )
    room = np.where(here > 0, np.minimum(headroom, supply) - supply * here // point, headroom)
    return np.maximum(0, room), supply + supply * own // point


def with_doubt(facts: Sequence[Facts], drawn: np.ndarray) -> list[Facts]:
    """Facts with the probabilities of their clauses: shares of the draws.

    `below` stays what the employment posterior says, which needs no draws. A program without a rate or headroom keeps
    None: draws cannot tell what its tables do not.

    Args:
        drawn: (draws, programs, 6) of `drawn_clauses`, programs in the order of `facts`.
    """
    if not len(drawn):
        return list(facts)
    shares = drawn.mean(axis=0)
    return [
        fact.but(
            rate_below=None if fact.rate is None else float(share[0]),
            headroom_prioritize=None if fact.headroom is None or not fact.supply else float(share[1]),
            headroom_expand=None if fact.headroom is None or not fact.supply else float(share[2]),
        )
        for fact, share in zip(facts, shares, strict=True)
    ]


def flag_shares(facts: Facts, values: Values, day: date, drawn: np.ndarray) -> tuple[tuple[Flag, float], ...]:
    """Flag -> share of the draws in which the same rules give it; flags that no draw gives are left out.

    Args:
        drawn: (draws, 6) booleans of one program, in the order of DRAWN.
    """
    if not len(drawn):
        return ()
    codes = drawn.astype(np.int64) @ (1 << np.arange(len(DRAWN)))
    least, known = values.number("phase_out.grounds"), dict[tuple[str, str, int], Any]()

    def judged(kind: str, rules: Mapping[str, Rule], names: Sequence[str], seen: Facts, code: int) -> tuple[Any, ...]:
        keys = [(kind, name, code & _READS[kind][name]) for name in names]
        for key in keys:
            if key not in known:
                known[key] = rules[key[1]].judge(seen, values, day)
        return tuple(known[key] for key in keys)

    counts: dict[Flag, int] = {}
    for code, number in zip(*(found.tolist() for found in np.unique(codes, return_counts=True)), strict=True):
        seen = in_draw(facts, {name: bool(code >> place & 1) for place, name in enumerate(DRAWN)})
        reasons = judged("grounds", GROUNDS, values.pack.grounds, seen, code)
        flag = weighed(reasons, judged("guards", GUARDS, values.pack.guards, seen, code), least).flag
        counts[flag] = counts.get(flag, 0) + number
    return tuple((flag, counts[flag] / len(drawn)) for flag in FLAGS if flag in counts)


def in_draw(facts: Facts, held: Mapping[str, bool]) -> Facts:
    """The facts of one draw: certain, or excluded, in place of probable; what is unknown stays unknown.

    Whether a surplus is certified follows the rates of the draw where nothing but rates decides it; posts are left over
    wherever the draw has headroom; whether others could take the program's place is that of the draw. Where posts of its
    own college are left out, point values decide these three, as they do for the published flag.
    """
    certain: dict[str, Any] = {name: float(held[name]) for name in DRAWN[:4] if getattr(facts, name) is not None}
    if not facts.own_posts:
        if facts.certified or (facts.why_not_certified and RATE_CLAUSES.issuperset(facts.why_not_certified)):
            certain["certified"] = held["certified"]
        certain["borders_scarce"] = facts.borders_scarce or held["headroom_expand"]
        if facts.supply is not None and facts.indispensability is not None:
            # Nobody, or more than there are: enough to say on which side of its limit the guard is.
            certain["indispensability"] = 0 if held["replaceable"] else facts.supply + 1
    return facts.but(**certain)


def flag_probability(facts: Facts, values: Values, day: date, drawn: np.ndarray) -> float | None:
    """Share of the draws that give the flag that is published for `facts`.

    Args:
        facts: with the probabilities of `with_doubt`.
        drawn: (draws, 6) booleans, see `flag_shares`.

    Returns:
        None for insufficient_evidence, 1 for recorded facts.
    """
    return advise(facts, values, day).probability(flag_shares(facts, values, day, drawn))
