"""The public edition of an assessment: what may be shown to anybody (docs/reports.md).

Cells that rest on fewer than 10 graduates are left out, and with them enough neighbours that no sum of a block gives them
away; demand fed by fewer than 3 enterprises comes without names or head counts; institutions, probabilities, texts that
quote figures, and data check notices stay inside. What is left out is missing, never zero.
"""

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any

import pandas as pd

from corpora.frames import empty, word
from corpora.schema import empty_frame
from matcher.assessment import INPUTS, Assessment
from matcher.policy.words import FLAG_NAMES, GROUND_NAMES
from reports.suppression import suppressed, telling_sums

LEAST_GRADUATES = 10
LEAST_ENTERPRISES = 3
YEARS = 3
NOT_SHOWN: Mapping[str, str] = {"zh": "人数少于10，不公开", "en": "fewer than 10 graduates: not shown"}

_PROBABILITIES = ("flag_probability", "employment_below_probability")
_OF_A_PROGRAM = (
    "supply", "placeable_rate", "placeable_low", "placeable_high", "headroom", "indispensability", "employment_mean",
    "employment_low", "employment_high", "raw_rate_by_year", "own_gap", "completers_share_gap",
)  # fmt: skip
# What would change a flag is told in graduates and openings, also in those of demands that are left out.
_QUOTING = ("counterfactual", "counterfactual_en")
_OF_A_DEMAND = ("openings", "posts", "placed", "whitespace")
_OF_A_BLOCK = ("rate", "supply", "posts", "unplaced_here", "cannot_be_placed", "observed_placed", "undercounted_by",
               "rate_at_high_posts")  # fmt: skip
# Tables that name no person, school or enterprise.
_PUBLIC_INPUTS = ("coverage", "flows", "other_supply")
_DEMAND_COUNTS = ("openings", "openings_low", "openings_high", "openings_cv", "seekers", "employers")
_DEMAND_NAMES = ("proposed_by", "description", "skills")


def public_view(assessment: Assessment) -> Assessment:
    """The same assessment without what only the bureau and the schools may see; see the head of this file.

    Institutions are gone from `programs` and from the inputs, reasons name the grounds without figures, matches are the
    links alone, the assignment is empty. Lists by catalogue program come from reports/public_tables.py.
    """
    hidden = hidden_programs(assessment)
    posts = hidden_demands(assessment)
    programs, demands = assessment.programs, assessment.demands
    blocks = programs["block"]
    closed = telling_sums(programs["supply"], hidden, blocks, LEAST_GRADUATES)
    closed |= telling_sums(demands["posts"], posts, demands["block"])
    shut = hidden | blocks.isin(closed)
    return replace(
        assessment,
        programs=_programs(assessment, hidden, shut),
        demands=blank(demands, posts, _OF_A_DEMAND),
        matches=_links(assessment, set(demands.loc[posts, "demand_id"])),
        skills=assessment.skills.assign(
            posts=float("nan"), employers=pd.array([pd.NA] * len(assessment.skills), dtype="Int64")
        ),
        placement=assessment.placement.iloc[:0],
        blocks=_blocks(
            assessment, set(programs.loc[hidden, "program_id"]), set(demands.loc[posts, "demand_id"]), closed
        ),
        traces=[_trace(trace) for trace in assessment.traces],
        manifest={**assessment.manifest, "earlier": {}, "edition": "public"},
        inputs=_inputs(assessment),
    )


def hidden_programs(assessment: Assessment) -> pd.Series:
    """bool, one a row of `programs`: figures left out, its own or for a neighbour's sake."""
    programs = assessment.programs
    small = _small_cohorts(assessment)
    few = programs["supply"].between(0, LEAST_GRADUATES, inclusive="neither").fillna(False)
    return suppressed(
        programs["supply"], few | programs["program_id"].isin(small), [programs["block"]], LEAST_GRADUATES
    )


def hidden_demands(assessment: Assessment) -> pd.Series:
    """bool, one a row of `demands`: head counts left out, its own or for a neighbour's sake."""
    given = assessment.inputs["demands"].set_index("demand_id")
    few = {
        str(demand)
        for demand, employers, proposed in zip(given.index, given["employers"], given["proposed_by"], strict=True)
        # Who proposed it is the only one known to stand behind it.
        if (not empty(employers) and employers < LEAST_ENTERPRISES) or (empty(employers) and word(proposed))
    }
    demands = assessment.demands
    return suppressed(demands["posts"], demands["demand_id"].isin(few), [demands["block"]])


def _small_cohorts(assessment: Assessment) -> set[str]:
    """Programs with a small cohort among the latest years: a mean over the years would give it away."""
    day = int(str(assessment.manifest["as_of"])[:4])
    outcomes = assessment.inputs.get("outcomes", empty_frame("outcomes"))
    past = outcomes[outcomes["year"] <= day].sort_values(["program_id", "year"], ascending=[True, False])
    latest = past[past.groupby("program_id").cumcount() < YEARS]
    return set(latest.loc[latest["graduates"].between(1, LEAST_GRADUATES - 1).fillna(False), "program_id"])


