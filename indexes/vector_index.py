"""A FAISS index on disk: built once for a set of vectors, mapped on load, never half written.

An index is a folder with a file of vectors, one of names, perhaps a compressed index beside them (indexes/near_index.py)
and `manifest.json`, which names them, their hashes and the encoder. Replacing the manifest is one step of the file system,
so a reader sees the old index or the new one.

Search is exact unless an index was written for a recall below 1, and stays exact then where few rows are searched or the
caller asks for it: an assessment never rests on an approximation.
"""

import hashlib
import json
import math
import os
import tempfile
import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from indexes import near_index
from indexes.bf16_search import by_bf16, exact_top_by_bf16
from indexes.exact_search import Turned, exact_top, turned
from indexes.names_file import NamesFile

MANIFEST = "manifest.json"
KINDS = ("vectors", "names", "near", "labels")
ATTEMPTS = 4
KEPT_SECONDS = 3600
# From four queries up a matrix product beats the scan that FAISS would choose.
SCANNED_QUERIES: Final = 3
# Up to this share of rows, and for many queries, copying them together and multiplying beats a scan that asks of every
# row whether it counts.
GATHERED_SHARE: Final = 0.005
GATHERED_ROWS: Final = 65_536
# From so many queries on, turning all vectors once costs less than multiplying them whole.
MANY_QUERIES: Final = 1_024
# Products in bf16 need nothing turned: from so many queries on they beat the scan (benchmarks/speed/index.py, `batch`).
MANY_BY_BF16: Final = 64
# With fewer rows either gains nothing over the scan.
MANY_ROWS: Final = 50_000


class IndexFault(ValueError):
    """An index that cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class VectorIndex:
    """Ids and the vectors behind them, searched by inner product.

    Attributes:
        ids: one a vector, in order.
        encoder: fingerprint of the encoder the vectors came from.
        near: how the compressed index is searched, with its measured recall; None where every search is exact.
        labels: column -> the different labels of its rows.
    """

    ids: Sequence[str]
    encoder: str
    near: near_index.Tuned | None
    labels: Mapping[str, Sequence[str]]
    _index: Any
    _folder: Path
    _files: Mapping[str, str]

    def search(
        self, queries: np.ndarray, top: int, among: np.ndarray | None = None, exact: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """The `top` best rows of each query: scores float32 and row numbers int64, both (n, min(top, rows)).

        Scores are inner products of the vectors themselves in any case. The compressed index is asked for at most as many
        neighbours as its recall was measured with; a search for more is exact.

        Args:
            among: bool (rows,), the rows that count (`rows_with`); all if None. A search among some is exact.
            exact: exact even where there is a compressed index.
        """
        with near_index.threads(1 if len(queries) <= SCANNED_QUERIES else None):
            return self._found(np.ascontiguousarray(queries, np.float32), top, among, exact)

    def _found(
        self, queries: np.ndarray, top: int, among: np.ndarray | None, exact: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        allowed = len(self.ids) if among is None else int(np.count_nonzero(among))
        top = min(top, allowed)
        if not len(queries) or not top:
            return np.empty((len(queries), top), np.float32), np.empty((len(queries), top), np.int64)
        if among is not None and allowed < len(self.ids):
            gathered = allowed <= GATHERED_SHARE * len(self.ids) or len(queries) > SCANNED_QUERIES
            return self._gathered(queries, top, among) if gathered else self._scanned(queries, top, among)
        if self.near is None or exact or top > self.near.top:
            many = MANY_BY_BF16 if by_bf16() else MANY_QUERIES
            if len(queries) < many or len(self.ids) <= MANY_ROWS:
                return self._scanned(queries, top, None)
            if by_bf16():
                return exact_top_by_bf16(queries, self.vectors, top)
            return exact_top(queries, self._turned, top)
        number = math.ceil(top * self.near.reach)
        found = near_index.candidates(self._compressed, queries, number, self.near.probes)
        scores, rows = near_index.rescored(self.vectors, queries, found, top)
        # The lists read held fewer rows than asked: rare, and the scan has them all.
        short = rows[:, -1] < 0
        if short.any():
            scores[short], rows[short] = self._scanned(queries[short], top, None)
        return scores, rows

    def rows_with(self, **labels: Collection[str]) -> np.ndarray:
        """bool (rows,): rows that have one of the labels given in every column given.

        A row may have several labels of a column, separated by `;`.

        Raises:
            IndexFault: the index was written without that column.
        """
        found = np.ones(len(self.ids), bool)
        for column, wanted in labels.items():
            if column not in self.labels:
                raise IndexFault(
                    f"index {self._folder}: has no labels {column!r}; it has {sorted(self.labels) or 'none'}"
                )
            fits = [bool(set(label.split(";")) & set(wanted)) for label in self.labels[column]]
            found &= np.array(fits, bool)[self._codes[list(self.labels).index(column)]]
        return found

    @property
    def vectors(self) -> np.ndarray:
        """The vectors, float32 (rows, d), mapped."""
        faiss = near_index.library()
        rows, dimension = self._index.ntotal, self._index.d
        return np.asarray(faiss.rev_swig_ptr(self._index.get_xb(), rows * dimension).reshape(rows, dimension))

    @cached_property
    def _turned(self) -> Turned:
        return turned(self.vectors)

    @cached_property
    def _codes(self) -> np.ndarray:
        return np.asarray(np.load(self._folder / self._files["labels"], mmap_mode="r"))

    @cached_property
    def _compressed(self) -> Any:
        try:
            return near_index.read(self._folder / self._files["near"])
        except RuntimeError as fault:
            raise IndexFault(f"index {self._folder}: cannot be read ({type(fault).__name__}); build it again") from None

    def _scanned(self, queries: np.ndarray, top: int, among: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        faiss = near_index.library()
        faiss.cvar.distance_compute_blas_threshold = 0 if len(queries) > SCANNED_QUERIES else 20
        if among is None:
            scores, rows = self._index.search(queries, top)
        else:
            chosen = faiss.IDSelectorBitmap(np.packbits(among, bitorder="little"))
            scores, rows = self._index.search(queries, top, params=faiss.SearchParameters(sel=chosen))
        return scores, rows

    def _gathered(self, queries: np.ndarray, top: int, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Exact among few rows, a block of them at a time."""
        chosen, vectors = np.flatnonzero(among), self.vectors
        scores, best = np.empty((len(queries), 0), np.float32), np.empty((len(queries), 0), np.int64)
        for start in range(0, len(chosen), GATHERED_ROWS):
            part = chosen[start : start + GATHERED_ROWS]
            scores = np.concatenate([scores, queries @ vectors[part].T], axis=1)
            best = np.concatenate([best, np.broadcast_to(part, (len(queries), len(part)))], axis=1)
            kept = np.argsort(-scores, axis=1, kind="stable")[:, :top]
            scores, best = np.take_along_axis(scores, kept, axis=1), np.take_along_axis(best, kept, axis=1)
        return scores, best


