"""A labour office's quarterly tables, as offices print them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from corpora import BadTable
from corpora.importers import import_labour_office
from corpora.importers.periods import own_period, period_in
from tests.corpora.files import text_file, workbook
from tests.corpora.importers.again import read_again, said

HEAD = ["职业", "职业代码", "需求人数", "求职人数", "求人倍率"]
WELDER = ["焊工", "6-18-02-04", 120, 60, 2.0]


def quarter(folder: Path, number: str, *rows: Sequence[object]) -> Path:
    """A printed table: title over the header, a total and footnotes below."""
    cells = [
        [f"甲市2025年第{number}季度人力资源市场职业供求状况", None, None, None, None],
        [None] * 5,
        HEAD,
        *rows,
        ["合计", None, 999, 99, 10.09],
        ["注：数据来自公共就业服务机构"],
        ["1. 求人倍率=需求人数/求职人数"],
    ]
    return workbook(folder / f"第{number}季度.xlsx", {"职业供求": cells}, [("职业供求", 0, 0, 0, 4)])


def refused(fault: pytest.ExceptionInfo[BadTable]) -> list[tuple[int | None, str | None, str]]:
    return [(issue.row, issue.column, issue.code) for issue in fault.value.issues]


def test_four_quarters_are_added_up_to_a_year(tmp_path: Path) -> None:
    files = [
        quarter(tmp_path, number, WELDER, ["营业员", "4-01-02-01", posts, 50, posts / 50])
        for number, posts in zip("一二三四", (10, 20, 30, 40), strict=True)
    ]
    found = import_labour_office(files, region="甲市")
    rows = read_again(found, tmp_path)["demands"].set_index("occupation")
    assert rows.loc["焊工", ["openings", "seekers", "year"]].tolist() == [480, 240, 2025]
    assert rows.loc["营业员", ["openings", "seekers"]].tolist() == [100, 200]
    assert rows["basis"].tolist() == ["registered"] * 2
    assert rows["region"].tolist() == ["甲市"] * 2
    assert rows["source_date"].tolist() == ["2025-12-31"] * 2
    assert rows["openings_high"].isna().all()
    assert rows.loc["焊工", "demand_id"] == "6-18-02-04-甲市-2025"
    assert "Q1, Q2, Q3, Q4" in said(found)


def test_three_quarters_are_not_stretched_but_their_year_has_an_upper_figure(tmp_path: Path) -> None:
    files = [quarter(tmp_path, number, WELDER) for number in "一二三"]
    found = import_labour_office(files)
    row = found.tables["demands"].iloc[0]
    assert [row["openings"], row["openings_low"], row["openings_high"]] == [360, 360, 480]
    assert row["source_date"] == "2025-09-30"
    assert "fewer than four quarters" in said(found)


def test_an_occupation_seen_in_one_quarter_only_stands_for_one_quarter(tmp_path: Path) -> None:
    files = [quarter(tmp_path, "一", WELDER, ["电工", "6-31-01-03", 10, 20, 0.5]), quarter(tmp_path, "二", WELDER)]
    rows = import_labour_office(files).tables["demands"].set_index("occupation")
    assert rows.loc["电工", ["openings", "openings_high"]].tolist() == [10, 40]
    assert rows.loc["焊工", ["openings", "openings_high"]].tolist() == [240, 480]


def test_totals_parts_and_footnotes_are_no_occupations_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    file = quarter(tmp_path, "一", WELDER, ["其中：电焊工", None, 20, 10, 2.0])
    found = import_labour_office(file)
    assert found.tables["demands"]["occupation"].tolist() == ["焊工"]
    corpus = found.sources[0]
    assert (corpus.seen, len(corpus.rows), corpus.dropped) == (5, 1, 4)
    assert {(n.row, n.code) for n in corpus.notices if n.row} == {
        (5, "total_row"), (6, "total_row"), (7, "lone_cell"), (8, "lone_cell"),
    }  # fmt: skip


def test_a_total_that_stands_behind_quarter_and_region_is_seen(tmp_path: Path) -> None:
    head = ["季度", "地区", "职业", "招聘人数"]
    rows = [["2025Q1", "甲市", "焊工", 5], ["2025Q1", "甲市", "合计", 5], ["2025Q1", "甲市", "小 计", 5]]
    found = import_labour_office(text_file(tmp_path / "a.csv", [head, *rows]))
    assert found.tables["demands"]["openings"].tolist() == [5]


def test_groups_whose_occupations_have_rows_are_not_counted_beside_them(tmp_path: Path) -> None:
    rows = [["生产制造人员", "6-00-00-00", 300, "", ""], ["焊工", "6-18-02-04", 200, "", ""]]
    rows += [["法院负责人", "1-02-03-00", 7, "", ""]]  # a group without members is an occupation
    found = import_labour_office(text_file(tmp_path / "2025年一季度.csv", [HEAD, *rows]))
    assert found.tables["demands"]["openings"].tolist() == [200, 7]
    assert "1 rows sum up other rows" in said(found)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_ten_thousands_in_title_header_or_cell_become_persons(tmp_path: Path, encoding: str) -> None:
    titled = [["2024年全年职业供求（单位：万人）"], ["职业名称", "岗位需求人数", "求职人数"], ["焊工", "1.2", "0.81"]]
    headed = [["职业名称", "岗位需求人数（万人）", "求职人数", "期间"], ["焊工", "1.2", "8,100", "2024年全年"]]
    celled = [["职业名称", "岗位需求人数", "求职人数", "期间"], ["焊工", "1.2万人", "8100人次", "2024年全年"]]
    for rows in (titled, headed, celled):
        found = import_labour_office(text_file(tmp_path / "a.csv", rows, encoding))
        assert found.tables["demands"][["openings", "seekers"]].to_numpy().tolist() == [[12000, 8100]]


def test_a_ratio_that_its_counts_contradict_is_reported(tmp_path: Path) -> None:
    file = quarter(tmp_path, "一", WELDER, ["电工", "6-31-01-03", 100, 50, 3.0], ["钳工", "6-20-01-01", 100, 50, 0.5])
    with pytest.raises(BadTable) as fault:
        import_labour_office(file)
    assert refused(fault) == [(5, "ratio", "contradiction"), (6, "ratio", "contradiction")]
    assert "100/50 = 2.00" in fault.value.issues[0].message("en")
    assert "seekers over posts" in fault.value.issues[1].message("en")
    found = import_labour_office(file, accept_good_rows=True)
    assert len(found.tables["demands"]) == 1
    assert found.bad_rows == 2


def test_a_ratio_agrees_with_counts_that_were_rounded_to_ten_thousands(tmp_path: Path) -> None:
    rows = [["2025年一季度 单位：万人"], HEAD, ["焊工", "", "0.1", "0.1", "1.40"], ["电工", "", "0.1", "0.1", "3.10"]]
    with pytest.raises(BadTable) as fault:  # 1,400 over 950 is possible, three times is not
        import_labour_office(text_file(tmp_path / "a.csv", rows))
    assert refused(fault) == [(4, "ratio", "contradiction")]


def test_the_same_quarter_counts_once(tmp_path: Path) -> None:
    head = ["期间", "职业", "需求人数"]
    rows = [["2025年一季度", "焊工", 5], ["2025年1-6月", "焊工", 12]]
    with pytest.raises(BadTable) as fault:
        import_labour_office(text_file(tmp_path / "a.csv", [head, *rows]))
    assert refused(fault) == [(3, "quarter", "period_twice")]
    assert "row 2 counts the same quarter" in fault.value.issues[0].message("en")
    with pytest.raises(BadTable, match="第 2 行重复"):
        import_labour_office(text_file(tmp_path / "a.csv", [head, rows[0], rows[0]]))


def test_a_table_that_names_no_quarter_asks_for_one_once(tmp_path: Path) -> None:
    file = text_file(tmp_path / "供求.csv", [HEAD, WELDER, ["电工", "6-31-01-03", 10, 20, 0.5]])
    with pytest.raises(BadTable) as fault:
        import_labour_office(file)
    assert len(fault.value.issues) == 1
    assert "--quarter" in fault.value.message("en")
    found = import_labour_office(file, year=2025, quarter="第三季度")
    assert found.tables["demands"]["source_date"].tolist() == ["2025-09-30"] * 2


def test_bad_cells_name_row_column_value_and_remedy(tmp_path: Path) -> None:
    file = quarter(tmp_path, "一", WELDER, ["电工", "6-31-01-03", "约30", 20, ""])
    with pytest.raises(BadTable) as fault:
        import_labour_office(file)
    words = fault.value.issues[0].message("en")
    assert "row 5, column '需求人数': found '约30'; expected a whole number" in words
    assert "such as 30" in words


def test_personal_data_refuse_the_table(tmp_path: Path) -> None:
    file = text_file(tmp_path / "2025Q1.csv", [[*HEAD, "经办人电话"], [*WELDER, "13900000000"]])
    with pytest.raises(BadTable, match="个人信息") as fault:
        import_labour_office(file)
    assert "13900000000" not in fault.value.message("zh")


def test_a_survey_or_a_table_of_the_product_is_recognised(tmp_path: Path) -> None:
    survey = [["企业名称", "岗位名称", "明年拟招人数"], ["甲公司", "焊工", 3]]
    programs = [["专业编号", "专业名称", "课程"], ["P1", "护理", "护理学"]]
    for rows, words in ((survey, "use duikou import enterprise-survey"), (programs, "a table of programs already")):
        with pytest.raises(BadTable) as fault:
            import_labour_office(text_file(tmp_path / "a.csv", rows))
        assert words in fault.value.message("en")


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2025年第三季度", "2025Q3"),
        ("2025年度第三季度", "2025Q3"),
        ("三季度", "Q3"),
        ("2025Q3", "2025Q3"),
        ("2025 年 1—9 月", "2025Q1-3"),
        ("2025年前三季度", "2025Q1-3"),
        ("2025年上半年", "2025Q1-2"),
        ("2025年4-6月", "2025Q2"),
        ("2025年一至三季度", "2025Q1-3"),
        ("2025年", "2025Q1-4"),
        ("2025年全年", "2025Q1-4"),
        ("3", "Q3"),
    ],
)
def test_quarters_as_offices_write_them(text: str, period: str) -> None:
    assert own_period(text) == period
    again = period_in(period)
    assert again
    assert again.text() == period


@pytest.mark.parametrize("text", ["2025年7月", "2025年2-4月", "近期"])
def test_parts_of_quarters_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"quarter|Q3"):
        own_period(text)
