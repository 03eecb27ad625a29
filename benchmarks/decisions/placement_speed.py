"""How long placement under doubt takes, and how its cost grows (docs/method.md, sections 2, 4 and 6).

    python benchmarks/decisions/placement_speed.py [city] [province] [growth] [--runs N] [--out DIR]

city: 10,000 programs, 2,000 demands, 200 draws of about 10 edges a program; rates, on listed posts and on those of a
source that sees 80 %, and headroom of all, indispensability for programs whose point rate is below 0.7. Aim 20 s, limit
60 s and 2 GB on two cores.
province: 100,000 programs, 20,000 demands in 40 regions, a million edges, 20 draws. Aim 5 min, limit 10 min and 6 GB.
growth: four sizes, in regions of 2,500 programs and in one region, cost against drawn edges, with the exponent of the
fitted power.
The point result with its certificates is timed beside, and scipy's maximum flow (32 bits, one flow, no rates) as peer.

Every scenario runs in an interpreter of its own, so that its peak memory is its own. Processor seconds stand beside wall
time, because a benchmark seldom has a machine to itself. A dated JSON file keeps everything that was printed.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FIELDS = 19
# name -> programs, demands, regions, draws, limits in seconds and gigabytes.
SCENARIOS: dict[str, dict[str, Any]] = {
    "city": {"programs": 10_000, "demands": 2_000, "regions": 1, "draws": 200, "aim": 20, "limit": 60, "memory": 2},
    "city-14-regions": {"programs": 10_000, "demands": 2_000, "regions": 14, "draws": 200, "aim": 20, "limit": 60,
                        "memory": 2},
    "province": {"programs": 100_000, "demands": 20_000, "regions": 40, "draws": 20, "aim": 300, "limit": 600,
                 "memory": 6},
}  # fmt: skip
GROWTH = (5_000, 10_000, 20_000, 40_000)


def market(programs: int, demands: int, regions: int, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Tables for draws: most pairs within a field, all within a region; some fields crowded, others short of people."""
    rng = np.random.default_rng(seed)
    tightness = rng.lognormal(0, 0.6, FIELDS)
    own_region, own_field = rng.integers(0, regions, programs), rng.integers(0, FIELDS, programs)
    region, field = rng.integers(0, regions, demands), rng.integers(0, FIELDS, demands)
    by_region = np.argsort(region, kind="stable")
    first = np.searchsorted(region[by_region], np.arange(regions + 1))
    by_field = np.argsort(region * FIELDS + field, kind="stable")
    cell = np.searchsorted((region * FIELDS + field)[by_field], np.arange(regions * FIELDS + 1))
    # Pairs with p of mean 1/3, some drawn twice: about ten edges a draw in every scenario.
    tries, within = {1: (33, 0.9), 14: (42, 0.5)}.get(regions, (38, 0.67))
    own_cell = own_region * FIELDS + own_field
    inside = cell[own_cell + 1] > cell[own_cell]
    chosen = []
    for k in range(tries):
        near = inside & (k < within * tries)
        low = np.where(near, cell[own_cell], first[own_region])
        high = np.where(near, cell[own_cell + 1], first[own_region + 1])
        at = np.minimum(low + (rng.random(programs) * np.maximum(1, high - low)).astype(int), demands - 1)
        chosen.append(np.where(near, by_field[at], by_region[at]))
    heads = np.concatenate(chosen)
    rows = np.tile(np.arange(programs), tries)
    supply = np.maximum(1, rng.lognormal(np.log(45), 0.6, programs)).round() * 100
    posts = rng.lognormal(0, 0.9, demands) * tightness[field]
    posts *= 0.75 * supply.sum() / posts.sum()
    ids, names = [f"P{i:06d}" for i in range(programs)], [f"D{j:05d}" for j in range(demands)]
    p = np.round(np.clip(rng.beta(0.8, 1.6, len(rows)), 0.05, 0.999), 3)
    return (
        pd.DataFrame(
            {"program_id": ids, "supply": supply.astype(int), "text": ids, "level": "associate",
             "major_group": own_field.astype(str)}
        ),
        pd.DataFrame(
            {"demand_id": names, "posts": posts.astype(int), "high": (posts / 0.8).astype(int), "text": names}
        ),
        pd.DataFrame({"program_id": np.array(ids)[rows], "demand_id": np.array(names)[heads], "p": p}).drop_duplicates(
            ["program_id", "demand_id"]
        ),
    )  # fmt: skip