def write_index(
    folder: Path,
    vectors: np.ndarray,
    ids: Sequence[str],
    encoder: str,
    recall: float = 1.0,
    queries: np.ndarray | None = None,
    labels: Mapping[str, Sequence[str]] | None = None,
    top: int = near_index.MEASURED_TOP,
) -> VectorIndex:
    """Builds the index, writes it into `folder` (replacing what is there) and opens it mapped.

    Files get new names; the manifest that names them is then replaced in one step. Readers and other writers at the same
    moment see one whole index or another.

    Args:
        vectors: float32 (n, d); ids: n names; encoder: fingerprint.
        recall: share of the `top` exact neighbours that a search should find. Below 1, and with more rows than a scan is
            made for, a compressed index is built beside the vectors and tuned.
        queries: (q, d), such as will be asked and are not among the vectors; rows of the index if None, which flatters
            the recall a little.
        top: neighbours that the recall is measured with; a search for more of them is exact.
        labels: column -> one label a row (several separated by `;`), for `VectorIndex.rows_with`.
    """
    faiss = near_index.library()
    labels = labels or {}
    for column, values in {"ids": ids, **labels}.items():
        if len(vectors) != len(values):
            raise IndexFault(f"{len(vectors)} vectors for {len(values)} {column}")
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, np.float32))
    folder.mkdir(parents=True, exist_ok=True)
    earlier = {file for kind in KINDS for file in folder.glob(f"{kind}-*")}
    mark = uuid.uuid4().hex[:16]
    with tempfile.TemporaryDirectory(prefix=".building-", dir=folder) as made:
        building = Path(made)
        faiss.write_index(index, str(building / "vectors.faiss"))
        NamesFile.write(ids, building / "names.bin")
        near = _write_near(building, index, vectors, recall, queries, top)
        different = {column: sorted(set(values)) for column, values in labels.items()}
        if labels:
            places = {column: {label: i for i, label in enumerate(found)} for column, found in different.items()}
            codes = [[places[column][label] for label in values] for column, values in labels.items()]
            np.save(building / "labels.npy", np.array(codes, np.int32))
        parts = sorted(file for file in building.iterdir())
        manifest = {
            "encoder": encoder,
            "dimension": int(vectors.shape[1]),
            "rows": len(ids),
            "near": near and near.record(),
            "labels": different,
            "files": {
                file.stem: {
                    "name": f"{file.stem}-{mark}{file.suffix}",
                    "size": file.stat().st_size,
                    "sha256": _sha256(file),
                }
                for file in parts
            },
        }
        draft = building / MANIFEST
        draft.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
        for file in parts:
            os.replace(file, folder / f"{file.stem}-{mark}{file.suffix}")
        os.replace(draft, folder / MANIFEST)
    found = open_index(folder)
    for file in earlier:
        # Young ones may belong to another writer whose manifest is not in its place yet.
        if time.time() - file.stat().st_mtime > KEPT_SECONDS:
            file.unlink(missing_ok=True)
    return found


