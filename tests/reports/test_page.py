"""The page: says everything the assessment says, opens offline, survives hostile names."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from matcher import Assessment
from matcher.policy.reasons import FLAG_NAMES
from reports.page import SHOWN_FLAGS, page, strongest_cases


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_counts_reasons_certificates_and_the_label(city: Assessment, language: str) -> None:
    html = page(city, language)
    for flag in SHOWN_FLAGS:
        count = int((city.programs["flag"] == flag).sum())
        assert f"<b>{count}</b><span>{FLAG_NAMES[flag][language]}</span>" in html
    reason = city.programs["reason" if language == "zh" else "reason_en"].iloc[0]
    assert reason.replace(">", "&gt;").replace("'", "&#39;") in html
    assert city.manifest["label"][language] in html
    assert html.count("<tr>") > len(city.programs)
    for block in city.blocks:
        if block["certified"]:
            assert f"{block['cannot_be_placed']:.2f}" in html


def test_the_page_needs_nothing_from_elsewhere(city: Assessment) -> None:
    html = page(city, "zh")
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", html)
    assert "@import" not in html
    assert "<svg" in html


def test_names_with_markup_are_shown_and_not_run(city: Assessment) -> None:
    programs = city.programs.copy()
    programs.loc[0, "name"] = "<script>alert(1)</script>"
    hostile = replace(city, programs=programs)
    html = page(hostile, "zh")
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_the_strongest_cases_are_of_their_flag_and_the_most_room_comes_first(city: Assessment) -> None:
    rows = strongest_cases(city, "prioritize")
    assert set(rows["flag"]) == {"prioritize"}
    assert rows["headroom"].iloc[0] == city.programs.loc[city.programs["flag"] == "prioritize", "headroom"].max()
    assert strongest_cases(city, "maintain")["notices"].iloc[0].startswith("guard_blocks")


def test_an_assessment_without_chains_has_a_page_without_a_chart(city: Assessment) -> None:
    demands = city.inputs["demands"].assign(chain=pd.array([None] * len(city.inputs["demands"]), dtype="string"))
    bare = replace(city, inputs={**city.inputs, "demands": demands})
    assert "<svg" not in page(bare, "zh")
