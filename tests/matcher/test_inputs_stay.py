"""No function of the public interface changes what it is given."""

import copy
from pathlib import Path
from typing import Any

import pandas as pd

from corpora import check_together, inspect_frame, validate
from matcher import (
    Assessment,
    assess,
    backtest,
    block_comparison,
    compare,
    load_assessment,
    match,
    overlaps,
    provincial_list,
    school_list,
    whitespace,
)
from reports import charts, write_report
from reports.write import FORMATS
from tests.matcher.test_assessment import small

FRAMES = ("programs", "demands", "matches", "skills", "placement")


def held(result: Assessment) -> dict[str, Any]:
    """Everything an assessment holds, copied."""
    return copy.deepcopy(
        {
            **{name: getattr(result, name) for name in (*FRAMES, "blocks", "traces", "manifest")},
            "inputs": dict(result.inputs),
        }
    )


def assert_same(before: Any, after: Any) -> None:
    if isinstance(before, pd.DataFrame):
        pd.testing.assert_frame_equal(before, after)
    elif isinstance(before, dict):
        assert list(before) == list(after)
        for key in before:
            assert_same(before[key], after[key])
    else:
        assert before == after


def test_tables_that_are_handed_in_stay_as_they_were(city_tables: dict[str, pd.DataFrame]) -> None:
    tables = small()
    own = city_tables["programs"].head(2), city_tables["demands"].tail(3)
    before = copy.deepcopy((tables, own))
    for kind, table in tables.items():
        validate(table, kind)
    check_together({kind: inspect_frame(table, kind) for kind, table in tables.items()})
    assess(**tables, as_of="2026-10-15")
    match(*own)
    assert_same(before[0], tables)
    for old, new in zip(before[1], own, strict=True):
        assert_same(old, new)


def test_an_assessment_stays_as_it_was_whatever_is_asked_of_it(tmp_path: Path) -> None:
    tables = small()
    first = assess(**tables, as_of="2026-10-15")
    next_year = tables["outcomes"].assign(year=tables["outcomes"]["year"] + 1)
    before, year_before = held(first), next_year.copy(deep=True)
    second = first.what_if(intake={"W1": 5}).assessment
    changed = held(second)
    first.plan(target=0.9).summary()
    compare(first, second)
    backtest(first, next_year)
    block_comparison(first, "W1")
    for table in (overlaps(first), provincial_list(first), school_list(first), whitespace(first)):
        assert isinstance(table, pd.DataFrame)
    for program in first.programs["program_id"]:
        first.explain(program)
    first._repr_html_()
    assess(**tables, earlier=first, as_of="2027-10-15")
    for chart in (
        charts.chain_bars(first), charts.chain_heatmap(first), charts.block_bars(first), charts.flag_waterfall(first),
        charts.employment_intervals(first), charts.meaning_map(first), charts.change_table(first, second),
    ):  # fmt: skip
        chart.svg()
    for form in FORMATS:
        for edition in ("public", "internal"):
            write_report(first, tmp_path / f"report-{edition}.{form}", edition=edition, earlier=second)  # type: ignore[arg-type]
    load_assessment(first.write(tmp_path / "folder"))
    assert_same(before, held(first))
    assert_same(changed, held(second))
    assert_same({"outcomes": year_before}, {"outcomes": next_year})
