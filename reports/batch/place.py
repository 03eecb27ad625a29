"""The folders of a batch: here, or at an address that fsspec opens, such as an object store, of which a copy lies here."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from corpora.faults import Unusable
from indexes import shared_files
from indexes.cache import cache_folder


@dataclass(frozen=True)
class Place:
    """A folder, or an address. Pickled it stands for the same files on another machine.

    Attributes:
        given: the folder's path, or the address: s3://bucket/2026.
    """

    given: str

    @classmethod
    def of(cls, given: "str | Path | Place") -> "Place":
        return given if isinstance(given, Place) else cls(str(given).rstrip("/") if is_address(given) else str(given))

    @property
    def remote(self) -> bool:
        return is_address(self.given)

    @property
    def folder(self) -> Path:
        """Where its files lie on this machine: itself, or the copy in the cache."""
        if not self.remote:
            return Path(self.given)
        return cache_folder() / "batches" / hashlib.sha256(self.given.encode()).hexdigest()[:16]

    def where(self, name: str) -> str:
        """Path or address of one of its files."""
        return f"{self.given}/{name}" if self.remote else str(self.folder / name)

    def names(self) -> list[str]:
        """What it holds; empty where there is nothing.

        Raises:
            Unusable: the address cannot be read.
        """
        if not self.remote:
            return sorted(path.name for path in self.folder.iterdir()) if self.folder.is_dir() else []
        try:
            return shared_files.listed(self.given)
        except Unusable:
            raise
        # Whatever a store says of a wrong key or a missing bucket.
        except Exception as fault:
            why = f"{type(fault).__name__}: {fault}"
            raise Unusable(f"{self.given} 读不到：{why}", f"{self.given} cannot be read: {why}") from None

    def fetch(self, name: str = "") -> None:
        """Brings a folder of it here, as it is there: what is gone there goes here as well."""
        if not self.remote:
            return
        start, here = self.where(name) if name else self.given, self.folder / name
        there = shared_files.listed(start)
        if strange := next((part for part in there if ".." in part.split("/")), None):
            raise Unusable(f"{start}/{strange}：名称中不能有 ..", f"{start}/{strange}: no name may hold ..")
        known = set(there)
        for file in [path for path in here.rglob("*") if path.is_file()]:
            if file.relative_to(here).as_posix() not in known:
                file.unlink()
        for part in there:
            shared_files.fetch(f"{start}/{part}", here / part)

    def fetch_file(self, name: str) -> Path:
        """Brings one file here, if it is there; where it lies."""
        file = self.folder / name
        if self.remote and shared_files.exists(self.where(name)):
            shared_files.fetch(self.where(name), file)
        elif self.remote:
            file.unlink(missing_ok=True)
        return file

    def put(self, name: str) -> None:
        """Brings a file, or all files of a folder, from here to the address."""
        if not self.remote:
            return
        start = self.folder / name
        for file in [start] if start.is_file() else sorted(path for path in start.rglob("*") if path.is_file()):
            shared_files.put(file, self.where(file.relative_to(self.folder).as_posix()))


def is_address(given: object) -> bool:
    """Whether it is an address and no path."""
    return "://" in str(given)
