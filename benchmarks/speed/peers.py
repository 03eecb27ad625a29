"""The peers' side: txtai, hnswlib and usearch, run by an interpreter of their own, told what to do line by line.

    python3.11 -m venv DIR
    DIR/bin/pip install torch==2.13.0        # first, and where a plain torch brings CUDA from PyTorch's index of CPU builds
    DIR/bin/pip install -r benchmarks/speed/peers.txt

Nothing of the product is imported here. `peer` starts this file with that interpreter; each line on its standard input is
a request as JSON, each line on its standard output the answer, with the seconds that the work itself took. So a peer and
the product take turns, each in a process of its own.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("txtai", "hnswlib", "usearch", "faiss-cpu", "torch", "transformers", "numpy")


class Side:
    """One side of a comparison in a process of its own, which answers by `serve`. Use it as a context manager."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"HF_HUB_OFFLINE": "1"}
        )

    def __enter__(self) -> "Side":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def ask(self, what: str, **given: Any) -> dict[str, Any]:
        """The answer to one request, with `wall_s` and `processor_s` of the work.

        Raises:
            RuntimeError: the process ended; what it said stands on standard error.
        """
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"what": what, **given}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process ended at {what!r} (status {self._process.wait()})")
        return dict(json.loads(line))


def peer(interpreter: str, kind: str) -> Side:
    """A peer (`txtai`, `hnswlib` or `usearch`), run by the interpreter of its environment."""
    return Side(interpreter, __file__, kind)


def versions(interpreter: str) -> dict[str, str]:
    """The peers' packages as that interpreter finds them."""
    said = subprocess.run([interpreter, __file__, "versions"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(json.loads(said))


def own_memory_mb() -> float:
    """Memory of this process that no file backs, in megabytes (Linux): mapped vectors are not counted."""
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("RssAnon"))
    return round(int(line.split()[1]) / 1024, 1)


def peak_mb() -> float:
    """Most memory this process held, in megabytes."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


class Txtai:
    """Texts to a saved index, and answers from it, by txtai with its defaults and the model given."""

    def build(self, texts: str, model: str, prefix: str, folder: str) -> dict[str, Any]:
        """The texts (a JSON file) indexed and saved, the model's loading included."""
        from txtai import Embeddings

        given = json.loads(Path(texts).read_text(encoding="utf-8"))
        start = time.perf_counter()
        self.prefix, self.made = prefix, Embeddings(path=model, device="cpu")
        loading, encoding, encode = time.perf_counter() - start, [0.0], self.made.model.encode

        def timed(data: Any, category: Any = None) -> Any:
            began = time.perf_counter()
            found = encode(data, category)
            encoding[0] += time.perf_counter() - began
            return found

        self.made.model.encode = timed
        self.made.index((i, prefix + text, None) for i, text in enumerate(given))
        self.made.save(folder)
        self.made.model.encode = encode
        self.default = self.made.ann.nprobe()
        return {
            "loading_s": loading, "encoding_s": encoding[0], "peak_mb": peak_mb(),
            "components": self.made.config["build"]["settings"]["components"], "lists_read": self.default,
        }  # fmt: skip

    def search(self, texts: list[str], top: int, everything: bool = False) -> dict[str, Any]:
        """Rows found for each text, one question at a time; with `everything`, all lists of the index are read."""
        self.made.config["faiss"] = {
            "nprobe": getattr(self.made.ann.backend, "nlist", 1) if everything else self.default
        }
        self.made.ann.config["faiss"] = self.made.config["faiss"]
        return {"rows": [[row for row, _ in self.made.search(self.prefix + text, top)] for text in texts]}

    def batch(self, texts: list[str], top: int) -> dict[str, Any]:
        """Rows found for each text, all asked together."""
        found = self.made.batchsearch([self.prefix + text for text in texts], top)
        return {"rows": [[row for row, _ in rows] for rows in found]}


class Graph:
    """A graph of vectors, built on all threads and searched on one; what both libraries share."""

    def build(self, vectors: str, file: str, threads: int) -> dict[str, Any]:
        """The vectors (a .npy file, float32) indexed and saved."""
        import numpy as np

        given = np.load(vectors, mmap_mode="r")
        before = own_memory_mb()
        settings = self.made_of(given, threads)
        self.save(file)
        return {**settings, "memory_mb": round(own_memory_mb() - before, 1), "file_mb": os.path.getsize(file) / 1e6}

    def load_queries(self, tuning: str, queries: str) -> dict[str, Any]:
        import numpy as np

        self.sets = {"tuning": np.load(tuning), "queries": np.load(queries)}
        return {}

    def search(self, which: str, first: int, number: int, top: int, reach: int, rows: bool = False) -> dict[str, Any]:
        """`number` questions of a set from `first` on (round again at its end), one at a time on one thread."""
        asked = self.sets[which]
        self.widen(reach)
        found = [self.one(asked[(first + i) % len(asked)], top) for i in range(number)]
        return {"rows": [[int(x) for x in row] for row in found]} if rows else {}

    def made_of(self, vectors: Any, threads: int) -> dict[str, Any]:
        raise NotImplementedError

    def save(self, file: str) -> None:
        raise NotImplementedError

    def widen(self, reach: int) -> None:
        raise NotImplementedError

    def one(self, query: Any, top: int) -> Any:
        raise NotImplementedError


class Hnswlib(Graph):
    """M 16 and ef_construction 200, as its own examples have it."""

    def made_of(self, vectors: Any, threads: int) -> dict[str, Any]:
        import hnswlib

        self.index = hnswlib.Index(space="ip", dim=vectors.shape[1])
        self.index.init_index(max_elements=len(vectors), M=16, ef_construction=200)
        self.index.add_items(vectors, num_threads=threads)
        return {"settings": "M 16, ef_construction 200, float32"}

    def save(self, file: str) -> None:
        self.index.save_index(file)

    def widen(self, reach: int) -> None:
        self.index.set_ef(reach)

    def one(self, query: Any, top: int) -> Any:
        return self.index.knn_query(query, top, num_threads=1)[0][0]


class Usearch(Graph):
    """Its own defaults, numbers in the format it chooses for the processor."""

    def made_of(self, vectors: Any, threads: int) -> dict[str, Any]:
        import numpy as np
        from usearch.index import Index

        self.index = Index(ndim=vectors.shape[1], metric="ip")
        self.index.add(np.arange(len(vectors)), vectors, threads=threads)
        made = self.index
        return {"settings": f"connectivity {made.connectivity}, expansion_add {made.expansion_add}, {made.dtype.name}"}

    def save(self, file: str) -> None:
        self.index.save(file)

    def widen(self, reach: int) -> None:
        self.index.expansion_search = reach

    def one(self, query: Any, top: int) -> Any:
        return self.index.search(query, top, threads=1).keys


def serve(does: object) -> None:
    """Requests from standard input, one at a time, until it closes."""
    # Libraries print; answers go where the product listens, everything else to standard error.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        given = json.loads(line)
        method: Callable[..., dict[str, Any]] = getattr(does, given.pop("what"))
        start, used = time.perf_counter(), time.process_time()
        found = method(**given)
        found |= {"wall_s": time.perf_counter() - start, "processor_s": time.process_time() - used}
        answers.write(json.dumps(found) + "\n")
        answers.flush()


if __name__ == "__main__":
    if sys.argv[1] == "versions":
        print(json.dumps({name: version(name) for name in PACKAGES}))
    else:
        serve({"txtai": Txtai, "hnswlib": Hnswlib, "usearch": Usearch}[sys.argv[1]]())
