"""What an assessment was made from, and the same assessment with one input exchanged for another's.

Texts are never compared again: p and skill coverage are those that the folders hold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from corpora.schema import TABLES, empty_frame
from matcher.assessment import INPUTS, Assessment, answered
from matcher.judging import Question, read_tables
from matcher.matching.records import GIVEN, MATCH_COLUMNS, MatchGraph, SkillCoverage
from matcher.matching.skills import coverage_of
from matcher.policy.earlier import NOTHING_EARLIER, Earlier
from matcher.policy.kept import Kept
from matcher.policy.pack import PolicyPack, recorded_pack

MATCHES, POLICY, DAY = "matches", "policy", "as_of"
PARAMETER = "policy:"
PAIR = ["program_id", "demand_id", "p"]


@dataclass(frozen=True)
class Recipe:
    """Everything an assessment follows from.

    Attributes:
        tables: kind -> validated table, without given matches.
        pairs: MATCH_COLUMNS, p as the model gave it or as it was handed in; encoder: what gave it.
        skills: program -> what its courses cover of the skills asked for.
        pack: the policy; scope, earlier, as_of, horizon, draws, seed, intake, employed, label: as given.
    """

    tables: Mapping[str, pd.DataFrame]
    pairs: pd.DataFrame
    encoder: Mapping[str, Any]
    skills: Mapping[str, SkillCoverage]
    pack: PolicyPack
    as_of: date
    horizon: int | None
    scope: str | None = None
    earlier: Earlier = NOTHING_EARLIER
    draws: int = 0
    seed: int = 0
    intake: Mapping[str, int] = field(default_factory=dict)
    employed: Mapping[str, int] = field(default_factory=dict)
    label: Mapping[str, str] | None = None

    def run(self, counterfactuals: bool = False, kept: Kept | None = None) -> Assessment:
        """Assesses once more; rows that name programs or demands which are not there are left aside.

        Args:
            kept: of an earlier run on the same data.
        """
        kept = kept or Kept()
        programs, demands = self.tables["programs"]["program_id"], self.tables["demands"]["demand_id"]
        tables: dict[str, Any] = {}
        for kind, table in self.tables.items():
            known = table
            if kind != "programs":
                known = kept(_among, known, "program_id", programs, key=(kind, "program_id"))
            if kind != "demands":
                known = kept(_among, known, "demand_id", demands, key=(kind, "demand_id"))
            tables[kind] = known
        pairs = kept(_among, self.pairs, "program_id", programs, key=(MATCHES, "program_id"))
        pairs = kept(_among, pairs, "demand_id", demands, key=(MATCHES, "demand_id"))
        given = self.encoder["encoder"] == GIVEN
        tables[MATCHES] = pairs[PAIR] if given else empty_frame(MATCHES)
        question = Question(
            tables, self.pack.on(self.as_of), self.as_of, self.horizon, self.scope, self.earlier, self.draws, self.seed,
            self.intake, self.employed,
        )  # fmt: skip
        return answered(
            question, read_tables(question, kept), MatchGraph(pairs, **self.encoder), self.skills,
            counterfactuals=counterfactuals, label=self.label, kept=kept,
        )  # fmt: skip


def recipe_of(assessment: Assessment) -> Recipe:
    """From an assessment and the inputs it holds."""
    manifest = assessment.manifest
    day = date.fromisoformat(manifest["as_of"])
    return Recipe(
        tables={k: assessment.inputs.get(k, empty_frame(k)) for k in INPUTS if k != MATCHES},
        pairs=_modelled(assessment.matches),
        encoder={
            "encoder": manifest["encoder"]["fingerprint"],
            "calibrated": manifest["encoder"]["calibrated"],
            "missed_by_candidates": manifest["matching"]["missed_by_candidates"],
            "sampled_programs": manifest["matching"]["sampled_programs"],
        },
        skills=coverage_of(assessment.skills),
        pack=recorded_pack(manifest["policy"], day),
        as_of=day,
        horizon=manifest["horizon"],
        scope=manifest["scope"],
        earlier=Earlier.read(manifest["earlier"]),
        draws=manifest["draws"],
        seed=manifest["seed"] or 0,
        intake=manifest["intake"],
        employed=manifest["employed"],
        label=manifest["label"],
    )


def _among(table: pd.DataFrame, column: str, ids: pd.Series) -> pd.DataFrame:
    """The rows that name one of the ids; the table itself where all do, or where it names none."""
    if column not in table or (known := table[column].isin(set(ids))).all():
        return table
    return table[known].reset_index(drop=True)


def _modelled(matches: pd.DataFrame) -> pd.DataFrame:
    """What the model said; the reviews are a table of their own and change it again."""
    found = matches.dropna(subset="p_model")
    return found.assign(p=found["p_model"].astype(float))[MATCH_COLUMNS].reset_index(drop=True)


def differing(a: Recipe, b: Recipe) -> list[str]:
    """The inputs in which two recipes differ: kinds of tables, matches, policy, as_of."""
    found = [kind for kind in a.tables if changed_rows(a, b, kind)]
    both = a.pairs[PAIR].merge(b.pairs[PAIR], on=PAIR[:2], how="outer", suffixes=("_a", "_b"))
    known = _within(both, a.tables) & _within(both, b.tables)
    if (both.loc[known, "p_a"].fillna(-1) != both.loc[known, "p_b"].fillna(-1)).any() or a.skills != b.skills:
        found.append(MATCHES)
    if a.pack != b.pack:
        found.append(POLICY)
    return found + ([DAY] if (a.as_of, a.horizon) != (b.as_of, b.horizon) else [])


def differing_parameters(a: Recipe, b: Recipe) -> list[str]:
    """Names of the parameters whose values differ."""
    names = sorted(a.pack.parameters.keys() | b.pack.parameters.keys())
    return [name for name in names if value_of(a, name) != value_of(b, name)]


def exchanged(a: Recipe, b: Recipe, parts: Iterable[str]) -> Recipe:
    """`a` with some inputs of `b`.

    Pairs of rows that only the exchanged table has come along with it: no text of `a` was ever compared with them.
    """
    found = a
    for part in parts:
        if part == MATCHES:
            kept = a.pairs[~(_within(a.pairs, b.tables))]
            pairs = pd.concat([kept, b.pairs[_within(b.pairs, a.tables)]], ignore_index=True)
            found = replace(found, pairs=pairs, skills={**a.skills, **b.skills})
        elif part == DAY:
            found = replace(found, as_of=b.as_of, horizon=b.horizon)
        elif part == POLICY:
            found = replace(found, pack=b.pack)
        elif part.startswith(PARAMETER):
            found = replace(found, pack=_with_parameter(found.pack, b.pack, part.removeprefix(PARAMETER)))
        else:
            tables = {**found.tables, part: b.tables[part]}
            new = b.pairs[~_within(b.pairs, a.tables)]
            known = found.pairs
            # With the matches exchanged as well, the new pairs may be there already.
            merged = pd.concat([known, new], ignore_index=True).drop_duplicates(PAIR[:2])
            found = replace(found, tables=tables, pairs=merged, skills={**b.skills, **found.skills})
    return found


def value_of(recipe: Recipe, name: str) -> Any:
    """A parameter's value on the day of the recipe; None where its pack has no such parameter or no value on that day."""
    values = recipe.pack.on(recipe.as_of)
    return values.dated(name).value if name in recipe.pack.parameters and values.has(name) else None


