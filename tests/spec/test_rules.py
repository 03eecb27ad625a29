"""The rules of docs/method.md, section 7, case by case: default.yaml is the list a bureau can read."""

import ast
import inspect
import json
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from matcher.policy import rules, verdict
from matcher.policy.facts import DemandYear, Facts
from matcher.policy.pack import Values, load_pack, parse_pack
from matcher.policy.reasons import CLAUSE_NAMES, FLAG_NAMES, GROUND_NAMES, GUARD_REASONS, NOTICES, trace_record
from matcher.policy.rules import Clause, Flag
from matcher.policy.verdict import FLAGS, Verdict, decide

SPEC: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "default.yaml").read_text(encoding="utf-8"))
AS_OF: date = SPEC["as_of"]
VALUES = load_pack("default").on(AS_OF)
CASES: list[dict[str, Any]] = SPEC["cases"]
LISTS = ("carried_by", "also_fires", "blocked_by", "notices")
# The ground that each situation of default.yaml makes hold.
SITUATIONS = {
    "empty": "no_enrolment",
    "vanished": "vanished",
    "surplus": "surplus_low_employment",
    "strategic": "strategic",
    "shortage": "shortage",
    "traditional": "traditional",
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
    "skill_gap.skills_uncovered",
}
# It stands in the place of employment_not_low and always holds.
NEVER_FAILS = {"strategic.employment_not_judged", "shortage.employment_not_judged"}


def facts_of(changes: Mapping[str, Any]) -> Facts:
    """The base case with what a case changes, in the types of `Facts`."""
    given = {**SPEC["base"], **changes}
    for name in ("rate", "rate_high"):
        given[name] = None if given[name] is None else Fraction(str(given[name]))
    given["enrolled"] = tuple((year, persons) for year, persons in given["enrolled"])
    given["demand_years"] = tuple(DemandYear(*year) for year in given["demand_years"])
    for name in ("why_not_certified", "strategic_chains", "documents", "missing_skills"):
        given[name] = tuple(given.get(name, ()))
    return Facts(**given)


def decided(changes: Mapping[str, Any], values: Values = VALUES) -> Verdict:
    return decide(facts_of(changes), values, AS_OF)


def situation(*names: str) -> dict[str, Any]:
    """Situations of default.yaml together."""
    return {key: value for name in names for key, value in SPEC["situations"][name].items()}


def results(found: Verdict) -> dict[str, bool | None]:
    """ground.clause -> what it gave; guards stand under `guard`."""
    in_grounds = {f"{g.name}.{c.name}": c.holds for g in found.grounds for c in g.clauses}
    return in_grounds | {f"guard.{c.name}": c.holds for c in found.guards}


def all_clauses(found: Verdict) -> list[Clause]:
    return [*(c for g in found.grounds for c in g.clauses), *found.guards]


