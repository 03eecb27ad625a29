"""From grounds and guards to one flag: the part of a verdict that draws repeat."""

from dataclasses import dataclass
from datetime import date

from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules import Clause, Flag, Ground, grounds, guards

FLAGS: tuple[Flag, ...] = ("phase_out", "insufficient_evidence", "prioritize", "expand", "upgrade", "maintain")
# Grounds read from records alone: nothing about them is drawn.
RECORDED = ("no_enrolment",)


@dataclass(frozen=True)
class Advice:
    """A flag with the grounds that carry it and the guards that stand against a phase-out."""

    flag: Flag
    carried_by: tuple[str, ...]
    blocked_by: tuple[str, ...]
    grounds: tuple[Ground, ...]
    guards: tuple[Clause, ...]

    @property
    def also_fires(self) -> tuple[Flag, ...]:
        """Other flags whose grounds hold."""
        others = {g.flag for g in self.grounds if g.holds and g.flag not in (self.flag, "insufficient_evidence")}
        return tuple(flag for flag in FLAGS if flag in others)

    @property
    def recorded(self) -> bool:
        """Whether recorded facts carry the flag."""
        return any(name in RECORDED for name in self.carried_by)

    def probability(self, shares: tuple[tuple[Flag, float], ...]) -> float | None:
        """Share of the draws that give this flag; see Verdict.flag_probability."""
        if self.flag == "insufficient_evidence":
            return None
        if self.recorded:
            return 1.0
        return dict(shares).get(self.flag, 0.0) if shares else None


def advise(facts: Facts, values: Values, as_of: date) -> Advice:
    """The first flag, in the order of the pack's grounds, whose grounds hold."""
    return weighed(grounds(facts, values, as_of), guards(facts, values, as_of), values.number("phase_out.grounds"))


def weighed(found: tuple[Ground, ...], gates: tuple[Clause, ...], least: float) -> Advice:
    """The advice that grounds and guards amount to.

    Args:
        found, gates: in the pack's order; least: how many grounds a phase-out takes.
    """
    holding = [ground for ground in found if ground.holds]
    blocked = tuple(gate.name for gate in gates if not gate.holds)
    recorded = [g.name for g in holding if g.name in RECORDED]
    # Vanished posts and a certified surplus are the same fact seen twice, and count once.
    work = [g.name for g in holding if g.flag == "phase_out" and g.name not in RECORDED]
    open_work = work if not blocked else []
    blocked_here = blocked if work and not recorded else ()
    for flag in dict.fromkeys(ground.flag for ground in found):
        names = tuple(g.name for g in holding if g.flag == flag)
        if flag == "phase_out":
            if len(recorded) + bool(open_work) >= least:
                return Advice(flag, (*recorded, *open_work), blocked_here, found, gates)
            if blocked_here:
                break
        elif names:
            return Advice(flag, names, blocked_here, found, gates)
    return Advice("maintain", (), blocked_here, found, gates)
