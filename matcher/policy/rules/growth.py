"""Grounds of growth: needed by strategic chains, and short of people."""

from datetime import date
from fractions import Fraction

from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules.clause import Clause, Ground, Rule, persons, rounded
from matcher.policy.rules.work import NOT_LOW, employment_not_low


def strategic(facts: Facts, values: Values, as_of: date) -> Ground:
    """Prioritize: chains that a cited document names carry its posts, they grow, and it has room."""
    asked = values.share("prioritize.strategic_share")
    carried = Fraction(facts.strategic, facts.reachable) if facts.reachable else None
    return Ground(
        "strategic",
        "prioritize",
        (
            Clause(
                "strategic_posts",
                carried >= asked if carried is not None else False,
                rounded(carried),
                float(asked),
                "prioritize.strategic_share",
            ),
            Clause("growing", None if facts.growth_low is None else facts.growth_low > 0, rounded(facts.growth_low), 0),
            taught(facts, values),
            headroom(facts, values, "prioritize.headroom", facts.headroom_prioritize),
            employment_not_low(facts, values),
        ),
    )


def shortage(facts: Facts, values: Values, as_of: date) -> Ground:
    """Expand: its field, its posts or its block are short of people, and it has room and capacity."""
    asked = values.share("expand.shortage_share")
    marked = Fraction(facts.short, facts.reachable) if facts.reachable else Fraction(0)
    short = bool(facts.named_short) or marked >= asked or bool(facts.borders_scarce)
    latest = next((number for _, number in facts.enrolled if number is not None), None)
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
                facts.named_short or rounded(marked),
                float(asked),
                "expand.shortage_share",
            ),
            headroom(facts, values, "expand.headroom", facts.headroom_expand),
            employment_not_low(facts, values),
            Clause("capacity", room, facts.capacity, latest, "expand.capacity"),
        ),
    )


def taught(facts: Facts, values: Values) -> Clause:
    """Its courses carry the claim: words in a goal alone make no strategic program (docs/method.md, section 9)."""
    asked = values.share("prioritize.skill_coverage")
    coverage = Fraction(facts.covered, facts.skills) if facts.skills else None
    # Where no employer names skills nothing can be compared, and that does not stand against it.
    holds = coverage is None or coverage >= asked
    return Clause("taught", holds, rounded(coverage), float(asked), "prioritize.skill_coverage", "point value")


def headroom(facts: Facts, values: Values, parameter: str, drawn: float | None) -> Clause:
    """P(h >= share x s) >= q yellow; on the point value where nothing was drawn.

    Where fewer stayed than of its peers, their share counts: a figure that only its college can see does not make room.
    """
    at_peers = facts.lift_here > 0
    # Draws hold all posts; without those that its own college proposed the point value decides.
    if drawn is not None and not facts.own_posts:
        q = values.number("doubt.yellow")
        return Clause(
            "headroom_likely_at_peers" if at_peers else "headroom_likely",
            drawn >= q,
            rounded(drawn),
            q,
            "doubt.yellow",
            "draws",
        )
    asked = values.share(parameter)
    holds = None
    room = None if facts.headroom is None else max(0, facts.headroom - facts.lift_here)
    wanted = asked * (facts.supply + facts.lift) if facts.supply else None
    if room is not None and wanted is not None:
        holds = room >= wanted
    limit = None if wanted is None else persons(int(wanted))
    return Clause(
        "headroom_at_peers" if at_peers else "headroom", holds, persons(room), limit, parameter, "point value"
    )


GROWTH = (
    Rule(
        "strategic",
        ("prioritize.strategic_share", "prioritize.skill_coverage", "prioritize.headroom", *NOT_LOW),
        strategic,
        ("headroom_prioritize", "below"),
    ),
    Rule(
        "shortage",
        ("expand.shortage_share", "expand.fields", "expand.headroom", "expand.capacity", *NOT_LOW),
        shortage,
        ("headroom_expand", "below"),
    ),
)