def changed_rows(a: Recipe, b: Recipe, kind: str) -> list[tuple[tuple[str, ...], str]]:
    """(key, what changed) of every row of a table that is new, gone or different, in order of the keys."""
    key = TABLES[kind].key
    left, right = _by_key(a.tables[kind], key), _by_key(b.tables[kind], key)
    found = []
    for name in sorted(left.keys() | right.keys()):
        if name not in left:
            found.append((name, "+"))
        elif name not in right:
            found.append((name, "-"))
        elif left[name] != right[name]:
            columns = [c for c in left[name] if left[name][c] != right[name].get(c)]
            found.append(
                (name, ", ".join(f"{c} {left[name][c] or '–'} → {right[name].get(c) or '–'}" for c in columns))
            )
    return found


def _by_key(table: pd.DataFrame, key: tuple[str, ...]) -> dict[tuple[str, ...], dict[str, str]]:
    shown = table.astype("string").fillna("")
    records = shown.to_dict("records")
    return {tuple(str(r[c]) for c in key): {str(c): str(v) for c, v in r.items() if c not in key} for r in records}


def _within(pairs: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    programs, demands = tables["programs"]["program_id"], tables["demands"]["demand_id"]
    return pairs["program_id"].isin(programs) & pairs["demand_id"].isin(demands)


def _with_parameter(pack: PolicyPack, other: PolicyPack, name: str) -> PolicyPack:
    parameters = {**pack.parameters, name: other.parameters[name]} if name in other.parameters else pack.parameters
    return replace(pack, parameters=parameters)
