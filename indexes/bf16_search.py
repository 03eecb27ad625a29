"""The exact nearest rows of many queries by products in bf16, on processors that multiply matrices of them.

bf16 keeps eight bits of a number, and a product of two adds up in float32 almost without loss. So a product of vectors is
off by what the rounding took away, at most |dq| |x| + |q'| |dx| (Cauchy and Schwarz). Rows whose product falls short of
the k-th best one by more than twice that cannot be among the k nearest; the few others are scored in full at the end.
Nothing has to be prepared, so a single batch gains as well.
"""

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from indexes.fingerprint import bf16_matrices
from indexes.openvino_encoder import openvino

QUERY_BLOCK: Final = 1024
ROW_BLOCK: Final = 4096
# Rows read first, spread over all: their k-th best is where leaving out begins.
FIRST: Final = 8_192
# Most that rounding to bf16 takes off a number, as a share of it: half of the last of eight bits.
UNIT: Final = 2.0**-8
# The runtime multiplies so many queries together.
_STEP: Final = 64
# More than the order of a sum of float32 products can move it, for vectors of length 1.
ORDER: Final = 1e-4


@cache
def by_bf16() -> bool:
    """Whether this machine has what it takes: matrix products in bf16 and the runtime that asks for them."""
    return bf16_matrices() and importlib.util.find_spec("openvino") is not None


