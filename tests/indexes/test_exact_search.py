"""Bounds may only leave out what cannot be among the nearest: every answer equals the whole matrix product's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes import exact_search
from indexes.exact_search import exact_top, turned


def unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def assert_exact(rows: np.ndarray, queries: np.ndarray, top: int) -> None:
    scores, best = exact_top(queries, turned(rows), top)
    similar = queries.astype(np.float64) @ rows.T.astype(np.float64)
    expected = -np.sort(-similar, axis=1)[:, :top]
    np.testing.assert_allclose(scores, expected, atol=2e-6)
    # Whichever of two equal rows is named, it has the score that is stated.
    np.testing.assert_allclose(np.take_along_axis(similar, best, axis=1), expected, atol=2e-6)
    assert all(len(set(row)) == len(row) for row in best.tolist())
    assert (best >= 0).all()


@given(
    st.integers(0, 10_000),
    st.integers(1, 300),
    st.integers(1, 9),
    st.integers(1, 40),
    st.sampled_from([0.0, 0.05, 1.0]),
)
def test_any_shape_and_any_crowding(seed: int, rows: int, queries: int, top: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(3, 12))
    made = centres[rng.integers(0, 3, rows)] + spread * rng.normal(size=(rows, 12))
    assert_exact(unit(made), unit(rng.normal(size=(queries, 12))), top)


@pytest.mark.parametrize("head", [0.1, 0.5, 0.9])
def test_many_blocks_of_rows_and_queries(monkeypatch: pytest.MonkeyPatch, head: float) -> None:
    monkeypatch.setattr(exact_search, "HEAD", head)
    monkeypatch.setattr(exact_search, "QUERY_BLOCK", 16)
    monkeypatch.setattr(exact_search, "ROW_BLOCK", 64)
    monkeypatch.setattr(exact_search, "FIRST", 200)
    rng = np.random.default_rng(1)
    scale = np.linspace(1, 0.05, 32) ** 2
    rows = unit(rng.normal(size=(5000, 32)) * scale + 0.2)
    rows = np.concatenate([rows, rows[:500], unit(rows[:500] + rng.normal(scale=1e-4, size=(500, 32)))])
    assert_exact(rows, unit(rng.normal(size=(50, 32)) * scale + 0.2), 25)


def test_no_queries() -> None:
    scores, best = exact_top(np.empty((0, 8), np.float32), turned(unit(np.eye(8))), 3)
    assert scores.shape == best.shape == (0, 3)
