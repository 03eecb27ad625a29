"""Everything behind one flag."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from api.answers.tables import records
from matcher.assessment import Assessment
from matcher.explain import UnknownProgram


def program_detail(assessment: Assessment, program_id: str) -> dict[str, Any]:
    """Flag with trace, outcomes by year, block with certificate, matches with evidence, skills.

    Raises:
        UnknownProgram: no such program.
    """
    own = assessment.programs[assessment.programs["program_id"] == program_id]
    if own.empty:
        raise UnknownProgram(program_id)
    return {
        "program": records(own)[0],
        "filed": records(_of(assessment.inputs["programs"], program_id))[0],
        "outcomes": records(_of(assessment.inputs["outcomes"], program_id).sort_values("year", ascending=False)),
        "trace": next(t for t in assessment.traces if t["program_id"] == program_id),
        "certificate": _certificate(assessment, program_id),
        "matches": records(_matches(assessment, program_id)),
        "skills": records(_of(assessment.skills, program_id).drop(columns="program_id")),
        "placed": records(_of(assessment.placement, program_id).drop(columns="program_id")),
    }


def _of(table: pd.DataFrame, program_id: str) -> pd.DataFrame:
    return table[table["program_id"] == program_id]


def _matches(assessment: Assessment, program_id: str) -> pd.DataFrame:
    """Matches with demands that carry, the best first, each with the demand's words."""
    known = assessment.demands.set_index("demand_id")
    found = _of(assessment.matches, program_id)
    found = found[found["demand_id"].isin(known.index)].drop(columns="program_id")
    more = {column: known[column].reindex(found["demand_id"]).array for column in ("occupation", "region", "posts")}
    return found.assign(**more)


def _certificate(assessment: Assessment, program_id: str) -> dict[str, Any] | None:
    """The program's block and every worse-off block behind it, with names: the sums of docs/method.md, section 2."""
    blocks: Mapping[str, dict[str, Any]] = {b["block"]: b for b in assessment.blocks}
    block = next((b for b in blocks.values() if any(r["program_id"] == program_id for r in b["programs"])), None)
    if block is None:
        return None
    table = assessment.programs.set_index("program_id")
    names = {
        str(p): (str(n), i if isinstance(i, str) else None)
        for p, n, i in zip(table.index, table["name"], table["institution"], strict=True)
    }
    posts = dict(zip(assessment.demands["demand_id"], assessment.demands["occupation"], strict=True))

    def named(found: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **found,
            "programs": [
                {**row, "name": names[row["program_id"]][0], "institution": names[row["program_id"]][1]}
                for row in found["programs"]
            ],
            "demands": [{**row, "occupation": posts.get(row["demand_id"])} for row in found["demands"]],
        }

    return {**named(block), "worse": [named(blocks[b]) for b in block["worse_blocks"]]}