def exact_top_by_bf16(
    queries: np.ndarray, vectors: np.ndarray, top: int, threads: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """The `top` rows with the largest inner products: scores float32 and rows int64, (len(queries), min(top, rows)).

    Equal scores go by row number.

    Args:
        queries, vectors: float32 (n, d), (rows, d).
    """
    top = min(top, len(vectors))
    scores, best = np.empty((len(queries), top), np.float32), np.empty((len(queries), top), np.int64)
    if not len(queries) or not top:
        return scores, best
    block = min(QUERY_BLOCK, -(-len(queries) // threads))

    def run(start: int) -> None:
        part = slice(start, start + block)
        scores[part], best[part] = _block(np.ascontiguousarray(queries[part], np.float32), vectors, top)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, range(0, len(queries), block)))
    return scores, best


def _block(queries: np.ndarray, vectors: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    """One block of queries against all rows."""
    asked = rounded(queries)
    product = _multiplier(asked)
    lost, kept = np.linalg.norm(queries - asked, axis=1), np.linalg.norm(asked, axis=1)
    count = len(vectors)
    spread = np.arange(0, count, max(1, count // FIRST))
    # The k-th best product so far less what it may be off by is a score that k rows have for certain.
    certain: np.ndarray = np.full(len(queries), -np.inf)
    if len(spread) > top:
        sample = vectors[spread]
        best = np.partition(np.ascontiguousarray(product(sample).T), len(spread) - top, axis=1)[:, len(spread) - top]
        certain = best - _off(lost, kept, _longest(sample))
    held, new, due = _Candidates.none(), list[_Candidates](), 2 * FIRST
    for start in range(0, count, ROW_BLOCK):
        rows = vectors[start : start + ROW_BLOCK]
        found, off = product(rows), _off(lost, kept, _longest(rows))
        at, which = np.divmod(np.flatnonzero(found >= (certain - off).astype(np.float32)), len(queries))
        near = found[at, which].astype(np.float64)
        new.append(_Candidates(which, at + start, near - off[which], near + off[which]))
        # Twice as many rows bring as many candidates again as the number of neighbours; rarely is often enough.
        if start + ROW_BLOCK >= due:
            held, new, due = _Candidates.all([held, *new]).tightened(certain, top), [], 2 * due
    return _scored(queries, vectors, _Candidates.all([held, *new]).tightened(certain, top), top)


@dataclass(frozen=True)
class _Candidates:
    """Rows that may be among the nearest of a query, one entry a pair.

    Attributes:
        query, row: int64; floor, ceiling: float64, between which the product is for certain.
    """

    query: np.ndarray
    row: np.ndarray
    floor: np.ndarray
    ceiling: np.ndarray

    @classmethod
    def none(cls) -> "_Candidates":
        return cls(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0))

    @classmethod
    def all(cls, parts: Sequence["_Candidates"]) -> "_Candidates":
        """Of one query together."""
        names = ("query", "row", "floor", "ceiling")
        query, row, floor, ceiling = (np.concatenate([getattr(part, name) for part in parts]) for name in names)
        order = np.argsort(query, kind="stable")
        return cls(query[order], row[order], floor[order], ceiling[order])

    def of(self, queries: int) -> Iterator[tuple[int, slice]]:
        """The places of each query's entries."""
        edges = np.searchsorted(self.query, np.arange(queries + 1))
        for i in range(queries):
            yield i, slice(edges[i], edges[i + 1])

    def tightened(self, certain: np.ndarray, top: int) -> "_Candidates":
        """Without those that `top` others are better than for certain; raises `certain`, float64 (queries,)."""
        for i, part in self.of(len(certain)):
            floor = self.floor[part]
            if len(floor) >= top:
                certain[i] = max(certain[i], np.partition(floor, len(floor) - top)[len(floor) - top])
        still = self.ceiling >= certain[self.query]
        return _Candidates(self.query[still], self.row[still], self.floor[still], self.ceiling[still])


def _scored(queries: np.ndarray, vectors: np.ndarray, found: _Candidates, top: int) -> tuple[np.ndarray, np.ndarray]:
    """The best of each query's rows, scored in full."""
    scores, best = np.empty((len(queries), top), np.float32), np.empty((len(queries), top), np.int64)
    for i, part in found.of(len(queries)):
        number = found.row[part]
        exact = vectors[number] @ queries[i]
        order = np.lexsort((number, -exact))[:top]
        scores[i], best[i] = exact[order], number[order]
    return scores, best


def _off(lost: np.ndarray, kept: np.ndarray, longest: float) -> np.ndarray:
    """The most by which a product in bf16 may be off, of each query, with rows at most so long."""
    return lost * longest + kept * longest * UNIT + ORDER * np.maximum(1.0, kept * longest)


def _longest(rows: np.ndarray) -> float:
    return float(np.sqrt(np.einsum("ij,ij->i", rows, rows).max()))


def rounded(vectors: np.ndarray) -> np.ndarray:
    """The nearest numbers that bf16 has, as float32: the same bits but the lower sixteen."""
    bits = np.ascontiguousarray(vectors, np.float32).view(np.uint32)
    return np.asarray(((bits + np.uint32(0x8000)) & np.uint32(0xFFFF0000)).view(np.float32))


def _multiplier(queries: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Rows -> their products with the queries, float32 (rows, queries), valid until the next call; one thread.

    The queries are compiled in, since the runtime then lays them out for the processor once.
    """
    ov = openvino()
    from openvino import opset13 as steps

    width = -(-len(queries) // _STEP) * _STEP
    wide = np.zeros((width, queries.shape[1]), np.float32)
    wide[: len(queries)] = queries
    rows = steps.parameter([-1, queries.shape[1]], np.float32)
    graph = ov.Model([steps.matmul(rows, steps.constant(wide), False, True)], [rows], "product")
    settings = {
        "INFERENCE_PRECISION_HINT": "bf16",
        "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": 1,
        # Every block has a graph of its own, and all of them would be pinned to the first processor.
        "ENABLE_CPU_PINNING": False,
    }
    request = ov.Core().compile_model(graph, "CPU", settings).create_infer_request()

    def product(given: np.ndarray) -> np.ndarray:
        request.infer([np.ascontiguousarray(given, np.float32)], share_inputs=True)
        return np.asarray(request.get_output_tensor(0).data)[:, : len(queries)]

    return product
