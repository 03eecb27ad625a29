"""One query among generated vectors, beside the graphs of hnswlib and usearch at the same recall.

    python benchmarks/speed/graph_search.py --peers PYTHON [--rows N] [--runs N] [--out DIR]

N vectors (200,000) of the shape that nothing of the product was tuned on; all processors build, one thread asks, one
query at a time, in turn. Each side is widened until it finds .99 of the 100 nearest of queries that are then left aside;
recall and time are of others. PYTHON is the interpreter of the peers' environment (peers.py says how to make it).
"""

import argparse
import json
import os
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from generated_vectors import generated_vectors
from pairing import Took, in_turn, keep, machine
from peers import Side, peer, versions

from indexes.vector_index import write_index

TOP = 100
HELD_OUT = 500
ASKED = 200
RECALL = 0.99
GRAPHS = ("hnswlib", "usearch")
# Reach is widened by this factor; a side that needs more than the last is told with the recall it has there.
STEP, MOST = 1.25, 6_400


def recall(found: Any, truth: np.ndarray) -> float:
    return float(np.mean([len(np.intersect1d(a, b)) / TOP for a, b in zip(found, truth, strict=True)]))


def widened(side: Side, truth: np.ndarray) -> int:
    """The least reach that finds enough of the tuning queries' neighbours."""
    reach = TOP
    while reach < MOST:
        rows = side.ask("search", which="tuning", first=0, number=HELD_OUT, top=TOP, reach=reach, rows=True)["rows"]
        if recall(rows, truth) >= RECALL:
            break
        reach = int(reach * STEP)
    return reach


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", metavar="PYTHON", required=True)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    everything = generated_vectors(given.rows + 4 * HELD_OUT, "second")
    vectors, rest = everything[: given.rows], everything[given.rows :]
    tuning, queries = rest[:HELD_OUT], rest[HELD_OUT : 2 * HELD_OUT]
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    known, truth = flat.search(tuning, TOP)[1], flat.search(queries, TOP)[1]
    found: dict[str, Any] = {
        "machine": machine(), "rows": given.rows, "shape": "second", "recall_asked": RECALL,
        "peers": versions(given.peers),
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        files = {name: f"{folder}/{name}.npy" for name in ("vectors", "tuning", "queries")}
        for name, array in (("vectors", vectors), ("tuning", tuning), ("queries", queries)):
            np.save(files[name], array)
        start = time.perf_counter()
        # The product tunes itself on queries such as will be asked; some of them it keeps aside for its own figure.
        index = write_index(
            Path(folder) / "own", vectors, [str(i) for i in range(len(vectors))], "generated", RECALL, rest[2 * HELD_OUT :]
        )  # fmt: skip
        found["duikou"] = {
            "build_s": round(time.perf_counter() - start, 1),
            **(index.near.record() if index.near else {}),
        }
        found["duikou"]["recall_told"] = found["duikou"].pop("recall", 1.0)
        size = sum(file.stat().st_size for file in (Path(folder) / "own").iterdir())
        found["duikou"] |= {
            "recall": round(recall(index.search(queries, TOP)[1], truth), 4),
            "file_mb": round(size / 1e6, 1),
        }
        sides = {name: stack.enter_context(peer(given.peers, name)) for name in GRAPHS}
        reach: dict[str, int] = {}
        for name, side in sides.items():
            told = side.ask("build", vectors=files["vectors"], file=f"{folder}/{name}", threads=os.cpu_count() or 1)
            side.ask("load_queries", tuning=files["tuning"], queries=files["queries"])
            reach[name] = widened(side, known)
            rows = side.ask("search", which="queries", first=0, number=HELD_OUT, top=TOP, reach=reach[name], rows=True)
            found[name] = {
                "build_s": round(told["wall_s"], 1), "settings": told["settings"], "file_mb": round(told["file_mb"], 1),
                "memory_mb": told["memory_mb"], "reach": reach[name], "recall": round(recall(rows["rows"], truth), 4),
            }  # fmt: skip
            print(f"{name}: {found[name]}", flush=True)
        threads, at = faiss.omp_get_max_threads(), dict.fromkeys(("flat", "duikou", *GRAPHS), 0)
        faiss.omp_set_num_threads(1)

        def turn(name: str) -> Took | None:
            first, number = at[name], ASKED if name != "flat" else 20
            at[name] = first + number
            if name in sides:
                said = sides[name].ask(
                    "search", which="queries", first=first, number=number, top=TOP, reach=reach[name]
                )  # fmt: skip
                return Took(said["wall_s"], said["processor_s"])
            faiss.cvar.distance_compute_blas_threshold = 20
            for i in range(first, first + number):
                query = queries[i % len(queries)][None]
                _ = index.search(query, TOP) if name == "duikou" else flat.search(query, TOP)
            return None

        times = in_turn({name: lambda name=name: turn(name) for name in at}, given.runs)  # type: ignore[misc]
        faiss.omp_set_num_threads(threads)
    found["flat"] = {}
    for name, row in times.items():
        found[name]["ms"] = round(row["wall_s"] / (20 if name == "flat" else ASKED) * 1e3, 3)
    print(json.dumps({name: found[name] for name in ("flat", "duikou", *GRAPHS)}, indent=1))
    keep("graph_search", found, given.out)


if __name__ == "__main__":
    main()
