"""Two ways timed in turn, and where: what every benchmark of this folder shares."""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from indexes.fingerprint import processor_flags

PACKAGES = ("numpy", "torch", "sentence-transformers", "openvino", "tokenizers", "faiss-cpu")
TOLD_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")


@dataclass(frozen=True)
class Took:
    """Seconds that a way measured itself, because it ran in another process."""

    wall_s: float
    processor_s: float


def in_turn(ways: Mapping[str, Callable[[], Any]], runs: int) -> dict[str, dict[str, float]]:
    """Runs all ways in turn, `runs` times; wall and processor seconds of each, medians.

    Turns, because other work on the machine then hits all alike; processor seconds, because it hits the wall more. A way
    that answers with `Took` is believed.
    """
    wall: dict[str, list[float]] = {name: [] for name in ways}
    used: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            start, before = time.perf_counter(), cpu_seconds()
            told = way()
            took = told if isinstance(told, Took) else Took(time.perf_counter() - start, cpu_seconds() - before)
            wall[name].append(took.wall_s)
            used[name].append(took.processor_s)
    first = next(iter(ways))
    return {
        name: {
            "wall_s": round(statistics.median(wall[name]), 5),
            "processor_s": round(statistics.median(used[name]), 5),
            f"times_{first}": round(statistics.median(a / b for a, b in zip(wall[first], wall[name], strict=True)), 2),
            f"times_{first}_processor": round(
                statistics.median(a / max(b, 1e-9) for a, b in zip(used[first], used[name], strict=True)), 2
            ),
            "runs": runs,
        }
        for name in ways
    }


def cpu_seconds() -> float:
    """Processor seconds of this process and of its children that ended."""
    return sum(os.times()[:4])


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    found: dict[str, Any] = {
        "processor": names[0] if names else platform.processor(),
        "flags": [flag for flag in TOLD_FLAGS if flag in processor_flags()],
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_at_start": [round(x, 1) for x in os.getloadavg()],
        "python": platform.python_version(),
    }
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def keep(name: str, found: Mapping[str, Any], folder: Path) -> None:
    """Adds the figures to today's file of that name."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}-{date.today().isoformat()}.json"
    earlier = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(json.dumps({**earlier, **found}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written: {file}")
