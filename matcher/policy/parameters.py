"""What a policy pack is made of: parameters with units, dated values and a reference for every value."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cache, cached_property
from typing import Literal

from corpora.faults import Unusable

Status = Literal["in_force", "repealed", "unverified"]
Unit = Literal[
    "share", "probability", "persons", "years", "months", "count", "characters", "ratio", "names", "weights", "choice"
]
Value = float | str | tuple[str, ...] | tuple[float, ...]
PROJECT_DEFAULT = "project default"
UNVERIFIED: Mapping[str, str] = {
    "zh": "来源文本未核对，不作正式结论依据",
    "en": "source text not checked, not for formal conclusions",
}

REPORTED: Mapping[str, str] = {"zh": "（转引，原文待核）", "en": " (reported, original not read)"}
REPEALED: Mapping[str, str] = {"zh": "已废止，不作结论依据", "en": "repealed, not for conclusions"}


class PackError(Unusable):
    """A policy pack that cannot be trusted; the message names file, line, parameter and what was expected."""

    def __init__(self, en: str, zh: str = "") -> None:
        # Faults inside of a pack are for those who write packs; only choosing one is everybody's business.
        super().__init__(zh or en, en)


@dataclass(frozen=True)
class Reference:
    """Where a value comes from.

    Attributes:
        title: of the document; `project default` where this project chose.
        issuer, date: who issued it, and when, as printed.
        clause: clause or page; may be empty only where the document itself was not read.
        url: where known.
        reported: only a reprint or press report was read, not the document.
    """

    title: str
    issuer: str = ""
    date: str = ""
    clause: str = ""
    url: str = ""
    reported: bool = False

    @property
    def project_default(self) -> bool:
        return self.title == PROJECT_DEFAULT

    def __str__(self) -> str:
        parts = "，".join(part for part in (self.title, self.issuer, self.date, self.clause) if part)
        return parts + REPORTED["zh"] if self.reported else parts

    def text(self, language: str) -> str:
        """One line for a reader."""
        if self.project_default:
            return "本项目默认值" if language == "zh" else PROJECT_DEFAULT
        if language == "zh":
            return str(self)
        parts = ", ".join(part for part in (self.title, self.issuer, self.date, self.clause) if part)
        return parts + REPORTED["en"] if self.reported else parts


def reference_text(recorded: str, language: str) -> str:
    """A reference as manifests and traces record it (`str` of a `Reference`), with what this product says of it translated."""
    if language != "zh" and recorded.endswith(REPORTED["zh"]):
        return recorded.removesuffix(REPORTED["zh"]) + REPORTED[language]
    return recorded


@dataclass(frozen=True)
class DatedValue:
    """A value in force from a day on (until another day, where one is given), with its reference."""

    start: date
    value: Value
    reference: Reference
    end: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Parameter:
    """One number of the policy: its meaning in both languages, its unit, and its values in order of their dates.

    `own` is the pack that gave the values. A parameter without values is declared for packs that set it.
    """

    name: str
    description: Mapping[str, str]
    unit: Unit
    values: tuple[DatedValue, ...]
    own: str = ""
    choices: tuple[str, ...] = ()

    def at(self, day: date) -> DatedValue:
        """The value in force on a day.

        Raises:
            PackError: the parameter has no value on that day.
        """
        found = [v for v in self.values if v.holds_on(day)]
        if found:
            return found[-1]
        if not self.values:
            raise PackError(f"{self.name} has no value on {day}", f"参数 {self.name} 在 {day} 没有取值")
        start = self.values[0].start
        raise PackError(
            f"{self.name} has no value on {day}: its first one is in force from {start}; choose another day (--as-of)",
            f"参数 {self.name} 在 {day} 没有取值：最早的取值自 {start} 起施行；请改分析日期（--as-of）",
        )


@dataclass(frozen=True)
class Regulation:
    """A rule of a document as a pack switches it on: what it says, and where it says so.

    Attributes:
        name: of the rule in matcher.policy.rules.
        verdict: the document's own words for what follows (zh), and their translation (en).
        measure: the step of the ladder that the words name; empty where they name none.
        reference: of the rule.
        own: the pack that gave it.
    """

    name: str
    verdict: Mapping[str, str]
    measure: str
    reference: Reference
    own: str = ""


@dataclass(frozen=True)
class PolicyPack:
    """A named set of parameters and rules. `status` unverified is printed wherever its verdicts are.

    Attributes:
        lineage: the pack's name and those it extends, nearest first.
        notes: what its documents also say and no rule here decides, in both languages.
        grounds, guards, regulations: names of the rules in force, in order.
        texts: name -> YAML text of every pack of the lineage that does not ship with the product.
    """

    name: str
    status: Status
    title: Mapping[str, str]
    parameters: Mapping[str, Parameter]
    grounds: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    regulations: Mapping[str, Regulation] | None = None
    notes: tuple[Mapping[str, str], ...] = ()
    lineage: tuple[str, ...] = ()
    texts: Mapping[str, str] | None = None

    @property
    def own_parameters(self) -> tuple[Parameter, ...]:
        """Those whose values this pack sets itself."""
        return tuple(p for p in self.parameters.values() if p.own == self.name and p.values)

    def on(self, day: date) -> "Values":
        """All values in force on a day."""
        return Values(self, day)


@dataclass(frozen=True)
class Values:
    """A pack as it stands on one day: what rules read.

    Attributes:
        notes: of `watched` values: parameter -> what was found, None where it has no value on the day.
    """

    pack: PolicyPack
    day: date
    notes: dict[str, DatedValue | None] | None = field(default=None, init=False, repr=False, compare=False)

    def watched(self) -> "Values":
        """The same values, which note what is asked of them."""
        # What is cached of the values is cached once, and not in every copy that is watched.
        _ = self.in_force
        found = copy(self)
        object.__setattr__(found, "notes", {})
        return found

    def number(self, name: str) -> float:
        """The value of a parameter that is one number.

        Raises:
            PackError: no such parameter, no value on that day, or not one number.
        """
        value = self.dated(name).value
        if isinstance(value, tuple | str):
            raise PackError(f"pack {self.pack.name}: {name} is {value!r}, expected one number")
        return value

    def share(self, name: str) -> Fraction:
        """A share as an exact fraction: 0.7 is 7/10, as printed."""
        return _printed(self.number(name))

    def whole(self, name: str) -> int:
        """A whole number: years, months, persons, counts."""
        return int(self.number(name))

    def choice(self, name: str) -> str:
        """The value of a parameter that is one word."""
        value = self.dated(name).value
        if not isinstance(value, str):
            raise PackError(f"pack {self.pack.name}: {name} is {value!r}, expected one word")
        return value

    def names(self, name: str) -> tuple[str, ...]:
        """The value of a parameter that lists names."""
        value = self.dated(name).value
        return tuple(str(v) for v in value) if isinstance(value, tuple) else ()

    def weights(self, name: str) -> tuple[float, ...]:
        """The value of a parameter that lists numbers."""
        value = self.dated(name).value
        return tuple(float(v) for v in value) if isinstance(value, tuple) else (float(value),)

    def has(self, name: str) -> bool:
        """Whether a parameter has a value on the day."""
        if self.notes is not None:
            self.notes[name] = self.in_force.get(name)
        return name in self.in_force

    @cached_property
    def in_force(self) -> Mapping[str, DatedValue]:
        """Parameter -> its value on the day; those without one are left out."""
        found = {name: [v for v in p.values if v.holds_on(self.day)] for name, p in self.pack.parameters.items()}
        return {name: values[-1] for name, values in found.items() if values}

    def dated(self, name: str) -> DatedValue:
        """The value in force with its reference."""
        if (found := self.in_force.get(name)) is not None:
            if self.notes is not None:
                self.notes[name] = found
            return found
        if name not in self.pack.parameters:
            known = ", ".join(sorted(self.pack.parameters))
            raise PackError(f"pack {self.pack.name} has no parameter {name}; it has {known}")
        return self.pack.parameters[name].at(self.day)


@cache
def _printed(value: float) -> Fraction:
    """A number as its decimal text says it; rules ask for the same few thousands of times."""
    return Fraction(str(value))
