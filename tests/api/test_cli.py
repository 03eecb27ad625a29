"""The command line as a stranger meets it: real processes, exit codes, what is said and what is written."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from corpora.starter import ILLUSTRATIVE
from matcher.policy.reasons import FLAG_NAMES
from tests.api.command_line import CHINESE, DEMANDS, LINKS, OUTCOMES, PROGRAMS, Result, done, duikou, refused
from tests.corpora.files import text_file

COMMANDS = ("demo", "template", "check", "match", "assess", "verify", "explain", "doctor")


# Help


def test_help_names_every_command_and_first_steps(tmp_path: Path) -> None:
    said = done(duikou(tmp_path, "--help"))
    assert all(re.search(rf"^  {command} ", said, re.MULTILINE) for command in COMMANDS)
    for step in ("duikou demo", "duikou check 专业.xlsx --kind programs", "duikou verify"):
        assert step in said


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_explains_it_in_both_languages(tmp_path: Path, command: str) -> None:
    said = done(duikou(tmp_path, command, "--help"))
    said_before_options = said.split("Options:")[0]
    assert CHINESE.search(said_before_options)
    assert re.search(r"。[A-Z][a-z-]+ (?s:.*)\.", said_before_options)
    assert f"duikou {command}" in said.replace("python -m api.cli", "duikou")
    for option, rest in re.findall(r"^  (--[a-z-]+)(.*(?:\n {10,}.*)*)", said, re.MULTILINE):
        assert len(rest.split()) > 1, f"{option} says nothing of itself"


def test_script_is_installed_and_tells_its_version(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("duikou")
    said = subprocess.run([script, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert re.fullmatch(r"duikou, version \d+\.\d+\.\d+\n", said)


# Exit codes


def test_wrong_words_on_the_command_line_end_with_2(tmp_path: Path) -> None:
    refused(duikou(tmp_path, "asses"), "asses")
    refused(duikou(tmp_path, "check", "none.csv", "--kind", "programs"), "none.csv")
    refused(duikou(tmp_path, "verify", "none"), "none")
    refused(duikou(tmp_path, "template", "colleges"), "colleges", "programs")


def test_folder_that_is_no_assessment_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    refused(duikou(tmp_path, "verify", "other"), "other", "assessment")
    refused(duikou(tmp_path, "explain", "other", "P1"), "other", "assessment")


@pytest.mark.parametrize("debug", [False, True])
def test_a_fault_of_ours_ends_with_3_and_one_line_unless_debugging(tmp_path: Path, debug: bool) -> None:
    code = (
        "import sys, api.doctor, api.cli\n"
        "def broken(): raise RuntimeError('a wheel came off')\n"
        "api.doctor.examine = broken\n"
        "sys.argv = ['duikou', 'doctor']\n"
        "api.cli.main()\n"
    )
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DUIKOU_")}
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False,
        env=kept | ({"DUIKOU_DEBUG": "1"} if debug else {}),
    )  # fmt: skip
    assert ended.returncode == 3
    assert ended.stdout == ""
    assert "a wheel came off" in ended.stderr
    assert ("Traceback" in ended.stderr) == debug
    assert debug or (len(ended.stderr.splitlines()) == 1 and "DUIKOU_DEBUG=1" in ended.stderr)


def test_doctor_finds_this_machine_fit(tmp_path: Path) -> None:
    said = done(duikou(tmp_path, "doctor")).splitlines()
    assert len(said) >= 5
    assert not [line for line in said if line.startswith("✗")]
    assert all(line.startswith(("✓ ", "· ")) for line in said)


# Demo


def test_demo_prints_all_six_flags_with_their_numbers(demo: tuple[Path, Result]) -> None:
    folder, result = demo
    said = done(result)
    counts = pd.read_csv(folder / "programs.csv")["flag"].value_counts()
    assert len(FLAG_NAMES) == 6
    for flag, names in FLAG_NAMES.items():
        assert CHINESE.search(names["zh"])
        assert re.search(rf"^{names['zh']} +{counts.get(flag, 0)}\b", said, re.MULTILINE)
    assert counts.reindex(list(FLAG_NAMES)).gt(0).all(), "the demo shows no case of some flag"


def test_demo_says_that_its_data_are_illustrative(demo: tuple[Path, Result]) -> None:
    folder, result = demo
    assert ILLUSTRATIVE["zh"] in done(result)
    assert ILLUSTRATIVE["zh"] in (folder / "report.html").read_text(encoding="utf-8")


def test_demo_tells_where_its_files_are_and_keeps_stderr_empty(demo: tuple[Path, Result]) -> None:
    said = done(demo[1])
    for words in ("out/demo", "out/demo/report.html", "duikou verify out/demo"):
        assert words in said
    assert demo[1].stderr == ""


def test_demo_writes_the_folder_of_the_contract(demo: tuple[Path, Result]) -> None:
    folder = demo[0]
    files = {file.name for file in folder.iterdir()}
    assert files >= {
        "assessment.json", "inputs", "programs.csv", "programs.parquet", "demands.csv", "matches.parquet",
        "placement.parquet", "blocks.json", "traces.jsonl", "report.html",
    }  # fmt: skip
    assert {file.stem for file in (folder / "inputs").glob("*.parquet")} >= {"programs", "outcomes", "demands"}
    programs = pd.read_csv(folder / "programs.csv", encoding="utf-8-sig")
    promised = [
        "program_id",
        "flag",
        "flag_probability",
        "measure",
        "also_fires",
        "notices",
        "rule_verdict",
        "rule_clause",
        "supply",
        "placeable_rate",
        "placeable_low",
        "placeable_high",
        "headroom",
        "indispensability",
        "employment_mean",
        "employment_low",
        "employment_high",
        "employment_below_probability",
        "raw_rate_by_year",
        "block",
        "own_gap",
        "completers_share_gap",
        "counterfactual",
    ]
    assert list(programs.columns)[: len(promised)] == promised
    assert programs["program_id"].is_unique
    demands = pd.read_csv(folder / "demands.csv", encoding="utf-8-sig")
    promised = [
        "demand_id",
        "occupation",
        "region",
        "levels",
        "year",
        "openings",
        "entry_share",
        "posts",
        "placed",
        "block",
        "whitespace",
    ]
    assert list(demands.columns) == promised
    matches = pd.read_parquet(folder / "matches.parquet")
    assert set(matches.columns) == {
        "program_id", "demand_id", "p", "edge", "why_not", "program_evidence", "demand_evidence", "program_share",
        "demand_share", "by_meaning", "by_words", "by_occupation", "p_model", "review",
    }  # fmt: skip
    skills = pd.read_csv(folder / "skills.csv", encoding="utf-8-sig")
    assert list(skills.columns) == ["program_id", "skill", "posts", "employers", "covered_by", "claimed_by"]
    assert set(skills["program_id"]) <= set(programs["program_id"])
    assert list(pd.read_parquet(folder / "placement.parquet").columns) == ["program_id", "demand_id", "persons"]
    for block in json.loads((folder / "blocks.json").read_text(encoding="utf-8")):
        assert block.keys() >= {
            "block", "rate", "programs", "demands", "supply", "posts", "worse_blocks", "unplaced_here",
            "cannot_be_placed", "observed_placed", "certified", "why_not_certified",
        }  # fmt: skip
    traces = [json.loads(line) for line in (folder / "traces.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {t["program_id"] for t in traces} == set(programs["program_id"])
    manifest = json.loads((folder / "assessment.json").read_text(encoding="utf-8"))
    assert manifest.keys() >= {"versions", "encoder", "policy", "as_of", "horizon", "seed", "draws", "counts"}
    assert manifest["as_of"] == "2026-10-15"


def test_demo_page_needs_nothing_from_the_network(demo: tuple[Path, Result]) -> None:
    page = (demo[0] / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"""<(?:script|link|img|iframe)[^>]*(?:src|href)\s*=\s*["']?(?:https?:)?//""", page)
    assert not re.search(r"@import|url\(\s*['\"]?https?:", page)
    assert all(names["zh"] in page for names in FLAG_NAMES.values())


