"""`duikou policy`: the packs there are, what each says and where it says so, and the check of one's own."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from matcher.policy.pack import Parameter, PolicyPack, Value, load_pack, pack_warnings, shipped_packs
from matcher.policy.words import GROUND_NAMES, GUARD_REASONS, MEASURE_NAMES, REGULATION_NAMES

STATUS = {
    "in_force": {"zh": "现行", "en": "in force"},
    "repealed": {"zh": "已废止", "en": "repealed"},
    "unverified": {"zh": "来源未核对", "en": "unverified"},
}
UNITS = {
    "share": "占比", "probability": "概率", "persons": "人", "years": "年", "months": "月", "count": "个", "characters": "字",
    "ratio": "比值", "names": "名称", "weights": "权重", "choice": "选项",
}  # fmt: skip


def language_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """As in the other commands."""
    return click.option(
        "--lang", type=click.Choice(["zh", "en"]), default="zh", envvar="DUIKOU_LANG", show_default=True,
        help="语言 / language of what is printed",
    )(command)  # fmt: skip


@click.group(short_help="政策规则集 / policy packs")
def policy() -> None:
    """政策规则集：阈值、规则与依据文件。Policy packs: thresholds, rules and the documents behind them.

    \b
      duikou policy list                                   有哪些规则集 / the packs there are
      duikou policy show anhui-2022                        某规则集自己的参数与规则 / what one sets itself
      duikou policy show default surplus.rate              一个参数及其依据 / one parameter and its reference
      duikou policy show fujian-2023 --as-of 2024-06-01    某日的取值 / as it stood on a day
      duikou policy check 我市.yaml                         检查自己的规则集 / check a pack of your own
      duikou assess … --policy 我市.yaml                    用自己的规则集 / assess by it

    \b
    自己的规则集从继承开始 / a pack of your own begins by extending one:
      name: my-city
      extends: default
      status: in_force
      title: {zh: 我市规则, en: rules of my city}
      parameters:
        surplus.rate:
          values:
            - from: 2026-01-01
              value: 0.6
              reference: {title: 文件名, issuer: 发文单位, date: 2026-01-01, clause: 第三条}
    """


@policy.command("list", short_help="有哪些规则集 / the packs there are")
@language_option
def list_packs(lang: str) -> None:
    """列出随产品提供的规则集：名称、状态、自有参数数、规则数。The packs that ship with the product."""
    for name in shipped_packs():
        pack = load_pack(name)
        own, rules = len(pack.own_parameters), len(pack.regulations or {})
        figures = (
            f"{own:>3} 项自有参数，{rules} 条规则" if lang == "zh" else f"{own:>3} own parameters, {rules} regulations"
        )
        click.echo(f"{name:<14} {STATUS[pack.status][lang]}  {figures}  {pack.title[lang]}")
    hint = ("查看：duikou policy show 名称", "to see one: duikou policy show NAME")
    click.echo(hint[0 if lang == "zh" else 1], err=True)


@policy.command(short_help="参数、规则与依据 / parameters, rules, references")
@click.argument("pack")
@click.argument("parameter", required=False)
@click.option(
    "--as-of", default=None, metavar="DATE", help="某日的取值，默认全部 / as it stood on a day; all values if empty"
)
@click.option("--all", "everything", is_flag=True, help="连同继承的参数 / with inherited parameters")
@language_option
def show(pack: str, parameter: str | None, as_of: str | None, everything: bool, lang: str) -> None:
    """一个规则集的参数与规则，各附依据。What a pack sets, each value with its reference.

    PACK: 规则集名称或 YAML 文件 / a pack's name or a YAML file. PARAMETER: 如 surplus.rate，可写开头 / or how it begins.
    """
    from matcher.assessment import read_day

    found = load_pack(pack)
    day = read_day(as_of) if as_of else None
    if parameter:
        chosen = [p for name, p in found.parameters.items() if name == parameter or name.startswith(f"{parameter}.")]
        if not chosen:
            _no_parameter(found, parameter)
    else:
        chosen = [p for p in found.parameters.values() if p.values] if everything else list(found.own_parameters)
        for line in _head(found, lang):
            click.echo(line)
    for one in chosen:
        for line in _lines(one, day, lang):
            click.echo(line)
    for warning in pack_warnings(found.on(day or date.today())):
        click.echo(f"! {warning[lang]}")


@policy.command(short_help="检查自己的规则集 / check a pack of your own")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@language_option
def check(file: Path, lang: str) -> None:
    """严格读取一个 YAML 规则集；有误则指明文件与行号，退出码 2。Strict reading: faults name file and line, exit 2."""
    if file.suffix.lower() not in (".yaml", ".yml"):
        from corpora.faults import Unusable

        raise Unusable(f"{file}：规则集是 .yaml 文件", f"{file}: a pack is a .yaml file")
    found = load_pack(file)
    own, rules = len(found.own_parameters), len(found.regulations or {})
    chain = " -> ".join(found.lineage)
    text = (
        f"✓ {found.name}（{chain}）：{own} 项自有参数，{rules} 条规则，{STATUS[found.status]['zh']}",
        f"✓ {found.name} ({chain}): {own} own parameters, {rules} regulations, {STATUS[found.status]['en']}",
    )
    click.echo(text[0 if lang == "zh" else 1])


def _no_parameter(pack: PolicyPack, name: str) -> None:
    from difflib import get_close_matches

    from corpora.faults import Unusable

    meant = get_close_matches(name, list(pack.parameters), 1, 0.6)
    zh, hint = (f"，是否指 {meant[0]}", f"; did you mean {meant[0]}?") if meant else ("", "")
    raise Unusable(
        f"{pack.name} 没有参数 {name}{zh}（全部参数：duikou policy show {pack.name} --all）",
        f"{pack.name} has no parameter {name}{hint} (all of them: duikou policy show {pack.name} --all)",
    )


def _head(pack: PolicyPack, lang: str) -> Iterator[str]:
    zh = lang == "zh"
    yield f"{pack.name}  {pack.title[lang]}  [{STATUS[pack.status][lang]}]"
    if len(pack.lineage) > 1:
        yield f"{'继承' if zh else 'extends'}: {' -> '.join(pack.lineage[1:])}"
    joint = "、" if zh else ", "
    yield f"{'依据' if zh else 'grounds'}: {joint.join(GROUND_NAMES[name][lang] for name in pack.grounds)}"
    yield f"{'保护条件' if zh else 'guards'}: {joint.join(name for name in pack.guards if name in GUARD_REASONS)}"
    for regulation in (pack.regulations or {}).values():
        step = f" [{MEASURE_NAMES[regulation.measure][lang]}]" if regulation.measure else ""
        yield f"{'规则' if zh else 'rule'} {regulation.name} ({REGULATION_NAMES[regulation.name][lang]}): {regulation.verdict[lang]}{step}"
        yield f"    {regulation.reference.text(lang)}"
    for note in pack.notes:
        yield f"{'说明' if zh else 'note'}: {note[lang]}"
    yield ""


def _lines(parameter: Parameter, day: date | None, lang: str) -> Iterator[str]:
    unit = UNITS[parameter.unit] if lang == "zh" else parameter.unit
    yield f"{parameter.name} ({unit})  {parameter.description[lang]}"
    values = parameter.values if day is None else tuple(v for v in parameter.values if v.holds_on(day))[-1:]
    if not values:
        yield f"    {'无取值' if lang == 'zh' else 'no value'}"
    for dated in values:
        until = f" – {dated.end}" if dated.end else ""
        link = f" {dated.reference.url}" if dated.reference.url else ""
        yield f"    {dated.start}{until}  {_shown(dated.value)}  [{dated.reference.text(lang)}{link}]"


def _shown(value: Value) -> str:
    return "、".join(str(v) for v in value) if isinstance(value, tuple) else str(value)
