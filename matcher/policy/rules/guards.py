"""What must hold before vanished posts or a surplus may lead to a phase-out."""

from datetime import date

from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules.clause import Clause, Rule, persons


def not_exempt(facts: Facts, values: Values, as_of: date) -> Clause:
    """No reason for an exemption is on file."""
    return Clause("not_exempt", not facts.exempt, facts.exempt)


def first_cohort_out(facts: Facts, values: Values, as_of: date) -> Clause:
    """It had its time: the first cohort graduated some years ago. Predecessors count."""
    latest = as_of.year - values.whole("guard.years_since_first_cohort")
    cohort = facts.first_cohort
    # An unknown opening year blocks: nobody can show that the program had its time.
    holds = cohort is not None and cohort <= latest
    return Clause("first_cohort_out", holds, cohort, latest, "guard.years_since_first_cohort")


def replaceable(facts: Facts, values: Values, as_of: date) -> Clause:
    """Other programs could fill nearly all posts that its graduates hold: pi <= share x rho x s."""
    share = values.share("guard.indispensability")
    alone, limit = None, None
    rate = facts.rate if facts.own_rate is None else facts.own_rate
    if facts.indispensability is not None and rate is not None and facts.supply is not None:
        alone = facts.indispensability <= share * rate * facts.supply
        limit = int(share * rate * facts.supply)
    return Clause(
        "replaceable",
        # Without a supply there is nobody to replace.
        alone if alone is not None else True,
        persons(facts.indispensability),
        persons(limit),
        "guard.indispensability",
        "point value",
    )


GUARD_RULES = (
    Rule("not_exempt", (), not_exempt),
    Rule("first_cohort_out", ("guard.years_since_first_cohort",), first_cohort_out),
    Rule("replaceable", ("guard.indispensability",), replaceable, ("replaceable",)),
)
