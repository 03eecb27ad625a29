"""The FAISS index on disk: exact, mapped, replaced in one step, and every fault named."""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from indexes import near_index
from indexes.vector_index import IndexFault, open_index, write_index

ENCODER = "hashing-64"


def unit_rows(rows: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(rows, 16)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def names(rows: int) -> list[str]:
    return [f"岗位{i}" for i in range(rows)]


def vectors_file(folder: Path) -> Path:
    """The one file of vectors that the manifest names."""
    (file,) = folder.glob("vectors-*.faiss")
    return file


def names_file(folder: Path) -> Path:
    (file,) = folder.glob("names-*.bin")
    return file


def brute_force(vectors: np.ndarray, queries: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    similar = queries @ vectors.T
    rows = np.argsort(-similar, axis=1, kind="stable")[:, :top]
    return np.take_along_axis(similar, rows, axis=1), rows


# Few queries are scanned, many go through a matrix product: both must be exact.
@pytest.mark.parametrize("queries", [1, 3, 4, 50])
def test_search_equals_brute_force(tmp_path: Path, queries: int) -> None:
    vectors, asked = unit_rows(700), unit_rows(queries, seed=1)
    scores, rows = write_index(tmp_path / "index", vectors, names(700), ENCODER).search(asked, 20)
    expected_scores, expected_rows = brute_force(vectors, asked, 20)
    np.testing.assert_array_equal(rows, expected_rows)
    np.testing.assert_allclose(scores, expected_scores, atol=1e-6)
    assert scores.dtype == np.float32
    assert rows.dtype == np.int64


def test_more_neighbours_asked_than_rows_gives_every_row_once(tmp_path: Path) -> None:
    scores, rows = write_index(tmp_path / "index", unit_rows(3), names(3), ENCODER).search(unit_rows(2, seed=1), 200)
    assert scores.shape == (2, 3)
    assert np.sort(rows, axis=1).tolist() == [[0, 1, 2], [0, 1, 2]]


def test_no_rows_and_no_queries_give_empty_answers(tmp_path: Path) -> None:
    scores, rows = write_index(tmp_path / "empty", unit_rows(0), [], ENCODER).search(unit_rows(2), 5)
    assert scores.shape == rows.shape == (2, 0)
    scores, rows = write_index(tmp_path / "full", unit_rows(4), names(4), ENCODER).search(unit_rows(0), 3)
    assert scores.shape == rows.shape == (0, 3)


def test_what_is_opened_is_what_was_written(tmp_path: Path) -> None:
    vectors = unit_rows(30)
    written = write_index(tmp_path / "deep" / "index", vectors, names(30), ENCODER)
    opened = open_index(tmp_path / "deep" / "index", ENCODER, check=True)
    assert tuple(opened.ids) == tuple(written.ids) == tuple(names(30))
    assert opened.ids[-1] == "岗位29"
    assert opened.ids[3:5] == ["岗位3", "岗位4"]
    assert opened.encoder == ENCODER
    np.testing.assert_array_equal(opened.search(vectors, 1)[1][:, 0], np.arange(30))


def test_the_vectors_are_mapped_from_the_file_and_not_read_into_memory(tmp_path: Path) -> None:
    maps = Path("/proc/self/maps")
    if not maps.is_file():
        pytest.skip("this system does not list what a process has mapped")
    index = write_index(tmp_path / "index", unit_rows(300), names(300), ENCODER)
    assert str(vectors_file(tmp_path / "index")) in maps.read_text()
    assert len(index.ids) == 300


def test_a_replaced_file_is_cleared_away_once_no_writer_can_need_it(tmp_path: Path) -> None:
    write_index(tmp_path / "index", unit_rows(5), names(5), ENCODER)
    first = vectors_file(tmp_path / "index")
    for file in (first, names_file(tmp_path / "index")):
        os.utime(file, (0, 0))
    write_index(tmp_path / "index", unit_rows(7), names(7), ENCODER)
    assert [f.name for f in tmp_path.iterdir()] == ["index"]
    assert {f.name for f in (tmp_path / "index").iterdir()} == {
        "manifest.json",
        vectors_file(tmp_path / "index").name,
        names_file(tmp_path / "index").name,
    }
    assert not first.exists()


def test_a_reader_opened_before_a_replacement_still_answers_from_the_old_index(tmp_path: Path) -> None:
    old_vectors, new_vectors, asked = unit_rows(400), unit_rows(6, seed=5), unit_rows(9, seed=1)
    old = write_index(tmp_path / "index", old_vectors, names(400), ENCODER)
    new = write_index(tmp_path / "index", new_vectors, names(6), "another")
    np.testing.assert_array_equal(old.search(asked, 8)[1], brute_force(old_vectors, asked, 8)[1])
    np.testing.assert_array_equal(new.search(asked, 6)[1], brute_force(new_vectors, asked, 6)[1])
    assert (len(old.ids), old.encoder) == (400, ENCODER)
    assert open_index(tmp_path / "index", "another", check=True).ids[:] == names(6)


def test_a_build_that_fails_leaves_the_old_index_and_no_rest(tmp_path: Path) -> None:
    write_index(tmp_path / "index", unit_rows(5), names(5), ENCODER)
    with pytest.raises(AttributeError):
        write_index(tmp_path / "index", unit_rows(1), [b"not a name"], ENCODER)  # type: ignore[list-item]
    assert open_index(tmp_path / "index", ENCODER, check=True).ids[:] == names(5)
    assert [f.name for f in tmp_path.iterdir()] == ["index"]


def test_vectors_and_ids_of_different_number_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(IndexFault, match="3 vectors for 2 ids"):
        write_index(tmp_path / "index", unit_rows(3), names(2), ENCODER)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "damage",
    [lambda good: good[: len(good) // 2], lambda good: good[:-1], lambda good: b"", lambda good: b"x" * len(good)],
    ids=["half", "one byte short", "empty", "other bytes"],
)
def test_a_damaged_file_is_named_with_the_remedy(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    folder = tmp_path / "index"
    write_index(folder, unit_rows(20), names(20), ENCODER)
    good = vectors_file(folder).read_bytes()
    # A new file: the old one may still be mapped.
    file = vectors_file(folder)
    file.unlink()
    file.write_bytes(damage(good))
    with pytest.raises(IndexFault, match=r"index .*index: cannot be read .*build it again"):
        open_index(folder, ENCODER)


def test_a_single_changed_byte_is_found_by_the_check(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    write_index(folder, unit_rows(20), names(20), ENCODER)
    data = bytearray(vectors_file(folder).read_bytes())
    data[-3] ^= 1
    file = vectors_file(folder)
    file.unlink()
    file.write_bytes(data)
    with pytest.raises(IndexFault, match="not the file its manifest describes"):
        open_index(folder, ENCODER, check=True)


def test_an_index_of_another_encoder_is_refused_and_both_are_named(tmp_path: Path) -> None:
    write_index(tmp_path / "index", unit_rows(4), names(4), "first-model")
    with pytest.raises(IndexFault, match="made with encoder first-model, asked with second-model"):
        open_index(tmp_path / "index", "second-model")


@pytest.mark.parametrize("missing", ["manifest.json", "vectors-*.faiss", "names-*.bin"])
@pytest.mark.parametrize("check", [False, True])
def test_a_missing_part_is_a_named_fault(tmp_path: Path, missing: str, check: bool) -> None:
    write_index(tmp_path / "index", unit_rows(4), names(4), ENCODER)
    next((tmp_path / "index").glob(missing)).unlink()
    with pytest.raises(IndexFault, match="cannot be read"):
        open_index(tmp_path / "index", ENCODER, check=check)


def test_a_missing_folder_is_a_named_fault(tmp_path: Path) -> None:
    with pytest.raises(IndexFault, match="nowhere: cannot be read"):
        open_index(tmp_path / "nowhere")


@pytest.mark.parametrize("manifest", ["", '{"files": {', "{}", '{"rows": 4}', "[]", "null", '{"rows": 3, "files": 1}'])
def test_a_manifest_cut_short_is_a_named_fault(tmp_path: Path, manifest: str) -> None:
    write_index(tmp_path / "index", unit_rows(4), names(4), ENCODER)
    (tmp_path / "index" / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(IndexFault, match="build it again"):
        open_index(tmp_path / "index", ENCODER)


def test_a_manifest_with_fewer_ids_than_vectors_is_refused(tmp_path: Path) -> None:
    write_index(tmp_path / "index", unit_rows(4), names(4), ENCODER)
    path = tmp_path / "index" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {"rows": 3}), encoding="utf-8")
    with pytest.raises(IndexFault, match="4 vectors for 3 ids"):
        open_index(tmp_path / "index", ENCODER)


def test_a_manifest_in_another_encoding_is_a_named_fault(tmp_path: Path) -> None:
    write_index(tmp_path / "index", unit_rows(4), names(4), ENCODER)
    (tmp_path / "index" / "manifest.json").write_bytes('{"编码": 1}'.encode("gb18030"))
    with pytest.raises(IndexFault, match="build it again"):
        open_index(tmp_path / "index", ENCODER)


def _write_again_and_again(folder: Path, seed: int) -> None:
    for turn in range(40):
        write_index(folder, unit_rows(5 + turn % 2, seed=seed), names(5 + turn % 2), ENCODER)


def test_writers_and_readers_at_once_always_meet_a_whole_index(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    write_index(folder, unit_rows(5), names(5), ENCODER)
    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(_write_again_and_again, folder, seed) for seed in (1, 1)]
        while not all(writer.done() for writer in writers):
            found = open_index(folder, ENCODER)
            assert len(found.search(unit_rows(1), 9)[1][0]) == len(found.ids)
    for writer in writers:
        writer.result()


# Few rows are copied together, many are scanned past a bitmap, and with many queries all are multiplied: same answer.
@pytest.mark.parametrize("share", [0.0, 0.004, 0.05, 0.6, 1.0])
@pytest.mark.parametrize("queries", [1, 9])
def test_search_among_some_rows_equals_brute_force_over_them(tmp_path: Path, share: float, queries: int) -> None:
    vectors, asked = unit_rows(900), unit_rows(queries, seed=1)
    among = np.random.default_rng(2).random(900) < share
    scores, rows = write_index(tmp_path / "index", vectors, names(900), ENCODER).search(asked, 20, among=among)
    chosen = np.flatnonzero(among)
    expected_scores, expected = brute_force(vectors[chosen], asked, 20)
    np.testing.assert_array_equal(rows, chosen[expected])
    np.testing.assert_allclose(scores, expected_scores, atol=1e-6)


def test_blocks_of_gathered_rows_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexes.vector_index.GATHERED_ROWS", 7)
    vectors, asked = unit_rows(200), unit_rows(5, seed=1)
    among = np.arange(200) % 3 > 0
    rows = write_index(tmp_path / "index", vectors, names(200), ENCODER).search(asked, 12, among=among)[1]
    chosen = np.flatnonzero(among)
    np.testing.assert_array_equal(rows, chosen[brute_force(vectors[chosen], asked, 12)[1]])


def test_rows_are_chosen_by_region_level_and_chain(tmp_path: Path) -> None:
    labels = {
        "region": ["甲市", "乙市", "甲市", ""],
        "level": ["associate;bachelor", "bachelor", "secondary", "associate"],
    }
    write_index(tmp_path / "index", unit_rows(4), names(4), ENCODER, labels=labels)
    index = open_index(tmp_path / "index")
    assert index.rows_with(region=["甲市", ""]).tolist() == [True, False, True, True]
    assert index.rows_with(level={"associate"}).tolist() == [True, False, False, True]
    assert index.rows_with(region=["甲市"], level=["associate", "bachelor"]).tolist() == [True, False, False, False]
    assert index.rows_with().all()
    with pytest.raises(IndexFault, match=r"has no labels 'chain'; it has \['level', 'region'\]"):
        index.rows_with(chain=["x"])
    with pytest.raises(IndexFault, match="4 vectors for 3 region"):
        write_index(tmp_path / "other", unit_rows(4), names(4), ENCODER, labels={"region": ["甲市"] * 3})


@pytest.fixture(scope="module")
def advertisements() -> tuple[np.ndarray, np.ndarray]:
    """Rows in clusters, more than half of them near-duplicates, and queries from the same clusters that are no rows."""
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(60, 24))

    def around(points: np.ndarray, spread: float) -> np.ndarray:
        found = points + rng.normal(scale=spread, size=points.shape)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)

    bases = around(centres[rng.integers(0, 60, 2400)], 0.4)
    rows = np.concatenate([bases, around(bases[rng.integers(0, 2400, 3600)], 0.02)])
    return rows, around(centres[rng.integers(0, 60, 300)], 0.4)


@pytest.mark.parametrize("bits_rows", [10**6, 10], ids=["SQ8", "RaBitQ"])
def test_a_compressed_index_reaches_its_recall_on_queries_it_was_not_tuned_on(
    tmp_path: Path, advertisements: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch, bits_rows: int
) -> None:
    rows, asked = advertisements
    monkeypatch.setattr(near_index, "FLAT_ROWS", 1000)
    monkeypatch.setattr(near_index, "BITS_ROWS", bits_rows)
    write_index(tmp_path / "index", rows, names(len(rows)), ENCODER, recall=0.97, queries=asked[:200])
    index = open_index(tmp_path / "index", ENCODER, check=True)
    assert index.near is not None
    assert index.near.probes < 256
    assert index.near.recall >= 0.96
    scores, found = index.search(asked[200:], 100)
    exact_scores, exact = index.search(asked[200:], 100, exact=True)
    monkeypatch.setattr("indexes.vector_index.MANY_QUERIES", 50)
    np.testing.assert_allclose(index.search(asked[200:], 100, exact=True)[0], exact_scores, atol=1e-6)
    np.testing.assert_allclose(exact_scores, brute_force(rows, asked[200:], 100)[0], atol=1e-6)
    assert np.mean([len(np.intersect1d(a, b)) / 100 for a, b in zip(found, exact, strict=True)]) >= 0.95
    # Scores are those of the vectors, not of what compression made of them.
    np.testing.assert_allclose(scores, (asked[200:, None] * rows[found]).sum(axis=2), atol=1e-5)
    assert (np.diff(scores, axis=1) <= 0).all()
    among = np.arange(len(rows)) % 2 == 0
    some, chosen = index.search(asked[:3], 10, among=among)
    assert among[chosen].all()
    np.testing.assert_allclose(some, brute_force(rows[among], asked[:3], 10)[0], atol=1e-6)


def test_few_rows_and_full_recall_need_no_compressed_index(tmp_path: Path) -> None:
    assert write_index(tmp_path / "few", unit_rows(400), names(400), ENCODER, recall=0.9).near is None
    assert near_index.kind_for(10_000) is None
    assert near_index.kind_for(50_000) == "IVF256,SQ8"
    assert near_index.kind_for(1_000_000) == "IVF4096,SQ8"
    assert near_index.kind_for(20_000_000) == "IVF16384,RaBitQ"


def test_a_damaged_compressed_index_is_named_with_the_remedy(
    tmp_path: Path, advertisements: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, asked = advertisements
    monkeypatch.setattr(near_index, "FLAT_ROWS", 1000)
    folder = tmp_path / "index"
    write_index(folder, rows, names(len(rows)), ENCODER, recall=0.9)
    (file,) = folder.glob("near-*.faiss")
    size = file.stat().st_size
    file.unlink()
    file.write_bytes(b"x" * size)
    with pytest.raises(IndexFault, match=r"index .*index: cannot be read .*build it again"):
        open_index(folder, ENCODER).search(asked, 5)
