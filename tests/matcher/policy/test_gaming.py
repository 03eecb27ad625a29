"""Attempts to win by figures rather than by programs, one each; none leaves the attacker better off (method, section 9).

W1 of 甲校 trains welders for posts that do not exist: a certified surplus and low employment. Each attack tries to get it
out of its phase-out, or into priority.
"""

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from matcher import Assessment, assess
from matcher.policy.measures import MEASURES
from matcher.policy.verdict import decide
from tests.matcher.test_assessment import small
from tests.spec.cases import DEFAULT

WELDING = "460110"


def tables() -> dict[str, pd.DataFrame]:
    found = small()
    found["programs"] = found["programs"].assign(code=[WELDING, WELDING, "520201"])
    return found


def judged(given: dict[str, pd.DataFrame]) -> Assessment:
    """On point values: what an attack moves is not blurred by doubt."""
    return assess(**given, as_of="2026-10-15", draws=0)


def flag(result: Assessment, program: str) -> str:
    return str(result.programs.set_index("program_id").loc[program, "flag"])


def trace(result: Assessment, program: str) -> dict[str, object]:
    return next(t for t in result.traces if t["program_id"] == program)


def test_honestly_reported_it_is_phased_out() -> None:
    assert flag(judged(tables()), "W1") == "phase_out"


def test_a_new_name_keeps_the_old_history_and_age() -> None:
    given = tables()
    renamed = given["programs"].iloc[[0]].assign(program_id="W9", name="智能焊接", year_opened=2026)
    given["programs"] = pd.concat([given["programs"], renamed], ignore_index=True)
    latest = (given["outcomes"]["program_id"] == "W1") & (given["outcomes"]["year"] == 2026)
    given["outcomes"].loc[latest, "program_id"] = "W9"
    more = pd.DataFrame({"program_id": ["W9"], "demand_id": ["D1"]})
    given["matches"] = pd.concat([given["matches"], more], ignore_index=True)
    assert flag(judged(given), "W9") != "phase_out"
    given["predecessors"] = pd.DataFrame({"program_id": ["W9"], "from_program_id": ["W1"], "year": [2026]})
    result = judged(given)
    assert flag(result, "W9") == "phase_out"
    assert trace(result, "W9")["predecessors"] == ["W1"]
    years = result.programs.set_index("program_id").loc["W9", "raw_rate_by_year"]
    assert years == "2026: 24/60; 2025: 24/60; 2024: 24/60"


def test_parts_too_small_to_judge_are_judged_together() -> None:
    given = tables()
    parts = [f"W1-{n:02}" for n in range(1, 13)]
    one = given["programs"].iloc[0]
    split = pd.DataFrame([{**one, "program_id": p, "name": f"焊接（{p}）"} for p in parts])
    given["programs"] = pd.concat([split, given["programs"].iloc[1:]], ignore_index=True)
    figures = {
        "enrolled": 5, "students": 15, "graduates": 5, "further_study": 0, "employed": 2, "stayed_local": 2,
        "matched_job": 0,
    }  # fmt: skip
    own = pd.DataFrame([{"program_id": p, "year": y, **figures} for p in parts for y in (2024, 2025, 2026)])
    given["outcomes"] = pd.concat([own, given["outcomes"][given["outcomes"]["program_id"] != "W1"]], ignore_index=True)
    links = pd.DataFrame({"program_id": parts, "demand_id": "D1"})
    given["matches"] = pd.concat([links, given["matches"].iloc[1:]], ignore_index=True)
    result = judged(given)
    assert {flag(result, p) for p in parts} == {"phase_out"}
    told = trace(result, parts[0])
    assert "judged_pooled" in told["notices"]
    assert told["pooled"]["with"] == parts[1:]  # type: ignore[index]
    assert told["measure"]["step"] == "warning"  # type: ignore[index]


def test_a_token_class_every_third_year_climbs_the_ladder_all_the_same() -> None:
    token = DEFAULT.facts_of({"enrolled": [[2026, 1], [2025, 0], [2024, 0]], "students_left": 1, "graduates": 3})
    steps: list[str] = []
    for _ in range(6):
        found = decide(replace(token, last_measure=steps[-1] if steps else None), DEFAULT.values, DEFAULT.as_of)
        assert "token_class" in found.notices
        assert found.measure is not None
        steps.append(found.measure.step)
    # Up to where enrolment stops: then the token class itself is no longer to be had.
    assert steps == [*MEASURES[:5], "enrolment_stopped"]


def test_strategic_words_in_a_goal_without_courses_give_no_priority() -> None:
    pasted = {**DEFAULT.content["situations"]["strategic"], "strategic": 9000, "skills": 10, "covered": 1}
    found = DEFAULT.decided(pasted)
    assert found.flag != "prioritize"
    assert "prioritize" not in found.also_fires


@pytest.mark.parametrize("proposer", ["甲校", "企业乙（甲校合作单位）", "企业乙"])
def test_promised_openings_do_not_help_who_promised_them(proposer: str) -> None:
    given = tables()
    promise = (
        given["demands"].iloc[[0]].assign(demand_id="D9", openings=100, occupation="焊接工程助理", occupation_code="")
    )
    given["demands"] = pd.concat([given["demands"].assign(proposed_by=pd.NA), promise.assign(proposed_by=proposer)])
    links = pd.DataFrame({"program_id": ["W1", "W2"], "demand_id": "D9"})
    given["matches"] = pd.concat([given["matches"], links], ignore_index=True)
    given["agreements"] = pd.DataFrame({"program_id": ["W1"], "seats": [20], "enterprise": ["企业乙"]})
    result = judged(given)
    row = result.programs.set_index("program_id").loc["W1"]
    # The published rate keeps all posts; the college's own flag does not read them.
    assert row["placeable_rate"] == 1.0
    assert row["flag"] == "phase_out"
    assert "own_posts_left_out" in row["notices"]
    assert "不计本校及其合作单位提出的100个岗位，容纳率25%" in row["reason"]


