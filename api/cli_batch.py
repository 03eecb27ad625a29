"""The command that assesses many regions, and goes on where it was stopped."""

import sys
from pathlib import Path

import click

from api.options import OrAddress, language_option
from corpora.faults import Unusable


@click.command(short_help="多个地区一次分析 / many regions in one go")
@click.argument("regions", type=OrAddress(exists=True, path_type=Path))
@click.option(
    "--out",
    type=OrAddress(file_okay=False, path_type=Path),
    required=True,
    help="结果文件夹或地址 / folder of the results, or an address",
)
@click.option("--policy", default="default", show_default=True, help="规则集名称或 YAML 文件 / pack's name or file")
@click.option(
    "--scope",
    type=click.Choice(["city", "province"]),
    default=None,
    help="各地区专业表含其全部专业点 / each region's programs are all of a city or province",
)
@click.option(
    "--as-of",
    default=None,
    metavar="DATE",
    help="分析日期；默认沿用结果文件夹中的日期，否则为今天 / the day; that of the results already there, else today",
)
@click.option("--horizon", type=click.IntRange(1990, 2100), default=None, help="按某届毕业生 / a graduation year")
@click.option("--draws", type=click.IntRange(0, 5000), default=200, show_default=True, help="抽样推演次数 / draws")
@click.option("--seed", type=int, default=0, show_default=True, help="抽样的种子 / seed of the draws")
@click.option(
    "--counterfactuals/--no-counterfactuals",
    default=True,
    show_default=True,
    help="是否查找怎样会改变结论 / search what would change each flag, 0.1 s a program",
)
@click.option(
    "--earlier",
    type=OrAddress(exists=True, file_okay=False, path_type=Path),
    default=None,
    help="上年度的批量结果 / the batch of last year, region by region",
)
@click.option(
    "--edition",
    type=click.Choice(["public", "internal"]),
    default="public",
    show_default=True,
    help="报告与总览的版本 / of the reports and the overview",
)
@click.option(
    "--format",
    "forms",
    default="docx,xlsx,pdf,html",
    show_default=True,
    metavar="LIST",
    help="各地区报告的格式，逗号分隔 / forms of each region's report, by commas",
)
@language_option
def batch(
    regions: Path | str,
    out: Path | str,
    policy: str,
    scope: str | None,
    as_of: str | None,
    horizon: int | None,
    draws: int,
    seed: int,
    counterfactuals: bool,
    earlier: Path | str | None,
    edition: str,
    forms: str,
    lang: str,
) -> None:
    """多个地区逐一分析，各出一套报告，并汇成总览。An assessment and a report set for each region, and an overview of all.

    \b
    REGIONS: 文件夹，每个地区一个子文件夹，内放 programs.csv、outcomes.xlsx、岗位需求.csv 等（文件名以表名开头）；
             或一份清单（CSV、XLSX）：地区、programs、outcomes、demands …，一格多个文件用分号隔开。
    REGIONS: a folder with one subfolder of tables a region, files named by their table; or a list: region, programs,
             outcomes, demands ..., several files of a table separated by semicolons.
    三者（REGIONS、--out、--earlier）也可为 s3://桶/各市 等地址（先安装 s3fs 等）；清单文件须在本机。
    All three may be addresses, such as s3://bucket/regions (pip install s3fs, or the like); a list lies on this machine.
    中断后用同一命令接着做：输入、设置和版本未变的地区不再重做。
    Run it again to go on: regions whose inputs, settings and versions are the same are not done again.
    一个地区的数据有误不影响其他地区；有未完成的地区时退出码为 1。
    A region with unusable tables stops no other; exit 1 if one was not done.
    """
    from api.console import Steps, show_batch, told_batch
    from reports import run_batch

    wanted = [form.strip().lower() for form in forms.split(",") if form.strip()]
    if not wanted:
        raise Unusable("没有给出格式（--format）", "no form was named (--format)")
    with Steps(lang) as steps:
        found = run_batch(
            regions,
            out,
            policy=policy,
            scope=scope,
            as_of=as_of,
            horizon=horizon,
            draws=draws,
            seed=seed,
            counterfactuals=counterfactuals,
            earlier=earlier,
            edition="internal" if edition == "internal" else "public",
            language=lang,
            forms=wanted,
            progress=steps,
            told=told_batch(lang),
        )
    show_batch(found, lang)
    if found.of("failed"):
        sys.exit(3)
    if found.of("unusable"):
        sys.exit(1)


def register(group: click.Group) -> None:
    """Adds the commands of this file."""
    group.add_command(batch)
