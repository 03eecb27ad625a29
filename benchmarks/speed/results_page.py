"""The page of all speed results: every figure beside its limit or peer of the same run, and plots."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

RESULTS = Path(__file__).resolve().parent / "results"
STATES = ["aim reached", "least reached", "missed"]
COLOURS = ["#2b6f77", "#7fb0b6", "#b3562b"]


@dataclass(frozen=True)
class Row:
    """One figure of the page.

    Attributes:
        figure: as measured; beside: its limit or peer, measured in the same run.
        value: what is held against aim and least; None where it was not measured. more: whether more is better.
    """

    what: str
    figure: str
    beside: str
    value: float | None
    aim: float | None
    least: float | None
    unit: str = "x"
    more: bool = True

    @property
    def held(self) -> str:
        """ "aim", "least", "missed", "measured" where nothing was asked, or "not measured"."""
        if self.value is None:
            return "not measured"
        if self.least is None and self.aim is None:
            return "measured"

        def reaches(limit: float | None) -> bool:
            assert self.value is not None
            return limit is not None and (self.value >= limit if self.more else self.value <= limit)

        return "aim" if reaches(self.aim) else "least" if reaches(self.least) else "missed"


def latest(folder: Path) -> dict[str, dict[str, Any]]:
    """Name of a benchmark -> the newest of its dated files."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("*-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].json")):
        name, day = file.stem[:-11], file.stem[-10:]
        found[name] = {**json.loads(file.read_text(encoding="utf-8")), "day": day}
    return found


