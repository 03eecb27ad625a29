"""Doubt: draws of rate, headroom and employment -> probabilities of clauses, and how often the same flag comes out.

The rules see four yes-or-no facts of a draw, so at most sixteen verdicts decide all draws of a program.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from matcher.policy.advice import FLAGS, advise
from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules import Flag

# What a draw decides, in the order of the last axis of `drawn`: names of fields of Facts.
DRAWN = ("rate_below", "headroom_prioritize", "headroom_expand", "below")


def drawn_clauses(
    rate: np.ndarray,
    headroom: np.ndarray,
    supply: np.ndarray,
    uniform: np.ndarray,
    below: np.ndarray,
    values: Values,
) -> np.ndarray:
    """What each draw says to the clauses on probability.

    Args:
        rate: (draws, programs) placeable rates, 0 to 1; NaN where a program has no supply in a draw.
        headroom, supply: (draws, programs), whole hundredths of persons a year.
        uniform: (draws, programs), keyed uniforms in [0, 1) for employment.
        below: (programs,) L = P(employment rate < low rate); NaN where unknown.
        values: the pack on the day.

    Returns:
        (draws, programs, 4) booleans in the order of DRAWN. Employment is low in a draw where its uniform is below L.
    """
    found = np.zeros((*rate.shape, len(DRAWN)), dtype=bool)
    # Comparisons with NaN are false: without supply there is no surplus, and without figures no low employment.
    found[..., 0] = rate < values.number("surplus.rate")
    for place, name in ((1, "prioritize.headroom"), (2, "expand.headroom")):
        share = values.share(name)
        enough = headroom.astype(np.int64) * share.denominator >= share.numerator * supply.astype(np.int64)
        found[..., place] = enough & (supply > 0)
    found[..., 3] = uniform < below
    return found


def with_doubt(facts: Sequence[Facts], drawn: np.ndarray) -> list[Facts]:
    """Facts with the probabilities of their clauses: shares of the draws.

    `below` stays what the employment posterior says, which needs no draws. A program without a rate or headroom keeps
    None: draws cannot tell what its tables do not.

    Args:
        drawn: (draws, programs, 4) of `drawn_clauses`, programs in the order of `facts`.
    """
    if not len(drawn):
        return list(facts)
    shares = drawn.mean(axis=0)
    return [
        replace(
            fact,
            rate_below=None if fact.rate is None else float(share[0]),
            headroom_prioritize=None if fact.headroom is None or not fact.supply else float(share[1]),
            headroom_expand=None if fact.headroom is None or not fact.supply else float(share[2]),
        )
        for fact, share in zip(facts, shares, strict=True)
    ]


def flag_shares(facts: Facts, values: Values, day: date, drawn: np.ndarray) -> tuple[tuple[Flag, float], ...]:
    """Flag -> share of the draws in which the same rules give it; flags that no draw gives are left out.

    Args:
        drawn: (draws, 4) booleans of one program, in the order of DRAWN.
    """
    if not len(drawn):
        return ()
    codes = drawn.astype(np.int64) @ (1 << np.arange(len(DRAWN)))
    counts: dict[Flag, int] = {}
    for code, number in zip(*np.unique(codes, return_counts=True), strict=True):
        # The drawn value in place of the probability: certain, or excluded. What is unknown stays unknown.
        certain: dict[str, Any] = {
            name: float(int(code) >> place & 1) for place, name in enumerate(DRAWN) if getattr(facts, name) is not None
        }
        flag = advise(replace(facts, **certain), values, day).flag
        counts[flag] = counts.get(flag, 0) + int(number)
    return tuple((flag, counts[flag] / len(drawn)) for flag in FLAGS if flag in counts)


def flag_probability(facts: Facts, values: Values, day: date, drawn: np.ndarray) -> float | None:
    """Share of the draws that give the flag that is published for `facts`.

    Args:
        facts: with the probabilities of `with_doubt`.
        drawn: (draws, 4) booleans, see `flag_shares`.

    Returns:
        None for insufficient_evidence, 1 for recorded facts.
    """
    return advise(facts, values, day).probability(flag_shares(facts, values, day, drawn))
