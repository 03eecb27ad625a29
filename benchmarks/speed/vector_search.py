"""Generated vectors searched one query at a time on one thread: the product's index beside flat search, hnswlib and usearch.

    python benchmarks/speed/vector_search.py --peers PYTHON [--rows N] [--shape second] [--runs N] [--out DIR]

Every way builds on all processors with its own defaults, then is tuned the same way: the smallest reach (lists read by the
product, neighbours kept in view by a graph) whose recall@100 on tuning queries is .99 and the margin that the product
asks of itself. Time and recall are those of other queries. Size on disk and memory are of all that a search needs; the
product and flat search keep the vectors themselves, which the product reads from a mapped file.

N is 200,000 by default: a graph of a million takes longer to build here than a benchmark should. The shape of the
vectors is one that no setting of the product was chosen by (generated_vectors.py). PYTHON is the interpreter of an
environment with the peers (peers.py says how to make it); without, they are left out.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from generated_vectors import SHAPES, generated_vectors
from pairing import Took, in_turn, keep, machine
from peers import Side, own_memory_mb, peer, versions

from indexes.near_index import MARGIN
from indexes.vector_index import VectorIndex, open_index, write_index

TOP = 100
RECALL = 0.99
TUNING, HELD_OUT = 512, 500
WIDEST = 6_400
A_TURN = {"flat": 4, "duikou": 200, "hnswlib": 200, "usearch": 200}


def recall(found: np.ndarray | list[list[int]], truth: np.ndarray) -> float:
    return float(np.mean([len(np.intersect1d(a, b)) / TOP for a, b in zip(found, truth, strict=True)]))


def narrowest(reached: Callable[[int], float], least: int, most: int) -> int | None:
    """The smallest reach with the recall asked, to a sixteenth of itself as the product's own tuning; None if none has."""
    low, high = least - 1, least
    while reached(high) < RECALL + MARGIN:
        if high == most:
            return None
        low, high = high, min(most, 2 * high)
    while high - low > max(1, high // 16):
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) >= RECALL + MARGIN else (middle, high)
    return high


def tuned_peer(side: Side, folder: Path, kind: str, truth: dict[str, np.ndarray]) -> dict[str, Any]:
    """A peer built, tuned and measured for recall; `reach` is None where it never finds enough."""
    made = side.ask(
        "build", vectors=str(folder / "rows.npy"), file=str(folder / kind), threads=faiss.omp_get_max_threads()
    )
    side.ask("load_queries", tuning=str(folder / "tuning.npy"), queries=str(folder / "queries.npy"))

    def reached(which: str, reach: int) -> float:
        number = len(truth[which])
        said = side.ask("search", which=which, first=0, number=number, top=TOP, reach=reach, rows=True)
        return recall(said["rows"], truth[which])

    reach = narrowest(lambda wide: reached("tuning", wide), TOP, WIDEST)
    return {
        "settings": made["settings"], "build_s": round(made["wall_s"], 1), "reach": reach,
        "recall_100": round(reached("queries", reach or WIDEST), 4),
        "disk_mb": round(made["file_mb"], 1), "memory_mb": made["memory_mb"],
    }  # fmt: skip


