"""Texts encoded by four Dask workers on this machine, one of them killed in the middle, beside one machine alone.

    python benchmarks/speed/cluster.py [--chunks 40] [--size 64] [--workers 4] [--out DIR]

Three ways on the same chunks of the pilot city's texts, each into an empty place: alone, in this process; four workers;
four workers, one killed with SIGKILL once a third of the chunks are there. Vectors must be the same bytes each time. Aim: no
more than 1.1 times the time of the workers that nobody killed, plus one chunk; a worker's start is not counted, since a
cluster is there before its work comes.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from distributed import Client, LocalCluster
from encoding import city_texts
from pairing import keep, machine

from indexes.cluster import ClusterEncoder
from indexes.encoder import Encoder, choose_encoder


def spread_over(workers: int, encoder: Encoder, chunks: list[list[str]], kill_after: int | None) -> tuple[float, bytes]:
    """Seconds from the first chunk sent to the last one back, and all vectors in order."""
    with (
        tempfile.TemporaryDirectory() as place,
        LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as cluster,  # type: ignore[no-untyped-call]
    ):
        spread = ClusterEncoder(encoder, None, cluster.scheduler_address, place)
        with Client(cluster.scheduler_address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            pids: dict[str, int] = client.run(os.getpid)
            # Every worker loads its model before the clock runs.
            client.run(_warm)
        found: dict[int, np.ndarray] = {}
        start = time.perf_counter()
        for at, vectors in spread.encode_chunks(chunks):
            found[at] = vectors
            if len(found) == kill_after:
                os.kill(min(pids.values()), signal.SIGKILL)
        seconds = time.perf_counter() - start
    return seconds, b"".join(found[at].tobytes() for at in range(len(chunks)))


def _warm() -> None:
    from indexes.cluster import own_encoder

    own_encoder(None).encode(["对口"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, default=40)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    texts, encoder = city_texts(given.chunks * given.size), choose_encoder().encoder
    # Texts of all lengths in every chunk: a chunk costs what the others cost.
    chunks = [texts[at :: given.chunks] for at in range(given.chunks)]
    encoder.encode(texts[:8])
    took, alone = [], []
    for chunk in chunks:
        start = time.perf_counter()
        alone.append(encoder.encode(chunk).tobytes())
        took.append(time.perf_counter() - start)
    whole, expected = sum(took), b"".join(alone)
    calm, calm_bytes = spread_over(given.workers, encoder, chunks, None)
    hurt, hurt_bytes = spread_over(given.workers, encoder, chunks, max(1, given.chunks // 3))
    # Workers share the processors: a chunk takes one of them as many times longer as there are workers to a processor.
    chunk = statistics.median(took) * given.workers
    found: dict[str, Any] = {
        "date": date.today().isoformat(),
        "machine": machine(),
        "texts": len(texts),
        "chunks": len(chunks),
        "workers": given.workers,
        "alone_s": round(whole, 2),
        "workers_s": round(calm, 2),
        "one_killed_s": round(hurt, 2),
        "one_chunk_at_a_worker_s": round(chunk, 2),
        "times_workers": round(hurt / calm, 3),
        "times_workers_less_a_chunk": round((hurt - chunk) / calm, 3),
        "same_bytes": calm_bytes == hurt_bytes == expected,
    }
    print({name: value for name, value in found.items() if name != "machine"})
    keep("cluster", found, given.out)
    sys.exit(int(not found["same_bytes"]))


if __name__ == "__main__":
    main()
