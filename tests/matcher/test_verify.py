"""`verify` finds a change by hand of any figure that a certificate rests on, with and without the file hashes."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from matcher import Assessment, load_assessment
from matcher.folder import FolderFault, write_folder
from matcher.verify import recheck, verify_folder


@pytest.fixture(scope="session")
def written(city: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return city.write(tmp_path_factory.mktemp("verify") / "city")


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "copy"))


def test_an_untouched_folder_holds(folder: Path) -> None:
    assert verify_folder(folder) == []


def change_json(folder: Path, change: Callable[[list[dict[str, object]]], None]) -> None:
    blocks = json.loads((folder / "blocks.json").read_text(encoding="utf-8"))
    change(blocks)
    (folder / "blocks.json").write_text(json.dumps(blocks, ensure_ascii=False), encoding="utf-8")


def change_table(folder: Path, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    change(pd.read_parquet(folder / name)).to_parquet(folder / name, index=False)


def certified(blocks: list[dict[str, object]]) -> dict[str, object]:
    return next(block for block in blocks if block["certified"])


@pytest.mark.parametrize(
    "figure", ["rate", "supply", "posts", "unplaced_here", "cannot_be_placed", "observed_placed", "rate_at_high_posts"]
)
def test_each_figure_of_a_block(folder: Path, figure: str) -> None:
    change_json(folder, lambda blocks: certified(blocks).__setitem__(figure, float(certified(blocks)[figure]) + 0.01))
    assert any("hash" in fault for fault in verify_folder(folder))
    if figure != "rate_at_high_posts":
        assert recheck(load_assessment(folder))


def test_a_block_called_certified_that_is_not(folder: Path) -> None:
    def certify(blocks: list[dict[str, object]]) -> None:
        block = next(b for b in blocks if "rate" in b["why_not_certified"])  # type: ignore[operator]
        block.update(certified=True, why_not_certified=[])

    change_json(folder, certify)
    assert any("is certified" in fault for fault in recheck(load_assessment(folder)))


@pytest.mark.parametrize("part", ["demands", "programs"])
def test_two_blocks_that_exchange_a_part(folder: Path, part: str) -> None:
    def swap(blocks: list[dict[str, object]]) -> None:
        blocks[0][part], blocks[-1][part] = blocks[-1][part], blocks[0][part]

    change_json(folder, swap)
    assert recheck(load_assessment(folder))


def test_contracted_seats(folder: Path, city: Assessment) -> None:
    row = int(city.inputs["agreements"].index[city.inputs["agreements"]["fulfilment"] > 0][0])
    change_table(folder, "inputs/agreements.parquet", bump("seats", row, -25))
    assert any("supply" in fault for fault in recheck(load_assessment(folder)))


def bump(column: str, row: int, by: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table = table.copy()
        table.loc[row, column] = table.loc[row, column] + by
        return table

    return change


def test_one_supply(folder: Path, city: Assessment) -> None:
    table = city.inputs["outcomes"]
    row = int(table.index[table["graduates"] > 20][0])
    change_table(folder, "inputs/outcomes.parquet", bump("graduates", row, 1))
    assert any("supply" in fault for fault in recheck(load_assessment(folder)))


def test_one_post(folder: Path, city: Assessment) -> None:
    used = city.placement["demand_id"].iloc[0]
    row = int(city.inputs["demands"].index[city.inputs["demands"]["demand_id"] == used][0])
    change_table(folder, "inputs/demands.parquet", bump("openings", row, 1))
    assert any("posts" in fault for fault in recheck(load_assessment(folder)))


def test_one_link_lowered(folder: Path, city: Assessment) -> None:
    row = int(city.matches.index[city.matches["edge"]][0])
    change_table(folder, "matches.parquet", bump("p", row, -0.4))
    assert any("link" in fault for fault in recheck(load_assessment(folder)))


def test_one_used_link_removed(folder: Path, city: Assessment) -> None:
    used = city.placement.iloc[0]
    hit = (city.matches["program_id"] == used["program_id"]) & (city.matches["demand_id"] == used["demand_id"])
    change_table(folder, "matches.parquet", lambda table: table[~hit.to_numpy(bool)])
    assert any("has no edge" in fault for fault in recheck(load_assessment(folder)))


def test_a_link_added_that_leads_out_of_a_closed_set(folder: Path, city: Assessment) -> None:
    block = next(b for b in city.blocks if b["certified"])
    inside = {row["demand_id"] for row in block["demands"]}
    level = city.programs.set_index("program_id").loc[block["programs"][0]["program_id"], "level"]
    other = next(
        d.demand_id
        for d in city.demands.itertuples()
        if d.demand_id not in inside and (pd.isna(d.levels) or level in d.levels) and d.posts > 0
    )

    def add(table: pd.DataFrame) -> pd.DataFrame:
        row = {
            "program_id": block["programs"][0]["program_id"],
            "demand_id": other,
            "p": 0.9,
            "edge": True,
            "why_not": "",
        }
        return pd.concat([table, pd.DataFrame([row])], ignore_index=True)

    change_table(folder, "matches.parquet", add)
    faults = recheck(load_assessment(folder))
    assert any("leads out of its closed set" in fault or "does not give what is written" in fault for fault in faults)


def test_any_file_removed_or_changed_is_named(folder: Path) -> None:
    (folder / "traces.jsonl").unlink()
    with pytest.raises(FolderFault, match=r"traces\.jsonl"):
        verify_folder(folder)


def test_a_changed_table_for_readers_is_named(folder: Path) -> None:
    text = (folder / "programs.csv").read_text(encoding="utf-8-sig")
    (folder / "programs.csv").write_text(text.replace("phase_out", "prioritize", 1), encoding="utf-8-sig")
    faults = verify_folder(folder)
    assert faults[0] == "programs.csv is not the file that was written: its hash has changed"
    assert "programs.csv and programs.parquet do not say the same" in faults


def test_a_folder_of_somebody_else_is_never_overwritten(city: Assessment, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(FolderFault, match=r"no part of an assessment \(mine\.txt\)"):
        write_folder(city, tmp_path, {})
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "x"


def test_csv_files_open_in_a_spreadsheet_without_running_formulas(city: Assessment, tmp_path: Path) -> None:
    programs = city.inputs["programs"].copy()
    hostile = city.programs.copy()
    hostile.loc[0, "name"] = "=1+1"
    changed = Assessment(
        hostile, city.demands, city.matches, city.placement, city.blocks, city.traces, city.manifest,
        {**city.inputs, "programs": programs},
    )  # fmt: skip
    text = (write_folder(changed, tmp_path / "x", {}) / "programs.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert b"'=1+1" in text