def rows_of(found: Mapping[str, Mapping[str, Any]]) -> list[Row]:
    """The figures of the page, from the latest results; what is not there is told as not measured."""
    rows: list[Row] = []

    def add(
        what: str, make: Callable[[], tuple[str, str, float]], aim: float | None, least: float | None, **more: Any
    ) -> None:
        try:
            figure, beside, value = make()
        except (KeyError, TypeError):
            rows.append(Row(what, "", "", None, aim, least, **more))
        else:
            rows.append(Row(what, figure, beside, value, aim, least, **more))

    encoding, index = found.get("encoding", {}), found.get("index", {})
    text, graph, match = (found.get(name, {}) for name in ("text_search", "graph_search", "match"))

    def many() -> tuple[str, str, float]:
        rate = encoding["many"]["texts_a_second"]
        times = encoding["many"]["ways"]["duikou"]["times_sentence_transformers"]
        figure = f"{rate['duikou']} texts/s, overlap {encoding['many']['top_10_overlap']}"
        return figure, f"SentenceTransformer {rate['sentence_transformers']} texts/s", times

    def start() -> tuple[str, str, float]:
        ways = encoding["start"]["ways"]
        own, peer = ways["duikou"], ways["sentence_transformers"]
        times = own["times_sentence_transformers"]
        return f"{own['wall_s']:.2f} s", f"sentence-transformers {peer['wall_s']:.2f} s", times

    def near() -> tuple[str, str, float]:
        return scanned(index)

    def second() -> tuple[str, str, float]:
        return scanned(found["index-second"])

    def scanned(of: Mapping[str, Any]) -> tuple[str, str, float]:
        part = of["near"]
        return (
            f"{part['near_ms']} ms, recall@100 {part['recall_100_held_out']}",
            f"flat scan {part['flat_ms']} ms",
            part["times_flat"],
        )

    def mapped() -> tuple[str, str, float]:
        return f"{index['map']['median_ms']} ms", "", index["map"]["median_ms"]

    def matching() -> tuple[str, str, float]:
        ways = index["matching"]["ways"]
        return (
            f"{ways['duikou']['wall_s']:.1f} s",
            f"fp32 matrix product {ways['sgemm']['wall_s']:.1f} s",
            ways["duikou"]["times_sgemm"],
        )

    def build() -> tuple[str, str, float]:
        own, peer = text["build"]["duikou"], text["build"]["txtai"]
        return (
            f"{own['texts_a_second']} texts/s ({text['texts']} texts)",
            f"txtai {peer['texts_a_second']} texts/s",
            text["build"]["times_txtai"],
        )

    def ask(label: str) -> Callable[[], tuple[str, str, float]]:
        def made() -> tuple[str, str, float]:
            part = text["query"][label]
            own, peer = part["ms_a_question"]["duikou"], part["ms_a_question"]["txtai"]
            overlap = text["overlap"]["txtai_reading_all_lists"]
            return (
                f"{own} ms, overlap {overlap} with all of txtai's lists read",
                f"txtai {peer} ms",
                part["ways"]["duikou"]["times_txtai"],
            )

        return made

    def graphs(name: str) -> Callable[[], tuple[str, str, float]]:
        def made() -> tuple[str, str, float]:
            own, peer = graph["duikou"], graph[name]
            return (
                f"{own['ms']} ms, recall {own['recall']}, built in {own['build_s']} s ({graph['rows']} rows)",
                f"{name} {peer['ms']} ms, recall {peer['recall']}, built in {peer['build_s']} s",
                round(peer["ms"] / own["ms"], 2),
            )

        return made

    def asked(clients: str) -> Callable[[], tuple[str, str, float]]:
        def made() -> tuple[str, str, float]:
            part, alone = match[clients], match["encoding_alone"]
            together = alone["1_together_per_second" if clients.startswith("1 ") else "16_together_per_second"]
            return (
                f"{part['match']['per_second']} a second, p50 {part['match']['p50_ms']} ms",
                f"empty endpoint {part['empty']['per_second']} a second; encoding the same texts alone {together} a second",
                part["of_empty"],
            )

        return made

    add("encoding many texts", many, 8, 4)
    add("start to first vector", start, 25, 15)
    add("building an index from texts", build, 6, 3.5)
    add("one question by text", ask("one_at_a_time"), 8, 4)
    add("questions by text, 64 together", ask("64_together"), None, None)
    add("one query among 1,000,000 vectors", near, 150, 60)
    add("the same, vectors of a shape that nothing was tuned on", second, 150, 60)
    add("one query among vectors, beside hnswlib", graphs("hnswlib"), None, None)
    add("one query among vectors, beside usearch", graphs("usearch"), None, None)
    add("opening an index of 1,000,000", mapped, 0.3, 1, unit=" ms", more=False)
    add("exact top-100 of 2,000 x 1,000,000", matching, 1.5, 0.9)
    add("match over HTTP, 100,000 demands, 1 client", asked("1 clients"), 0.25, 0.12)
    add("match over HTTP, 100,000 demands, 32 clients", asked("32 clients"), 0.25, 0.12)
    add("match over HTTP, p50 at one client", lambda: ("", "", match["1 clients"]["match"]["p50_ms"]), 4, 8, unit=" ms", more=False)  # fmt: skip

    def ads() -> tuple[str, str, float]:
        run = found["job_ads"]["run"]
        return f"{run['ads']} in {run['minutes']} min, {run['memory_gb']} GB", "", run["minutes_a_million"]

    def cluster() -> tuple[str, str, float]:
        part = found["cluster"]
        same = "same bytes" if part["same_bytes"] else "OTHER BYTES"
        beside = f"nobody killed {part['workers_s']} s, one machine {part['alone_s']} s"
        return f"{part['one_killed_s']} s, {same}", beside, part["times_workers_less_a_chunk"]

    add("1,000,000 advertisements to demands", ads, 30, 90, unit=" min", more=False)
    add("four Dask workers, one killed, less one chunk", cluster, 1.1, None, more=False)
    return rows


