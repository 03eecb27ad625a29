"""Clauses and grounds: what a rule is made of, and what it says of one program."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Literal

from matcher.policy.facts import Facts
from matcher.policy.parameters import Values

Flag = Literal["phase_out", "insufficient_evidence", "prioritize", "expand", "upgrade", "maintain"]
Figure = float | int | str | None
# The ladder (docs/method.md, section 7), one step a year.
MEASURES = (
    "warning", "rectification", "smaller_intake", "intake_every_other_year", "enrolment_stopped", "closure_proposed",
)  # fmt: skip


@dataclass(frozen=True)
class Clause:
    """One condition with everything a reader needs to redo it.

    Attributes:
        name: key of its sentence in words.py.
        holds: None where its inputs are absent.
        value, limit: what was compared, in persons, shares or years.
        parameter: the pack's parameter that the limit comes from; empty for recorded facts.
        decided_on: "fact", "point value", "posterior" or "draws".
        needs_scope: a clause that compares points was not run, since the tables are not declared to hold all points of
            this scope.
    """

    name: str
    holds: bool | None
    value: Figure = None
    limit: Figure = None
    parameter: str = ""
    decided_on: str = "fact"
    needs_scope: str = ""


@dataclass(frozen=True)
class Ground:
    """A reason for a flag: all its clauses together.

    `any_of` grounds hold when one clause does.
    """

    name: str
    flag: Flag
    clauses: tuple[Clause, ...]
    any_of: bool = False

    @cached_property
    def holds(self) -> bool | None:
        """True, False, or None where an absent input decides."""
        return together(self.clauses, 1 if self.any_of else len(self.clauses))


@dataclass(frozen=True)
class Finding:
    """What one regulation says of one program, by its letter.

    Attributes:
        regulation: its name.
        gives: "verdict", or the key of the notice that it gives.
        clauses: of which at least `at_least` hold where it applies; all of them if 0.
    """

    regulation: str
    gives: str
    clauses: tuple[Clause, ...]
    at_least: int = 0

    @property
    def holds(self) -> bool | None:
        return together(self.clauses, self.at_least or len(self.clauses))


@dataclass(frozen=True)
class Rule:
    """A rule that packs switch on by its name.

    Attributes:
        asks: the parameters that it reads.
        judge: facts, values and the day -> what it finds.
        drawn: those of doubt.DRAWN that it reads; what it finds is the same in all draws that agree in them.
    """

    name: str
    asks: tuple[str, ...]
    judge: Callable[[Facts, Values, date], Ground | Clause | Finding]
    drawn: tuple[str, ...] = ()


def together(clauses: tuple[Clause, ...], needed: int) -> bool | None:
    """Whether at least so many clauses hold; None where absent inputs decide."""
    holding = sum(clause.holds is True for clause in clauses)
    unknown = sum(clause.holds is None for clause in clauses)
    if holding >= needed:
        return True
    return None if holding + unknown >= needed else False


def persons(hundredths: int | None) -> float | None:
    """Hundredths as persons or posts."""
    return None if hundredths is None else hundredths / 100


def rounded(value: float | Fraction | None) -> float | None:
    """A share or probability with four decimals."""
    return None if value is None else round(float(value), 4)
