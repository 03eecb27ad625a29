"""Everything behind one flag."""

from collections.abc import Mapping
from typing import Any

from api.answers.tables import Tables
from matcher.explain import UnknownProgram


def program_detail(tables: Tables, program_id: str) -> dict[str, Any]:
    """Flag with trace, outcomes by year, block with certificate, matches with evidence, skills.

    Raises:
        UnknownProgram: no such program.
    """
    own = tables.by_program["programs"].get(program_id)
    if not own:
        raise UnknownProgram(program_id)
    return {
        "program": tables.programs.records[own[0]],
        "filed": tables.of("filed", program_id)[0],
        "outcomes": tables.of("outcomes", program_id),
        "trace": next(t for t in tables.assessment.traces if t["program_id"] == program_id),
        "certificate": _certificate(tables, program_id),
        "matches": tables.of("matches", program_id),
        "skills": tables.of("skills", program_id),
        "placed": tables.of("placement", program_id),
    }


def _certificate(tables: Tables, program_id: str) -> dict[str, Any] | None:
    """The program's block and every worse-off block behind it, with names: the sums of docs/method.md, section 2."""
    blocks: Mapping[str, dict[str, Any]] = {b["block"]: b for b in tables.assessment.blocks}
    block = next((b for b in blocks.values() if any(r["program_id"] == program_id for r in b["programs"])), None)
    if block is None:
        return None
    named = {row["program_id"]: row for row in tables.programs.records}
    posts = {row["demand_id"]: row["occupation"] for row in tables.demands.records}

    def with_names(found: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **found,
            "programs": [
                {**row, **{key: named[row["program_id"]][key] for key in ("name", "institution")}}
                for row in found["programs"]
            ],
            "demands": [{**row, "occupation": posts.get(row["demand_id"])} for row in found["demands"]],
        }

    return {**with_names(block), "worse": [with_names(blocks[b]) for b in block["worse_blocks"]]}
