"""What a caller may see of an assessment: one place, whatever asks for it.

A viewer sees the public edition; data check notices are for the bureau alone; a scope leaves the programs of other
regions and institutions out. Of a block shared with them a scoped caller reads their sum, since a certificate has to add up.
"""

from collections.abc import Hashable, Set
from dataclasses import replace
from typing import Any

import pandas as pd

from api.access import Caller
from api.answers.tables import Tables
from api.store import Store
from corpora.frames import rows, word
from matcher.assessment import Assessment
from matcher.policy.verdict import FLAGS
from reports.masking import public_view


def view_key(who: Caller) -> tuple[Hashable, ...]:
    """What a view depends on besides the assessment."""
    edition = "public" if who.role == "viewer" else "internal" if who.role == "planner" else "bureau"
    return (edition, who.regions, who.institutions)


def visible(store: Store, assessment_id: str, who: Caller) -> Assessment:
    """The assessment as this caller may read it; kept like any other, since neither it nor the view changes."""
    key = view_key(who)
    if key == ("bureau", (), ()):
        return store.load(assessment_id)
    return store.kept((assessment_id, *key), lambda: view_of(store.load(assessment_id), who))


def demands_seen(store: Store, assessment_id: str, who: Caller) -> frozenset[str]:
    """Ids of the demands of `visible`."""
    key = ("demands seen", assessment_id, *view_key(who))
    return store.kept(key, lambda: frozenset(visible(store, assessment_id, who).demands["demand_id"]))


def tables_of(store: Store, assessment_id: str, who: Caller) -> Tables:
    """The tables of `visible`, kept with what was made of them."""
    key = ("tables", assessment_id, *view_key(who))
    public = who.scoped or who.role == "viewer"
    return store.kept(key, lambda: Tables(visible(store, assessment_id, who), store.load(assessment_id), public))


def view_of(assessment: Assessment, who: Caller) -> Assessment:
    """The part of an assessment that a caller may read."""
    seen = programs_seen(assessment, who)
    if who.role == "viewer":
        found = public_view(assessment)
    elif who.is_at_least("bureau"):
        found = assessment
    else:
        found = replace(assessment, traces=[{**trace, "data_checks": []} for trace in assessment.traces])
    return within(found, seen, set(who.institutions)) if who.scoped else found


def programs_seen(assessment: Assessment, who: Caller) -> set[str]:
    """Programs of the caller's scope."""
    return {
        str(r.program_id) for r in rows(assessment.programs) if who.sees(word(r.region), word(r.institution))
    }  # fmt: skip


def within(assessment: Assessment, seen: Set[str], institutions: Set[str]) -> Assessment:
    """The assessment of some of its programs; of all others nothing but sums.

    Blocks are called by the smallest of the programs seen, so that no id of another program is told.
    """
    names = {
        block["block"]: min(ids)
        for block in assessment.blocks
        if (ids := [row["program_id"] for row in block["programs"] if row["program_id"] in seen])
    }

    def own(table: pd.DataFrame) -> pd.DataFrame:
        columns = [c for c in ("program_id", "from_program_id") if c in table]
        kept = table
        for column in columns:
            kept = kept[kept[column].isin(seen)]
        return kept.reset_index(drop=True)

    programs = own(assessment.programs)
    traces = [
        {**trace, "predecessors": [p for p in trace["predecessors"] if p in seen]}
        for trace in assessment.traces
        if trace["program_id"] in seen
    ]
    flags = programs["flag"].value_counts()
    manifest = {
        **assessment.manifest,
        "earlier": {p: m for p, m in assessment.manifest["earlier"].items() if p in seen},
        "flags": {flag: int(flags.get(flag, 0)) for flag in FLAGS},
    }
    return replace(
        assessment,
        programs=programs.assign(block=programs["block"].map(names).astype("string")),
        demands=assessment.demands.assign(block=assessment.demands["block"].map(names).astype("string")),
        matches=own(assessment.matches),
        skills=own(assessment.skills),
        placement=own(assessment.placement),
        blocks=_blocks(assessment.blocks, seen, names),
        traces=traces,
        manifest=manifest,
        inputs={kind: _input(kind, own(table), institutions) for kind, table in assessment.inputs.items()},
    )


def _blocks(blocks: list[dict[str, Any]], seen: Set[str], names: dict[str, str]) -> list[dict[str, Any]]:
    """Blocks with programs seen, the others' supply as one sum; blocks behind them that hold none, as sums as well."""
    by_id = {block["block"]: block for block in blocks}
    found = []
    for block in blocks:
        if block["block"] not in names:
            continue
        own = [row for row in block["programs"] if row["program_id"] in seen]
        behind = [by_id[b] for b in block["worse_blocks"] if b not in names]
        found.append(
            {
                **block,
                "block": names[block["block"]],
                "programs": own,
                "others": _sum([row for row in block["programs"] if row["program_id"] not in seen], "supply"),
                "worse_blocks": [names[b] for b in block["worse_blocks"] if b in names],
                "worse_others": {**_sum(behind, "supply"), "posts": _sum(behind, "posts")["posts"]},
            }
        )
    return found


def _sum(records: list[dict[str, Any]], figure: str) -> dict[str, Any]:
    """How many, and their sum; unknown where one of them is left out."""
    values = [record[figure] for record in records]
    return {"programs": len(records), figure: None if None in values else round(sum(values), 2)}


def _input(kind: str, table: pd.DataFrame, institutions: Set[str]) -> pd.DataFrame:
    if kind != "demands":
        return table
    return table.assign(proposed_by=table["proposed_by"].where(table["proposed_by"].isin(institutions)))
