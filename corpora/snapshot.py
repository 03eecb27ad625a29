"""Validated tables kept by content: the same rows in the same order have the same id, and the id proves them.

    folder/<id>/table.parquet      the rows
    folder/<id>/manifest.json      kind, rows, columns, sources, versions

The id is the SHA-256 of the content in a form of our own, not of the Parquet bytes: those change with the version of
the library that writes them.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import pandas as pd

from corpora.issues import BadTable
from corpora.read import Corpus, validate
from corpora.schema import table

TABLE: Final = "table.parquet"
MANIFEST: Final = "manifest.json"
_PACKAGES: Final = ("duikou", "pandas", "pyarrow")


class DamagedSnapshot(ValueError):
    """A snapshot whose content is not what its id says, or that cannot be read at all."""


def content_id(frame: pd.DataFrame, kind: str) -> str:
    """SHA-256, 64 hexadecimal digits, of kind, columns and cells in their order."""
    digest = hashlib.sha256(kind.encode())
    for column in table(kind).columns:
        values = [None if value is pd.NA else value for value in frame[column.name].tolist()]
        digest.update(json.dumps([column.name, column.dtype, values], ensure_ascii=False).encode())
    return digest.hexdigest()


def write_snapshot(corpus: Corpus | pd.DataFrame, kind: str, folder: str | Path) -> str:
    """Keeps a table and returns its id; a table kept before is not written again.

    Args:
        corpus: a corpus, of which the good rows are kept; or a frame, which is validated.
        kind: of the contract.
        folder: where snapshots live; made if absent.

    Raises:
        BadTable: a frame with a fault, or a corpus that cannot be used as a whole.
        ValueError: a corpus of another kind.
    """
    if isinstance(corpus, Corpus):
        if corpus.kind != kind:
            raise ValueError(f"expected a corpus of {kind}, got one of {corpus.kind}")
        if corpus.table_issues:
            raise BadTable(kind, corpus.table_issues)
        rows, left_out = corpus.rows, len(corpus.bad_rows)
        sources = [{"name": n, "sha256": h or None} for n, h in zip(corpus.sources, corpus.hashes, strict=True)]
    else:
        rows, left_out, sources = validate(corpus, kind), 0, []
    identity = content_id(rows, kind)
    folder = Path(folder)
    target = folder / identity
    if target.exists():
        load_snapshot(folder, identity)
        return identity
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {
        "id": identity,
        "kind": kind,
        "rows": len(rows),
        "bad_rows_left_out": left_out,
        "columns": {column.name: column.dtype for column in table(kind).columns},
        "sources": sources,
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "written_by": _versions(),
    }
    # Written aside and renamed: a reader finds the whole snapshot or none.
    aside = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        rows.to_parquet(aside / TABLE, index=False)
        text = json.dumps(manifest, ensure_ascii=False, indent=2)
        (aside / MANIFEST).write_text(text + "\n", encoding="utf-8")
        aside.chmod(0o755)
        os.replace(aside, target)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        if not target.exists():  # else another process was first with the same rows
            raise
    return identity


def load_snapshot(folder: str | Path, identity: str) -> pd.DataFrame:
    """The rows of a snapshot, checked against its id.

    Raises:
        ValueError: an id that is none.
        FileNotFoundError: no such snapshot.
        DamagedSnapshot: the content was changed or damaged.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", identity):
        raise ValueError(f"expected an id of 64 hexadecimal digits, got {identity[:80]!r}")
    place = Path(folder) / identity
    if not place.is_dir():
        raise FileNotFoundError(f"no snapshot {identity} in {folder}")
    try:
        kind = json.loads((place / MANIFEST).read_text(encoding="utf-8"))["kind"]
        columns = table(kind).columns
        frame = pd.read_parquet(place / TABLE)
        if list(frame.columns) != [column.name for column in columns]:
            raise DamagedSnapshot(f"snapshot {identity}: other columns than those of {kind}")
        frame = frame.astype({column.name: column.dtype for column in columns})
        found = content_id(frame, kind)
    except DamagedSnapshot:
        raise
    except Exception as fault:
        raise DamagedSnapshot(f"snapshot {identity} cannot be read: {fault}") from fault
    if found != identity:
        raise DamagedSnapshot(f"snapshot {identity} was changed: its content has the id {found}")
    return frame


def _versions() -> dict[str, str]:
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "unknown"
    return versions
