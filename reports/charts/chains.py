"""Industry chains by stage: posts against the graduates who can fill them, as bars and as a heat map."""

import math

import altair as alt
import pandas as pd

from matcher.assessment import Assessment
from reports.charts.chart import INK, PALE, SHORT, SURPLUS, Chart, drawn, shortened, signed, styled
from reports.words import word

STAGES = ("upstream", "midstream", "downstream")
# A cell is at full strength where posts are four times the graduates, or a quarter of them.
STRONGEST = 2.0


def chain_balance(assessment: Assessment) -> pd.DataFrame:
    """Posts and graduates of every chain and stage.

    The supply of a block is shared over its posts in proportion, so the column adds up to the supply of all blocks with
    posts; programs without any edge are in no chain.

    Returns:
        chain, stage, strategic, posts, supply (persons a year); one row a chain and stage that has demands, strategic
        chains first and the largest before the others.
    """
    blocks = {b["block"]: b for b in assessment.blocks}
    inputs = assessment.inputs["demands"].set_index("demand_id")
    table = assessment.demands.assign(
        chain=inputs.loc[assessment.demands["demand_id"], "chain"].to_numpy(),
        stage=inputs.loc[assessment.demands["demand_id"], "stage"].to_numpy(),
    )
    ratio = [
        blocks[b]["supply"] / blocks[b]["posts"] if not pd.isna(b) and blocks[b]["posts"] else 0.0
        for b in table["block"]
    ]
    table = table.assign(supply=table["posts"] * ratio)
    table = table.dropna(subset=["chain", "stage"])
    found = table.groupby(["chain", "stage"], as_index=False)[["posts", "supply"]].sum()
    chains = assessment.inputs.get("chains", pd.DataFrame(columns=["chain", "strategic"]))
    strategic = set(chains.loc[chains["strategic"].fillna(False).astype(bool), "chain"])
    found = found.assign(strategic=found["chain"].isin(strategic))
    size = found.groupby("chain")["posts"].transform("sum")
    order = found["stage"].map({stage: place for place, stage in enumerate(STAGES)})
    found = found.assign(size=size, order=order)
    found = found.sort_values(["strategic", "size", "chain", "order"], ascending=[False, False, True, True])
    return found.drop(columns=["size", "order"]).reset_index(drop=True)


def chain_bars(assessment: Assessment, language: str = "zh") -> Chart:
    """Chains by stage: posts as wide pale bars, graduates as narrow dark bars, and the difference in figures."""
    table = chain_balance(assessment)
    return drawn(word("chart", language), word("chart_note", language), table, chain_bars_spec, language)


def chain_heatmap(assessment: Assessment, language: str = "zh") -> Chart:
    """Chains by stage: posts and graduates in figures, the stronger the colour the further they are apart."""
    table = chain_balance(assessment)
    return drawn(word("heatmap", language), word("heatmap_note", language), table, chain_heatmap_spec, language)


def chain_bars_spec(table: pd.DataFrame, language: str) -> alt.TopLevelMixin:
    """The specification of `chain_bars`."""
    table = _labelled(table, language)
    table = table.assign(
        balance=[word("surplus" if s > p else "short", language) for p, s in _pairs(table)],
        figure=[signed(p - s) for p, s in _pairs(table)],
        end=table[["posts", "supply"]].max(axis=1),
    )
    rows = alt.Y(
        "label:N",
        sort=list(dict.fromkeys(table["label"])),
        title=None,
        axis=alt.Axis(labelLimit=260, minExtent=140, ticks=False),
    )
    posts = (
        alt.Chart().mark_bar(height=15, color=PALE, cornerRadiusEnd=2).encode(x=alt.X("posts:Q", title=None), y=rows)
    )
    supply = (
        alt.Chart()
        .mark_bar(height=6, cornerRadiusEnd=2)
        .encode(
            x=alt.X("supply:Q", title=None, axis=alt.Axis(grid=True, tickCount=4)),
            y=rows,
            color=alt.Color(
                "balance:N",
                scale=alt.Scale(domain=[word("short", language), word("surplus", language)], range=[SHORT, SURPLUS]),
                legend=alt.Legend(orient="top", title=None, labelFontSize=12),
            ),
        )
    )
    figures = (
        alt.Chart()
        .mark_text(align="left", dx=4, fontSize=10, color=INK)
        .encode(x=alt.X("end:Q", title=None), y=rows, text="figure:N")
    )
    chart = (
        alt.layer(posts, supply, figures, data=table)
        .properties(width=250, height=alt.Step(22))
        .facet(column=alt.Column("stage_name:N", sort=[word(s, language) for s in STAGES], title=None))
    )
    return styled(chart)


def chain_heatmap_spec(table: pd.DataFrame, language: str) -> alt.TopLevelMixin:
    """The specification of `chain_heatmap`."""
    table = _labelled(table, language)
    table = table.assign(
        strength=[_strength(p, s) for p, s in _pairs(table)],
        figures=[f"{s:,.0f} / {p:,.0f}" for p, s in _pairs(table)],
        mark=[_mark(p, s) for p, s in _pairs(table)],
    )
    base = alt.Chart(table).encode(
        x=alt.X(
            "stage_name:N",
            sort=[word(s, language) for s in STAGES],
            title=None,
            axis=alt.Axis(
                orient="top", labelAngle=0, labelFontSize=12, labelFontWeight="bold", domain=False, ticks=False
            ),
        ),
        y=alt.Y(
            "label:N",
            sort=list(dict.fromkeys(table["label"])),
            title=None,
            axis=alt.Axis(labelLimit=280, domain=False, ticks=False),
        ),
    )
    cells = base.mark_rect(stroke="white", strokeWidth=2, cornerRadius=3).encode(
        color=alt.Color(
            "strength:Q",
            scale=alt.Scale(
                domain=[-STRONGEST, 0, STRONGEST],
                range=["#E9A06C", "#F7F7F5", "#86B9DF"],
                clamp=True,
                interpolate="rgb",
            ),
            legend=None,
        )
    )
    figures = base.mark_text(fontSize=11, color=INK, dx=-6).encode(text="figures:N")
    marks = base.mark_text(fontSize=11, color=INK, dx=50, fontWeight="bold").encode(text="mark:N")
    return styled((cells + figures + marks).properties(width=430, height=alt.Step(24)))


def _labelled(table: pd.DataFrame, language: str) -> pd.DataFrame:
    names = [f"★ {shortened(c, 24)}" if s else shortened(c, 24) for c, s in _columns(table, "chain", "strategic")]
    return table.assign(label=names, stage_name=[word(str(s), language) for s in table["stage"]])


def _columns(table: pd.DataFrame, first: str, second: str) -> list[tuple[str, bool]]:
    return [(str(a), bool(b)) for a, b in zip(table[first], table[second], strict=True)]


def _pairs(table: pd.DataFrame) -> list[tuple[float, float]]:
    return [(float(p), float(s)) for p, s in zip(table["posts"], table["supply"], strict=True)]


def _strength(posts: float, supply: float) -> float:
    """Posts over graduates as a power of two; one person on either side keeps empty cells finite."""
    return math.log2((posts + 1) / (supply + 1))


def _mark(posts: float, supply: float) -> str:
    if abs(posts - supply) < 0.5:
        return ""
    return "▼" if supply > posts else "▲"
