"""The vector cache: nothing is encoded twice, nothing is mixed up."""

from pathlib import Path

import numpy as np

from indexes.vector_cache import CHUNK, VectorCache
from tests.indexes.hashing_encoder import HashingEncoder


def test_only_new_texts_are_encoded_and_order_is_kept(tmp_path: Path) -> None:
    first = HashingEncoder()
    VectorCache(tmp_path, first).encode(["车工", "焊工", "车工"])
    assert sorted(first.encoded) == ["焊工", "车工"]
    second = HashingEncoder()
    vectors = VectorCache(tmp_path, second).encode(["焊工", "钳工", "车工"])
    assert second.encoded == ["钳工"]
    np.testing.assert_array_equal(vectors, HashingEncoder().encode(["焊工", "钳工", "车工"]))


def test_another_encoder_has_its_own_vectors(tmp_path: Path) -> None:
    VectorCache(tmp_path, HashingEncoder("one")).encode(["车工"])
    other = HashingEncoder("two")
    VectorCache(tmp_path, other).encode(["车工"])
    assert other.encoded == ["车工"]


def test_more_than_a_chunk_reports_its_progress(tmp_path: Path) -> None:
    texts = [f"岗位{i}" for i in range(CHUNK + 3)]
    seen: list[tuple[int, int]] = []
    vectors = VectorCache(tmp_path, HashingEncoder()).encode(texts, lambda done, total: seen.append((done, total)))
    assert seen == [(CHUNK, CHUNK + 3), (CHUNK + 3, CHUNK + 3)]
    np.testing.assert_array_equal(vectors, HashingEncoder().encode(texts))


def test_no_texts(tmp_path: Path) -> None:
    assert VectorCache(tmp_path, HashingEncoder()).encode([]).shape == (0, 64)
