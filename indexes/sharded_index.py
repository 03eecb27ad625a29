"""An index of more vectors than one machine should build: shards, each an index of its own, searched together.

A shard is built from one part by whichever worker is free (indexes/cluster.py) and is written whole or not at all, so a
killed worker costs its shard, and what an earlier run built is left. Shards lie in a folder that all machines see, since
they are mapped; parts may lie in an object store.
"""

import hashlib
import json
import os
import shutil
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

import numpy as np

from indexes import shared_files
from indexes.cluster import spread
from indexes.vector_index import KEPT_SECONDS, IndexFault, VectorIndex, open_index, write_index

SHARDS = "shards.json"


@dataclass(frozen=True)
class Part:
    """What one shard is built from.

    Attributes:
        vectors: path or address of a `.npy` file, float32 (rows, d); names: of a UTF-8 file, a name a line.
        digest: of both.
    """

    vectors: str
    names: str
    digest: str


@dataclass(frozen=True)
class ShardedIndex:
    """Shards in order; a row's number counts through all of them.

    Attributes:
        encoder: fingerprint of the encoder the vectors came from.
    """

    shards: tuple[VectorIndex, ...]
    encoder: str

    def search(self, queries: np.ndarray, top: int, exact: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """The `top` best rows of each query, as `VectorIndex.search` gives them; of equal scores the first row."""
        scores = np.empty((len(queries), 0), np.float32)
        rows = np.empty((len(queries), 0), np.int64)
        for start, shard in zip(self._starts, self.shards, strict=False):
            more, places = shard.search(queries, top, exact=exact)
            scores, rows = np.concatenate([scores, more], axis=1), np.concatenate([rows, places + start], axis=1)
            best = np.argsort(-scores, axis=1, kind="stable")[:, :top]
            scores, rows = np.take_along_axis(scores, best, axis=1), np.take_along_axis(rows, best, axis=1)
        return scores, rows

    def __len__(self) -> int:
        """Rows of all shards."""
        return self._starts[-1]

    def name(self, row: int) -> str:
        """The name of a row, 0 <= row < len."""
        at = bisect_right(self._starts, row) - 1
        return self.shards[at].ids[row - self._starts[at]]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(shard.ids) for shard in self.shards)]


def write_part(place: str, vectors: np.ndarray, names: Sequence[str]) -> Part:
    """Writes what a shard is to be built from below a shared place; what is there already is left.

    Args:
        place: folder or address; vectors: float32 (n, d); names: n, without line breaks.
    """
    if len(vectors) != len(names):
        raise IndexFault(f"{len(vectors)} vectors for {len(names)} names")
    if broken := [name for name in names if len(name.splitlines()) > 1]:
        raise IndexFault(f"name {broken[0]!r} holds a line break: names are kept one a line")
    kept, listed = np.ascontiguousarray(vectors, np.float32), "\n".join(names).encode()
    digest = hashlib.sha256(kept.tobytes() + listed).hexdigest()[:32]
    stem = f"{place.rstrip('/')}/{digest}"
    part = Part(f"{stem}.npy", f"{stem}.txt", digest)
    if not shared_files.exists(part.vectors):
        shared_files.write_array(part.vectors, kept)
    if not shared_files.exists(part.names):
        shared_files.write(part.names, listed)
    return part


def write_shards(
    folder: Path,
    parts: Sequence[Part],
    encoder: str,
    recall: float = 1.0,
    address: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ShardedIndex:
    """Builds a shard of every part, names them in one step and opens them.

    Args:
        folder: that all machines see under this path.
        encoder: fingerprint; recall: as `write_index` takes it.
        address: of a scheduler; shards are built here one after another if None.
        progress: called with (done, of).
    """
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [(part, str(folder), encoder, recall) for part in parts]
    names = [""] * len(parts)
    for done, (at, name) in enumerate(spread(build_shard, tasks, address), 1):
        names[at] = name
        if progress:
            progress(done, len(parts))
    earlier = set(folder.glob("shard-*")) - {folder / name for name in names}
    draft = folder / f".{SHARDS}-{os.getpid()}"
    draft.write_text(json.dumps({"encoder": encoder, "shards": names}), encoding="utf-8")
    os.replace(draft, folder / SHARDS)
    for shard in earlier:
        # Young ones may belong to another writer whose list is not in its place yet.
        if time.time() - shard.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(shard, ignore_errors=True)
    return open_shards(folder, encoder)


def build_shard(task: tuple[Part, str, str, float]) -> str:
    """Builds one shard and returns its name in the folder; one that is there whole is left.

    Args:
        task: part, folder, encoder, recall.
    """
    part, folder, encoder, recall = task
    key = hashlib.sha256(f"{part.digest} {encoder} {recall}".encode()).hexdigest()[:24]
    name = f"shard-{key}"
    try:
        open_index(Path(folder) / name, encoder)
    except IndexFault:
        names = shared_files.read(part.names).decode().split("\n")
        write_index(Path(folder) / name, shared_files.read_array(part.vectors), names, encoder, recall)
    return name


def open_shards(folder: Path, encoder: str | None = None) -> ShardedIndex:
    """Maps what `write_shards` wrote.

    Raises:
        IndexFault: missing, damaged, or of another encoder.
    """
    try:
        manifest = json.loads((folder / SHARDS).read_text(encoding="utf-8"))
        names, made_with = [str(name) for name in manifest["shards"]], str(manifest["encoder"])
    except (OSError, KeyError, TypeError, ValueError) as fault:
        raise IndexFault(f"index {folder}: cannot be read ({type(fault).__name__}); build it again") from None
    return ShardedIndex(tuple(open_index(folder / name, encoder or made_with) for name in names), made_with)
