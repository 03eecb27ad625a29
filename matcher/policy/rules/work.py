"""Clauses on employment and further study (docs/method.md, section 5)."""

from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules.clause import Clause, rounded

LOW = ("doubt.red", "employment.low_rate")
NOT_LOW = ("doubt.yellow", "employment.low_rate", "further_study.share")


def low_employment(facts: Facts, values: Values) -> Clause:
    """L >= q red."""
    asked = values.number("doubt.red")
    holds = None if facts.below is None else facts.below >= asked
    return Clause("employment_low", holds, rounded(facts.below), asked, "doubt.red", "posterior")


def employment_not_low(facts: Facts, values: Values) -> Clause:
    """L <= 1 - q yellow; a program of further study is judged by matriculation in its place."""
    if mostly_further_study(facts, values):
        share = values.number("further_study.share")
        latest = facts.further_share if facts.further_latest is None else facts.further_latest
        holds = latest is not None and latest >= share
        return Clause("matriculates", holds, rounded(latest), share, "further_study.share")
    asked = round(1 - values.number("doubt.yellow"), 6)
    holds_low = None if facts.below is None else facts.below <= asked
    return Clause("employment_not_low", holds_low, rounded(facts.below), asked, "doubt.yellow", "posterior")


def judged_by_work(facts: Facts, values: Values) -> Clause:
    """Whether employment and surplus speak for a program at all."""
    # An unknown share is estimated upstream and voids the certificate there; it does not shield a program here.
    return Clause(
        "judged_by_work",
        not mostly_further_study(facts, values),
        rounded(facts.further_share),
        values.number("further_study.share"),
        "further_study.share",
    )


def mostly_further_study(facts: Facts, values: Values) -> bool:
    """Further study of at least the share from which on work does not judge a program."""
    return facts.further_share is not None and facts.further_share >= values.number("further_study.share")
