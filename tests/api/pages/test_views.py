"""What the pages say is what the assessment says, in both languages, whoever reads it."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pandas as pd
import pytest

from api.access import Caller
from api.pages.certificate import certificate
from api.pages.demands import DemandQuery, demands_view
from api.pages.overview import changes_between, overview
from api.pages.program import NoProgram, program_view
from api.pages.programs import ProgramQuery, programs_view
from api.pages.render import LANGUAGES, Frame, heading, render
from api.pages.reviewing import reviews_view
from api.pages.table import SIZES
from api.pages.what_if import asked, sliders
from api.pages.words import say
from api.views import view_of
from matcher import Assessment, whitespace
from matcher.policy.words import FLAG_NAMES, Language
from reports.charts import chain_balance
from reports.page import SHOWN_FLAGS

BASE = "/assessments/a"
BUREAU = Caller("k", "市教育局", "bureau")
SCHOOL = Caller("s", "某校", "planner", institutions=("B职业技术学院",))
PUBLIC = Caller("v", "公众", "viewer")


def overview_html(found: Assessment, language: Language) -> str:
    return render("overview", frame(found, language), view=overview(found, BASE, language))


def program_html(found: Assessment, program: str, language: Language, who: Caller = BUREAU) -> str:
    view = program_view(found, program, language, scoped=who.scoped)
    reviews = reviews_view(view, [], [], who, "/reviews", BASE, pd.Timestamp("2026-11-01").date())
    parts: dict[str, Any] = {"sliders": sliders(found, program, {}, language), "answer": None, "reviews": reviews}
    return render("program", frame(found, language), view=view, shown_matches=5, **parts)


def frame(found: Assessment, language: Language) -> Frame:
    return Frame(language, who="市教育局", role="bureau", assessment=heading(found, "a", "一次", language))


def text(html: str) -> str:
    """What a reader sees of a page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_overview_shows_the_counts_the_chains_and_every_certified_surplus(
    city: Assessment, language: Language
) -> None:
    view, html = overview(city, BASE, language), overview_html(city, language)
    assert {flag.key: flag.count for flag in view.flags} == city.flag_counts()
    for flag in view.flags:
        assert f"<b>{flag.count}</b>" in html
        assert FLAG_NAMES[flag.key][language] in html
    table = chain_balance(city)
    assert {row.chain for row in view.chains} == set(table["chain"])
    for row in view.chains:
        own = table[table["chain"] == row.chain]
        assert row.total.posts == f"{own['posts'].sum():,.0f}"
        assert sum(cell is not None for cell in row.cells) == len(own)
        assert (row.total.tone > 0) <= (own["posts"].sum() > own["supply"].sum())
    for block in city.blocks:
        assert not block["certified"] or f"{block['cannot_be_placed']:.2f}" in html
    assert city.manifest["label"][language] in html


def test_every_certificate_adds_up_as_shown(city: Assessment) -> None:
    """The lines as printed add up to the sums as printed, and their difference is what the block's record says."""
    for block in city.blocks:
        found = certificate(city, block["programs"][0]["program_id"], "zh")
        assert found is not None
        for group in found.groups:
            assert cents(group.supply) == sum(cents(line.amount) for line in group.programs)
            assert cents(group.posts) == sum(cents(line.amount) for line in group.demands)
        assert cents(found.supply) == sum(cents(group.supply) for group in found.groups)
        assert cents(found.posts) == sum(cents(group.posts) for group in found.groups)
        left = cents(found.left) if found.left else 0
        assert left == max(0, cents(found.supply) - cents(found.posts)) == cents(f"{block['cannot_be_placed']:.2f}")


def cents(shown: str) -> int:
    return round(float(shown.replace(",", "")) * 100)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flag", SHOWN_FLAGS)
