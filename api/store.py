"""Where the service keeps its files, and the assessments that are loaded at present.

uploads/<corpus>/          the file as it was sent; issues.jsonl and its bad rows once it is checked
snapshots/<content id>/    tables that passed
assessments/<id>/          folders of `matcher`, each written aside and renamed
comparisons/<a>-<b>/       likewise
reports/<id>/              likewise
"""

import os
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from matcher.assessment import Assessment, load_assessment

T = TypeVar("T")


class Store:
    """Folders below one folder; an assessment never changes, so the last ones read stay in memory."""

    def __init__(self, folder: Path, kept: int) -> None:
        self.folder = folder
        self._kept = kept
        self._loaded: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def upload(self, corpus_id: str) -> Path:
        return self.folder / "uploads" / corpus_id

    @property
    def snapshots(self) -> Path:
        return self.folder / "snapshots"

    def assessment(self, assessment_id: str) -> Path:
        return self.folder / "assessments" / assessment_id

    def comparison(self, first: str, second: str) -> Path:
        return self.folder / "comparisons" / f"{first}-{second}"

    def report(self, report_id: str) -> Path:
        return self.folder / "reports" / report_id

    def load(self, assessment_id: str) -> Assessment:
        """The assessment, read once while it stays among the last used."""
        return self.kept((assessment_id,), lambda: load_assessment(self.assessment(assessment_id)))

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made under this key before, else made now."""
        if (known := self.known(key)) is not None:
            return known
        # Made outside of the lock: two threads may both do it, and get equal results.
        found = make()
        with self._lock:
            self._loaded[key] = found
            while len(self._loaded) > self._kept:
                self._loaded.popitem(last=False)
        return found

    def known(self, key: Hashable) -> Any:
        """What was made under this key and is still kept; else None."""
        with self._lock:
            if key in self._loaded:
                self._loaded.move_to_end(key)
            return self._loaded.get(key)


def write_whole(file: Path, content: bytes) -> None:
    """Writes beside the place, on disk before it is renamed: a reader meets the whole file or none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_ident()}")
    with aside.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(aside, file)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes a folder beside its place and renames it; one that is there already is left, since it says the same."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in files.items():
            write_whole(aside / name, content)
        aside.chmod(0o755)
        os.replace(aside, folder)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        if not folder.is_dir():
            raise
