"""Sentences of a verdict: they carry the figures that a bureau would check, in both languages."""

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import get_args

import pytest

from matcher.policy.facts import DemandYear, Facts, ReportedYear
from matcher.policy.needed import needed
from matcher.policy.pack import load_pack
from matcher.policy.reasons import GUARD_REASONS, OBJECTIONS, Language, reason
from matcher.policy.rules import Clause, Flag
from matcher.policy.trace import clause_sentence, trace_record
from matcher.policy.verdict import decide

AS_OF = date(2026, 10, 15)
VALUES = load_pack("default").on(AS_OF)
LANGUAGES: tuple[Language, ...] = ("zh", "en")

# 187 graduates a year for 120 posts, good employment: nothing to advise.
STEADY = Facts(
    program_id="P1",
    name="Accounting at the Example College",
    enrolled=((2026, 210), (2025, 200), (2024, 190)),
    students_left=600,
    first_cohort=2015,
    graduates=560,
    supply=18_700,
    rate=Fraction(120, 187),
    block="P1",
    certified=False,
    why_not_certified=("coverage",),
    block_programs=1,
    block_supply=18_700,
    block_posts=12_000,
    cannot_be_placed=6_700,
    headroom=0,
    indispensability=0,
    below=0.1,
    further_share=0.1,
    reachable=12_000,
    growth=0.02,
    growth_low=-0.01,
    best_match=0.9,
    demand_years=tuple(DemandYear(year, 12_000, 0.97) for year in (2026, 2025, 2024)),
    source_age=3,
    courses=12,
    characters=500,
    skills=10,
    covered=8,
    missing_skills=("tax return", "audit"),
)
SURPLUS = replace(STEADY, certified=True, why_not_certified=(), below=0.95)
EMPTY = replace(STEADY, enrolled=((2026, 0), (2025, 0), (2024, 0)), students_left=0)
VANISHED = replace(
    STEADY,
    rate=Fraction(1, 187),
    demand_years=(DemandYear(2026, 100, 0.97), DemandYear(2025, 250, 0.97), DemandYear(2024, 300, 0.97)),
)
STRATEGIC = replace(
    STEADY, strategic=9_000, strategic_chains=("robotics", "drones", "wind"), growth_low=0.052, headroom=4_150
)
SHORT = replace(STEADY, named_short="护理", headroom=4_150, capacity=300)
TRADITIONAL = replace(STEADY, named_traditional="纺织", growth=-0.043)
FALLING = replace(
    STEADY,
    named_traditional="纺织",
    rate_high=Fraction(41, 100),
    rates_before=((2025, Fraction(83, 100)), (2024, Fraction(9, 10))),
    why_not_certified=("rate",),
    demand_years=(DemandYear(2026, 12_000, 0.97),),
)
SKILL_GAP = replace(STEADY, skills=23, covered=4, missing_skills=("PLC", "servo tuning", "vision", "welding"))
THIN = replace(STEADY, graduates=12, source_age=25, courses=7, characters=41)

EXAMPLES: dict[Flag, Facts] = {
    "phase_out": SURPLUS,
    "insufficient_evidence": THIN,
    "prioritize": STRATEGIC,
    "expand": SHORT,
    "upgrade": TRADITIONAL,
    "maintain": STEADY,
}
ALL = [STEADY, SURPLUS, EMPTY, VANISHED, STRATEGIC, SHORT, TRADITIONAL, SKILL_GAP, THIN]


def said(facts: Facts, language: Language) -> str:
    return reason(decide(facts, VALUES, AS_OF), facts, VALUES, language)


def figures_in(text: str) -> list[str]:
    """Whole numbers as printed, so that 4 is not found in 41."""
    return re.findall(r"[+-]?\d+(?:\.\d+)?%?", text)


@pytest.mark.parametrize("flag", get_args(Flag))
def test_every_flag_has_a_sentence_in_both_languages(flag: Flag) -> None:
    facts = EXAMPLES[flag]
    assert decide(facts, VALUES, AS_OF).flag == flag
    zh, en = said(facts, "zh"), said(facts, "en")
    assert any("一" <= letter <= "鿿" for letter in zh)
    assert any("a" <= letter <= "z" for letter in en)
    assert "None" not in zh + en


