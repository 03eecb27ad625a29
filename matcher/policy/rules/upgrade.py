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


def traditional_rate(facts: Facts, values: Values, as_of: date) -> Ground:
    """A field that the 2021 opinion names, whose graduates the posts can take ever less of.

    Its latest placeable rate, with posts grossed up to what the sources do not see, lies below that of each demand year
    before, at the posts listed, by more than noise: an upper bound below lower bounds.
    """
    asked, fall = values.whole("upgrade.rate_years"), values.share("upgrade.rate_fall")
    before = [rate for _, rate in facts.rates_before[:asked]]
    limit = min(before) - fall if len(before) == asked else None
    # Without declared coverage the latest posts have no upper bound.
    covered = "coverage" not in facts.why_not_certified and facts.demand_years[:1] and facts.demand_years[0].share_low
    holds = None
    if covered and limit is not None and facts.rate_high is not None and not facts.supply_estimated:
        holds = facts.rate_high <= limit
    return Ground(
        "traditional_rate",
        "upgrade",
        (
            Clause("traditional_field", bool(facts.named_traditional), facts.named_traditional, None, "upgrade.fields"),
            Clause(
                "rate_falling",
                holds,
                rounded(facts.rate_high),
                rounded(limit),
                "upgrade.rate_fall",
                "point value",
            ),
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
    Rule("traditional_rate", ("upgrade.fields", "upgrade.rate_years", "upgrade.rate_fall"), traditional_rate),
    Rule("skill_gap", ("upgrade.skill_coverage", "upgrade.min_courses", "upgrade.min_employers"), skill_gap),
)
