"""Rules of provincial documents that give a verdict by the letter: raw figures of single years, nothing smoothed.

A rule that compares points runs only on tables that the caller declared to hold all points of its scope; otherwise its
clause is not evaluable and names the scope that it needs.
"""

from datetime import date

from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules.clause import Clause, Finding, Rule, rounded
from matcher.policy.rules.reported import counted, in_a_row, listed, rate
from matcher.policy.rules.scope import declared, level_concerned, schools_share


def low_rate(facts: Facts, values: Values, as_of: date) -> Finding:
    """The rate was below a limit in each of some years running."""
    limit, years = values.share("rule.low_rate.rate"), values.whole("rule.low_rate.years")
    pairs = _pairs(facts, values, "rule.low_rate")
    below = in_a_row(((y, None if p is None else rate(p) < limit) for y, p in pairs), years, as_of)  # type: ignore[operator]
    shown = listed(((y, None if p is None else f"{p[0]}/{p[1]}") for y, p in pairs), years)
    return Finding("low_rate", "verdict", (Clause("rates_low", below, shown, float(limit), "rule.low_rate.rate"),))


def bottom_rate(facts: Facts, values: Values, as_of: date) -> Finding:
    """The rate was among the lowest share of all points in each of some years running."""
    share, years = values.share("rule.bottom_rate.share"), values.whole("rule.bottom_rate.years")
    scope = values.choice("rule.bottom_rate.scope")
    name, parameter = "rates_at_bottom", "rule.bottom_rate.share"
    if not declared(facts, scope):
        return Finding(
            "bottom_rate", "verdict", (Clause(name, None, None, float(share), parameter, needs_scope=scope),)
        )
    # Points with the same rate stand or fall together: nobody is singled out among equals.
    among = in_a_row(((year, at <= share * of) for year, at, of in facts.standings), years, as_of)
    shown = listed(((year, f"{at}/{of}") for year, at, of in facts.standings), years)
    return Finding("bottom_rate", "verdict", (Clause(name, among, shown, float(share), parameter),))


def few_enrolled(facts: Facts, values: Values, as_of: date) -> Finding:
    """Fewer persons than a limit enrolled in each of some years running."""
    limit, years = values.whole("rule.few_enrolled.persons"), values.whole("rule.few_enrolled.years")
    excepted = values.names("rule.few_enrolled.except_fields")
    told = f"{facts.field} {facts.name}"
    field = next((word for word in excepted if word in told), None)
    enrolled = _enrolled(facts)
    few = in_a_row(((y, None if n is None else n < limit) for y, n in enrolled), years, as_of)
    return Finding(
        "few_enrolled",
        "verdict",
        (
            level_concerned(facts, values, "rule.few_enrolled.levels"),
            Clause("field_not_excepted", field is None, field, None, "rule.few_enrolled.except_fields"),
            Clause("few_in_a_row", few, _shown(enrolled, years), limit, "rule.few_enrolled.persons"),
        ),
    )


def none_enrolled(facts: Facts, values: Values, as_of: date) -> Finding:
    """Nobody enrolled in each of some years running."""
    years = values.whole("rule.none_enrolled.years")
    return Finding("none_enrolled", "verdict", (_nobody(facts, years, "rule.none_enrolled.years", as_of),))


def empty_program(facts: Facts, values: Values, as_of: date) -> Finding:
    """Nobody enrolled in each of some years running, and no students left."""
    years = values.whole("rule.empty_program.years")
    left = None if facts.students_left is None else facts.students_left == 0
    return Finding(
        "empty_program",
        "verdict",
        (
            _nobody(facts, years, "rule.empty_program.years", as_of),
            Clause("nobody_left", left, facts.students_left, 0),
        ),
    )


