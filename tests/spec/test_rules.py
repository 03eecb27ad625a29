"""The rules of docs/method.md, section 7, case by case: the YAML files of this folder are lists a bureau can read."""

import ast
import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from matcher.policy import rules, verdict
from matcher.policy.pack import load_pack, parse_pack, shipped_packs
from matcher.policy.rules import GUARDS, REGULATIONS, Flag
from matcher.policy.trace import trace_record
from matcher.policy.verdict import FLAGS, Verdict
from matcher.policy.words import (
    CLAUSE_NAMES,
    FLAG_NAMES,
    GROUND_NAMES,
    GUARD_REASONS,
    MEASURE_NAMES,
    NOTICES,
    REGULATION_NAMES,
    SCOPE_NAMES,
)
from tests.spec.cases import DEFAULT, LISTS, SPECS, Spec, all_clauses, expected, outcome, results

CASES = DEFAULT.cases
AS_OF = DEFAULT.as_of
EVERY = [pytest.param(spec, case, id=f"{spec.pack}: {case['name']}") for spec in SPECS for case in spec.cases]
# The ground that each situation of default.yaml makes hold.
SITUATIONS = {
    "empty": "no_enrolment",
    "vanished": "vanished",
    "surplus": "surplus_low_employment",
    "strategic": "strategic",
    "shortage": "shortage",
    "traditional": "traditional",
    "traditional_rate": "traditional_rate",
    "skill_gap": "skill_gap",
}

# Clauses whose inputs can be absent; all others are recorded facts or counts, which are zero where nothing is listed.
MAY_BE_UNKNOWN = {
    "no_enrolment.none_enrolled",
    "no_enrolment.no_students",
    "vanished.years_covered",
    "vanished.posts_gone",
    "vanished.text_reaches",
    "surplus_low_employment.surplus_certified",
    "surplus_low_employment.employment_low",
    "strategic.growing",
    "strategic.headroom",
    "strategic.employment_not_low",
    "shortage.headroom",
    "shortage.employment_not_low",
    "traditional.shrinking",
    "traditional_rate.rate_falling",
    "skill_gap.skills_uncovered",
}
# A certified surplus has a low point value; the clause stands in the place of surplus_likely where nothing was drawn.
NEVER_FAILS = {"surplus_low_employment.rate_low"}


def decided(changes: Mapping[str, Any], values: Any = None) -> Verdict:
    return DEFAULT.decided(changes, values)


def situation(*names: str) -> dict[str, Any]:
    """Situations of default.yaml together."""
    return {key: value for name in names for key, value in DEFAULT.content["situations"][name].items()}


def named_in_rules(kind: str) -> set[str]:
    """Names that rules give to a Clause or a Ground anywhere in their text, whether or not a case reaches it."""
    folder = Path(inspect.getfile(rules)).parent
    return {
        name.value
        for file in folder.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == kind
        for name in ast.walk(node.args[0])
        if isinstance(name, ast.Constant) and isinstance(name.value, str)
    }


@pytest.mark.parametrize(("spec", "case"), EVERY)
def test_the_case_comes_out_as_written(spec: Spec, case: dict[str, Any]) -> None:
    found = spec.decided(case["facts"])
    assert outcome(found) == expected(case)
    clauses = case.get("clauses", {})
    assert {name: results(found).get(name, "no such clause") for name in clauses} == clauses


def test_every_pack_has_cases_for_every_rule_it_adds() -> None:
    assert {spec.pack for spec in SPECS} == set(shipped_packs())
    for spec in SPECS:
        found = [spec.decided(case["facts"]) for case in spec.cases]
        for name in load_pack(spec.pack).regulations or {}:
            held = {f.holds for v in found for f in v.findings if f.regulation == name}
            assert {True, False} <= held, (
                f"{spec.pack}: {name} needs a case that it applies to and one that it does not"
            )


def test_cases_are_written_with_known_words_and_distinct_names() -> None:
    for spec in SPECS:
        names = [case["name"] for case in spec.cases]
        assert len(set(names)) == len(names)
        for case in spec.cases:
            assert case.keys() <= {"name", "facts", "expect", "clauses"}, case["name"]
            assert case["expect"].keys() <= {"flag", "measure", *LISTS}, case["name"]


def test_a_case_states_only_what_differs_from_the_base() -> None:
    """A situation brings what it needs, so only what a case adds to the base by itself is looked at."""
    shared = {key for found in DEFAULT.content["situations"].values() for key in found}
    for case in CASES:
        for key, value in case["facts"].items():
            assert key in shared or value != DEFAULT.base.get(key), f"{case['name']}: {key}"


def test_every_flag_ground_guard_and_notice_has_a_case() -> None:
    found = [decided(case["facts"]) for case in CASES]
    everywhere = [spec.decided(case["facts"]) for spec in SPECS for case in spec.cases]
    assert {v.flag for v in found} == set(FLAGS) == set(get_args(Flag))
    assert {name for v in found for name in v.carried_by} == {g.name for g in found[0].grounds} == set(GROUND_NAMES)
    # Borderline is about draws: tests/matcher/policy/test_doubt.py.
    assert {name for v in everywhere for name in v.notices} == set(NOTICES) - {"borderline"}
    assert {v.measure.step for v in everywhere if v.measure} == set(MEASURE_NAMES)
    alone = {v.blocked_by[0] for v in found if len(v.blocked_by) == 1}
    assert alone == {gate.name for gate in found[0].guards} == set(GUARDS) == set(GUARD_REASONS)


