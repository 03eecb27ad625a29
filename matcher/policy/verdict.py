"""From grounds to one flag (docs/method.md, section 7)."""

from dataclasses import dataclass
from datetime import date

from matcher.policy.facts import Facts
from matcher.policy.pack import Values
from matcher.policy.rules import Clause, Flag, Ground, grounds, guards

FLAGS: tuple[Flag, ...] = ("phase_out", "insufficient_evidence", "prioritize", "expand", "upgrade", "maintain")


@dataclass(frozen=True)
class Verdict:
    """The advice on one program and everything it rests on.

    Attributes:
        flag: the direction advised.
        carried_by: names of the grounds that gave it; empty for maintain.
        also_fires: other flags whose grounds hold.
        notices: keys of reasons.NOTICES, in order.
        blocked_by: names of the guards that kept a phase-out from being advised.
        grounds, guards: the trace.
    """

    program_id: str
    flag: Flag
    carried_by: tuple[str, ...]
    also_fires: tuple[Flag, ...]
    notices: tuple[str, ...]
    blocked_by: tuple[str, ...]
    grounds: tuple[Ground, ...]
    guards: tuple[Clause, ...]


def decide(facts: Facts, values: Values, as_of: date) -> Verdict:
    """Applies the pack's rules to one program."""
    found = grounds(facts, values, as_of)
    gates = guards(facts, values, as_of)
    holding = [ground for ground in found if ground.holds]
    blocked = tuple(gate.name for gate in gates if not gate.holds)
    recorded = [g.name for g in holding if g.name == "no_enrolment"]
    # Vanished posts and a certified surplus are the same fact seen twice, and count once.
    work = [g.name for g in holding if g.name in ("vanished", "surplus_low_employment")]
    open_work = work if not blocked else []
    enough = len(recorded) + bool(open_work) >= values.number("phase_out.grounds")

    flag: Flag = "maintain"
    carried: tuple[str, ...] = ()
    blocked_here = blocked if work and not recorded else ()
    if enough:
        flag, carried = "phase_out", (*recorded, *open_work)
    elif not blocked_here:
        for candidate in FLAGS[1:-1]:
            names = tuple(g.name for g in holding if g.flag == candidate)
            if names:
                flag, carried = candidate, names
                break
    others = {g.flag for g in holding if g.flag not in (flag, "insufficient_evidence")}
    also = tuple(f for f in FLAGS if f in others)
    return Verdict(
        facts.program_id, flag, carried, also, _notices(facts, flag, blocked_here, values), blocked_here, found, gates
    )


def _notices(facts: Facts, flag: Flag, blocked: tuple[str, ...], values: Values) -> tuple[str, ...]:
    wanted = {
        "guard_blocks": bool(blocked),
        "needs_approval": bool(facts.state_controlled),
        "capacity_to_be_shown": flag == "expand"
        and (facts.capacity is None or all(n is None for _, n in facts.enrolled)),
        "demand_undercounted": facts.undercounted_by > 0,
        "surplus_against_listed_only": "rate" not in facts.why_not_certified and bool(facts.why_not_certified),
        "supply_estimated": facts.supply_estimated,
        "strategic_yet_surplus": bool(facts.certified)
        and facts.strategic > 0
        and facts.strategic >= values.share("prioritize.strategic_share") * facts.reachable,
    }
    return tuple(name for name, holds in wanted.items() if holds)