def page(found: Mapping[str, Mapping[str, Any]]) -> str:
    """The page, as Markdown."""
    days = sorted({str(part["day"]) for part in found.values()})
    told = [part["machine"] for part in found.values() if part.get("machine")]
    machines = {json.dumps({k: v for k, v in one.items() if not k.startswith("load")}) for one in told}
    lines = [
        "# Speed", "",
        f"Made by `python benchmarks/speed/run.py --page` from the latest results here ({', '.join(days)}); figures and remarks by hand stand in "
        "benchmarks/README.md. Ratios are of wall-clock time, beside a limit or a peer in the same run.", "",
        *(f"    {told}" for told in sorted(machines)), "",
        "| what | measured | beside | value | aim | least | held |", "| --- | --- | --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for row in rows_of(found):
        value = "" if row.value is None else f"{row.value:g}{row.unit}"
        limits = ["" if limit is None else f"{limit:g}{row.unit}" for limit in (row.aim, row.least)]
        held = f"**{row.held}**" if row.held in ("missed", "not measured") else row.held
        lines.append(f"| {row.what} | {row.figure} | {row.beside} | {value} | {limits[0]} | {limits[1]} | {held} |")
    lines += ["", "![Every ratio as a multiple of its least](ratios.svg)", ""]
    if "growth" in found.get("index", {}):
        lines += ["![One query and building an index, by number of vectors](growth.svg)", ""]
    return "\n".join(lines)


def plots(found: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """File -> SVG."""
    made = {"ratios.svg": _ratios(rows_of(found))}
    if growth := found.get("index", {}).get("growth"):
        made["growth.svg"] = _growth(growth)
    return made


def _ratios(rows: Sequence[Row]) -> str:
    """Every figure as a multiple of the least asked for, and where the aim is."""
    table = pd.DataFrame(
        [
            {
                "what": row.what,
                "value": row.value / row.least if row.more else row.least / row.value,
                "aim": None if row.aim is None else (row.aim / row.least if row.more else row.least / row.aim),
                "held": {"aim": STATES[0], "least": STATES[1]}.get(row.held, STATES[2]),
            }
            for row in rows
            if row.value and row.least
        ],
        columns=["what", "value", "aim", "held"],
    )
    axis = alt.Axis(values=[0.01, 0.03, 0.1, 0.3, 1, 3, 10], format="~g")
    x = alt.X("value:Q", scale=alt.Scale(type="log"), axis=axis, title="times the least asked for; tick: the aim")
    y = alt.Y("what:N", sort=None, title=None, axis=alt.Axis(labelLimit=360))
    legend = alt.Legend(orient="top")
    colours, shapes = (alt.Scale(domain=STATES, range=r) for r in (COLOURS, ["circle", "square", "triangle-down"]))
    base = alt.Chart(table)
    least = alt.Chart(pd.DataFrame({"value": [1.0]})).mark_rule(strokeDash=[4, 3]).encode(x="value:Q")
    aims = base.mark_tick(thickness=2, size=14, color="#444").encode(x="aim:Q", y=y)
    points = base.mark_point(size=90, filled=True, opacity=1).encode(
        x=x,
        y=y,
        color=alt.Color("held:N", title=None, scale=colours, legend=legend),
        shape=alt.Shape("held:N", title=None, scale=shapes, legend=legend),
    )
    return _svg((least + aims + points).properties(width=380, title="Speed against what was asked for"))


def _growth(growth: Mapping[str, Mapping[str, Any]]) -> str:
    """One query and building, by number of vectors."""
    table = pd.DataFrame(
        [
            {"rows": int(rows), "way": way, "ms": part[f"{key}_ms"], "build_s": part["build_s"]}
            for rows, part in growth.items()
            for way, key in (("flat scan", "flat"), ("index as chosen by size", "index"))
        ]
    )
    x = alt.X("rows:Q", scale=alt.Scale(type="log"), title="vectors", axis=alt.Axis(format="~s", tickCount=5))
    log, legend = alt.Scale(type="log"), alt.Legend(orient="top")
    asked = (
        alt.Chart(table)
        .mark_line(point=True)
        .encode(
            x=x,
            y=alt.Y("ms:Q", scale=log, title="milliseconds a query"),
            color=alt.Color("way:N", title=None, legend=legend, scale=alt.Scale(range=[COLOURS[2], COLOURS[0]])),
            strokeDash=alt.StrokeDash("way:N", title=None, legend=legend),
        )
    )
    built = (
        alt.Chart(table.drop_duplicates("rows"))
        .mark_line(point=True, color="#555")
        .encode(x=x, y=alt.Y("build_s:Q", scale=log, title="seconds to build"))
    )
    size = {"width": 300, "height": 240}
    return _svg(
        alt.hconcat(
            asked.properties(title="One query, one thread", **size), built.properties(title="Building", **size)
        ).resolve_scale(color="independent")
    )


def _svg(chart: Any) -> str:
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def write_page(folder: Path = RESULTS) -> None:
    """Writes the page and its plots beside the results."""
    found = latest(folder)
    for name, content in {**plots(found), "README.md": page(found)}.items():
        (folder / name).write_text(content, encoding="utf-8")
    print(f"written: {folder / 'README.md'}")
