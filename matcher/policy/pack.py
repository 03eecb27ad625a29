"""Policy packs by name or file: one YAML file laid over those that it extends, checked as a whole.

Only the root of a lineage declares parameters; a pack that extends another sets values of what is declared there. So a
misspelt name is an error instead of a number that nothing reads.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from matcher.policy.parameters import (
    REPEALED,
    UNVERIFIED,
    DatedValue,
    PackError,
    Parameter,
    PolicyPack,
    Reference,
    Regulation,
    Status,
    Unit,
    Value,
    Values,
)
from matcher.policy.reading import Layer, fitting, near, read_layer, unfit
from matcher.policy.rules import GROUNDS, GUARDS, MEASURES, REGULATIONS

__all__ = [
    "DatedValue", "PackError", "Parameter", "PolicyPack", "Reference", "Regulation", "Status", "Unit", "Value",
    "Values", "load_pack", "pack_warnings", "parse_pack", "recorded_pack", "shipped_pack", "shipped_packs", "varied",
]  # fmt: skip

# Reads the text of a pack by its name: (text, file), or None where there is none of that name.
Source = Callable[[str], tuple[str, str] | None]
# Where a what-if's own values come from.
ASSUMED = Reference("假设 / what-if")
_KNOWN: Mapping[str, Mapping[str, Any]] = {"grounds": GROUNDS, "guards": GUARDS, "regulations": REGULATIONS}


def shipped_packs() -> tuple[str, ...]:
    """Names of the packs that ship with the product; default comes first."""
    folder = files("matcher.policy") / "packs"
    names = sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml"))
    return tuple(sorted(names, key=lambda name: (name != "default", name)))


def shipped_pack(name: str) -> PolicyPack:
    """A pack that ships with the product. No name opens another file, whoever gives it.

    Raises:
        PackError: no such pack.
    """
    found = _shipped(name)
    if found is None:
        raise _no_pack(name)
    return _parsed(*found)


def load_pack(name: str | Path = "default") -> PolicyPack:
    """A pack that ships with the product, or one of the user's own: for who may open any file; others `shipped_pack`.

    Args:
        name: of a shipped pack, or the path of a YAML file. A file may extend a shipped pack or a file beside it.

    Raises:
        PackError: no such pack, or one that does not pass the checks.
    """
    path = Path(name)
    if path.suffix.lower() in (".yaml", ".yml"):
        if not path.is_file():
            raise PackError(f"{path}: no such file", f"{path}：没有这个文件")
        return parse_pack(_read(path), path.name, lambda other: _beside(path, other) or _shipped(other))
    found = _shipped(str(name))
    if found is None:
        raise _no_pack(str(name), "，也可给出 YAML 文件路径", ", or name a YAML file")
    return _parsed(*found)


def recorded_pack(record: Mapping[str, Any], day: date) -> PolicyPack:
    """The pack of an assessment, from its manifest's `policy`: a user's own pack is kept there in full.

    Args:
        day: that the assessment is for; values that a what-if assumed hold from it.

    Raises:
        PackError: the pack is not known to this version, or does not pass its checks.
    """
    texts: Mapping[str, str] = record.get("texts") or {}

    def source(name: str) -> tuple[str, str] | None:
        return (texts[name], f"{name}.yaml") if name in texts else _shipped(name)

    own = record["pack"] in texts
    pack = parse_pack(texts[record["pack"]], f"{record['pack']}.yaml", source) if own else shipped_pack(record["pack"])
    # No text of the pack has these.
    parameters: Mapping[str, Any] = record.get("parameters") or {}
    assumed = {name: entry["value"] for name, entry in parameters.items() if entry["reference"] == str(ASSUMED)}
    return varied(pack, {n: tuple(v) if isinstance(v, list) else v for n, v in assumed.items()}, day)


def varied(pack: PolicyPack, changes: Mapping[str, Value], day: date) -> PolicyPack:
    """The pack with other values from a day on: a reform in memory, for asking what it would change.

    Raises:
        PackError: no such parameter, or a value that does not fit its unit.
    """
    parameters = dict(pack.parameters)
    for name, value in changes.items():
        if name not in parameters:
            raise PackError(
                f"pack {pack.name} has no parameter {name}{near(name, parameters)}",
                f"规则包 {pack.name} 没有参数 {name}；duikou policy show {pack.name} 列出全部参数",
            )
        given = parameters[name]
        if message := unfit(given.unit, value, given.choices):
            raise PackError(f"{name}: {message}", f"参数 {name} 不能取 {value}：{fitting(given.unit, given.choices)}")
        dated = DatedValue(day, value, ASSUMED)
        parameters[name] = replace(given, values=(*given.values, dated), own=pack.name)
    return replace(pack, parameters=parameters)


def pack_warnings(values: Values) -> list[dict[str, str]]:
    """What every output that carries verdicts of this pack must say of it."""
    found = []
    title = values.pack.title
    if values.pack.status != "in_force":
        said = UNVERIFIED if values.pack.status == "unverified" else REPEALED
        found.append({"zh": f"{title['zh']}：{said['zh']}", "en": f"{title['en']}: {said['en']}"})
    assumed = [n for n in sorted(values.pack.parameters) if values.has(n) and values.dated(n).reference == ASSUMED]
    if assumed:
        given = ", ".join(f"{name} = {values.dated(name).value}" for name in assumed)
        found.append(
            {"zh": f"含假设的参数，不是规则集的取值：{given}", "en": f"assumed, not values of the pack: {given}"}
        )
    return found


def parse_pack(text: str, file: str, source: Source | None = None) -> PolicyPack:
    """Reads a pack from YAML text; `file` is named in every error.

    Args:
        source: where packs that it extends come from; those that ship with the product if None.

    Raises:
        PackError: unknown keys or parameters, missing references, overlapping dates, wrong units, unknown parents, a
            lineage that turns on itself, a rule that is not known or lacks a value that it asks for.
    """
    find = source or _shipped
    layers, texts = [read_layer(text, file)], {}
    shipped = set(shipped_packs())
    if _shipped_text(layers[0].name) != text:
        if layers[0].name in shipped:
            where = layers[0].at("name")
            raise PackError(f"{where}: name: {layers[0].name} is a pack of the product; choose another name")
        texts[layers[0].name] = text
    while parent := layers[-1].extends:
        at = layers[-1].at("extends")
        if parent in (layer.name for layer in layers):
            chain = " -> ".join([*(layer.name for layer in layers), parent])
            raise PackError(f"{at}: extends: the packs extend each other in a circle: {chain}")
        found = find(parent)
        if found is None:
            hint = near(parent, shipped_packs())
            raise PackError(f"{at}: extends: no pack {parent!r}; there are: {', '.join(shipped_packs())}{hint}")
        layers.append(read_layer(*found))
        if layers[-1].name != parent:
            raise PackError(f"{layers[-1].at('name')}: name: is {layers[-1].name}, the file stands for {parent}")
        if parent not in shipped:
            texts[parent] = found[0]
    return _laid_over(layers, texts)


def _laid_over(layers: list[Layer], texts: Mapping[str, str]) -> PolicyPack:
    """From the root to the pack itself, each layer over what is there."""
    parameters: dict[str, Parameter] = {}
    regulations: dict[str, Regulation] = {}
    order: dict[str, tuple[str, ...]] = {"grounds": (), "guards": ()}
    for layer in reversed(layers):
        for name in layer.parameters:
            parameters[name] = _parameter(layer, name, parameters)
        for name, (verdict, measure, reference) in layer.regulations.items():
            at = layer.at("regulations", name)
            if name not in REGULATIONS:
                raise PackError(f"{at}: regulation {name}: unknown rule; there are {', '.join(REGULATIONS)}"
                                f"{near(name, REGULATIONS)}")  # fmt: skip
            if measure and measure not in MEASURES:
                raise PackError(
                    f"{at}: regulation {name}: measure is {measure!r}; expected one of {', '.join(MEASURES)}"
                )
            regulations[name] = Regulation(name, verdict, measure, reference, layer.name)
        for kind, names in layer.order.items():
            order[kind] = names
            for name in names:
                if name not in _KNOWN[kind]:
                    hint = near(name, _KNOWN[kind])
                    raise PackError(f"{layer.at('order', kind)}: {kind}: unknown rule {name}{hint}")
                if kind == "regulations" and name not in regulations:
                    raise PackError(f"{layer.at('order', kind)}: regulations: {name} has no verdict in this pack")
        if "regulations" not in layer.order:
            order["regulations"] = tuple(regulations)
    own = layers[0]
    in_force = {name: regulations[name] for name in order["regulations"]}
    for kind, names in (("grounds", order["grounds"]), ("guards", order["guards"]), ("regulations", tuple(in_force))):
        for name in names:
            for asked in _KNOWN[kind][name].asks:
                if asked not in parameters or not parameters[asked].values:
                    where = own.at(kind, name) if kind == "regulations" else own.at("order", kind)
                    raise PackError(f"{where}: {name} needs a value of {asked}; set it under parameters")
    return PolicyPack(
        own.name, own.status, own.title, parameters, order["grounds"], order["guards"], in_force,
        own.notes, tuple(layer.name for layer in layers), texts,
    )  # fmt: skip


def _parameter(layer: Layer, name: str, known: Mapping[str, Parameter]) -> Parameter:
    at, given = f"{layer.at('parameters', name)}, parameter {name}", layer.parameters[name]
    if layer.extends:
        if name not in known:
            raise PackError(f"{at}: unknown parameter{near(name, known)}")
        inherited = known[name]
        if given.unit not in (None, inherited.unit):
            raise PackError(f"{at}: unit: is {given.unit}; {name} is in {inherited.unit}")
        if given.choices not in ((), inherited.choices):
            raise PackError(f"{at}: choices: are those of the pack that it extends: {', '.join(inherited.choices)}")
        for dated in given.values:
            if message := unfit(inherited.unit, dated.value, inherited.choices):
                raise PackError(f"{at}: {message}")
        description = given.description or inherited.description
        return Parameter(name, description, inherited.unit, given.values, layer.name, inherited.choices)
    if given.description is None or given.unit is None:
        missing = "description" if given.description is None else "unit"
        raise PackError(f"{at}: {missing} is missing")
    return Parameter(name, given.description, given.unit, given.values, layer.name, given.choices)


@cache
def _parsed(text: str, file: str) -> PolicyPack:
    """A shipped pack, read once: a what-if asks for it each time."""
    return parse_pack(text, file)


def _shipped_text(name: str) -> str | None:
    found = _shipped(name)
    return found[0] if found else None


def _shipped(name: str) -> tuple[str, str] | None:
    if name not in shipped_packs():
        return None
    file = files("matcher.policy") / "packs" / f"{name}.yaml"
    return file.read_text(encoding="utf-8"), file.name


def _no_pack(name: str, zh: str = "", en: str = "") -> PackError:
    known = shipped_packs()
    return PackError(
        f"no policy pack {name!r}; there are: {', '.join(known)}{en}",
        f"没有政策规则集“{name}”；现有：{'、'.join(known)}{zh}",
    )


def _beside(path: Path, name: str) -> tuple[str, str] | None:
    file = path.with_name(f"{name}.yaml")
    return (_read(file), file.name) if file.is_file() else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise PackError(
            f"{path}: not UTF-8 text (byte {fault.start}); save it as UTF-8", f"{path}：请存为 UTF-8"
        ) from None