@pytest.mark.parametrize(
    ("facts", "carried"),
    [
        pytest.param(SURPLUS, ["187", "120", "64%", "67", "60%", "95%"], id="supply, posts, rate, persons left"),
        pytest.param(EMPTY, ["2024", "2026"], id="the empty years"),
        pytest.param(VANISHED, ["2024", "2026", "3", "187"], id="years, most posts, supply"),
        pytest.param(STRATEGIC, ["75%", "+5.2%", "41.5"], id="share, growth, headroom"),
        pytest.param(SHORT, ["41.5"], id="headroom"),
        pytest.param(replace(SHORT, named_short=None, short=7_200), ["60%", "41.5"], id="share of posts marked short"),
        pytest.param(
            replace(SHORT, named_short=None, borders_scarce=True, rate=Fraction(1), block_posts=26_050),
            ["260.5", "187", "41.5"],
            id="posts and supply of a block short of people",
        ),
        pytest.param(TRADITIONAL, ["-4.3%"], id="growth"),
        pytest.param(SKILL_GAP, ["23", "4"], id="skills asked for and covered"),
        pytest.param(THIN, ["12", "30", "24", "41"], id="what is there and what is needed"),
        pytest.param(STEADY, ["64%"], id="the rate of a program that is maintained"),
        pytest.param(replace(SURPLUS, exempt="国防"), ["187", "120", "67", "95%"], id="what a guard blocks"),
        pytest.param(FALLING, ["83%", "2025", "41%"], id="the least rate before, its year and the rate now"),
        pytest.param(
            replace(SURPLUS, indispensability=3_350), ["187", "120", "67", "33.5"], id="persons nobody could replace"
        ),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_carries_its_figures(facts: Facts, carried: list[str], language: Language) -> None:
    text = said(facts, language)
    assert set(carried) <= set(figures_in(text)), text


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        pytest.param(STRATEGIC, ["robotics", "drones"], id="the strategic chains with most posts"),
        pytest.param(SHORT, ["护理"], id="the field that is named short"),
        pytest.param(TRADITIONAL, ["纺织"], id="the traditional field"),
        pytest.param(SKILL_GAP, ["PLC", "servo tuning", "vision"], id="the skills missing"),
        pytest.param(replace(SURPLUS, exempt="国防"), ["国防"], id="what a program is exempt for"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_names_what_it_rests_on(facts: Facts, names: list[str], language: Language) -> None:
    text = said(facts, language)
    assert [name for name in names if name not in text] == []


def test_the_persons_left_are_those_of_the_closed_set_and_a_larger_set_is_said() -> None:
    """187 - 120 = 67 can be added up in the block; any other figure needs the worse-off programs to be named."""
    larger = replace(SURPLUS, cannot_be_placed=9_000)
    assert "连同" not in said(SURPLUS, "zh")
    assert "worse-off" not in said(SURPLUS, "en")
    assert "连同" in said(larger, "zh")
    assert "worse-off programs" in said(larger, "en")
    for language in LANGUAGES:
        assert "90" in figures_in(said(larger, language))
        assert "67" not in figures_in(said(larger, language))


def test_a_block_of_several_programs_is_never_told_as_a_finding_on_one() -> None:
    shared = replace(SURPLUS, block_programs=4)
    assert "4个专业点" in said(shared, "zh")
    assert "本专业点" not in said(shared, "zh")
    assert "4 programs" in said(shared, "en")
    assert "本专业点" in said(SURPLUS, "zh")
    assert "programs" not in said(SURPLUS, "en")


@pytest.mark.parametrize("below", [0.99, 0.9901, 0.994, 0.995, 0.9951, 0.999, 0.999999, 1.0])
@pytest.mark.parametrize("language", LANGUAGES)
def test_certainty_is_never_printed_as_100_percent(below: float, language: Language) -> None:
    text = said(replace(SURPLUS, below=below), language)
    assert "100%" not in text
    assert ("99%" if below == 0.99 else ">99%") in text


@pytest.mark.parametrize("objection", sorted(OBJECTIONS))
def test_a_surplus_that_is_not_certified_is_never_called_so_and_says_why(objection: str) -> None:
    facts = replace(STEADY, why_not_certified=(objection,))
    zh, en = said(facts, "zh"), said(facts, "en")
    assert OBJECTIONS[objection]["zh"] in zh
    assert OBJECTIONS[objection]["en"] in en
    assert "核定过剩" not in zh.replace("不核定过剩", "")
    assert "certified surplus" not in en.replace("no certified surplus", "").lower()


def test_a_program_without_any_link_is_not_told_to_be_in_surplus() -> None:
    facts = replace(STEADY, rate=Fraction(0), block=None, why_not_certified=(), reachable=0)
    assert "不能据此认定过剩" in said(facts, "zh")
    assert "proves no surplus" in said(facts, "en")


def test_a_blocked_phase_out_says_what_stands_and_what_stands_against_it() -> None:
    facts = replace(SURPLUS, first_cohort=None)
    for language in LANGUAGES:
        text = said(facts, language)
        ground, guard = (
            {"zh": "核定过剩", "en": "certified surplus"}[language],
            GUARD_REASONS["first_cohort_out"][language],
        )
        assert ground in text
        assert text.index(ground) < text.index(guard)


@pytest.mark.parametrize("facts", ALL)
def test_an_english_sentence_begins_with_a_capital_and_has_no_chinese_punctuation(facts: Facts) -> None:
    text = said(facts, "en")
    assert not text[0].islower()
    assert not set("，。；：、（）“”") & set(text)


def test_the_data_that_would_settle_an_insufficient_evidence_are_named_by_table_column_and_year() -> None:
    years = tuple(ReportedYear(year, graduates=4) for year in (2026, 2024))
    thin = replace(THIN, reported=years, field="财经商贸大类", region="山前县")
    found = needed(decide(thin, VALUES, AS_OF), thin, AS_OF)
    assert [(n.gap, n.table, n.column, n.year, n.amount) for n in found] == [
        ("few_graduates", "outcomes", "graduates", 2025, None),
        ("no_recent_source", "demands", "openings", 2026, None),
        ("no_recent_source", "coverage", "share_low", 2026, None),
        ("thin_text", "programs", "courses", None, None),
        ("thin_text", "programs", "goal", None, 19),
    ]
    assert "财经商贸大类" in found[1].zh
    assert "山前县" in found[2].en
    record = trace_record(decide(thin, VALUES, AS_OF), thin, VALUES, AS_OF)
    assert record["needed_data"]["en"] == [n.en for n in found]
    assert needed(decide(STEADY, VALUES, AS_OF), STEADY, AS_OF) == ()


def test_three_small_cohorts_need_the_next_one_or_company() -> None:
    years = tuple(ReportedYear(year, graduates=4) for year in (2026, 2025, 2024))
    small = replace(STEADY, graduates=12, reported=years)
    (one,) = needed(decide(small, VALUES, AS_OF), small, AS_OF)
    assert (one.table, one.column, one.year, one.amount) == ("outcomes", "graduates", 2027, 18)


def test_a_clause_says_what_was_asked_what_was_found_and_when_nothing_is_known() -> None:
    known = Clause("employment_low", True, 0.95, 0.9, "doubt.red", "posterior")
    unknown = replace(known, holds=None, value=None)
    for language in LANGUAGES:
        assert figures_in(clause_sentence(known, language)) == ["0.9", "0.95"]
        assert figures_in(clause_sentence(unknown, language)) == ["0.9"]
        none_found = replace(known, name="few_graduates", value=0, limit=30)
        assert figures_in(clause_sentence(none_found, language)) == ["30", "0"]
    assert clause_sentence(unknown, "zh").endswith("无数据")
    assert clause_sentence(unknown, "en").endswith("no data")


def test_the_trace_carries_the_same_sentences_the_documents_and_the_missing_skills() -> None:
    facts = replace(STRATEGIC, documents=("Example plan of the city",))
    record = trace_record(decide(facts, VALUES, AS_OF), facts, VALUES, AS_OF)
    assert record["reason"] == {language: said(facts, language) for language in LANGUAGES}
    assert record["documents"] == ["Example plan of the city"]
    assert record["missing_skills"] == ["tax return", "audit"]
    assert record["name"] == "Accounting at the Example College"
