"""All speed benchmarks with one command, and a page of what they found.

    python benchmarks/speed/run.py [--only PART ...] [--peers PYTHON] [--quick] [--page]

Runs the parts one after another (about an hour and a half on two slow cores, `--quick` ten minutes with small sizes whose
figures say nothing), says how long is left, goes on where one fails, and ends with 1 if one did. Every part writes a dated
JSON file with the facts of the machine into speed/results; from the latest of each the page is made: speed/results/README.md
with every figure beside its limit or peer of the same run, and plots. `--page` makes the page alone.

--peers names the interpreter of an environment with txtai, hnswlib and usearch (peers.py); without it they are left out.
Leave the machine alone meanwhile: other work changes ratios too.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from results_page import RESULTS, write_page

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Part:
    """One benchmark.

    Attributes:
        command: script below benchmarks/, and its arguments; small: the same with `--quick`.
        minutes: about so long on two slow cores. peers: whether it takes `--peers`; without, only those not `alone` are skipped.
    """

    name: str
    command: tuple[str, ...]
    small: tuple[str, ...]
    minutes: float
    peers: bool = False
    alone: bool = True


PARTS = (
    Part("encoding", ("speed/encoding.py", "--texts", "400"), ("speed/encoding.py", "--texts", "40", "--runs", "1"), 4),
    Part(
        "index",
        ("speed/index.py", "near", "map", "filters", "matching"),
        ("speed/index.py", "near", "map", "--rows", "60000", "--runs", "1"),
        9,
    ),
    Part(
        "index-second",
        ("speed/index.py", "near", "--shape", "second"),
        ("speed/index.py", "near", "--shape", "second", "--rows", "60000", "--runs", "1"),
        4,
    ),
    Part("growth", ("speed/index.py", "growth"), ("speed/index.py", "growth", "--rows", "10000", "--runs", "1"), 6),
    Part("text_search", ("speed/text_search.py",), ("speed/text_search.py", "--texts", "300", "--runs", "1"), 25, True),
    Part(
        "graph_search",
        ("speed/graph_search.py",),
        ("speed/graph_search.py", "--rows", "60000"),
        8,
        True,
        False,
    ),
    Part("job_ads", ("speed/job_ads.py", "--ads", "1000000"), ("speed/job_ads.py", "--ads", "3000"), 14),
    Part(
        "match",
        ("service/match_speed.py",),
        ("service/match_speed.py", "--demands", "500", "--seconds", "4"),
        7,
    ),
    Part("cluster", ("speed/cluster.py",), ("speed/cluster.py", "--chunks", "8", "--size", "8"), 3),
)


def run(parts: Sequence[Part], peers: str | None, quick: bool) -> list[str]:
    """Runs the parts; the names of those that failed."""
    failed = []
    for at, part in enumerate(parts):
        left = sum(other.minutes for other in parts[at:])
        print(
            f"== {part.name} ({at + 1} of {len(parts)}; {'small sizes' if quick else f'some {left:.0f} min left'})",
            flush=True,
        )
        if part.peers and not peers and not part.alone:
            print("   left out: no --peers PYTHON was given")
            continue
        script, *arguments = part.small if quick else part.command
        command = [sys.executable, str(HERE.parent / script), *arguments]
        if part.peers and peers:
            command += ["--peers", peers]
        if quick:
            # Figures of small sizes are not kept among the results.
            command += ["--out", str(RESULTS / "quick")]
        start = time.perf_counter()
        status = subprocess.run(command).returncode
        print(f"   {time.perf_counter() - start:.0f} s, status {status}", flush=True)
        if status:
            failed.append(part.name)
    return failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=[part.name for part in PARTS], help="these parts alone")
    parser.add_argument("--peers", metavar="PYTHON")
    parser.add_argument("--quick", action="store_true", help="small sizes: whether everything runs")
    parser.add_argument("--page", action="store_true", help="the page alone, from the results that are there")
    given = parser.parse_args()
    failed = []
    if not given.page:
        parts = [part for part in PARTS if not given.only or part.name in given.only]
        failed = run(parts, given.peers, given.quick)
    if not given.quick:
        write_page()
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
