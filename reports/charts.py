"""Charts from an assessment, for pages, reports and notebooks. Readable in print and without colour."""

import altair as alt
import pandas as pd

from matcher.assessment import Assessment
from reports.words import word

STAGES = ("upstream", "midstream", "downstream")
# Okabe and Ito's blue and vermilion: told apart by every common kind of colour vision, and by brightness in print.
SHORT, SURPLUS, POSTS = "#0072B2", "#D55E00", "#D9DEE4"
FONT = "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif"


def chain_balance(assessment: Assessment) -> pd.DataFrame:
    """Posts and graduates of every chain and stage.

    The supply of a block is shared over its posts in proportion, so the column adds up to the supply of all blocks with
    posts; programs without any edge are in no chain.

    Returns:
        chain, stage, strategic, posts, supply (persons a year); one row a chain and stage that has demands.
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
    return found.assign(strategic=found["chain"].isin(strategic))


def chain_chart(assessment: Assessment, language: str = "zh") -> alt.FacetChart:
    """Chains by stage: posts as wide pale bars, graduates as narrow dark bars, and the difference in figures."""
    table = chain_balance(assessment)
    posts_of = {str(c): float(n) for c, n in table.groupby("chain")["posts"].sum().items()}
    strategic = set(table.loc[table["strategic"], "chain"])
    # Strategic chains first, the largest ones before the others.
    order = sorted(posts_of, key=lambda c: (c not in strategic, -posts_of[c]))
    mark = {c: f"★ {c}" if c in strategic else c for c in order}
    gap = table["posts"] - table["supply"]
    table = table.assign(
        label=table["chain"].map(mark),
        stage_name=table["stage"].map(lambda s: word(s, language)),
        balance=[word("surplus" if g < 0 else "short", language) for g in gap],
        figure=["0" if abs(g) < 0.5 else f"{g:+,.0f}".replace("-", "−") for g in gap],
        end=table[["posts", "supply"]].max(axis=1),
    )
    rows = alt.Y(
        "label:N", sort=[mark[c] for c in order], title=None, axis=alt.Axis(labelLimit=260, minExtent=140, ticks=False)
    )
    posts = (
        alt.Chart().mark_bar(height=15, color=POSTS, cornerRadiusEnd=2).encode(x=alt.X("posts:Q", title=None), y=rows)
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
        .mark_text(align="left", dx=4, fontSize=10, color="#333")
        .encode(x=alt.X("end:Q", title=None), y=rows, text="figure:N")
    )
    return (
        alt.layer(posts, supply, figures, data=table)
        .properties(width=250, height=alt.Step(22))
        .facet(
            column=alt.Column(
                "stage_name:N",
                sort=[word(s, language) for s in STAGES],
                title=None,
                header=alt.Header(labelFontSize=13, labelFontWeight="bold"),
            )
        )
        .configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=11, gridColor="#EEE", domainColor="#CCC", titleFontSize=11)
    )


def svg(chart: alt.FacetChart) -> str:
    """A chart as one self-contained SVG; nothing is fetched."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart.to_json(), allowed_base_urls=[]))
