"""The command that writes reports of an assessment."""

from pathlib import Path

import click

from api.options import language_option
from corpora.faults import Unusable

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(short_help="年度分析报告 / the annual report: Word, Excel, PDF, HTML")
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
    "--template",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="本单位的 Word 模板 / an office's own Word template",
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=None, help="默认 FOLDER-report / folder"
)
@language_option
def report(
    folder: Path, forms: str, edition: str, earlier: Path | None, template: Path | None, out: Path | None, lang: str
) -> None:
    """专业设置和产业发展匹配分析报告：同一内容的四种格式。One report, four forms: every figure is the same in each.

    FOLDER: 结果文件夹 / folder of an assessment.
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
    before = load_assessment(earlier) if earlier else None
    document = annual_report(load_assessment(folder), "internal" if edition == "internal" else "public", lang, before)
    target = out or folder.with_name(f"{folder.name}-report")
    target.mkdir(parents=True, exist_ok=True)
    for form in wanted:
        file = target / f"report-{edition}-{lang}.{form}"
        file.write_bytes(rendered(document, form, template))
        click.echo(str(file))


def register(group: click.Group) -> None:
    """Adds the commands of this file."""
    group.add_command(report)
