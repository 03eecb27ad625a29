"""Counterfactuals confirmed the long way: everything assessed again with the change, and with one step less.

The search judges single programs by shortcuts that are exact (matcher.counterfactual); here nothing is cut short.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from corpora.issues import Words
from matcher.assessment import Assessment
from matcher.rerun import Recipe, recipe_of
from matcher.what_if import changed


def confirm(assessment: Assessment, progress: Callable[[str, int, int], None] | None = None) -> list[Words]:
    """Every counterfactual that does not hold, one sentence each in both languages; two assessments a counterfactual, without texts.

    Args:
        progress: called with ("confirm", done, of).
    """
    recipe = recipe_of(assessment)
    claims = [(trace, claim) for trace in assessment.traces for claim in trace["counterfactuals"]]
    faults: list[Words] = []
    for done, (trace, claim) in enumerate(claims):
        if progress:
            progress("confirm", done, len(claims))
        faults += check(recipe, trace, claim)
    return faults


def check(recipe: Recipe, trace: dict[str, Any], claim: dict[str, Any]) -> Iterator[Words]:
    """What does not hold of one counterfactual of a trace: its flag, and the flag one step before."""
    program = trace["program_id"]
    if (found := _flag(_with(recipe, program, claim, claim["after"]), program)) != claim["flag"]:
        yield Words(
            f"{program}：{claim['zh']}：重算的结论为 {found}", f"{program}: {claim['en']}: assessed again it is {found}"
        )
    before = None if claim["kind"] == "match" else _one_less(claim)
    if before is not None and (found := _flag(_with(recipe, program, claim, before), program)) != trace["flag"]:
        yield Words(
            f"{program}：{claim['zh']}：少一步结论已为 {found}",
            f"{program}: {claim['en']}: one step less already gives {found}",
        )


def _one_less(claim: dict[str, Any]) -> float | None:
    """The step before, None where that is no change at all."""
    before, after = claim["before"], claim["after"]
    near = after + 1 if after < before else after - 1
    return near if abs(near - before) < abs(after - before) and (near < before) == (after < before) else None


def _with(recipe: Recipe, program: str, claim: dict[str, Any], figure: float | None) -> Recipe:
    if claim["kind"] == "match":
        reviews = recipe.tables["reviews"]
        row = {"program_id": program, "demand_id": claim["demand_id"], "decision": "reject"}
        more = pd.DataFrame([row]).reindex(columns=reviews.columns).astype(reviews.dtypes.to_dict())
        return changed(recipe, reviews=pd.concat([reviews, more], ignore_index=True))
    if figure is None:
        raise ValueError("only a match has no figure")
    if claim["kind"] == "openings":
        return changed(recipe, openings={claim["demand_id"]: figure})
    persons = {program: int(figure)}
    return changed(recipe, intake=persons) if claim["kind"] == "graduates" else changed(recipe, employed=persons)


def _flag(recipe: Recipe, program: str) -> str:
    programs = recipe.run().programs
    return str(programs.loc[programs["program_id"] == program, "flag"].iloc[0])
