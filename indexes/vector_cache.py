"""Vectors already computed, kept on disk by text and encoder: a second run encodes only what is new."""

import hashlib
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from indexes.cluster import ClusterEncoder
from indexes.encoder import Encoder

# Texts encoded between two writes: an interrupted run loses at most this many.
CHUNK = 512


class VectorCache:
    """Encodes texts through a file of earlier vectors, one file an encoder fingerprint.

    SQLite carries the file: several processes may read and write it at once, and a killed one leaves it whole.
    """

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self._encoder = encoder
        self._path = folder / f"{encoder.fingerprint}.sqlite"
        folder.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as store, store:
            store.execute("CREATE TABLE IF NOT EXISTS vectors (text_hash BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> np.ndarray:
        """float32 array of shape (len(texts), dimension), rows of length 1, in the order of the texts.

        Args:
            texts: any texts, repeated ones are encoded once.
            progress: called with (new texts encoded, new texts in all) after every chunk.
        """
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        with closing(self._open()) as store:
            known = self._load(store, keys)
            new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            # Longest first within the run, so that the time left, judged from the first chunks, is not too rosy.
            order = sorted(new, key=lambda key: (-len(new[key]), key))
            chunks = [order[start : start + CHUNK] for start in range(0, len(order), CHUNK)]
            done = 0
            for at, vectors in self._encoded([[new[key] for key in chunk] for chunk in chunks]):
                chunk = chunks[at]
                known.update(zip(chunk, vectors, strict=True))
                with store:
                    store.executemany(
                        "INSERT OR IGNORE INTO vectors VALUES (?, ?)",
                        [(key, vector.tobytes()) for key, vector in zip(chunk, vectors, strict=True)],
                    )
                done += len(chunk)
                if progress:
                    progress(done, len(order))
        if not keys:
            return np.empty((0, self._encoder.dimension), np.float32)
        return np.stack([known[key] for key in keys])

    def _encoded(self, chunks: Sequence[Sequence[str]]) -> Iterator[tuple[int, np.ndarray]]:
        """(position, vectors) of every chunk: one after another, or as the workers of a cluster finish them."""
        if isinstance(self._encoder, ClusterEncoder):
            return self._encoder.encode_chunks(chunks)
        return ((at, self._encoder.encode(chunk)) for at, chunk in enumerate(chunks))

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=60)

    @staticmethod
    def _load(store: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        found: dict[bytes, np.ndarray] = {}
        unique = sorted(set(keys))
        for start in range(0, len(unique), CHUNK):
            chunk = unique[start : start + CHUNK]
            marks = ",".join("?" * len(chunk))
            rows = store.execute(f"SELECT text_hash, vector FROM vectors WHERE text_hash IN ({marks})", chunk)
            found.update((key, np.frombuffer(vector, np.float32)) for key, vector in rows)
        return found


class RecentVectors:
    """The vectors of the texts asked for last, in memory, before a slower way to them. Threads may share it."""

    def __init__(self, encode: Callable[[Sequence[str]], np.ndarray], most: int) -> None:
        """
        Args:
            encode: texts -> float32 (n, d); most: texts kept.
        """
        self._encode, self._most = encode, most
        self._known: OrderedDict[str, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """Text -> float32 (d,); the new ones are encoded in one go."""
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
            for text in found:
                self._known.move_to_end(text)
        new = [text for text in dict.fromkeys(texts) if text not in found]
        if new:
            found.update(zip(new, self._encode(new), strict=True))
            with self._lock:
                self._known.update((text, found[text]) for text in new)
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
        return found
