"""How long importing `matcher` takes, and what it loads, in fresh interpreters.

    python benchmarks/import_time.py [runs]

Prints medians in seconds: the interpreter alone, pandas alone (the floor of anything that reads tables), `import
matcher`, and `from matcher import assess`, which loads what an assessment needs before any text is encoded. Aim: 0.6 s
for `import matcher`.
"""

import json
import statistics
import subprocess
import sys
import time

STATEMENTS = {
    "interpreter": "pass",
    "pandas": "import pandas",
    "matcher": "import matcher",
    "assess": "from matcher import assess",
}


def main(runs: int = 7) -> None:
    """Runs every statement in turn, so that a busy moment of the machine hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for _ in range(runs):
        for name, statement in STATEMENTS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", statement], check=True)
            times[name].append(time.perf_counter() - start)
    print(json.dumps({name: round(statistics.median(t), 3) for name, t in times.items()}, indent=2))


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
