"""What a public edition must not give away."""

import json
import re
from dataclasses import replace
from itertools import chain

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from matcher import Assessment
from reports.masking import hidden_demands, hidden_programs, public_view
from reports.public_tables import public_list
from reports.suppression import suppressed, telling_sums

CELLS = st.lists(st.tuples(st.integers(0, 40), st.sampled_from("abc"), st.sampled_from("xyz")), min_size=1, max_size=25)


@given(CELLS)
def test_no_published_sum_gives_a_small_cell_away(cells: list[tuple[int, str, str]]) -> None:
    table = pd.DataFrame(cells, columns=["n", "row", "column"])
    small = table["n"].between(1, 9)
    out = suppressed(table["n"], small, [table["row"], table["column"]], 10)
    assert out[small].all()
    for labels in (table["row"], table["column"]):
        telling = telling_sums(table["n"], out, labels, 10)
        for label, hidden in table["n"][out].groupby(labels):
            # One unknown in a sum is no unknown, and several that hold fewer than 10 together are bounded by it.
            assert label in telling or ((hidden > 0).sum() >= 2 and hidden.sum() >= 10)
            # A sum is left out only where there was nothing left to hide the cell behind.
            assert label not in telling or (table["n"][~out & (labels == label)] == 0).all()


def test_what_is_left_out_is_no_more_than_needed(city: Assessment) -> None:
    hidden = hidden_programs(city)
    assert 0.02 < hidden.mean() < 0.5
    assert not hidden_demands(city).all()


def test_small_programs_show_no_figure_anywhere(city: Assessment) -> None:
    public = public_view(city)
    small = city.programs["supply"].between(0, 10, inclusive="neither")
    assert small.any()
    figures = ["supply", "placeable_rate", "headroom", "employment_mean", "raw_rate_by_year", "own_gap"]
    assert public.programs.loc[small.fillna(False), figures].isna().all(axis=None)
    ids = set(city.programs.loc[small.fillna(False), "program_id"])
    told = [r for b in public.blocks for r in b["programs"] if r["program_id"] in ids]
    assert told
    assert all(row["supply"] is None for row in told)


def test_no_sum_of_a_block_gives_a_supply_or_posts_away(city: Assessment) -> None:
    supplies = {r["program_id"]: r["supply"] for b in city.blocks for r in b["programs"]}
    posts = {r["demand_id"]: r["posts"] for b in city.blocks for r in b["demands"]}
    for block in public_view(city).blocks:
        for rows, key, figure, known in (
            ("programs", "program_id", "supply", supplies),
            ("demands", "demand_id", "posts", posts),
        ):
            total = figure
            unknown = [known[row[key]] for row in block[rows] if row[figure] is None]
            # Nought hides nothing.
            assert sum(n > 0 for n in unknown) != 1 or block[total] is None


def test_nothing_names_an_institution_an_enterprise_or_a_probability(city: Assessment) -> None:
    public = public_view(city)
    tables = [public.programs, public.demands, public.matches, public.skills, *public.inputs.values()]
    said = " ".join(
        [*(table.to_csv() for table in tables), json.dumps([public.blocks, public.traces], ensure_ascii=False)]
    )
    # Programs describe themselves in sentences; those are published anyway and may name their own school's town, not it.
    for name in city.programs["institution"].dropna().unique():
        assert name not in said
    for name in chain.from_iterable(str(n).split("、") for n in city.inputs["chains"]["lead_enterprises"].dropna()):
        assert name not in said
    assert public.programs[["flag_probability", "employment_below_probability"]].isna().all(axis=None)
    assert public.matches["p"].isna().all()
    assert all(trace["data_checks"] == [] for trace in public.traces)


def test_texts_quote_no_figure_in_either_language(city: Assessment) -> None:
    """A sentence may quote a small cohort, or openings that few enterprises stand behind: one in each is looked for."""
    quoted = "735.19"
    twins = [column for column in city.programs if f"{column}_en" in city.programs]
    assert {"reason", "counterfactual"} <= set(twins)
    texts = {name: f"{quoted}→8" for column in twins for name in (column, f"{column}_en")}
    said = {"zh": quoted, "en": quoted}
    traces = [{**trace, "reason": said, "counterfactuals": [{"kind": "openings", **said}]} for trace in city.traces]
    told = replace(city, programs=city.programs.assign(**texts), traces=traces)
    public = public_view(told)
    tables = [
        public.programs,
        public.demands,
        public.matches,
        public.skills,
        public_list(told),
        *public.inputs.values(),
    ]
    for table in tables:
        assert quoted not in table.to_csv()
        for column in table.columns:
            if f"{column}_en" in table:
                assert (table[column].isna() == table[f"{column}_en"].isna()).all(), column
    assert quoted not in json.dumps([public.blocks, public.traces], ensure_ascii=False)


def test_what_is_still_needed_does_not_tell_how_many_graduates_there_were(city: Assessment) -> None:
    short = {
        t["program_id"] for t in city.traces if any(n["column"] == "graduates" and n["amount"] for n in t["needed"])
    }
    assert short & set(city.programs.loc[hidden_programs(city), "program_id"])
    for trace in public_view(city).traces:
        for entry in (n for n in trace["needed"] if n["column"] == "graduates"):
            assert entry["amount"] is None
            for lang in ("zh", "en"):
                assert re.findall(r"\d+", entry[lang]) == [str(entry["year"])]
                assert entry[lang] in trace["needed_data"][lang]


def test_demand_of_few_enterprises_has_no_head_count(city: Assessment) -> None:
    public = public_view(city)
    few = set(city.inputs["demands"].query("employers < 3")["demand_id"])
    assert public.demands[public.demands["demand_id"].isin(few)]["posts"].isna().all()
    assert public.inputs["demands"].set_index("demand_id").loc[sorted(few), "openings"].isna().all()


def test_the_public_list_keeps_sums_of_several_points_and_leaves_small_ones_out(city: Assessment) -> None:
    table = public_list(city)
    shown = table["supply"].notna()
    assert ((table.loc[shown, "supply"] >= 10) | (table.loc[shown, "supply"] == 0)).all()
    assert shown.mean() > 0.5
