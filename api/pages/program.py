"""One program: its flag and everything behind it, ready to be read by somebody who has to answer for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages import figures
from api.pages.certificate import Certificate, certificate
from api.pages.evidence import MatchView, Skills, matches_of, skills_of
from api.pages.overview import notice_names
from api.pages.programs import level_name
from api.pages.words import say
from corpora.frames import empty, rows, whole, word
from matcher.assessment import Assessment
from matcher.blocks import block_comparison
from matcher.policy.parameters import reference_text
from matcher.policy.words import FLAG_NAMES, GROUND_NAMES, MEASURE_NAMES, REGULATION_NAMES, Language

MARKS: Mapping[bool | None, str] = {True: "yes", False: "no", None: "open"}
HISTORY = ("planned", "registered", "enrolled", "students", "graduates", "further_study", "employed", "stayed_local",
           "matched_job")  # fmt: skip


class NoProgram(KeyError):
    """A program that the assessment does not have."""


@dataclass(frozen=True)
class ClauseView:
    """One clause: the sentence with its figures, whether it holds ("yes", "no", "open"), and where its limit comes from."""

    text: str
    mark: str
    decided_on: str
    parameter: str
    reference: str


@dataclass(frozen=True)
class GroundView:
    """One ground for a flag, or one regulation, with its clauses."""

    title: str
    flag: str
    mark: str
    clauses: tuple[ClauseView, ...]


@dataclass(frozen=True)
class Step:
    """One step of the ladder of measures; `now` is the one proposed."""

    name: str
    now: bool
    past: bool


@dataclass(frozen=True)
class Measure:
    """The measure proposed, on its ladder, with the day by which it is due and what holds it back."""

    name: str
    because: str
    due: str
    held_back: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Rule:
    """What the pack's regulation says, by its own words, and where it says so."""

    verdict: str
    clause: str
    differs: bool


@dataclass(frozen=True)
class YearView:
    """One cohort as reported."""

    year: int
    basis: str
    cells: tuple[str, ...]
    rate: str


@dataclass(frozen=True)
class Employment:
    """The estimate with its 90 % interval beside the raw figures; numbers are shares. `below` is "" where it is left out."""

    mean: float | None
    low: float | None
    high: float | None
    limit: float
    below: str
    columns: tuple[str, ...]
    years: tuple[YearView, ...]

    @property
    def text(self) -> str:
        return f"{figures.share(self.mean)} ({figures.share(self.low)}–{figures.share(self.high)})"


@dataclass(frozen=True)
class Fact:
    """A figure with its name and what it means."""

    name: str
    value: str
    note: str


@dataclass(frozen=True)
class Beside:
    """The programs of one block beside each other, on separate grounds that are never added up."""

    columns: tuple[str, ...]
    lines: tuple[tuple[str, str, tuple[str, ...]], ...]
    cut: str


@dataclass(frozen=True)
class Program:
    """Everything the page shows, in its order."""

    program_id: str
    name: str
    institution: str
    about: tuple[str, ...]
    flag: str
    certainty: str
    shares: tuple[tuple[str, str, float], ...]
    reason: str
    also: tuple[str, ...]
    notices: tuple[str, ...]
    needed: tuple[str, ...]
    rule: Rule | None
    measure: Measure | None
    facts: tuple[Fact, ...]
    naive: tuple[Fact, ...]
    certificate: Certificate | None
    beside: Beside | None
    employment: Employment
    matches: tuple[MatchView, ...]
    calibrated: bool
    skills: Skills
    grounds: tuple[GroundView, ...]
    guards: tuple[ClauseView, ...]
    regulations: tuple[GroundView, ...]
    documents: tuple[str, ...]
    predecessors: tuple[str, ...]
    checks: tuple[str, ...]
    counterfactual: tuple[str, ...]
    no_counterfactual: str


