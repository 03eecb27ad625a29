"""Which demand rows carry, and what absence of coverage means."""

import pandas as pd
import pytest

from corpora import validate
from matcher.placement.demand_years import demand_roles, read_coverage

ORDER = ["survey_new", "replacement", "registered", "advertised"]


def demands(*rows: dict[str, object]) -> pd.DataFrame:
    base = {
        "occupation": "焊工",
        "occupation_code": "6-18-02-04",
        "field": "装备制造大类",
        "region": "甲",
        "source": "调查",
    }
    table = pd.DataFrame([{"demand_id": f"D{i}", **base, **row} for i, row in enumerate(rows)])
    return validate(table, "demands")


def test_the_latest_year_not_after_the_date_carries_and_earlier_ones_are_history() -> None:
    table = demands({"year": 2024}, {"year": 2026}, {"year": 2025}, {"year": 2027})
    assert demand_roles(table, 2026, ORDER).tolist() == ["history", "current", "history", "future"]
    assert demand_roles(table, 2025, ORDER).tolist() == ["history", "future", "current", "future"]


def test_each_source_region_and_field_has_its_own_latest_year() -> None:
    table = demands(
        {"year": 2026},
        {"year": 2025, "region": "乙"},
        {"year": 2024, "field": "交通运输大类"},
        {"year": 2025, "occupation_code": "4-02-01-01"},
    )
    assert demand_roles(table, 2026, ORDER).tolist() == ["current", "current", "current", "history"]


def test_of_two_sources_for_the_same_posts_one_basis_carries_and_they_are_never_added() -> None:
    table = demands(
        {"year": 2026, "source": "平台", "basis": "registered"},
        {"year": 2026, "source": "调查", "basis": "survey_new"},
        {"year": 2026, "source": "平台", "basis": "registered", "occupation_code": "6-18-01-02"},
        {"year": 2026, "source": "调查", "basis": "survey_new"},
    )
    assert demand_roles(table, 2026, ORDER).tolist() == ["other_basis", "current", "current", "current"]


def test_a_row_without_a_year_counts_as_of_the_assessment() -> None:
    assert demand_roles(demands({"year": None}), 2026, ORDER).tolist() == ["current"]


def test_order_of_rows_does_not_change_a_role() -> None:
    table = demands(
        *(
            {"year": y, "source": s, "basis": b}
            for y in (2025, 2026)
            for s, b in (("平台", "registered"), ("调查", None))
        )
    )
    roles = dict(zip(table["demand_id"], demand_roles(table, 2026, ORDER), strict=True))
    shuffled = table.sample(frac=1, random_state=3)
    assert dict(zip(shuffled["demand_id"], demand_roles(shuffled, 2026, ORDER), strict=True)) == roles


def coverage(*rows: tuple[str, str, str, int, float]) -> pd.DataFrame:
    names = ["source", "region", "field", "year", "share_low"]
    return validate(pd.DataFrame(rows, columns=names).assign(share_high=1.0), "coverage")


@pytest.mark.parametrize(
    ("region", "field", "expected"), [("甲", "装备制造大类", 0.9), ("甲", "旅游大类", 0.6), ("乙", "旅游大类", None)]
)
def test_a_declaration_for_all_fields_stands_behind_a_particular_one(
    region: str, field: str, expected: float | None
) -> None:
    table = read_coverage(coverage(("调查", "甲", "装备制造大类", 2026, 0.9), ("调查", "甲", "*", 2026, 0.6)))
    assert table.of_row("调查", region, field, 2026) == expected


def test_one_field_or_region_without_a_declaration_leaves_the_whole_reach_uncovered() -> None:
    table = read_coverage(
        coverage(("调查", "甲", "A", 2026, 0.9), ("调查", "甲", "B", 2026, 0.8), ("平台", "甲", "B", 2026, 0.95))
    )
    assert table.best(["甲"], ["A", "B"], 2026) == 0.9
    assert table.best(["甲"], ["A", "C"], 2026) is None
    assert table.best(["甲", "乙"], ["A"], 2026) is None
    assert table.best(["甲"], ["A"], 2025) is None
    assert table.years(["甲"], ["B"]) == [2026]
