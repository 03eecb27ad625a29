"""The regions of a batch: a folder with one subfolder of tables a region, or a list that names the tables of each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from corpora import TABLES, BadTable, inspect_tables
from corpora.cells import Column, plain
from corpora.faults import Unusable
from corpora.frames import empty
from corpora.sheets import SUFFIXES
from corpora.tables import Table
from matcher.assessment import INPUTS
from reports.write import plain_name

NEEDED = ("programs", "outcomes", "demands")
# A list of regions is itself a table: the region, then the files of each table, those of one table separated by ";".
LIST = Table(
    kind="regions",
    zh="地区清单",
    en="Regions",
    columns=(
        Column("region", "text", "地区", "region", ("地区名称", "城市", "city"), required=True),
        *(Column(kind, "text", TABLES[kind].zh, TABLES[kind].en, required=kind in NEEDED) for kind in INPUTS),
    ),
    key=("region",),
)
_KINDS: Mapping[str, str] = {
    plain(word): kind for kind in INPUTS for word in (kind, TABLES[kind].zh, f"{TABLES[kind].zh}表", TABLES[kind].en)
}


@dataclass(frozen=True)
class Region:
    """The tables of one region.

    Attributes:
        name: as reports call it. files: kind -> its files, read as one table.
        fault: why its files cannot be told apart or are missing; None if they are there.
    """

    name: str
    files: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    fault: Unusable | None = None

    @property
    def folder(self) -> str:
        """Name of its folder among the results."""
        return plain_name(self.name)

    @property
    def size(self) -> int:
        """Bytes of its tables, by which the time left is estimated."""
        return sum(file.stat().st_size for files in self.files.values() for file in files if file.is_file())


def find_regions(place: str | Path) -> list[Region]:
    """The regions of a folder or of a list, in the order of their names or of the list.

    A file belongs to the table that its name begins with, in English or Chinese: programs.csv, 专业2026.xlsx,
    outcomes-2025.csv. Tables beside the subfolders, such as one of industry chains, are those of every region that has
    none of its own.

    Raises:
        Unusable: no regions there, or two of one name.
        BadTable: a list with faults.
    """
    path = Path(place)
    found = _of_folder(path) if path.is_dir() else _of_list(path)
    if not found:
        raise no_regions(str(path))
    seen: dict[str, str] = {}
    for region in found:
        # A file system may not tell capitals from small letters.
        if (other := seen.setdefault(region.folder.casefold(), region.name)) is not region.name:
            raise Unusable(
                f"{other} 与 {region.name} 会写入同一个文件夹：请改其中一个地区的名称",
                f"{other} and {region.name} would be written to one folder: rename one of the regions",
            )
        if region.folder.strip(".") == "":
            raise Unusable(f"地区名称 {region.name} 不能作文件夹名", f"region {region.name} cannot name a folder")
    return found


def no_regions(place: str) -> Unusable:
    """That there are none in a folder or at an address."""
    return Unusable(
        f"{place} 里没有地区：每个地区一个子文件夹，内放 programs、outcomes、demands 等表",
        f"no regions in {place}: it takes one subfolder a region, with its tables programs, outcomes, demands ...",
    )


def _of_folder(path: Path) -> list[Region]:
    shared, fault = _tables(path)
    if fault:
        raise fault
    found = []
    for folder in sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith(".")):
        own, fault = _tables(folder)
        files = {**shared, **own}
        found.append(Region(folder.name, files, fault or _missing(folder.name, files)))
    return found


def _tables(folder: Path) -> tuple[dict[str, tuple[Path, ...]], Unusable | None]:
    """Kind -> files of one folder, and the file that belongs to none."""
    found: dict[str, tuple[Path, ...]] = {}
    for file in sorted(p for p in folder.iterdir() if p.is_file() and p.suffix.lower() in SUFFIXES):
        if file.name.startswith((".", "~$")):
            continue
        kind = kind_of(file.stem)
        if kind is None and file.suffix.lower() == ".txt":
            continue  # somebody's notes
        if kind is None:
            names = "、".join(f"{TABLES[k].zh} {k}" for k in INPUTS), ", ".join(INPUTS)
            return found, Unusable(
                f"{folder.name}/{file.name}：看不出是哪张表；文件名请以下列之一开头：{names[0]}",
                f"{folder.name}/{file.name} is no table by its name; begin it with one of {names[1]}",
            )
        found[kind] = (*found.get(kind, ()), file)
    return found, None


def kind_of(stem: str) -> str | None:
    """The table that a file's name begins with, followed by nothing but figures, dates and joining marks."""
    bare = plain(stem)
    fitting = [word for word in _KINDS if bare.startswith(word) and re.fullmatch(r"[0-9年月届度]*", bare[len(word) :])]
    return _KINDS[max(fitting, key=len)] if fitting else None


def _of_list(path: Path) -> list[Region]:
    corpus = inspect_tables(path, LIST)
    if corpus.issues:
        raise BadTable(LIST.kind, corpus.issues)
    found = []
    for row in corpus.rows.to_dict("records"):
        files = {
            kind: tuple(path.parent / part.strip() for part in re.split("[;；]", str(row[kind])) if part.strip())
            for kind in INPUTS
            if not empty(row[kind])
        }
        name = str(row["region"])
        absent = next((f for paths in files.values() for f in paths if not f.is_file()), None)
        fault = None
        if absent is not None:
            fault = Unusable(
                f"{name}：没有文件 {absent.name}（清单 {path.name} 中的路径相对于清单所在文件夹）",
                f"{name}: there is no file {absent.name} (paths in {path.name} start from its own folder)",
            )
        found.append(Region(name, files, fault or _missing(name, files)))
    return found


def _missing(name: str, files: Mapping[str, tuple[Path, ...]]) -> Unusable | None:
    lacking = [kind for kind in NEEDED if kind not in files]
    if not lacking:
        return None
    return Unusable(
        f"{name}：缺{'、'.join(f'{TABLES[k].zh}表（{k}）' for k in lacking)}；空白表：duikou template {lacking[0]}",
        f"{name}: no table of {', '.join(lacking)}; an empty one: duikou template {lacking[0]}",
    )
