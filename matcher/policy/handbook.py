"""docs/policy.md, written from the packs and rules themselves.

python -m matcher.policy.handbook > docs/policy.md
"""

from collections.abc import Iterator, Mapping

from matcher.policy.pack import Parameter, PolicyPack, Value, load_pack, shipped_packs
from matcher.policy.parameters import UNVERIFIED
from matcher.policy.rules import GROUNDS, GUARDS, REGULATIONS, Rule
from matcher.policy.words import GROUND_NAMES, GUARD_REASONS, MEASURE_NAMES, NOTICES, REGULATION_NAMES, Text

INTRODUCTION = """# Policy packs: parameters, rules, references

Written by `python -m matcher.policy.handbook > docs/policy.md`; a test keeps it true.

A **flag** is this method's advice. A **rule verdict** is what a document of the province says, by its letter: raw figures
of single years, nothing smoothed. A **measure** is the next step of the ladder: {ladder}. The three stand side by side
and none changes another. A document that names its step is followed; otherwise the ladder is climbed one step a year from
the step of an earlier assessment (`--earlier DIR`), or begins with a warning. Closure is proposed only after enrolment
stopped and with no students left; an exempt program is warned at most.

Rules that compare points run only where `--scope city|province` declares that the programs table holds all points of that
scope; otherwise their clause is not evaluable and names the scope that it needs.

`duikou policy list | show PACK [PARAMETER] [--as-of DATE] | check FILE`. A pack of one's own extends another:

    name: my-city
    extends: default
    status: in_force            # in_force, repealed or unverified
    title: {{zh: 我市规则, en: rules of my city}}
    parameters:
      surplus.rate:
        values:
          - from: 2026-01-01    # and, where it ends, until: 2027-12-31
            value: 0.6
            reference: {{title: 文件名, issuer: 发文单位, date: 2026-01-01, clause: 第三条}}
      rule.none_enrolled.years:
        values:
          - from: 2026-01-01
            value: 3
            reference: {{title: 文件名, issuer: 发文单位, date: 2026-01-01, clause: 第四条}}
    regulations:
      none_enrolled:
        verdict: {{zh: 撤销, en: withdraw}}
        measure: closure_proposed
        reference: {{title: 文件名, issuer: 发文单位, date: 2026-01-01, clause: 第四条}}
    order:                      # optional: which rules are in force, and in which order
      grounds: [no_enrolment, vanished, surplus_low_employment, insufficient, strategic, shortage, traditional, traditional_rate, skill_gap]

Unknown keys, parameters and rules, missing references, overlapping dates, wrong units and packs that extend each other in a
circle are errors with file and line. A reference needs title, issuer, date and clause; `reported: true` in place of the
clause where only a reprint was read; `project default` where this project chose. A pack of status `unverified` carries
"{unverified}" wherever its verdicts stand.
"""


def handbook() -> str:
    """The whole document as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    ladder = ", ".join(f"{name['en']} {name['zh']}" for name in MEASURE_NAMES.values())
    yield INTRODUCTION.format(ladder=ladder, unverified=UNVERIFIED["en"])
    packs = {name: load_pack(name) for name in shipped_packs()}
    yield "## Packs"
    for pack in packs.values():
        yield from _pack(pack)
    yield "\n## Grounds of flags"
    yield from _rules(GROUNDS, GROUND_NAMES, packs)
    yield "\n## Guards"
    yield from _rules(GUARDS, GUARD_REASONS, packs)
    yield "\n## Regulations"
    yield from _rules(REGULATIONS, REGULATION_NAMES, packs)
    yield "\n## Notices\n"
    yield from (f"- `{name}` {text['zh']}: {text['en']}" for name, text in NOTICES.items())
    yield "\n## Parameters\n"
    yield "Values of `default`; those of provincial packs stand under their pack. A parameter without a value waits for a pack."
    for parameter in packs["default"].parameters.values():
        yield from _parameter(parameter)


def _pack(pack: PolicyPack) -> Iterator[str]:
    yield f"\n### {pack.name}\n"
    yield f"{pack.title['en']} / {pack.title['zh']}. Status: {pack.status}.\n"
    yield from (f"- {note['en']} / {note['zh']}" for note in pack.notes)
    for regulation in (pack.regulations or {}).values():
        step = f" ({MEASURE_NAMES[regulation.measure]['en']})" if regulation.measure else ""
        said = f"{regulation.verdict['en']} / {regulation.verdict['zh']}{step}"
        yield f"- rule `{regulation.name}`: {said}. {regulation.reference.text('en')}"
    if pack.name != "default":
        for parameter in pack.own_parameters:
            for dated in parameter.values:
                yield f"- `{parameter.name}` = {_shown(dated.value)} from {dated.start}. {dated.reference.text('en')}"


def _rules(known: Mapping[str, Rule], names: Mapping[str, Text], packs: Mapping[str, PolicyPack]) -> Iterator[str]:
    for rule in known.values():
        said = " ".join((rule.judge.__doc__ or "").split())
        text = names[rule.name]
        users = [name for name, pack in packs.items() if rule.name in (pack.regulations or {})]
        yield f"\n### {rule.name}\n"
        if known is not GUARDS:
            yield f"{text['en']} / {text['zh']}."
        yield said
        if rule.asks:
            yield "Parameters: " + ", ".join(f"`{name}`" for name in rule.asks) + "."
        if known is REGULATIONS:
            yield f"Packs: {', '.join(users) or 'none'}."


def _parameter(parameter: Parameter) -> Iterator[str]:
    yield f"\n### {parameter.name}\n"
    choices = f" ({', '.join(parameter.choices)})" if parameter.choices else ""
    yield f"{parameter.description['en']} / {parameter.description['zh']}. Unit: {parameter.unit}{choices}."
    for dated in parameter.values:
        yield f"- {_shown(dated.value)} from {dated.start}. {dated.reference.text('en')}"


def _shown(value: Value) -> str:
    return ", ".join(str(v) for v in value) if isinstance(value, tuple) else str(value)


if __name__ == "__main__":
    print(handbook(), end="")
