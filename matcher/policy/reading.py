"""YAML text -> the layer of a pack that it writes down, read strictly, with file and line in every error.

A key that is not known, a value without its reference, dates that overlap or a value that does not fit its unit is an
error: a bureau must be able to trust every printed number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import pairwise
from math import inf
from typing import Any, TypeGuard, get_args

import yaml

from matcher.policy.parameters import PROJECT_DEFAULT, DatedValue, PackError, Reference, Status, Unit, Value

RULES = ("grounds", "guards", "regulations")
# No count, ratio or weight of any pack comes near it; what is above was typed wrong.
MOST = 10_000_000


@dataclass(frozen=True)
class LayerParameter:
    """A parameter as one file writes it; description, unit and choices may be left to the pack that it extends."""

    description: Mapping[str, str] | None
    unit: Unit | None
    choices: tuple[str, ...]
    values: tuple[DatedValue, ...]


@dataclass(frozen=True)
class Layer:
    """One file of a pack, before it is laid over the pack that it extends.

    Attributes:
        parameters: name -> what the file says of it, in the order of the file.
        regulations: name -> (verdict, measure, reference).
        order: of RULES, those that the file orders.
        lines: "parameters/surplus.rate" and the like -> line in the file.
    """

    file: str
    name: str
    extends: str
    status: Status
    title: Mapping[str, str]
    notes: tuple[Mapping[str, str], ...]
    parameters: Mapping[str, "LayerParameter"]
    regulations: Mapping[str, tuple[Mapping[str, str], str, Reference]]
    order: Mapping[str, tuple[str, ...]]
    lines: Mapping[str, int]

    def at(self, *path: str) -> str:
        """Where something stands: file and line."""
        line = next(
            (self.lines[k] for k in ("/".join(path[:n]) for n in range(len(path), 0, -1)) if k in self.lines), 1
        )
        return f"{self.file} line {line}"


def read_layer(text: str, file: str) -> Layer:
    """Reads one file; `file` is named in every error.

    Raises:
        PackError: see the module's description.
    """
    try:
        content = yaml.load(text, _LinedLoader)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        problem = getattr(fault, "problem", None) or " ".join(str(fault).split())
        raise PackError(f"{file}{line}: not readable as YAML: {problem}") from None
    reader = _Reader(file)
    top = reader.keys(content, ("name", "status", "title"), ("extends", "notes", "parameters", "regulations", "order"))
    status = reader.one_of(top, "status", get_args(Status), "")
    parameters = reader.mapping(top, "parameters")
    regulations = reader.mapping(top, "regulations")
    order = reader.keys(top["order"], (), RULES, "order") if top.get("order") is not None else {}
    lines = dict(top.lines)
    for key, inner in (("parameters", parameters), ("regulations", regulations), ("order", order)):
        lines |= {f"{key}/{name}": line for name, line in getattr(inner, "lines", {}).items()}
    notes = top.get("notes") or []
    if not isinstance(notes, list):
        raise reader.fault(top, "notes", "expected a list of texts in zh and en")
    return Layer(
        file,
        reader.text(top, "name", ""),
        reader.text(top, "extends", "") if "extends" in top else "",
        status,
        reader.texts(top, "title", ""),
        tuple(reader.texts({"note": note}, "note", "") for note in notes),
        {name: reader.parameter(parameters, name) for name in parameters},
        {name: reader.regulation(regulations, name) for name in regulations},
        {kind: tuple(reader.list_of(order, kind, str, "names of rules")) for kind in order},
        lines,
    )


def near(word: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """ "; did you mean surplus.rate?", or nothing where no known word is near."""
    found = get_close_matches(word, list(known), 1, 0.6)
    return f"; did you mean {found[0]}?" if found else ""


class _LinedDict(dict[str, Any]):
    """A mapping that knows the line of the file on which it and each of its keys stand."""

    line: int = 1
    lines: Mapping[str, int]


class _LinedLoader(yaml.SafeLoader):
    """Reads mappings with their lines, and refuses a key that stands twice."""


def _lined_mapping(loader: _LinedLoader, node: yaml.MappingNode) -> _LinedDict:
    found = _LinedDict()
    found.line = node.start_mark.line + 1
    lines = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in found:
            raise yaml.constructor.ConstructorError(None, None, f"key {key} stands twice", key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
        lines[key] = key_node.start_mark.line + 1
    found.lines = lines
    return found


_LinedLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _lined_mapping)


class _Reader:
    """Readers of single entries; each names the place of what it refuses."""

    def __init__(self, file: str) -> None:
        self._file = file

    def fault(self, owner: Any, key: str, message: str, where: str = "") -> PackError:
        line = getattr(owner, "lines", {}).get(key) or getattr(owner, "line", 1)
        place = f", {where}" if where else ""
        return PackError(f"{self._file} line {line}{place}: {key}: {message}" if key else
                         f"{self._file} line {line}{place}: {message}")  # fmt: skip

    def keys(self, content: Any, needed: tuple[str, ...], others: tuple[str, ...], where: str = "") -> Any:
        allowed = (*needed, *others)
        if not isinstance(content, _LinedDict):
            raise self.fault(content, "", f"expected the keys {', '.join(allowed)}", where)
        for key in content:
            if key not in allowed:
                hint = near(str(key), allowed)
                raise self.fault(content, str(key), f"unknown key; expected {', '.join(allowed)}{hint}", where)
        for key in needed:
            if key not in content:
                raise self.fault(content, "", f"{key} is missing", where)
        return content

    def mapping(self, owner: Any, key: str) -> Any:
        content = owner.get(key)
        if content is None:
            return {}
        if not isinstance(content, _LinedDict):
            raise self.fault(owner, key, "expected names with their contents")
        return content

    def text(self, owner: Any, key: str, where: str) -> str:
        value = owner[key]
        if not isinstance(value, str) or not value.strip():
            raise self.fault(owner, key, f"is {value!r}; expected a text", where)
        return value.strip()

    def texts(self, owner: Any, key: str, where: str) -> Mapping[str, str]:
        content = self.keys(owner[key], ("zh", "en"), (), f"{where}, {key}" if where else key)
        return {language: self.text(content, language, where) for language in ("zh", "en")}

    def one_of(self, owner: Any, key: str, known: tuple[Any, ...], where: str) -> Any:
        if owner[key] not in known:
            raise self.fault(owner, key, f"is {owner[key]!r}; expected one of {', '.join(known)}", where)
        return owner[key]

    def list_of(self, owner: Any, key: str, kind: type | tuple[type, ...], what: str, where: str = "") -> list[Any]:
        value = owner[key]
        if not isinstance(value, list) or not all(isinstance(v, kind) and not isinstance(v, bool) for v in value):
            raise self.fault(owner, key, f"is {value!r}; expected a list of {what}", where)
        if len(set(value)) < len(value):
            raise self.fault(owner, key, "names something twice", where)
        return value

    def parameter(self, owner: Any, name: str) -> LayerParameter:
        where = f"parameter {name}"
        fields = self.keys(owner[name], ("values",), ("description", "unit", "choices"), where)
        unit = self.one_of(fields, "unit", get_args(Unit), where) if "unit" in fields else None
        choices = tuple(self.list_of(fields, "choices", str, "words", where)) if "choices" in fields else ()
        description = self.texts(fields, "description", where) if "description" in fields else None
        if not isinstance(fields["values"], list):
            raise self.fault(fields, "values", "expected a list of dated values", where)
        values = tuple(self._dated(entry, where) for entry in fields["values"])
        for earlier, later in pairwise(zip(values, fields["values"], strict=True)):
            (one, _), (two, entry) = earlier, later
            if two.start <= one.start or (one.end is not None and two.start <= one.end):
                span = f"{one.start} to {one.end or 'open'}"
                message = f"overlaps the value before it ({span}); write values in order of their dates"
                raise self.fault(entry, "from", message, where)
        for dated, entry in zip(values, fields["values"], strict=True):
            # Without a unit here it is checked once the pack that this one extends is known.
            if unit is not None and (message := unfit(unit, dated.value, choices)):
                raise self.fault(entry, "value", message, where)
        return LayerParameter(description, unit, choices, values)

    def _dated(self, content: Any, where: str) -> DatedValue:
        fields = self.keys(content, ("from", "value"), ("until", "reference"), where)
        for key in ("from", "until"):
            if key in fields and not isinstance(fields[key], date):
                raise self.fault(fields, key, f"is {fields[key]!r}; expected a date such as 2023-06-08", where)
        if "until" in fields and fields["until"] < fields["from"]:
            raise self.fault(fields, "until", f"{fields['until']} is before {fields['from']}", where)
        value = tuple(fields["value"]) if isinstance(fields["value"], list) else fields["value"]
        return DatedValue(fields["from"], value, self.reference(fields, where), fields.get("until"))

    def reference(self, owner: Any, where: str) -> Reference:
        given = owner.get("reference")
        if given == PROJECT_DEFAULT:
            return Reference(PROJECT_DEFAULT)
        if given is None or isinstance(given, str):
            message = f"a value needs a reference: title, issuer, date and clause, or `{PROJECT_DEFAULT}`"
            raise self.fault(owner, "reference", message, where)
        others = ("clause", "url", "reported")
        fields = self.keys(given, ("title", "issuer", "date"), others, f"{where}, reference")
        reported = fields.get("reported", False)
        if not isinstance(reported, bool):
            raise self.fault(fields, "reported", "expected true or false", where)
        if not reported and not fields.get("clause"):
            raise self.fault(fields, "", "clause is missing: give the clause or page, or say `reported: true`", where)
        day = str(fields["date"]).strip()
        return Reference(
            self.text(fields, "title", where), self.text(fields, "issuer", where), day,
            str(fields.get("clause", "")), str(fields.get("url", "")), reported,
        )  # fmt: skip

    def regulation(self, owner: Any, name: str) -> tuple[Mapping[str, str], str, Reference]:
        where = f"regulation {name}"
        fields = self.keys(owner[name], ("verdict", "reference"), ("measure",), where)
        measure = self.text(fields, "measure", where) if "measure" in fields else ""
        return self.texts(fields, "verdict", where), measure, self.reference(fields, where)


def unfit(unit: Unit, value: Value, choices: tuple[str, ...] = ()) -> str:
    """Why a value does not fit its unit; empty if it does."""
    if unit in ("names", "weights"):
        given = value if isinstance(value, tuple) else ()
        if unit == "names":
            fits = bool(given) and all(isinstance(v, str) for v in given)
            return "" if fits else f"value is {value!r}; expected a list of names"
        fits = any(given) and all(_number(v) and 0 <= v <= MOST for v in given)
        return "" if fits else f"value is {value!r}; expected a list of weights, none below 0 and one above"
    if unit == "choice":
        return "" if value in choices else f"value is {value!r}; expected one of {', '.join(choices)}"
    if unit in ("share", "probability"):
        fits = _number(value) and 0 <= value <= 1
        return "" if fits else f"value is {value!r}; a {unit} lies between 0 and 1 (write 0.7 for 70 %)"
    if not _number(value):
        return f"value is {value!r}; expected a number"
    least, most = span(unit)
    if unit == "ratio":
        return "" if least <= value <= most else f"value is {value}; a {unit} lies between {least} and {most}"
    fits = least <= value <= most and value == int(value)
    return "" if fits else f"value is {value}; expected a whole number of {unit} from {least} to {most}"


def fitting(unit: Unit, choices: tuple[str, ...]) -> str:
    """What fits a unit, in Chinese."""
    if unit == "choice":
        return f"应为 {'、'.join(choices)} 之一"
    if unit in ("names", "weights"):
        return "应为名称的列表" if unit == "names" else "应为数的列表，不小于 0 且不全为 0"
    if unit in ("share", "probability"):
        return "应在 0 与 1 之间（70% 写作 0.7）"
    least, most = span(unit)
    return f"应为 {least} 至 {most} 的{'数' if unit == 'ratio' else '整数'}"


def span(unit: Unit) -> tuple[int, int]:
    """Least and most of a unit that counts."""
    return {"years": (1, 100), "months": (0, 1200)}.get(unit, (0, MOST))


def _number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < inf
