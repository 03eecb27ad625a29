"""Commands that put a question to assessments which are there already: plan, block, lists, compare, back-test."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.options import APART_FILE, APART_FOLDER, FILE, FOLDER, Share, language_option, say
from corpora.faults import Unusable

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 15


@click.command(short_help="招生计划调整 / the smallest change of intake for a target")
@click.argument("folder", type=FOLDER)
@click.option(
    "--target", default="0.9", show_default=True, metavar="RATE", help="各专业点岗位容纳率目标 / rate for all"
)
@click.option(
    "--yearly-limit", default=None, metavar="SHARE", help="单个专业点一年最多减几成，如 0.3 / largest cut a year"
)
@click.option(
    "--min-class", type=click.IntRange(1), default=None, help="最小班额：停招或不少于此数 / close, or at least so many"
)
@click.option(
    "--measure",
    type=click.Choice(["places", "graduates"]),
    default="places",
    show_default=True,
    help="减少的名额，或减少的求职毕业生 / what the total counts",
)
@click.option(
    "--hold", multiple=True, metavar="PROGRAM_ID", help="不作调整的专业点，可重复 / may not change; repeatable"
)
@click.option("--out", type=APART_FILE, default=None, help=".json 可复核 / can be checked；.csv 表 / a table")
@click.option("--check", "check_file", type=FILE, default=None, help="复核已写出的 .json / add a written plan up again")
@language_option
def plan(
    folder: Path,
    target: str,
    yearly_limit: str | None,
    min_class: int | None,
    measure: Any,
    hold: tuple[str, ...],
    out: Path | None,
    check_file: Path | None,
    lang: str,
) -> None:
    """使各专业点岗位容纳率达到目标的最小招生调整，附可手算的证明。The smallest change of intake that brings every rate to a target.

    \b
    先求减少总量最小，再求单个专业点最大减幅最小；达不到时给出证明。
    First the least total, then the least largest cut; an impossible target comes with its proof.
      duikou plan 结果 --target 0.9 --min-class 20 --out 计划.json
      duikou plan 结果 --check 计划.json          仅凭文件复核 / sums alone, exit 1 if one fails
    以 graduates 计时，同争岗位的专业点按同一比例减 / counting graduates, programs that share posts share the cut.
    """
    from matcher import load_assessment
    from matcher.plan import make_plan, recheck_plan
    from matcher.plan_words import COLUMNS

    assessment = load_assessment(folder)
    if check_file is not None:
        faults = recheck_plan(_record(check_file), assessment)
        for fault in faults:
            click.echo(f"✗ {fault}")
        if faults:
            click.echo(say(lang, f"{len(faults)} 处不符", f"{len(faults)} claims do not hold"))
            sys.exit(1)
        click.echo(say(lang, "✓ 计划的各项数字与证明全部相符", "✓ every figure of the plan and its proof hold"))
        return
    found = make_plan(
        assessment, target, yearly_limit=yearly_limit, min_class=min_class, measure=measure, hold=hold
    )  # fmt: skip
    for line in found.summary(lang):
        click.echo(line)
    if found.reached:
        changed = found.programs[found.programs["change"] != 0]
        columns = ["program_id", "name", "institution", "present", "intake", "rate_present", "rate_after"]
        show(changed[columns].rename(columns={c: COLUMNS[c][lang] for c in columns}), lang)
    if out is not None:
        click.echo(say(lang, f"已写入 {found.write(out, lang)}", f"Written to {found.write(out, lang)}"))


@click.command(short_help="同争岗位的院校逐项比较 / who shares a block, ground by ground")
@click.argument("folder", type=FOLDER)
@click.argument("block_id")
@click.option("--target", default="0.9", show_default=True, metavar="RATE", help="岗位容纳率目标 / the rate to reach")
@click.option("--out", type=APART_FILE, default=None, help=".csv")
@language_option
def block(folder: Path, block_id: str, target: str, out: Path | None, lang: str) -> None:
    """一个供需关联组内各院校逐项比较，不计总分。The institutions of one block on separate grounds, and what the block must give up.

    BLOCK_ID: 组编号（blocks.json），或组内任一专业点编号 / of blocks.json, or any program in it.
    """
    from matcher import load_assessment
    from matcher.blocks import block_comparison, block_sentence, shown

    assessment = load_assessment(folder)
    click.echo(block_sentence(assessment, block_id, _rate(target), lang))
    table = shown(block_comparison(assessment, block_id, _rate(target), lang), lang)
    show(table.set_index(table.columns[0]).T.reset_index(names=table.columns[0]), lang)
    write(table, out, lang)


@click.command(short_help="省级清单与校级清单 / provincial and school lists")
@click.argument("folder", type=FOLDER)
@click.option(
    "--by",
    type=click.Choice(["points", "graduates"]),
    default="points",
    show_default=True,
    help="按布点数或按毕业生归并 / what counts behind a class",
)
@click.option(
    "--least-share",
    type=Share(above_zero=True),
    default=0.5,
    show_default=True,
    help="列入所需占比 / share asked for",
)
@click.option("--out", type=APART_FOLDER, default=None, help="写入文件夹 / folder to write to")
@language_option
def lists(folder: Path, by: Any, least_share: float, out: Path | None, lang: str) -> None:
    """三张清单：重点紧缺、改造升级、限制撤销。The provincial lists and the school list, by an aggregation rule that is stated.

    分析结果文件夹里已有按默认规则归并的 lists.csv 与 school_lists.csv（英文表头）。
    The folder of an assessment holds both by the default rule; here with another rule, and headers in --lang.
    """
    from matcher import load_assessment, provincial_list, school_list
    from matcher.lists import CLASSES, Aggregation, in_words
    from matcher.policy.pack import recorded_pack
    from matcher.targets import province_targets

    assessment = load_assessment(folder)
    rule = Aggregation(by, least_share)
    provincial = provincial_list(assessment, rule)
    click.echo(rule.sentence(lang))
    for name, words in CLASSES.items():
        group = provincial[provincial["class"] == name]
        names = ("、" if lang == "zh" else ", ").join(dict.fromkeys(group["name"]))
        points = int(group["points"].sum())
        tail = names if name in ("shortage", "upgrade", "restrict", "withdraw") else ""
        text = (
            f"{words['zh']}：{len(group)} 条（{points} 个布点）{tail}",
            f"{words['en']}: {len(group)} ({points} points) {tail}",
        )
        click.echo(say(lang, *text).rstrip())
    day = date.fromisoformat(assessment.manifest["as_of"])
    values = recorded_pack(assessment.manifest["policy"], day).on(day)
    for target in province_targets(assessment, values)["sentence" if lang == "zh" else "sentence_en"]:
        click.echo(target)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write(in_words(provincial, lang), out / "lists.csv", lang)
        write(in_words(school_list(assessment), lang), out / "school_lists.csv", lang)


@click.command(short_help="两次分析的差别与原因 / what changed between two assessments, and why")
@click.argument("folder_a", type=FOLDER)
@click.argument("folder_b", type=FOLDER)
@click.option("--out", type=APART_FILE, default=None, help=".csv")
@language_option
def compare(folder_a: Path, folder_b: Path, out: Path | None, lang: str) -> None:
    """两次分析之间建议、岗位容纳率、关联组或匹配有变的专业点，及其原因。What changed between two assessments, and because of which input.

    \b
    原因不靠推测：逐项把一次分析的一个输入换成另一次的，重算一遍。
    Causes are not guessed: one input at a time is exchanged, and everything assessed again (texts are not).
    """
    from api.console import Steps
    from matcher import compare as compare_assessments
    from matcher import load_assessment
    from matcher.comparison_words import input_name

    a, b = load_assessment(folder_a), load_assessment(folder_b)
    with Steps(lang) as steps:
        found = compare_assessments(a, b, progress=steps)
    if found.inputs.empty:
        click.echo(say(lang, "两次分析的输入完全相同", "both assessments were made from the same inputs"))
    for row in records(found.inputs):
        name = input_name(row["input"], lang)
        click.echo(
            say(lang, f"{name}：{row['rows']} 处不同", f"{name}: {row['rows']} differences") + f" — {row['details']}"
        )
    for end in found.not_reproduced:
        folder = folder_a if end == "a" else folder_b
        text = (
            f"{folder} 由另一版本或另一规则作出，本版本重算结果不同：原因不作判断",
            f"{folder} was made by another version or rules and is not reproduced here: causes stay open",
        )
        click.echo(say(lang, *text))
    flagged = found.programs["changed"].str.contains("flag|added|removed", regex=True)
    summary = (
        f"{len(found.programs)} 个专业点有变化，其中 {int(flagged.sum())} 个的建议有变或属增减",
        f"{len(found.programs)} programs changed, {int(flagged.sum())} of them in their flag, or came or went",
    )
    click.echo(say(lang, *summary))
    sentence = "sentence" if lang == "zh" else "sentence_en"
    for row in records(found.programs[flagged], found.programs[~flagged])[:SHOWN]:
        click.echo(f"  {row['program_id']} {row['name']} {row['institution']}: {row[sentence]}")
        if row["details"]:
            click.echo(f"      {row['details']}")
    if len(found.programs) > SHOWN:
        click.echo(say(lang, "  …… 其余见 --out 写出的表", "  ... the others are in the table of --out"))
    write(found.programs, out, lang)


@click.command("back-test", short_help="去年的建议与今年的结果 / last year's advice against this year")
@click.argument("folder", type=FOLDER)
@click.option(
    "--outcomes", type=FILE, multiple=True, required=True, help="含次年的招生就业数据 / outcomes with a later year"
)
@click.option(
    "--year", type=click.IntRange(1990, 2100), default=None, help="默认为分析次年 / the year after, unless told"
)
@click.option("--out", type=APART_FILE, default=None, help=".csv")
@language_option
def back_test(folder: Path, outcomes: tuple[Path, ...], year: int | None, out: Path | None, lang: str) -> None:
    """去年各类建议的专业点，次年就业、招生与落实如何，附区间。How programs fared in the year after the advice, by flag, with intervals.

    人数不足的类别只给计数，不给比率；95% 区间为 Wilson 区间。Too few people: counts and no rates. Intervals are Wilson's.
    """
    from corpora import BadTable, inspect_tables
    from matcher import backtest, load_assessment
    from matcher.backtesting import COLUMNS
    from matcher.policy.reasons import FLAG_NAMES

    corpus = inspect_tables(list(outcomes), "outcomes")
    if corpus.issues:
        raise BadTable("outcomes", corpus.issues)
    found = backtest(load_assessment(folder), corpus.rows, year)
    for line in found.summary[lang]:
        click.echo(line)
    columns = ["flag", "programs", "with_data", "employment_before", "employment", "employment_low", "employment_high",
               "intake_before", "intake", "registration", "expected_share", "placed_share"]  # fmt: skip
    names = {flag: words[lang] for flag, words in FLAG_NAMES.items()} | {"all": say(lang, "合计", "all")}
    table = found.flags.assign(flag=found.flags["flag"].map(names))
    show(table[columns].rename(columns={c: COLUMNS[c][lang] for c in columns}), lang)
    write(found.flags.rename(columns={c: words[lang] for c, words in COLUMNS.items()}), out, lang)


def register(group: click.Group) -> None:
    """Adds the commands of this file."""
    for command in (plan, block, lists, compare, back_test):
        group.add_command(command)


def records(*tables: "pd.DataFrame") -> list[dict[str, Any]]:
    """The rows of several tables, one after the other."""
    return [{str(k): v for k, v in row.items()} for table in tables for row in table.to_dict("records")]


def _record(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("kind") != "duikou plan":
        raise Unusable(
            f"{file} 不是 duikou plan --out 写出的 .json", f"{file} is no .json file that duikou plan --out wrote"
        )
    return found


def _rate(value: str) -> float:
    try:
        found = float(value)
    except ValueError:
        found = 0.0
    if not 0 < found <= 1:
        raise Unusable(f"target 是 {value}；应大于 0 且不超过 1", f"target is {value}; expected above 0 and at most 1")
    return found


def show(table: "pd.DataFrame", lang: str) -> None:
    """A table on stdout; rows beyond the first are counted."""
    from rich.console import Console
    from rich.table import Table

    from corpora.frames import empty

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for place, head in enumerate(table.columns):
        shown.add_column(str(head), justify="left" if place < 3 else "right", overflow="fold")
    for row in table.head(SHOWN).itertuples(index=False):
        shown.add_row(*("–" if empty(v) else f"{v:.4g}" if isinstance(v, float) else str(v) for v in row))
    console.print(shown)
    if len(table) > SHOWN:
        console.print(say(lang, f"…… 另有 {len(table) - SHOWN} 行", f"... and {len(table) - SHOWN} more"), style="dim")


def write(table: "pd.DataFrame", out: Path | None, lang: str) -> None:
    """A table as CSV, safe to open in a spreadsheet."""
    from matcher.folder import as_shown

    if out is None:
        return
    if out.suffix.lower() != ".csv":
        raise Unusable(f"{out}：请用 .csv", f"{out}: end it in .csv")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(as_shown(table), encoding="utf-8-sig", newline="\n")
    click.echo(say(lang, f"已写入 {out}", f"Written to {out}"))
