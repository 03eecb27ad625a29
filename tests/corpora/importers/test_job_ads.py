"""Job advertisements: contacts out, repeated ads once, the rest grouped."""

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from corpora import BadTable
from corpora.importers import Assigned, import_job_ads
from corpora.importers.ad_text import bare_title, listed_skills, same_text, shortened
from corpora.importers.job_ads import spread
from tests.corpora.files import text_file, workbook
from tests.corpora.importers.again import read_again, said
from tests.corpora.importers.real import real

HEAD = ["职位名称", "职位描述", "公司名称", "工作城市", "招聘人数", "发布日期", "学历要求", "技能标签"]
WELD = "负责船体焊接，看懂图纸。"


def ad(title: str = "焊工", text: str = WELD, heads: object = 2, date: str = "2025-03-01", **more: str) -> list[object]:
    more = {"company": "甲公司", "city": "甲市", "degree": "不限", "skills": ""} | more
    return [title, text, more["company"], more["city"], heads, date, more["degree"], more["skills"]]


def imported(folder: Path, *ads: Sequence[object], **options: object):  # type: ignore[no-untyped-def]
    return import_job_ads(text_file(folder / "ads.csv", [HEAD, *ads], "gb18030"), **options)  # type: ignore[arg-type]


def test_the_same_ad_on_other_dates_counts_once_a_year(tmp_path: Path) -> None:
    found = imported(
        tmp_path,
        ad(heads=2),
        ad(heads=3, date="2025-06-01"),
        ad(text="1、负责船体焊接；2、看懂图纸！", date="2025/7/1", heads=1),
        ad(date="2024-12-01"),
        ad(company="乙公司"),
        ad(city="乙市"),
    )
    rows = read_again(found, tmp_path)["demands"]
    assert rows[["region", "year", "openings"]].to_numpy().tolist() == [
        ["乙市", 2025, 2],
        ["甲市", 2024, 2],
        ["甲市", 2025, 5],
    ]
    assert "2 repeat an ad" in said(found)
    assert rows["basis"].unique().tolist() == ["advertised"]


def test_titles_of_occupations_are_found_bare_of_what_stands_around_them(tmp_path: Path) -> None:
    found = imported(
        tmp_path, ad("【急聘】高级焊工（甲市）"), ad("焊工-某船厂", text="打磨"), ad("船上杂事", text="打杂")
    )
    rows = found.tables["demands"]
    assert rows["occupation"].tolist() == ["焊工", "船上杂事"]
    assert rows["occupation_code"].fillna("").tolist() == ["6-18-02-04", ""]
    assert rows["openings"].tolist() == [4, 2]


def test_titles_that_are_none_are_assigned_where_somebody_can(tmp_path: Path) -> None:
    asked: list[str] = []

    def assign(titles: Sequence[str], texts: Sequence[str]) -> list[Assigned]:
        asked.extend(titles)
        assert len(titles) == len(texts)
        return [Assigned("焊工", "6-18-02-04") for _ in titles]

    found = imported(
        tmp_path,
        ad(),
        ad("船体电焊师傅", text="打底"),
        ad("船体电焊师傅", text="盖面"),
        ad("焊匠", text="焊"),
        assign=assign,
    )
    assert asked == ["船体电焊师傅", "焊匠"], "the most frequent first, the titles of occupations not at all"
    assert found.tables["demands"]["openings"].tolist() == [8]


def test_head_counts_as_ads_write_them(tmp_path: Path) -> None:
    heads = ["3人", "若干", "2-5人", "0", "", "招5名", "1人"]
    found = imported(tmp_path, *[ad(text=WELD, company=f"第{i}厂", heads=h) for i, h in enumerate(heads)])
    row = found.tables["demands"].iloc[0]
    assert [row["openings"], row["openings_low"], row["openings_high"]] == [14, 14, 17]
    assert "3 name no head count and count as one post" in said(found)
    with pytest.raises(BadTable) as fault:
        imported(tmp_path, ad(heads="很多"))
    assert "row 2, column '招聘人数': found '很多'" in fault.value.message("en")


def test_a_degree_is_the_least_an_ad_asks_for(tmp_path: Path) -> None:
    degrees = ["大专", "本科及以上", "硕士"]
    found = imported(tmp_path, *[ad(text=f"{WELD}{d}", degree=d) for d in degrees])
    assert found.tables["demands"]["levels"].tolist() == ["associate;bachelor"]
    assert "1 ask for a master's degree or more" in said(found)
    found = imported(tmp_path, ad(degree="大专"), ad(text="打磨", degree="中专"))
    assert found.tables["demands"]["levels"].isna().all()
    found = imported(tmp_path, ad(degree="3"))
    assert "spell the degree in a way that is not known" in said(found)


def test_skills_carry_their_employers(tmp_path: Path) -> None:
    found = imported(
        tmp_path,
        ad(skills="['氩弧焊', '识图']"),
        ad(text="打磨", skills="氩弧焊，打磨", company="乙公司"),
        ad(text="盖面", skills="氩弧焊", company="乙公司"),
    )
    row = found.tables["demands"].iloc[0]
    assert row["skills"] == "氩弧焊（2家）；打磨（1家）；识图（1家）"
    assert row["employers"] == 2
    assert "公司" not in found.tables["demands"].to_csv()


