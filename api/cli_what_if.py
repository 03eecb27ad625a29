"""duikou what-if: the same data under other rules or with other figures."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from api.cli_decide import records, write
from api.options import APART_FILE, FOLDER, language_option, say
from corpora.faults import Unusable


@click.command("what-if", short_help="换一套规则或改几个数，结论会怎样 / other rules or figures: what would follow")
@click.argument("folder", type=FOLDER)
@click.option("--policy", default=None, metavar="PACK", help="另一规则包的名称或 YAML 文件 / another pack")
@click.option(
    "--set",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="改一个参数，可重复，如 surplus.rate=0.6 / a parameter; repeatable; lists separated by ;",
)
@click.option(
    "--openings",
    multiple=True,
    metavar="DEMAND_ID=N",
    help="改一行岗位的年招聘人数，可重复 / openings a year of a row; repeatable",
)
@click.option(
    "--intake",
    multiple=True,
    metavar="PROGRAM_ID=N",
    help="改一个专业点的年毕业生数，可重复 / graduates a year; repeatable",
)
@click.option(
    "--employed",
    multiple=True,
    metavar="PROGRAM_ID=N",
    help="改一个专业点最近一届的就业人数，可重复 / employed of the latest year; repeatable",
)
@click.option("--out", type=APART_FILE, default=None, help=".csv")
@language_option
def what_if(
    folder: Path,
    policy: str | None,
    parameters: tuple[str, ...],
    openings: tuple[str, ...],
    intake: tuple[str, ...],
    employed: tuple[str, ...],
    out: Path | None,
    lang: str,
) -> None:
    """不再比对文本，按改动重算一遍，列出结论有变的专业点。Everything once more with the change, without comparing a text.

    \b
    duikou what-if 结果 --policy anhui-2022
    duikou what-if 结果 --set surplus.rate=0.6 --set doubt.red=0.8
    duikou what-if 结果 --openings D012-2026=40 --intake P017=30 --out 假设.csv
    """
    from matcher import load_assessment
    from matcher.policy.pack import load_pack
    from matcher.policy.reasons import FLAG_NAMES
    from matcher.policy.verdict import FLAGS
    from matcher.rerun import recipe_of

    if not (policy or parameters or openings or intake or employed):
        raise Unusable(
            "没有改动：请给出 --policy、--set、--openings、--intake 或 --employed",
            "nothing is changed: give --policy, --set, --openings, --intake or --employed",
        )
    assessment = load_assessment(folder)
    pack = load_pack(policy) if policy else recipe_of(assessment).pack
    found = assessment.what_if(
        policy=pack,
        parameters={name: _value(pack, name, text) for name, text in _pairs(parameters, "--set", str)},
        openings=dict(_pairs(openings, "--openings", float)),
        intake=dict(_pairs(intake, "--intake", int)),
        employed=dict(_pairs(employed, "--employed", int)),
    )
    for flag in FLAGS:
        before, after = found.counts_from[flag], found.counts_to[flag]
        change = f"  {after - before:+d}" if after != before else ""
        click.echo(f"{FLAG_NAMES[flag][lang]:<10} {before:>5} → {after:<5}{change}")
    click.echo(
        say(
            lang,
            f"{found.flags_changed} 个专业点的建议会变，另有 {len(found.programs) - found.flags_changed} 个只变容纳率或规定结论",
            f"{found.flags_changed} programs would get another flag; "
            f"{len(found.programs) - found.flags_changed} others another rate or rule verdict",
        )
    )
    names = {flag: words[lang] for flag, words in FLAG_NAMES.items()}
    for row in records(found.programs)[:15]:
        if row["flag_from"] != row["flag_to"]:
            reason = row["reason" if lang == "zh" else "reason_en"]
            change = f"{names[row['flag_from']]} → {names[row['flag_to']]}"
            click.echo(f"  {row['program_id']} {row['name']} {row['institution']}: {change}  {reason}")
    write(found.programs, out, lang)


def _pairs(given: Sequence[str], option: str, kind: Callable[[str], Any]) -> list[tuple[str, Any]]:
    found = []
    for text in given:
        name, separator, value = text.partition("=")
        try:
            if not separator:
                raise ValueError
            found.append((name.strip(), kind(value.strip())))
        except ValueError:
            wanted = {int: ("整数", "a whole number"), float: ("数字", "a number"), str: ("值", "a value")}[kind]  # type: ignore[index]
            raise Unusable(
                f"{option} {text}：应写成 名称={wanted[0]}", f"{option} {text}: expected NAME={wanted[1]}"
            ) from None
    return found


def _value(pack: Any, name: str, text: str) -> Any:
    """What was typed, in the unit of the parameter; the pack says what does not fit."""
    unit = pack.parameters[name].unit if name in pack.parameters else "choice"
    if unit == "choice":
        return text
    parts = [part.strip() for part in text.replace("；", ";").split(";")]
    if unit == "names":
        return tuple(parts)
    try:
        numbers = tuple(float(part) for part in parts)
    except ValueError:
        return text
    return numbers if unit == "weights" else numbers[0]


def register(group: click.Group) -> None:
    """Adds the command of this file."""
    group.add_command(what_if)