def test_english_demo_speaks_english_only(tmp_path: Path) -> None:
    said = done(duikou(tmp_path, "demo", "--lang", "en", "--out", "english"))
    assert not CHINESE.search(said)
    assert ILLUSTRATIVE["en"] in said
    assert all(re.search(rf"^{names['en']} +\d+", said, re.MULTILINE) for names in FLAG_NAMES.values())
    assert "Certified surplus" in said
    assert "room for" in said
    programs = pd.read_csv(tmp_path / "english" / "programs.csv")
    assert programs["reason_en"].str.fullmatch(r"[^\u3400-\u9fff]+").all()
    page = (tmp_path / "english" / "report.html").read_text(encoding="utf-8")
    assert '<html lang="en"' in page


def test_explain_gives_reason_and_rules_of_one_program(demo: tuple[Path, Result], tmp_path: Path) -> None:
    folder = demo[0]
    row = pd.read_csv(folder / "programs.csv").query("flag == 'phase_out'").iloc[0]
    said = done(duikou(tmp_path, "explain", folder, row["program_id"]))
    assert row["reason"] in said
    assert row["name"] in said
    assert FLAG_NAMES["phase_out"]["zh"] in said
    refused(duikou(tmp_path, "explain", folder, "P999"), "P999")


# Match


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_match_writes_p_and_the_sentences_that_carry_it(tmp_path: Path, tables: list[object], suffix: str) -> None:
    out = tmp_path / "new" / f"对接.{suffix}"
    chosen = [*tables[:2], *tables[4:6]]
    said = done(duikou(tmp_path, "match", *chosen, "--top", 2, "--out", out))
    assert str(out) in said
    readers: dict[str, Callable[[Path], pd.DataFrame]] = {
        "csv": pd.read_csv,
        "parquet": pd.read_parquet,
        "xlsx": lambda file: pd.read_excel(file, engine="calamine"),
    }
    found = readers[suffix](out)
    columns = ["program_id", "name", "demand_id", "occupation", "p", "program_evidence", "demand_evidence"]
    assert set(columns) <= set(found.columns)
    assert found["p"].between(0, 1).all()
    assert found.groupby("program_id").size().max() <= 2
    best = found.sort_values("p", ascending=False).drop_duplicates("program_id").set_index("program_id")
    assert best["demand_id"].to_dict() == {"P1": "D1", "P2": "D2", "P3": "D3"}
    assert best["name"]["P1"] == "护理"
    assert best["occupation"]["P1"] == "病房护士"
    texts = dict(zip([str(row[0]) for row in PROGRAMS], [" ".join(map(str, row)) for row in PROGRAMS], strict=True))
    for row in best.reset_index().to_dict("records"):
        assert row["program_evidence"] in texts[row["program_id"]]
        assert row["demand_evidence"]


