"""Plans on an assessment: what a bureau reads, what a clerk adds up, what a changed figure gives away."""

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import Assessment, assess
from matcher.placement.plan_check import check_plan, text
from matcher.plan import Plan, PlanFault, make_plan, recheck_plan
from tests.matcher.test_assessment import small

Record = dict[str, Any]


@pytest.fixture(scope="module")
def welders() -> Assessment:
    """Two schools send 60 welders each to 30 posts; 60 places give 60 graduates."""
    return assess(**small(), as_of="2026-10-15")


@pytest.fixture(scope="module")
def plan(city: Assessment) -> Plan:
    return city.plan(target=0.9, min_class=20)


def rows(plan: Plan) -> pd.DataFrame:
    return plan.programs.set_index("program_id")


def test_a_clerk_gets_the_same_figures(welders: Assessment) -> None:
    found = welders.plan(target=0.9)
    table = rows(found)
    # 30 posts for 0.9 of 33 1/3 graduates: 16 2/3 places each, rounded down.
    assert table.loc[["W1", "W2"], "intake"].tolist() == [16, 16]
    assert table.loc["W1", "intake_exact"] == "50/3"
    assert table.loc["W1", "rate_after"] == 0.9375
    assert table.loc["N1", "change"] == 0
    assert found.record["change"] == "260/3"
    assert found.check() == []
    assert "由60人减至16人" in table.loc["W1", "sentence"]
    assert "from 60 to 16" in table.loc["W1", "sentence_en"]


def test_every_rate_of_the_city_reaches_the_target_and_the_proof_adds_up(plan: Plan, city: Assessment) -> None:
    table = plan.programs
    assert plan.reached
    assert table["rate_after"].dropna().min() >= 0.9
    changed = table[table["change"] != 0]
    assert ((changed["intake"] == 0) | (changed["intake"] >= changed["low"])).all()
    assert recheck_plan(plan.record, city) == []
    assert {row["why"] for row in plan.record["left_out"]} == {"no_link", "no_intake", "no_supply"}
    assert float(plan.record["change_any_closings"].split("/")[0]) > 0


@pytest.mark.parametrize("limits", [{}, {"measure": "graduates"}, {"yearly_limit": 0.3}, {"target": 0.05}])
def test_other_questions_have_proofs_as_well(city: Assessment, limits: dict[str, Any]) -> None:
    assert recheck_plan(make_plan(city, **limits).record, city) == []


def test_a_yearly_limit_that_is_too_narrow_is_proved_impossible(welders: Assessment) -> None:
    found = welders.plan(target=0.9, yearly_limit=0.3)
    assert not found.reached
    # 42 of 60 places are the least: one school's 0.9 x 42 graduates need more than all its posts.
    assert found.record["conflict"] == {"programs": ["W1"], "posts": ["D1"], "needed": "37.8", "available": "30"}
    assert found.record["highest_target"] == pytest.approx(30 / 84, abs=1e-4)
    assert found.record["years_needed"] == 4  # 60, 42, 30, 21, 15
    assert "4年" in "".join(found.summary("zh"))
    assert found.check() == []


def test_programs_held_stay_and_the_others_carry_the_change(welders: Assessment) -> None:
    table = rows(welders.plan(target=0.5, hold=["W1"]))
    assert table.loc[["W1", "W2"], "intake"].tolist() == [60, 0]
    assert not welders.plan(target=0.9, hold=["W1"]).reached


def test_capacity_and_least_class_bound_the_intake() -> None:
    tables = small()
    tables["programs"] = tables["programs"].assign(capacity=[40, None, None])
    found = assess(**tables, as_of="2026-10-15").plan(target=0.25, min_class=25)
    assert rows(found).loc["W1", "intake"] == 40
    assert found.check() == []


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"target": 0}, "target"),
        ({"target": 1.2}, "target"),
        ({"target": "most"}, "target"),
        ({"yearly_limit": -0.1}, "yearly_limit"),
        ({"min_class": 0}, "min_class"),
        ({"hold": ["P9"]}, "P9"),
    ],
)
def test_questions_that_make_no_sense_are_refused(welders: Assessment, asked: dict[str, Any], named: str) -> None:
    with pytest.raises(PlanFault, match=named):
        make_plan(welders, **asked)


