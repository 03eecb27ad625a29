"""`duikou import` as a stranger meets it: what is read, written, left out, and how faults are told."""

from pathlib import Path

import pandas as pd
import pytest

from corpora import read
from tests.api.command_line import CHINESE, OUTCOMES, PROGRAMS, done, duikou
from tests.corpora.files import text_file, workbook

KINDS = ("labour-office", "enterprise-survey", "job-ads", "cip-onet", "esco")
HEAD = ["职业", "职业代码", "需求人数", "求职人数"]


def quarters(folder: Path) -> list[Path]:
    return [
        workbook(
            folder / f"第{number}季度.xlsx",
            {"供求": [[f"甲市2026年第{number}季度职业供求"], HEAD, ["病房护士", "", 15, 10], ["会计", "", 2, 40], ["合计", "", 17, 50]]},
        )
        for number in "一二三四"
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_help_teaches_every_kind_in_both_languages(tmp_path: Path, kind: str) -> None:
    assert kind in done(duikou(tmp_path, "import", "--help"))
    said = done(duikou(tmp_path, "import", kind, "--help"))
    assert CHINESE.search(said.split("Options:")[0])
    assert "--out" in said


def test_four_quarters_become_demands_that_can_be_assessed(tmp_path: Path) -> None:
    said = done(duikou(tmp_path, "import", "labour-office", *quarters(tmp_path), "--out", "岗位.csv", "--lang", "en"))
    assert "read 第一季度.xlsx, 第二季度.xlsx" in said
    assert "12 rows, 8 good, 0 bad, 4 left out" in said
    assert "2026 Q1, Q2, Q3, Q4" in said
    assert "wrote 岗位.csv: 2 rows of demands" in said
    demands = read(tmp_path / "岗位.csv", "demands")
    assert demands["openings"].tolist() == [60, 8]
    links = [["专业编号", "岗位编号"], *[[p, d] for p, d in zip(["P1", "P2"], demands["demand_id"], strict=True)]]
    tables = {"programs": PROGRAMS, "outcomes": OUTCOMES, "matches": links}
    options = [w for kind, rows in tables.items() for w in (f"--{kind}", text_file(tmp_path / f"{kind}.csv", rows))]
    done(duikou(tmp_path, "assess", *options, "--demands", "岗位.csv", "--as-of", "2026-10-15", "--out", "结果"))
    posts = pd.read_csv(tmp_path / "结果" / "demands.csv").set_index("occupation")["openings"]
    assert posts.to_dict() == {"病房护士": 60, "会计": 8}


def test_ads_become_demands_that_can_be_assessed(tmp_path: Path) -> None:
    head = ["职位名称", "职位描述", "城市", "招聘人数", "发布日期"]
    ads = [["护士", f"病房护理{mark}，电话 13900000000", "甲市", 3, "2026-03-01"] for mark in ("", "甲", "乙", "")]
    file = text_file(tmp_path / "ads.csv", [head, *ads])
    said = done(duikou(tmp_path, "import", "job-ads", file, "--exact-titles", "--out", "岗位.xlsx"))
    assert "删去 4 处联系方式" in said
    demands = read(tmp_path / "岗位.xlsx", "demands")
    assert demands["openings"].tolist() == [9]
    links = text_file(tmp_path / "m.csv", [["专业编号", "岗位编号"], ["P1", demands["demand_id"][0]]])
    options = ["--matches", links, "--programs", text_file(tmp_path / "p.csv", PROGRAMS)]
    options += ["--outcomes", text_file(tmp_path / "o.csv", OUTCOMES), "--demands", "岗位.xlsx"]
    done(duikou(tmp_path, "assess", *options, "--as-of", "2026-10-15", "--out", "结果"))


def test_bad_rows_stop_an_import_unless_the_good_ones_are_wanted(tmp_path: Path) -> None:
    file = text_file(
        tmp_path / "2026Q1.csv",
        [HEAD, ["焊工", "", "约30", 5], *[[f"{n}号工", "", "", 5] for n in range(14)], ["钳工", "", 3, 5]],
    )
    result = duikou(tmp_path, "import", "labour-office", file, "--out", "a.csv")
    assert done(result, 2) == ""
    assert result.stderr.count("2026Q1.csv，第") == 15, "every bad row is listed"
    assert "第 2 行，列“需求人数”：填写为“约30”" in result.stderr
    assert not (tmp_path / "a.csv").exists()
    said = done(duikou(tmp_path, "import", "labour-office", file, "--out", "a.csv", "--accept-good-rows"))
    assert "有误的 15 行已写入" in said
    assert len((tmp_path / "2026Q1.labour-office.bad.csv").read_text("utf-8-sig").splitlines()) == 16
    assert read(tmp_path / "a.csv", "demands")["openings"].tolist() == [3]


def test_wrong_places_and_files_end_with_2_before_any_work(tmp_path: Path) -> None:
    file = text_file(tmp_path / "2026Q1.csv", [HEAD, ["焊工", "", 30, 5]])
    done(duikou(tmp_path, "import", "labour-office", file, "--out", "a.doc"), 2)
    done(duikou(tmp_path, "import", "labour-office", file, "--out", file), 2)
    done(duikou(tmp_path, "import", "cip-onet", "--out", "us"), 2)
    result = duikou(tmp_path, "import", "labour-office", file, "--quarter", "夏天", "--out", "a.csv", "--lang", "en")
    assert "--quarter 夏天" in result.stderr
    assert done(result, 2) == ""
    result = duikou(tmp_path, "import", "esco", file, "--out", "a.csv", "--lang", "en")
    assert "use duikou import labour-office" in result.stderr
    assert done(result, 2) == ""