def test_match_refuses_a_format_before_it_computes(tmp_path: Path, tables: list[object]) -> None:
    refused(duikou(tmp_path, "match", *tables[:2], *tables[4:6], "--out", "a.docx"), "a.docx", ".csv", ".xlsx")
    assert not (tmp_path / "a.docx").exists()


# Assess


def test_a_day_before_every_value_is_told_with_the_option_to_change(tmp_path: Path, linked: list[object]) -> None:
    for lang, said in (("zh", "没有取值"), ("en", "has no value on 1800-01-01")):
        result = duikou(tmp_path, "assess", *linked, "--as-of", "1800-01-01", "--out", "结果", "--lang", lang)
        refused(result, said, "1800-01-01", "--as-of")
        assert bool(CHINESE.search(result.stderr)) == (lang == "zh")


def test_assess_links_own_tables_by_their_texts(tmp_path: Path, tables: list[object]) -> None:
    result = duikou(tmp_path, "assess", *tables, "--as-of", "2026-10-15", "--out", "结果")
    assert "结果/report.html" in done(result)
    assert ILLUSTRATIVE["zh"] not in result.stdout
    assert ILLUSTRATIVE["zh"] not in (tmp_path / "结果" / "report.html").read_text(encoding="utf-8")
    matches = pd.read_parquet(tmp_path / "结果" / "matches.parquet")
    best = matches.sort_values("p", ascending=False).drop_duplicates("program_id").set_index("program_id")
    assert best["demand_id"].to_dict() == {"P1": "D1", "P2": "D2", "P3": "D3"}
    done(duikou(tmp_path, "verify", "结果"))


def test_assess_takes_given_links_in_place_of_texts(tmp_path: Path, linked: list[object]) -> None:
    done(duikou(tmp_path, "assess", *linked, "--out", "结果"))
    matches = pd.read_parquet(tmp_path / "结果" / "matches.parquet")
    given = {tuple(row) for row in LINKS[1:]}
    assert set(zip(matches["program_id"], matches["demand_id"], strict=True)) == given
    assert (matches["p"] == 1).all()
    assert matches["edge"].all()
    placed = pd.read_parquet(tmp_path / "结果" / "placement.parquet")
    assert set(zip(placed["program_id"], placed["demand_id"], strict=True)) <= given
    done(duikou(tmp_path, "verify", "结果"))


