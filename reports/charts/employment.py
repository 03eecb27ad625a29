"""Employment with its intervals: what the figures of small cohorts can and cannot say."""

import altair as alt
import pandas as pd

from matcher.assessment import Assessment
from reports.charts.chart import INK, SHORT, SOFT, SURPLUS, Chart, drawn, shortened, styled
from reports.words import word

SHOWN = 30


def employment_table(assessment: Assessment) -> pd.DataFrame:
    """One row a program with an estimate, the likeliest to be low first.

    Returns:
        program_id, name, institution, mean, low, high (90 % interval), below (probability of being under the limit),
        limit.
    """
    known = assessment.programs.dropna(subset=["employment_mean"])
    limit = float(assessment.manifest["policy"]["parameters"]["employment.low_rate"]["value"])
    table = pd.DataFrame(
        {
            "program_id": known["program_id"].astype(str),
            "name": known["name"].fillna("").astype(str),
            "institution": known["institution"].fillna("").astype(str),
            "mean": known["employment_mean"].astype(float),
            "low": known["employment_low"].astype(float),
            "high": known["employment_high"].astype(float),
            "below": known["employment_below_probability"].astype(float),
            "limit": limit,
        }
    )
    return table.sort_values(["below", "mean", "program_id"], ascending=[False, True, True]).reset_index(drop=True)


def employment_intervals(
    assessment: Assessment, language: str = "zh", programs: list[str] | None = None, most: int = SHOWN
) -> Chart:
    """Estimates as points with their intervals as lines, against the limit of the pack.

    Args:
        programs: these programs; None for those that are likeliest to be under the limit.
        most: how many, where no programs are named.
    """
    table = employment_table(assessment)
    table = table.head(most) if programs is None else table[table["program_id"].isin(programs)]
    table = table.reset_index(drop=True)
    title = word("employment_chart", language, number=len(table))
    return drawn(title, word("employment_note", language), table, employment_spec, language)


def employment_spec(table: pd.DataFrame, language: str) -> alt.TopLevelMixin:
    """The specification of `employment_intervals`."""
    kinds = [word(key, language) for key in ("surely_low", "open", "not_low")]
    labels = [
        f"{shortened(f'{n} {i}'.strip(), 26)} {p}"
        for p, n, i in zip(table["program_id"], table["name"], table["institution"], strict=True)
    ]
    table = table.assign(
        label=labels, kind=[kinds[0] if b >= 0.9 else kinds[2] if b <= 0.1 else kinds[1] for b in table["below"]]
    )
    rows = alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(labelLimit=330, ticks=False, domain=False))
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=kinds, range=[SURPLUS, SOFT, SHORT]),
        legend=alt.Legend(orient="top", title=None),
    )
    shape = alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=["triangle-down", "circle", "triangle-up"]))
    x = alt.X(
        "mean:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title=word("employment_axis", language), format="%")
    )
    base = alt.Chart(table)
    lines = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q", y=rows, color=colour)
    points = base.mark_point(filled=True, size=60, opacity=1).encode(x=x, y=rows, color=colour, shape=shape)
    limit = base.mark_rule(color=INK, strokeDash=[4, 3]).encode(x=alt.X("limit:Q", aggregate="max"))
    return styled((limit + lines + points).properties(width=400, height=alt.Step(20)))