def test_a_program_shows_its_reason_its_figures_and_every_clause(
    city: Assessment, flag: str, language: Language
) -> None:
    row = city.programs[city.programs["flag"] == flag].iloc[0]
    trace = next(t for t in city.traces if t["program_id"] == row["program_id"])
    seen = text(program_html(city, row["program_id"], language))
    assert FLAG_NAMES[flag][language] in seen
    assert trace["reason"][language] in seen
    for ground in trace["grounds"]:
        for clause in ground["clauses"]:
            assert re.sub(r"\s+", " ", clause[language]) in seen
    for said in trace["needed_data"][language]:
        assert said in seen
    assert f"{row['supply']:,.2f}" in seen
    best = city.matches[city.matches["program_id"] == row["program_id"]]
    best = best[best["demand_id"].isin(city.demands["demand_id"])].sort_values("p", ascending=False)
    for match in best.head(3).itertuples():
        assert f"{match.p:.3f}" in seen
        assert re.sub(r"\s+", " ", match.program_evidence) in seen


def test_names_with_markup_are_shown_and_not_run(city: Assessment) -> None:
    evil = '<img src=x onerror="alert(1)">'
    programs, inputs = city.programs.copy(), dict(city.inputs)
    programs.loc[0, ["name", "institution"]] = evil
    inputs["demands"] = inputs["demands"].assign(occupation=evil, chain=evil)
    demands = city.demands.assign(occupation=evil)
    hostile = replace(city, programs=programs, demands=demands, inputs=inputs)
    path = f"{BASE}/programs"
    listed = programs_view(hostile, ProgramQuery(q=evil), path, "zh")
    posts = demands_view(hostile, DemandQuery(left="any"), path, "zh")
    for html in (
        overview_html(hostile, "zh"),
        program_html(hostile, str(programs.loc[0, "program_id"]), "en"),
        render("programs", frame(hostile, "zh"), view=listed),
        render("demands", frame(hostile, "zh"), view=posts),
    ):
        assert "<img" not in html
        assert "&lt;img" in html


def test_pages_of_the_table_hold_every_program_once_in_the_order_asked_for(city: Assessment) -> None:
    for sort in ("", "name", "-supply", "placeable_rate", "flag"):
        found: list[str] = []
        page, last = 1, 1
        while page <= last:
            query = ProgramQuery.of([("sort", sort), ("page", str(page)), ("size", "50")])
            view = programs_view(city, query, "/p", "zh")
            assert len(view.rows) <= SIZES[0]
            found += [row.program_id for row in view.rows]
            page, last = page + 1, view.pages.of
        assert sorted(found) == sorted(city.programs["program_id"])
        if sort == "-supply":
            supply = city.programs.set_index("program_id")["supply"].loc[found].dropna()
            assert supply.is_monotonic_decreasing
        if sort == "flag":
            flags = city.programs.set_index("program_id")["flag"].loc[found]
            assert list(dict.fromkeys(flags)) == list(SHOWN_FLAGS)


def test_filters_keep_what_they_name_and_nonsense_is_left_aside(city: Assessment) -> None:
    query = ProgramQuery.of(
        [("flag", "expand"), ("flag", "phase_out"), ("q", "职业 学院"), ("sort", "x; drop"), ("page", "-3")]
    )
    view = programs_view(city, query, "/p", "en")
    wanted = city.programs[city.programs["flag"].isin(["expand", "phase_out"])]
    wanted = wanted[wanted["institution"].str.contains("学院")]
    assert {row.program_id for row in view.rows} == set(wanted["program_id"])
    assert query.page == 1
    assert ProgramQuery.of([("size", "7"), ("page", "٣"), ("unknown", "1")]) == ProgramQuery()
    # A link to another page keeps the filters, a change of filter begins again at the first page.
    assert query.parts(page=2) == {"q": "职业 学院", "flag": ("expand", "phase_out"), "sort": "x; drop", "page": 2}


def test_empty_posts_are_those_of_the_assessment_with_programs_that_fit_their_level(city: Assessment) -> None:
    view = demands_view(city, DemandQuery(left="any", size=2000), "/d", "zh")
    left = city.demands[city.demands["whitespace"] > 0].set_index("demand_id")["whitespace"]
    assert {row.demand_id: row.left for row in view.rows} == {d: f"{n:,.2f}" for d, n in left.items()}
    assert view.rows[0].left == f"{left.max():,.2f}"
    listed = whitespace(city).set_index("demand_id")
    assert [one.name for row in view.rows for one in row.suggested[:1]] == listed.loc[
        [row.demand_id for row in view.rows], "name_1"
    ].dropna().tolist()
    assert {choice.value: choice.count for choice in view.left}[""] == len(city.demands)


