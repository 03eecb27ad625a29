"""The next step on the ladder: warning, rectification, smaller intake, every other year, stopped, closure proposed.

One step a year, from the step that an earlier assessment gave; a warning where none is known. A document that names its
step is followed. Closure only after enrolment stopped and with no students left. The bureau decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matcher.policy.facts import Facts
from matcher.policy.parameters import Values
from matcher.policy.rules.clause import MEASURES, Finding, Flag
from matcher.policy.rules.evidence import retention_unproved


@dataclass(frozen=True)
class Measure:
    """A step and why it is the next one.

    Attributes:
        step: of MEASURES.
        because: "no_enrolment", "phase_out", "guard", "token_class", "retention", or the regulation that names it.
        after: the step an earlier assessment gave; empty where none is known.
        due: end of the time given, for rectification.
        held_back: the step asked for, where students left or running enrolment hold it back, or an exemption does.
    """

    step: str
    because: str
    after: str = ""
    due: date | None = None
    held_back: str = ""


def next_measure(
    facts: Facts,
    flag: Flag,
    carried_by: Sequence[str],
    blocked_by: Sequence[str],
    found: Sequence[Finding],
    values: Values,
    as_of: date,
) -> Measure | None:
    """The step that follows from the advice and the regulations; None where neither asks for one."""
    asked: list[tuple[str, str]] = []
    regulations = values.pack.regulations or {}
    for finding in found:
        named = regulations[finding.regulation].measure if finding.holds and finding.gives == "verdict" else ""
        # What a document names stays in force next year; a step already taken is not taken back for it.
        if named:
            asked.append((max(named, facts.last_measure or named, key=MEASURES.index), finding.regulation))
        elif finding.holds and finding.gives == "verdict":
            asked.append((_climbed(facts.last_measure), finding.regulation))
    if "no_enrolment" in carried_by:
        asked.append((values.choice("measure.no_enrolment"), "no_enrolment"))
    elif flag == "phase_out":
        asked.append((_climbed(facts.last_measure), "phase_out"))
    if is_token_class(facts, values):
        asked.append((_climbed(facts.last_measure), "token_class"))
    if "insufficient" in carried_by and retention_unproved(facts, values, as_of).holds:
        # The ladder stands where it is: what is only said neither takes a step back nor adds one.
        asked.append((facts.last_measure or MEASURES[0], "retention"))
    if blocked_by:
        asked.append(("warning", "guard"))
    if not asked:
        return None
    # The strongest; of equals the one named first, which is a regulation's where there is one.
    wanted, because = max(asked, key=lambda pair: MEASURES.index(pair[0]))
    step = _possible(facts, wanted)
    due = _later(as_of, values.whole("measure.rectify_months")) if step == "rectification" else None
    return Measure(step, because, facts.last_measure or "", due, wanted if step != wanted else "")


def is_token_class(facts: Facts, values: Values) -> bool:
    """So few enrolled, over the years that would count as without enrolment, that only the rule is avoided."""
    years = values.whole("phase_out.years_without_enrolment")
    known = [number for _, number in facts.enrolled[:years] if number is not None]
    return len(known) == years and 0 < sum(known) < values.whole("measure.token_class")


def _climbed(last: str | None) -> str:
    if last is None:
        return MEASURES[0]
    return MEASURES[min(MEASURES.index(last) + 1, len(MEASURES) - 1)]


def _possible(facts: Facts, wanted: str) -> str:
    if facts.exempt:
        return MEASURES[0]
    if wanted != "closure_proposed":
        return wanted
    latest = next((number for _, number in facts.enrolled if number is not None), None)
    stopped = facts.last_measure in ("enrolment_stopped", "closure_proposed") or latest == 0
    return wanted if stopped and facts.students_left == 0 else "enrolment_stopped"


def _later(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
