"""Tables on the command line: empty ones to fill in, and what is wrong with filled ones."""

import sys
from pathlib import Path
from typing import Any

import click

from api.options import FILE, language_option, say
from corpora.faults import Unusable

KINDS = (
    "programs", "outcomes", "students", "demands", "chains", "coverage", "flows", "other_supply", "agreements",
    "predecessors", "matches", "reviews", "truth",
)  # fmt: skip


@click.command(short_help="空白填报表 / an empty workbook to fill in")
@click.argument("kind", type=click.Choice([*KINDS, "report"]))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None, help="默认 KIND.xlsx")
@language_option
def template(kind: str, out: Path | None, lang: str) -> None:
    """写一份空白填报表。An empty workbook with drop-downs and checks, for colleges, labour offices, enterprises.

    report: 报告的 Word 模板，改好后用 duikou report --template / the report's Word template, for an office to adapt.
    """
    suffix = ".docx" if kind == "report" else ".xlsx"
    target = out or Path(f"{kind}{suffix}")
    if target.exists():
        raise Unusable(f"{target} 已存在：请换一个文件名（--out）", f"{target} exists: name another (--out)")
    if target.suffix.lower() != suffix:
        raise Unusable(f"{target}：模板是 {suffix} 文件", f"{target}: a template is a {suffix} file")
    if kind == "report":
        from reports.render.word_template import write_template as write_word

        click.echo(write_word(target))
        return
    from corpora import write_template

    target.parent.mkdir(parents=True, exist_ok=True)
    click.echo(write_template(kind, target, "en" if lang == "en" else "zh"))


@click.command(short_help="逐行检查表格 / every bad row of a table")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--kind", type=click.Choice(KINDS), required=True, help="表的种类 / kind of table")
@click.option(
    "--accept-good-rows", is_flag=True, help="坏行另存，好行视为通过 / write bad rows aside, pass the good ones"
)
@click.option(
    "--expected", type=FILE, default=None, help="应报单位名单（每行一个）/ who should have sent one, one a line"
)
@click.option(
    "--column",
    default="institution",
    show_default=True,
    help="填报单位所在列，按表头写 / header of the column that names the sender",
)
@language_option
def check(
    files: tuple[Path, ...], kind: str, accept_good_rows: bool, expected: Path | None, column: str, lang: str
) -> None:
    """逐行检查表格。Every bad row: row number, column, value, what was expected.

    多个文件按一张表读。Several files are read as one table.
    """
    from corpora import inspect_tables, missing_senders, write_bad_rows
    from corpora.decode import decode
    from corpora.headers import recognise
    from corpora.schema import TABLES

    language: Any = lang
    sender = recognise(TABLES[kind], column)
    if expected is not None and sender is None:
        raise Unusable(
            f"{kind} 表没有 {column} 列：请用 --column 指明填报单位所在列",
            f"{kind} has no column {column}: name that of the senders by --column",
        )
    corpus = inspect_tables(list(files), kind)
    for notice in corpus.notices:
        click.echo(notice.message(language), err=True)
    for issue in corpus.issues:
        click.echo(issue.message(language))
    good, bad = len(corpus.rows), len(corpus.bad_rows)
    summary = (
        f"{corpus.seen} 行：{good} 行可用，{bad} 行有误，{corpus.dropped} 行按说明未读入",
        f"{corpus.seen} rows: {good} good, {bad} bad, {corpus.dropped} left out with a notice",
    )
    click.echo(say(lang, *summary))
    if corpus.table_issues and not good:
        fitting = [other for other in KINDS if other != kind and not inspect_tables(list(files), other).table_issues]
        if fitting:
            click.echo(
                say(
                    lang,
                    f"它读得通的种类：{'、'.join(fitting)}（--kind）",
                    f"it reads as: {', '.join(fitting)} (--kind)",
                )
            )
    if expected is not None and sender is not None:
        names = [line.strip() for line in decode(expected.read_bytes()).splitlines() if line.strip()]
        missing = missing_senders(corpus, names, sender)
        joined = "、".join(missing)
        click.echo(say(lang, f"未报：{joined or '无'}", f"missing: {', '.join(missing) or 'nobody'}"))
    if bad and accept_good_rows:
        target = aside(files[0])
        if written := write_bad_rows(corpus, target, language):
            click.echo(say(lang, f"有误的 {written} 行已写入 {target}", f"{written} bad rows are in {target}"))
    if corpus.table_issues or (corpus.issues and not accept_good_rows):
        sys.exit(1)


def inspected(paths: list[Path], kind: str, accept_good_rows: bool, lang: str) -> Any:
    """One table; bad rows stop it, unless only good ones are wanted: then the others are written beside the file."""
    from corpora import BadTable, inspect_tables, write_bad_rows

    language: Any = lang
    corpus = inspect_tables(paths, kind)
    for notice in corpus.notices:
        click.echo(notice.message(language), err=True)
    if corpus.issues and (corpus.table_issues or not accept_good_rows):
        raise BadTable(kind, corpus.issues)
    if corpus.bad_rows:
        target = aside(paths[0])
        write_bad_rows(corpus, target, language)
        note = (
            f"{kind}：{len(corpus.bad_rows)} 行有误，已写入 {target}，其余继续",
            f"{kind}: {len(corpus.bad_rows)} bad rows are in {target}; going on with the others",
        )
        click.echo(say(lang, *note), err=True)
    return corpus


def aside(file: Path, kind: str = "") -> Path:
    """Where bad rows go: beside their file, under a name that nothing has yet.

    Args:
        kind: of table, where several may come from one file.
    """
    stem = f"{file.stem}.{kind}" if kind else file.stem
    found, number = file.with_name(f"{stem}.bad.csv"), 2
    while found.exists():
        found, number = file.with_name(f"{stem}.bad-{number}.csv"), number + 1
    return found


def register(group: click.Group) -> None:
    """Adds the commands of this file."""
    for command in (template, check):
        group.add_command(command)
