"""Snapshots: the id follows the content, and content that was changed is found out."""

import json
from pathlib import Path

import pandas as pd
import pytest

from corpora import BadTable, inspect_tables, load_snapshot, validate, write_snapshot
from corpora.snapshot import DamagedSnapshot
from tests.corpora.files import text_file

ROWS = [["专业编号", "年份", "毕业生数", "月薪中位数"], ["P1", "2024", "30", "4500.5"], ["P2", "2024", "40", ""]]


def test_round_trip_with_manifest(tmp_path: Path) -> None:
    corpus = inspect_tables(text_file(tmp_path / "a.csv", ROWS, "gb18030"), "outcomes")
    identity = write_snapshot(corpus, "outcomes", tmp_path / "kept")
    loaded = load_snapshot(tmp_path / "kept", identity)
    pd.testing.assert_frame_equal(loaded, corpus.rows)
    manifest = json.loads((tmp_path / "kept" / identity / "manifest.json").read_text("utf-8"))
    assert (manifest["kind"], manifest["rows"], manifest["id"]) == ("outcomes", 2, identity)
    assert manifest["sources"] == [{"name": "a.csv", "sha256": corpus.hashes[0]}]
    assert set(manifest["written_by"]) == {"duikou", "pandas", "pyarrow"}
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [identity]


def test_the_id_is_that_of_the_rows_in_order(tmp_path: Path) -> None:
    corpus = inspect_tables(text_file(tmp_path / "a.csv", ROWS), "outcomes")
    first = write_snapshot(corpus, "outcomes", tmp_path)
    assert write_snapshot(corpus.rows, "outcomes", tmp_path) == first
    turned = validate(corpus.rows.iloc[::-1], "outcomes")
    assert write_snapshot(turned, "outcomes", tmp_path) != first


def test_tampering_is_found_out(tmp_path: Path) -> None:
    corpus = inspect_tables(text_file(tmp_path / "a.csv", ROWS), "outcomes")
    identity = write_snapshot(corpus, "outcomes", tmp_path)
    table = tmp_path / identity / "table.parquet"
    sound = table.read_bytes()
    changed = pd.read_parquet(table)
    changed.loc[0, "graduates"] = 31
    changed.to_parquet(table, index=False)
    with pytest.raises(DamagedSnapshot, match="changed"):
        load_snapshot(tmp_path, identity)
    with pytest.raises(DamagedSnapshot):
        write_snapshot(corpus, "outcomes", tmp_path)
    table.write_bytes(sound[: len(sound) // 2])
    with pytest.raises(DamagedSnapshot, match="cannot be read"):
        load_snapshot(tmp_path, identity)
    table.write_bytes(sound)
    assert len(load_snapshot(tmp_path, identity)) == 2


def test_only_what_is_valid_is_kept(tmp_path: Path) -> None:
    with pytest.raises(BadTable):
        write_snapshot(pd.DataFrame({"program_id": ["P1"]}), "outcomes", tmp_path)
    corpus = inspect_tables(text_file(tmp_path / "a.csv", ROWS), "outcomes")
    with pytest.raises(ValueError, match="expected a corpus of programs"):
        write_snapshot(corpus, "programs", tmp_path)
    with pytest.raises(ValueError, match="64 hexadecimal"):
        load_snapshot(tmp_path, "../" + "a" * 61)
    with pytest.raises(FileNotFoundError):
        load_snapshot(tmp_path, "a" * 64)