def named_in_rules(kind: str) -> set[str]:
    """Names that rules.py gives to a Clause or a Ground anywhere in its text, whether or not a case reaches it."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(inspect.getsource(rules)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == kind
        if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_case_comes_out_as_written(case: dict[str, Any]) -> None:
    found = decided(case["facts"])
    expected = {"flag": case["expect"]["flag"]} | {name: case["expect"].get(name, []) for name in LISTS}
    assert {"flag": found.flag} | {name: list(getattr(found, name)) for name in LISTS} == expected
    clauses = case.get("clauses", {})
    assert {name: results(found).get(name, "no such clause") for name in clauses} == clauses


def test_cases_are_written_with_known_words_and_distinct_names() -> None:
    names = [case["name"] for case in CASES]
    assert len(set(names)) == len(names)
    for case in CASES:
        assert case.keys() <= {"name", "facts", "expect", "clauses"}, case["name"]
        assert case["expect"].keys() <= {"flag", *LISTS}, case["name"]


def test_a_case_states_only_what_differs_from_the_base() -> None:
    """A situation brings what it needs, so only what a case adds to the base by itself is looked at."""
    shared = {key for found in SPEC["situations"].values() for key in found}
    for case in CASES:
        for key, value in case["facts"].items():
            assert key in shared or value != SPEC["base"].get(key), f"{case['name']}: {key}"


def test_every_flag_ground_guard_and_notice_has_a_case() -> None:
    found = [decided(case["facts"]) for case in CASES]
    assert {v.flag for v in found} == set(FLAGS) == set(get_args(Flag))
    assert {name for v in found for name in v.carried_by} == {g.name for g in found[0].grounds} == set(GROUND_NAMES)
    assert {name for v in found for name in v.notices} == set(NOTICES)
    alone = {v.blocked_by[0] for v in found if len(v.blocked_by) == 1}
    assert alone == {gate.name for gate in found[0].guards} == set(GUARD_REASONS)


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
    assert alone == {"few_graduates", "no_recent_source", "thin_text"}


def test_each_situation_gives_its_own_flag_and_nothing_else() -> None:
    carried = {name: (decided(situation(name)).carried_by, decided(situation(name)).also_fires) for name in SITUATIONS}
    assert carried == {name: ((ground,), ()) for name, ground in SITUATIONS.items()}


def test_vanished_posts_and_a_surplus_count_once_where_a_pack_asks_for_two_grounds() -> None:
    text = Path(inspect.getfile(rules)).with_name("packs").joinpath("default.yaml").read_text(encoding="utf-8")
    head, _, tail = text.partition("  phase_out.grounds:")
    two = parse_pack(f"{head}  phase_out.grounds:{tail.replace('value: 1,', 'value: 2,', 1)}", "two.yaml").on(AS_OF)
    assert two.number("phase_out.grounds") == 2
    both = situation("vanished") | {"certified": True, "why_not_certified": [], "below": 0.95}
    assert decided(both, two).flag == "maintain"
    assert decided(situation("empty"), two).flag == "maintain"
    found = decided(both | situation("empty"), two)
    assert (found.flag, found.carried_by) == ("phase_out", ("no_enrolment", "vanished", "surplus_low_employment"))


def test_every_name_that_the_rules_can_produce_has_a_text_in_both_languages() -> None:
    clauses, grounds = named_in_rules("Clause"), named_in_rules("Ground")
    reached = {c.name for case in CASES for c in all_clauses(decided(case["facts"]))}
    assert reached == clauses == set(CLAUSE_NAMES)
    assert grounds == set(GROUND_NAMES)
    assert set(verdict.FLAGS) == set(FLAG_NAMES)
    for texts in (CLAUSE_NAMES, GROUND_NAMES, GUARD_REASONS, FLAG_NAMES, NOTICES):
        for name, text in texts.items():
            assert text.keys() == {"zh", "en"}, name
            assert all(t.strip() for t in text.values()), name


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_trace_is_json_and_names_a_reference_for_each_parameter(case: dict[str, Any]) -> None:
    facts = facts_of(case["facts"])
    found = decide(facts, VALUES, AS_OF)
    record = trace_record(found, facts, VALUES, AS_OF)
    assert json.loads(json.dumps(record, ensure_ascii=False, allow_nan=False)) == record
    assert (record["flag"], record["as_of"], record["pack"]) == (found.flag, "2026-10-15", "default")
    traced = [*(c for g in record["grounds"] for c in g["clauses"]), *record["guards"]]
    assert [c["clause"] for c in traced] == [c.name for c in all_clauses(found)]
    for clause in traced:
        asked = VALUES.dated(clause["parameter"]).reference if clause["parameter"] else ""
        assert clause["reference"] == asked
        assert bool(clause["reference"]) == bool(clause["parameter"])
        for language in ("zh", "en"):
            # The text of the clause up to where its limit is filled in.
            assert clause[language].startswith(CLAUSE_NAMES[clause["clause"]][language].partition("{")[0])
            assert not {"{", "}"} & set(clause[language])
        # A limit that is a threshold of the pack must say where it comes from; a plain zero needs no source.
        assert clause["parameter"] or not clause["limit"]
