"""Forty planted faults, each named by row, column and kind; and the spellings that are no faults."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from corpora import inspect_tables, write_bad_rows
from corpora.cells import BadCell, parse_cell
from corpora.schema import TABLES, row_model
from tests.corpora.files import text_file, workbook

# Header, then each bad row as changes of a good one and the (column, code) pairs that must be named.
DEMAND: dict[str, Any] = {"岗位编号": "", "岗位名称": "电工", "年份": "2025", "招聘人数": "10"}
DEMAND_FAULTS: list[tuple[dict[str, Any], set[tuple[str, str]]]] = [
    ({"招聘人数": "约30"}, {("openings", "approximate")}),
    ({"招聘人数": "30左右"}, {("openings", "approximate")}),
    ({"招聘人数": "若干"}, {("openings", "no_figure")}),
    ({"招聘人数": "30-40"}, {("openings", "interval")}),
    ({"招聘人数": "30至40人"}, {("openings", "interval")}),
    ({"招聘人数": "30人以上"}, {("openings", "bound")}),
    ({"招聘人数": "≥30"}, {("openings", "bound")}),
    ({"招聘人数": "1.2万"}, {("openings", "scaled")}),
    ({"招聘人数": "50%"}, {("openings", "percent")}),
    ({"招聘人数": "-3"}, {("openings", "out_of_range")}),
    ({"招聘人数": "3O"}, {("openings", "not_number")}),
    ({"招聘人数": "无"}, {("openings", "no_figure")}),
    ({"年份": "1989"}, {("year", "out_of_range")}),
    ({"年份": "2101年"}, {("year", "out_of_range")}),
    ({"年份": "25"}, {("year", "out_of_range")}),
    ({"年份": "2024-2025"}, {("year", "interval")}),
    ({"岗位名称": ""}, {("occupation", "missing")}),
    ({"岗位编号": None}, {("demand_id", "missing")}),
    ({"岗位编号": "D1"}, {("demand_id", "duplicate")}),
    ({"岗位编号": "1.23457E+18"}, {("demand_id", "digits_lost")}),
    ({"职业代码": "2024-06-18"}, {("occupation_code", "date_in_code")}),
    ({"职业代码": "6月18日"}, {("occupation_code", "date_in_code")}),
    ({"职业代码": "18-Jun"}, {("occupation_code", "date_in_code")}),
    ({"上中下游": "中下游"}, {("stage", "not_choice")}),
    ({"学历层次": "高职专科；硕士"}, {("levels", "not_choice")}),
    ({"统计口径": "估计"}, {("basis", "not_choice")}),
    ({"紧缺": "也许"}, {("shortage", "not_choice")}),
    ({"应届可任占比": "85"}, {("entry_share", "out_of_range")}),
    ({"应届可任占比": "-0.1"}, {("entry_share", "out_of_range")}),
    ({"应届可任占比": "一半"}, {("entry_share", "no_figure")}),
    ({"年增长率": "5.2"}, {("growth", "out_of_range")}),
    ({"年增长率": "1"}, {("growth", "percent_unclear")}),
    ({"年增长率": "#N/A"}, {("growth", "formula_error")}),
    ({"年增长率": "0.01", "年增长率下限": "0.02"}, {("growth_low, growth", "contradiction")}),
    (
        {"招聘人数下限": "9", "招聘人数上限": "8"},
        {("openings_low, openings_high", "contradiction"), ("openings, openings_high", "contradiction")},
    ),
    ({"数据日期": "2026年6月"}, {("source_date", "not_date")}),
    ({"数据日期": "2026-02-30"}, {("source_date", "not_date")}),
    ({"求职人数": "12.5"}, {("seekers", "not_whole")}),
    ({"求职人数": "#REF!"}, {("seekers", "formula_error")}),
    ({"用人单位数": "3家以内"}, {("employers", "bound")}),
    ({"招聘人数": "多名", "年份": "去年"}, {("openings", "approximate"), ("year", "no_figure")}),
    ({"招聘人数变异系数": "4"}, {("openings_cv", "out_of_range")}),
]


def test_forty_planted_rows_are_named_exactly(tmp_path: Path) -> None:
    columns = list(dict.fromkeys([*DEMAND, *(name for changes, _ in DEMAND_FAULTS for name in changes)]))
    rows: list[list[Any]] = [columns, [{**DEMAND, "岗位编号": "D1"}.get(name, "") for name in columns]]
    expected = set()
    for index, (changes, faults) in enumerate(DEMAND_FAULTS):
        row = {**DEMAND, "岗位编号": f"X{index}"} | changes
        rows.append([row.get(name, "") for name in columns])
        expected |= {(len(rows), column, code) for column, code in faults}
        good = {**DEMAND, "岗位编号": f"G{index}"}
        rows.append([good.get(name, "") for name in columns])
    assert len(DEMAND_FAULTS) >= 40
    for path in (text_file(tmp_path / "a.csv", rows, "gb18030"), workbook(tmp_path / "a.xlsx", {"S": rows})):
        corpus = inspect_tables(path, "demands")
        assert {(issue.row, issue.column, issue.code) for issue in corpus.issues} == expected
        assert len(corpus.issues) == len(expected)
        assert len(corpus.rows) == len(DEMAND_FAULTS) + 1
        assert write_bad_rows(corpus, tmp_path / "bad.csv") == len(DEMAND_FAULTS)
        for issue in corpus.issues:
            assert f"第 {issue.row} 行" in issue.message("zh")
            assert f"row {issue.row}" in issue.message("en")
            assert issue.remedy.zh
            assert issue.remedy.en
            assert issue.expected.zh
            assert issue.expected.en


def test_figures_of_outcomes_that_contradict_each_other(tmp_path: Path) -> None:
    head = [
        "专业编号",
        "年份",
        "毕业生数",
        "就业人数",
        "升学人数",
        "签约就业人数",
        "灵活就业人数",
        "报到人数",
        "实际招生数",
    ]
    rows = [
        ["P1", 2025, 30, 31, "", "", "", "", ""],
        ["P2", 2025, 30, 20, 31, "", "", "", ""],
        ["P3", 2025, 30, 20, 5, 21, 22, "", ""],
        ["P4", 2025, 30, 20, 5, 10, 10, 40, 41],
        ["P5", 2025, 30, 20, 5, 10, 10, "", 41],
    ]
    corpus = inspect_tables(workbook(tmp_path / "a.xlsx", {"S": [head, *rows]}), "outcomes")
    assert {(issue.row, issue.column) for issue in corpus.issues} == {
        (2, "employed, graduates"),
        (3, "further_study, graduates"),
        (4, "contract, employed"),
        (4, "flexible, employed"),
        (5, "enrolled, registered"),
    }
    assert corpus.rows["program_id"].tolist() == ["P5"]
    assert "就业人数 ≤ 毕业生数" in corpus.issues[0].message("zh")


@pytest.mark.parametrize(
    ("kind", "rows", "column"),
    [
        ("coverage", [["来源", "地区", "大类", "年份", "覆盖率下限", "覆盖率上限"],
            ["x", "y", "*", "2025", "90%", "0.8"]], "share_low, share_high"),
        ("matches", [["专业编号", "岗位编号", "概率"], ["P1", "D1", "1.2"]], "p"),
        ("truth", [["专业编号", "岗位编号", "等级"], ["P1", "D1", "4"]], "grade"),
        ("flows", [["流出地区", "流入地区", "占比"], ["甲", "乙", "2"]], "share"),
        ("reviews", [["专业编号", "岗位编号", "结论"], ["P1", "D1", "再议"]], "decision"),
        ("programs", [["专业编号", "专业名称", "课程", "豁免理由"], ["P1", "护理", "护理学", "是"]], "exempt"),
        ("other_supply", [["职业代码", "地区", "年份", "人数"], ["4-14", "甲", "2025", "3"],
            ["4-14", "甲", "2025", "4"]], "occupation_code, region, year, level, source"),
        ("agreements", [["专业编号", "协议人数", "履约率"], ["P1", "30", "0.5"],
            ["P1", "20", ""]], "program_id, year, enterprise, kind"),
    ],
)  # fmt: skip
def test_faults_of_the_smaller_tables(tmp_path: Path, kind: str, rows: list[list[str]], column: str) -> None:
    corpus = inspect_tables(text_file(tmp_path / "a.csv", rows), kind)
    assert [(issue.row, issue.column) for issue in corpus.issues] == [(len(rows), column)]


def test_excel_dates_in_codes_and_numbers(tmp_path: Path) -> None:
    rows = [
        ["岗位编号", "岗位名称", "职业代码", "招聘人数"],
        ["D1", "电工", date(2004, 4, 5), 3],
        ["D2", "钳工", "", date(2026, 3, 1)],
    ]
    corpus = inspect_tables(workbook(tmp_path / "a.xlsx", {"S": rows}), "demands")
    assert [(issue.row, issue.column, issue.code, issue.value) for issue in corpus.issues] == [
        (2, "occupation_code", "date_in_code", "2004-04-05"),
        (3, "openings", "not_number", "2026-03-01"),
    ]


def test_a_row_longer_than_the_header_is_not_shifted_in_silence(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("岗位编号,岗位名称,招聘人数\nD1,电工,1,200\nD2,钳工,3,\n", encoding="utf-8")
    corpus = inspect_tables(tmp_path / "a.csv", "demands")
    assert [(issue.row, issue.code) for issue in corpus.issues] == [(2, "too_many_cells")]
    assert corpus.rows["demand_id"].tolist() == ["D2"]


@pytest.mark.parametrize(
    ("kind", "column", "raw", "value"),
    [
        ("demands", "openings", "１，２００", 1200),
        ("demands", "openings", " 1 200 人 ", 1200),
        ("demands", "openings", 12.5, 12.5),
        ("demands", "openings", "—", None),
        ("demands", "entry_share", "85%", 0.85),
        ("demands", "entry_share", "８５％", 0.85),
        ("demands", "entry_share", 0.85, 0.85),
        ("demands", "growth", "-3.5%", -0.035),
        ("demands", "occupation_code", "06-18-01", "06-18-01"),
        ("demands", "occupation_code", "６－１８－０１－０２", "6-18-01-02"),
        ("demands", "industry_code", "0711", "0711"),
        ("demands", "demand_id", 1001.0, "1001"),
        ("demands", "demand_id", " D 01 ", "D01"),
        ("demands", "stage", "上游", "upstream"),
        ("demands", "shortage", "√", True),
        ("demands", "shortage", "无", False),
        ("demands", "levels", "大专及以上", "associate;bachelor"),
        ("demands", "levels", "不限", None),
        ("demands", "levels", "bachelor, secondary", "secondary;bachelor"),
        ("demands", "source_date", datetime(2026, 6, 30), "2026-06-30"),
        ("demands", "source_date", "2026年6月3日", "2026-06-03"),
        ("demands", "source_date", "20260630", "2026-06-30"),
        ("demands", "description", "ＰＬＣ　编程，调试\r\n维护 ", "PLC 编程，调试\n维护"),
        ("programs", "code", "460301.0", "460301"),
        ("programs", "level", "高职（专科）", "associate"),
        ("programs", "exempt", "否", None),
        ("programs", "year_opened", date(2015, 9, 1), 2015),
        ("outcomes", "year", "2024届", 2024),
        ("outcomes", "graduates", "35.0", 35),
        ("outcomes", "rate_basis", "年终", "year_end"),
        ("coverage", "field", "*", "*"),
        ("chains", "rank", "省级", "provincial"),
        ("reviews", "decision", "驳回", "reject"),
    ],
)
def test_spellings_of_one_meaning(kind: str, column: str, raw: Any, value: Any) -> None:
    assert parse_cell(TABLES[kind][column], raw) == value


def test_row_models_judge_as_files_do() -> None:
    rows = TypeAdapter(list[row_model("demands")])  # type: ignore[misc]
    good = rows.validate_python([{"demand_id": "D1", "occupation": "电工", "openings": "1,200", "levels": "中职"}])
    assert good[0].openings == 1200
    assert good[0].levels == "secondary"
    bad = [
        {"demand_id": "D1", "occupation": "电工", "openings": "约30", "entry_share": "85"},
        {"occupation": "电工"},
        {"demand_id": "D3", "occupation": "电工", "openings_low": 5, "openings_high": 4},
        {"demand_id": "D4", "occupation": "电工", "unknown": 1},
    ]
    with pytest.raises(ValidationError) as raised:
        rows.validate_python(bad)
    assert [(fault["loc"], fault["type"]) for fault in raised.value.errors()] == [
        ((0, "openings"), "approximate"),
        ((0, "entry_share"), "out_of_range"),
        ((1, "demand_id"), "missing"),
        ((2,), "contradiction"),
        ((3, "unknown"), "extra_forbidden"),
    ]


def test_a_remedy_tells_what_to_enter() -> None:
    with pytest.raises(BadCell) as raised:
        parse_cell(TABLES["demands"]["openings"], "约30")
    assert "如 30" in raised.value.remedy.zh
    assert "最低、最高" in raised.value.remedy.zh
