"""Which matches count as edges, and why the others do not (docs/method.md, section 1)."""

from collections.abc import Iterable

import numpy as np
import pandas as pd


def reachable_regions(flows: pd.DataFrame, min_share: float) -> set[tuple[str, str]]:
    """Directed pairs (from_region, to_region) that graduates move along: listed with at least `min_share`.

    The share is a threshold and not a cap, so that certificates stay valid however people move within reach.
    """
    kept = flows[flows["share"] >= min_share]
    return set(zip(kept["from_region"], kept["to_region"], strict=True))


def classify_matches(
    matches: pd.DataFrame,
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    threshold: float,
    flows: Iterable[tuple[str, str]] = (),
) -> pd.DataFrame:
    """Adds `edge` and `why_not` to matches; the first reason of rejected, below_threshold, level, region is named.

    Args:
        matches: program_id, demand_id, p (probability, 0 to 1) and, after reviews, `review` ("reject" forbids the edge).
        programs: program_id, level, region; an empty level or region restricts nothing.
        demands: demand_id, levels (several separated by ";"), region; empty accepts all.
        threshold: least p of an edge.
        flows: directed pairs of regions within reach.

    Raises:
        ValueError: a match names a program or demand that is not listed.
    """
    for key, table in (("program_id", programs), ("demand_id", demands)):
        if len(unknown := matches.loc[~matches[key].isin(table[key]), key]):
            raise ValueError(f"matches name {key} {unknown.iloc[0]}, which is not listed")
    own = programs.set_index("program_id")[["level", "region"]].astype(object).fillna("").loc[matches["program_id"]]
    wanted = demands.set_index("demand_id")[["levels", "region"]].astype(object).fillna("").loc[matches["demand_id"]]
    pairs = set(flows)
    level_ok = np.array(
        [not a or not b or a in b.split(";") for a, b in zip(own["level"], wanted["levels"], strict=True)], bool
    )
    region_ok = np.array(
        [not a or not b or a == b or (a, b) in pairs for a, b in zip(own["region"], wanted["region"], strict=True)],
        bool,
    )
    refused = np.zeros(len(matches), bool)
    if "review" in matches:
        refused = (matches["review"] == "reject").to_numpy(bool)
    # Rounded before it is compared: a certificate rests on the p that the file shows.
    likely = (matches["p"].astype(float).round(3) >= threshold).to_numpy(bool)
    reasons = np.select(
        [refused, ~likely, ~level_ok, ~region_ok], ["rejected", "below_threshold", "level", "region"], default=""
    )
    return matches.assign(p=matches["p"].astype(float).round(3), edge=reasons == "", why_not=reasons)
