"""The command line: `duikou`. Progress on stderr, results on stdout.

Exit codes: 0 done, 1 a check failed, 2 unusable input (one clear line, no traceback), 3 an internal fault.
"""

import os
import sys
import traceback
from datetime import date
from pathlib import Path
from typing import Any

import click

from api import cli_batch, cli_decide, cli_offer, cli_report, cli_serve, cli_tables, cli_what_if
from api.cli_import import import_group
from api.cli_policy import policy as policy_commands
from api.cli_tables import inspected
from api.options import APART_FILE, FILE, OUT_FOLDER, language_option, say
from corpora.faults import Unusable


@click.group(context_settings={"help_option_names": ["-h", "--help"], "terminal_width": 110})
@click.version_option(package_name="duikou", prog_name="duikou")
def cli() -> None:
    """对口：职业教育专业与产业需求的匹配分析。

    Matches vocational programs with the skill demands of industry chains, and says which to prioritize, expand,
    upgrade or phase out, with certificates that a clerk can add up.

    \b
    第一步 / first steps
      duikou demo                          示例城市走一遍 / the whole way on an example
      duikou template programs             空白填报表 / an empty workbook to fill in
      duikou import labour-office 供求.xlsx --out 岗位.csv  已有的表转成本产品的表 / publishers' files to tables
      duikou check 专业.xlsx --kind programs  逐行检查 / every bad row
      duikou assess --programs 专业.xlsx --outcomes 去向.csv --demands 岗位.csv --out 结果
      duikou verify 结果                    复核每一张核算表 / re-add every certificate
      duikou plan 结果 --target 0.9         招生怎样调整 / how to change intakes
      duikou evaluate --programs … --demands … --truth …   匹配质量 / quality of the matches
    """


cli.add_command(import_group)
cli.add_command(policy_commands)


@cli.command(short_help="示例数据走一遍 / the main job on the starter corpora")
@click.option("--out", type=OUT_FOLDER, default=Path("out/demo"), show_default=True, help="结果文件夹 / folder")
@click.option(
    "--example", type=click.Choice(["city", "english"]), default=None, help="city 为默认；--lang en 时为 english"
)
@language_option
def demo(out: Path, example: str | None, lang: str) -> None:
    """示例数据上的主要流程。The main job on the starter corpora."""
    from corpora.starter import ILLUSTRATIVE
    from corpora.starter import example as files_of

    files = files_of(example or ("english" if lang == "en" else "city"))
    _assess({kind: [file] for kind, file in files.items()}, False, out, lang, as_of="2026-10-15", label=ILLUSTRATIVE)


@cli.command(short_help="专业与岗位匹配 / matches with p and evidence")
@click.option("--programs", type=FILE, multiple=True, required=True, help="专业表 / programs")
@click.option("--demands", type=FILE, multiple=True, required=True, help="岗位需求表 / demands")
@click.option("--top", type=click.IntRange(1), default=None, help="每个专业至多几条 / at most so many a program")
@click.option("--out", type=APART_FILE, required=True, help=".csv .xlsx .parquet")
@click.option("--accept-good-rows", is_flag=True, help="只用好行 / go on with the good rows")
@language_option
def match(
    programs: tuple[Path, ...], demands: tuple[Path, ...], top: int | None, out: Path, accept_good_rows: bool, lang: str
) -> None:
    """专业与岗位的文本匹配，每条附两句原文。Matches with p and the two sentences that carry each."""
    from api.console import Steps
    from matcher import match as match_tables
    from matcher.matching.facets import thin_texts
    from matcher.policy.pack import load_pack

    if out.suffix.lower() not in (".csv", ".xlsx", ".parquet"):
        raise Unusable(f"{out}：请用 .csv、.xlsx 或 .parquet", f"{out}: end it in .csv, .xlsx or .parquet")
    own = _read(list(programs), "programs", accept_good_rows, lang)
    wanted = _read(list(demands), "demands", accept_good_rows, lang)
    with Steps(lang) as steps:
        found = match_tables(own, wanted, top=top, progress=steps)
    names = dict(zip(own["program_id"], own["name"], strict=True))
    posts = dict(zip(wanted["demand_id"], wanted["occupation"], strict=True))
    found.insert(1, "name", found["program_id"].map(names))
    found.insert(3, "occupation", found["demand_id"].map(posts))
    _write_table(found, out)
    edges = int((found["p"] >= 0.5).sum())
    without = int((~own["program_id"].isin(found["program_id"])).sum())
    summary = (
        f"{len(own)} 个专业 × {len(wanted)} 条岗位：{len(found)} 条匹配，其中 {edges} 条概率不低于 0.5；"
        f"{without} 个专业无匹配。已写入 {out}",
        f"{len(own)} programs x {len(wanted)} demands: {len(found)} matches, {edges} of them with p of 0.5 or more; "
        f"{without} programs without any. Written to {out}",
    )
    click.echo(say(lang, *summary))
    if not found["calibrated"].all():
        uncalibrated = (
            "未校准：该编码模型没有评分配对，p 可用于排序，不是概率",
            "uncalibrated: this encoder has no graded pairs; p ranks, but is no probability",
        )
        click.echo(say(lang, *uncalibrated))
    values = load_pack().on(date.today())
    courses, characters = (int(values.number(f"evidence.min_{what}")) for what in ("courses", "characters"))
    if thin := thin_texts(own, courses, characters):
        named = "、".join(thin[:5]) + ("…" if len(thin) > 5 else "")
        note = (
            f"{len(thin)} 个专业文字太少或只有套话，不足以判断：{named}。请补充至少 {courses} 门课程，"
            f"或 {characters} 字以上的培养目标与规格（套话不计）",
            f"{len(thin)} programs say too little to be judged, or stock phrases alone: {named}. Add at least "
            f"{courses} courses, or {characters} characters of goal and abilities (stock phrases do not count)",
        )
        click.echo(say(lang, *note))


