"""Grounds of an upgrade: a traditional field in decline, and courses that lag behind the skills asked for."""

from datetime import date
from fractions import Fraction

from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules.clause import Clause, Ground, Rule, persons, rounded


def traditional(facts: Facts, values: Values, as_of: date) -> Ground:
    """A field that the 2021 opinion names, with falling demand."""
    return Ground(
        "traditional",
        "upgrade",
        (
            Clause("traditional_field", bool(facts.named_traditional), facts.named_traditional, None, "upgrade.fields"),
            Clause("shrinking", None if facts.growth is None else facts.growth < 0, rounded(facts.growth), 0),
        ),
    )


def skill_gap(facts: Facts, values: Values, as_of: date) -> Ground:
    """Live demand, and courses that cover little of the skills that enough employers ask for."""
    asked = values.share("upgrade.skill_coverage")
    courses = values.whole("upgrade.min_courses")
    coverage = Fraction(facts.covered, facts.skills) if facts.skills else None
    return Ground(
        "skill_gap",
        "upgrade",
        (
            Clause("live_demand", facts.reachable > 0, persons(facts.reachable), 0),
            Clause("enough_courses", facts.courses >= courses, facts.courses, courses, "upgrade.min_courses"),
            Clause(
                "skills_uncovered",
                None if coverage is None else coverage < asked,
                rounded(coverage),
                float(asked),
                "upgrade.skill_coverage",
                "point value",
            ),
        ),
    )


UPGRADE = (
    Rule("traditional", ("upgrade.fields",), traditional),
    Rule("skill_gap", ("upgrade.skill_coverage", "upgrade.min_courses", "upgrade.min_employers"), skill_gap),
)
