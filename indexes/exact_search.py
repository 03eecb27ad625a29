"""The exact nearest rows of many queries, for less than the whole matrix product.

Vectors are turned so that their first coordinates carry most of what tells them apart (the principal axes of a sample).
A product over those coordinates bounds the whole one from above: what the others can add is at most the product of the
lengths of the two remainders (Cauchy and Schwarz). Rows whose bound stays below the score of the k-th best row found so
far are out; the rest are scored in full. Whatever the axes, the answer is exact; they decide only about the time.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from threadpoolctl import threadpool_limits

# Share of the coordinates multiplied for every pair.
HEAD: Final = 0.4
QUERY_BLOCK: Final = 256
ROW_BLOCK: Final = 4096
# Rows scored in full first, spread over all: their k-th best is where the bound begins.
FIRST: Final = 16_384
SAMPLE: Final = 20_000
# More than rounding can move a product of two vectors of length 1.
ROUNDING: Final = 1e-5


@dataclass(frozen=True)
class Turned:
    """Vectors along their principal axes.

    Attributes:
        vectors: float32 (n, d), by ascending length of what is not in their head; head: coordinates multiplied first.
        rest: float32 (n,), that length: neighbours in order share a bound.
        numbers: int64 (n,), the rows these vectors had.
        axes: float32 (d, d), orthogonal; a query is turned by `query @ axes`.
    """

    vectors: np.ndarray
    head: int
    rest: np.ndarray
    numbers: np.ndarray
    axes: np.ndarray


def turned(vectors: np.ndarray, seed: int = 0) -> Turned:
    """The vectors along the principal axes of a sample; another matrix of the same size."""
    rows, dimension = vectors.shape
    chosen = np.random.default_rng(seed).choice(rows, min(rows, SAMPLE), replace=False)
    sample = np.asarray(vectors[np.sort(chosen)], np.float64)
    axes = np.linalg.eigh(sample.T @ sample)[1][:, ::-1].astype(np.float32)
    head = max(1, round(dimension * HEAD))
    rest = np.empty(rows, np.float32)
    for start in range(0, rows, SAMPLE):
        part = slice(start, start + SAMPLE)
        rest[part] = np.linalg.norm(vectors[part] @ axes[:, head:], axis=1)
    numbers = np.argsort(rest, kind="stable")
    out = np.empty((rows, dimension), np.float32)
    for start in range(0, rows, SAMPLE):
        part = slice(start, start + SAMPLE)
        np.matmul(vectors[numbers[part]], axes, out=out[part])
    return Turned(out, head, rest[numbers], numbers, axes)


def exact_top(queries: np.ndarray, rows: Turned, top: int, threads: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """The `top` rows with the largest inner products: scores float32 and rows int64, (len(queries), min(top, rows)).

    Equal scores go by row number.
    """
    top = min(top, len(rows.vectors))
    asked = np.ascontiguousarray(queries, np.float32) @ rows.axes
    scores = np.empty((len(asked), top), np.float32)
    best = np.empty((len(asked), top), np.int64)

    def run(start: int) -> None:
        part = slice(start, start + QUERY_BLOCK)
        scores[part], best[part] = _block(asked[part], rows, top)

    starts = range(0, len(asked), QUERY_BLOCK)
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, starts))
    return scores, best


def _block(queries: np.ndarray, rows: Turned, top: int) -> tuple[np.ndarray, np.ndarray]:
    """One block of queries against all rows."""
    vectors, head, count = rows.vectors, rows.head, len(rows.vectors)
    spread = np.arange(0, count, max(1, count // FIRST))
    least: np.ndarray = np.full(len(queries), -np.inf, np.float32)
    if len(spread) > top:
        sample = queries @ vectors[spread].T
        least = np.partition(sample, len(spread) - top, axis=1)[:, len(spread) - top] - ROUNDING
    front, own = np.ascontiguousarray(queries[:, :head]), np.linalg.norm(queries[:, head:], axis=1)
    kept_scores: list[list[np.ndarray]] = [[] for _ in queries]
    kept_rows: list[list[np.ndarray]] = [[] for _ in queries]
    waiting = np.zeros(len(queries), np.int64)
    product = np.empty((len(queries), ROW_BLOCK), np.float32)
    for start in range(0, count, ROW_BLOCK):
        block = vectors[start : start + ROW_BLOCK]
        found = np.matmul(front, block[:, :head].T, out=product[:, : len(block)])
        rest = rows.rest[start : start + ROW_BLOCK]
        bound = (least - own * rest.max())[:, None]
        places = np.flatnonzero(found >= bound)
        which, at = np.divmod(places, len(block))
        # The length of each row's own remainder, closer than the block's largest.
        close = found[which, at] + own[which] * rest[at] >= least[which]
        which, at = which[close], at[close]
        exact = found[which, at] + np.einsum("ij,ij->i", queries[which, head:], block[at, head:])
        good = exact >= least[which]
        which, at, exact = which[good], at[good] + start, exact[good]
        edges = np.searchsorted(which, np.arange(len(queries) + 1))
        for i in np.flatnonzero(np.diff(edges)):
            part = slice(edges[i], edges[i + 1])
            kept_scores[i].append(exact[part])
            kept_rows[i].append(rows.numbers[at[part]])
            waiting[i] += edges[i + 1] - edges[i]
            if waiting[i] > 2 * top:
                scores, numbers = _best(kept_scores[i], kept_rows[i], top)
                kept_scores[i], kept_rows[i], waiting[i] = [scores], [numbers], 0
                least[i] = max(least[i], scores[-1] - ROUNDING)
    found_all = [_best(a, b, top) for a, b in zip(kept_scores, kept_rows, strict=True)]
    return np.stack([scores for scores, _ in found_all]), np.stack([numbers for _, numbers in found_all])


def _best(scores: list[np.ndarray], rows: list[np.ndarray], top: int) -> tuple[np.ndarray, np.ndarray]:
    joined, numbers = np.concatenate(scores), np.concatenate(rows)
    order = np.lexsort((numbers, -joined))[:top]
    return joined[order], numbers[order]
