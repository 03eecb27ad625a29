"""When too little is known to say anything (docs/method.md, section 7)."""

from datetime import date

from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules.clause import Clause, Ground, Rule


def insufficient(facts: Facts, values: Values, as_of: date) -> Ground:
    """Few graduates, no recent covered source for its field and region, or too little text; one is enough."""
    few = values.whole("evidence.min_graduates")
    months = values.whole("evidence.demand_months")
    courses = values.whole("evidence.min_courses")
    characters = values.whole("evidence.min_characters")
    return Ground(
        "insufficient",
        "insufficient_evidence",
        (
            Clause("few_graduates", (facts.graduates or 0) < few, facts.graduates, few, "evidence.min_graduates"),
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


EVIDENCE = (
    Rule(
        "insufficient",
        ("evidence.min_graduates", "evidence.demand_months", "evidence.min_courses", "evidence.min_characters"),
        insufficient,
    ),
)
