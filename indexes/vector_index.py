"""A FAISS index on disk: built once for a set of vectors, mapped on load, never half written.

An index is a folder with a file of vectors and `manifest.json`, which names that file, its hash, the ids and the encoder.
Replacing the manifest is one step of the file system, so a reader sees the old index or the new one.
"""

import hashlib
import json
import os
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

MANIFEST = "manifest.json"
ATTEMPTS = 4
KEPT_SECONDS = 3600


class IndexFault(ValueError):
    """An index that cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class VectorIndex:
    """Ids and the vectors behind them, searched by inner product.

    Attributes:
        ids: one a vector, in order.
        encoder: fingerprint of the encoder the vectors came from.
    """

    ids: tuple[str, ...]
    encoder: str
    _index: Any

    def search(self, queries: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
        """The `top` best rows of each query: scores float32 and row numbers int64, both (n, min(top, rows))."""
        import faiss

        top = min(top, len(self.ids))
        if not len(queries) or not top:
            return np.empty((len(queries), top), np.float32), np.empty((len(queries), top), np.int64)
        # From four queries up a matrix product beats the scan that the default threshold would choose.
        faiss.cvar.distance_compute_blas_threshold = 0 if len(queries) >= 4 else 20
        scores, rows = self._index.search(np.ascontiguousarray(queries, np.float32), top)
        return scores, rows


def write_index(folder: Path, vectors: np.ndarray, ids: Sequence[str], encoder: str) -> VectorIndex:
    """Builds the index, writes it into `folder` (replacing what is there) and opens it mapped.

    The vectors go into a file of a new name; the manifest that names it is then replaced in one step. Readers and other
    writers at the same moment see one whole index or another.

    Args:
        vectors: float32 (n, d); ids: n names; encoder: fingerprint.
    """
    import faiss

    if len(vectors) != len(ids):
        raise IndexFault(f"{len(vectors)} vectors for {len(ids)} ids")
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, np.float32))
    folder.mkdir(parents=True, exist_ok=True)
    earlier = set(folder.glob("vectors-*.faiss"))
    with tempfile.TemporaryDirectory(prefix=".building-", dir=folder) as building:
        file = Path(building) / "vectors.faiss"
        faiss.write_index(index, str(file))
        digest = _sha256(file)
        name = f"vectors-{uuid.uuid4().hex[:16]}.faiss"
        manifest = {
            "encoder": encoder,
            "dimension": int(vectors.shape[1]),
            "rows": len(ids),
            "kind": "flat, exact",
            "file": name,
            "sha256": digest,
            "ids": list(ids),
        }
        draft = Path(building) / MANIFEST
        draft.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
        os.replace(file, folder / name)
        os.replace(draft, folder / MANIFEST)
    found = open_index(folder)
    for file in earlier:
        # Young ones may belong to another writer whose manifest is not in its place yet.
        if time.time() - file.stat().st_mtime > KEPT_SECONDS:
            file.unlink(missing_ok=True)
    return found


def open_index(folder: Path, encoder: str | None = None, check: bool = False) -> VectorIndex:
    """Maps an index written by `write_index`.

    Args:
        encoder: the fingerprint that queries will come from; an index of another encoder is refused.
        check: also compare the file's hash with the manifest's, which reads all of it.

    Raises:
        IndexFault: missing, damaged, or of another encoder.
    """
    # The manifest may be replaced between reading it and opening the file it named; then the next one is whole.
    for _ in range(ATTEMPTS - 1):
        try:
            return _open(folder, encoder, check)
        except IndexFault:
            continue
    return _open(folder, encoder, check)


def _open(folder: Path, encoder: str | None, check: bool) -> VectorIndex:
    import faiss

    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        file = folder / manifest["file"]
        if check and _sha256(file) != manifest["sha256"]:
            raise IndexFault(f"index {folder}: {file.name} is not the file its manifest describes; build it again")
        index = faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
        found = VectorIndex(tuple(manifest["ids"]), manifest["encoder"], index)
    except IndexFault:
        raise
    except (OSError, RuntimeError, KeyError, TypeError, ValueError) as fault:
        raise IndexFault(f"index {folder}: cannot be read ({type(fault).__name__}); build it again") from None
    if index.ntotal != len(found.ids):
        raise IndexFault(f"index {folder}: {index.ntotal} vectors for {len(found.ids)} ids; build it again")
    if encoder is not None and found.encoder != encoder:
        raise IndexFault(f"index {folder}: made with encoder {found.encoder}, asked with {encoder}; build it again")
    return found


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
