"""A FAISS index on disk: built once for a set of vectors, mapped on load, never half written.

An index is a folder with `vectors.faiss`, `manifest.json` (ids, encoder, size, hash) and nothing else. It is written
beside its place and renamed, so a reader sees the old one or the new one.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


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

    Args:
        vectors: float32 (n, d); ids: n names; encoder: fingerprint.
    """
    import faiss

    if len(vectors) != len(ids):
        raise IndexFault(f"{len(vectors)} vectors for {len(ids)} ids")
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, np.float32))
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        faiss.write_index(index, str(building / "vectors.faiss"))
        manifest = {
            "encoder": encoder,
            "dimension": int(vectors.shape[1]),
            "rows": len(ids),
            "kind": "flat, exact",
            "sha256": _sha256(building / "vectors.faiss"),
            "ids": list(ids),
        }
        (building / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
        if folder.exists():
            old = building / "replaced"
            os.replace(folder, old)
        os.replace(building, folder)
        shutil.rmtree(folder / "replaced", ignore_errors=True)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return open_index(folder)


def open_index(folder: Path, encoder: str | None = None, check: bool = False) -> VectorIndex:
    """Maps an index written by `write_index`.

    Args:
        encoder: the fingerprint that queries will come from; an index of another encoder is refused.
        check: also compare the file's hash with the manifest's, which reads all of it.

    Raises:
        IndexFault: missing, damaged, or of another encoder.
    """
    import faiss

    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if check and _sha256(folder / "vectors.faiss") != manifest["sha256"]:
            raise IndexFault(f"index {folder}: vectors.faiss is not the file its manifest describes; build it again")
        index = faiss.read_index(str(folder / "vectors.faiss"), faiss.IO_FLAG_MMAP_IFC)
        found = VectorIndex(tuple(manifest["ids"]), manifest["encoder"], index)
    except (OSError, RuntimeError, KeyError, json.JSONDecodeError) as fault:
        raise IndexFault(f"index {folder}: cannot be read ({type(fault).__name__}); build it again") from None
    if index.ntotal != len(found.ids):
        raise IndexFault(f"index {folder}: {index.ntotal} vectors for {len(found.ids)} ids; build it again")
    if encoder is not None and found.encoder != encoder:
        raise IndexFault(f"index {folder}: made with encoder {found.encoder}, asked with {encoder}; build it again")
    return found


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
