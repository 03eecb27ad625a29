"""Runs an exported model by OpenVINO: the default way to encode, without torch.

Texts are sorted into batches of much the same length, since a padded token costs as much as a real one. Every batch is as
long as a multiple of 16 tokens (or all that the model reads): sums over a part of 16 are taken in another order, and then
a text would have another vector in other company. Several batches run at a time, one processor each, since threads that
share a batch wait for each other; one that is alone has all processors.
"""

import os
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final, Protocol

import numpy as np

from indexes.unigram import UnigramTokenizer

GRAPH: Final = "graph.xml"
WORDS: Final = "words.npy"
COMPILED: Final = "compiled"
TOKENIZER: Final = "tokenizer.json"
# Padded tokens a batch may hold: more no longer fit the cache beside a core.
BATCH_TOKENS: Final = 512
# A batch is padded to a multiple of this.
STEP: Final = 16
# Padded tokens that cost as much as one more batch, which reads all weights again (6.6 ms of a batch of 16 tokens,
# while one of 512 takes 47: benchmarks/speed/eight_bits.py, bf16).
BATCH_COST: Final = 64
# Batches at a time: each needs memory of its own.
MOST_STREAMS: Final = 16


@dataclass(frozen=True)
class Export:
    """An exported model (indexes/export.py writes it).

    Attributes:
        folder: where it lies; fingerprint: of the vectors it gives; precision: `bf16` or `fp32`.
        dimension: of a vector; longest: tokens a sequence may have, with those that begin and end it.
        before, after: tokens that begin and end a sequence; padding: token that fills a batch up.
        mapped_words: whether the word vectors lie apart.
        unigram: settings of `UnigramTokenizer`; None where the tokenizer library reads its own file.
        agreement: `cosine` and `overlap` measured against the model's own library.
    """

    folder: Path
    fingerprint: str
    precision: str
    dimension: int
    longest: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    padding: int
    mapped_words: bool
    unigram: Mapping[str, Any] | None
    agreement: Mapping[str, float]


class Tokenizer(Protocol):
    def encode(self, texts: Sequence[str]) -> list[np.ndarray]: ...


_LOADING = threading.Lock()


def openvino() -> Any:
    """The package, without its reports of use to its maker: a bureau's machine tells nobody what it does."""
    with _LOADING:
        sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
        import openvino as ov

        # The first look at a tensor's numbers sets up something of the library's own, and two threads that look first at
        # the same moment wait for each other for ever (one holds its lock, the other the interpreter's).
        _ = ov.Tensor(np.zeros(1, np.float32)).data
        return ov


class OpenVinoEncoder:
    """An exported model, loaded on first use. Any number of threads may call it."""

    def __init__(self, export: Export, prefix: str = "", threads: int | None = None) -> None:
        """
        Args:
            prefix: goes before every text.
            threads: as many as the process has processors if None.
        """
        self._export = export
        self._prefix = prefix
        self._streams = min(threads or processors(), MOST_STREAMS)
        self._lock = threading.Lock()
        self._tokenizer: Tokenizer | None = None
        self._graphs: dict[int, _Graph] = {}

    @property
    def fingerprint(self) -> str:
        return self._export.fingerprint

    @property
    def dimension(self) -> int:
        return self._export.dimension

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        places: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            places.setdefault(text, []).append(place)
        edges = len(self._export.before) + len(self._export.after)
        room = self._export.longest - edges
        tokens = [row[:room] for row in self._cutter().encode([self._prefix + text for text in places])]
        where = list(places.values())
        out = np.empty((len(texts), self.dimension), np.float32)
        batches = _batches([padded(len(row) + edges, self._export.longest) for row in tokens])
        streams = self._streams if len(batches) > 1 else 1
        graph = self._compiled(streams)

        def run(batch: list[int]) -> None:
            for i, vector in zip(batch, graph.infer([tokens[i] for i in batch]), strict=True):
                out[where[i]] = vector

        if streams < 2:
            for batch in batches:
                run(batch)
        else:
            with ThreadPoolExecutor(streams) as pool:
                list(pool.map(run, batches))
        return out

    def _cutter(self) -> Tokenizer:
        with self._lock:
            if self._tokenizer is None:
                folder, unigram = self._export.folder, self._export.unigram
                self._tokenizer = (
                    UnigramTokenizer(folder, unigram) if unigram else _LibraryTokenizer(folder / TOKENIZER)
                )
            return self._tokenizer

    def _compiled(self, streams: int) -> "_Graph":
        """The graph that takes so many batches at a time; all threads are shared among them."""
        with self._lock:
            if streams not in self._graphs:
                self._graphs[streams] = _Graph(self._export, streams, self._streams)
            return self._graphs[streams]


