"""Regions side by side: how many of each region's programs have which flag."""

import altair as alt
import pandas as pd

from matcher.policy.reasons import FLAG_NAMES
from reports.charts.change import ORDER
from reports.charts.chart import INK, SHORT, Chart, drawn, shortened, styled
from reports.words import word

SHOWN = 40


def region_flags(table: pd.DataFrame, language: str = "zh") -> Chart:
    """Regions down, flags across, numbers of programs in the cells; the darker, the larger the share of its region.

    Args:
        table: region, flag, programs, share (of the region's programs); the regions with the most programs are drawn.
    """
    sizes = table.groupby("region", sort=False)["programs"].sum().sort_values(ascending=False, kind="stable")
    kept = set(sizes.index[:SHOWN])
    shown = table[table["region"].isin(kept)].reset_index(drop=True)
    title = word("region_flags_chart", language, number=len(kept))
    return drawn(title, word("region_flags_note", language), shown, region_flags_spec, language)


def region_flags_spec(table: pd.DataFrame, language: str) -> alt.TopLevelMixin:
    """The specification of `region_flags`."""
    names = {flag: FLAG_NAMES[flag][language] for flag in ORDER}
    table = table.assign(name=table["flag"].map(names), label=[shortened(str(r), 18) for r in table["region"]])
    base = alt.Chart(table).encode(
        x=alt.X(
            "name:N",
            scale=alt.Scale(domain=[names[flag] for flag in ORDER]),
            title=None,
            axis=alt.Axis(orient="top", labelAngle=0, labelLimit=150, domain=False, ticks=False),
        ),
        y=alt.Y(
            "label:N",
            sort=list(dict.fromkeys(table["label"])),
            title=None,
            axis=alt.Axis(labelLimit=240, domain=False, ticks=False),
        ),
    )
    cells = base.mark_rect(stroke="white", strokeWidth=2, cornerRadius=3).encode(
        color=alt.Color("share:Q", scale=alt.Scale(domain=[0, 1], range=["#F4F6F8", SHORT]), legend=None)
    )
    figures = base.mark_text(fontSize=12).encode(
        text="programs:Q", color=alt.condition("datum.share > 0.55", alt.value("white"), alt.value(INK))
    )
    width = 88 if language == "zh" else 128
    return styled((cells + figures).properties(width=alt.Step(width), height=alt.Step(28)))