def several_signs(facts: Facts, values: Values, as_of: date) -> Finding:
    """At least some of five signs: share of schools, students a teacher, employment, first choices, teachers."""
    latest = next((year for year in facts.reported if year.year <= as_of.year), None)
    rates = [pair for _, pair in _pairs(facts, values, "rule.several_signs") if pair is not None][:1]
    worked = rate(rates[0]) if rates else None
    teachers = latest.teachers if latest else None
    students = latest.students if latest else None
    ratio = students / teachers if students is not None and teachers else None
    planned, first = (latest.planned, latest.first_choice) if latest else (None, None)
    chosen = first / planned if first is not None and planned else None
    limits = {key: values.number(f"rule.several_signs.{key}") for key in SIGNS}
    signs = (
        schools_share(facts, values, "rule.several_signs.schools_share", "rule.several_signs.scope"),
        Clause(
            "many_students_a_teacher",
            None if ratio is None else ratio > limits["students_per_teacher"],
            rounded(ratio),
            limits["students_per_teacher"],
            "rule.several_signs.students_per_teacher",
        ),
        Clause(
            "rate_low_latest",
            None if worked is None else worked < values.share("rule.several_signs.rate"),
            rounded(worked),
            limits["rate"],
            "rule.several_signs.rate",
        ),
        Clause(
            "few_first_choices",
            None if chosen is None else chosen < limits["first_choice"],
            rounded(chosen),
            limits["first_choice"],
            "rule.several_signs.first_choice",
        ),
        Clause(
            "few_teachers",
            None if teachers is None else teachers < limits["teachers"],
            teachers,
            int(limits["teachers"]),
            "rule.several_signs.teachers",
        ),
    )
    return Finding("several_signs", "verdict", signs, values.whole("rule.several_signs.count"))


def keep_new(facts: Facts, values: Values, as_of: date) -> Finding:
    """A new point that its school may not withdraw of its own accord yet."""
    years = values.whole("rule.keep_new.years")
    opened = facts.year_opened
    young = None if opened is None else as_of.year - opened < years
    return Finding(
        "keep_new",
        "no_own_withdrawal",
        (
            level_concerned(facts, values, "rule.keep_new.levels"),
            Clause("opened_lately", young, opened, years, "rule.keep_new.years"),
        ),
    )


def _pairs(facts: Facts, values: Values, rule: str) -> list[tuple[int, tuple[int, int] | None]]:
    of = counted(values.choice(f"{rule}.counts"), values.choice(f"{rule}.basis"))
    return [(year.year, of(year)) for year in facts.reported]


def _enrolled(facts: Facts) -> list[tuple[int, int | None]]:
    return [(year.year, year.enrolled) for year in facts.reported]


def _nobody(facts: Facts, years: int, parameter: str, as_of: date) -> Clause:
    enrolled = _enrolled(facts)
    holds = in_a_row(((y, None if n is None else n == 0) for y, n in enrolled), years, as_of)
    return Clause("nobody_in_a_row", holds, _shown(enrolled, years), years, parameter)


def _shown(enrolled: list[tuple[int, int | None]], years: int) -> str | None:
    return listed(((y, None if n is None else str(n)) for y, n in enrolled), years)


SIGNS = ("schools_share", "students_per_teacher", "rate", "first_choice", "teachers")
REGULATION_RULES = (
    Rule(
        "low_rate",
        ("rule.low_rate.rate", "rule.low_rate.years", "rule.low_rate.counts", "rule.low_rate.basis"),
        low_rate,
    ),
    Rule(
        "bottom_rate",
        tuple(f"rule.bottom_rate.{key}" for key in ("share", "years", "counts", "basis", "scope")),
        bottom_rate,
    ),
    Rule(
        "few_enrolled",
        tuple(f"rule.few_enrolled.{key}" for key in ("persons", "years", "levels", "except_fields")),
        few_enrolled,
    ),
    Rule("none_enrolled", ("rule.none_enrolled.years",), none_enrolled),
    Rule("empty_program", ("rule.empty_program.years",), empty_program),
    Rule(
        "several_signs",
        tuple(f"rule.several_signs.{key}" for key in (*SIGNS, "count", "counts", "basis", "scope")),
        several_signs,
    ),
    Rule("keep_new", ("rule.keep_new.years", "rule.keep_new.levels"), keep_new),
)
