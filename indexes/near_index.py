"""Candidates from a compressed index, where scanning every vector would take too long; ranks still come from the vectors.

Rows are sorted into lists by their nearest centre (FAISS IVF) and kept in eight bits a number (SQ8), or in one bit
(RaBitQ) where even that is much. A query reads the lists of its nearest centres. How many lists it takes for the recall
asked is measured on queries that are then left aside; what is reported is measured on others.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

# Up to so many rows a scan of all takes a millisecond or two.
FLAT_ROWS: Final = 10_000
# Rows a list: with fewer, training takes several times as long and a query of a smaller index no less.
LIST_ROWS: Final = 200
# From so many rows on, a byte a number is too much to read.
BITS_ROWS: Final = 5_000_000
# Candidates for every neighbour asked: what compression swaps, the vectors themselves put right.
REACH: Final = {"SQ8": 1.5, "RaBitQ": 8.0}
MEASURED_TOP: Final = 100
QUERIES: Final = 512
# Training on more rows a centre gains nothing that a recall would show.
TRAINING_ROWS: Final = 40
ROUNDS: Final = 6
# Rows sorted into lists at a time, which bounds the memory that takes.
ADDED_ROWS: Final = 50_000
# Recall asked of the tuning queries beyond what is asked of the index, so that other queries reach it too.
MARGIN: Final = 0.003


@dataclass(frozen=True)
class Tuned:
    """How the compressed index is searched.

    Attributes:
        kind: as FAISS names it; probes: lists a query reads; reach: candidates for every neighbour asked.
        recall: share of the exact `top` neighbours found, over held-out queries that tuning did not see; a search for more
            neighbours is exact.
        queries: how many those were.
    """

    kind: str
    probes: int
    reach: float
    recall: float
    queries: int
    top: int

    def record(self) -> dict[str, Any]:
        return asdict(self)


def library() -> Any:
    """FAISS. What the package says of its types is not what its Python layer takes."""
    import faiss

    return faiss


@contextmanager
def threads(number: int | None) -> Iterator[None]:
    """Searches of this thread with so many threads, None: as many as before. A single query gains nothing by a second one,
    and where another process holds that processor, it waits for it."""
    faiss = library()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(number or before)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def kind_for(rows: int) -> str | None:
    """The kind of compressed index for so many rows; None where the scan of all is fast enough."""
    if rows <= FLAT_ROWS:
        return None
    lists = 2 ** round(math.log2(min(4 * math.sqrt(rows), rows / LIST_ROWS)))
    return f"IVF{lists},{'SQ8' if rows <= BITS_ROWS else 'RaBitQ'}"


def build(vectors: np.ndarray, kind: str, seed: int = 0) -> Any:
    """The FAISS index of the vectors, float32 (n, d)."""
    faiss = library()
    rows, dimension = vectors.shape
    index = faiss.index_factory(dimension, kind, faiss.METRIC_INNER_PRODUCT)
    inner = faiss.extract_index_ivf(index)
    inner.cp.niter, inner.cp.max_points_per_centroid, inner.cp.seed = ROUNDS, TRAINING_ROWS, seed
    inner.cp.min_points_per_centroid = 1
    sample = min(rows, inner.nlist * TRAINING_ROWS)
    chosen = np.sort(np.random.default_rng(seed).choice(rows, sample, replace=False))
    index.train(np.ascontiguousarray(vectors[chosen]))
    for start in range(0, rows, ADDED_ROWS):
        index.add(np.ascontiguousarray(vectors[start : start + ADDED_ROWS]))
    return index


def candidates(index: Any, queries: np.ndarray, number: int, probes: int) -> np.ndarray:
    """Row numbers int64 (n, number), -1 where the lists held fewer."""
    parameters = library().SearchParametersIVF(nprobe=probes)
    return np.asarray(index.search(queries, number, params=parameters)[1])


def rescored(vectors: np.ndarray, queries: np.ndarray, rows: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    """The best `top` candidates by their own vectors: scores float32 and rows int64, (n, top); -inf and -1 where too few."""
    scores = np.full((len(queries), top), -np.inf, np.float32)
    best = np.full((len(queries), top), -1, np.int64)
    for i, (query, found) in enumerate(zip(queries, rows, strict=True)):
        found = found[found >= 0]
        exact = vectors[found] @ query
        order = np.lexsort((found, -exact))[:top]
        scores[i, : len(order)], best[i, : len(order)] = exact[order], found[order]
    return scores, best


def tune(index: Any, vectors: np.ndarray, queries: np.ndarray, truth: np.ndarray, kind: str, recall: float) -> Tuned:
    """The fewest lists to read for the recall asked, found on every other query and measured on the rest.

    Args:
        queries: held-out queries (n, d); truth: their exact neighbours, rows (n, top).
    """
    lists = int(index.nlist)
    reach = REACH[kind.rpartition(",")[2]]
    top = truth.shape[1]

    def reached(part: slice, probes: int) -> float:
        found = candidates(index, queries[part], math.ceil(top * reach), probes)
        best = rescored(vectors, queries[part], found, top)[1]
        return float(np.mean([len(np.intersect1d(a, b)) / top for a, b in zip(best, truth[part], strict=True)]))

    tuning, others = slice(0, None, 2), slice(1, None, 2)
    high = 1
    while high < lists and reached(tuning, high) < recall + MARGIN:
        high = min(lists, 2 * high)
    low = high // 2
    while high - low > max(1, high // 16):
        middle = (low + high) // 2
        if reached(tuning, middle) < recall + MARGIN:
            low = middle
        else:
            high = middle
    return Tuned(kind, high, reach, round(reached(others, high), 4), len(queries[others]), top)


def write(index: Any, file: Path) -> None:
    library().write_index(index, str(file))


def read(file: Path) -> Any:
    """The index with its lists mapped."""
    faiss = library()
    return faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