def measure(size: dict[str, Any], point: bool) -> dict[str, Any]:
    """One run in this process."""
    from matcher.placement.draws import Doubt, draw_placements

    programs, demands, matches = market(size["programs"], size["demands"], size["regions"])
    start = time.perf_counter()
    warm = market(60, 12, 1)
    draw_placements(*warm, Doubt(draws=2, logit_error=0.3))
    found: dict[str, Any] = {"compile_or_load_s": round(time.perf_counter() - start, 2), "kept_pairs": len(matches)}
    asked: list[str] = []
    if point:
        found["point"], asked = point_result(programs, demands, matches)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, used = time.perf_counter(), time.process_time()
    doubt = Doubt(draws=size["draws"], seed=1, logit_error=0.3)
    draws = draw_placements(programs, demands, matches, doubt, asked=frozenset(asked), workers=size.get("workers", 2))
    low, high = draws.rate_between()
    surplus, room = draws.below(0.7), draws.headroom_of(0.1)
    found |= {
        "wall_s": round(time.perf_counter() - start, 2),
        "processor_s": round(time.process_time() - used, 2),
        "memory_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
        "memory_before_gb": round(before / 1e6, 2),
        "asked": len(asked),
        "edges_a_draw": round(float(matches["p"].sum())),
        "programs_surplus_at_0.9": int((surplus >= 0.9).sum()),
        "programs_headroom_at_0.7": int((room >= 0.7).sum()),
        "mean_width_of_rate": round(float(np.nanmean(high - low)), 3),
    }
    return found


