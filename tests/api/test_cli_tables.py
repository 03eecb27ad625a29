"""Empty tables to fill in and the check of filled ones, on the command line."""

import csv
import re
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from api.cli_tables import KINDS
from corpora import TABLES
from tests.api.command_line import DEMANDS, OUTCOMES, PROGRAMS, done, duikou, refused
from tests.corpora.files import text_file, workbook


def bad_outcomes(path: Path) -> set[int]:
    """100 rows of which 40 are bad in five ways; returns their row numbers as a spreadsheet shows them."""
    rows: list[list[object]] = [["院校名称", "专业编号", "年份", "毕业生数", "就业人数"]]
    planted = set()
    for number in range(2, 102):
        row: list[object] = [f"第{number % 10}学院", f"P{number}", 2025, 40, 30]
        if number % 5 in (1, 3):
            planted.add(number)
            match len(planted) % 5:
                case 0:
                    row[3] = "约四十"
                case 1:
                    row[1] = ""
                case 2:
                    row[4] = 41
                case 3:
                    row[2] = "20255"
                case 4:
                    row[3] = -1
        rows.append(row)
    text_file(path, rows)
    assert len(planted) == 40
    return planted


@pytest.mark.parametrize("kind", KINDS)
def test_template_of_every_kind_has_its_required_columns(tmp_path: Path, kind: str) -> None:
    said = done(duikou(tmp_path, "template", kind))
    assert said.strip() == f"{kind}.xlsx"
    book = CalamineWorkbook.from_path(str(tmp_path / f"{kind}.xlsx"))
    cells = {str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row}
    for column in TABLES[kind].columns:
        if column.required:
            assert any(column.zh in cell for cell in cells)


def test_template_refuses_to_overwrite(tmp_path: Path) -> None:
    (tmp_path / "programs.xlsx").write_bytes(b"the work of a week")
    refused(duikou(tmp_path, "template", "programs"), "programs.xlsx", "--out")
    assert (tmp_path / "programs.xlsx").read_bytes() == b"the work of a week"
    done(duikou(tmp_path, "template", "programs", "--out", "二.xlsx", "--lang", "en"))
    assert (tmp_path / "二.xlsx").is_file()


def test_unfilled_template_is_not_taken_for_data(tmp_path: Path) -> None:
    done(duikou(tmp_path, "template", "outcomes"))
    assert "outcomes.xlsx" in done(duikou(tmp_path, "check", "outcomes.xlsx", "--kind", "outcomes"), 1)


def test_check_reads_gb18030_with_chinese_headers(tmp_path: Path) -> None:
    text_file(tmp_path / "专业.csv", PROGRAMS, "gb18030")
    said = done(duikou(tmp_path, "check", "专业.csv", "--kind", "programs"))
    assert said.startswith("3 行：3 行可用，0 行有误")


def test_check_reads_a_workbook_with_a_merged_title_above_the_header(tmp_path: Path) -> None:
    title = ["2026 年全市专业布点情况表", *[None] * 4]
    workbook(tmp_path / "专业.xlsx", {"表一": [title, *PROGRAMS]}, [("表一", 0, 0, 0, 4)])
    said = done(duikou(tmp_path, "check", "专业.xlsx", "--kind", "programs", "--lang", "en"))
    assert said.startswith("3 rows: 3 good, 0 bad")


def test_check_prints_the_row_of_each_of_forty_bad_rows(tmp_path: Path) -> None:
    planted = bad_outcomes(tmp_path / "去向.csv")
    said = done(duikou(tmp_path, "check", "去向.csv", "--kind", "outcomes"), 1)
    assert {int(row) for row in re.findall(r"第 (\d+) 行，列“", said)} == planted
    assert "100 行：60 行可用，40 行有误" in said
    assert "约四十" in said
    assert not (tmp_path / "去向.bad.csv").exists()


