"""How long a what-if takes on an assessment, beside assessing the same tables and links again.

    python benchmarks/decisions/what_if_speed.py FOLDER [--runs N]

FOLDER: of an assessment, such as `duikou demo --out FOLDER` writes. Three questions in turn - a limit, the openings of
one row, the graduates of one program - after one that is not counted; medians in seconds of wall-clock and processor
time. The aim is under 1 s on the pilot city; ends with 1 where a question takes longer.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from matcher import load_assessment

AIM = 1.0


def seconds(ask: Callable[[], Any]) -> tuple[float, float]:
    """Wall-clock and processor seconds of one call."""
    wall, used = time.perf_counter(), time.process_time()
    ask()
    return time.perf_counter() - wall, time.process_time() - used


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    assessment = load_assessment(given.folder)
    demand = str(assessment.demands.sort_values("posts")["demand_id"].iloc[-1])
    program = str(assessment.programs.sort_values("supply")["program_id"].iloc[-1])
    questions: dict[str, dict[str, Any]] = {
        "limit": {"parameters": {"surplus.rate": 0.6}},
        "openings": {"openings": {demand: 1}},
        "graduates": {"intake": {program: 1}},
    }
    assessment.what_if(parameters={"surplus.rate": 0.65})
    late = False
    for name, question in questions.items():
        found = [seconds(lambda question=question: assessment.what_if(**question)) for _ in range(given.runs)]  # type: ignore[misc]
        wall, used = (statistics.median(part) for part in zip(*found, strict=True))
        late |= wall > AIM
        print(f"{name}: {wall:.2f} s, {used:.2f} s of processor time; aim {AIM} s")
    sys.exit(int(late))


if __name__ == "__main__":
    main()
