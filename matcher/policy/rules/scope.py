"""Rules on how many offer a program already: limits on new points, and the scope that such rules need.

A count over a part of the points proves nothing. The caller declares what the tables hold in full: all points of a
city, or of a province (which holds those of its cities as well).
"""

from datetime import date
from fractions import Fraction

from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules.clause import Clause, Finding, Rule, rounded

SCOPES = ("city", "province")


def declared(facts: Facts, scope: str) -> bool:
    """Whether the tables are declared to hold all points of at least this scope."""
    return facts.scope in SCOPES and SCOPES.index(facts.scope) >= SCOPES.index(scope)


def level_concerned(facts: Facts, values: Values, parameter: str) -> Clause:
    """Whether a rule is about programs of this level."""
    holds = facts.level in values.names(parameter) if facts.level else None
    return Clause("level_concerned", holds, facts.level or None, None, parameter)


def schools_share(facts: Facts, values: Values, parameter: str, scope_parameter: str) -> Clause:
    """More than a share of the schools of its level offer the program."""
    limit, scope = values.share(parameter), values.choice(scope_parameter)
    if not declared(facts, scope):
        return Clause("many_schools", None, None, float(limit), parameter, needs_scope=scope)
    pair = facts.city_schools if scope == "city" else facts.province_schools
    share = Fraction(*pair) if pair and pair[1] else None
    return Clause("many_schools", None if share is None else share > limit, rounded(share), float(limit), parameter)


def many_points(facts: Facts, values: Values, as_of: date) -> Finding:
    """No new point where more than some exist."""
    limit, scope = values.whole("rule.many_points.points"), values.choice("rule.many_points.scope")
    enough: bool | None = None
    if declared(facts, scope) and facts.points is not None:
        enough = facts.points > limit
    return Finding(
        "many_points",
        "no_new_points",
        (
            level_concerned(facts, values, "rule.many_points.levels"),
            Clause(
                "many_points",
                enough,
                facts.points if declared(facts, scope) else None,
                limit,
                "rule.many_points.points",
                needs_scope="" if declared(facts, scope) else scope,
            ),
        ),
    )


def share_of_schools(facts: Facts, values: Values, as_of: date) -> Finding:
    """No new point where more than a share of the schools offer it."""
    return Finding(
        "share_of_schools",
        "no_new_points",
        (
            level_concerned(facts, values, "rule.share_of_schools.levels"),
            schools_share(facts, values, "rule.share_of_schools.share", "rule.share_of_schools.scope"),
        ),
    )


def school_additions(facts: Facts, values: Values, as_of: date) -> Finding:
    """No further new point at a school that opened as many this year as it may."""
    limit = values.whole("rule.school_additions.programs")
    return Finding(
        "school_additions",
        "no_new_points_at_school",
        (
            level_concerned(facts, values, "rule.school_additions.levels"),
            Clause(
                "opened_this_year",
                facts.opened_here >= limit,
                facts.opened_here,
                limit,
                "rule.school_additions.programs",
            ),
        ),
    )


def school_net_additions(facts: Facts, values: Values, as_of: date) -> Finding:
    """A further new point only in exchange for one withdrawn, at a school whose offer grew this year as far as it may."""
    limit = values.whole("rule.school_net_additions.programs")
    return Finding(
        "school_net_additions",
        "new_points_by_exchange",
        (
            level_concerned(facts, values, "rule.school_net_additions.levels"),
            Clause(
                "net_opened_this_year",
                facts.net_opened_here >= limit,
                facts.net_opened_here,
                limit,
                "rule.school_net_additions.programs",
            ),
        ),
    )


NEW_POINT_RULES = (
    Rule("many_points", tuple(f"rule.many_points.{key}" for key in ("points", "levels", "scope")), many_points),
    Rule(
        "share_of_schools",
        tuple(f"rule.share_of_schools.{key}" for key in ("share", "levels", "scope")),
        share_of_schools,
    ),
    Rule(
        "school_additions",
        ("rule.school_additions.programs", "rule.school_additions.levels"),
        school_additions,
    ),
    Rule(
        "school_net_additions",
        ("rule.school_net_additions.programs", "rule.school_net_additions.levels"),
        school_net_additions,
    ),
)