class _Graph:
    """The compiled graph with one request a stream, and the word vectors."""

    def __init__(self, export: Export, streams: int, threads: int) -> None:
        self._export = export
        compiled = (
            openvino()
            .Core()
            .compile_model(
                str(export.folder / GRAPH),
                "CPU",
                {
                    "INFERENCE_PRECISION_HINT": "bf16" if export.precision == "bf16" else "f32",
                    "NUM_STREAMS": streams,
                    "INFERENCE_NUM_THREADS": threads,
                    # The graph as compiled for this processor is kept and mapped.
                    "CACHE_DIR": str(export.folder / COMPILED),
                },
            )
        )
        self._inputs = {name for port in compiled.inputs for name in port.get_names()}
        self._free: SimpleQueue[Any] = SimpleQueue()
        for _ in range(streams):
            self._free.put(compiled.create_infer_request())
        self._words = np.load(export.folder / WORDS, mmap_mode="r") if export.mapped_words else None

    def infer(self, rows: Sequence[np.ndarray]) -> np.ndarray:
        """float32 (len(rows), dimension), rows of length 1."""
        edges = len(self._export.before) + len(self._export.after)
        shape = len(rows), padded(max(map(len, rows)) + edges, self._export.longest)
        tokens, mask = np.full(shape, self._export.padding, np.int64), np.zeros(shape, np.int64)
        for i, row in enumerate(rows):
            whole = (*self._export.before, *row, *self._export.after)
            tokens[i, : len(whole)], mask[i, : len(whole)] = whole, 1
        given = {"input_ids": tokens, "attention_mask": mask}
        if self._words is not None:
            given["words"] = self._words[tokens]
        request = self._free.get()
        try:
            request.infer({name: value for name, value in given.items() if name in self._inputs})
            found = np.array(request.get_output_tensor(0).data, np.float32)
        finally:
            self._free.put(request)
        # Again in fp32: a length of 1 in bf16 is off in the third decimal.
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12), np.float32)


class _LibraryTokenizer:
    """A tokenizer of any kind, read whole. One thread at a time: the library refuses to be shared."""

    def __init__(self, file: Path) -> None:
        from tokenizers import Tokenizer as Library

        self._library = Library.from_file(str(file))
        self._library.no_truncation()
        self._library.no_padding()
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> list[np.ndarray]:
        with self._lock:
            found = self._library.encode_batch(list(texts), add_special_tokens=False)
        return [np.array(row.ids, np.int64) for row in found]


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def padded(length: int, longest: int) -> int:
    """Tokens that a sequence of some length takes up at least."""
    return min(-(-length // STEP) * STEP, longest)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Rows in batches, the longest first: of at most BATCH_TOKENS (or one row), at the least cost of all together."""
    rows = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    cost, start = [0.0], [0]
    for end in range(1, len(rows) + 1):
        # The last batch has the rows from `first` on, and is as long as that one.
        options = [(cost[end - 1] + BATCH_COST + lengths[rows[end - 1]], end - 1)]
        for first in range(end - 2, -1, -1):
            tokens = lengths[rows[first]] * (end - first)
            if tokens > BATCH_TOKENS:
                break
            options.append((cost[first] + BATCH_COST + tokens, first))
        least, first = min(options)
        cost.append(least)
        start.append(first)
    batches: list[list[int]] = []
    end = len(rows)
    while end:
        batches.append(rows[start[end] : end])
        end = start[end]
    return batches[::-1]
