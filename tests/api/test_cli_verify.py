"""`duikou verify`: what was changed after an assessment was written is found."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.api.command_line import CHINESE, Result, done, duikou, refused


def change_table(file: Path, rows: Callable[[pd.DataFrame], Any], column: str, change: Callable[[Any], Any]) -> None:
    """Changes one cell: the first of the rows chosen."""
    table = pd.read_parquet(file)
    at = table.index[rows(table)][0]
    table.loc[at, column] = change(table.loc[at, column])
    table.to_parquet(file, index=False)


def first_block(folder: Path) -> dict[str, Any]:
    """The first block that is certified."""
    blocks = json.loads((folder / "blocks.json").read_text(encoding="utf-8"))
    return next(block for block in blocks if block["certified"])


def used_link(folder: Path) -> tuple[str, str]:
    """A link on which graduates are placed."""
    row = pd.read_parquet(folder / "placement.parquet").query("persons > 0").iloc[0]
    return row["program_id"], row["demand_id"]


def assert_fails(result: Result, file: str, claim: str) -> None:
    """A changed file is told by its hash, and by a sum or a link as well: a new hash would not hide the change."""
    faults = [line for line in done(result, 1).splitlines() if line.startswith("✗ ")]
    assert any(line.startswith(f"✗ {file} ") for line in faults)
    assert any(claim in line for line in faults if "hash" not in line)


def test_verify_holds_for_the_demo_wherever_its_folder_lies(copied: Path, tmp_path: Path) -> None:
    result = duikou(tmp_path, "verify", copied)
    said = done(result)
    assert said.startswith("✓ ")
    assert str(len(json.loads((copied / "blocks.json").read_text(encoding="utf-8")))) in said
    assert result.stderr == ""


@pytest.mark.parametrize("figure", ["rate", "supply", "cannot_be_placed"])
def test_verify_fails_when_a_figure_of_a_certificate_is_changed(copied: Path, tmp_path: Path, figure: str) -> None:
    file = copied / "blocks.json"
    blocks = json.loads(file.read_text(encoding="utf-8"))
    block = next(block for block in blocks if block["certified"] and block["observed_placed"] is not None)
    block[figure] = round(block[figure] + 0.01, 4)
    file.write_text(json.dumps(blocks, ensure_ascii=False, indent=1), encoding="utf-8")
    assert_fails(
        duikou(tmp_path, "verify", copied, "--lang", "en"), "blocks.json", f"{figure} of block {block['block']}"
    )


def test_verify_fails_when_a_cohort_is_changed(copied: Path, tmp_path: Path) -> None:
    program = first_block(copied)["programs"][0]["program_id"]
    changed = "inputs/outcomes.parquet"
    change_table(
        copied / changed, lambda t: (t["program_id"] == program) & (t["year"] == 2025), "graduates", lambda n: n + 30
    )
    assert_fails(duikou(tmp_path, "verify", copied, "--lang", "en"), changed, f"supply of {program}")


def test_verify_fails_when_openings_are_changed(copied: Path, tmp_path: Path) -> None:
    demand = used_link(copied)[1]
    changed = "inputs/demands.parquet"
    change_table(copied / changed, lambda t: t["demand_id"] == demand, "openings", lambda n: n + 5)
    assert_fails(duikou(tmp_path, "verify", copied, "--lang", "en"), changed, f"posts of {demand}")


def test_verify_fails_when_the_p_of_a_link_is_lowered(copied: Path, tmp_path: Path) -> None:
    program, demand = used_link(copied)
    change_table(
        copied / "matches.parquet",
        lambda t: (t["program_id"] == program) & (t["demand_id"] == demand),
        "p",
        lambda p: 0.1,
    )
    assert_fails(duikou(tmp_path, "verify", copied, "--lang", "en"), "matches.parquet", f"{program} - {demand}")


def test_verify_fails_when_a_link_is_removed(copied: Path, tmp_path: Path) -> None:
    program, demand = used_link(copied)
    matches = pd.read_parquet(copied / "matches.parquet")
    kept = matches[(matches["program_id"] != program) | (matches["demand_id"] != demand)]
    assert len(kept) == len(matches) - 1
    kept.to_parquet(copied / "matches.parquet", index=False)
    assert_fails(duikou(tmp_path, "verify", copied, "--lang", "en"), "matches.parquet", f"{program} - {demand}")


def test_verify_names_a_file_that_is_gone(copied: Path, tmp_path: Path) -> None:
    (copied / "report.html").unlink()
    said = done(duikou(tmp_path, "verify", copied, "--lang", "en"), 1)
    assert said == "✗ report.html is missing\n1 claim does not hold\n"


def test_verify_tells_its_faults_in_chinese_unless_asked_for_english(copied: Path, tmp_path: Path) -> None:
    file = copied / "blocks.json"
    blocks = json.loads(file.read_text(encoding="utf-8"))
    name, supply = blocks[0]["block"], blocks[0]["supply"]
    blocks[0]["supply"] = float("nan")
    file.write_text(json.dumps(blocks, ensure_ascii=False, indent=1), encoding="utf-8")
    changed, figure, many = done(duikou(tmp_path, "verify", copied), 1).splitlines()
    assert changed == "✗ blocks.json 不是当时写出的文件：哈希值已变"
    assert figure == f"✗ 供需关联组 {name} 的 supply 为 nan，不是数"
    assert many == "2 处不符"
    blocks[0]["supply"] = supply + 1
    file.write_text(json.dumps(blocks, ensure_ascii=False, indent=1), encoding="utf-8")
    said = done(duikou(tmp_path, "verify", copied), 1)
    assert f"✗ 供需关联组 {name} 的 supply 为 {supply + 1}，按输入核算应为 {supply}" in said
    assert all(CHINESE.search(line) for line in said.splitlines())


def test_a_manifest_that_is_none_is_unusable_and_not_our_fault(tmp_path: Path, copied: Path) -> None:
    (copied / "assessment.json").write_text("{}", encoding="utf-8")
    refused(duikou(tmp_path, "verify", copied, "--lang", "en"), "assessment.json")


def test_a_changed_flag_is_found_by_its_trace_even_with_new_hashes(tmp_path: Path, copied: Path) -> None:
    table = pd.read_parquet(copied / "programs.parquet")
    table.loc[table["flag"] == "phase_out", "flag"] = "prioritize"
    table.to_parquet(copied / "programs.parquet", index=False)
    said = done(duikou(tmp_path, "verify", copied, "--lang", "en"), 1)
    assert "its trace gives another" in said
    assert "do not say the same" in said
