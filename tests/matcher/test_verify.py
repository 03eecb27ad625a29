"""`verify` finds a change by hand of any figure that a certificate rests on, with and without the file hashes."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from corpora.issues import Words
from matcher import Assessment, load_assessment
from matcher.assessment import DRAWS
from matcher.folder import MANIFEST, SEAL, FolderFault, seal_of, write_folder
from matcher.verify import recheck, verify_folder

CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture(scope="session")
def written(city: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return city.write(tmp_path_factory.mktemp("verify") / "city")


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "copy"))


def english(faults: list[Words]) -> list[str]:
    return [fault.en for fault in faults]


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
    faults = verify_folder(folder)
    assert any("hash" in fault.en for fault in faults)
    assert all(CHINESE.search(fault.zh) and not CHINESE.search(fault.en) for fault in faults)
    if figure != "rate_at_high_posts":
        assert recheck(load_assessment(folder))


@pytest.mark.parametrize("figure", ["rate", "posts", "observed_placed", "rate_at_high_posts"])
@pytest.mark.parametrize("value", [float("nan"), "12", True])
def test_a_figure_that_is_no_number_is_named_with_its_block_after_the_changed_file(
    folder: Path, figure: str, value: object
) -> None:
    change_json(folder, lambda blocks: blocks[1].__setitem__(figure, value))
    name = load_assessment(folder).blocks[1]["block"]
    faults = english(verify_folder(folder))
    assert faults[:2] == [
        "blocks.json is not the file that was written: its hash has changed",
        f"{figure} in block {name} is {value!r}, which is no number",
    ]


def test_a_figure_of_a_program_in_a_block_and_one_of_the_assignment_that_is_no_number(folder: Path) -> None:
    change_table(folder, "placement.parquet", lambda table: table.assign(persons=[float("nan"), *table["persons"][1:]]))
    assert any("assignment" in fault and "no number" in fault for fault in english(verify_folder(folder)))
    change_json(folder, lambda blocks: blocks[0]["programs"][0].pop("supply"))  # type: ignore[attr-defined,index]
    assert any("is None, which is no number" in fault for fault in english(verify_folder(folder)))


@pytest.mark.parametrize("blocks", ["[1]", '{"block": 3}', '[{"block": "P1"}]'])
def test_blocks_that_are_none_are_told_as_a_changed_file(folder: Path, blocks: str) -> None:
    (folder / "blocks.json").write_text(blocks, encoding="utf-8")
    changed, rest = english(verify_folder(folder))
    assert changed == "blocks.json is not the file that was written: its hash has changed"
    assert rest.startswith("nothing more can be added up")


def test_a_block_called_certified_that_is_not(folder: Path) -> None:
    def certify(blocks: list[dict[str, object]]) -> None:
        block = next(b for b in blocks if "rate" in b["why_not_certified"])  # type: ignore[operator]
        block.update(certified=True, why_not_certified=[])

    change_json(folder, certify)
    assert any("is certified" in fault for fault in english(recheck(load_assessment(folder))))


@pytest.mark.parametrize("part", ["demands", "programs"])
def test_two_blocks_that_exchange_a_part(folder: Path, part: str) -> None:
    def swap(blocks: list[dict[str, object]]) -> None:
        blocks[0][part], blocks[-1][part] = blocks[-1][part], blocks[0][part]

    change_json(folder, swap)
    assert recheck(load_assessment(folder))


def test_one_contracted_seat(folder: Path, city: Assessment) -> None:
    # One whose program still has graduates looking for work: more seats than graduates change nothing.
    looking = set(city.programs.loc[city.programs["supply"] > 0, "program_id"])
    table = city.inputs["agreements"]
    row = int(table.index[(table["fulfilment"] > 0) & table["program_id"].isin(looking)][0])
    change_table(folder, "inputs/agreements.parquet", bump("seats", row, 1))
    assert any("supply" in fault for fault in english(recheck(load_assessment(folder))))


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
    assert any("supply" in fault for fault in english(recheck(load_assessment(folder))))


def test_one_post(folder: Path, city: Assessment) -> None:
    used = city.placement["demand_id"].iloc[0]
    row = int(city.inputs["demands"].index[city.inputs["demands"]["demand_id"] == used][0])
    change_table(folder, "inputs/demands.parquet", bump("openings", row, 1))
    assert any("posts" in fault for fault in english(recheck(load_assessment(folder))))


def test_one_link_lowered(folder: Path, city: Assessment) -> None:
    row = int(city.matches.index[city.matches["edge"]][0])
    change_table(folder, "matches.parquet", bump("p", row, -0.4))
    assert any("link" in fault for fault in english(recheck(load_assessment(folder))))


def test_one_used_link_removed(folder: Path, city: Assessment) -> None:
    used = city.placement.iloc[0]
    hit = (city.matches["program_id"] == used["program_id"]) & (city.matches["demand_id"] == used["demand_id"])
    change_table(folder, "matches.parquet", lambda table: table[~hit.to_numpy(bool)])
    assert any("has no edge" in fault for fault in english(recheck(load_assessment(folder))))


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
    faults = english(recheck(load_assessment(folder)))
    assert any("leads out of its closed set" in fault or "does not give what is written" in fault for fault in faults)


def test_any_file_removed_or_changed_is_named(folder: Path) -> None:
    (folder / "traces.jsonl").unlink()
    with pytest.raises(FolderFault, match=r"traces\.jsonl"):
        verify_folder(folder)


def test_a_changed_table_for_readers_is_named(folder: Path) -> None:
    text = (folder / "programs.csv").read_text(encoding="utf-8-sig")
    (folder / "programs.csv").write_text(text.replace("phase_out", "prioritize", 1), encoding="utf-8-sig")
    faults = english(verify_folder(folder))
    assert faults[0] == "programs.csv is not the file that was written: its hash has changed"
    assert "programs.csv and programs.parquet do not say the same" in faults


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object], *, seal: bool = False) -> None:
    """Edits the manifest by hand; `seal`: by one who also computes the seal."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    change(manifest)
    if seal:
        manifest[SEAL] = seal_of(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def parameter(manifest: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = manifest["policy"]["parameters"]["surplus.rate"]
    return found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda m: m.update(as_of="2026-10-14"), "as_of is 2026-10-14, the trace of"),
        (lambda m: m.update(draws=m["draws"] * 25), ""),
        (lambda m: m.update(draws=m["draws"] + 1), f"are none of {DRAWS + 1} draws"),
        (lambda m: m["flags"].update(phase_out=0), "flags.phase_out is 0, the tables give"),
        (lambda m: m["counts"].update(programs=9), "counts.programs is 9, the tables give"),
        (lambda m: m["demand_roles"].update(current=1), "demand_roles.current is 1, the tables give"),
        (lambda m: m["reviews"].update(confirmed=7), "reviews.confirmed is 7, the tables give 0"),
        (lambda m: m["files"].pop("lists.csv"), "lists.csv is a part of every assessment"),
        (lambda m: m["files"].pop("inputs/flows.parquet"), "inputs/flows.parquet was not part of the assessment"),
        (lambda m: m["earlier"]["measures"].update(P040="rectification"), "its trace follows ''"),
        (lambda m: m["earlier"]["texts"].update(P001={"text": "x", "linked": []}), "the earlier text of P001"),
        (lambda m: parameter(m).update(value=0.6), "parameter surplus.rate was 0.6"),
        (lambda m: parameter(m).update(reference="某文件"), "parameter surplus.rate rests on '某文件'"),
        (lambda m: m["policy"]["parameters"].pop("surplus.rate"), "parameter surplus.rate is missing"),
        (lambda m: m["policy"].update(status="unverified"), "status of the policy is not what pack default says"),
        (lambda m: m["encoder"].update(fingerprint="x"), ""),
        (lambda m: m.update(warnings=[{"zh": "x", "en": "x"}]), ""),
    ],
)
def test_an_edit_of_the_manifest_breaks_its_seal_and_what_other_files_say_is_held_against_it(
    folder: Path, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    edit_manifest(folder, change)
    faults = english(verify_folder(folder))
    assert faults[0] == "assessment.json is not the file that was written: its seal does not fit what it says"
    edit_manifest(folder, lambda m: None, seal=True)
    assert any(told in fault for fault in english(verify_folder(folder))) == bool(told)


def test_a_manifest_without_its_seal_is_told_and_its_layout_is_no_edit(folder: Path) -> None:
    edit_manifest(folder, lambda m: m.update(reversed(m.items())))
    assert verify_folder(folder) == []
    edit_manifest(folder, lambda m: m.pop(SEAL))
    [fault] = verify_folder(folder)
    assert fault.en == "assessment.json has no seal: it was taken out, or an earlier version wrote this folder"


def test_an_assessment_that_was_read_back_and_written_again_is_sealed_anew(folder: Path, tmp_path: Path) -> None:
    again = load_assessment(folder)
    sealed = replace(again, manifest={**again.manifest, "label": {"zh": "另一个", "en": "another"}})
    assert verify_folder(sealed.write(tmp_path / "again")) == []
    assert (load_assessment(folder).write(tmp_path / "same") / MANIFEST).read_bytes() == (
        folder / MANIFEST
    ).read_bytes()


def test_a_list_for_readers_that_is_gone_is_named(folder: Path) -> None:
    (folder / "demands.csv").unlink()
    assert verify_folder(folder) == [("缺 demands.csv", "demands.csv is missing")]


def test_a_folder_of_somebody_else_is_never_overwritten(city: Assessment, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(FolderFault, match=r"no part of an assessment \(mine\.txt\)"):
        write_folder(city, tmp_path, {})
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "x"


def test_csv_files_open_in_a_spreadsheet_without_running_formulas(city: Assessment, tmp_path: Path) -> None:
    programs = city.inputs["programs"].copy()
    hostile = city.programs.copy()
    hostile.loc[0, "name"] = "=1+1"
    changed = replace(city, programs=hostile, inputs={**city.inputs, "programs": programs})
    text = (write_folder(changed, tmp_path / "x", {}) / "programs.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert b"'=1+1" in text
