"""Bounds may only leave out what cannot be among the nearest: every answer equals the whole matrix product's."""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes import bf16_search, exact_search
from indexes.bf16_search import by_bf16, exact_top_by_bf16
from indexes.exact_search import exact_top, turned

Way = Callable[[np.ndarray, np.ndarray, int], tuple[np.ndarray, np.ndarray]]


def unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def by_turning(queries: np.ndarray, rows: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    return exact_top(queries, turned(rows), top)


WAYS = [
    pytest.param(by_turning, id="turned"),
    pytest.param(
        exact_top_by_bf16, id="bf16",
        marks=pytest.mark.skipif(not by_bf16(), reason="this processor multiplies no bf16 matrices, or no OpenVINO"),
    ),
]  # fmt: skip


def assert_exact(way: Way, rows: np.ndarray, queries: np.ndarray, top: int) -> None:
    scores, best = way(queries, rows, top)
    similar = queries.astype(np.float64) @ rows.T.astype(np.float64)
    expected = -np.sort(-similar, axis=1)[:, :top]
    np.testing.assert_allclose(scores, expected, atol=2e-6)
    # Whichever of two equal rows is named, it has the score that is stated.
    np.testing.assert_allclose(np.take_along_axis(similar, best, axis=1), expected, atol=2e-6)
    assert all(len(set(row)) == len(row) for row in best.tolist())
    assert (best >= 0).all()


@pytest.mark.parametrize("way", WAYS)
@given(
    st.integers(0, 10_000),
    st.integers(1, 300),
    st.integers(1, 9),
    st.integers(1, 40),
    st.sampled_from([0.0, 0.05, 1.0]),
)
def test_any_shape_and_any_crowding(way: Way, seed: int, rows: int, queries: int, top: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(3, 12))
    made = centres[rng.integers(0, 3, rows)] + spread * rng.normal(size=(rows, 12))
    assert_exact(way, unit(made), unit(rng.normal(size=(queries, 12))), top)


@pytest.mark.parametrize("head", [0.1, 0.5, 0.9])
def test_many_blocks_of_rows_and_queries(monkeypatch: pytest.MonkeyPatch, head: float) -> None:
    monkeypatch.setattr(exact_search, "HEAD", head)
    small_blocks(monkeypatch, exact_search)
    assert_exact(by_turning, *crowded(), 25)


@pytest.mark.skipif(not by_bf16(), reason="this processor multiplies no bf16 matrices, or no OpenVINO")
@pytest.mark.parametrize("length", [1.0, 0.01, 50.0])
def test_rounding_to_bf16_leaves_nobody_out(monkeypatch: pytest.MonkeyPatch, length: float) -> None:
    """Rows that differ by less than bf16 can tell, vectors of any length, queries that are rows."""
    small_blocks(monkeypatch, bf16_search)
    rows, queries = crowded()
    assert_exact(exact_top_by_bf16, rows, queries, 25)
    rows = np.concatenate([rows, length * rows[:300]])
    scores, best = exact_top_by_bf16(rows[:40], rows, 25)
    similar = rows[:40].astype(np.float64) @ rows.T.astype(np.float64)
    expected = -np.sort(-similar, axis=1)[:, :25]
    np.testing.assert_allclose(scores, expected, rtol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(similar, best, axis=1), expected, rtol=1e-5)


def test_what_rounding_takes_off_is_within_the_bound() -> None:
    numbers = np.random.default_rng(0).normal(size=100_000).astype(np.float32)
    found = bf16_search.rounded(numbers)
    assert not (found.view(np.uint32) & 0xFFFF).any(), "only the upper sixteen bits are left"
    assert (np.abs(found - numbers) <= np.abs(numbers) * bf16_search.UNIT).all()


def small_blocks(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> None:
    monkeypatch.setattr(module, "QUERY_BLOCK", 16)
    monkeypatch.setattr(module, "ROW_BLOCK", 64)
    monkeypatch.setattr(module, "FIRST", 200)


def crowded() -> tuple[np.ndarray, np.ndarray]:
    """Rows, some of them twice or nearly so, and queries."""
    rng = np.random.default_rng(1)
    scale = np.linspace(1, 0.05, 32) ** 2
    rows = unit(rng.normal(size=(5000, 32)) * scale + 0.2)
    rows = np.concatenate([rows, rows[:500], unit(rows[:500] + rng.normal(scale=1e-4, size=(500, 32)))])
    return rows, unit(rng.normal(size=(50, 32)) * scale + 0.2)


@pytest.mark.parametrize("way", WAYS)
def test_no_queries(way: Way) -> None:
    scores, best = way(np.empty((0, 8), np.float32), unit(np.eye(8)), 3)
    assert scores.shape == best.shape == (0, 3)
