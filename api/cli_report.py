"""The command that writes reports of an assessment."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.options import APART_FOLDER, FOLDER, language_option
from corpora.faults import Unusable

if TYPE_CHECKING:
    from matcher import Assessment
    from reports.content import Document, Edition


@click.command(short_help="年度报告、院校报告、撤并材料 / reports: Word, Excel, PDF, HTML")
@click.argument("folder", type=FOLDER)
@click.option(
    "--format", "forms", default="docx,xlsx,pdf,html", show_default=True, metavar="LIST", help="逗号分隔 / by commas"
)
@click.option(
    "--edition",
    type=click.Choice(["public", "internal"]),
    default="public",
    show_default=True,
    help="公开版隐去院校与小数目 / without institutions and small cells, or with them",
)
@click.option("--earlier", type=FOLDER, default=None, help="上年度结果文件夹 / last year's assessment, for chapter 5")
@click.option(
    "--institution",
    "schools",
    multiple=True,
    metavar="NAME|all",
    help="改为院校用报告，可重复 / what an institution is sent instead; repeatable",
)
@click.option(
    "--dossier",
    "dossiers",
    multiple=True,
    metavar="PROGRAM_ID|all",
    help="改为撤并论证材料，可重复；all 为全部建议撤并的 / the file on a withdrawal instead; repeatable",
)
@click.option(
    "--new-program",
    "openings",
    multiple=True,
    metavar="CODE|all",
    help="改为增设专业论证材料，可重复 / the file on a new program instead; repeatable",
)
@click.option(
    "--template",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="本单位的 Word 模板 / an office's own Word template",
)
@click.option("--out", type=APART_FOLDER, default=None, help="默认 FOLDER-report / folder")
@language_option
def report(
    folder: Path,
    forms: str,
    edition: str,
    earlier: Path | None,
    schools: tuple[str, ...],
    dossiers: tuple[str, ...],
    openings: tuple[str, ...],
    template: Path | None,
    out: Path | None,
    lang: str,
) -> None:
    """专业设置和产业发展匹配分析报告：同一内容的四种格式。One report, four forms: every figure is the same in each.

    \b
    FOLDER: 结果文件夹 / folder of an assessment.
    院校用报告与撤并论证材料均为内部文件 / what institutions are sent and files on withdrawals are internal.
    """
    from matcher import load_assessment
    from reports.annual import annual_report
    from reports.write import FORMATS, UnknownFormat, rendered

    wanted = [form.strip().lower() for form in forms.split(",") if form.strip()]
    if not wanted:
        raise Unusable("没有给出格式（--format）", "no form was named (--format)")
    for form in wanted:
        if form not in FORMATS:
            raise UnknownFormat(form)
    assessment = load_assessment(folder)
    documents = _files(assessment, schools, dossiers, openings, lang)
    if not (schools or dossiers or openings):
        before = load_assessment(earlier) if earlier else None
        kind: Edition = "internal" if edition == "internal" else "public"
        documents = iter([(f"report-{kind}", annual_report(assessment, kind, lang, before))])
    target = out or folder.with_name(f"{folder.name}-report")
    target.mkdir(parents=True, exist_ok=True)
    for name, document in documents:
        for form in wanted:
            file = target / f"{name}-{lang}.{form}"
            file.write_bytes(rendered(document, form, template))
            click.echo(str(file))


def _files(
    assessment: "Assessment", schools: tuple[str, ...], dossiers: tuple[str, ...], openings: tuple[str, ...], lang: str
) -> Iterator[tuple[str, "Document"]]:
    """The files asked for, each with its name."""
    from reports.annual import Material
    from reports.dossier import to_withdraw, withdrawal_dossier
    from reports.institution import institution_report, institutions
    from reports.new_program import new_program_file, suggested_programs
    from reports.write import plain_name

    m = Material(assessment, "internal", lang)
    for name in institutions(m) if "all" in schools else schools:
        yield f"institution-{plain_name(name)}", institution_report(m, name)
    for program in to_withdraw(m) if "all" in dossiers else dossiers:
        yield f"dossier-{plain_name(program)}", withdrawal_dossier(m, program)
    for code in suggested_programs(m) if "all" in openings else openings:
        yield f"new-program-{plain_name(code)}", new_program_file(m, code)


def register(group: click.Group) -> None:
    """Adds the commands of this file."""
    group.add_command(report)