def staying(given: dict[str, pd.DataFrame], program: str, stayed: int) -> dict[str, pd.DataFrame]:
    """The tables in which a college says that so few of a program's graduates stayed."""
    outcomes = given["outcomes"].copy()
    outcomes.loc[outcomes["program_id"] == program, ["stayed_local", "matched_job"]] = stayed, min(stayed, 1)
    return {**given, "outcomes": outcomes}


def market(welders: int = 30, nurses: int = 200) -> dict[str, pd.DataFrame]:
    given = tables()
    given["demands"] = given["demands"].assign(openings=[welders, nurses])
    return given


# What a flag is worth to a college that is judged; to be judged later, and warned, is no better than to be judged.
WORTH = {"phase_out": 0, "insufficient_evidence": 0, "upgrade": 1, "maintain": 1, "expand": 2, "prioritize": 2}


@cache
def honest(program: str, posts: int, draws: int) -> tuple[dict[str, pd.DataFrame], dict[str, object]]:
    given = market(welders=posts) if program == "W1" else market(nurses=posts)
    return given, trace(assess(**given, as_of="2026-10-15", draws=draws), program)


@pytest.mark.parametrize(
    ("program", "posts", "stayed", "draws"),
    [
        *((program, posts, stayed, 0) for program, posts in (("W1", 30), ("W1", 60), ("W1", 82), ("N1", 65))
          for stayed in (22, 12, 6, 0)),
        ("W1", 60, 6, 40), ("W1", 60, 18, 40), ("N1", 65, 29, 40), ("N1", 72, 45, 40),
    ],
)  # fmt: skip
def test_understated_retention_wins_nothing(program: str, posts: int, stayed: int, draws: int) -> None:
    given, before = honest(program, posts, draws)
    after = trace(assess(**staying(given, program, stayed), as_of="2026-10-15", draws=draws), program)
    assert WORTH[str(after["flag"])] <= WORTH[str(before["flag"])]
    if before["flag"] == "phase_out":
        assert after["measure"]["step"] == before["measure"]["step"]  # type: ignore[index]


def test_an_escape_that_hinges_on_who_stayed_says_what_would_settle_it() -> None:
    given = market(welders=60)
    assert flag(judged(given), "W1") == "phase_out"
    result = judged(staying(given, "W1", 6))
    # As reported 75 welders look for 60 posts; with everybody staying, as of the other school, it would be 120.
    assert result.programs.set_index("program_id").loc["W1", "placeable_rate"] == 0.8
    told = trace(result, "W1")
    assert told["flag"] == "insufficient_evidence"
    assert [n["table"] for n in told["needed"]] == ["flows", "outcomes"]  # type: ignore[attr-defined]
    # Nobody else is judged by it.
    assert flag(result, "W2") == flag(judged(given), "W2")


def test_few_who_stayed_in_one_program_make_no_room_for_its_sister() -> None:
    given = market(nurses=125)
    sister = given["programs"].iloc[[2]].assign(program_id="N2")
    given["programs"] = pd.concat([given["programs"], sister], ignore_index=True)
    own = given["outcomes"][given["outcomes"]["program_id"] == "N1"].assign(program_id="N2")
    given["outcomes"] = pd.concat([given["outcomes"], own], ignore_index=True)
    links = pd.DataFrame({"program_id": ["N2"], "demand_id": ["D2"]})
    given["matches"] = pd.concat([given["matches"], links], ignore_index=True)
    assert flag(judged(given), "N1") == "maintain"
    assert flag(judged(staying(given, "N2", 10)), "N1") == "maintain"


def test_a_college_where_many_leave_is_expanded_where_there_is_room_for_all() -> None:
    result = judged(staying(market(nurses=200), "N1", 40))
    assert flag(result, "N1") == "expand"
    clauses = {c["clause"] for g in trace(result, "N1")["grounds"] for c in g["clauses"]}  # type: ignore[attr-defined]
    assert clauses & {"headroom_at_peers", "headroom_likely_at_peers"}


def test_an_odd_retention_is_asked_about_for_the_bureau_alone() -> None:
    result = judged(staying(tables(), "W1", 6))
    told = trace(result, "W1")
    assert [c["check"] for c in told["data_checks"]] == ["retention_below_group", "equal_rates", "rounded_cohorts"]  # type: ignore[attr-defined]
    # Nothing of a data check in the table that reports are made from.
    row = result.programs.set_index("program_id").loc["W1"]
    assert "retention" not in f"{row['notices']} {row['reason_en']}"


def test_a_college_that_confirms_its_matches_and_rejects_a_rivals_changes_nothing() -> None:
    given = tables()
    before = judged(given)
    reviews = pd.DataFrame(
        {
            "program_id": ["W1", "W2"],
            "demand_id": ["D1", "D1"],
            "decision": ["confirm", "reject"],
            "reviewer": ["甲校教务处", "甲校教务处"],
        }
    )
    after = judged({**given, "reviews": reviews})
    pd.testing.assert_frame_equal(after.programs, before.programs)
    by_bureau = judged({**given, "reviews": reviews.assign(reviewer="市教育局")})
    assert by_bureau.programs.set_index("program_id").loc["W2", "placeable_rate"] != 0.25
