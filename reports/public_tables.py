"""Tables of the public edition whose cells are sums over programs: small sums are left out, whole ones are whole.

They start from the whole assessment: sums of an edition that is masked already would be too small.
"""

from typing import Any

import pandas as pd

from corpora.frames import word
from matcher.assessment import Assessment
from matcher.lists import provincial_list
from reports.charts import chain_balance
from reports.masking import LEAST_GRADUATES, NOT_SHOWN, blank, hidden_demands
from reports.suppression import suppressed


def public_list(assessment: Assessment) -> pd.DataFrame:
    """The provincial list (columns as `matcher.lists.PROVINCIAL`) of the whole assessment, small cells left out.

    Sums by catalogue program and by region may be published beside it.
    """
    table = provincial_list(assessment)
    by_year = table["graduates_by_year"].map(_least_year)
    small = table["supply"].between(0, LEAST_GRADUATES, inclusive="neither").fillna(False) | (by_year < LEAST_GRADUATES)
    kind = table["code"].fillna(table["name"]) + " " + table["level"].fillna("")
    out = suppressed(table["supply"], small, [kind, table["region"]], LEAST_GRADUATES)
    figures = ("students", "intake_by_year", "graduates_by_year", "supply", "rate", "posts")
    table = blank(table, out, figures)
    for column, lang in (("reason", "zh"), ("reason_en", "en")):
        shown = table["classes_of_points"]
        table[column] = [NOT_SHOWN[lang] if left_out else word(text) for left_out, text in zip(out, shown, strict=True)]
    return table


def public_chains(assessment: Assessment) -> pd.DataFrame:
    """`reports.charts.chain_balance` of the whole assessment, small cells left out; sums by chain may be published beside it."""
    table = chain_balance(assessment)
    few = table["supply"].between(0, LEAST_GRADUATES, inclusive="neither")
    thin = suppressed(table["supply"], few, [table["chain"]], LEAST_GRADUATES)
    given = assessment.inputs["demands"].set_index("demand_id")
    shown = set(zip(*(given.loc[assessment.demands.loc[~hidden_demands(assessment), "demand_id"], c] for c in ("chain", "stage")),
                    strict=True))  # fmt: skip
    alone = pd.Series(
        [place not in shown for place in zip(table["chain"], table["stage"], strict=True)], index=table.index
    )
    closed = suppressed(table["posts"], alone, [table["chain"]])
    return blank(blank(table, thin, ("supply",)), closed, ("posts", "supply"))


def _least_year(text: Any) -> float:
    """Of "2026: 41; 2025: 8" the least figure above nought; infinity where there is none."""
    found = [int(part.rsplit(": ", 1)[1]) for part in word(text).split("; ") if part]
    return min((n for n in found if n), default=float("inf"))
