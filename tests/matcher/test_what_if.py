"""What-if: the same data under other rules or figures; counterfactuals, confirmed the long way."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from matcher import Assessment, assess, compare, load_assessment
from matcher.confirm import check, confirm
from matcher.policy.kept import Kept
from matcher.policy.pack import PackError
from matcher.rerun import recipe_of
from matcher.verify import verify_folder
from matcher.what_if import WhatIfError
from tests.matcher.test_assessment import small

DAY = "2026-10-15"


@pytest.fixture(scope="module")
def market() -> Assessment:
    return assess(**small(), as_of=DAY)


@pytest.fixture(scope="module")
def searched(city: Assessment) -> Assessment:
    return recipe_of(city).run(counterfactuals=True)


def test_no_change_changes_nothing(city: Assessment) -> None:
    found = city.what_if()
    assert found.programs.empty
    assert found.counts_from == found.counts_to == city.flag_counts()
    pd.testing.assert_frame_equal(found.assessment.programs, city.programs)
    assert found.assessment.matches["program_evidence"].equals(city.matches["program_evidence"])


def test_another_pack_another_limit_and_other_figures_say_what_they_would_do(city: Assessment) -> None:
    rules = city.what_if(policy="anhui-2022")
    assert rules.flags_changed == 0, "a province's rule speaks beside the advice"
    assert rules.programs["rule_verdict_to"].notna().any()
    strict = city.what_if(parameters={"expand.headroom": 1.0})
    assert strict.counts_to["expand"] < strict.counts_from["expand"]
    assert set(strict.programs.loc[strict.programs["flag_from"] == "expand", "flag_to"]) - {"expand"}


def test_figures_of_one_program_and_one_row_of_posts(market: Assessment) -> None:
    assert market.programs.set_index("program_id").at["W1", "flag"] == "phase_out"
    more = market.what_if(openings=dict.fromkeys(market.demands["demand_id"], 400)).programs.set_index("program_id")
    assert (more.at["W1", "flag_from"], more.at["W1", "flag_to"]) == ("phase_out", "maintain")
    assert more.at["W1", "placeable_rate_to"] > more.at["W1", "placeable_rate_from"]
    fewer = market.what_if(intake={"W1": 1}).programs.set_index("program_id")
    assert fewer.at["W1", "placeable_rate_to"] > fewer.at["W1", "placeable_rate_from"]
    better = market.what_if(employed={"W1": 60}).programs.set_index("program_id")
    assert better.at["W1", "flag_to"] != "phase_out"


def test_what_was_assumed_stays_assumed_when_more_is_asked(market: Assessment) -> None:
    stricter = market.what_if(parameters={"surplus.rate": 0.2, "employment.low_rate": 0.1}).assessment
    assert stricter.flag_counts() != market.flag_counts()
    assert stricter.what_if().programs.empty
    more = stricter.what_if(parameters={"surplus.rate": 0.7}).assessment
    values = {
        name: more.manifest["policy"]["parameters"][name]["value"] for name in ("surplus.rate", "employment.low_rate")
    }
    assert values == {"surplus.rate": 0.7, "employment.low_rate": 0.1}
    found = compare(market, stricter)
    assert found.not_reproduced == ()
    assert found.programs.set_index("program_id").at["W1", "moves"] != ""


def test_a_what_if_that_was_written_is_checked_by_what_it_assumed_and_says_so(
    market: Assessment, tmp_path: Path
) -> None:
    found = market.what_if(parameters={"surplus.rate": 0.5, "employment.year_weights": (1.0, 0.5, 0.25)}).assessment
    folder = found.write(tmp_path / "假设")
    assert verify_folder(folder) == []
    assert "surplus.rate = 0.5" in " ".join(warning["en"] for warning in load_assessment(folder).manifest["warnings"])
    assert not any("assumed" in warning["en"] for warning in market.manifest["warnings"])
    manifest = json.loads((folder / "assessment.json").read_text(encoding="utf-8"))
    manifest["policy"]["parameters"]["surplus.rate"]["reference"] = "project default"
    (folder / "assessment.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert any("surplus.rate" in fault.en for fault in verify_folder(folder)), "not passed off as the pack's"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"openings": {"nowhere": 3}}, "no demand nowhere: demands.csv lists them"),
        ({"intake": {"nobody": 3}}, "no program nobody: programs.csv lists them"),
        ({"intake": {"W1": -1}}, "graduates of W1 cannot be -1; expected 0 to 100000000"),
        ({"intake": {"W1": 10**20}}, "graduates of W1 cannot be 100000000000000000000; expected 0 to 100000000"),
        ({"openings": {"D1": float("nan")}}, "openings of D1 cannot be nan; expected 0 to 1000000000"),
        ({"openings": {"D1": float("inf")}}, "openings of D1 cannot be inf"),
        (
            {"employed": {"W1": 61}},
            "employed of W1 cannot be 61: it had 60 graduates in 2026; expected at most as many",
        ),
        ({"employed": {"W1": -1}}, "employed of W1 cannot be -1"),
        ({"parameters": {"surplus.rat": 0.5}}, "did you mean surplus.rate"),
        ({"parameters": {"supply.years": float("inf")}}, "supply.years: value is inf; expected a number"),
        ({"parameters": {"employment.year_weights": (1.0, float("nan"))}}, "expected a list of weights"),
        ({"parameters": {"employment.year_weights": (1.0, -0.5)}}, "expected a list of weights"),
        ({"parameters": {"surplus.rate": "70%"}}, "value is '70%'; a share lies between 0 and 1 .write 0.7 for 70 %"),
        ({"parameters": {"surplus.rate": 70}}, "a share lies between 0 and 1"),
    ],
)
def test_a_change_that_cannot_be_is_named(market: Assessment, change: dict[str, Any], says: str) -> None:
    with pytest.raises((WhatIfError, PackError), match=says):
        market.what_if(**change)


def test_as_many_may_be_employed_as_its_predecessor_and_itself_had_graduates() -> None:
    tables = small()
    one = tables["programs"].iloc[[0]].assign(program_id="W0")
    tables["programs"] = pd.concat([tables["programs"], one], ignore_index=True)
    old = tables["outcomes"][tables["outcomes"]["program_id"] == "W1"].assign(program_id="W0", graduates=20, employed=4)
    old = old.assign(stayed_local=4, matched_job=2)
    tables["outcomes"] = pd.concat([tables["outcomes"], old], ignore_index=True)
    tables["predecessors"] = pd.DataFrame({"program_id": ["W1"], "from_program_id": ["W0"]})
    merged = assess(**tables, as_of=DAY, draws=0)
    assert merged.what_if(employed={"W1": 80}).assessment.manifest["employed"] == {"W1": 80}
    with pytest.raises(WhatIfError, match="it had 80 graduates in 2026"):
        merged.what_if(employed={"W1": 81})


def test_every_counterfactual_of_a_small_market_holds_and_one_step_less_does_not(market: Assessment) -> None:
    claims = [c for trace in market.traces for c in trace["counterfactuals"]]
    assert {c["kind"] for c in claims} >= {"graduates", "openings", "employed", "match"}
    assert confirm(market) == []


def test_a_counterfactual_that_was_moved_is_found(market: Assessment) -> None:
    trace = next(t for t in market.traces if any(c["kind"] == "openings" for c in t["counterfactuals"]))
    claim = next(c for c in trace["counterfactuals"] if c["kind"] == "openings")
    sign = 1 if claim["after"] > claim["before"] else -1
    recipe = recipe_of(market)
    assert list(check(recipe, trace, {**claim, "after": claim["after"] - sign}))
    assert list(check(recipe, trace, {**claim, "after": claim["after"] + sign}))


def test_a_sample_of_the_pilot_city_is_confirmed(searched: Assessment) -> None:
    recipe = recipe_of(searched)
    all_claims = [(t, c) for t in searched.traces for c in t["counterfactuals"]]
    assert len(all_claims) > 200
    seen: set[tuple[str, bool]] = set()
    for trace, claim in all_claims:
        # One of each kind and direction: the whole set is confirmed nightly.
        if (key := (claim["kind"], (claim["after"] or 0) > claim["before"])) not in seen:
            seen.add(key)
            assert list(check(recipe, trace, claim)) == []


@pytest.mark.nightly
def test_every_counterfactual_of_the_pilot_city_is_confirmed(searched: Assessment) -> None:
    assert confirm(searched) == []


def test_what_was_kept_of_the_question_before_changes_no_answer(city: Assessment) -> None:
    """Any order of questions on one assessment gives what each gives alone."""
    demand = str(city.demands.sort_values("posts")["demand_id"].iloc[-1])
    program = str(city.programs.sort_values("supply")["program_id"].iloc[-1])
    questions: list[dict[str, Any]] = [
        {"parameters": {"surplus.rate": 0.5}},
        {"openings": {demand: 1}},
        {"parameters": {"surplus.rate": 0.5, "supply.years": 2, "match.threshold": 0.6}},
        {"intake": {program: 3}, "parameters": {"flows.min_share": 0.5}},
        {"policy": "anhui-2022"},
        {"employed": {program: 1}},
        {},
    ]
    for question in questions:
        found, alone = city.what_if(**question).assessment, replace(city, kept=Kept()).what_if(**question).assessment
        pd.testing.assert_frame_equal(found.programs, alone.programs)
        pd.testing.assert_frame_equal(found.demands, alone.demands)
        pd.testing.assert_frame_equal(found.matches, alone.matches)
        pd.testing.assert_frame_equal(found.placement, alone.placement)
        assert found.traces == alone.traces
        assert found.blocks == alone.blocks
        assert found.manifest == alone.manifest
    pd.testing.assert_frame_equal(found.programs, city.programs)
