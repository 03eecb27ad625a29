"""Policy packs: parameters with units, dated values and a reference for every value.

A pack is read strictly. A key that is not known, a value without its reference, dates out of order or a value that does
not fit its unit is an error that names the file and the parameter: a bureau must be able to trust every printed number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal, get_args

import yaml

from corpora.faults import Unusable

Status = Literal["in_force", "repealed", "unverified"]
Unit = Literal["share", "probability", "persons", "years", "months", "count", "characters", "names", "weights"]
Value = float | tuple[str, ...] | tuple[float, ...]


class PackError(Unusable):
    """A policy pack that cannot be trusted; the message names file, parameter and what was expected."""

    def __init__(self, en: str, zh: str = "") -> None:
        # Faults inside of a pack are for those who write packs; only choosing one is everybody's business.
        super().__init__(zh or en, en)


@dataclass(frozen=True)
class DatedValue:
    """A value in force from a day on, with the document (or `project default`) that it comes from."""

    start: date
    value: Value
    reference: str


@dataclass(frozen=True)
class Parameter:
    """One number of the policy: its meaning in both languages, its unit, and its values in order of their dates."""

    name: str
    description: Mapping[str, str]
    unit: Unit
    values: tuple[DatedValue, ...]

    def at(self, day: date) -> DatedValue:
        """The value in force on a day.

        Raises:
            PackError: the parameter has no value that early.
        """
        found = [v for v in self.values if v.start <= day]
        if not found:
            raise PackError(f"{self.name} has no value on {day}: its first one is in force from {self.values[0].start}")
        return found[-1]


@dataclass(frozen=True)
class PolicyPack:
    """A named set of parameters. `status` unverified is printed wherever the pack is used."""

    name: str
    status: Status
    title: Mapping[str, str]
    parameters: Mapping[str, Parameter]

    def on(self, day: date) -> "Values":
        """All values in force on a day."""
        return Values(self, day)


@dataclass(frozen=True)
class Values:
    """A pack as it stands on one day: what rules read."""

    pack: PolicyPack
    day: date

    def number(self, name: str) -> float:
        """The value of a parameter that is one number.

        Raises:
            PackError: no such parameter, no value that early, or not one number.
        """
        value = self.dated(name).value
        if isinstance(value, tuple):
            raise PackError(f"pack {self.pack.name}: {name} is a list, expected one number")
        return value

    def share(self, name: str) -> Fraction:
        """A share as an exact fraction: 0.7 is 7/10, as printed."""
        return Fraction(str(self.number(name)))

    def names(self, name: str) -> tuple[str, ...]:
        """The value of a parameter that lists names."""
        value = self.dated(name).value
        return tuple(str(v) for v in value) if isinstance(value, tuple) else ()

    def weights(self, name: str) -> tuple[float, ...]:
        """The value of a parameter that lists numbers."""
        value = self.dated(name).value
        return tuple(float(v) for v in value) if isinstance(value, tuple) else (value,)

    def dated(self, name: str) -> DatedValue:
        """The value in force with its reference."""
        if name not in self.pack.parameters:
            known = ", ".join(sorted(self.pack.parameters))
            raise PackError(f"pack {self.pack.name} has no parameter {name}; it has {known}")
        return self.pack.parameters[name].at(self.day)


def load_pack(name: str = "default") -> PolicyPack:
    """A pack that ships with the product.

    Raises:
        PackError: no such pack, or one that does not pass the checks.
    """
    folder = files("matcher.policy") / "packs"
    if not (folder / f"{name}.yaml").is_file():
        known = sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml"))
        raise PackError(
            f"no policy pack {name!r}; there are: {', '.join(known)}",
            f"没有政策规则集“{name}”；现有：{'、'.join(known)}",
        )
    return parse_pack((folder / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")


def parse_pack(text: str, file: str) -> PolicyPack:
    """Reads a pack from YAML text; `file` is named in every error.

    Raises:
        PackError: see the module's description.
    """
    try:
        content = yaml.load(text, _LinedLoader)
    except yaml.YAMLError as fault:
        raise PackError(f"{file}: not readable as YAML: {' '.join(str(fault).split())}") from None
    fields = _keys(content, {"name", "status", "title", "parameters"}, file)
    if fields["status"] not in get_args(Status):
        raise PackError(f"{file}: status is {fields['status']!r}; expected one of {', '.join(get_args(Status))}")
    parameters = {n: _parameter(n, p, f"{file}, parameter {n}") for n, p in fields["parameters"].items()}
    return PolicyPack(fields["name"], fields["status"], _texts(fields["title"], f"{file}, title"), parameters)


def _parameter(name: str, content: Any, where: str) -> Parameter:
    fields = _keys(content, {"description", "unit", "values"}, where)
    if fields["unit"] not in get_args(Unit):
        raise PackError(f"{where}: unit is {fields['unit']!r}; expected one of {', '.join(get_args(Unit))}")
    if not fields["values"]:
        raise PackError(f"{where}: expected at least one value")
    values = tuple(_dated_value(v, fields["unit"], where) for v in fields["values"])
    for earlier, later in pairwise(values):
        if later.start <= earlier.start:
            raise PackError(f"{where}: values must be in order of their dates, {later.start} follows {earlier.start}")
    return Parameter(name, _texts(fields["description"], f"{where}, description"), fields["unit"], values)


def _dated_value(content: Any, unit: Unit, where: str) -> DatedValue:
    fields = _keys(content, {"from", "value", "reference"}, where)
    start, value, reference = fields["from"], fields["value"], fields["reference"]
    if not isinstance(start, date):
        raise PackError(f"{where}: from is {start!r}; expected a date such as 2023-06-08")
    if unit in ("names", "weights"):
        kind = str if unit == "names" else (int, float)
        if not isinstance(value, list) or not value or not all(isinstance(v, kind) for v in value):
            raise PackError(f"{where}: value is {value!r}; expected a list of {unit}")
        value = tuple(value)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise PackError(f"{where}: value is {value!r}; expected a number")
    if unit in ("share", "probability") and not 0 <= value <= 1:
        raise PackError(f"{where}: value is {value}; a {unit} lies between 0 and 1 (write 0.7 for 70 %)")
    if unit in ("persons", "years", "months", "count", "characters") and (value < 0 or value != int(value)):
        raise PackError(f"{where}: value is {value}; expected a whole number of {unit}")
    if not isinstance(reference, str) or not reference.strip():
        raise PackError(f"{where}: a value needs a reference: title, issuer, date and clause, or `project default`")
    return DatedValue(start, value, reference)


class _LinedDict(dict[str, Any]):
    """A mapping that knows the line of the file it begins on."""

    line: int = 0


class _LinedLoader(yaml.SafeLoader):
    """Reads mappings with their lines, and refuses a key that stands twice."""


def _lined_mapping(loader: _LinedLoader, node: yaml.MappingNode) -> _LinedDict:
    found = _LinedDict()
    found.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in found:
            raise yaml.constructor.ConstructorError(None, None, f"key {key} stands twice", key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_LinedLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _lined_mapping)


def _keys(content: Any, expected: set[str], where: str) -> dict[str, Any]:
    if isinstance(content, _LinedDict):
        where = f"{where} (line {content.line})"
    if not isinstance(content, dict):
        raise PackError(f"{where}: expected the keys {', '.join(sorted(expected))}")
    if unknown := sorted(map(str, content.keys() - expected)):
        raise PackError(f"{where}: unknown key {unknown[0]}; expected {', '.join(sorted(expected))}")
    if missing := sorted(expected - content.keys()):
        raise PackError(f"{where}: {missing[0]} is missing")
    return content


def _texts(content: Any, where: str) -> Mapping[str, str]:
    return _keys(content, {"zh", "en"}, where)
