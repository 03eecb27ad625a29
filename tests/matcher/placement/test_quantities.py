"""Supply and posts, as a clerk would compute them."""

import pandas as pd
import pytest

from matcher.placement.quantities import hundredths, posts, supply, yearly_supply


@pytest.mark.parametrize(
    ("value", "expected"), [(12.345, 1235), (0.285, 29), (0.005, 1), (7, 700), (1.005, 101), (2.675, 268)]
)
def test_half_is_rounded_up_as_written(value: float, expected: int) -> None:
    assert hundredths(value) == expected


def outcomes(*rows: tuple[str, int, int | None, int | None, int | None, int | None]) -> pd.DataFrame:
    names = ["program_id", "year", "graduates", "further_study", "employed", "stayed_local"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[1:], "Int64"))


def test_mean_of_the_latest_three_years() -> None:
    table = outcomes(
        ("P1", 2026, 100, 20, 70, 35),
        ("P1", 2025, 90, 0, 80, 40),
        ("P1", 2024, 80, 40, 40, 40),
        ("P1", 2023, 999, 0, 999, 999),
    )
    row = supply(table, 2026).iloc[0]
    # (80 x 35/70 + 90 x 40/80 + 40 x 40/40) / 3 = (40 + 45 + 40) / 3
    assert row.supply == 4167
    assert row.years == (2024, 2025, 2026)


def test_years_after_the_date_are_not_read() -> None:
    table = outcomes(("P1", 2026, 100, 0, 100, 100), ("P1", 2025, 10, 0, 10, 10))
    assert supply(table, 2025).supply.tolist() == [1000]


def test_a_missing_figure_is_named_and_not_taken_for_zero() -> None:
    table = outcomes(("P1", 2026, 100, None, 70, 35), ("P1", 2025, 90, 0, 80, 40), ("P2", 2026, 50, 0, 40, None))
    found = supply(table, 2026).set_index("program_id")
    assert found.loc["P1", "supply"] == 4500
    assert found.loc["P1", "missing"] == ("further_study",)
    assert pd.isna(found.loc["P2", "supply"])


def test_no_graduates_is_zero_supply_whatever_else_is_empty() -> None:
    assert supply(outcomes(("P1", 2026, 0, None, None, None)), 2026).supply.tolist() == [0]


def test_impossible_figures_are_refused() -> None:
    with pytest.raises(ValueError, match="employed=120, graduates=100"):
        yearly_supply(100, 0, 120, 50)


def test_posts() -> None:
    assert posts(45, 0.8) == 3600
    assert posts(45, None, other_supply=50) == 0
    assert posts(33, 0.333) == 1099