def test_changes_name_the_flags_before_and_after(city: Assessment) -> None:
    programs = city.programs.copy()
    moved = programs.index[programs["flag"] == "maintain"][0]
    programs.loc[moved, "flag"] = "phase_out"
    found = changes_between(city, replace(city, programs=programs.iloc[:-1]), "/compare")
    assert (found.number, found.added, found.removed) == (1, 0, 1)
    assert (found.shown[0].before, found.shown[0].after) == ("maintain", "phase_out")


def test_a_school_reads_its_own_programs_and_of_others_sums_that_add_up(city: Assessment) -> None:
    own = view_of(city, SCHOOL)
    others = set(city.programs.loc[city.programs["institution"] != "B职业技术学院", "institution"])
    seen = text(overview_html(own, "zh")) + "".join(
        text(program_html(own, program, "zh", SCHOOL)) for program in own.programs["program_id"]
    )
    assert not [name for name in others if name in seen]
    full, part = certificate(city, "P040", "zh"), certificate(own, "P040", "zh")
    assert full is not None
    assert part is not None
    assert (part.supply, part.posts, part.left) == (full.supply, full.posts, full.left)
    assert [line.id for line in part.groups[0].programs] == ["P040", ""]
    # Sums over blocks that hold none of its programs as well.
    certified = replace(city, blocks=[{**block, "certified": True} for block in city.blocks])
    told = [{one.text for one in overview(view_of(certified, who), BASE, "zh").surplus} for who in (BUREAU, SCHOOL)]
    assert told[1] <= told[0]
    with pytest.raises(NoProgram):
        program_view(own, "P091", "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_reads_pages_without_institutions_and_without_probabilities(
    city: Assessment, language: Language
) -> None:
    public = view_of(city, PUBLIC)
    schools = set(city.programs["institution"])
    html = overview_html(public, language) + render(
        "programs", frame(public, language), view=programs_view(public, ProgramQuery(), "/p", language)
    )
    seen = text(html + "".join(program_html(public, p, language, PUBLIC) for p in ("P001", "P040", "P048")))
    assert not [name for name in schools if name in seen]
    assert "nan" not in seen.lower().split()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_public_page_says_what_is_left_out_of_it(city: Assessment, language: Language) -> None:
    searched = replace(city, manifest={**city.manifest, "counterfactuals": True})
    public = view_of(searched, PUBLIC)
    known = public.programs["employment_mean"].notna()
    program = str(public.programs.loc[known, "program_id"].iloc[0])
    inside, outside = (
        text(program_html(one, program, language, who)) for one, who in ((searched, BUREAU), (public, PUBLIC))
    )
    for key, limit in (("counterfactual_none", None), ("employment_below", "60%")):
        said = say(key, language, **({"limit": limit} if limit else {}))
        assert (said in inside, said in outside) == (True, False)
    assert say("counterfactual_inside", language) in outside
    lead = re.search(r'<p class="lead">(.*?)</p>', program_html(public, program, language, PUBLIC))
    assert lead
    assert lead[1].split(" · ")[0] == public.programs.set_index("program_id").loc[program, "region"]


def test_a_moved_slider_is_asked_and_one_beyond_its_ends_is_not(city: Assessment) -> None:
    given = {"intake": "10", "employed": "999999", "parameter:surplus.rate": "0.5", "openings:D148-2026": "x"}
    found = asked(sliders(city, "P040", given, "zh"), "P040")
    assert found.intake == {"P040": 10}
    assert found.parameters == {"surplus.rate": 0.5}
    assert not found.employed
    assert not found.openings
    assert asked(sliders(city, "P040", {}, "zh"), "P040").nothing
    assert not [s for s in sliders(city, "P040", {}, "zh", openings=False) if s.name.startswith("openings")]