@cli.command(short_help="分析每个专业点 / flags for every program")
@click.option("--programs", type=FILE, multiple=True, required=True, help="专业表 / programs")
@click.option("--outcomes", type=FILE, multiple=True, required=True, help="毕业去向表 / outcomes")
@click.option("--demands", type=FILE, multiple=True, required=True, help="岗位需求表 / demands")
@click.option("--students", type=FILE, multiple=True, help="在校生按毕业年份 / students by graduation year")
@click.option("--chains", type=FILE, multiple=True, help="产业链 / industry chains")
@click.option("--coverage", type=FILE, multiple=True, help="来源覆盖率 / coverage of the sources")
@click.option("--flows", type=FILE, multiple=True, help="毕业生流向 / graduate flows")
@click.option("--other-supply", type=FILE, multiple=True, help="其他来源供给 / other supply")
@click.option("--agreements", type=FILE, multiple=True, help="订单班等 / contracted seats")
@click.option("--predecessors", type=FILE, multiple=True, help="前身专业 / predecessors")
@click.option("--matches", type=FILE, multiple=True, help="给定对接关系，代替文本匹配 / given links in place of texts")
@click.option("--reviews", type=FILE, multiple=True, help="人工复核 / reviews")
@click.option(
    "--policy",
    default="default",
    show_default=True,
    help="规则集名称或 YAML 文件 / pack's name or file (duikou policy list)",
)
@click.option(
    "--scope",
    type=click.Choice(["city", "province"]),
    default=None,
    help="专业表含全市或全省全部专业点 / programs hold all points of a city or province",
)
@click.option(
    "--earlier",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    help="上年度结果文件夹：处置措施由此递进，专业文本与之比对 / last year's folder, for the next measure and changed texts",
)
@click.option(
    "--as-of", default=None, metavar="DATE", help="分析日期，默认今天 / the day it speaks for, today if empty"
)
@click.option("--horizon", type=click.IntRange(1990, 2100), default=None, help="按某届毕业生 / a graduation year")
@click.option(
    "--draws",
    type=click.IntRange(0, 5000),
    default=200,
    show_default=True,
    help="抽样推演次数，用于各结论的概率与区间；0 则按点值判定 / draws behind probabilities and intervals; 0: point values",
)
@click.option("--seed", type=int, default=0, show_default=True, help="抽样的种子 / seed of the draws")
@click.option(
    "--counterfactuals/--no-counterfactuals",
    default=True,
    show_default=True,
    help="是否查找怎样会改变结论，每个专业点约 0.1 秒 / search what would change each flag, 0.1 s a program",
)
@click.option("--out", type=OUT_FOLDER, required=True, help="结果文件夹 / folder")
@click.option("--accept-good-rows", is_flag=True, help="只用好行，坏行另存 / go on with the good rows")
@language_option
def assess(
    out: Path,
    lang: str,
    accept_good_rows: bool,
    policy: str,
    scope: str | None,
    earlier: Path | None,
    as_of: str | None,
    horizon: int | None,
    draws: int,
    counterfactuals: bool,
    seed: int,
    **files: Any,
) -> None:
    """分析每个专业点并写出结果文件夹。Flags for every program, with the folder that proves them.

    \b
    每个选项可重复，多个文件按一张表读；列见 docs/contract.md，空白表用 duikou template。
    Options can be repeated, several files are read as one table; `duikou template KIND` shows its columns.
    必需的列 / required columns: programs 专业编号、专业名称 + 一列文字; outcomes 专业编号、年份、毕业生数;
    demands 岗位编号、职业、需求人数. 没有 coverage 就不核定过剩 / without coverage no surplus is certified.
    """
    given = {kind: list(paths) for kind, paths in files.items() if paths}
    from matcher import load_assessment

    before = load_assessment(earlier) if earlier else None
    options = {"policy": policy, "scope": scope, "earlier": before, "as_of": as_of, "horizon": horizon}
    _assess(given, accept_good_rows, out, lang, **options, draws=draws, seed=seed, counterfactuals=counterfactuals)


