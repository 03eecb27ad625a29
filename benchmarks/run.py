"""All speed benchmarks by one command: each with its peer or limit, into one dated result and a page with plots.

    python benchmarks/run.py --peers PYTHON      # everything, an hour or so on two cores; the machine should be quiet
    python benchmarks/run.py --quick             # small sizes, minutes: whether every benchmark runs; no figures to quote
    python benchmarks/run.py --only index growth # these alone; what today's other parts gave stays
    python benchmarks/run.py --page              # runs nothing: the page again from the latest result

Writes DATE.json (machine facts, and everything every part gave), README.md and plots into benchmarks/results, a quick run
into build/benchmarks. PYTHON is the interpreter of an environment that has txtai, hnswlib and usearch; how to make it stands
at the top of benchmarks/speed/peers.py. Without it they are left out, and the page says so.

A part that fails is named, and the others go on; the status at the end is 1 then. A missed target is no failure: the page
shows it as missed. Quality of matches and decisions has commands of its own (benchmarks/README.md).
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE / "speed"))
from page import write_page  # noqa: E402
from pairing import machine  # noqa: E402


def printed_json(said: str) -> dict[str, Any]:
    """The one JSON object that a benchmark prints."""
    return dict(json.loads(said[said.index("{") :]))


def printed_lines(said: str) -> dict[str, Any]:
    """Lines `name {...}` and `name: 1.23 s, 1.20 s of processor time`."""
    found: dict[str, Any] = {}
    for line in said.splitlines():
        if given := re.match(r"([\w -]+) (\{.*\})$", line):
            found[given[1]] = json.loads(given[2].replace("'", '"'))
        elif given := re.match(r"([\w -]+): ([\d.]+) s\b", line):
            found[given[1]] = float(given[2])
    return found


@dataclass(frozen=True)
class Part:
    """One benchmark.

    Attributes:
        script: under benchmarks/.
        minutes: that it takes on two cores without AVX-512, as measured or guessed; quick_minutes: of its small sizes.
        arguments, quick: given to it; `WORK` stands for a folder that is thrown away afterwards.
        peers: whether it takes `--peers`.
        printed: how figures are read from what it prints; None where it writes a dated file into `--out`.
        before: a command of the product that is run first, its seconds kept as `before_s`.
        late_is_1: whether a status of 1 only says that a limit was missed.
    """

    name: str
    script: str
    minutes: float
    quick_minutes: float
    arguments: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()
    peers: bool = False
    printed: Callable[[str], dict[str, Any]] | None = None
    before: tuple[str, ...] = ()
    late_is_1: bool = False


PARTS = (
    Part("import", "import_time.py", 0.3, 0.1, quick=("1",), printed=printed_json),
    Part("encoding", "speed/encoding.py", 6, 1.5, ("--texts", "400"), ("--texts", "48", "--runs", "1")),
    Part("text_search", "speed/text_search.py", 32, 2, quick=("--texts", "600", "--runs", "1"), peers=True),
    Part("index", "speed/index.py", 9, 0.7, quick=("--rows", "60000", "--runs", "1")),
    Part("index-second", "speed/index.py", 9, 0.7, ("--shape", "second"),
         ("--shape", "second", "--rows", "60000", "--runs", "1")),
    Part("vector_search", "speed/vector_search.py", 7, 1.5, quick=("--rows", "60000", "--runs", "1"), peers=True),
    Part("growth", "speed/growth.py", 6, 0.7, quick=("--most", "60000", "--runs", "1")),
    Part("job_ads", "speed/job_ads.py", 14, 0.5, ("--ads", "1000000", "--sample", "1000"),
         ("--ads", "2000", "--sample", "100")),
    Part("cluster", "speed/cluster.py", 4, 1, quick=("--chunks", "12", "--size", "16")),
    Part("placement", "decisions/placement_speed.py", 15, 1.5, ("city", "province", "growth"), ("city", "--runs", "1")),
    Part("what_if", "decisions/what_if_speed.py", 1.5, 1.5, ("WORK/city",), ("WORK/city", "--runs", "1"),
         printed=printed_lines, before=("demo", "--out", "WORK/city"), late_is_1=True),
    Part("report", "report_speed.py", 2, 0.5, quick=("60",), printed=printed_json, late_is_1=True),
    Part("load", "service/load.py", 3, 1.5, quick=("--clients", "20", "--seconds", "10"), printed=printed_lines),
    Part("match", "service/match_speed.py", 8, 2, quick=("--demands", "2000", "--seconds", "4")),
)  # fmt: skip


def run(part: Part, quick: bool, peers: str | None, out: Path) -> dict[str, Any]:
    """Runs one part: `status` (`measured`, `failed`, `not there`), `seconds`, `command`, and what it `found`.

    Plots that it draws are copied into `out`.
    """
    script = HERE / part.script
    arguments = part.quick if quick else part.arguments
    if not script.is_file():
        return {"status": "not there", "command": f"python benchmarks/{part.script}"}
    with tempfile.TemporaryDirectory() as work:
        place = Path(work) / "out"
        given = [argument.replace("WORK", work) for argument in arguments]
        own = [*given, *([] if part.printed else ["--out", str(place)])]
        own += ["--peers", peers] if part.peers and peers else []
        told: dict[str, Any] = {"command": " ".join(["python", f"benchmarks/{part.script}", *arguments])}
        start = time.perf_counter()
        if part.before:
            before = [argument.replace("WORK", work) for argument in part.before]
            ended = called([sys.executable, "-c", "from api.cli import main; main()", *before])
            told["before_s"] = round(time.perf_counter() - start, 1)
            if ended.returncode:
                return {**told, "status": "failed", "said": last_lines(ended.stderr)}
        ended = called([sys.executable, str(script), *own])
        told["seconds"] = round(time.perf_counter() - start, 1)
        try:
            found = part.printed(ended.stdout) if part.printed else written(place)
        except (ValueError, OSError) as fault:
            return {**told, "status": "failed", "said": last_lines(ended.stderr) or f"{type(fault).__name__}: {fault}"}
        for picture in place.glob("*.svg"):
            shutil.copy(picture, out / picture.name)
    fine = ended.returncode == 0 or (part.late_is_1 and ended.returncode == 1 and found)
    return {**told, "status": "measured", "found": found} if fine else {
        **told, "status": "failed", "said": last_lines(ended.stderr), "found": found}  # fmt: skip


def called(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """What it prints goes on to be seen only where something fails: progress of fourteen parts is noise."""
    return subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True)


def written(folder: Path) -> dict[str, Any]:
    """The one dated file that a benchmark wrote.

    Raises:
        OSError: it wrote none.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise OSError("no figures were written")
    return dict(json.loads(files[-1].read_text(encoding="utf-8")))


