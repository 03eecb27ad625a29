"""The what-if of one program: a few sliders that matter for it, and what comes out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages import figures
from api.pages.words import say
from corpora.frames import empty, rows, word
from matcher.assessment import Assessment
from matcher.policy.words import FLAG_NAMES, Language
from reports.page import SHOWN_FLAGS

SHOWN_POSTS = 3
SHOWN_OTHERS = 12
INTAKE, EMPLOYED, OPENINGS, PARAMETER = "intake", "employed", "openings:", "parameter:"
# Parameters that most flags turn on, with their range and step.
PARAMETERS: Mapping[str, tuple[float, float, float]] = {
    "surplus.rate": (0.3, 1.0, 0.05),
    "employment.low_rate": (0.3, 0.9, 0.05),
}


@dataclass(frozen=True)
class Slider:
    """One question: `name` is its form field, `value` stands where the assessment has it."""

    name: str
    label: str
    unit: str
    low: str
    high: str
    step: str
    value: str
    given: str


@dataclass(frozen=True)
class Asked:
    """What the sliders ask for, where it differs from the assessment: the arguments of `matcher.what_if`."""

    intake: Mapping[str, int]
    employed: Mapping[str, int]
    openings: Mapping[str, float]
    parameters: Mapping[str, float]

    @property
    def nothing(self) -> bool:
        return not (self.intake or self.employed or self.openings or self.parameters)


@dataclass(frozen=True)
class Effect:
    """What changes for one program."""

    program_id: str
    name: str
    institution: str
    flag_from: str
    flag_to: str
    rate_from: str
    rate_to: str


@dataclass(frozen=True)
class Answer:
    """What comes out: for this program, for others, and the six counts before and after."""

    own: Effect | None
    others: tuple[Effect, ...]
    more: int
    counts: tuple[tuple[str, str, int, int], ...]


def sliders(
    assessment: Assessment, program_id: str, given: Mapping[str, str], language: Language, openings: bool = True
) -> tuple[Slider, ...]:
    """Graduates and employed of the program, openings of the posts it leans on most, and the limits most flags turn on.

    Args:
        given: form field -> what it holds; the assessment's own figure where it is missing.
        openings: whether posts may be changed.
    """
    found = []
    values = assessment.manifest["policy"]["parameters"]
    outcomes = assessment.inputs["outcomes"]
    cohorts = outcomes[outcomes["program_id"] == program_id].dropna(subset=["graduates"])
    cohorts = cohorts.sort_values("year", ascending=False).head(int(values["supply.years"]["value"]))
    if len(cohorts):
        mean = float(cohorts["graduates"].astype(float).mean())
        unit = say("unit_persons_a_year", language)
        found.append(_slider(INTAKE, say("slider_intake", language), unit, 2 * mean, mean, given))
        latest = cohorts.iloc[0]
        if not empty(latest["employed"]):
            label = say("slider_employed", language, year=latest["year"], graduates=latest["graduates"])
            unit = say("unit_persons", language)
            found.append(_slider(EMPLOYED, label, unit, float(latest["graduates"]), float(latest["employed"]), given))
    linked = assessment.matches[(assessment.matches["program_id"] == program_id) & assessment.matches["edge"]]
    posts = assessment.demands[assessment.demands["demand_id"].isin(linked["demand_id"])]
    shown = posts.sort_values(["posts", "demand_id"], ascending=[False, True]).head(SHOWN_POSTS if openings else 0)
    for row in rows(shown.dropna(subset="openings")):
        label = say("slider_openings", language, occupation=word(row.occupation), region=word(row.region))
        now = float(row.openings)
        found.append(_slider(f"{OPENINGS}{row.demand_id}", label, say("unit_openings", language), 2 * now, now, given))
    for name, (low, high, step) in PARAMETERS.items():
        value = float(values[name]["value"])
        field = f"{PARAMETER}{name}"
        label = say(f"slider_{name.replace('.', '_')}", language)
        found.append(
            Slider(field, label, "", f"{low:g}", f"{high:g}", f"{step:g}", f"{value:g}", given.get(field, f"{value:g}"))
        )
    return tuple(found)


def _slider(name: str, label: str, unit: str, high: float, value: float, given: Mapping[str, str]) -> Slider:
    """A slider over whole numbers from 0."""
    start = f"{round(value)}"
    return Slider(name, label, unit, "0", f"{max(1, round(high))}", "1", start, given.get(name, start))


def asked(found: Iterable[Slider], program_id: str) -> Asked:
    """The sliders that were moved; one that holds no number counts as not moved."""
    intake: dict[str, int] = {}
    employed: dict[str, int] = {}
    openings: dict[str, float] = {}
    parameters: dict[str, float] = {}
    for slider in found:
        value = _number(slider)
        if value is None or value == float(slider.value):
            continue
        if slider.name == INTAKE:
            intake[program_id] = int(value)
        elif slider.name == EMPLOYED:
            employed[program_id] = int(value)
        elif slider.name.startswith(OPENINGS):
            openings[slider.name.removeprefix(OPENINGS)] = value
        else:
            parameters[slider.name.removeprefix(PARAMETER)] = value
    return Asked(intake, employed, openings, parameters)


def answer(
    assessment: Assessment,
    program_id: str,
    changed: Sequence[Mapping[str, Any]],
    counts: tuple[Mapping[str, int], Mapping[str, int]],
    language: Language,
) -> Answer:
    """What a what-if found.

    Args:
        changed: one row a program that changes, as `matcher.what_if` gives it.
        counts: programs by flag, before and after.
    """
    effects = [_effect(record) for record in changed]
    own = next((e for e in effects if e.program_id == program_id), None)
    others = [e for e in effects if e.program_id != program_id and e.flag_from != e.flag_to]
    others += [e for e in effects if e.program_id != program_id and e.flag_from == e.flag_to]
    return Answer(
        own=own or _unchanged(assessment, program_id),
        others=tuple(others[:SHOWN_OTHERS]),
        more=max(0, len(others) - SHOWN_OTHERS),
        counts=tuple((f, FLAG_NAMES[f][language], counts[0].get(f, 0), counts[1].get(f, 0)) for f in SHOWN_FLAGS),
    )


def _effect(record: Mapping[str, Any]) -> Effect:
    return Effect(
        word(record["program_id"]),
        word(record["name"]),
        word(record["institution"]),
        word(record["flag_from"]),
        word(record["flag_to"]),
        figures.rate(record["placeable_rate_from"]),
        figures.rate(record["placeable_rate_to"]),
    )


def _unchanged(assessment: Assessment, program_id: str) -> Effect:
    own = next(r for r in rows(assessment.programs) if r.program_id == program_id)
    flag, rate = word(own.flag), figures.rate(own.placeable_rate)
    return Effect(program_id, word(own.name), word(own.institution), flag, flag, rate, rate)


def _number(slider: Slider) -> float | None:
    try:
        value = float(slider.given)
    except ValueError:
        return None
    return value if float(slider.low) <= value <= float(slider.high) else None
