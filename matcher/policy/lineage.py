"""History and age across renaming, merging and catalogue changes: what a program was before it is what it is.

Figures of a predecessor become figures of its successor, and the successor is as old as the oldest of them.
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from corpora.frames import empty, rows

# Head counts that add up where programs were merged.
_COUNTS = (
    "planned", "registered", "enrolled", "students", "graduates", "employed", "further_study", "stayed_local",
    "matched_job", "contract", "flexible", "self_employed", "enlisted", "first_choice", "teachers",
)  # fmt: skip


def ancestors(predecessors: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Program -> all programs that it came from, over any number of steps.

    Args:
        predecessors: program_id, from_program_id.
    """
    direct: dict[str, list[str]] = {}
    for row in rows(predecessors):
        direct.setdefault(str(row.program_id), []).append(str(row.from_program_id))
    return {program: tuple(sorted(_all_before(program, direct))) for program in direct}


def carried_age(programs: pd.DataFrame, predecessors: pd.DataFrame) -> pd.DataFrame:
    """Programs with `year_opened` of the oldest predecessor.

    A predecessor that is not listed was there before the change at least: the year before it counts.
    """
    opened = {str(row.program_id): row.year_opened for row in rows(programs) if not empty(row.year_opened)}
    changed: dict[str, list[int]] = {}
    for row in rows(predecessors):
        if not empty(row.year):
            changed.setdefault(str(row.program_id), []).append(int(row.year) - 1)
    found = programs.copy()
    before = ancestors(predecessors)
    for place, program in zip(found.index, found["program_id"].astype(str), strict=True):
        line = (program, *before.get(program, ()))
        known = [int(opened[p]) for p in line if p in opened] + [year for p in line for year in changed.get(p, [])]
        if len(line) > 1 and known:
            found.loc[place, "year_opened"] = min(known)
    return found


def carried_history(outcomes: pd.DataFrame, predecessors: pd.DataFrame) -> pd.DataFrame:
    """Outcomes in which the years of a predecessor stand under its successor.

    Years that both report are added up (a merger); a figure that one of them does not report is then unknown. A
    predecessor of several programs (a split) keeps its own rows, since nobody can say whose graduates they were; its
    parts are judged pooled.

    Args:
        outcomes: of the contract; predecessors: program_id, from_program_id.
    """
    heirs: dict[str, set[str]] = {}
    for row in rows(predecessors):
        heirs.setdefault(str(row.from_program_id), set()).add(str(row.program_id))
    moved = {old: next(iter(new)) for old, new in heirs.items() if len(new) == 1}
    if not moved or not outcomes["program_id"].isin(moved).any():
        return outcomes
    renamed = outcomes.assign(
        program_id=[_end(str(p), moved) for p in outcomes["program_id"]],
    ).astype({"program_id": outcomes["program_id"].dtype})
    twice = renamed.duplicated(["program_id", "year"], keep=False)
    if not twice.any():
        return renamed
    merged = [_added(group) for _, group in renamed[twice].groupby(["program_id", "year"], sort=True)]
    together = pd.concat([renamed[~twice], *merged], ignore_index=True)
    return together.astype(outcomes.dtypes.to_dict())


def _added(group: pd.DataFrame) -> pd.DataFrame:
    row = group.iloc[[0]].copy()
    for column in _COUNTS:
        if column in group:
            row[column] = group[column].sum(min_count=len(group))
    if group["rate_basis"].nunique(dropna=False) > 1:
        # Initial and year-end rates are never mixed.
        row[["employed", "rate_basis"]] = pd.NA
    row["median_wage"] = pd.NA
    return row


def _all_before(program: str, direct: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(direct.get(program, ()))
    while waiting:
        if (old := waiting.pop()) not in found and old != program:
            found.add(old)
            waiting += direct.get(old, ())
    return found


def _end(program: str, moved: Mapping[str, str]) -> str:
    seen = set()
    while program in moved and program not in seen:
        seen.add(program)
        program = moved[program]
    return program