def last_lines(said: str, number: int = 5) -> str:
    return "\n".join(said.strip().splitlines()[-number:])


def minutes(value: float) -> str:
    return f"{value:.0f} min" if value >= 1 else "less than a minute"


def main() -> None:
    names = [part.name for part in PARTS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", metavar="PYTHON", help="interpreter of an environment that has the peers")
    parser.add_argument("--only", nargs="+", choices=names, metavar="PART", help=f"of {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="small sizes: whether everything runs")
    parser.add_argument("--page", action="store_true", help="only write the page again from the latest result")
    parser.add_argument("--out", type=Path, help="benchmarks/results, for a quick run build/benchmarks")
    given = parser.parse_args()
    out = given.out or (HERE.parent / "build" / "benchmarks" if given.quick else HERE / "results")
    out.mkdir(parents=True, exist_ok=True)
    if given.page:
        dated = sorted(out.glob("????-??-??.json"))
        if not dated:
            parser.error(f"no result in {out}; run without --page first")
        print(f"written: {write_page(json.loads(dated[-1].read_text(encoding='utf-8')), out)}")
        return
    file = out / f"{date.today().isoformat()}.json"
    result: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"parts": {}}
    result |= {"date": date.today().isoformat(), "quick": given.quick, "machine": machine()}
    chosen = [part for part in PARTS if not given.only or part.name in given.only]
    expected = [part.quick_minutes if given.quick else part.minutes for part in chosen]
    took = pace = 0.0
    for number, part in enumerate(chosen):
        # What is left goes at the pace of what is done.
        pace = took / sum(expected[:number]) if number else 1.0
        left = minutes(pace * sum(expected[number:]))
        print(f"{number + 1}/{len(chosen)} {part.name}: {minutes(pace * expected[number])}; {left} left", flush=True)
        start = time.perf_counter()
        told = run(part, given.quick, given.peers, out)
        took += (time.perf_counter() - start) / 60
        result["parts"][part.name] = told
        file.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        if told["status"] != "measured":
            print(f"    {told['status']}: {told.get('said', told['command'])}", flush=True)
    print(f"written: {file}\nwritten: {write_page(result, out)}")
    failed = [name for name, told in result["parts"].items() if told["status"] == "failed"]
    if failed:
        print(f"failed: {', '.join(failed)}")
    sys.exit(int(bool(failed)))


if __name__ == "__main__":
    main()
