"""The commands that question an assessment: real processes, exit codes, what is said and what is written."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.api.command_line import CHINESE, DEMANDS, OUTCOMES, done, duikou, refused
from tests.corpora.files import text_file

COMMANDS = ("plan", "block", "lists", "whitespace", "compare", "back-test", "what-if")
INTAKE = [
    [
        "专业编号",
        "年份",
        "招生计划数",
        "报到人数",
        "实际招生数",
        "在校生数",
        "毕业生数",
        "就业人数",
        "升学人数",
        "本地就业人数",
    ],
    *[
        [p, year, n, n, n, 3 * n, n, k, 0, k]
        for year in (2024, 2025, 2026)
        for p, n, k in (("P1", 40, 36), ("P2", 50, 20), ("P3", 30, 27))
    ],
]


def read_csv(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def folder(tmp_path: Path, linked: list[object]) -> Path:
    """50 accountants for 5 posts, beside nurses and robots with posts to spare."""
    options = [*linked]
    options[options.index("--outcomes") + 1] = text_file(tmp_path / "intake.csv", INTAKE)
    done(duikou(tmp_path, "assess", *options, "--out", "result"))
    return tmp_path / "result"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches_in_both_languages(tmp_path: Path, command: str) -> None:
    said = done(duikou(tmp_path, command, "--help"))
    before_options = said.split("Options:")[0]
    assert CHINESE.search(before_options)
    assert re.search(r"。[A-Z][a-z-]+ (?s:.*)\.", before_options)
    for option, rest in re.findall(r"^  (--[a-z-]+)(.*(?:\n {10,}.*)*)", said, re.MULTILINE):
        assert len(rest.split()) > 1, f"{option} says nothing of itself"
    assert re.search(rf"^  {command} ", done(duikou(tmp_path, "--help")), re.MULTILINE)


def test_a_plan_is_written_checked_and_found_out_when_changed(tmp_path: Path, folder: Path) -> None:
    said = done(duikou(tmp_path, "plan", folder, "--target", "0.9", "--out", "plan.json"))
    assert "P2" in said
    record: dict[str, Any] = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert record["status"] == "reached"
    assert "✓" in done(duikou(tmp_path, "plan", folder, "--check", "plan.json"))
    row = next(r for r in record["programs"] if r["program_id"] == "P2")
    row["intake"] += 1
    (tmp_path / "plan.json").write_text(json.dumps(record), encoding="utf-8")
    assert "✗" in done(duikou(tmp_path, "plan", folder, "--check", "plan.json"), 1)
    english = done(duikou(tmp_path, "plan", folder, "--min-class", 20, "--out", "plan.csv", "--lang", "en"))
    assert "any plan that reaches it" in english
    assert any(r["program_id"] == "P2" and r["intake"] == "0" for r in read_csv(tmp_path / "plan.csv"))


def test_an_impossible_target_is_an_answer_and_a_senseless_one_is_refused(tmp_path: Path, folder: Path) -> None:
    said = done(duikou(tmp_path, "plan", folder, "--yearly-limit", "0.1", "--lang", "en"))
    assert "not every rate can reach 90%" in said
    refused(duikou(tmp_path, "plan", folder, "--target", "1.5"), "1.5")
    refused(duikou(tmp_path, "plan", folder, "--hold", "P77"), "P77")
    refused(duikou(tmp_path, "plan", folder, "--check", folder / "assessment.json"), "assessment.json")


def test_a_block_and_the_lists(tmp_path: Path, folder: Path) -> None:
    assert "不计总分" in done(duikou(tmp_path, "block", folder, "P2", "--out", "block.csv"))
    assert "全组需减招生" in read_csv(tmp_path / "block.csv")[0]
    refused(duikou(tmp_path, "block", folder, "B9"), "B9")
    assert len(read_csv(folder / "school_lists.csv")) == 3
    said = done(duikou(tmp_path, "lists", folder, "--least-share", "1", "--out", "lists"))
    assert "100%" in said
    assert "布点数" in read_csv(tmp_path / "lists" / "lists.csv")[0]
    refused(duikou(tmp_path, "lists", folder, "--least-share", "nan"), "--least-share 是 nan；应大于 0 且不超过 1")


def test_empty_posts_and_targets(tmp_path: Path, folder: Path) -> None:
    said = done(duikou(tmp_path, "whitespace", folder, "--out", "offer"))
    empty = read_csv(folder / "whitespace.csv")
    assert f"{len(empty)} 组岗位有空缺" in said
    assert [row["岗位编号"] for row in read_csv(tmp_path / "offer" / "whitespace.csv")] == [
        r["demand_id"] for r in empty
    ]
    assert (tmp_path / "offer" / "overlaps.csv").is_file()
    assert "stay empty" in done(duikou(tmp_path, "whitespace", folder, "--lang", "en"))
    assert "规则要求" not in done(duikou(tmp_path, "lists", folder))


@pytest.mark.parametrize(
    "asked",
    [
        ["lists", "result", "--out", "result"],
        ["whitespace", "result", "--out", "result"],
        ["report", "result", "--format", "html", "--out", "result/inputs"],
        ["plan", "result", "--out", "result/programs.csv"],
        ["block", "result", "P2", "--out", "result/lists.csv"],
        ["what-if", "result", "--intake", "P2=1", "--out", "result/demands.csv"],
        ["compare", "result", "result", "--out", "result/demands.csv"],
        ["back-test", "result", "--outcomes", "intake.csv", "--out", "result/demands.csv"],
        ["match", "--programs", "programs.csv", "--demands", "demands.csv", "--out", "result/matches.parquet"],
        ["import", "esco", "demands.csv", "--out", "result/demands.csv"],
    ],
)
def test_nothing_is_written_into_an_assessment(tmp_path: Path, folder: Path, asked: list[str]) -> None:
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    refused(duikou(tmp_path, *asked), f"{folder} 是分析结果文件夹")
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


def test_compare_names_the_input_that_did_it(tmp_path: Path, folder: Path, linked: list[object]) -> None:
    more = [[*row[:2], 50, *row[3:]] if row[0] == "D2" else row for row in _demands(linked)]
    options = [*linked]
    options[options.index("--outcomes") + 1] = tmp_path / "intake.csv"
    options[options.index("--demands") + 1] = text_file(tmp_path / "more.csv", more)
    done(duikou(tmp_path, "assess", *options, "--out", "later"))
    said = done(duikou(tmp_path, "compare", folder, tmp_path / "later", "--out", "changes.csv"))
    assert "岗位需求" in said
    changed = {row["program_id"]: row for row in read_csv(tmp_path / "changes.csv")}
    assert changed["P2"]["alone"] == "demands"
    assert "openings" in changed["P2"]["details"]
    same = done(duikou(tmp_path, "compare", folder, folder, "--lang", "en"))
    assert "the same inputs" in same


def _demands(options: list[object]) -> list[list[object]]:
    assert "--demands" in options
    return [list(row) for row in DEMANDS]


def test_back_test_reads_a_later_year(tmp_path: Path, folder: Path) -> None:
    later = [*INTAKE, *[["P1", 2027, 40, 39, 38, 110, 40, 30, 0, 30], ["P2", 2027, 50, 40, 20, 90, 50, 15, 0, 15]]]
    file = text_file(tmp_path / "later.csv", later)
    said = done(duikou(tmp_path, "back-test", folder, "--outcomes", file, "--out", "back.csv", "--lang", "en"))
    assert "in 2027" in said
    assert {row["flag"] for row in read_csv(tmp_path / "back.csv")} >= {"phase_out", "all"}
    refused(duikou(tmp_path, "back-test", folder, "--outcomes", text_file(tmp_path / "old.csv", OUTCOMES)), "2027")


def test_what_if_says_what_would_change_and_writes_it(tmp_path: Path, folder: Path) -> None:
    asked = ["what-if", "result", "--set", "expand.headroom=1", "--out", "what.csv"]
    said = done(duikou(tmp_path, *asked))
    assert "撤并淘汰" in said
    assert "个专业点的建议会变" in said
    assert {row["program_id"] for row in read_csv(tmp_path / "what.csv")} <= {"P1", "P2", "P3"}
    english = done(duikou(tmp_path, "what-if", "result", "--intake", "P2=1", "--lang", "en"))
    assert "would get another flag" in english


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "没有改动：请给出 --policy、--set、--openings、--intake 或 --employed"),
        (["--intake", "P2"], "--intake P2：应写成 名称=整数"),
        (["--intake", "P9=3"], "没有专业点 P9"),
        (["--openings", "D9=3"], "岗位需求表里没有 D9"),
        (["--openings", "D1=nan"], "D1 的招聘人数不能是 nan；应在 0 到 1000000000 之间"),
        (["--openings", "D1=1e400"], "D1 的招聘人数不能是 inf"),
        (["--intake", "P2=100000000000000000000"], "P2 的毕业生数不能是 100000000000000000000；应在 0 到"),
        (["--set", "supply.years=nan"], "参数 supply.years 不能取 nan"),
        (["--set", "employment.year_weights=1;inf"], "参数 employment.year_weights 不能取"),
        (["--employed", "P2=99999"], "P2 的就业人数不能是 99999：2026 年毕业生为 50 人"),
        (["--set", "surplus.rate=70"], "参数 surplus.rate 不能取 70.0：应在 0 与 1 之间（70% 写作 0.7）"),
        (["--set", "surplus.rate=70%"], "参数 surplus.rate 不能取 70%：应在 0 与 1 之间（70% 写作 0.7）"),
    ],
)
def test_what_if_names_what_cannot_be_changed(tmp_path: Path, folder: Path, options: list[str], says: str) -> None:
    refused(duikou(tmp_path, "what-if", "result", *options), says)
