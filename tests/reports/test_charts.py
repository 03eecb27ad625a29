"""Charts: their figures are those of the assessment, and every label is drawn, in both languages, offline."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from matcher import Assessment
from matcher.policy.reasons import FLAG_NAMES
from reports import charts
from reports.charts.blocks import block_balance
from reports.charts.chains import chain_balance
from reports.charts.change import ABSENT, flag_changes
from reports.charts.chart import shortened
from reports.charts.employment import employment_table
from reports.charts.meaning import meaning_points
from reports.charts.waterfall import flag_grounds, match_parts


def test_supply_shared_over_the_chains_adds_up_to_the_blocks(city: Assessment) -> None:
    table = chain_balance(city)
    with_posts = sum(block["supply"] for block in city.blocks if block["posts"])
    assert table["supply"].sum() == pytest.approx(with_posts)
    assert table["posts"].sum() == pytest.approx(city.demands["posts"].sum())
    assert table.loc[table["strategic"], "chain"].nunique() >= 8
    assert table["strategic"].is_monotonic_decreasing


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_heat_map_has_every_chain_with_graduates_and_posts_in_its_cells(city: Assessment, language: str) -> None:
    chart = charts.chain_heatmap(city, language)
    drawing = chart.svg()
    assert drawing.startswith("<svg")
    row = chart.data.iloc[0]
    assert f"{row['supply']:,.0f} / {row['posts']:,.0f}" in drawing
    for chain in chart.data["chain"].unique():
        assert chain in drawing
    assert ("上游" if language == "zh" else "upstream") in drawing


def test_blocks_are_shown_with_the_figures_of_their_certificates(city: Assessment) -> None:
    table = block_balance(city).set_index("block")
    for block in city.blocks:
        assert (table.loc[block["block"], "supply"], table.loc[block["block"], "posts"]) == (
            block["supply"],
            block["posts"],
        )
    assert "P040" in charts.block_bars(city).svg()


def test_the_waterfall_ends_where_no_program_is_left_undecided(city: Assessment) -> None:
    table = flag_grounds(city)
    assert table["programs"].sum() == len(city.programs)
    assert table["end"].iloc[-1] == 0
    assert list(table["start"].iloc[1:]) == list(table["end"].iloc[:-1])
    for flag, count in city.flag_counts().items():
        assert table.loc[table["flag"] == flag, "programs"].sum() == count
    assert str(len(city.programs)) in charts.flag_waterfall(city).svg()


def test_the_parts_of_a_match_add_up_to_its_probability(city: Assessment) -> None:
    for row in city.matches.head(40).itertuples():
        table = match_parts(city, row.program_id, row.demand_id)
        assert table["p"].iloc[-1] == pytest.approx(row.p, abs=6e-4)
        steps = table.loc[~table["part"].isin(["p"]), "step"].sum()
        assert steps == pytest.approx(math.log(table["p"].iloc[-1] / (1 - table["p"].iloc[-1])))
    first = city.matches.iloc[0]
    assert f"p = {first['p']:.3f}" in charts.match_waterfall(city, first["program_id"], first["demand_id"]).svg()


def test_given_links_have_no_parts(city: Assessment) -> None:
    bare = replace(city, matches=city.matches.assign(by_meaning=float("nan")))
    with pytest.raises(KeyError):
        charts.match_waterfall(bare, city.matches["program_id"].iloc[0], city.matches["demand_id"].iloc[0])


def test_employment_shows_the_intervals_of_the_assessment(city: Assessment) -> None:
    table = employment_table(city).set_index("program_id")
    own = city.programs.set_index("program_id")
    assert (table["low"] == own.loc[table.index, "employment_low"].astype(float)).all()
    assert table["below"].is_monotonic_decreasing
    chart = charts.employment_intervals(city, "en", programs=["P040", "P041"])
    assert set(chart.data["program_id"]) == {"P040", "P041"}
    assert "60%" in chart.svg()


def test_programs_with_the_same_posts_are_neighbours_on_the_map(city: Assessment) -> None:
    table = meaning_points(city).set_index("id")
    programs = table[table["kind"] == "program"]
    block = next(b for b in city.blocks if b["block"] == "P040")
    inside = programs.loc[[r["program_id"] for r in block["programs"]], ["x", "y"]]
    spread = programs[["x", "y"]].std().max()
    assert (inside.std() < spread / 4).all()


def test_the_map_is_the_same_whatever_the_order_of_rows(city: Assessment) -> None:
    shuffled = replace(city, matches=city.matches.sample(frac=1, random_state=3).reset_index(drop=True))
    pd.testing.assert_frame_equal(meaning_points(city), meaning_points(shuffled))
    drawing = charts.meaning_map(city).svg()
    assert all(FLAG_NAMES[flag]["zh"] in drawing for flag in set(city.programs["flag"]))


def test_few_matches_make_an_empty_map_and_no_fault(city: Assessment) -> None:
    assert meaning_points(replace(city, matches=city.matches.head(5))).empty
    assert charts.meaning_map(replace(city, matches=city.matches.head(5))).svg().startswith("<svg")


def test_changes_count_every_program_once(city: Assessment) -> None:
    later = city.programs.iloc[1:].copy()
    later.loc[later["flag"] == "expand", "flag"] = "maintain"
    after = replace(city, programs=later)
    table = flag_changes(city, after)
    assert table["programs"].sum() == len(city.programs)
    assert table.loc[table["flag_to"] == ABSENT, "programs"].sum() == 1
    moved = table[(table["flag_from"] == "expand") & (table["flag_to"] == "maintain")]
    assert moved["programs"].sum() == city.flag_counts()["expand"]
    assert "未列入" in charts.change_table(city, after).svg()


def test_a_chart_shows_itself_in_a_notebook_and_as_a_picture(city: Assessment) -> None:
    chart = charts.flag_waterfall(city, "en")
    bundle = chart._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert "$schema" in bundle["application/vnd.vegalite.v6+json"]
    assert chart.png(1.0).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("text", "characters", "expected"),
    [
        ("高端数控机床", 6, "高端数控机床"),
        ("高端数控机床", 5, "高端数控…"),
        ("Clean energy and building trades", 24, "Clean energy and building trades"),
        ("Clean energy and building trades", 10, "Clean energy and b…"),
        ("AI与软件开发", 5, "AI与软件…"),
    ],
)
def test_a_label_has_room_for_twice_as_many_latin_letters(text: str, characters: int, expected: str) -> None:
    assert shortened(text, characters) == expected
