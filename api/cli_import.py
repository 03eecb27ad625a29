"""`duikou import`: publishers' own files -> tables of the product."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from api.cli_tables import aside
from api.options import FILE, Apart, Share, say
from corpora.faults import Unusable

if TYPE_CHECKING:
    from corpora.importers import Imported


def _options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Options that several kinds share, in the order named, then --out, --accept-good-rows and --lang."""
    known: dict[str, Callable[[Callable[..., Any]], Callable[..., Any]]] = {
        "region": click.option(
            "--region", default=None, help="表中没有地区列时的地区 / region of rows that do not say it"
        ),
        "year": click.option(
            "--year", type=click.IntRange(1990, 2100), default=None,
            help="表中没有年份时的年份 / year of rows that do not say it",
        ),
        "source": click.option(
            "--source", default=None,
            help="数据来源名称，须与覆盖率表一致且各年相同 / name of the source, as in coverage, the same every year",
        ),
    }  # fmt: skip
    last = (
        click.option(
            "--out", type=Apart(path_type=Path), required=True,
            help="文件夹，或 .csv .xlsx .parquet 文件 / a folder, or one file by its suffix",
        ),
        click.option(
            "--accept-good-rows", is_flag=True, help="坏行另存，好行继续 / write bad rows aside, go on with the good ones"
        ),
        click.option(
            "--lang", type=click.Choice(["zh", "en"]), default="zh", envvar="DUIKOU_LANG", show_default=True,
            help="语言 / language of what is printed",
        ),
    )  # fmt: skip

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed((*(known[name] for name in names), *last)):
            command = option(command)
        return command

    return add


@click.group("import", short_help="各机构的原始文件 → 本产品的表 / publishers' files to tables")
def import_group() -> None:
    """把各机构发布的原始文件转成本产品的表。Turns publishers' own files into tables of the product.

    \b
    读入了什么、写出了什么、哪些行没有计入及原因，都会列出；有错的行逐条列出，退出码 2（--accept-good-rows 则另存后继续）。
    It says what it read, wrote and left out, and why. Bad rows are listed with row, column and remedy, exit code 2.

    \b
      duikou import labour-office 一季度.xlsx 二季度.xlsx --region 甲市 --out 岗位.csv
      duikou import enterprise-survey 调查.xlsx --year 2027 --out 岗位.csv
      duikou import job-ads 招聘.csv --region 甲市 --out 岗位.csv
      duikou import cip-onet --cip cip2020.csv --occupations occupation_data.xlsx --openings bls.xlsx --out us
      duikou import esco occupations_en.csv --out esco.csv
    """


@import_group.command("labour-office", short_help="季度职业供求表 / quarterly posts and seekers")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option(
    "--quarter", default=None, help="表、标题、文件名都没写时的季度，如 2025Q3 / quarter where nothing names it: 2025Q3"
)
@_options("region", "year", "source")
def labour_office(files: tuple[Path, ...], out: Path, lang: str, accept_good_rows: bool, **given: Any) -> None:
    """人社部门的季度职业供求表 → 岗位需求（登记招聘）。Quarterly posts and seekers by occupation -> demands.

    各季度登记数是流量，年度数 = 所给各季度之和；不足四季度时不外推，openings_high 给出按季度数外推的值。
    合计行、“其中”行、脚注和大类汇总行不计；万人换算成人；求人倍率与人数矛盾的行报错。
    Registered posts of quarters are flows and are added up; fewer than four are not stretched to a year.
    """
    from corpora.cells import BadCell
    from corpora.importers import import_labour_office

    try:
        _run(lambda: import_labour_office(files, accept_good_rows=accept_good_rows, **_kept(given)), files, out, lang)
    except BadCell as fault:  # of --quarter: faults of cells are issues by now
        raise Unusable(f"--quarter {given['quarter']}：{fault.remedy.zh}", f"--quarter {given['quarter']}: {fault.remedy.en}") from None  # fmt: skip


@import_group.command("enterprise-survey", short_help="企业用工调查 / one row per enterprise and post")
@click.argument("files", type=FILE, nargs=-1, required=True)
@_options("region", "year", "source")
def enterprise_survey(files: tuple[Path, ...], out: Path, lang: str, accept_good_rows: bool, **given: Any) -> None:
    """企业用工需求调查（每行一家企业的一个岗位）→ 岗位需求（新增用工）。An enterprise survey -> demands.

    按职业、地区、层次、产业链环节和年份合并：人数相加，企业数 = 不同企业的数目，技能附提及企业数。企业名称不写出。
    Rows are grouped; openings are added, different enterprises counted, each skill with how many name it.
    """
    from corpora.importers import import_enterprise_survey

    _run(lambda: import_enterprise_survey(files, accept_good_rows=accept_good_rows, **_kept(given)), files, out, lang)


