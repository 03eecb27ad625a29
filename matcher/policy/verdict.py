"""From grounds to one flag, and beside it what the regulations say and the next measure (docs/method.md, section 7)."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from matcher.policy.advice import FLAGS, Advice, advise
from matcher.policy.doubt import flag_shares
from matcher.policy.facts import Facts
from matcher.policy.measures import Measure, is_token_class, next_measure
from matcher.policy.parameters import Values
from matcher.policy.rules import Clause, Finding, Flag, Ground, findings, is_surplus

__all__ = ["FLAGS", "Verdict", "decide"]


@dataclass(frozen=True)
class Verdict:
    """The advice on one program and everything it rests on.

    Attributes:
        flag: the direction advised.
        carried_by: names of the grounds that gave it; empty for maintain.
        also_fires: other flags whose grounds hold.
        notices: keys of words.NOTICES, in order.
        blocked_by: names of the guards that kept a phase-out from being advised.
        grounds, guards: the trace.
        findings: what each regulation of the pack says, by its letter; it never changes the flag.
        measure: the next step of the ladder, or None.
        flag_probability: share of the draws that give the published flag; None without draws and for
            insufficient_evidence; 1 for recorded facts.
        flag_shares: flag -> share of the draws; empty without draws.
        pooled: the advice on the small points of its class at its institution as one, where they were.
    """

    program_id: str
    flag: Flag
    carried_by: tuple[str, ...]
    also_fires: tuple[Flag, ...]
    notices: tuple[str, ...]
    blocked_by: tuple[str, ...]
    grounds: tuple[Ground, ...]
    guards: tuple[Clause, ...]
    findings: tuple[Finding, ...] = ()
    measure: Measure | None = None
    flag_probability: float | None = None
    flag_shares: tuple[tuple[Flag, float], ...] = ()
    pooled: "Verdict | None" = None

    @property
    def holding(self) -> tuple[Finding, ...]:
        """The regulations whose verdict applies."""
        return tuple(f for f in self.findings if f.holds and f.gives == "verdict")


def decide(facts: Facts, values: Values, as_of: date, drawn: np.ndarray | None = None) -> Verdict:
    """Applies the pack's rules to one program.

    Args:
        drawn: (draws, 6) booleans, see doubt.DRAWN; None where no draws were made.
    """
    own = advise(facts, values, as_of)
    advice, pooled = own, None
    if facts.pool is not None and _only_small(own):
        pooled = decide(facts.pool, values, as_of)
        if pooled.flag != "insufficient_evidence":
            # Splitting a program into parts too small to judge gains nothing: the parts are judged as one.
            advice = Advice(pooled.flag, pooled.carried_by, pooled.blocked_by, own.grounds, own.guards)
        else:
            pooled = None
    found = findings(facts, values, as_of)
    shares = () if drawn is None or pooled else flag_shares(facts, values, as_of, drawn)
    notices = _notices(facts, advice, found, values, pooled is not None)
    if shares and advice.flag != "insufficient_evidence" and not advice.recorded and (
        max(share for _, share in shares) < values.number("doubt.borderline")
    ):  # fmt: skip
        notices += ("borderline",)
    return Verdict(
        facts.program_id,
        advice.flag,
        advice.carried_by,
        advice.also_fires,
        notices,
        advice.blocked_by,
        advice.grounds,
        advice.guards,
        found,
        next_measure(facts, advice.flag, advice.carried_by, advice.blocked_by, found, values, as_of),
        advice.probability(shares),
        shares,
        pooled,
    )


def _only_small(advice: Advice) -> bool:
    """Whether nothing but too few graduates keeps a program from being judged."""
    if advice.flag != "insufficient_evidence":
        return False
    return [c.name for g in advice.grounds if g.name == "insufficient" for c in g.clauses if c.holds] == [
        "few_graduates"
    ]


def _notices(facts: Facts, advice: Advice, found: tuple[Finding, ...], values: Values, pooled: bool) -> tuple[str, ...]:
    wanted = {
        "guard_blocks": bool(advice.blocked_by),
        "needs_approval": bool(facts.state_controlled),
        "approval_to_be_checked": facts.state_controlled is None and facts.controlled_field is not None,
        "capacity_to_be_shown": advice.flag == "expand"
        and (facts.capacity is None or all(n is None for _, n in facts.enrolled)),
        "demand_undercounted": facts.undercounted_by > 0,
        "surplus_against_listed_only": "rate" not in facts.why_not_certified and bool(facts.why_not_certified),
        "supply_estimated": facts.supply_estimated,
        "strategic_yet_surplus": is_surplus(facts, values)
        and facts.strategic > 0
        and facts.strategic >= values.share("prioritize.strategic_share") * facts.reachable,
        "judged_pooled": pooled,
        "token_class": is_token_class(facts, values),
        "own_posts_left_out": facts.own_posts > 0,
        **{notice: any(f.holds and f.gives == notice for f in found) for notice in REGULATION_NOTICES},
    }
    return tuple(name for name, holds in wanted.items() if holds)


REGULATION_NOTICES = ("no_new_points", "no_new_points_at_school", "new_points_by_exchange", "no_own_withdrawal")
