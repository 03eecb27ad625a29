"""Shards searched together are one index, whoever built them, and though a worker is killed."""

from pathlib import Path

import numpy as np
import pytest

from indexes.cluster import spread
from indexes.sharded_index import Part, build_shard, open_shards, write_part, write_shards
from indexes.vector_index import IndexFault, write_index
from tests.indexes.test_vector_index import names, unit_rows
from tests.workers import kill_one, two_workers

ENCODER = "hashing-64"


def parts(place: Path, rows: int, size: int) -> list[Part]:
    vectors, ids = unit_rows(rows), names(rows)
    return [
        write_part(f"file://{place}", vectors[start : start + size], ids[start : start + size])
        for start in range(0, rows, size)
    ]


@pytest.mark.parametrize("queries", [1, 30])
def test_shards_of_uneven_size_find_what_one_index_finds(tmp_path: Path, queries: int) -> None:
    whole = write_index(tmp_path / "whole", unit_rows(500), names(500), ENCODER)
    shards = write_shards(tmp_path / "shards", parts(tmp_path / "parts", 500, 120), ENCODER)
    asked = unit_rows(queries, seed=1)
    for top in (1, 20, 130, 600):
        (expected, at), (scores, rows) = whole.search(asked, top), shards.search(asked, top)
        np.testing.assert_array_equal(rows, at)
        np.testing.assert_allclose(scores, expected, atol=1e-6)
    assert [shards.name(row) for row in range(len(shards))] == names(500)


def test_of_equal_vectors_in_two_shards_the_first_row_comes_first(tmp_path: Path) -> None:
    vectors = unit_rows(4)
    twice = [write_part(str(tmp_path / "parts"), vectors, [f"{side}{i}" for i in range(4)]) for side in "ab"]
    _, rows = write_shards(tmp_path / "shards", twice, ENCODER).search(vectors[:1], 2)
    assert rows.tolist() == [[0, 4]]


def test_a_worker_killed_in_the_middle_costs_its_shard_alone(tmp_path: Path) -> None:
    made = parts(tmp_path / "parts", 600, 50)
    alone = write_shards(tmp_path / "alone", made, ENCODER)
    (tmp_path / "shards").mkdir()
    tasks = [(part, str(tmp_path / "shards"), ENCODER, 1.0) for part in made]
    with two_workers() as cluster:
        for done, _ in enumerate(spread(build_shard, tasks, cluster)):
            if done == 0:
                kill_one(cluster)
        together = write_shards(tmp_path / "shards", made, ENCODER, address=cluster)
    asked = unit_rows(20, seed=1)
    for one, other in zip(together.search(asked, 50), alone.search(asked, 50), strict=True):
        assert one.tobytes() == other.tobytes()
    assert len(list((tmp_path / "shards").glob("shard-*"))) == len(made)


def test_what_is_built_is_left_and_a_half_one_is_built_again(tmp_path: Path) -> None:
    made, folder = parts(tmp_path / "parts", 100, 50), tmp_path / "shards"
    seen: list[tuple[int, int]] = []
    write_shards(folder, made, ENCODER, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 2), (2, 2)]
    whole, half = sorted(folder.glob("shard-*"))
    before = (whole / "manifest.json").stat().st_mtime_ns
    (half / "manifest.json").unlink()
    with pytest.raises(IndexFault, match="build it again"):
        open_shards(folder)
    write_shards(folder, made, ENCODER)
    assert (whole / "manifest.json").stat().st_mtime_ns == before
    assert len(open_shards(folder, ENCODER)) == 100


def test_faults_say_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(IndexFault, match="3 vectors for 2 names"):
        write_part(str(tmp_path), unit_rows(3), names(2))
    with pytest.raises(IndexFault, match="line break"):
        write_part(str(tmp_path), unit_rows(1), ["焊\n工"])
    with pytest.raises(IndexFault, match="cannot be read"):
        open_shards(tmp_path)
    write_shards(tmp_path / "shards", parts(tmp_path / "parts", 20, 10), ENCODER)
    with pytest.raises(IndexFault, match="asked with other"):
        open_shards(tmp_path / "shards", "other")
