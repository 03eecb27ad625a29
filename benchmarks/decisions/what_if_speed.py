"""How long a what-if takes on an assessment, beside assessing the same tables and links again.

    python benchmarks/decisions/what_if_speed.py FOLDER [--runs N]

FOLDER: of an assessment, such as `duikou demo --out FOLDER` writes. Three questions in turn - a limit, the openings of
one row, the graduates of one program - with another figure every time, after one that is not counted; medians in seconds of
wall-clock and processor time. The aim is under 1 s on the pilot city; ends with 1 where a question takes longer.
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
    # The largest row that somebody is matched with: nothing hangs on posts without a link.
    linked = assessment.demands["demand_id"].isin(assessment.matches.loc[assessment.matches["edge"], "demand_id"])
    demand = str(assessment.demands[linked].sort_values("posts")["demand_id"].iloc[-1])
    program = str(assessment.programs.sort_values("supply")["program_id"].iloc[-1])
    # Never the same question twice: what the last one computed is kept.
    questions: dict[str, Callable[[int], dict[str, Any]]] = {
        "limit": lambda i: {"parameters": {"surplus.rate": round(0.6 - i / 100, 2)}},
        "openings": lambda i: {"openings": {demand: 1 + i}},
        "graduates": lambda i: {"intake": {program: 1 + i}},
    }
    start = time.perf_counter()
    assessment.what_if(parameters={"surplus.rate": 0.65})
    print(f"the first: {time.perf_counter() - start:.2f} s")
    late = False
    for name, question in questions.items():
        asked = [question(i) for i in range(given.runs)]
        found = [seconds(lambda change=change: assessment.what_if(**change)) for change in asked]  # type: ignore[misc]
        wall, used = (statistics.median(part) for part in zip(*found, strict=True))
        late |= wall > AIM
        print(f"{name}: {wall:.2f} s, {used:.2f} s of processor time; aim {AIM} s")
    sys.exit(int(late))


if __name__ == "__main__":
    main()