@import_group.command("job-ads", short_help="招聘广告 / job advertisements")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option(
    "--exact-titles", is_flag=True, help="只认与职业名称相同的职位名，不按语义归类 / no assignment by meaning"
)
@click.option(
    "--threshold", type=Share(), default=None,
    help="按语义归入职业的余弦下限，默认 0.75 / cosine from which a title counts as an occupation",
)  # fmt: skip
@_options("region", "year", "source")
def job_ads(
    files: tuple[Path, ...],
    out: Path,
    lang: str,
    accept_good_rows: bool,
    exact_titles: bool,
    threshold: float | None,
    **given: Any,
) -> None:
    """招聘广告 → 岗位需求（招聘广告）。Job advertisements -> demands.

    先删联系方式，再去重（标题与正文相同的同年只计一次），再按职业、地区、年份合并。没写人数的广告按 1 人计。
    Contacts are stripped, repeated ads count once a year, the rest are grouped by occupation, region and year.
    """
    from corpora.importers import import_job_ads
    from indexes.grouping import NEAR, by_meaning

    assign = None if exact_titles else by_meaning(NEAR if threshold is None else threshold)
    _run(
        lambda: import_job_ads(files, assign=assign, accept_good_rows=accept_good_rows, **_kept(given)),
        files,
        out,
        lang,
    )


@import_group.command("cip-onet", short_help="美国 CIP、O*NET、BLS / United States")
@click.option("--cip", type=FILE, default=None, help="CIP 2020 专业 / programs, csv of NCES")
@click.option("--occupations", type=FILE, default=None, help="O*NET 职业 / Occupation Data")
@click.option("--tasks", type=FILE, default=None, help="O*NET 任务 / Task Statements")
@click.option("--technology", type=FILE, default=None, help="O*NET 技术工具 / Technology Skills")
@click.option("--openings", type=FILE, default=None, help="BLS 就业预测（年均空缺）/ Occupational Projections")
@click.option("--crosswalk", type=FILE, default=None, help="CIP-SOC 对照表 / crosswalk of NCES")
@_options()
def cip_onet(out: Path, lang: str, accept_good_rows: bool, **files: Path | None) -> None:
    """美国专业目录与职业库 → 专业、岗位、对照。CIP, O*NET and BLS files -> programs, demands and matches.

    空缺数按 BLS 的行只计一次，O*NET 细分职业的文本并入。--cip 给出专业，--occupations 给出岗位，--crosswalk 给出对照。
    Openings count once a BLS row, with the texts of its O*NET occupations merged.
    """
    from corpora.importers import import_cip_onet

    if not (files["cip"] or files["occupations"]):
        raise Unusable("请给出 --cip 或 --occupations", "name --cip or --occupations, or both")
    given = tuple(file for file in files.values() if file)
    _run(lambda: import_cip_onet(**files, accept_good_rows=accept_good_rows), given, out, lang)


@import_group.command("esco", short_help="欧盟 ESCO 职业 / European Union")
@click.argument("files", type=FILE, nargs=-1, required=True)
@_options()
def esco(files: tuple[Path, ...], out: Path, lang: str, accept_good_rows: bool) -> None:
    """ESCO 职业 → 岗位需求（没有人数，只供匹配）。ESCO occupations -> demands without openings, to match."""
    from corpora.importers import import_esco

    _run(lambda: import_esco(files, accept_good_rows), files, out, lang)


def _kept(given: dict[str, Any]) -> dict[str, Any]:
    """Options that were given: the importers have their own defaults."""
    return {name: value for name, value in given.items() if value is not None}


def _run(work: Callable[[], "Imported"], files: Sequence[Path], out: Path, lang: str) -> None:
    """Imports, says what was read and left out, and writes."""
    from corpora import BadTable, write_bad_rows
    from corpora.importers import target_files, write_tables

    language: Literal["zh", "en"] = "en" if lang == "en" else "zh"
    if out.suffix:
        target_files(["demands"], out)  # before minutes of work: whether the file can be written
    try:
        found = work()
    except BadTable as fault:
        # All of them: no other command shows the rows of a publisher's form.
        click.echo(fault.message(language, shown=len(fault.issues)), err=True)
        if all(issue.row is not None for issue in fault.issues):
            hint = "改正后重试；或加 --accept-good-rows：坏行另存，好行继续", "mend them, or add --accept-good-rows"
            click.echo(say(lang, *hint), err=True)
        sys.exit(2)
    files_written = target_files(list(found.tables), out)
    for corpus in found.sources:
        for notice in corpus.notices:
            click.echo(notice.message(language), err=True)
        names = "、".join(corpus.sources) if lang == "zh" else ", ".join(corpus.sources)
        counts = (
            f"读入 {names}：{corpus.seen} 行，{len(corpus.rows)} 行可用，{len(corpus.bad_rows)} 行有误，{corpus.dropped} 行按说明未读入",
            f"read {names}: {corpus.seen} rows, {len(corpus.rows)} good, {len(corpus.bad_rows)} bad, "
            f"{corpus.dropped} left out with a notice",
        )
        click.echo(say(lang, *counts))
    for words in found.said:
        click.echo(f"· {words.say(language)}")
    write_tables(found.tables, out)
    for kind, file in files_written.items():
        said = (
            f"写出 {file}：{kind} {len(found.tables[kind])} 行",
            f"wrote {file}: {len(found.tables[kind])} rows of {kind}",
        )
        click.echo(say(lang, *said))
    for corpus in found.sources:
        if corpus.bad_rows:
            target = aside(files[0], corpus.kind)
            write_bad_rows(corpus, target, language)
            told = (
                f"有误的 {len(corpus.bad_rows)} 行已写入 {target}",
                f"{len(corpus.bad_rows)} bad rows are in {target}",
            )
            click.echo(say(lang, *told))