def own_index(folder: Path, rows: np.ndarray, tuning: np.ndarray) -> tuple[VectorIndex, dict[str, Any]]:
    start = time.perf_counter()
    write_index(folder, rows, [f"A{i}" for i in range(len(rows))], "generated", RECALL, tuning)
    took, before = time.perf_counter() - start, own_memory_mb()
    index = open_index(folder)
    index.search(tuning[:1], TOP)
    sizes = {part.name.partition("-")[0]: part.stat().st_size / 1e6 for part in folder.iterdir() if part.is_file()}
    return index, {
        "settings": index.near.record() if index.near else "exact: too few rows for a compressed index",
        "build_s": round(took, 1), "disk_mb": round(sum(sizes.values()), 1),
        "of_which_vectors_mb": round(sizes["vectors"], 1), "memory_mb": round(own_memory_mb() - before, 1),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", metavar="PYTHON", help="interpreter of an environment that has hnswlib and usearch")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--shape", choices=list(SHAPES), default="second")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    everything = generated_vectors(given.rows + TUNING + HELD_OUT, given.shape)
    rows = everything[: given.rows]
    queries = {"tuning": everything[given.rows : given.rows + TUNING], "queries": everything[-HELD_OUT:]}
    start = time.perf_counter()
    flat = faiss.IndexFlatIP(rows.shape[1])
    flat.add(rows)
    ways: dict[str, dict[str, Any]] = {
        "flat": {
            "settings": "every vector, float32", "build_s": round(time.perf_counter() - start, 1), "recall_100": 1.0,
            "disk_mb": round(rows.nbytes / 1e6, 1), "memory_mb": round(rows.nbytes / 2**20, 1),
        }
    }  # fmt: skip
    truth = {name: flat.search(asked, TOP)[1] for name, asked in queries.items()}
    found: dict[str, Any] = {
        "machine": machine(), "rows": given.rows, "shape": given.shape, "queries": HELD_OUT, "ways": ways,
        "peers": versions(given.peers) if given.peers else "left out: no --peers PYTHON was given",
    }  # fmt: skip
    folder = Path(tempfile.mkdtemp())
    try:
        with ExitStack() as stack:
            sides = {}
            if given.peers:
                np.save(folder / "rows.npy", rows)
                for name, asked in queries.items():
                    np.save(folder / f"{name}.npy", asked)
                for kind in ("hnswlib", "usearch"):
                    sides[kind] = stack.enter_context(peer(given.peers, kind))
                    ways[kind] = tuned_peer(sides[kind], folder, kind, truth)
                    print(f"{kind}: {ways[kind]}", flush=True)
            index, ways["duikou"] = own_index(folder / "duikou", rows, queries["tuning"])
            ways["duikou"]["recall_100"] = round(recall(index.search(queries["queries"], TOP)[1], truth["queries"]), 4)
            print(f"duikou: {ways['duikou']}", flush=True)
            found["times"] = times = timed(flat, index, sides, ways, queries["queries"], 3 * given.runs)
            for kind, row in times.items():
                ways[kind]["ms"] = round(row["wall_s"] / A_TURN[kind] * 1e3, 3)
            for kind in ways.keys() - {"duikou"}:
                if "ms" in ways[kind]:
                    ways[kind]["ms_over_that_of_duikou"] = round(ways[kind]["ms"] / ways["duikou"]["ms"], 2)
            print({kind: {"ms": row.get("ms"), "recall": row["recall_100"]} for kind, row in ways.items()}, flush=True)
    finally:
        shutil.rmtree(folder)
    keep("vector_search", found, given.out)


def timed(
    flat: Any, index: VectorIndex, sides: dict[str, Side], ways: dict[str, Any], queries: np.ndarray, runs: int
) -> dict[str, dict[str, float]]:
    """All ways in turn, each on the queries that follow its last ones."""
    at = dict.fromkeys(ways, 0)

    def one(kind: str, search: Callable[[np.ndarray], Any]) -> None:
        for _ in range(A_TURN[kind]):
            search(queries[at[kind] % len(queries)][None])
            at[kind] += 1

    def peers_turn(kind: str) -> Took:
        number, reach = A_TURN[kind], ways[kind]["reach"]
        said = sides[kind].ask("search", which="queries", first=at[kind], number=number, top=TOP, reach=reach)
        at[kind] += number
        return Took(said["wall_s"], said["processor_s"])

    turns: dict[str, Callable[[], Any]] = {
        "flat": lambda: one("flat", lambda query: flat.search(query, TOP)),
        "duikou": lambda: one("duikou", lambda query: index.search(query, TOP)),
    }
    # Without the recall asked, its time would be that of another task.
    turns |= {kind: lambda kind=kind: peers_turn(kind) for kind in sides if ways[kind]["reach"]}  # type: ignore[misc]
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    faiss.cvar.distance_compute_blas_threshold = 20
    try:
        return in_turn(turns, runs)
    finally:
        faiss.omp_set_num_threads(threads)


if __name__ == "__main__":
    main()
