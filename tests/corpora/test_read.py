"""Files as they come: encodings, delimiters, title rows, merged headers, several sheets and files."""

import re
import zipfile
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpora import BadTable, Corpus, check_together, inspect_frame, inspect_tables, read, validate, write_bad_rows
from corpora.cells import _SIMPLIFIED, plain
from corpora.headers import recognise
from corpora.schema import TABLES, empty_frame, spellings
from tests.corpora.files import Rows, text_file, workbook

DEMANDS = [
    ["岗位编号", "岗位名称", "职业代码", "层次", "招聘人数", "年份", "统计口径", "备考"],
    ["D1", "工业机器人系统操作员", "6-30-99-00", "高职（专科）；职教本科", "1,200", "2025年", "登记招聘", "甲"],
    ["D2", "数控铣工", "6-18-01-02", "中职|高职专科", "３０", "2025", "", "乙"],
]
TRADITIONAL = [
    ["program_id", "專業", "專業名稱", "課程"],
    ["P1", "", "機電一體化技術", "電工技術、液壓與氣動、可編程控制器的應用與維護"],
    ["P2", "", "幼兒發展與健康管理", "兒童心理、營養與膳食、健康觀察"],
]


def codes(corpus: Corpus) -> list[str]:
    return [issue.code for issue in corpus.issues]