@cli.command(short_help="复核结果文件夹 / add every certificate up again")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--counterfactuals",
    is_flag=True,
    help="另将每条“怎样会改变结论”整体重算两遍，较慢 / also assess twice for each counterfactual; takes minutes",
)
@language_option
def verify(folder: Path, counterfactuals: bool, lang: str) -> None:
    """仅凭结果文件复核每张核算表。Re-checks everything a certificate claims from the files alone; exit 1 if one fails."""
    from matcher.folder import load_folder
    from matcher.verify import verify_folder

    faults = verify_folder(folder)
    if counterfactuals:
        from api.console import Steps
        from matcher.confirm import confirm

        with Steps(lang) as steps:
            faults += confirm(load_folder(folder), progress=steps)
    for fault in faults:
        click.echo(f"✗ {say(lang, *fault)}")
    if faults:
        does_not = "1 claim does not hold" if len(faults) == 1 else f"{len(faults)} claims do not hold"
        click.echo(say(lang, f"{len(faults)} 处不符", does_not))
        sys.exit(1)
    blocks = load_folder(folder).blocks
    certified = sum(bool(block["certified"]) for block in blocks)
    summary = (
        f"✓ {len(blocks)} 个供需关联组（其中 {certified} 个核定过剩）的供给、岗位、对接与核算全部相符",
        f"✓ {len(blocks)} blocks ({certified} with a certified surplus): supply, posts, links and sums all hold",
    )
    click.echo(say(lang, *summary))


@cli.command(short_help="一个专业点的来龙去脉 / why one program has its flag")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("program_id")
@language_option
def explain(folder: Path, program_id: str, lang: str) -> None:
    """一个专业点的结论从何而来。Why one program has its flag: rules, certificate, matches.

    FOLDER: 结果文件夹 / folder of an assessment. PROGRAM_ID: 专业编号，见 programs.csv 第一列 / first column of programs.csv.
    """
    from matcher import load_assessment
    from matcher.explain import UnknownProgram

    try:
        click.echo(load_assessment(folder).explain(program_id, lang))
    except UnknownProgram as fault:
        raise Unusable(f"结果中没有专业点 {program_id}（见 programs.csv）", str(fault.args[0])) from None


@cli.command(short_help="匹配质量 / how well matches rank")
@click.option("--programs", type=FILE, multiple=True, required=True, help="专业表 / programs")
@click.option("--demands", type=FILE, multiple=True, required=True, help="岗位需求表 / demands")
@click.option(
    "--truth",
    type=FILE,
    multiple=True,
    required=True,
    help="真值表（可含评分 0–3）/ right pairs, with grades or without",
)
@click.option("--json", "as_json", is_flag=True, help="机器可读 / machine-readable")
@language_option
def evaluate(
    programs: tuple[Path, ...], demands: tuple[Path, ...], truth: tuple[Path, ...], as_json: bool, lang: str
) -> None:
    """匹配质量评价。How well matches rank and how honest p is, beside a bare encoder and TF-IDF, with 95 % intervals."""
    import dataclasses
    import json

    from api.console import Steps, show_evaluation
    from corpora import BadTable, check_together
    from matcher.evaluation import evaluate as evaluate_tables

    files = {"programs": programs, "demands": demands, "truth": truth}
    corpora = {kind: inspected(list(paths), kind, False, lang) for kind, paths in files.items()}
    if orphans := check_together(corpora):
        raise BadTable("truth", orphans)
    with Steps(lang) as steps:
        found = evaluate_tables(**{kind: corpus.rows for kind, corpus in corpora.items()}, progress=steps)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), ensure_ascii=False, indent=2))
    else:
        show_evaluation(found, lang)


