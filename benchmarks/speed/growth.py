"""What search costs against size over four decades: 100 to 1,000,000 generated vectors.

    python benchmarks/speed/growth.py [--most N] [--runs N] [--out DIR]

At each size: seconds to build and write the index as the product does, and milliseconds of one query on one thread, by the
product's way of that size and by a scan of all. Up to 10,000 rows the product scans too; above, it has a compressed index,
tuned for a recall@100 of .99. Lines fitted to the logarithms give the power of the size that a cost grows with.

Ten million rows are a fifth decade: 15 GB of vectors, and as much again while building (`--most 10000000`, untried).
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from generated_vectors import generated_vectors
from pairing import in_turn, keep, machine

from indexes.vector_index import VectorIndex, open_index, write_index

TOP = 100
QUERIES = 500
LEAST = 100


def measured(rows: np.ndarray, queries: np.ndarray, runs: int) -> dict[str, Any]:
    """One size."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        write_index(Path(folder), rows, [f"A{i}" for i in range(len(rows))], "generated", 0.99, queries)
        built = time.perf_counter() - start
        index = open_index(Path(folder))
        number = max(3, min(200, 3_000_000 // len(rows)))
        ways = {
            "scan": lambda: asked(index, queries, number, exact=True),
            "duikou": lambda: asked(index, queries, 200, exact=False),
        }
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        for way in ways.values():
            way()
        times = in_turn(ways, runs)
        faiss.omp_set_num_threads(threads)
    return {
        "rows": len(rows), "build_s": round(built, 3), "kind": index.near.kind if index.near else "exact",
        "recall_100": index.near.recall if index.near else 1.0,
        "scan_ms": round(times["scan"]["wall_s"] / number * 1e3, 4),
        "duikou_ms": round(times["duikou"]["wall_s"] / 200 * 1e3, 4),
    }  # fmt: skip


def asked(index: VectorIndex, queries: np.ndarray, number: int, exact: bool) -> None:
    for i in range(number):
        index.search(queries[i % len(queries)][None], TOP, exact=exact)


def power(rows: list[dict[str, Any]], cost: str) -> float | None:
    """Exponent of the size in the cost; None for fewer than two sizes."""
    if len(rows) < 2:
        return None
    logs = np.log([[row["rows"], row[cost]] for row in rows])
    return round(float(np.polyfit(logs[:, 0], logs[:, 1], 1)[0]), 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    everything = generated_vectors(given.most + QUERIES, "second")
    queries, sizes = everything[-QUERIES:], [LEAST]
    # Two a decade: 100, 316, 1,000 ...
    while sizes[-1] < given.most:
        sizes.append(min(given.most, round(LEAST * 10 ** (len(sizes) / 2))))
    found: dict[str, Any] = {"machine": machine(), "sizes": []}
    for size in sizes:
        found["sizes"].append(measured(everything[:size], queries, given.runs))
        print(found["sizes"][-1], flush=True)
    # Below, a call costs more than what it reads; and scan and compressed index are two laws, not one.
    scanned = [row for row in found["sizes"] if row["rows"] >= 10_000]
    compressed = [row for row in scanned if row["kind"] != "exact"]
    found["powers"] = {
        "scan_ms": power(scanned, "scan_ms"),
        "compressed_ms": power(compressed, "duikou_ms"),
        "compressed_build_s": power(compressed, "build_s"),
    }
    print(f"grows with the size to the power of: {found['powers']}")
    keep("growth", found, given.out)


if __name__ == "__main__":
    main()
