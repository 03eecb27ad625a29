"""An assessment as a folder of plain files (docs/contract.md), written whole or not at all."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from matcher.assessment import Assessment

# Kinds of files with rows, and whether a spreadsheet is likely to open them.
_TABLES = ("programs", "demands")
MANIFEST = "assessment.json"


class FolderFault(ValueError):
    """A folder that is not, or no longer, an assessment."""


def write_folder(assessment: Assessment, folder: Path, extra: Mapping[str, str]) -> Path:
    """Writes beside the place and renames, so that a reader never meets half an assessment.

    Raises:
        FolderFault: something else than an assessment is in the way.
    """
    if folder.exists() and not (folder / MANIFEST).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderFault(f"{folder} exists and holds no assessment: name another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_files(assessment, building)
        for name, content in extra.items():
            _write_text(building / name, content)
        hashes = {
            str(f.relative_to(building).as_posix()): sha256(f) for f in sorted(building.rglob("*")) if f.is_file()
        }
        manifest = {**assessment.manifest, "files": hashes}
        _write_text(building / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
        building.chmod(0o755)
        if folder.exists():
            replaced = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
            os.replace(folder, replaced / "old")
            os.replace(building, folder)
            shutil.rmtree(replaced, ignore_errors=True)
        else:
            os.replace(building, folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return folder


def load_folder(folder: Path) -> Assessment:
    """Reads the folder back.

    Raises:
        FolderFault: a file is missing or cannot be read.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        inputs = {file.stem: pd.read_parquet(file) for file in sorted((folder / "inputs").glob("*.parquet"))}
        return Assessment(
            programs=pd.read_parquet(folder / "programs.parquet"),
            demands=pd.read_parquet(folder / "demands.parquet"),
            matches=pd.read_parquet(folder / "matches.parquet"),
            placement=pd.read_parquet(folder / "placement.parquet"),
            blocks=json.loads((folder / "blocks.json").read_text(encoding="utf-8")),
            traces=_read_lines(folder / "traces.jsonl"),
            manifest=manifest,
            inputs=inputs,
        )
    except (OSError, ValueError) as fault:
        raise FolderFault(f"{folder} is not a readable assessment: {fault}") from None


def sha256(file: Path) -> str:
    """Hash of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_files(assessment: Assessment, folder: Path) -> None:
    (folder / "inputs").mkdir()
    for kind, table in assessment.inputs.items():
        table.to_parquet(folder / "inputs" / f"{kind}.parquet", index=False)
    for name in _TABLES:
        table = getattr(assessment, name)
        table.to_parquet(folder / f"{name}.parquet", index=False)
        # With a byte order mark, since Excel would read plain UTF-8 as GBK.
        table.map(_harmless).to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    assessment.matches.to_parquet(folder / "matches.parquet", index=False)
    assessment.placement.to_parquet(folder / "placement.parquet", index=False)
    _write_text(folder / "blocks.json", json.dumps(assessment.blocks, ensure_ascii=False, indent=1) + "\n")
    lines = (json.dumps(trace, ensure_ascii=False, sort_keys=True) for trace in assessment.traces)
    _write_text(folder / "traces.jsonl", "".join(f"{line}\n" for line in lines))


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula, made plain by a leading quote."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


def _write_text(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _read_lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
