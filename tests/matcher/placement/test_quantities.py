"""Supply and posts, as a clerk would compute them."""

from fractions import Fraction

import pandas as pd
import pytest

from corpora.schema import empty_frame
from matcher.placement.quantities import (
    demand_posts,
    expected_graduates,
    hundredths,
    observed_placements,
    supply,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(12.345, 1235), (0.285, 29), (0.005, 1), (7, 700), (1.005, 101), (2.675, 268), (Fraction(1, 3), 33)],
)
def test_half_is_rounded_up_as_written(value: float, expected: int) -> None:
    assert hundredths(value) == expected


def outcomes(*rows: tuple[str, int, int | None, int | None, int | None, int | None]) -> pd.DataFrame:
    names = ["program_id", "year", "graduates", "further_study", "employed", "stayed_local"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[1:], "Int64"))


PROGRAMS = pd.DataFrame(
    {"program_id": ["P1", "P2", "P3"], "level": ["associate"] * 3, "major_group": ["装备制造大类"] * 3}
)


def test_mean_of_the_latest_three_years() -> None:
    table = outcomes(
        ("P1", 2026, 100, 20, 70, 35),
        ("P1", 2025, 90, 0, 80, 40),
        ("P1", 2024, 80, 40, 40, 40),
        ("P1", 2023, 999, 0, 999, 999),
    )
    row = supply(table, PROGRAMS, 2026, 3).iloc[0]
    # (80 x 35/70 + 90 x 40/80 + 40 x 40/40) / 3 = (40 + 45 + 40) / 3
    assert row.supply == 4167
    assert row.years == (2024, 2025, 2026)


def test_years_after_the_date_are_not_read() -> None:
    table = outcomes(("P1", 2026, 100, 0, 100, 100), ("P1", 2025, 10, 0, 10, 10))
    assert supply(table, PROGRAMS, 2025, 3).supply.tolist() == [1000]


def test_a_missing_share_is_estimated_from_its_like_and_named() -> None:
    table = outcomes(("P1", 2026, 100, None, 80, 40), ("P2", 2026, 50, 10, 40, None), ("P3", 2026, 100, 30, 60, 45))
    found = supply(table, PROGRAMS, 2026, 3).set_index("program_id")
    # Further study of its like: (10 + 30) of 150; retention of its like: (40 + 45) of 140.
    assert found.loc["P1", "supply"] == hundredths(Fraction(100) * (1 - Fraction(40, 150)) / 2)
    assert found.loc["P1", "estimated"] == ("further_study",)
    assert found.loc["P2", "supply"] == hundredths(Fraction(40) * Fraction(85, 140))
    assert found.loc["P2", "estimated"] == ("stayed_local",)
    assert found.loc["P3", "estimated"] == ()


def test_nobody_employed_does_not_make_graduates_disappear() -> None:
    table = outcomes(("P1", 2026, 60, 0, 0, 0), ("P3", 2026, 100, 30, 60, 45))
    found = supply(table, PROGRAMS, 2026, 3).set_index("program_id")
    assert found.loc["P1", "supply"] == 4500
    assert found.loc["P1", "estimated"] == ("stayed_local",)


def test_no_graduates_is_zero_supply_whatever_else_is_empty() -> None:
    assert supply(outcomes(("P1", 2026, 0, None, None, None)), PROGRAMS, 2026, 3).supply.tolist() == [0]


def test_a_horizon_takes_the_cohort_still_in_school_times_completion() -> None:
    history = outcomes(("P1", 2026, 90, 9, 60, 30)).assign(registered=pd.array([100], dtype="Int64"))
    students = pd.DataFrame({"program_id": ["P1", "P1"], "graduation_year": [2027, 2028], "students": [80, 50]})
    expected = expected_graduates(students, history, 2028)
    assert expected == {"P1": 45}
    # 45 x (1 - 9/90) x 30/60
    assert supply(history, PROGRAMS, 2026, 3, expected).supply.tolist() == [2025]


def demands(*rows: tuple[str, str, str, float | None, float | None]) -> pd.DataFrame:
    names = ["demand_id", "occupation_code", "levels", "openings", "entry_share"]
    return pd.DataFrame(rows, columns=names).assign(region="R")


NOBODY = empty_frame("other_supply")


def test_posts_are_openings_times_the_share_open_to_beginners() -> None:
    table = demands(
        ("D1", "X", "", 45, 0.8), ("D2", "X", "", 45, None), ("D3", "X", "", 33, 0.333), ("D4", "X", "", None, 1)
    )
    assert demand_posts(table, NOBODY) == {"D1": 3600, "D2": 4500, "D3": 1099, "D4": 0}


def test_other_supply_is_taken_off_once_by_level_and_in_order() -> None:
    table = demands(("D2", "X", "", 20, None), ("D1", "X", "secondary", 10, None), ("D3", "Y", "", 5, None))
    other = pd.DataFrame(  # only the latest year counts
        {
            "occupation_code": ["X", "X"],
            "region": "R",
            "year": [2026, 2020],
            "persons": [15.0, 99.0],
            "level": [None, None],
            "source": ["s", "s"],
        }
    )
    assert demand_posts(table, other.assign(level=None)) == {"D1": 0, "D2": 1500, "D3": 500}
    assert demand_posts(table, other.assign(level="associate")) == {"D1": 1000, "D2": 500, "D3": 500}


def test_gross_up_divides_openings_by_what_the_source_sees() -> None:
    assert demand_posts(demands(("D1", "X", "", 45, 0.8)), NOBODY, {"D1": 0.9}) == {"D1": 4000}


def test_observed_placements_are_the_larger_of_the_latest_year_and_the_mean() -> None:
    table = outcomes(
        ("P1", 2026, 100, 0, 80, 20),
        ("P1", 2025, 100, 0, 80, 60),
        ("P2", 2026, 50, 0, 40, 30),
        ("P2", 2025, 50, 0, 40, 10),
    )
    table = table.assign(matched_job=pd.array([None, None, 20, None], dtype="Int64"))
    assert observed_placements(table, 2026, 3) == {"P1": 4000, "P2": 1500}
