"""duikou whitespace: posts without a program, what could be opened for them and where, and programs offered twice."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli_decide import show, write
from api.options import APART_FOLDER, FOLDER, language_option, say

if TYPE_CHECKING:
    import pandas as pd


@click.command(short_help="空缺岗位与布点集中 / posts without a program, and programs offered twice")
@click.argument("folder", type=FOLDER)
@click.option("--out", type=APART_FOLDER, default=None, help="写入文件夹 / folder to write to")
@language_option
def whitespace(folder: Path, out: Path | None, lang: str) -> None:
    """尚无对口毕业生或毕业生不足的岗位，可开设的专业与院校；以及多校同争岗位的专业。What the offer lacks, and what it has twice.

    \b
    可开设专业只按名称与专业类排序，不附概率；分析结果文件夹里已有 whitespace.csv 与 overlaps.csv（英文表头）。
    Suggestions are ranked by name and class alone and carry no p; the folder holds both tables with English headers.
    """
    from matcher import load_assessment, overlaps
    from matcher import whitespace as empty_posts
    from matcher.offer import in_words, limits_not_checked

    assessment = load_assessment(folder)
    lacking, twice = empty_posts(assessment), overlaps(assessment)
    without = lacking[lacking["reason"] == "no_program"]
    click.echo(
        say(
            lang,
            f"{len(lacking)} 组岗位有空缺，合计 {lacking['whitespace'].sum():.0f} 个/年；其中 {len(without)} 组"
            f"（{without['whitespace'].sum():.0f} 个/年）尚无对口毕业生",
            f"{len(lacking)} groups of posts stay empty, {lacking['whitespace'].sum():.0f} posts a year; no program with "
            f"graduates leads to {len(without)} of them ({without['whitespace'].sum():.0f} posts)",
        )
    )
    show(_openings(in_words(lacking, lang), lang), lang)
    if limits_not_checked(assessment):
        note = (
            "规则集限制新增布点，但数据未声明范围（--scope），限制未能核对",
            "the pack limits new points; the tables' scope was not declared (--scope), so the limits were not checked",
        )
        click.echo(say(lang, *note))
    click.echo(say(lang, f"\n布点集中：{len(twice)} 处", f"\nOverlaps: {len(twice)}"))
    show(_crowded(in_words(twice, lang), lang), lang)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write(in_words(lacking, lang), out / "whitespace.csv", lang)
        write(in_words(twice, lang), out / "overlaps.csv", lang)


def _openings(table: "pd.DataFrame", lang: str) -> "pd.DataFrame":
    """The empty posts on one line each, with the nearest catalogue program and where it could be opened."""
    from corpora.frames import words
    from matcher.offer import WHITESPACE

    head = {column: names[lang] for column, names in WHITESPACE.items()}
    place = [
        f"{what} · {where}"
        for what, where in zip(words(table, head["occupation"]), words(table, head["region"]), strict=True)
    ]
    return table.assign(
        **{
            head["occupation"]: place,
            head["at_1"]: [at.replace(";", say(lang, "、", ", ")) or "–" for at in words(table, head["at_1"])],
        }
    )[[head[c] for c in ("occupation", "name_1", "at_1", "whitespace", "reason")]]


def _crowded(table: "pd.DataFrame", lang: str) -> "pd.DataFrame":
    """The overlaps on one line each."""
    from corpora.frames import words
    from matcher.offer import OVERLAPS

    head = {column: names[lang] for column, names in OVERLAPS.items()}
    schools = [names.replace(";", say(lang, "、", ", ")) for names in words(table, head["institutions"])]
    columns = ("name", "institutions", "block", "supply", "block_supply", "block_posts", "rate")
    return table.assign(**{head["institutions"]: schools})[[head[c] for c in columns]]


def register(group: click.Group) -> None:
    """Adds the command of this file."""
    group.add_command(whitespace)
