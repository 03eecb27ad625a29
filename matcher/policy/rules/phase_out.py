"""Grounds of a phase-out: no enrolment, vanished posts, a certified surplus with low employment."""

from collections.abc import Sequence
from datetime import date

from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules.clause import Clause, Ground, Rule, persons, rounded
from matcher.policy.rules.work import LOW, judged_by_work, low_employment

# What a draw can change about a certified surplus with low employment.
SURPLUS_DRAWN = ("rate_below", "below", "certified")


def no_enrolment(facts: Facts, values: Values, as_of: date) -> Ground:
    """(a) Nobody enrolled for some years, and nobody left."""
    asked = values.whole("phase_out.years_without_enrolment")
    latest = facts.enrolled[:asked]
    known = [number for _, number in latest if number is not None]
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


def vanished(facts: Facts, values: Values, as_of: date) -> Ground:
    """(b) Hardly a post within reach in each of the latest covered demand years."""
    asked = values.whole("vanished.years")
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
                persons(max((year.posts for year in years), default=None)),
                persons(int(share * facts.supply)) if facts.supply else None,
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


def surplus_low_employment(facts: Facts, values: Values, as_of: date) -> Ground:
    """(c) A certified surplus, and employment shown to be low."""
    return Ground(
        "surplus_low_employment",
        "phase_out",
        (
            Clause(
                "surplus_certified",
                facts.certified,
                rounded(facts.rate),
                values.number("surplus.rate"),
                "surplus.rate",
                "point value",
            ),
            surplus_likely(facts, values),
            low_employment(facts, values),
            judged_by_work(facts, values),
        ),
    )


def surplus_likely(facts: Facts, values: Values) -> Clause:
    """P(rho < surplus rate) >= q red; on the point value where nothing was drawn."""
    # Draws hold all posts; without those that its own college proposed the point value decides.
    if facts.rate_below is not None and facts.own_rate is None:
        asked = values.number("doubt.red")
        return Clause("surplus_likely", facts.rate_below >= asked, facts.rate_below, asked, "doubt.red", "draws")
    limit = values.share("surplus.rate")
    # A certificate without a rate of its own is that of a pool, whose members were each found below the limit.
    rate = facts.rate if facts.own_rate is None else facts.own_rate
    holds = facts.certified if rate is None else rate < limit
    return Clause("rate_low", holds, rounded(rate), float(limit), "surplus.rate", "point value")


def is_surplus(facts: Facts, values: Values) -> bool:
    """Whether a surplus may be called certified: all clauses of section 3, the one on probability among them."""
    return bool(facts.certified) and surplus_likely(facts, values).holds is True


def _least(shares: Sequence[float | None]) -> float | None:
    known = [s for s in shares if s is not None]
    return min(known) if known and len(known) == len(shares) else None


PHASE_OUT = (
    Rule("no_enrolment", ("phase_out.years_without_enrolment", "phase_out.grounds"), no_enrolment),
    Rule(
        "vanished",
        ("vanished.years", "vanished.coverage", "vanished.posts", "match.text_reaches", "phase_out.grounds"),
        vanished,
    ),
    Rule(
        "surplus_low_employment",
        ("surplus.rate", *LOW, "further_study.share", "phase_out.grounds"),
        surplus_low_employment,
        SURPLUS_DRAWN,
    ),
)
