"""All four forms of the annual report of an illustrative region of 1,000 programs, in a process of their own.

    python benchmarks/report_speed.py [programs]

Everything is made up by chance from a fixed seed, links are given, and no text is encoded. Prints seconds of wall-clock
and processor time for each form and the most memory used; ends with 1 where all four take more than 60 s of processor
time or 1.5 GB. The internal edition is measured: it is the longer one.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

LIMIT_SECONDS, LIMIT_GIGABYTES = 60, 1.5
SHARE_OF_DEMANDS, LINKS, YEARS = 1.5, 6, (2024, 2025, 2026)
GROUPS = (
    "装备制造大类",
    "电子与信息大类",
    "财经商贸大类",
    "医药卫生大类",
    "交通运输大类",
    "土木建筑大类",
    "旅游大类",
    "农林牧渔大类",
)
LEVELS = ("bachelor", "associate", "secondary")


def main(programs: int = 1000) -> None:
    """Assesses the region, then writes its report from the folder in a fresh interpreter."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "region"
        made(programs).write(folder)
        done = subprocess.run(
            [sys.executable, __file__, "--write", str(folder), place], check=True, stdout=subprocess.PIPE, text=True
        )
        found = json.loads(done.stdout)
    print(json.dumps({"programs": programs, **found}, indent=2))
    sys.exit(int(found["processor_seconds"] > LIMIT_SECONDS or found["gigabytes"] > LIMIT_GIGABYTES))


def made(programs: int):  # type: ignore[no-untyped-def]
    """An assessment of so many programs at institutions of 25, in fourteen regions and forty chains."""
    from matcher import assess

    chance = np.random.default_rng(7)
    demands = int(programs * SHARE_OF_DEMANDS)
    group = chance.integers(0, len(GROUPS), programs)
    region = chance.integers(0, 14, programs)
    own = pd.DataFrame(
        {
            "program_id": [f"P{i:05d}" for i in range(programs)],
            "name": [f"{GROUPS[g][:2]}示例专业{chance.integers(0, 60)}" for g in group],
            "institution": [f"示例院校{i // 25:03d}" for i in range(programs)],
            "region": [f"示例市{r:02d}" for r in region],
            "level": [LEVELS[n] for n in chance.choice(3, programs, p=[0.1, 0.6, 0.3])],
            "major_group": [GROUPS[g] for g in group],
            "cluster": [f"示例专业群{i // 4:03d}" for i in range(programs)],
            "courses": ["；".join(f"示例课程{n}" for n in range(10))] * programs,
            "year_opened": 2005 + chance.integers(0, 20, programs),
        }
    )
    graduates = chance.integers(12, 140, programs)
    rate = chance.uniform(0.4, 0.97, programs)
    outcomes = pd.concat(
        [
            pd.DataFrame(
                {
                    "program_id": own["program_id"],
                    "year": year,
                    "planned": graduates + 12,
                    "enrolled": graduates + 5,
                    "students": graduates * 3,
                    "graduates": graduates,
                    "employed": (graduates * rate * chance.uniform(0.94, 1, programs)).astype(int),
                    "further_study": (graduates * (1 - rate) / 2).astype(int),
                    "stayed_local": (graduates * rate * 0.75).astype(int),
                }
            )
            for year in YEARS
        ]
    )
    field = chance.integers(0, len(GROUPS), demands)
    chain = chance.integers(0, 40, demands)
    wanted = pd.DataFrame(
        {
            "demand_id": [f"D{i:05d}" for i in range(demands)],
            "occupation": [f"示例职业{chance.integers(0, 600)}" for _ in range(demands)],
            "field": [GROUPS[f] for f in field],
            "chain": [f"示例产业链{c:02d}" for c in chain],
            "stage": [("upstream", "midstream", "downstream")[n] for n in chance.integers(0, 3, demands)],
            "region": [f"示例市{r:02d}" for r in chance.integers(0, 14, demands)],
            "openings": chance.integers(2, 90, demands),
            "entry_share": 0.6,
            "employers": chance.integers(1, 20, demands),
            "growth": chance.normal(0.03, 0.05, demands).round(3),
            "growth_low": -0.2,
            "source": "示例来源",
            "source_date": "2026-08-31",
            "year": 2026,
        }
    )
    coverage = pd.DataFrame(
        [("示例来源", f"示例市{r:02d}", "*", 2026, 0.96, 1.0) for r in range(14)],
        columns=["source", "region", "field", "year", "share_low", "share_high"],
    )
    near = [
        np.flatnonzero((field == g) & (wanted["region"] == f"示例市{r:02d}"))
        for g, r in zip(group, region, strict=True)
    ]
    links = pd.DataFrame(
        [
            (program, f"D{d:05d}", round(float(chance.uniform(0.3, 0.99)), 3))
            for program, ids in zip(own["program_id"], near, strict=True)
            for d in chance.permutation(ids)[:LINKS]
        ],
        columns=["program_id", "demand_id", "p"],
    )
    chains = pd.DataFrame(
        {"chain": [f"示例产业链{c:02d}" for c in range(40)], "strategic": [c < 12 for c in range(40)]}
    )
    label = {"zh": "示例数据：全部虚构", "en": "Illustrative data: all made up"}
    return assess(
        own, outcomes, wanted, matches=links, coverage=coverage, chains=chains, as_of="2026-10-15", draws=0, label=label
    )


def write(folder: str, out: str) -> None:
    """The report in its forms, with times."""
    from matcher import load_assessment
    from reports.annual import annual_report
    from reports.write import FORMATS, rendered

    start, found = (time.perf_counter(), time.process_time()), {}
    document = annual_report(load_assessment(folder), "internal", "zh")
    found["content"] = round(time.perf_counter() - start[0], 2)
    for form in FORMATS:
        before = time.perf_counter()
        content = rendered(document, form)
        Path(out, f"report.{form}").write_bytes(content)
        found[form] = round(time.perf_counter() - before, 2)
        found[f"{form}_megabytes"] = round(len(content) / 1e6, 2)
    found["seconds"] = round(time.perf_counter() - start[0], 2)
    found["processor_seconds"] = round(time.process_time() - start[1], 2)
    found["gigabytes"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 3)
    print(json.dumps(found))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write(*sys.argv[2:])
    else:
        main(*(int(a) for a in sys.argv[1:]))