def test_check_puts_bad_rows_aside_when_asked_to(tmp_path: Path) -> None:
    planted = bad_outcomes(tmp_path / "去向.csv")
    said = done(duikou(tmp_path, "check", "去向.csv", "--kind", "outcomes", "--accept-good-rows"))
    assert "60 行可用" in said
    assert "去向.bad.csv" in said
    with (tmp_path / "去向.bad.csv").open(encoding="utf-8-sig", newline="") as stream:
        written = list(csv.DictReader(stream))
    assert {int(row["行号"]) for row in written} == planted
    assert all(row["原因"] for row in written)
    assert {row["文件"] for row in written} == {"去向.csv"}


def test_good_rows_cannot_rescue_a_table_without_its_columns(tmp_path: Path) -> None:
    text_file(tmp_path / "a.csv", [["专业编号", "年份"], ["P1", 2025]])
    said = done(duikou(tmp_path, "check", "a.csv", "--kind", "outcomes", "--accept-good-rows"), 1)
    assert "毕业生数" in said


def test_check_lists_who_is_missing(tmp_path: Path) -> None:
    text_file(tmp_path / "专业.csv", PROGRAMS)
    (tmp_path / "名单.txt").write_bytes("甲学院\n\n乙学院\n丙学院\n丁学院\n".encode("gb18030"))
    words = ("check", "专业.csv", "--kind", "programs", "--expected", "名单.txt")
    said = done(duikou(tmp_path, *words)).splitlines()
    assert "未报：丙学院、丁学院" in said
    assert "missing: 丙学院, 丁学院" in done(duikou(tmp_path, *words, "--lang", "en")).splitlines()
    for header in ("院校名称", "院校", "Institution"):
        assert "未报：丙学院、丁学院" in done(duikou(tmp_path, *words, "--column", header)).splitlines()
    refused(duikou(tmp_path, *words, "--column", "填表处室"), "没有 填表处室 列")


def test_check_never_repeats_personal_data(tmp_path: Path) -> None:
    rows = [["专业编号", "专业名称", "课程", "学生姓名", "身份证号"]]
    rows += [["P1", "护理", "基础护理学", "张晓明", "340102199001011234"]]
    text_file(tmp_path / "a.csv", rows)
    result = duikou(tmp_path, "check", "a.csv", "--kind", "programs", "--accept-good-rows")
    assert "身份证号" in done(result, 1)
    written = (tmp_path / "a.bad.csv").read_text(encoding="utf-8-sig") if (tmp_path / "a.bad.csv").exists() else ""
    for text in (result.stdout, result.stderr, written):
        assert "张晓明" not in text
        assert "340102199001011234" not in text


def test_a_list_of_senders_needs_a_column_that_the_table_has(tmp_path: Path) -> None:
    table = text_file(tmp_path / "d.csv", DEMANDS)
    names = tmp_path / "names.txt"
    names.write_text("甲\n", encoding="utf-8")
    refused(duikou(tmp_path, "check", table, "--kind", "demands", "--expected", names), "--column")


def test_a_template_goes_into_a_new_folder_and_only_as_xlsx(tmp_path: Path) -> None:
    done(duikou(tmp_path, "template", "programs", "--out", "表/专业.xlsx"))
    assert (tmp_path / "表" / "专业.xlsx").is_file()
    refused(duikou(tmp_path, "template", "programs", "--out", "x.txt"), ".xlsx")


def test_a_table_of_another_kind_is_told_by_the_kind_it_reads_as(tmp_path: Path) -> None:
    said = done(duikou(tmp_path, "check", text_file(tmp_path / "o.csv", OUTCOMES), "--kind", "programs"), 1)
    assert "outcomes" in said


def test_bad_rows_never_overwrite_what_was_written_aside_before(tmp_path: Path) -> None:
    table = text_file(tmp_path / "o.csv", [*OUTCOMES, ["P1", "一八", *OUTCOMES[-1][2:]]])
    for _ in range(2):
        done(duikou(tmp_path, "check", table, "--kind", "outcomes", "--accept-good-rows"))
    assert (tmp_path / "o.bad.csv").is_file()
    assert (tmp_path / "o.bad-2.csv").is_file()