def program_view(
    assessment: Assessment,
    program_id: str,
    language: Language,
    scoped: bool = False,
) -> Program:
    """The page of one program.

    Args:
        assessment: as the reader may see it.
        scoped: whether programs are hidden from the reader, so that those of a block are not set beside each other.

    Raises:
        NoProgram: the assessment has no such program.
    """
    trace = next((t for t in assessment.traces if t["program_id"] == program_id), None)
    found = assessment.programs[assessment.programs["program_id"] == program_id]
    if trace is None or found.empty:
        raise NoProgram(program_id)
    record: dict[str, Any] = {str(k): v for k, v in found.iloc[0].items()}
    probability = record["flag_probability"]
    return Program(
        program_id=program_id,
        name=word(record["name"]),
        institution=word(record["institution"]),
        about=tuple(filter(None, (word(record["region"]), level_name(record["level"], language),
                                  word(record["major_group"])))),
        flag=trace["flag"],
        certainty="" if empty(probability) else figures.certainty(probability),
        shares=tuple(
            (FLAG_NAMES[flag][language], figures.certainty(share), float(share))
            for flag, share in sorted(trace["flag_shares"].items(), key=lambda item: -item[1])
            if share > 0
        ),
        reason=trace["reason"][language],
        also=tuple(FLAG_NAMES[flag][language] for flag in trace["also_fires"]),
        notices=notice_names(record["notices"], language),
        needed=tuple(trace["needed_data"][language]),
        rule=_rule(trace, language),
        measure=_measure(trace, language),
        facts=_facts(record, language),
        naive=_naive(record, language),
        certificate=certificate(assessment, program_id, language),
        beside=None if scoped else _beside(assessment, record, language),
        employment=_employment(assessment, program_id, record, language),
        matches=matches_of(assessment, program_id, language),
        calibrated=bool(assessment.manifest["encoder"]["calibrated"]),
        skills=skills_of(assessment, program_id),
        grounds=tuple(
            GroundView(GROUND_NAMES[g["ground"]][language], FLAG_NAMES[g["flag"]][language], MARKS[g["holds"]],
                       clauses(g["clauses"], language))
            for g in trace["grounds"]
        ),
        guards=clauses(trace["guards"], language),
        regulations=tuple(
            GroundView(REGULATION_NAMES[r["regulation"]][language], r["verdict"][language], MARKS[r["holds"]],
                       clauses(r["clauses"], language))
            for r in trace["regulations"]
        ),
        documents=tuple(str(document) for document in trace["documents"]),
        predecessors=tuple(str(p) for p in trace["predecessors"]),
        checks=tuple(c[language] for c in trace.get("data_checks", ())),
        counterfactual=tuple(one[language] for one in trace.get("counterfactuals", ())),
        no_counterfactual=say(f"counterfactual_{_why_none(assessment)}", language),
    )  # fmt: skip


def clauses(found: Sequence[Mapping[str, Any]], language: Language) -> tuple[ClauseView, ...]:
    """Clauses of a trace as sentences."""
    return tuple(
        ClauseView(
            c[language],
            MARKS[c["holds"]],
            say(f"decided_{c['decided_on'].replace(' ', '_')}", language) if c["decided_on"] != "fact" else "",
            c["parameter"],
            say("project_default", language)
            if c["reference"] == "project default"
            else reference_text(c["reference"], language),
        )
        for c in found
    )


def _rule(trace: Mapping[str, Any], language: Language) -> Rule | None:
    said = trace["rule_verdict"]
    if not said:
        return None
    return Rule(
        said[language],
        said[f"clause_{language}"],
        trace["flag"] != "phase_out",
    )


def _measure(trace: Mapping[str, Any], language: Language) -> Measure | None:
    said = trace["measure"]
    if not said:
        return None
    ladder = list(MEASURE_NAMES)
    at = ladder.index(said["step"])
    because = said["because"]
    names = {**GROUND_NAMES, **REGULATION_NAMES, **FLAG_NAMES}
    return Measure(
        name=said[language],
        because=names[because][language] if because in names else say(f"because_{because}", language),
        due=said["due"] or "",
        held_back=MEASURE_NAMES[said["held_back"]][language] if said["held_back"] else "",
        steps=tuple(Step(MEASURE_NAMES[step][language], place == at, place < at) for place, step in enumerate(ladder)),
    )