def _programs(assessment: Assessment, hidden: pd.Series, shut: pd.Series) -> pd.DataFrame:
    programs = assessment.programs.assign(institution=pd.array([None] * len(assessment.programs), dtype="string"))
    programs = blank(programs, pd.Series(True, index=programs.index), (*_PROBABILITIES, *_QUOTING))
    programs = blank(programs, hidden, _OF_A_PROGRAM)
    # Whoever knows a college's text could find its program by the hash.
    programs["text_hash"] = pd.array([None] * len(programs), dtype="string")
    programs = blank(programs, shut, ("placeable_rate", "placeable_low", "placeable_high", "supply"))
    carried = {t["program_id"]: t for t in assessment.traces}
    for column, lang in (("reason", "zh"), ("reason_en", "en")):
        programs[column] = pd.array([_reason(carried[p], lang) for p in programs["program_id"]], dtype="string")
    programs["raw_rate_by_year"] = programs["raw_rate_by_year"].map(_large_years).astype("string")
    return programs


def _large_years(text: Any) -> Any:
    """ "2026: 41/50; 2025: 3/4" without the years of fewer than 10."""
    if empty(text):
        return text
    years = [part for part in str(text).split("; ") if part]
    return "; ".join(p for p in years if int(p.rsplit("/", 1)[1]) >= LEAST_GRADUATES)


def _reason(trace: Mapping[str, Any], lang: str) -> str:
    """The grounds that carry a flag, by their names: a sentence with figures could quote a cell that is left out."""
    names = [GROUND_NAMES[name][lang] for name in trace["carried_by"]]
    return ("、" if lang == "zh" else ", ").join(names) or FLAG_NAMES[trace["flag"]][lang]


def _trace(trace: Mapping[str, Any]) -> dict[str, Any]:
    def bare(ground: Mapping[str, Any]) -> dict[str, Any]:
        return {**ground, "clauses": []}

    needed = [_needed(entry) for entry in trace["needed"]]
    return {
        **trace,
        "needed": needed,
        "needed_data": {lang: [entry[lang] for entry in needed] for lang in ("zh", "en")},
        "flag_probability": None,
        "flag_shares": {},
        "reason": {lang: _reason(trace, lang) for lang in ("zh", "en")},
        "grounds": [bare(ground) for ground in trace["grounds"]],
        "guards": [],
        "regulations": [bare(finding) for finding in trace["regulations"]],
        "predecessors": [],
        "pooled": None,
        "data_checks": [],
        "text_changed": False,
        "links_in_new_sentences": [],
        "counterfactuals": [],
    }


def _needed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """How many graduates are short gives away how many there were."""
    if entry["column"] != "graduates" or entry["amount"] is None:
        return dict(entry)
    year = entry["year"]
    text = {
        "zh": f"毕业生人数不足：待 {year} 届及以后数据，或有同院校同专业类的专业点可合并评价",
        "en": f"too few graduates so far: wait for the cohort of {year} and later, "
        "or for programs of its class at its institution to be judged with it",
    }
    return {**entry, "amount": None, **text}


def _links(assessment: Assessment, posts: Set[str]) -> pd.DataFrame:
    """Links without p; a post of few enterprises says nothing of itself."""
    links = assessment.matches[assessment.matches["edge"]].reset_index(drop=True)
    numbers = [
        c for c in links.columns if c.startswith("by_") or c in ("p", "p_model", "program_share", "demand_share")
    ]
    text = links["demand_evidence"].mask(links["demand_id"].isin(posts), "")
    return links.assign(demand_evidence=text, **dict.fromkeys(numbers, float("nan")))


def _blocks(
    assessment: Assessment, programs: Set[str], demands: Set[str], closed: Set[str]
) -> list[dict[str, Any]]:  # fmt: skip
    found = []
    for block in assessment.blocks:
        shown = dict(block)
        shown["programs"] = [
            {**row, "supply": None if row["program_id"] in programs else row["supply"]} for row in block["programs"]
        ]
        shown["demands"] = [
            {**row, "posts": None if row["demand_id"] in demands else row["posts"]} for row in block["demands"]
        ]
        if block["block"] in closed:
            shown |= dict.fromkeys(_OF_A_BLOCK)
        elif closed & set(block["worse_blocks"]):
            # The sums of the whole closed set less those published give away the one that is not.
            shown["cannot_be_placed"] = None
        found.append(shown)
    return found


def _inputs(assessment: Assessment) -> dict[str, pd.DataFrame]:
    given = {kind: assessment.inputs.get(kind, empty_frame(kind)) for kind in INPUTS}
    found = {kind: table if kind in _PUBLIC_INPUTS else table.iloc[:0] for kind, table in given.items()}
    every = pd.Series(True, index=given["programs"].index)
    found["programs"] = blank(given["programs"], every, ("institution", "capacity", "exempt"))
    found["chains"] = blank(given["chains"], pd.Series(True, index=given["chains"].index), ("lead_enterprises",))
    demands = given["demands"]
    shown = set(assessment.demands.loc[~hidden_demands(assessment), "demand_id"])
    out = ~demands["demand_id"].isin(shown)
    found["demands"] = blank(demands, out, (*_DEMAND_COUNTS, *_DEMAND_NAMES))
    return found


def blank(table: pd.DataFrame, where: pd.Series, columns: tuple[str, ...]) -> pd.DataFrame:
    """The table with cells missing."""
    kept = {c: table[c].mask(where) for c in columns if c in table}
    return table.assign(**kept)
