"""The policy browser: what a pack decides, the value of every parameter, and the document behind each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from api.pages.words import say
from matcher.policy.pack import Parameter, PolicyPack, Reference, Value, pack_warnings, shipped_pack, shipped_packs
from matcher.policy.words import GROUND_NAMES, GUARD_REASONS, MEASURE_NAMES, REGULATION_NAMES, Language


@dataclass(frozen=True)
class PackLine:
    """One pack in the list."""

    name: str
    title: str
    status: str
    status_name: str
    parameters: int
    regulations: int


@dataclass(frozen=True)
class Source:
    """Where a value comes from: the document in one line; `default` where this project chose, `reported` where unread."""

    text: str
    default: bool
    reported: bool
    url: str


@dataclass(frozen=True)
class DatedView:
    """A value with the days it holds on."""

    value: str
    since: str
    until: str
    now: bool
    source: Source


@dataclass(frozen=True)
class ParameterView:
    """One parameter; `own` where this pack sets it, else the pack that it is taken over from."""

    name: str
    description: str
    unit: str
    own: bool
    of: str
    values: tuple[DatedView, ...]


@dataclass(frozen=True)
class RegulationView:
    """One rule of a document."""

    title: str
    verdict: str
    measure: str
    source: Source


@dataclass(frozen=True)
class Section:
    """Parameters whose names begin alike."""

    key: str
    title: str
    parameters: tuple[ParameterView, ...]


@dataclass(frozen=True)
class Pack:
    """One pack on its day."""

    name: str
    title: str
    status: str
    status_name: str
    warnings: tuple[str, ...]
    lineage: tuple[str, ...]
    notes: tuple[str, ...]
    grounds: tuple[str, ...]
    guards: tuple[str, ...]
    regulations: tuple[RegulationView, ...]
    sections: tuple[Section, ...]
    day: str
    own: int


@cache
def pack(name: str) -> PolicyPack:
    """A shipped pack, read once."""
    return shipped_pack(name)


def pack_lines(language: Language) -> tuple[PackLine, ...]:
    """The packs that ship with the product."""
    packs = [pack(name) for name in shipped_packs()]
    return tuple(
        PackLine(p.name, p.title[language], p.status, say(f"status_{p.status}", language), len(p.own_parameters),
                 len(p.regulations or {}))
        for p in packs
    )  # fmt: skip


def pack_view(found: PolicyPack, day: date, language: Language) -> Pack:
    """A pack as it stands on a day: its own parameters and rules first, those it takes over after them."""
    groups: dict[str, list[ParameterView]] = {}
    for parameter in found.parameters.values():
        if parameter.values:
            groups.setdefault(parameter.name.partition(".")[0], []).append(_parameter(parameter, found, day, language))
    return Pack(
        name=found.name,
        title=found.title[language],
        status=found.status,
        status_name=say(f"status_{found.status}", language),
        warnings=tuple(w[language] for w in pack_warnings(found.on(day))),
        lineage=found.lineage[1:],
        notes=tuple(note[language] for note in found.notes),
        grounds=tuple(GROUND_NAMES[name][language] for name in found.grounds),
        guards=tuple(say(f"guard_{name}", language) for name in found.guards if name in GUARD_REASONS),
        regulations=tuple(
            RegulationView(
                REGULATION_NAMES[r.name][language],
                r.verdict[language],
                MEASURE_NAMES[r.measure][language] if r.measure else "",
                _source(r.reference, language),
            )
            for r in (found.regulations or {}).values()
        ),
        sections=tuple(
            Section(key, say(f"parameters_{key}", language), tuple(sorted(found, key=lambda p: not p.own)))
            for key, found in sorted(groups.items(), key=lambda item: not any(p.own for p in item[1]))
        ),
        day=day.isoformat(),
        own=len(found.own_parameters),
    )


def _parameter(parameter: Parameter, pack: PolicyPack, day: date, language: Language) -> ParameterView:
    standing = [v for v in parameter.values if v.holds_on(day)][-1:]
    return ParameterView(
        name=parameter.name,
        description=parameter.description[language],
        unit=say(f"unit_{parameter.unit}", language),
        own=parameter.own == pack.name,
        of=parameter.own,
        values=tuple(
            DatedView(
                shown_value(v.value, parameter.unit, language),
                v.start.isoformat(),
                v.end.isoformat() if v.end else "",
                v in standing,
                _source(v.reference, language),
            )
            for v in parameter.values
        ),
    )


def shown_value(value: Value, unit: str, language: Language) -> str:
    """A parameter's value as a reader writes it: shares in percent, lists with separators."""
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return ("、" if language == "zh" else ", ").join(str(v) for v in value)
    if unit in ("share", "probability"):
        return f"{100 * value:g}%"
    return f"{value:g}"


def _source(reference: Reference, language: Language) -> Source:
    return Source(reference.text(language), reference.project_default, reference.reported, reference.url)
