"""Real files of publishers, beside the repository where they are; tests on them are skipped, with a word, elsewhere."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[4] / "shared"


def real(name: str) -> Path:
    """A file by its path below the folder of real files."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"needs the real file {name} in {SHARED}")
    return path
