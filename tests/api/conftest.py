"""Options of small assessments, and one run of the demo."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from tests.api.command_line import DEMANDS, LINKS, OUTCOMES, PROGRAMS, Result, duikou
from tests.corpora.files import text_file


@pytest.fixture
def tables(tmp_path: Path) -> list[object]:
    """Options of a small assessment; its links come from texts unless --matches is added."""
    found: list[object] = []
    for kind, rows in (("programs", PROGRAMS), ("outcomes", OUTCOMES), ("demands", DEMANDS)):
        found += [f"--{kind}", text_file(tmp_path / f"{kind}.csv", rows)]
    return found


@pytest.fixture
def linked(tmp_path: Path, tables: list[object]) -> list[object]:
    """Options of a small assessment with given links: no texts are read, so it is quick."""
    return [*tables, "--matches", text_file(tmp_path / "links.csv", LINKS), "--as-of", "2026-10-15"]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """One run of the demo, shared by all workers: its folder and what it said. Never write into the folder."""
    base = tmp_path_factory.getbasetemp()
    cwd = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo"
    said = cwd / "said.json"
    try:
        cwd.mkdir()
    except FileExistsError:  # another worker runs it
        # As long as a command may take (`duikou`): nothing is encoded yet in a fresh clone.
        end = time.monotonic() + 600
        while not said.exists():
            assert time.monotonic() < end, "the demo of the other worker does not end"
            time.sleep(0.2)
    else:
        ran = duikou(cwd, "demo")
        (cwd / "half").write_text(json.dumps([ran.args, ran.returncode, ran.stdout, ran.stderr]), encoding="utf-8")
        (cwd / "half").rename(said)
    return cwd / "out" / "demo", Result(*json.loads(said.read_text(encoding="utf-8")))


@pytest.fixture
def copied(demo: tuple[Path, Result], tmp_path: Path) -> Path:
    """The demo's folder at another place, to be changed."""
    return Path(shutil.copytree(demo[0], tmp_path / "copied"))