def test_assess_of_the_same_tables_writes_the_same_figures(tmp_path: Path, linked: list[object]) -> None:
    for out in ("one", "two"):
        done(duikou(tmp_path, "assess", *linked, "--out", out))
    for name in ("programs.csv", "demands.csv", "blocks.json", "traces.jsonl", "report.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_assess_into_its_own_folder_replaces_it(tmp_path: Path, linked: list[object]) -> None:
    home = tmp_path / "home"
    done(duikou(tmp_path, "assess", *linked, "--out", home / "结果"))
    reordered = text_file(tmp_path / "links.csv", LINKS[:3])
    assert reordered in linked
    done(duikou(tmp_path, "assess", *linked, "--as-of", "2026-11-01", "--out", home / "结果"))
    manifest = json.loads((home / "结果" / "assessment.json").read_text(encoding="utf-8"))
    assert manifest["as_of"] == "2026-11-01"
    assert len(pd.read_parquet(home / "结果" / "matches.parquet")) == 2
    assert [file.name for file in home.iterdir()] == ["结果"]


def test_assess_leaves_a_folder_of_other_files_alone(tmp_path: Path, linked: list[object]) -> None:
    (tmp_path / "论文").mkdir()
    (tmp_path / "论文" / "初稿.docx").write_bytes(b"draft")
    before = {file.name for file in tmp_path.iterdir()}
    refused(duikou(tmp_path, "assess", *linked, "--out", "论文"), "论文")
    assert [file.name for file in (tmp_path / "论文").iterdir()] == ["初稿.docx"]
    assert {file.name for file in tmp_path.iterdir()} == before


def test_assess_without_a_required_table_ends_with_2(tmp_path: Path, tables: list[object]) -> None:
    refused(duikou(tmp_path, "assess", *tables[:4], "--out", "结果"), "--demands")
    assert not (tmp_path / "结果").exists()


def test_assess_needs_openings(tmp_path: Path, linked: list[object]) -> None:
    text_file(tmp_path / "demands.csv", [row[:2] for row in DEMANDS])
    refused(duikou(tmp_path, "assess", *linked, "--out", "结果"), "openings")
    assert not (tmp_path / "结果").exists()


def test_assess_names_the_program_that_only_the_outcomes_know(tmp_path: Path, linked: list[object]) -> None:
    text_file(tmp_path / "outcomes.csv", [*OUTCOMES, ["P77", 2025, 10, 5]])
    result = duikou(tmp_path, "assess", *linked, "--out", "结果")
    refused(result, "P77", "专业编号")
    assert str(len(OUTCOMES) + 1) in result.stderr
    assert not (tmp_path / "结果").exists()


def test_assess_names_bad_cells_and_goes_on_with_good_rows_only_when_asked(
    tmp_path: Path, linked: list[object]
) -> None:
    text_file(tmp_path / "outcomes.csv", [*OUTCOMES, ["P1", 2023, "若干", 5]])
    refused(duikou(tmp_path, "assess", *linked, "--out", "结果"), "outcomes.csv", "若干", f"{len(OUTCOMES) + 1}")
    result = duikou(tmp_path, "assess", *linked, "--out", "结果", "--accept-good-rows")
    done(result)
    assert "outcomes.bad.csv" in result.stderr
    assert "若干" in (tmp_path / "outcomes.bad.csv").read_text(encoding="utf-8-sig")
    assert len(pd.read_parquet(tmp_path / "结果" / "inputs" / "outcomes.parquet")) == len(OUTCOMES) - 1


def test_assess_lists_the_packs_there_are_for_an_unknown_policy(tmp_path: Path, linked: list[object]) -> None:
    refused(
        duikou(tmp_path, "assess", *linked, "--policy", "atlantis-2020", "--out", "结果"), "atlantis-2020", "default"
    )
    assert not (tmp_path / "结果").exists()


def test_assess_for_a_horizon_asks_for_the_students(tmp_path: Path, linked: list[object]) -> None:
    refused(duikou(tmp_path, "assess", *linked, "--horizon", 2028, "--out", "结果"), "2028", "students")


def test_assess_has_its_horizon_when_the_students_are_given(tmp_path: Path, linked: list[object]) -> None:
    rows = [["专业编号", "毕业年份", "学生数"], ["P1", 2028, 44], ["P2", 2028, 55], ["P3", 2028, 33]]
    students = text_file(tmp_path / "students.csv", rows)
    done(duikou(tmp_path, "assess", *linked, "--students", students, "--horizon", 2028, "--out", "结果"))
    manifest = json.loads((tmp_path / "结果" / "assessment.json").read_text(encoding="utf-8"))
    assert manifest["horizon"] == 2028
    done(duikou(tmp_path, "verify", "结果"))


def test_a_note_left_in_an_assessment_is_never_removed(tmp_path: Path, linked: list[object]) -> None:
    done(duikou(tmp_path, "assess", *linked, "--out", "结果"))
    (tmp_path / "结果" / "批注.txt").write_text("请看第三条", encoding="utf-8")
    refused(duikou(tmp_path, "assess", *linked, "--out", "结果"), "批注.txt")
    assert (tmp_path / "结果" / "批注.txt").read_text(encoding="utf-8") == "请看第三条"
    (tmp_path / "结果" / "批注.txt").unlink()
    done(duikou(tmp_path, "assess", *linked, "--out", "结果"))


def test_the_present_folder_can_take_the_result(tmp_path: Path, linked: list[object]) -> None:
    here = tmp_path / "here"
    here.mkdir()
    done(duikou(here, "assess", *linked, "--out", "."))
    assert (here / "assessment.json").is_file()
    assert sorted(f.name for f in tmp_path.iterdir() if f.name.startswith(".")) == []


def test_a_path_through_a_file_is_refused_before_any_work(tmp_path: Path, linked: list[object]) -> None:
    (tmp_path / "plain").write_text("x", encoding="utf-8")
    refused(duikou(tmp_path, "assess", *linked, "--out", "plain/x"), "plain")


@pytest.mark.parametrize(("day", "code"), [("2026/10/15", 0), ("2026.10.15", 0), ("不知道", 2), ("2026-13-01", 2)])
def test_days_are_read_as_people_write_them(tmp_path: Path, linked: list[object], day: str, code: int) -> None:
    result = duikou(tmp_path, "assess", *linked[:-1], day, "--out", "结果")
    done(result, code)
    if code:
        assert "2026-10-15" in result.stderr


def test_an_orphan_names_the_file_and_row_it_stands_in(tmp_path: Path, linked: list[object]) -> None:
    text_file(tmp_path / "outcomes.csv", [*OUTCOMES, ["P9", *OUTCOMES[-1][1:]]])
    refused(duikou(tmp_path, "assess", *linked, "--out", "结果"), "outcomes.csv", f"第 {len(OUTCOMES) + 1} 行", "P9")


def test_a_console_in_gbk_shows_what_it_can(tmp_path: Path, copied: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "api.cli", "verify", str(copied)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "gbk"},
        capture_output=True,
        check=False,
    )
    assert said.returncode == 0
    assert "全部相符" in said.stdout.decode("gbk")


