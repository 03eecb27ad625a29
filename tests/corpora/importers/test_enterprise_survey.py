"""A survey of enterprises: one row per enterprise and post."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import BadTable
from corpora.importers import import_enterprise_survey
from corpora.importers.enterprise_survey import MOST_CV, split_skills, sum_cv
from corpora.skill_counts import counts_of, with_counts, without_counts
from tests.corpora.files import text_file, workbook
from tests.corpora.importers.again import read_again, said

HEAD = ["企业名称", "岗位名称", "明年拟招人数", "学历要求", "技能要求", "地区", "产业链"]
ROWS = [
    ["甲船厂", "焊工", 3, "中职", "氩弧焊；识图", "甲市", "船舶"],
    ["乙船厂", "焊工", 5, "中职", "氩弧焊、打磨", "甲市", "船舶"],
    ["丙船厂（总部）", "焊工", 10, "中职", "1.氩弧焊 2.识图", "甲市", "船舶"],
    ["丙船厂总部", "焊 工", 2, "中职", "识图", "甲市", "船舶"],
    ["甲船厂", "焊工", 1, "高职", "", "甲市", "船舶"],
    ["甲船厂", "焊工", 7, "中职", "", "乙市", "船舶"],
]


def test_posts_are_added_and_enterprises_counted_once(tmp_path: Path) -> None:
    found = import_enterprise_survey(text_file(tmp_path / "a.csv", [HEAD, *ROWS], "gb18030"), year=2027)
    rows = read_again(found, tmp_path)["demands"]
    assert rows["demand_id"].tolist() == [
        "焊工-甲市-secondary-船舶-2027", "焊工-甲市-associate-船舶-2027", "焊工-乙市-secondary-船舶-2027",
    ]  # fmt: skip
    assert rows["openings"].tolist() == [20, 1, 7]
    assert rows["employers"].tolist() == [3, 1, 1]
    assert rows["basis"].unique().tolist() == ["survey_new"]
    assert rows["year"].unique().tolist() == [2027]
    assert rows["skills"][0] == "氩弧焊（3家）；识图（2家）；打磨（1家）"


def test_names_of_enterprises_are_written_nowhere(tmp_path: Path) -> None:
    head = [*HEAD, "岗位职责"]
    rows = [[*ROWS[0], "在甲船厂从事船体焊接"], [*ROWS[1][:4], "乙船厂设备操作；打磨", *ROWS[1][5:], "船体焊接"]]
    found = import_enterprise_survey(text_file(tmp_path / "a.csv", [head, *rows]))
    written = found.tables["demands"].to_csv() + said(found)
    assert "船厂" not in written
    assert found.tables["demands"]["description"].tolist() == ["船体焊接"]


def test_spread_between_enterprises(tmp_path: Path) -> None:
    found = import_enterprise_survey(text_file(tmp_path / "a.csv", [HEAD, *ROWS]))
    # 3, 5 and 12 persons: mean 20/3, standard deviation 4.73; over the square root of 3.
    spread = math.sqrt(((3 - 20 / 3) ** 2 + (5 - 20 / 3) ** 2 + (12 - 20 / 3) ** 2) / 2)
    assert found.tables["demands"]["openings_cv"][0] == round(spread / (20 / 3 * math.sqrt(3)), 3)
    assert found.tables["demands"]["openings_cv"][1:].isna().all()


@given(st.lists(st.integers(0, 500), min_size=0, max_size=40))
def test_a_sum_is_never_better_known_than_a_count(figures: list[int]) -> None:
    cv = sum_cv(figures)
    if len(figures) < 3 or sum(figures) == 0:
        assert cv is None
    else:
        assert cv is not None
        assert min(1 / math.sqrt(sum(figures)), MOST_CV) - 0.001 <= cv <= MOST_CV


def test_bad_rows_are_listed_and_the_good_ones_can_go_on(tmp_path: Path) -> None:
    file = workbook(
        tmp_path / "a.xlsx",
        {"表": [["某市企业用工调查"], HEAD, *ROWS[:2], ["", "焊工", "若干", "硕士"], ["合计", None, 8]]},
    )
    with pytest.raises(BadTable) as fault:
        import_enterprise_survey(file)
    assert [(i.row, i.column, i.code) for i in fault.value.issues] == [
        (5, "enterprise", "missing"), (5, "hires", "no_figure"), (5, "levels", "not_choice"),
    ]  # fmt: skip
    found = import_enterprise_survey(file, accept_good_rows=True)
    assert found.tables["demands"]["openings"].tolist() == [8]
    assert found.sources[0].seen == 4


def test_a_row_sent_twice_counts_once(tmp_path: Path) -> None:
    found = import_enterprise_survey(text_file(tmp_path / "a.csv", [HEAD, ROWS[0], ROWS[0]]))
    assert found.tables["demands"]["openings"].tolist() == [3]
    assert "1 rows repeat" in said(found)


def test_telephones_of_contact_persons_refuse_the_survey(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="个人信息"):
        import_enterprise_survey(text_file(tmp_path / "a.csv", [[*HEAD, "联系电话"], [*ROWS[0], "0755-1"]]))


def test_skills_in_a_cell() -> None:
    assert split_skills("1、PLC编程；2、故障诊断\n识图，打磨。识图") == ["PLC编程", "故障诊断", "识图", "打磨。识图"]
    assert split_skills("C++、Office 2016、3.5轴加工") == ["C++", "Office 2016", "3.5轴加工"]


def test_counts_of_skills_are_written_and_read_alike() -> None:
    named = {"识图": 2, "打磨": 7}
    for lang in ("zh", "en"):
        text = with_counts(named, lang)
        assert counts_of(text) == named
        assert list(counts_of(text)) == ["打磨", "识图"]
        assert "7" not in without_counts(text)
    assert counts_of("识图；打磨（砂轮）") == {}