def _write_near(
    folder: Path, flat: Any, vectors: np.ndarray, recall: float, queries: np.ndarray | None, top: int
) -> near_index.Tuned | None:
    kind = near_index.kind_for(len(vectors))
    if recall >= 1 or kind is None:
        return None
    faiss = near_index.library()
    rng = np.random.default_rng(0)
    asked = vectors if queries is None else queries
    chosen = rng.choice(len(asked), min(len(asked), near_index.QUERIES), replace=False)
    asked = np.ascontiguousarray(asked[chosen], np.float32)
    faiss.cvar.distance_compute_blas_threshold = 0
    truth = flat.search(asked, top)[1]
    index = near_index.build(vectors, kind)
    near_index.write(index, folder / "near.faiss")
    return near_index.tune(index, vectors, asked, truth, kind, recall)


def open_index(folder: Path, encoder: str | None = None, check: bool = False) -> VectorIndex:
    """Maps an index written by `write_index`.

    Args:
        encoder: the fingerprint that queries will come from; an index of another encoder is refused.
        check: also compare the files' hashes with the manifest's, which reads all of them.

    Raises:
        IndexFault: missing, damaged, or of another encoder.
    """
    # The manifest may be replaced between reading it and opening the files it named; then the next one is whole.
    for _ in range(ATTEMPTS - 1):
        try:
            return _open(folder, encoder, check)
        except IndexFault:
            continue
    return _open(folder, encoder, check)


def _open(folder: Path, encoder: str | None, check: bool) -> VectorIndex:
    faiss = near_index.library()
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = {kind: str(part["name"]) for kind, part in manifest["files"].items()}
        for kind, part in manifest["files"].items():
            if check and _sha256(folder / files[kind]) != part["sha256"]:
                raise IndexFault(
                    f"index {folder}: {part['name']} is not the file its manifest describes; build it again"
                )
            if (folder / files[kind]).stat().st_size != part["size"]:
                raise ValueError
        index = faiss.read_index(str(folder / files["vectors"]), faiss.IO_FLAG_MMAP_IFC)
        found = VectorIndex(
            ids=NamesFile(folder / files["names"], int(manifest["rows"])),
            encoder=manifest["encoder"],
            near=near_index.Tuned(**manifest["near"]) if manifest["near"] else None,
            labels=dict(manifest["labels"]),
            _index=index,
            _folder=folder,
            _files=files,
        )
    except IndexFault:
        raise
    except (OSError, RuntimeError, KeyError, TypeError, ValueError, AttributeError) as fault:
        raise IndexFault(f"index {folder}: cannot be read ({type(fault).__name__}); build it again") from None
    if index.ntotal != len(found.ids):
        raise IndexFault(f"index {folder}: {index.ntotal} vectors for {len(found.ids)} ids; build it again")
    if encoder is not None and found.encoder != encoder:
        raise IndexFault(f"index {folder}: made with encoder {found.encoder}, asked with {encoder}; build it again")
    return found


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