def accounted(corpus: Corpus) -> bool:
    return len(corpus.rows) + len(corpus.bad_rows) + corpus.dropped == corpus.seen and len(corpus.origin) == len(
        corpus.rows
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_files_in_every_encoding(tmp_path: Path, encoding: str, delimiter: str) -> None:
    frame = read(text_file(tmp_path / "岗位.csv", DEMANDS, encoding, delimiter), "demands")
    assert frame["demand_id"].tolist() == ["D1", "D2"]
    assert frame["occupation"][0] == "工业机器人系统操作员"
    assert frame["levels"].tolist() == ["associate;bachelor", "secondary;associate"]
    assert frame["openings"].tolist() == [1200, 30]
    assert frame["year"].tolist() == [2025, 2025]
    assert frame["basis"].tolist() == ["registered", pd.NA]
    assert list(frame.dtypes) == list(empty_frame("demands").dtypes)


def test_big5_is_told_from_gb18030(tmp_path: Path) -> None:
    rows = [["program_id", "name", "courses"], *[[row[0], *row[2:]] for row in TRADITIONAL[1:]]]
    frame = read(text_file(tmp_path / "a.csv", rows, "big5"), "programs")
    assert frame["name"].tolist() == ["機電一體化技術", "幼兒發展與健康管理"]
    simplified = [["专业编号", "专业名称", "课程"], ["P1", "机电一体化技术", "电工技术、液压与气动"]]
    assert read(text_file(tmp_path / "b.csv", simplified, "gb18030"), "programs")["name"][0] == "机电一体化技术"


def test_title_row_above_the_header_and_row_numbers_of_the_file(tmp_path: Path) -> None:
    rows = [
        ["2025 年全省专业布点情况表", None, None],
        [None, None, None],
        ["专业点代码", "专业名称", "主要课程"],
        ["P1", "护理", "基础护理学"],
        ["", "护理", "内科护理"],
    ]
    corpus = inspect_tables(workbook(tmp_path / "a.xlsx", {"表": rows}, [("表", 0, 0, 0, 2)]), "programs")
    assert corpus.rows["program_id"].tolist() == ["P1"]
    assert [(issue.sheet, issue.row, issue.column, issue.code) for issue in corpus.issues] == [
        ("表", 5, "program_id", "missing")
    ]
    assert corpus.origin[0] == ("a.xlsx", "表", 4)


def test_two_row_header_where_the_second_refines_the_first(tmp_path: Path) -> None:
    rows = [
        ["某市用工需求", None, None, None, None],
        ["需求编号", "岗位名称", "招聘人数", None, "数据日期"],
        [None, None, "下限", "上限", None],
        ["D1", "电工", 10, 20, date(2026, 1, 5)],
    ]
    merged = [("S", 0, 0, 0, 4), ("S", 1, 0, 2, 0), ("S", 1, 1, 2, 1), ("S", 1, 2, 1, 3)]
    for name, spans in (("merged", merged), ("plain", [])):
        frame = read(workbook(tmp_path / f"{name}.xlsx", {"S": rows}, spans), "demands")
        row = frame.iloc[0]
        assert (row["demand_id"], row["openings_low"], row["openings_high"]) == ("D1", 10, 20)
        assert row["source_date"] == "2026-01-05"
    text = [
        ["专业编号", "年份", "毕业去向", "", ""],
        ["", "", "毕业生数", "就业人数", "升学人数"],
        ["P1", 2025, 40, 30, 5],
    ]
    row = read(text_file(tmp_path / "o.csv", text), "outcomes").iloc[0]
    assert (row["graduates"], row["employed"], row["further_study"]) == (40, 30, 5)


def test_every_sheet_with_a_header_is_read_and_others_are_named(tmp_path: Path) -> None:
    head = ["专业编号", "年份", "毕业生数"]
    sheets = {
        "一系": [head, ["P1", 2025, 10]],
        "说明": [["本表由教务处填写"]],
        "二系": [head, ["P2", 2025, 20]],
        "空": [],
    }
    corpus = inspect_tables(workbook(tmp_path / "a.xlsx", sheets), "outcomes")
    assert corpus.rows["program_id"].tolist() == ["P1", "P2"]
    assert [notice.sheet for notice in corpus.notices if notice.code == "other_sheet"] == ["说明"]
    assert [origin.sheet for origin in corpus.origin] == ["一系", "二系"]


def test_rows_that_are_no_data_are_dropped_with_a_notice(tmp_path: Path) -> None:
    rows = [
        ["序号", "专业编号", "年份", "毕业生数"],
        ["1", "P1", "2025", "10"],
        ["", "", "", ""],
        ["二", "示例P9", "2025", "10"],
        ["示例", "P9", "2025", "10"],
        ["序号", "专业编号", "年份", "毕业生数"],
        ["", "合 计", "", "10"],
        ["机电系小计：", "", "", "10"],
        ["Total", "", "", "10"],
        ["注：以上为初次就业数据", "", "", ""],
        ["", "", "", ""],
    ]
    corpus = inspect_tables(text_file(tmp_path / "a.csv", rows), "outcomes")
    dropped = {(notice.row, notice.code) for notice in corpus.notices if notice.row}
    assert dropped == {
        (5, "example_row"),
        (6, "repeated_header"),
        (7, "total_row"),
        (8, "total_row"),
        (9, "total_row"),
        (10, "remark_row"),
    }
    assert corpus.rows["program_id"].tolist() == ["P1", "示例P9"]
    assert accounted(corpus)
    assert corpus.seen == 8


def test_unknown_columns_are_named_with_the_nearest_known_header(tmp_path: Path) -> None:
    rows = [["专业编号", "年份", "毕业生数", "毕业生升学人数", ""], ["P1", "2025", "10", "3", "附注"]]
    corpus = inspect_tables(text_file(tmp_path / "a.csv", rows), "outcomes")
    assert corpus.rows["further_study"].isna().all()
    said = [notice.message("zh") for notice in corpus.notices]
    assert "毕业生升学人数" in said[0]
    assert "升学人数”？" in said[0]
    assert "第 5 列没有表头" in said[1]


def test_columns_that_cannot_be_told_apart_stop_the_table(tmp_path: Path) -> None:
    rows = [["岗位编号", "岗位名称", "招聘人数（男）", "招聘人数（女）"], ["D1", "电工", "3", "4"]]
    corpus = inspect_tables(text_file(tmp_path / "a.csv", rows), "demands")
    assert codes(corpus) == ["column_twice"]
    assert len(corpus.rows) == 0
    assert accounted(corpus)
    rows = [["岗位编号", "岗位名称", "招聘人数（万人）"], ["D1", "电工", "3"]]
    assert codes(inspect_tables(text_file(tmp_path / "b.csv", rows), "demands")) == ["scaled"]


def test_missing_required_column_is_one_issue_with_accepted_spellings(tmp_path: Path) -> None:
    rows = [["专业编号", "年份"], ["P1", "2025"], ["P2", "2025"]]
    corpus = inspect_tables(text_file(tmp_path / "a.csv", rows), "outcomes")
    assert [(issue.column, issue.code, issue.row) for issue in corpus.issues] == [("graduates", "missing_column", None)]
    assert "毕业人数" in corpus.issues[0].message("zh")
    assert len(corpus.bad_rows) == 2
    assert accounted(corpus)


def test_programs_need_a_text_beside_the_name(tmp_path: Path) -> None:
    path = text_file(tmp_path / "a.csv", [["专业编号", "专业名称", "课程"], ["P1", "护理", ""]])
    corpus = inspect_tables(path, "programs")
    assert codes(corpus) == ["no_text"]
    with pytest.raises(BadTable, match="课程"):
        read(path, "programs", accept_good_rows=True)


def test_good_rows_alone_only_when_asked_for(tmp_path: Path) -> None:
    path = text_file(
        tmp_path / "a.csv", [["专业编号", "年份", "毕业生数"], ["P1", "2025", "约30"], ["P2", "2025", "5"]]
    )
    with pytest.raises(BadTable) as raised:
        read(path, "outcomes")
    assert raised.value.issues[0].row == 2
    assert "约30" in str(raised.value)
    assert read(path, "outcomes", accept_good_rows=True)["program_id"].tolist() == ["P2"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.docx", b"x", "wrong_suffix"),
        ("a.csv", b"", "empty_file"),
        ("a.csv", b" \r\n", "empty_file"),
        ("a.xlsx", b"PK\x03\x04junk", "unreadable"),
        ("a.parquet", b"junk", "unreadable"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
        ("a.csv", b"\xff\xfe\xfd\xfc\x81\x00\x9f" * 5, "encoding"),
        ("a.csv", "甲,乙\n1,2\n".encode(), "no_header"),
        ("a.csv", "专业编号,年份,毕业生数\n".encode(), "no_rows"),
        ("a.csv", '专业编号,年份,毕业生数\nP1,2025,3\nP2,"2025,4\nP3,2025,5\n'.encode(), "quotes"),
    ],
)
def test_unusable_files_give_one_clear_issue(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    corpus = inspect_tables(tmp_path / name, "outcomes")
    assert codes(corpus) == [code]
    assert corpus.issues[0].message("en").startswith(name)
    with pytest.raises(BadTable):
        read(tmp_path / name, "outcomes", accept_good_rows=True)


def test_absent_file_and_unknown_kind(tmp_path: Path) -> None:
    assert codes(inspect_tables(tmp_path / "none.csv", "outcomes")) == ["not_found"]
    with pytest.raises(ValueError, match="no such kind"):
        read(tmp_path / "none.csv", "outcome")


def test_several_files_are_one_table(tmp_path: Path) -> None:
    head = ["专业编号", "年份", "毕业生数"]
    one = text_file(tmp_path / "a.csv", [head, ["P1", "2025", "10"]])
    two = workbook(tmp_path / "b.xlsx", {"S": [head, ["P2", 2025, 5], ["P1", 2025, 11]]})
    corpus = inspect_tables([one, two], "outcomes")
    assert corpus.rows["program_id"].tolist() == ["P1", "P2"]
    issue = corpus.issues[0]
    assert (issue.source, issue.row, issue.code) == ("b.xlsx", 3, "duplicate")
    assert "a.csv 第 2 行" in issue.message("zh")
    assert all(len(digest) == 64 for digest in corpus.hashes)


def test_a_value_merged_over_rows_holds_for_texts_but_not_for_figures(tmp_path: Path) -> None:
    rows = [["岗位编号", "岗位名称", "地区", "招聘人数"], ["D1", "电工", "合肥", 30], ["D2", "钳工", None, None]]
    text_only = workbook(tmp_path / "a.xlsx", {"S": [row[:3] for row in rows]}, [("S", 1, 2, 2, 2)])
    assert read(text_only, "demands")["region"].tolist() == ["合肥", "合肥"]
    both = workbook(tmp_path / "b.xlsx", {"S": rows}, [("S", 1, 2, 2, 2), ("S", 1, 3, 2, 3)])
    found = [(issue.row, issue.column, issue.code) for issue in inspect_tables(both, "demands").issues]
    assert found == [(2, "openings", "merged"), (3, "openings", "merged")]


def test_percent_in_the_header(tmp_path: Path) -> None:
    rows = [
        ["岗位编号", "岗位名称", "年增长率（%）"],
        ["D1", "电工", "5"],
        ["D2", "钳工", "0.8"],
        ["D3", "焊工", "0.8%"],
    ]
    corpus = inspect_tables(text_file(tmp_path / "a.csv", rows), "demands")
    assert corpus.rows["growth"].tolist() == [0.05, 0.008]
    assert [(issue.row, issue.code) for issue in corpus.issues] == [(3, "percent_unclear")]


def test_what_keeps_a_spreadsheet_from_touching_a_code_is_no_part_of_it(tmp_path: Path) -> None:
    rows = [["岗位编号", "岗位名称", "招聘人数"], ['="007"', "电工", '="30"'], ["'D2", "钳工", "4"]]
    found = read(text_file(tmp_path / "a.csv", rows), "demands")
    assert found["demand_id"].tolist() == ["007", "D2"]
    assert found["openings"].tolist() == [30, 4]


def test_a_percent_sign_in_the_header_of_a_number_never_divides_it(tmp_path: Path) -> None:
    rows = [["岗位编号", "岗位名称", "招聘人数", "需求人数下限（95%置信）"], ["D1", "电工", 100, 90]]
    assert read(text_file(tmp_path / "a.csv", rows), "demands")["openings_low"].tolist() == [90]
    rows[0][2] = "招聘人数（%）"
    [issue] = inspect_tables(text_file(tmp_path / "b.csv", rows), "demands").issues
    assert (issue.column, issue.code) == ("openings", "percent")


@pytest.mark.parametrize("unit", ["（百人）", "（单位：万人）", "(单位:千人)", "（单位 万人）"])
def test_figures_in_multiples_are_refused_by_their_header(tmp_path: Path, unit: str) -> None:
    rows = [["岗位编号", "岗位名称", f"招聘人数{unit}"], ["D1", "电工", 1.2]]
    issues = inspect_tables(text_file(tmp_path / "a.csv", rows), "demands").table_issues
    assert [(issue.column, issue.code) for issue in issues] == [("openings", "scaled")]


def test_a_unit_above_the_header_is_not_overlooked(tmp_path: Path) -> None:
    rows = [["某市紧缺岗位表", "", "单位：万人"], ["岗位编号", "岗位名称", "招聘人数"], ["D1", "电工", 1.2]]
    [issue] = inspect_tables(text_file(tmp_path / "a.csv", rows), "demands").table_issues
    assert issue.code == "scaled"
    assert "单位:万人" in issue.message("zh")
    rows[0][2] = "单位：人"
    assert not inspect_tables(text_file(tmp_path / "b.csv", rows), "demands").issues


def test_a_hidden_sheet_is_left_out_and_told(tmp_path: Path) -> None:
    header = ["岗位编号", "岗位名称", "招聘人数"]
    sheets: dict[str, Rows] = {"今年": [header, ["D1", "电工", 30]], "旧版": [header, ["D2", "钳工", 400]]}
    corpus = inspect_tables(workbook(tmp_path / "a.xlsx", sheets, hidden=["旧版"]), "demands")
    assert corpus.rows["demand_id"].tolist() == ["D1"]
    assert [(notice.sheet, notice.code) for notice in corpus.notices] == [("旧版", "hidden_sheet")]
    only = inspect_tables(
        workbook(tmp_path / "b.xlsx", {"说明": [["见隐藏表"]], "旧版": sheets["旧版"]}, hidden=["旧版"]), "demands"
    )
    assert [issue.code for issue in only.issues] == ["hidden_sheet"]


def test_sheets_that_are_read_together_are_named_with_their_rows(tmp_path: Path) -> None:
    header = ["岗位编号", "岗位名称", "招聘人数"]
    sheets: dict[str, Rows] = {"甲": [header, ["D1", "电工", 30]], "乙": [header, ["D2", "钳工", 4], ["D3", "焊工", 5]]}
    corpus = inspect_tables(workbook(tmp_path / "a.xlsx", sheets), "demands")
    told = [(notice.sheet, notice.message("zh")) for notice in corpus.notices if notice.code == "several_sheets"]
    assert [(sheet, text.count("1 行"), text.count("2 行")) for sheet, text in told] == [("甲", 1, 0), ("乙", 0, 1)]


def test_failed_and_unsaved_formulas_are_no_empty_cells(tmp_path: Path) -> None:
    header = ["岗位编号", "岗位名称", "招聘人数", "应届可任占比"]
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for name in ("甲", "乙"):
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(
            [header, [f"{name}1", "电工", 30], [f"{name}2", "钳工", 20], [f"{name}3", "焊工", 10]]
        ):
            sheet.write_row(row, 0, cells)
        sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 3, "=0.1*5", None, 0.5)
        sheet.write_formula(3, 3, '=IF(C4>0,"","x")', None, "")
    book.close()
    # Excel marks the result of a formula that is a text.
    saved = changed(tmp_path / "a.xlsx", tmp_path / "b.xlsx", rb"(<c [^>]*)(><f>IF)", rb'\1 t="str"\2')
    corpus = inspect_tables(saved, "demands")
    found = [(issue.sheet, issue.row, issue.column, issue.code, issue.value) for issue in corpus.issues]
    assert found == [(name, 2, "entry_share", "formula_error", "#DIV/0!") for name in ("甲", "乙")]
    assert corpus.rows["entry_share"].isna().tolist() == [False, True] * 2

    for kept in (b"<v></v>", b""):
        unsaved = changed(saved, tmp_path / "c.xlsx", rb"<v>0.5</v>", kept)
        codes = {(issue.row, issue.code) for issue in inspect_tables(unsaved, "demands").issues}
        assert codes == {(2, "formula_error"), (3, "formula_unsaved")}


def changed(book: Path, target: Path, what: bytes, into: bytes) -> Path:
    with zipfile.ZipFile(book) as given, zipfile.ZipFile(target, "w") as made:
        for name in given.namelist():
            made.writestr(name, re.sub(what, into, given.read(name)))
    return target


@pytest.mark.parametrize("kind", list(TABLES))
def test_headers_in_traditional_characters_are_the_same_headers(kind: str) -> None:
    traditional = {new: old for old, new in _SIMPLIFIED.items()}
    for column in TABLES[kind].columns:
        for label in (column.zh, *column.aliases):
            assert recognise(TABLES[kind], label.translate(traditional)) == column.name, label


def test_a_big5_file_with_traditional_headers_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes("崗位編號,崗位名稱,招聘人數,學歷層次\nD1,焊接操作工,30,高職專科\n".encode("big5"))
    found = read(file, "demands")
    assert found.loc[0, ["demand_id", "openings", "levels"]].tolist() == ["D1", 30, "associate"]


@pytest.mark.parametrize("kind", list(TABLES))
def test_every_kind_passes_through_parquet_and_frames(tmp_path: Path, kind: str) -> None:
    frame = empty_frame(kind)
    assert validate(frame, kind).equals(frame)
    frame.to_parquet(tmp_path / "a.parquet")
    assert [issue.code for issue in inspect_tables(tmp_path / "a.parquet", kind).issues] == ["no_rows"]


@pytest.mark.parametrize("kind", list(TABLES))
def test_no_spelling_of_a_header_means_two_columns(kind: str) -> None:
    told = [{plain(word) for word in (c.name, c.zh, c.en, *c.aliases)} for c in TABLES[kind].columns]
    assert sum(len(words) for words in told) == len(spellings(kind))


def test_parquet_and_frames_from_notebooks(tmp_path: Path) -> None:
    frame = read(text_file(tmp_path / "a.csv", DEMANDS), "demands")
    frame.to_parquet(tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet", "demands").equals(frame)
    assert validate(frame, "demands").equals(frame)
    loose = pd.DataFrame({"demand_id": [7.0, None], "occupation": ["电工", "焊工"], "openings": [3, 4.0]})
    corpus = inspect_frame(loose, "demands")
    assert corpus.rows["demand_id"].tolist() == ["7"]
    assert [(issue.row, issue.column) for issue in corpus.issues] == [(3, "demand_id")]


def test_orphans_are_named_with_their_row(tmp_path: Path) -> None:
    programs = inspect_frame(pd.DataFrame({"program_id": ["P1"], "name": ["护理"], "courses": ["护理学"]}), "programs")
    demands = pd.DataFrame({"demand_id": ["D1"]}, dtype="string")
    rows = [["专业编号", "年份", "毕业生数"], ["P1", "2025", "3"], ["P7", "2025", "3"]]
    outcomes = inspect_tables(text_file(tmp_path / "o.csv", rows), "outcomes")
    reviews = inspect_frame(pd.DataFrame({"program_id": ["P1"], "demand_id": ["D9"], "decision": ["确认"]}), "reviews")
    issues = check_together({"programs": programs, "demands": demands, "outcomes": outcomes, "reviews": reviews})
    assert [(issue.source, issue.row, issue.column, issue.value) for issue in issues] == [
        ("o.csv", 3, "program_id", "P7"),
        ("DataFrame", 2, "demand_id", "D9"),
    ]
    assert check_together({"outcomes": outcomes}) == ()


def test_bad_rows_file_keeps_all_cells_and_reasons(tmp_path: Path) -> None:
    rows = [
        ["岗位编号", "岗位名称", "招聘人数", "备考", "备考"],
        ["D1", "=1+1", "若干", "甲", "乙"],
        ["D2", "电工", "3", "", ""],
    ]
    corpus = inspect_tables(text_file(tmp_path / "a.csv", rows), "demands")
    assert write_bad_rows(corpus, tmp_path / "bad.csv") == 1
    written = pd.read_csv(tmp_path / "bad.csv", dtype="string", header=None, encoding="utf-8-sig")
    assert written.iloc[0].tolist() == ["文件", "工作表", "行号", *rows[0], "原因"]
    assert written.iloc[1].tolist()[:8] == ["a.csv", pd.NA, "2", "D1", "'=1+1", "若干", "甲", "乙"]
    assert "招聘人数" in written.iloc[1, 8]


CELLS = st.sampled_from(
    [
        "",
        "P1",
        "P2",
        "2025",
        "3",
        "约30",
        "合计",
        "示例",
        "1,000",
        "85%",
        " ",
        "注：无",
        "-1",
        "甲",
        "若干",
        "2025-01-01",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=5), max_size=12))
def test_no_row_is_lost(rows: list[list[str]]) -> None:
    head = ["program_id", "year", "graduates", "employed", "x"]
    frame = pd.DataFrame([[*row, *[""] * (5 - len(row))] for row in rows], columns=head)
    corpus = inspect_frame(frame, "outcomes")
    assert accounted(corpus)
    filled = [2 + index for index, row in enumerate(rows) if any(cell.strip() for cell in row)]
    assert corpus.seen == len(filled)
    named = [origin.row for origin in corpus.origin] + [bad.origin.row for bad in corpus.bad_rows]
    named += [notice.row for notice in corpus.notices if notice.row]
    assert sorted(named) == filled
    assert {bad.origin.row for bad in corpus.bad_rows} == {issue.row for issue in corpus.issues}
