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

from corpora.faults import Unusable
from corpora.frames import harmless
from matcher.assessment import INPUTS, Assessment

# Kinds of files with rows that a spreadsheet is likely to open, and the lists made of them.
_TABLES = ("programs", "demands", "skills")
_LISTS = ("lists", "school_lists", "whitespace", "overlaps")
MANIFEST = "assessment.json"
SEAL = "seal"
# Every file that the format has, beside the manifest.
FORMAT = frozenset(
    [
        *(f"inputs/{kind}.parquet" for kind in INPUTS),
        *(f"{name}.parquet" for name in (*_TABLES, "matches", "placement")),
        *(f"{name}.csv" for name in (*_TABLES, *_LISTS)),
        "blocks.json",
        "traces.jsonl",
    ]
)


class FolderFault(Unusable):
    """A folder that is not, or no longer, an assessment."""


def write_folder(assessment: Assessment, folder: Path, extra: Mapping[str, str]) -> Path:
    """Writes beside the place and renames, so that a reader never meets half an assessment.

    Raises:
        FolderFault: something else than an assessment is in the way.
    """
    folder = folder.resolve()
    check_place(folder)
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
        manifest[SEAL] = seal_of(manifest)
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


def check_place(folder: Path) -> None:
    """Whether an assessment may be written here: a new or empty folder, or one that holds nothing but an assessment.

    Raises:
        FolderFault: a file or somebody's own files are in the way; nothing of theirs is ever removed.
    """
    folder = folder.resolve()
    above = next((p for p in folder.parents if p.exists()), folder.anchor)
    if (folder.exists() and not folder.is_dir()) or not Path(above).is_dir():
        raise FolderFault(
            f"{folder} 不能作为文件夹：路径上有一个文件", f"{folder} cannot be a folder: a file is in the way"
        )
    if not folder.exists():
        return
    if folder.is_mount():
        raise FolderFault(
            f"{folder} 是挂载点：请写到其中的一个文件夹", f"{folder} is a mount point: name a folder inside it"
        )
    own: set[str] = {MANIFEST}
    if (folder / MANIFEST).is_file():
        own |= set(_read_manifest(folder).get("files", {}))
    foreign = sorted(f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file())
    foreign = [name for name in foreign if name not in own]
    if foreign:
        raise FolderFault(
            f"{folder} 里有不属于分析结果的文件（{foreign[0]}）：请换一个文件夹",
            f"{folder} holds files that are no part of an assessment ({foreign[0]}): name another folder",
        )


def check_apart(path: Path) -> None:
    """Whether a file or folder of results may be written here: anywhere but in an assessment, whose files are its proof.

    Raises:
        FolderFault: the place is an assessment, or in one.
    """
    path = path.resolve()
    if inside := next((p for p in (path, *path.parents) if (p / MANIFEST).is_file()), None):
        raise FolderFault(
            f"{inside} 是分析结果文件夹，写入会改动其中的文件：请换一个地方（--out）",
            f"{inside} is the folder of an assessment, whose files would be changed: name another place (--out)",
        )


def load_folder(folder: Path) -> Assessment:
    """Reads the folder back.

    Raises:
        FolderFault: a file is missing or cannot be read.
    """
    try:
        manifest = _read_manifest(folder)
        inputs = {file.stem: pd.read_parquet(file) for file in sorted((folder / "inputs").glob("*.parquet"))}
        return Assessment(
            programs=pd.read_parquet(folder / "programs.parquet"),
            demands=pd.read_parquet(folder / "demands.parquet"),
            matches=pd.read_parquet(folder / "matches.parquet"),
            skills=pd.read_parquet(folder / "skills.parquet"),
            placement=pd.read_parquet(folder / "placement.parquet"),
            blocks=json.loads((folder / "blocks.json").read_text(encoding="utf-8")),
            traces=_read_lines(folder / "traces.jsonl"),
            manifest=manifest,
            inputs=inputs,
        )
    except FileNotFoundError as fault:
        missing = Path(str(fault.filename)).name
        raise FolderFault(
            f"{folder} 不是完整的分析结果：缺 {missing}", f"{folder} is no whole assessment: {missing} is missing"
        ) from None
    except FolderFault:
        raise
    except (OSError, ValueError) as fault:
        raise FolderFault(
            f"{folder} 不是可读的分析结果：{fault}", f"{folder} is not a readable assessment: {fault}"
        ) from None


def _read_manifest(folder: Path) -> dict[str, Any]:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if not isinstance(manifest, dict) or not {"as_of", "policy", "files"} <= manifest.keys():
        raise FolderFault(
            f"{folder / MANIFEST} 不是分析结果的清单", f"{folder / MANIFEST} is not the manifest of an assessment"
        )
    return manifest


def sha256(file: Path) -> str:
    """Hash of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def seal_of(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of what a manifest says, whatever its order and spaces, and without its seal.

    Finds an edit by hand. It is no signature: whoever can compute it can seal something else.
    """
    said = {key: value for key, value in manifest.items() if key != SEAL}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _write_files(assessment: Assessment, folder: Path) -> None:
    (folder / "inputs").mkdir()
    for kind, table in assessment.inputs.items():
        table.to_parquet(folder / "inputs" / f"{kind}.parquet", index=False)
    for name in _TABLES:
        table = getattr(assessment, name)
        table.to_parquet(folder / f"{name}.parquet", index=False)
        # With a byte order mark, since Excel would read plain UTF-8 as GBK.
        (folder / f"{name}.csv").write_text(as_shown(table), encoding="utf-8-sig", newline="\n")
    for name, table in lists_of(assessment).items():
        (folder / f"{name}.csv").write_text(as_shown(table), encoding="utf-8-sig", newline="\n")
    assessment.matches.to_parquet(folder / "matches.parquet", index=False)
    assessment.placement.to_parquet(folder / "placement.parquet", index=False)
    _write_text(folder / "blocks.json", json.dumps(assessment.blocks, ensure_ascii=False, indent=1) + "\n")
    lines = (json.dumps(trace, ensure_ascii=False, sort_keys=True) for trace in assessment.traces)
    _write_text(folder / "traces.jsonl", "".join(f"{line}\n" for line in lines))


def lists_of(assessment: Assessment) -> dict[str, pd.DataFrame]:
    """The lists by the default aggregation rule and what the offer lacks or has twice, by the names of their files."""
    from matcher.lists import provincial_list, school_list
    from matcher.offer import overlaps, whitespace

    return {
        "lists": provincial_list(assessment),
        "school_lists": school_list(assessment),
        "whitespace": whitespace(assessment),
        "overlaps": overlaps(assessment),
    }


def as_shown(table: pd.DataFrame) -> str:
    """A table as the text of its CSV file."""
    return str(table.map(harmless).to_csv(index=False, lineterminator="\n"))


def _write_text(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _read_lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
