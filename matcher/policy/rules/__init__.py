"""The rules that packs order and switch: grounds of flags, their guards, and regulations by the letter.

A clause holds, does not hold, or cannot be evaluated (None). Without draws a clause on a probability, such as
P(headroom >= ...) >= q, is decided on the point value; its `decided_on` says so.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from corpora.faults import Unusable
from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules.clause import MEASURES, Clause, Figure, Finding, Flag, Ground, Rule
from matcher.policy.rules.evidence import EVIDENCE
from matcher.policy.rules.growth import GROWTH
from matcher.policy.rules.guards import GUARD_RULES
from matcher.policy.rules.phase_out import PHASE_OUT, is_surplus
from matcher.policy.rules.regulations import REGULATION_RULES
from matcher.policy.rules.scope import NEW_POINT_RULES, SCOPES
from matcher.policy.rules.upgrade import UPGRADE

__all__ = [
    "GROUNDS", "GUARDS", "MEASURES", "REGULATIONS", "SCOPES", "Clause", "Figure", "Finding", "Flag", "Ground", "Rule",
    "findings", "grounds", "guards", "is_surplus", "read_scope",
]  # fmt: skip


def _by_name(rules: Iterable[Rule]) -> Mapping[str, Rule]:
    return {rule.name: rule for rule in rules}


GROUNDS = _by_name((*PHASE_OUT, *EVIDENCE, *GROWTH, *UPGRADE))
GUARDS = _by_name(GUARD_RULES)
REGULATIONS = _by_name((*REGULATION_RULES, *NEW_POINT_RULES))


def grounds(facts: Facts, values: Values, as_of: date) -> tuple[Ground, ...]:
    """The pack's grounds in its order."""
    return _judged(GROUNDS, values.pack.grounds, facts, values, as_of)


def guards(facts: Facts, values: Values, as_of: date) -> tuple[Clause, ...]:
    """What must hold before (b) vanished or (c) surplus may lead to a phase-out, in the pack's order."""
    return _judged(GUARDS, values.pack.guards, facts, values, as_of)


def findings(facts: Facts, values: Values, as_of: date) -> tuple[Finding, ...]:
    """What each regulation of the pack says, in its order; one that lacks a value on the day is not in force."""
    in_force = [n for n in values.pack.regulations or () if all(values.has(asked) for asked in REGULATIONS[n].asks)]
    return _judged(REGULATIONS, in_force, facts, values, as_of)


def read_scope(scope: str | None) -> str:
    """A declared scope; "" where none is.

    Raises:
        Unusable: another word.
    """
    if scope and scope not in SCOPES:
        known = ", ".join(SCOPES)
        raise Unusable(f"数据范围是“{scope}”；应为 {known} 之一", f"scope is {scope!r}; expected one of {known}")
    return scope or ""


def _judged(known: Mapping[str, Rule], names: Iterable[str], facts: Facts, values: Values, as_of: date) -> Any:
    return tuple(known[name].judge(facts, values, as_of) for name in names)
