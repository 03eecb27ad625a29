"""The rules of docs/method.md, section 7: each reads the facts of one program and the parameters of the day.

A clause holds, does not hold, or cannot be evaluated (None). Without draws a clause on a probability, such as
P(headroom >= ...) >= q, is decided on the point value; its `decided_on` says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from matcher.policy.facts import Facts
from matcher.policy.pack import Values

Flag = Literal["phase_out", "insufficient_evidence", "prioritize", "expand", "upgrade", "maintain"]
Figure = float | int | str | None


@dataclass(frozen=True)
class Clause:
    """One condition with everything a reader needs to redo it.

    Attributes:
        name: key of its sentence in reasons.py.
        holds: None where its inputs are absent.
        value, limit: what was compared, in persons, shares or years.
        parameter: the pack's parameter that the limit comes from; empty for recorded facts.
        decided_on: "fact", "point value" or "posterior".
    """

    name: str
    holds: bool | None
    value: Figure = None
    limit: Figure = None
    parameter: str = ""
    decided_on: str = "fact"


@dataclass(frozen=True)
class Ground:
    """A reason for a flag: all its clauses together.

    `any_of` grounds hold when one clause does.
    """

    name: str
    flag: Flag
    clauses: tuple[Clause, ...]
    any_of: bool = False

    @property
    def holds(self) -> bool | None:
        """True, False, or None where an absent input decides."""
        results = [clause.holds for clause in self.clauses]
        decisive = self.any_of
        if decisive in results:
            return decisive
        return None if None in results else not decisive


def grounds(facts: Facts, values: Values, as_of: date) -> tuple[Ground, ...]:
    """All grounds in the order of the flags."""
    return (
        _no_enrolment(facts, values, as_of),
        _vanished(facts, values),
        _surplus_low_employment(facts, values),
        _insufficient(facts, values),
        _prioritize(facts, values),
        _expand(facts, values),
        _traditional(facts),
        _skill_gap(facts, values),
    )


def guards(facts: Facts, values: Values, as_of: date) -> tuple[Clause, ...]:
    """What must hold before (b) vanished or (c) surplus may lead to a phase-out."""
    wait = int(values.number("guard.years_since_first_cohort"))
    cohort = facts.first_cohort
    share = values.share("guard.indispensability")
    alone, limit = None, None
    if facts.indispensability is not None and facts.rate is not None and facts.supply is not None:
        alone = facts.indispensability <= share * facts.rate * facts.supply
        limit = int(share * facts.rate * facts.supply)
    return (
        Clause("not_exempt", not facts.exempt, facts.exempt),
        # An unknown opening year blocks: nobody can show that the program had its time.
        Clause(
            "first_cohort_out",
            cohort is not None and cohort <= as_of.year - wait,
            cohort,
            as_of.year - wait,
            "guard.years_since_first_cohort",
        ),
        Clause(
            "replaceable",
            # Without a supply there is nobody to replace.
            alone if alone is not None else True,
            _persons(facts.indispensability),
            _persons(limit),
            "guard.indispensability",
            "point value",
        ),
    )


def _no_enrolment(facts: Facts, values: Values, as_of: date) -> Ground:
    asked = int(values.number("phase_out.years_without_enrolment"))
    latest = facts.enrolled[:asked]
    known = [persons for _, persons in latest if persons is not None]
    empty = None
    if any(known):
        empty = False
    elif len(known) == asked and latest[0][0] - latest[-1][0] == asked - 1 and latest[0][0] >= as_of.year - 1:
        # Years in a row up to now: a gap in the table is a gap in the proof, and old zeros say nothing about today.
        empty = True
    left = None if facts.students_left is None else facts.students_left == 0
    return Ground(
        "no_enrolment",
        "phase_out",
        (
            Clause("none_enrolled", empty, sum(known) if known else None, asked, "phase_out.years_without_enrolment"),
            Clause("no_students", left, facts.students_left, 0),
        ),
    )


def _vanished(facts: Facts, values: Values) -> Ground:
    asked = int(values.number("vanished.years"))
    coverage = values.number("vanished.coverage")
    share = values.share("vanished.posts")
    reaches = values.number("match.text_reaches")
    years = facts.demand_years[:asked]
    in_a_row = len(years) == asked and years[0].year - years[-1].year == asked - 1
    shares = [year.share_low for year in years]
    covered: bool | None = None
    if in_a_row and None not in shares:
        covered = all(s is not None and s >= coverage for s in shares)
    gone: bool | None = None
    if years and facts.supply:
        below = [year.posts < share * facts.supply for year in years]
        gone = False if not all(below) else (True if in_a_row else None)
    return Ground(
        "vanished",
        "phase_out",
        (
            Clause("years_covered", covered, _least(shares), coverage, "vanished.coverage"),
            Clause(
                "posts_gone",
                gone,
                _persons(max((year.posts for year in years), default=None)),
                _persons(int(share * facts.supply)) if facts.supply else None,
                "vanished.posts",
                "point value",
            ),
            Clause(
                "text_reaches",
                None if facts.best_match is None else facts.best_match >= reaches,
                facts.best_match,
                reaches,
                "match.text_reaches",
                "point value",
            ),
        ),
    )


def _surplus_low_employment(facts: Facts, values: Values) -> Ground:
    return Ground(
        "surplus_low_employment",
        "phase_out",
        (
            Clause(
                "surplus_certified",
                facts.certified,
                _share(facts.rate),
                values.number("surplus.rate"),
                "surplus.rate",
                "point value",
            ),
            _low_employment(facts, values),
            _judged_by_work(facts, values),
        ),
    )


def _insufficient(facts: Facts, values: Values) -> Ground:
    few = int(values.number("evidence.min_graduates"))
    months = int(values.number("evidence.demand_months"))
    courses = int(values.number("evidence.min_courses"))
    characters = int(values.number("evidence.min_characters"))
    return Ground(
        "insufficient",
        "insufficient_evidence",
        (
            Clause(
                "few_graduates",
                (facts.graduates or 0) < few,
                facts.graduates,
                few,
                "evidence.min_graduates",
            ),
            Clause(
                "no_recent_source",
                facts.source_age is None or facts.source_age > months,
                facts.source_age,
                months,
                "evidence.demand_months",
            ),
            Clause(
                "thin_text",
                facts.courses < courses and facts.characters < characters,
                facts.characters,
                characters,
                "evidence.min_characters",
            ),
        ),
        any_of=True,
    )


def _prioritize(facts: Facts, values: Values) -> Ground:
    asked = values.share("prioritize.strategic_share")
    carried = Fraction(facts.strategic, facts.reachable) if facts.reachable else None
    return Ground(
        "strategic",
        "prioritize",
        (
            Clause(
                "strategic_posts",
                carried >= asked if carried is not None else False,
                _share(carried),
                float(asked),
                "prioritize.strategic_share",
            ),
            Clause("growing", None if facts.growth_low is None else facts.growth_low > 0, _round(facts.growth_low), 0),
            _headroom(facts, values, "prioritize.headroom"),
            _employment_not_low(facts, values),
        ),
    )


def _expand(facts: Facts, values: Values) -> Ground:
    asked = values.share("expand.shortage_share")
    marked = Fraction(facts.short, facts.reachable) if facts.reachable else Fraction(0)
    short = bool(facts.named_short) or marked >= asked or bool(facts.borders_scarce)
    latest = next((persons for _, persons in facts.enrolled if persons is not None), None)
    spare = values.share("expand.capacity")
    # An unknown capacity does not stand against it; the notice asks for it.
    room = facts.capacity is None or latest is None or facts.capacity - latest >= spare * latest
    return Ground(
        "shortage",
        "expand",
        (
            Clause(
                "short_of_people",
                short,
                facts.named_short or _share(marked),
                float(asked),
                "expand.shortage_share",
            ),
            _headroom(facts, values, "expand.headroom"),
            _employment_not_low(facts, values),
            Clause("capacity", room, facts.capacity, latest, "expand.capacity"),
        ),
    )


def _traditional(facts: Facts) -> Ground:
    return Ground(
        "traditional",
        "upgrade",
        (
            Clause("traditional_field", bool(facts.named_traditional), facts.named_traditional, None, "upgrade.fields"),
            Clause("shrinking", None if facts.growth is None else facts.growth < 0, _round(facts.growth), 0),
        ),
    )


def _skill_gap(facts: Facts, values: Values) -> Ground:
    asked = values.share("upgrade.skill_coverage")
    courses = int(values.number("upgrade.min_courses"))
    coverage = Fraction(facts.covered, facts.skills) if facts.skills else None
    return Ground(
        "skill_gap",
        "upgrade",
        (
            Clause("live_demand", facts.reachable > 0, _persons(facts.reachable), 0),
            Clause("enough_courses", facts.courses >= courses, facts.courses, courses, "upgrade.min_courses"),
            Clause(
                "skills_uncovered",
                None if coverage is None else coverage < asked,
                _share(coverage),
                float(asked),
                "upgrade.skill_coverage",
                "point value",
            ),
        ),
    )


def _headroom(facts: Facts, values: Values, parameter: str) -> Clause:
    asked = values.share(parameter)
    holds = None
    if facts.headroom is not None and facts.supply:
        holds = facts.headroom >= asked * facts.supply
    limit = _persons(int(asked * facts.supply)) if facts.supply else None
    return Clause("headroom", holds, _persons(facts.headroom), limit, parameter, "point value")


def _low_employment(facts: Facts, values: Values) -> Clause:
    asked = values.number("doubt.red")
    holds = None if facts.below is None else facts.below >= asked
    return Clause("employment_low", holds, _round(facts.below), asked, "doubt.red", "posterior")


def _employment_not_low(facts: Facts, values: Values) -> Clause:
    if _mostly_further_study(facts, values):
        return Clause("employment_not_judged", True, _round(facts.further_share), None, "further_study.share")
    asked = round(1 - values.number("doubt.yellow"), 6)
    holds = None if facts.below is None else facts.below <= asked
    return Clause("employment_not_low", holds, _round(facts.below), asked, "doubt.yellow", "posterior")


def _judged_by_work(facts: Facts, values: Values) -> Clause:
    share = values.number("further_study.share")
    # An unknown share is estimated upstream and voids the certificate there; it does not shield a program here.
    return Clause(
        "judged_by_work",
        not _mostly_further_study(facts, values),
        _round(facts.further_share),
        share,
        "further_study.share",
    )


def _mostly_further_study(facts: Facts, values: Values) -> bool:
    return facts.further_share is not None and facts.further_share >= values.number("further_study.share")


def _persons(hundredths: int | None) -> float | None:
    return None if hundredths is None else hundredths / 100


def _share(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 4)


def _round(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)


def _least(shares: Sequence[float | None]) -> float | None:
    known = [s for s in shares if s is not None]
    return min(known) if known and len(known) == len(shares) else None
