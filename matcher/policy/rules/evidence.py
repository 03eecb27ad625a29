"""When too little is known to say anything (docs/method.md, section 7)."""

from datetime import date

from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules.clause import Clause, Ground, Rule, rounded
from matcher.policy.rules.phase_out import SURPLUS_DRAWN, surplus_low_employment, vanished


def insufficient(facts: Facts, values: Values, as_of: date) -> Ground:
    """Few graduates, no recent covered source for its field and region, too little text, or an escape from (b) or (c) that
    rests on fewer staying than of its peers; one is enough.
    """
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
            retention_unproved(facts, values, as_of),
        ),
        any_of=True,
    )


def retention_unproved(facts: Facts, values: Values, as_of: date) -> Clause:
    """Whether (b) or (c) would stand if as many of its graduates had stayed as of its peers, and does not as reported."""
    hinges = bool(facts.lift_here or facts.lift) and _stands_at_peers(facts, values, as_of)
    limit = float(values.share("surplus.rate"))
    return Clause("retention_unproved", hinges, rounded(facts.peer_rate), limit, "surplus.rate", "point value")


def _stands_at_peers(facts: Facts, values: Values, as_of: date) -> bool:
    at_peers = facts.but(
        supply=(facts.supply or 0) + facts.lift,
        rate=facts.peer_rate,
        certified=facts.peer_certified,
        rate_below=None if facts.own_posts else facts.peer_below,
        own_rate=None,
    )
    return _stands(at_peers, values, as_of) and not _stands(facts, values, as_of)


def _stands(facts: Facts, values: Values, as_of: date) -> bool:
    return any(ground(facts, values, as_of).holds for ground in (vanished, surplus_low_employment))


EVIDENCE = (
    Rule(
        "insufficient",
        (
            "evidence.min_graduates",
            "evidence.demand_months",
            "evidence.min_courses",
            "evidence.min_characters",
            "surplus.rate",
        ),
        insufficient,
        SURPLUS_DRAWN,
    ),
)