def point_result(
    programs: pd.DataFrame, demands: pd.DataFrame, matches: pd.DataFrame
) -> tuple[dict[str, Any], list[str]]:
    """The market of edges p >= 0.5 placed once, its certificates made and checked; and programs below 0.7."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import maximum_flow

    from matcher.placement.certificate import block_records, check_certificates
    from matcher.placement.fair import place_fairly
    from matcher.placement.marginal import marginals

    supply = dict(zip(programs["program_id"], programs["supply"].tolist(), strict=True))
    posts = dict(zip(demands["demand_id"], demands["posts"].tolist(), strict=True))
    likely = matches[matches["p"] >= 0.5]
    edges = list(zip(likely["program_id"], likely["demand_id"], strict=True))
    took = {}
    clock = time.process_time()
    placement = place_fairly(supply, posts, edges)
    took["fair_s"], clock = time.process_time() - clock, time.process_time()
    marginals(supply, posts, edges)
    took["marginals_s"], clock = time.process_time() - clock, time.process_time()
    records = block_records(placement, supply, posts)
    faults = check_certificates(
        records,
        edges,
        {p: s / 100 for p, s in supply.items()},
        {d: n / 100 for d, n in posts.items()},
        [(p, d, n / 100) for (p, d), n in placement.assignment.items()],
    )
    took["certificates_s"] = time.process_time() - clock
    if faults:
        raise AssertionError(faults[0])
    # The peer: one maximum flow of the same market, persons instead of hundredths to fit its 32 bits.
    n, m = len(supply), len(posts)
    rows = pd.Index(programs["program_id"]).get_indexer(likely["program_id"])
    heads = pd.Index(demands["demand_id"]).get_indexer(likely["demand_id"]) + n
    capacity = np.concatenate([np.full(len(rows), 10**6), programs["supply"] // 100, demands["posts"] // 100])
    tails = np.concatenate([rows, np.full(n, n + m), np.arange(n, n + m)])
    ends = np.concatenate([heads, np.arange(n), np.full(m, n + m + 1)])
    graph = csr_matrix((capacity.astype(np.int32), (tails, ends)), shape=(n + m + 2, n + m + 2))
    clock = time.process_time()
    maximum_flow(graph, n + m, n + m + 1)
    took["scipy_one_flow_s"] = time.process_time() - clock
    told = {name: round(value, 3) for name, value in took.items()}
    crowded = sorted(p for p, rate in placement.rates.items() if rate < 0.7)
    return {**told, "edges": len(edges), "blocks": len(records)}, crowded


def alone(size: dict[str, Any], point: bool) -> dict[str, Any]:
    """`measure` in a fresh interpreter."""
    answer = subprocess.run(
        [sys.executable, __file__, "--one", json.dumps([size, point])], check=True, stdout=subprocess.PIPE, text=True
    )
    return dict(json.loads(answer.stdout))


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "load": [round(x, 1) for x in os.getloadavg()],
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "numba", "scipy", "pandas")},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", default=["city", "growth"])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(*json.loads(given.one))))
        return
    result: dict[str, Any] = {"date": date.today().isoformat(), "machine": machine()}
    for name in given.scenarios:
        if name == "growth":
            result[name] = {"regions": growth(given.runs, 2_500), "one region": growth(given.runs, None)}
            continue
        size = SCENARIOS[name]
        runs = [alone(size, True) for _ in range(1 if name == "province" else given.runs)]
        median = {key: statistics.median(run[key] for run in runs) for key in ("wall_s", "processor_s", "memory_gb")}
        result[name] = {"size": size, "median": median, "runs": runs}
        print(f"{name}: {median['wall_s']} s wall, {median['processor_s']} s of processors, {median['memory_gb']} GB; "
              f"aim {size['aim']} s, limit {size['limit']} s and {size['memory']} GB; {runs[0]}", flush=True)  # fmt: skip
    given.out.mkdir(parents=True, exist_ok=True)
    file = given.out / f"placement_speed-{result['date']}.json"
    earlier = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(json.dumps({**earlier, **result}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written: {file}")
    if "growth" in result:
        picture = file.with_name("placement_growth.svg")
        picture.write_text(plot(result["growth"]), encoding="utf-8")
        print(f"written: {picture}")


def plot(found: dict[str, Any]) -> str:
    """Processor seconds against edges on logarithmic axes, with a line of slope 1 through the first point of each, as SVG."""
    import altair as alt
    import vl_convert

    rows = [{"where": where, **row} for where, part in found.items() for row in part["rows"]]
    for row in rows:
        first = found[row["where"]]["rows"][0]
        row["linear"] = first["processor_s"] * row["edges"] / first["edges"]
        row["where"] = f"{row['where']}: edges^{found[row['where']]['exponent']}"
    x = alt.X(
        "edges:Q",
        scale=alt.Scale(type="log", domain=[40_000, 500_000]),
        title="edges a draw",
        axis=alt.Axis(format="~s", values=[50_000, 100_000, 200_000, 400_000]),
    )
    y = alt.Y(
        "processor_s:Q", scale=alt.Scale(type="log", domain=[0.5, 100], nice=False), title="processor seconds, 20 draws"
    )
    which, shape = alt.Color("where:N", legend=None), alt.Shape("where:N", legend=None)
    base = alt.Chart(pd.DataFrame(rows))
    dots = base.mark_line(point=True).encode(x=x, y=y, color=which, shape=shape)
    straight = base.mark_line(strokeDash=[4, 4], opacity=0.6).encode(x=x, y="linear:Q", color=which)
    # Named where the lines end, above the upper and below the lower one: readable without colour.
    last = pd.DataFrame(rows).sort_values("edges").groupby("where", as_index=False).last().sort_values("processor_s")
    last["at"] = last["processor_s"] * [0.4, 1.7]
    names = alt.Chart(last).mark_text(align="right", dx=12).encode(x=x, y="at:Q", color=which, text="where:N")
    chart = (straight + dots + names).properties(
        width=460, height=260, title="Cost of placement against size (dashed: linear)"
    )
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def growth(runs: int, region: int | None) -> dict[str, Any]:
    """Processor seconds of 20 draws against edges, in regions of so many programs or in one; the fitted exponent."""
    rows = []
    for programs in GROWTH:
        size = {
            "programs": programs,
            "demands": programs // 5,
            "regions": programs // region if region else 1,
            "draws": 20,
        }
        found = [alone({**size, "workers": 1}, False) for _ in range(runs)]
        seconds = statistics.median(run["processor_s"] for run in found)
        rows.append({"programs": programs, "edges": found[0]["edges_a_draw"], "processor_s": seconds})
        print(f"growth: {rows[-1]}", flush=True)
    logs = np.log([[row["edges"], row["processor_s"]] for row in rows])
    exponent = round(float(np.polyfit(logs[:, 0], logs[:, 1], 1)[0]), 3)
    print(f"growth, regions of {region or 'any size'}: processor seconds ~ edges ^ {exponent}")
    return {"rows": rows, "exponent": exponent}


if __name__ == "__main__":
    main()