def _facts(record: Mapping[str, Any], language: Language) -> tuple[Fact, ...]:
    low, high = record["placeable_low"], record["placeable_high"]
    rate = figures.rate(record["placeable_rate"])
    if not empty(low):
        rate += f" ({figures.rate(low)}–{figures.rate(high)})"
    values = (
        ("supply", figures.persons(record["supply"])),
        ("rate", rate),
        ("headroom", figures.persons(record["headroom"])),
        ("indispensability", figures.persons(record["indispensability"])),
    )
    return tuple(Fact(say(f"fact_{k}", language), value, say(f"fact_{k}_note", language)) for k, value in values)


def _naive(record: Mapping[str, Any], language: Language) -> tuple[Fact, ...]:
    values = (
        ("own_gap", figures.signed(record["own_gap"])),
        ("shared_gap", figures.signed(record["completers_share_gap"])),
    )
    return tuple(Fact(say(f"fact_{k}", language), value, say(f"fact_{k}_note", language)) for k, value in values)


def _employment(assessment: Assessment, program_id: str, record: Mapping[str, Any], language: Language) -> Employment:
    outcomes = assessment.inputs["outcomes"]
    own = outcomes[outcomes["program_id"] == program_id].sort_values("year", ascending=False)
    below = record["employment_below_probability"]
    columns = [column for column in HISTORY if own[column].notna().any()]
    years = []
    for row in rows(own):
        n, k = whole(row.graduates), whole(row.employed)
        # As the estimate counts: those who look for work, and never fewer than found it.
        n = None if n is None or k is None else max(n - (whole(row.further_study) or 0), k)
        basis = say(f"basis_{row.rate_basis}", language) if word(row.rate_basis) else ""
        cells = tuple(figures.whole(getattr(row, column)) for column in columns)
        years.append(
            YearView(int(row.year), basis, cells, figures.share(k / n) if n and k is not None else figures.NONE)
        )
    return Employment(
        mean=_float(record["employment_mean"]),
        low=_float(record["employment_low"]),
        high=_float(record["employment_high"]),
        limit=float(assessment.manifest["policy"]["parameters"]["employment.low_rate"]["value"]),
        below="" if empty(below) else figures.certainty(below),
        columns=tuple(say(f"year_{column}", language) for column in columns),
        years=tuple(years),
    )


def _beside(assessment: Assessment, record: Mapping[str, Any], language: Language) -> Beside | None:
    if empty(record["block"]):
        return None
    table = block_comparison(assessment, word(record["block"]), language=language)
    if len(table) < 3:
        return None
    shown: dict[str, Any] = {
        "supply": figures.persons, "intake": figures.whole, "matched_share": figures.share,
        "registration_rate": figures.share, "teachers_per_100": lambda v: figures.NONE if empty(v) else f"{v:.1f}",
        "agreed_seats": figures.whole, "fulfilled_seats": figures.whole,
    }  # fmt: skip
    members, whole_block = table.iloc[:-1], table.iloc[-1]
    kept = [column for column in shown if members[column].notna().any()]
    lines = tuple(
        (
            str(row["program_id"]),
            " ".join(filter(None, (word(row["institution"]), word(row["name"])))),
            tuple(shown[column](row[column]) for column in kept),
        )
        for _, row in members.iterrows()
    )
    cut = whole_block["intake_cut"]
    return Beside(
        tuple(say(f"beside_{column}", language) for column in kept),
        lines,
        "" if empty(cut) or not cut else f"{int(cut)}",
    )


def _why_none(assessment: Assessment) -> str:
    """Why a page may tell nothing that would change the flag: not looked for, left out of the edition, or not there."""
    if not assessment.manifest.get("counterfactuals"):
        return "not_searched"
    return "inside" if assessment.manifest.get("edition") == "public" else "none"


def _float(value: Any) -> float | None:
    return None if empty(value) else float(value)