@pytest.mark.parametrize("words", [("--lang", "en"), ("--lang=en",)])
def test_faults_are_told_in_the_language_asked_for(
    tmp_path: Path, linked: list[object], words: tuple[str, ...]
) -> None:
    text_file(tmp_path / "outcomes.csv", [*OUTCOMES, ["P9", *OUTCOMES[-1][1:]]])
    refused(duikou(tmp_path, "assess", *linked, "--out", "x", *words), "row")
    refused(duikou(tmp_path, "assess", *linked, "--out", "x", DUIKOU_LANG="en"), "row")
    assert "第" in duikou(tmp_path, "assess", *linked, "--out", "en").stderr


def test_evaluate_sets_the_matches_beside_a_bare_encoder_and_tfidf(tmp_path: Path, tables: list[object]) -> None:
    truth = text_file(
        tmp_path / "truth.csv", [["program_id", "demand_id", "grade"], *([*row[:2], 3] for row in LINKS[1:])]
    )
    options = [tables[0], tables[1], tables[4], tables[5], "--truth", truth]
    found = json.loads(done(duikou(tmp_path, "evaluate", *options, "--json")))
    assert set(found["methods"]) == {"duikou", "encoder", "tfidf"}
    assert {"hit@1", "recall@5", "recall@10", "map", "mrr", "ndcg@10"} <= set(found["methods"]["duikou"])
    assert {"ece", "ece_floor", "brier", "reliability"} <= set(found["calibration"])
    assert "TF-IDF" in done(duikou(tmp_path, "evaluate", *options))