def test_every_clause_has_a_case_in_which_it_alone_keeps_its_ground_from_firing() -> None:
    fails: set[str] = set()
    unknown: set[str] = set()
    everything: set[str] = set()
    for case in CASES:
        for ground in decided(case["facts"]).grounds:
            if ground.any_of:
                continue
            everything |= {f"{ground.name}.{c.name}" for c in ground.clauses}
            against = [c for c in ground.clauses if not c.holds]
            if len(against) == 1:
                assert not ground.holds
                (fails if against[0].holds is False else unknown).add(f"{ground.name}.{against[0].name}")
    assert everything - fails == NEVER_FAILS
    assert unknown == MAY_BE_UNKNOWN


def test_each_sort_of_missing_data_is_insufficient_alone() -> None:
    alone = set()
    for case in CASES:
        ground = next(g for g in decided(case["facts"]).grounds if g.any_of)
        holding = [c.name for c in ground.clauses if c.holds]
        alone |= set(holding) if len(holding) == 1 else set()
        assert ground.holds == bool(holding)
    assert alone == {"few_graduates", "no_recent_source", "thin_text", "retention_unproved"}


def test_each_situation_gives_its_own_flag_and_nothing_else() -> None:
    carried = {name: (decided(situation(name)).carried_by, decided(situation(name)).also_fires) for name in SITUATIONS}
    assert carried == {name: ((ground,), ()) for name, ground in SITUATIONS.items()}


def test_vanished_posts_and_a_surplus_count_once_where_a_pack_asks_for_two_grounds() -> None:
    text = """
name: two
extends: default
status: unverified
title: {zh: 两项, en: two}
parameters:
  phase_out.grounds:
    values: [{from: 2021-01-01, value: 2, reference: project default}]
"""
    two = parse_pack(text, "two.yaml").on(AS_OF)
    assert two.number("phase_out.grounds") == 2
    both = situation("vanished") | {"certified": True, "why_not_certified": [], "below": 0.95}
    assert decided(both, two).flag == "maintain"
    assert decided(situation("empty"), two).flag == "maintain"
    found = decided(both | situation("empty"), two)
    assert (found.flag, found.carried_by) == ("phase_out", ("no_enrolment", "vanished", "surplus_low_employment"))


def test_every_name_that_the_rules_can_produce_has_a_text_in_both_languages() -> None:
    clauses, grounds = named_in_rules("Clause"), named_in_rules("Ground")
    reached = {c.name for spec in SPECS for case in spec.cases for c in all_clauses(spec.decided(case["facts"]))}
    assert reached == clauses | {"rates_at_bottom"} == set(CLAUSE_NAMES)
    assert grounds == set(GROUND_NAMES)
    assert set(verdict.FLAGS) == set(FLAG_NAMES)
    assert set(REGULATIONS) == set(REGULATION_NAMES)
    for texts in (
        CLAUSE_NAMES, GROUND_NAMES, GUARD_REASONS, FLAG_NAMES, NOTICES, MEASURE_NAMES, REGULATION_NAMES, SCOPE_NAMES,
    ):  # fmt: skip
        for name, text in texts.items():
            assert text.keys() == {"zh", "en"}, name
            assert all(t.strip() for t in text.values()), name


@pytest.mark.parametrize(("spec", "case"), EVERY)
def test_the_trace_is_json_and_names_a_reference_for_each_parameter(spec: Spec, case: dict[str, Any]) -> None:
    facts, values = spec.facts_of(case["facts"]), spec.values
    found = spec.decided(case["facts"])
    record = trace_record(found, facts, values, spec.as_of)
    assert json.loads(json.dumps(record, ensure_ascii=False, allow_nan=False)) == record
    assert (record["flag"], record["as_of"], record["pack"]) == (found.flag, spec.as_of.isoformat(), spec.pack)
    in_rules = [c for r in record["regulations"] for c in r["clauses"]]
    traced = [*(c for g in record["grounds"] for c in g["clauses"]), *record["guards"], *in_rules]
    assert [c["clause"] for c in traced] == [c.name for c in all_clauses(found)]
    for clause in traced:
        asked = str(values.dated(clause["parameter"]).reference) if clause["parameter"] else ""
        assert clause["reference"] == asked
        assert bool(clause["reference"]) == bool(clause["parameter"])
        for language in ("zh", "en"):
            # The text of the clause up to where its limit is filled in.
            assert clause[language].startswith(CLAUSE_NAMES[clause["clause"]][language].partition("{")[0])
            assert not {"{", "}"} & set(clause[language])
        # A limit that is a threshold of the pack must say where it comes from; a plain zero needs no source.
        assert clause["parameter"] or not clause["limit"]
    if said := record["rule_verdict"]:
        assert said["status"] == "unverified"
        assert said["clause_en"].endswith("(source text not checked, not for formal conclusions)")
        assert said["clause_zh"].endswith("（来源文本未核对，不作正式结论依据）")
