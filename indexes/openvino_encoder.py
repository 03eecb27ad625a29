"""Runs an exported model by OpenVINO: the default way to encode, without torch.

Several texts share a row, each seeing itself alone (sequence packing), since a padded token costs as much as a real one.
Rows are a multiple of 16 tokens long and texts begin at even places: then sums are taken in the same order wherever a text
lies, and it has the same vector in any company. Several batches run at a time, one processor each, since threads that share
a batch wait for each other; one that is alone has all processors.
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
# Tokens of a batch: more no longer fit the cache beside a core.
BATCH_TOKENS: Final = 512
# The same where rows are so long that one more or less makes the difference.
MOST_TOKENS: Final = 768
# Share of an even part from which a batch that is not the last one is full.
FULL: Final = 0.95
# A row is as long as a multiple of this.
STEP: Final = 16
# A text begins at a multiple of this: products in bf16 add up two tokens at a time.
PLACE: Final = 2
# Rows are made longer than their longest text up to so many tokens, where that leaves less room empty.
WIDEST: Final = 128
# A row this much longer costs once more for each of its tokens, which are compared with all others of the row.
TWICE: Final = 1000
# Added to what a token must not see.
UNSEEN: Final = -1e9
# Batches at a time: each needs memory of its own.
MOST_STREAMS: Final = 16


@dataclass(frozen=True)
class Export:
    """An exported model (indexes/export.py writes it).

    Attributes:
        folder: where it lies; fingerprint: of the vectors it gives; precision: `bf16` or `fp32`.
        dimension: of a vector; longest: tokens a sequence may have, with those that begin and end it.
        before, after: tokens that begin and end a sequence; padding: token that fills a batch up.
        first: place of a sequence's first token, as the model counts.
        pooling: of the tokens' vectors, `mean` or `cls` (the first).
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
    first: int
    pooling: str
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
        where = list(places.values())
        tokens = self._tokens(list(places))
        out = np.empty((len(texts), self.dimension), np.float32)
        batches = packed([len(row) for row in tokens], self._streams)
        streams = self._streams if len(batches) > 1 else 1
        graph = self._compiled(streams)

        def run(batch: "Batch") -> None:
            for i, vector in zip(batch.texts(), graph.infer(batch, tokens), strict=True):
                out[where[i]] = vector

        if streams < 2:
            for batch in batches:
                run(batch)
        else:
            with ThreadPoolExecutor(streams) as pool:
                list(pool.map(run, batches))
        return out

    def _tokens(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Of each text, cut to what the model reads, with those that begin and end a sequence."""
        before, after = self._export.before, self._export.after
        room = self._export.longest - len(before) - len(after)
        found = self._cutter().encode([self._prefix + text for text in texts])
        return [np.array((*before, *row[:room], *after), np.int64) for row in found]

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

    def infer(self, batch: "Batch", tokens: Sequence[np.ndarray]) -> np.ndarray:
        """Vectors of the batch's texts, in the order of `Batch.texts`.

        Args:
            tokens: of every text.

        Returns:
            float32 (texts, dimension), of length 1.
        """
        shape = len(batch.rows), batch.width
        ids, places = np.full(shape, self._export.padding, np.int64), np.full(shape, self._export.first, np.int64)
        # What fills a row up sees itself, so that no token sees nothing.
        owners = np.full(shape, -1, np.int64)
        edges: list[int] = []
        for row, texts in enumerate(batch.rows):
            start = 0
            for text in texts:
                end = start + len(tokens[text])
                ids[row, start:end] = tokens[text]
                places[row, start:end] += np.arange(end - start)
                owners[row, start:end] = text
                edges += [row * batch.width + start, row * batch.width + end]
                start = -(-end // PLACE) * PLACE
        seen = owners[:, None, :, None] == owners[:, None, None, :]
        given = {"input_ids": ids, "places": places, "seen": np.where(seen, np.float32(0), np.float32(UNSEEN))}
        if self._words is not None:
            given["words"] = self._words[ids]
        request = self._free.get()
        try:
            request.infer({name: value for name, value in given.items() if name in self._inputs})
            found = request.get_output_tensor(0).data.reshape(ids.size, -1)
            vectors = self._pooled(found, np.array(edges))
        finally:
            self._free.put(request)
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), np.float32)

    def _pooled(self, found: np.ndarray, edges: np.ndarray) -> np.ndarray:
        """One vector a text from those of its tokens, (tokens, dimension); edges: where each text begins and ends.

        A mean may stay a sum, since only its direction counts.
        """
        if self._export.pooling == "cls":
            return np.array(found[edges[::2]], np.float32)
        # The end of the last one is not told where it is the end of all.
        return np.add.reduceat(found, edges[:-1] if edges[-1] == len(found) else edges, axis=0, dtype=np.float32)[::2]


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


@dataclass(frozen=True)
class Batch:
    """Texts by number, several in a row; width: tokens of a row."""

    width: int
    rows: tuple[tuple[int, ...], ...]

    def texts(self) -> list[int]:
        return [text for row in self.rows for text in row]


def packed(lengths: Sequence[int], streams: int = 1) -> list[Batch]:
    """Texts in batches, the longest first, so that little of a row stays empty.

    Args:
        lengths: tokens of each text; streams: batches at a time, of which none should wait for another at the end.
    """
    stock: dict[int, list[int]] = {}
    for text in sorted(range(len(lengths)), reverse=True):
        stock.setdefault(-(-lengths[text] // PLACE) * PLACE, []).append(text)
    total = sum(length * len(texts) for length, texts in stock.items())
    number = -(-total // BATCH_TOKENS)
    if number > 1:
        number = -(-number // streams) * streams
    batches: list[Batch] = []
    while stock:
        counts = {length: len(stock[length]) for length in sorted(stock)}
        # Of what is left, over the batches that are left: the last one takes all of it, others no row for its last tokens.
        share: float = sum(length * count for length, count in counts.items())
        if (remaining := number - len(batches)) > 1:
            share *= FULL / remaining
        shortest = -(-max(counts) // STEP) * STEP
        widths = range(shortest, max(shortest, WIDEST) + 1, STEP)
        _, width, rows = min(_rows(counts, width, share) for width in widths)
        batches.append(Batch(width, tuple(tuple(stock[length].pop() for length in row) for row in rows)))
        stock = {length: texts for length, texts in stock.items() if texts}
    return batches


def _rows(counts: dict[int, int], width: int, tokens: float) -> tuple[float, int, list[list[int]]]:
    """Rows of so many tokens from texts of these lengths, until they hold as many tokens as asked or as fit.

    Args:
        counts: length -> texts, ascending.

    Returns:
        cost of a token that is no filling; width; rows, as the lengths of their texts.
    """
    left, rows, used = counts.copy(), list[list[int]](), 0
    while used < tokens and (not rows or (len(rows) + 1) * width <= MOST_TOKENS):
        row, room = list[int](), width
        for length in reversed(counts):
            number = min(left[length], room // length)
            row += [length] * number
            left[length] -= number
            room -= number * length
        rows.append(row)
        used += width - room
    return len(rows) * width * (1 + width / TWICE) / used, width, rows