def test_contacts_are_stripped_before_anything_is_kept(tmp_path: Path) -> None:
    head = [*HEAD, "联系人", "联系电话"]
    rows = [[*ad(text=f"{WELD}电话13900000000，微信：abc_12345，联系人：欧阳女士"), "欧阳", 13900000000]]
    for file in (
        text_file(tmp_path / "a.csv", [head, *rows]),
        workbook(tmp_path / "a.xlsx", {"广告": [["招聘信息"], head, *rows]}),
    ):
        found = import_job_ads(file)
        everything = found.tables["demands"].to_csv() + said(found) + repr(found.sources)
        for secret in ("1390000", "abc_12345", "欧阳"):
            assert secret not in everything
        assert "2 columns of contacts" in said(found)
        assert found.tables["demands"]["openings"].tolist() == [2]


def test_spread_over_months_and_over_ads() -> None:
    # Three months with 2, 0 and 4 posts: mean 2, standard deviation 2, over the square root of 3.
    assert spread([(1, 2), (3, 3), (3, 1)]) == round(2 / (2 * math.sqrt(3)), 3)
    # One month: three ads of 1, 1 and 4 posts, mean 2.
    assert spread([(3, 1), (3, 1), (3, 4)]) == round(math.sqrt(3) / (2 * math.sqrt(3)), 3)
    assert spread([(1, 5), (2, 5), (3, 5)]) == round(1 / math.sqrt(15), 3), "never better known than a count"
    assert spread([(1, 5), (2, 5)]) is None


def test_a_bad_date_is_a_bad_row(tmp_path: Path) -> None:
    with pytest.raises(BadTable) as fault:
        imported(tmp_path, ad(), ad(date="昨天"))
    assert [(i.row, i.column, i.code) for i in fault.value.issues] == [(3, "posted", "not_date")]
    found = imported(tmp_path, ad(), ad(date="昨天"), accept_good_rows=True)
    assert (found.bad_rows, len(found.tables["demands"])) == (1, 1)
    with pytest.raises(BadTable):  # nothing good is left to go on with
        imported(tmp_path, ad(date="昨天"), accept_good_rows=True)


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("高级数据分析师（广州）", "数据分析师"),
        ("测试(中级)-某银行项目", "测试"),
        ("某事业部-数据产品经理", "数据产品经理"),
        ("【双休】会计 8k-10k", "会计"),
        ("C/C++软件开发工程师", "C/C++软件开发工程师"),
        ("数据开发岗-某银行项目", "数据开发"),
        ("助理工程师", "工程师"),
        ("助理", "助理"),
    ],
)
def test_bare_titles(title: str, bare: str) -> None:
    assert bare_title(title) == bare


def test_texts_in_bare_form() -> None:
    assert same_text("1、负责ＰＬＣ 编程；") == same_text("2. 负责plc编程!") == "负责plc编程"
    assert listed_skills("['Python', 'SQL']") == listed_skills("Python、SQL") == ["Python", "SQL"]
    assert listed_skills("[]") == []
    assert shortened("一二三四。五六七八", 7) == "一二三四。"


def test_the_real_file(tmp_path: Path) -> None:
    found = import_job_ads(real("data/cn/job_ads_2023.csv"), region="甲市")
    rows = read_again(found, tmp_path)["demands"]
    assert found.sources[0].seen == 1330
    assert "152 repeat an ad" in said(found)
    assert rows["openings"].sum() > 1178
    # Deadlines up to 2029 stand in the file; the year of a user stands before them.
    assert rows["year"].between(2021, 2029).all()
    named = import_job_ads(real("data/cn/job_ads_2023.csv"), year=2022)
    assert named.tables["demands"]["year"].unique().tolist() == [2022]


DUTIES = [
    f"负责第{word}道工序的操作、记录与检验"
    for word in ("下料", "折弯", "焊接", "打磨", "喷涂", "装配", "调试", "包装", "入库")
]


def board(rows: list[tuple[str, str, str]]) -> bytes:
    """Title, text and employer as a board's file."""
    lines = [f"{title},{text},{employer},甲市,2,2026-03-0{n % 9 + 1}" for n, (title, text, employer) in enumerate(rows)]
    return "\n".join(["职位名称,职位描述,公司名称,工作城市,招聘人数,发布日期", *lines]).encode()


def test_an_ad_put_up_again_with_a_sentence_changed_is_one_post(tmp_path: Path) -> None:
    moved, less, more = DUTIES[-1:] + DUTIES[:-1], DUTIES[1:], [*DUTIES, "提供宿舍"]
    texts = ["；".join(parts) for parts in (DUTIES, moved, less, more)]
    file = tmp_path / "a.csv"
    file.write_bytes(board([("焊工", text, "甲厂") for text in texts]))
    [row] = import_job_ads(file).tables["demands"].to_dict("records")
    assert (row["openings"], row["openings_low"], row["openings_high"]) == (2, 2, 8), "the doubt is in the interval"


def test_ads_of_other_employers_titles_or_work_stay_apart(tmp_path: Path) -> None:
    same, other = "；".join(DUTIES), "；".join(part.replace("工序", "菜品").replace("检验", "摆盘") for part in DUTIES)
    file = tmp_path / "a.csv"
    file.write_bytes(
        board(
            [
                ("焊工", same, "甲厂"),
                ("焊工", f"{same}；提供宿舍", "乙厂"),
                ("焊工", other, "甲厂"),
                ("钳工", f"{same}；包吃", "甲厂"),
            ]
        )
    )
    assert import_job_ads(file).tables["demands"]["openings"].sum() == 8


def test_without_employers_only_equal_texts_are_one_post(tmp_path: Path) -> None:
    same = "；".join(DUTIES)
    file = tmp_path / "a.csv"
    file.write_bytes(board([("焊工", same, ""), ("焊工", f"{same}；提供宿舍", ""), ("焊工", f"{same}。", "")]))
    assert import_job_ads(file).tables["demands"]["openings"].tolist() == [4]
