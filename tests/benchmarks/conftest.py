"""Benchmarks are scripts that import one another by name, from their own folders."""

import sys
from pathlib import Path

for name in ("", "decisions", "quality", "speed"):
    sys.path.append(str(Path(__file__).parents[2] / "benchmarks" / name))