@cli.command(short_help="检查本机环境 / what this machine has")
@language_option
def doctor(lang: str) -> None:
    """检查本机环境。What this machine has, and what is missing; exit 1 if something needed is."""
    from api.doctor import examine

    failed = False
    for finding in examine():
        click.echo(f"{'✓' if finding.fine else ('✗' if finding.needed else '·')} {finding.text[lang]}")
        failed |= finding.needed and not finding.fine
    sys.exit(int(failed))


def _assess(files: dict[str, list[Path]], accept_good_rows: bool, out: Path, lang: str, **options: Any) -> None:
    from api.console import Steps, show
    from corpora import BadTable, check_together
    from matcher import assess as assess_tables
    from matcher.folder import check_place
    from reports.page import page

    # Before minutes of work: whether the result can be written, and whether the tables belong together.
    check_place(out)
    corpora = {kind: inspected(paths, kind, accept_good_rows, lang) for kind, paths in files.items()}
    if orphans := check_together(corpora):
        raise BadTable(", ".join(corpora), orphans)
    with Steps(lang) as steps:
        result = assess_tables(**{kind: corpus.rows for kind, corpus in corpora.items()}, progress=steps, **options)
    result.write(out, {"report.html": page(result, lang)})
    show(result, lang, {"written": str(out), "page": str(out / "report.html"), "check": f"duikou verify {out}"})


def _read(paths: list[Path], kind: str, accept_good_rows: bool, lang: str) -> Any:
    return inspected(paths, kind, accept_good_rows, lang).rows


def _write_table(table: Any, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix.lower() == ".parquet":
        table.to_parquet(out, index=False)
    elif out.suffix.lower() == ".csv":
        table.to_csv(out, index=False, encoding="utf-8-sig")
    else:
        table.to_excel(out, index=False, engine="xlsxwriter")


for commands in (cli_batch, cli_decide, cli_offer, cli_report, cli_serve, cli_tables, cli_what_if):
    commands.register(cli)


def main() -> None:
    """Entry point: turns faults into the exit codes of the contract."""
    for stream in (sys.stdout, sys.stderr):
        # A console in another encoding shows a mark it lacks as "?", and goes on.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    lang = _language(sys.argv[1:])
    try:
        cli.main(standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as fault:
        fault.show()
        sys.exit(2)
    except BrokenPipeError:
        # The reader of a pipe has seen enough; that is no fault of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as fault:
        if text := _unusable(fault, lang):
            click.echo(text, err=True)
            sys.exit(2)
        if os.environ.get("DUIKOU_DEBUG"):
            traceback.print_exc()
        hint = say(lang, "设 DUIKOU_DEBUG=1 可看详情", "set DUIKOU_DEBUG=1 for details")
        click.echo(f"{say(lang, '内部错误', 'internal fault')}: {type(fault).__name__}: {fault} ({hint})", err=True)
        sys.exit(3)


def _language(arguments: list[str]) -> str:
    """The language of faults, known before the options are parsed: --lang, then DUIKOU_LANG, then Chinese."""
    found = os.environ.get("DUIKOU_LANG", "zh")
    for place, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            found = argument.removeprefix("--lang=")
        elif argument == "--lang" and place + 1 < len(arguments):
            found = arguments[place + 1]
    return "en" if found == "en" else "zh"


def _unusable(fault: Exception, lang: str) -> str | None:
    """The sentence for a fault of the input; None for one of ours."""
    from corpora import BadTable

    if isinstance(fault, BadTable):
        text = fault.message("en" if lang == "en" else "zh")
        hint = say(lang, "逐行查看：duikou check 文件 --kind", "see every row: duikou check FILE --kind")
        return f"{text}\n{hint} {fault.kind}" if len(fault.issues) > 1 and "," not in fault.kind else text
    if isinstance(fault, Unusable):
        return fault.message(lang)
    if isinstance(fault, OSError):
        name = f"{fault.filename}: " if fault.filename else ""
        return f"{name}{fault.strerror or fault}"
    return None


if __name__ == "__main__":
    main()
