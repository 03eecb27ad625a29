"""Two assessments side by side: what changed for which program, and because of which input.

Causes are found by assessing again with one input exchanged at a time, from both ends, and never guessed: an input
does it `alone` if the first assessment gets the second one's result from it, it `moves` the result if it changes it at
all, and the change is `undone_by` it if the second assessment falls back to the first one's result without it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from corpora.frames import empty, rows, word
from matcher.assessment import Assessment
from matcher.comparison_words import sentence
from matcher.rerun import (
    DAY,
    MATCHES,
    PARAMETER,
    POLICY,
    Recipe,
    changed_rows,
    differing,
    differing_parameters,
    exchanged,
    recipe_of,
    value_of,
)  # fmt: skip

Progress = Callable[[str, int, int], None]
ASPECTS = ("flag", "rate", "block")
COLUMNS = (
    "program_id", "name", "institution", "changed", "flag_a", "flag_b", "rate_a", "rate_b", "block_a", "block_b",
    "links_gained", "links_lost", "p_changed", "alone", "moves", "undone_by", "details", "sentence", "sentence_en",
)  # fmt: skip
SHOWN_ROWS = 5


@dataclass(frozen=True)
class Comparison:
    """What two assessments differ in.

    Attributes:
        programs: one row a program with a change (columns: COLUMNS); lists are separated by ";".
        inputs: one row an input that differs: input, rows (changed), details.
        not_reproduced: folders ("a", "b") that this version does not assess as they were: their causes stay open.
    """

    programs: pd.DataFrame
    inputs: pd.DataFrame
    not_reproduced: tuple[str, ...]

    def _repr_html_(self) -> str:
        from matcher.showing import comparison_html

        return comparison_html(self)


@dataclass(frozen=True)
class State:
    """What is compared of one program."""

    flag: str
    rate: float | None
    block: str

    def of(self, aspect: str) -> Any:
        return getattr(self, aspect)


def compare(a: Assessment, b: Assessment, progress: Progress | None = None) -> Comparison:
    """Programs whose flag, rate, block or p changed from `a` to `b`, and the inputs that did it.

    Args:
        progress: called with ("compare", done, of); every step is one assessment without texts.
    """
    first, second = recipe_of(a), recipe_of(b)
    parts = differing(first, second)
    parameters = differing_parameters(first, second) if POLICY in parts else []
    state_a, state_b = _states(a), _states(b)
    pairs = _pair_changes(a, b)
    changed = {
        program: [aspect for aspect in ASPECTS if state_a[program].of(aspect) != state_b[program].of(aspect)]
        for program in state_a.keys() & state_b.keys()
    }
    runs = _runs(first, second, parts, parameters, any(changed.values()), progress)
    same = {"a": state_a, "b": state_b}
    not_reproduced = tuple(end for end, states in same.items() if any(changed.values()) and runs[end, ""] != states)
    details = {part: _details(first, second, part) for part in parts}
    names = {row.program_id: row for table in (b.programs, a.programs) for row in rows(table)}
    neighbours = _neighbours(a, b)
    records = []
    for program in sorted(state_a.keys() | state_b.keys()):
        aspects = _aspects(program, state_a, state_b, changed, pairs)
        if not aspects:
            continue
        causes = _causes(program, aspects, state_a, state_b, runs, [*parts, *(f"{PARAMETER}{n}" for n in parameters)])
        gained, lost, moved = pairs.get(program, (0, 0, 0))
        before, after = state_a.get(program), state_b.get(program)
        record: dict[str, Any] = {
            "program_id": program,
            "name": word(names[program].name),
            "institution": word(names[program].institution),
            "changed": ";".join(aspects),
            **{f"{k}_a": before.of(k) if before else None for k in ASPECTS},
            **{f"{k}_b": after.of(k) if after else None for k in ASPECTS},
            "links_gained": gained,
            "links_lost": lost,
            "p_changed": moved,
            **{k: ";".join(v) for k, v in causes.items()},
        }
        named = [p for p in (causes["alone"] or causes["moves"] or causes["undone_by"]) if p in details]
        record["details"] = "; ".join(_relevant(program, named, details, neighbours.get(program, set())))
        known = not not_reproduced
        record["sentence"] = sentence(record, known, "zh")
        record["sentence_en"] = sentence(record, known, "en")
        records.append(record)
    programs = pd.DataFrame(records, columns=list(COLUMNS))
    listed = [
        {"input": part, "rows": len(found), "details": "; ".join(text for _, text in found[:SHOWN_ROWS])}
        for part, found in details.items()
    ]
    return Comparison(programs, pd.DataFrame(listed, columns=["input", "rows", "details"]), not_reproduced)


Runs = dict[tuple[str, str], dict[str, State]]


def _runs(
    first: Recipe, second: Recipe, parts: list[str], parameters: list[str], needed: bool, progress: Progress | None
) -> Runs:
    """(end, part) -> states of that end with one part of the other; part "" is the end itself."""
    todo: list[tuple[str, str]] = []
    if needed:
        todo = [("a", ""), ("b", "")]
        if len(parts) > 1:
            todo += [(end, part) for part in parts for end in ("a", "b")]
        if len(parameters) > 1:
            todo += [("a", f"{PARAMETER}{name}") for name in parameters]
    found: Runs = {}
    for done, (end, part) in enumerate(todo):
        if progress:
            progress("compare", done, len(todo))
        own, other = (first, second) if end == "a" else (second, first)
        found[end, part] = _states(exchanged(own, other, [part] if part else []).run())
    if needed and len(parts) == 1:
        # The only difference does everything.
        found["a", parts[0]], found["b", parts[0]] = found["b", ""], found["a", ""]
    if needed and len(parameters) == 1:
        found["a", f"{PARAMETER}{parameters[0]}"] = found["a", POLICY]
    if progress and todo:
        progress("compare", len(todo), len(todo))
    return found


def _causes(
    program: str,
    aspects: list[str],
    state_a: Mapping[str, State],
    state_b: Mapping[str, State],
    runs: Runs,
    parts: list[str],
) -> dict[str, list[str]]:
    """Which inputs do it, judged by the first of flag, rate, block that changed; a change of p is that of matches."""
    judged = next((aspect for aspect in ASPECTS if aspect in aspects), None)
    if judged is None:
        only = {"added": ["programs"], "removed": ["programs"], "p": [MATCHES]}[aspects[0]]
        return {"alone": only, "moves": only, "undone_by": only}
    before, after = state_a[program].of(judged), state_b[program].of(judged)
    found: dict[str, list[str]] = {"alone": [], "moves": [], "undone_by": []}
    for part in parts:
        there, back = runs.get(("a", part), {}).get(program), runs.get(("b", part), {}).get(program)
        if there is not None and there.of(judged) == after:
            found["alone"].append(part)
        if there is not None and there.of(judged) != before:
            found["moves"].append(part)
        if back is not None and back.of(judged) == before:
            found["undone_by"].append(part)
    return found


def _states(assessment: Assessment) -> dict[str, State]:
    return {
        str(r.program_id): State(
            str(r.flag), None if empty(r.placeable_rate) else float(r.placeable_rate), word(r.block)
        )
        for r in rows(assessment.programs)
    }


def _aspects(
    program: str,
    state_a: Mapping[str, State],
    state_b: Mapping[str, State],
    changed: Mapping[str, list[str]],
    pairs: Mapping[str, tuple[int, int, int]],
) -> list[str]:
    if program not in state_a:
        return ["added"]
    if program not in state_b:
        return ["removed"]
    return [*changed[program], *(["p"] if program in pairs else [])]


def _pair_changes(a: Assessment, b: Assessment) -> dict[str, tuple[int, int, int]]:
    """Program -> links gained, links lost, pairs whose p differs."""
    columns = ["program_id", "demand_id", "p", "edge"]
    both = a.matches[columns].merge(b.matches[columns], on=columns[:2], how="outer", suffixes=("_a", "_b"))
    had, has = both["edge_a"].eq(True), both["edge_b"].eq(True)
    moved = both["p_a"].fillna(0.0) != both["p_b"].fillna(0.0)
    table = both[["program_id"]].assign(gained=~had & has, lost=had & ~has, moved=moved)
    sums = table[table["gained"] | table["lost"] | table["moved"]].groupby("program_id", as_index=False).sum()
    return {str(r.program_id): (int(r.gained), int(r.lost), int(r.moved)) for r in rows(sums)}


def _details(a: Recipe, b: Recipe, part: str) -> list[tuple[tuple[str, ...], str]]:
    """(key, text) of what differs in one input."""
    if part in a.tables:
        return [(key, f"{part} {' '.join(filter(None, key))}: {what}") for key, what in changed_rows(a, b, part)]
    if part == POLICY:
        return [((n,), f"{n} {value_of(a, n)} → {value_of(b, n)}") for n in differing_parameters(a, b)] or [
            ((a.pack.name,), f"{a.pack.name} → {b.pack.name}")
        ]
    if part == DAY:
        return [((), f"as_of {a.as_of} → {b.as_of}, horizon {a.horizon or '–'} → {b.horizon or '–'}")]
    both = a.pairs.merge(b.pairs, on=["program_id", "demand_id"], how="outer", suffixes=("_a", "_b"))
    differs = both[both["p_a"].fillna(-1) != both["p_b"].fillna(-1)]
    return [
        ((str(r.program_id), str(r.demand_id)), f"p {r.program_id} - {r.demand_id}: {_p(r.p_a)} → {_p(r.p_b)}")
        for r in rows(differs)
    ]


def _p(value: Any) -> str:
    return "–" if empty(value) else f"{value:.3f}"


def _relevant(
    program: str,
    parts: list[str],
    details: Mapping[str, list[tuple[tuple[str, ...], str]]],
    near: set[str],
) -> list[str]:
    """The rows that concern a program: its own, else those of its posts and its block, else the first of all."""
    found = []
    for part in parts:
        listed = details[part]
        own = [text for key, text in listed if program in key]
        around = [text for key, text in listed if near & set(key)]
        shown = own or around or [text for _, text in listed]
        found += shown[:SHOWN_ROWS]
        if len(shown) > SHOWN_ROWS:
            found.append(f"… ({len(shown)})")
    return found


def _neighbours(a: Assessment, b: Assessment) -> dict[str, set[str]]:
    """Program -> the demands it is linked to and the programs of its blocks, before or after."""
    found: dict[str, set[str]] = {}
    for assessment in (a, b):
        for row in rows(assessment.matches[assessment.matches["edge"]]):
            found.setdefault(str(row.program_id), set()).add(str(row.demand_id))
        for block in assessment.blocks:
            members = {r["program_id"] for r in block["programs"]}
            for program in members:
                found.setdefault(program, set()).update(members)
    return found
