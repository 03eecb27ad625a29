"""Supply against posts, block by block."""

import altair as alt
import pandas as pd

from matcher.assessment import Assessment
from matcher.policy.reasons import rate_text
from reports.charts.chart import INK, PALE, SURPLUS, Chart, drawn, shortened, styled
from reports.masking import LEAST_GRADUATES
from reports.words import word

SHOWN = 24


def block_balance(assessment: Assessment) -> pd.DataFrame:
    """One row a block, the largest difference of supply and posts first.

    Returns:
        block, programs (number), names, supply, posts (persons a year), rate, certified.
    """
    name_of = dict(zip(assessment.programs["program_id"], assessment.programs["name"], strict=True))
    records = [
        {
            "block": block["block"],
            "programs": len(block["programs"]),
            "names": "、".join(dict.fromkeys(str(name_of[r["program_id"]]) for r in block["programs"])),
            "supply": block["supply"],
            "posts": block["posts"],
            "rate": block["rate"],
            "certified": block["certified"],
        }
        for block in assessment.blocks
    ]
    columns = ["block", "programs", "names", "supply", "posts", "rate", "certified"]
    table = pd.DataFrame(records, columns=columns)
    order = (table["supply"] - table["posts"]).abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def block_bars(assessment: Assessment, language: str = "zh", most: int = SHOWN, ids: bool = True) -> Chart:
    """The blocks that are furthest from balance: graduates as bars, posts as a line across, the rate in figures.

    Args:
        most: how many blocks.
        ids: whether blocks are named by their ids too; a public report leaves them out, with the blocks of few persons.
    """
    table = block_balance(assessment)
    if not ids:
        table = table[table["supply"] >= LEAST_GRADUATES].assign(block="")
    table = table.head(most)
    table = table.sort_values(["rate", "block"], kind="stable").reset_index(drop=True)
    title, note = word("blocks", language, number=len(table)), word("blocks_note", language)
    return drawn(title, note, table, block_bars_spec, language)


def block_bars_spec(table: pd.DataFrame, language: str) -> alt.TopLevelMixin:
    """The specification of `block_bars`."""
    kinds = [word(key, language) for key in ("certified_surplus", "other_block")]
    table = table.assign(
        label=_labels(table),
        kind=[kinds[0] if c else kinds[1] for c in table["certified"]],
        figure=[rate_text(float(r)) for r in table["rate"]],
        end=table[["supply", "posts"]].max(axis=1),
    )
    rows = alt.Y(
        "label:N", sort=list(table["label"]), title=None, axis=alt.Axis(labelLimit=330, ticks=False, domain=False)
    )
    unit = alt.Axis(title=word("persons_axis", language), tickCount=6)
    base = alt.Chart(table)
    supply = base.mark_bar(height=11).encode(
        x=alt.X("supply:Q", axis=unit),
        y=rows,
        color=alt.Color(
            "kind:N",
            scale=alt.Scale(domain=kinds, range=[SURPLUS, "#9DC3E0"]),
            legend=alt.Legend(orient="top", title=None),
        ),
    )
    posts = base.mark_tick(thickness=3, height=18, color=INK).encode(x="posts:Q", y=rows)
    span = base.mark_rule(color=PALE, strokeWidth=1.5).encode(x="supply:Q", x2="posts:Q", y=rows)
    figures = base.mark_text(align="left", dx=8, fontSize=10, color=INK).encode(x="end:Q", y=rows, text="figure:N")
    return styled((span + supply + posts + figures).properties(width=400, height=alt.Step(21)))


def _labels(table: pd.DataFrame) -> list[str]:
    """A name for every block; the same names twice are told apart by a number."""
    found: list[str] = []
    for block, names in zip(table["block"], table["names"], strict=True):
        label = f"{block} {shortened(str(names), 22)}".strip()
        again = sum(other.split(" #")[0] == label for other in found)
        found.append(f"{label} #{again + 1}" if again else label)
    return found