def _figures(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of everything in a record that an exact figure or an id stands for."""
    if isinstance(value, dict):
        return [p for key, item in value.items() for p in _figures(item, (*path, key))]
    if isinstance(value, list):
        return [p for place, item in enumerate(value) for p in _figures(item, (*path, place))]
    return [path] if value is not None else []


EXACT = {"present", "ratio", "low", "high", "intake_exact", "intake", "persons", "change", "largest", "posts",
         "change_any_closings", "price", "price_any_closings", "target", "relative_change", "rate_now", "rate_present",
         "rate_after", "change_in_whole_places"}  # fmt: skip


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_no_figure_can_be_changed_by_a_hundredth(welders: Assessment, data: st.DataObject) -> None:
    record = json.loads(json.dumps(welders.plan(target=0.9, min_class=10).record))
    path = data.draw(st.sampled_from([p for p in _figures(record) if p[-1] in EXACT]))
    place = record
    for key in path[:-1]:
        place = place[key]
    old = place[path[-1]]
    step = data.draw(st.sampled_from([1, -1])) * (1 if isinstance(old, int) else Fraction(1, 100))
    new = Fraction(str(old)) + step
    place[path[-1]] = type(old)(new) if isinstance(old, int | float) else text(new)
    assert recheck_plan(record, welders), path


def test_words_that_do_not_fit_the_figures_are_found(welders: Assessment) -> None:
    record = json.loads(json.dumps(welders.plan(target=0.9).record))
    record["programs"][1]["sentence"] = record["programs"][1]["sentence"].replace("16", "36")
    assert recheck_plan(record, welders) == ["W1: sentence does not say what its figures say"]
    record = json.loads(json.dumps(welders.plan(target=0.9).record))
    record["summary"]["zh"][0] = "无须调整"
    assert recheck_plan(record, welders) == ["summary does not say what the figures say"]


CHANGES: list[tuple[str, Callable[[Record], None]]] = [
    ("a link left out", lambda r: r["programs"][0]["links"].pop()),
    ("a program left out", lambda r: r["programs"].pop()),
    ("a post that is not there", lambda r: r["posts"].append({**r["posts"][0], "demand_id": "D9"})),
    ("half of the assignment", lambda r: r["assignment"].pop()),
    ("closed without leave", lambda r: r["programs"][0].update(closed=True)),
    ("another witness", lambda r: r["witness"].update(programs=[], posts=[])),
    ("a float", lambda r: r["programs"][0].update(ratio=0.5)),
    ("no prices", lambda r: r["posts"][0].pop("price")),
]


@pytest.mark.parametrize(("what", "change"), CHANGES, ids=[what for what, _ in CHANGES])
def test_changes_by_hand_are_found(welders: Assessment, what: str, change: Callable[[Record], None]) -> None:
    record = copy.deepcopy(dict(welders.plan(target=0.9).record))
    change(record)
    assert recheck_plan(record, welders)


def test_a_conflict_that_is_none_is_found(welders: Assessment) -> None:
    record = copy.deepcopy(dict(welders.plan(target=0.9, yearly_limit=0.3).record))
    record["conflict"]["programs"].remove("W1")
    assert check_plan(record)


def test_files_hold_the_record_and_the_table(plan: Plan, city: Assessment, tmp_path: Path) -> None:
    record = json.loads(plan.write(tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert check_plan(record) == []
    table = pd.read_csv(plan.write(tmp_path / "plan.csv", "zh"), encoding="utf-8-sig")
    assert "建议招生数" in table.columns
    assert len(table) == len(plan.programs)
    with pytest.raises(PlanFault, match="json"):
        plan.write(tmp_path / "plan.doc")


@pytest.mark.parametrize("value", ["0", "7", "-3", "37.42", "0.05", "-0.5", "1/3", "50/3"])
def test_exact_texts_read_back(value: str) -> None:
    assert text(Fraction(value)) == value
