"""Plots of a result of all benchmarks, as SVG: targets held and missed, search beside peers, cost against size."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import pandas as pd
import vl_convert
from figures import Figure, spelled

from reports.charts.chart import INK, SHORT, SOFT, SURPLUS, styled

# Marks differ in shape as well as in colour.
VERDICTS: Final = {
    "aim held": ("circle", SHORT),
    "least held": ("diamond", "#C99700"),
    "missed": ("triangle-down", SURPLUS),
}
WAYS: Final = {"flat": "flat search", "duikou": "duikou", "hnswlib": "hnswlib", "usearch": "usearch"}


POWERS: Final = alt.Axis(format="~g", values=[10.0**n for n in range(-4, 5)])


@dataclass(frozen=True)
class Plot:
    """A drawn plot: its file name, title and SVG."""

    file: str
    title: str
    svg: str


def plots(parts: Mapping[str, Any], rows: list[Figure]) -> Iterator[Plot]:
    """The plots that a result has figures for."""
    reached = [row for row in rows if row.of_aim is not None]
    if reached:
        yield drawn("targets.svg", "How far each target is reached", targets(reached))
    measured = {name: told["found"] for name, told in parts.items() if told["status"] == "measured"}
    if "vector_search" in measured:
        found = measured["vector_search"]
        yield drawn(
            "vector_search.svg", f"Search of {found['rows']:,} generated vectors beside peers", beside_peers(found)
        )
    if "growth" in measured:
        yield drawn("growth.svg", "What search costs against size", growth(measured["growth"]))


def drawn(file: str, title: str, chart: alt.TopLevelMixin) -> Plot:
    spec = styled(chart).to_dict()
    spec["title"] = {"text": title, "anchor": "start", "fontSize": 13, "color": INK}
    return Plot(file, title, str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])))


def targets(rows: list[Figure]) -> alt.TopLevelMixin:
    """Each measured target as a multiple of its aim on a logarithmic axis; the bar is where its least stands."""
    table = pd.DataFrame(
        [
            {
                "what": f"{row.what} ({row.area.split(', ')[1].partition(' (')[0]})"
                if " set (" in row.area
                else row.what,
                "of_aim": row.of_aim,
                "least": row.goal.aim / row.goal.least if row.goal.at_most else row.goal.least / row.goal.aim,
                "verdict": row.verdict,
            }
            for row in rows
            if row.goal and row.of_aim
        ]
    )
    # A picture knows no code marks.
    table["what"] = table["what"].str.replace("`", "")
    y = alt.Y("what:N", sort=None, title=None, axis=alt.Axis(labelLimit=420))
    scale = alt.Scale(type="log")
    base = alt.Chart(table)
    kinds = list(VERDICTS)
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=alt.X(
            "of_aim:Q",
            scale=scale,
            title="times as good as its aim (bar: what is asked at least)",
            axis=alt.Axis(values=[0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30], format="~g"),
        ),
        y=y,
        shape=alt.Shape(
            "verdict:N",
            scale=alt.Scale(domain=kinds, range=[VERDICTS[k][0] for k in kinds]),
            legend=alt.Legend(orient="top", title=None),
        ),
        color=alt.Color(
            "verdict:N",
            scale=alt.Scale(domain=kinds, range=[VERDICTS[k][1] for k in kinds]),
            legend=alt.Legend(orient="top", title=None),
        ),
    )
    least = base.mark_tick(thickness=2, color=SOFT, size=14).encode(x=alt.X("least:Q", scale=scale), y=y)
    one = alt.Chart(pd.DataFrame({"x": [1]})).mark_rule(color=INK, strokeDash=[3, 3]).encode(x="x:Q")
    return alt.layer(one, least, dots).properties(width=420, height=alt.Step(20))


def beside_peers(found: Mapping[str, Any]) -> alt.TopLevelMixin:
    """Milliseconds a query on a logarithmic axis, seconds to build and megabytes on disk, a panel each."""
    ways = [(kind, found["ways"][kind]) for kind in WAYS if found["ways"].get(kind, {}).get("ms") is not None]
    table = pd.DataFrame(
        [
            {
                "way": f"{WAYS[kind]}, recall {row['recall_100']:.3f}",
                "own": kind == "duikou",
                **{key: row[key] for key in ("ms", "build_s", "disk_mb")},
                **{f"{key}_told": spelled(row[key]) for key in ("ms", "build_s", "disk_mb")},
            }
            for kind, row in ways
        ]
    )
    low, high = table["ms"].min() / 2, table["ms"].max() * 5
    return alt.hconcat(
        panel(table, "ms", "ms a query", alt.Scale(domain=[low, high], type="log"), [0.01, 0.1, 1, 10, 100, 1000]),
        panel(table, "build_s", "s to build", alt.Scale(domain=[0, table["build_s"].max() * 1.3]), None),
        panel(table, "disk_mb", "MB on disk", alt.Scale(domain=[0, table["disk_mb"].max() * 1.3]), None),
        spacing=16,
    )


def panel(table: pd.DataFrame, key: str, title: str, scale: alt.Scale, values: list[float] | None) -> alt.LayerChart:
    """One figure of every way, with its number beside the mark; the first panel carries the names."""
    marks: dict[str, Any] = {"axis": alt.Axis(values=values) if values else alt.Axis(tickCount=4, format=",d")}
    x = alt.X(f"{key}:Q", scale=scale, title=title, **marks)
    y = alt.Y("way:N", sort=None, title=None, axis=alt.Axis(labelLimit=240, labels=key == "ms", ticks=False))
    colour = alt.Color("own:N", scale=alt.Scale(domain=[True, False], range=[SHORT, SOFT]), legend=None)
    shape = alt.Shape("own:N", scale=alt.Scale(domain=[True, False], range=["diamond", "circle"]), legend=None)
    base = alt.Chart(table)
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(x=x, y=y, color=colour, shape=shape)
    told = base.mark_text(align="left", dx=8, color=INK).encode(x=x, y=y, text=f"{key}_told:N")
    return (dots + told).properties(width=190, height=alt.Step(26))


def growth(found: Mapping[str, Any]) -> alt.TopLevelMixin:
    """Two logarithmic panels: a query by scan and by the product, and building."""
    sizes, powers = found["sizes"], found["powers"]
    scan = "scan of all" + (f", size^{powers['scan_ms']} from 10,000" if powers["scan_ms"] is not None else "")
    rows = [
        {"rows": row["rows"], "way": way, "ms": row[key]}
        for row in sizes
        for way, key in ((scan, "scan_ms"), ("duikou", "duikou_ms"))
    ]
    x = alt.X(
        "rows:Q",
        scale=alt.Scale(type="log", nice=False),
        title="vectors",
        axis=alt.Axis(format="~s", values=[100, 1e3, 1e4, 1e5, 1e6, 1e7]),
    )
    logarithmic = alt.Scale(type="log")
    ways, colours = [scan, "duikou"], [SOFT, SHORT]
    legend = alt.Legend(orient="top", title=None, direction="horizontal")
    query = (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(point=alt.OverlayMarkDef(size=45, filled=True))
        .encode(
            x=x,
            y=alt.Y("ms:Q", scale=logarithmic, title="ms a query, one thread", axis=POWERS),
            color=alt.Color("way:N", sort=ways, scale=alt.Scale(domain=ways, range=colours), legend=legend),
            shape=alt.Shape(
                "way:N", sort=ways, scale=alt.Scale(domain=ways, range=["circle", "diamond"]), legend=legend
            ),
        )
    )
    kinds, marks = ["vectors alone", "with a compressed index"], ["circle", "diamond"]
    built = pd.DataFrame(
        [{"rows": row["rows"], "s": row["build_s"], "kind": kinds[row["kind"] != "exact"]} for row in sizes]
    )
    build = (
        alt.Chart(built)
        .mark_line(color=SHORT, point=False)
        .encode(
            x=x,
            y=alt.Y("s:Q", scale=logarithmic, title="s to build and write", axis=POWERS),
        )
    ) + alt.Chart(built).mark_point(filled=True, size=60, opacity=1, color=SHORT).encode(
        x=x, y="s:Q", shape=alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=marks), legend=legend)
    )
    panels = (part.properties(width=300, height=220) for part in (query, build))
    return alt.hconcat(*panels, spacing=24).resolve_scale(shape="independent", color="independent")
