"""Employment with doubt: what small cohorts may and may not say."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from matcher.policy.employment import estimate_employment


def tables(figures: dict[str, list[tuple[int, int, int | None]]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """program -> (year, graduates, employed) rows, all in one group."""
    rows = [(p, *row) for p, history in figures.items() for row in history]
    outcomes = pd.DataFrame(rows, columns=["program_id", "year", "graduates", "employed"])
    outcomes = outcomes.astype({"graduates": "Int64", "employed": "Int64"})
    groups = pd.DataFrame({"program_id": list(figures), "major_group": "财经商贸大类", "level": "associate"})
    return outcomes, groups


# Weights of the years and the low rate, as the default pack has them.
RULE = ((1.0, 0.7, 0.5), 0.6)
PEERS = {f"Q{i}": [(2026, 100, 80), (2025, 100, 78)] for i in range(8)}


def test_two_graduates_without_work_do_not_make_a_low_rate_but_240_of_300_do() -> None:
    tiny = estimate_employment(*tables(PEERS | {"P": [(2026, 2, 0)]}), *RULE).programs.set_index("program_id")
    large = estimate_employment(*tables(PEERS | {"P": [(2026, 300, 60)]}), *RULE).programs.set_index("program_id")
    assert tiny.loc["P", "below_probability"] < 0.7
    assert large.loc["P", "below_probability"] > 0.99


def test_matches_the_formula_by_hand() -> None:
    found = estimate_employment(
        *tables(PEERS | {"P": [(2026, 50, 20), (2025, 40, 30), (2024, 30, 15), (2023, 99, 99)]}), *RULE
    )
    row = found.programs.set_index("program_id").loc["P"]
    n, k = 50 + 0.7 * 40 + 0.5 * 30, 20 + 0.7 * 30 + 0.5 * 15
    mu = (80 + 0.7 * 78) / 170
    a, b = found.strength * mu + k, found.strength * (1 - mu) + n - k
    assert row["mean"] == pytest.approx(a / (a + b))
    assert row["below_probability"] == pytest.approx(beta.cdf(0.6, a, b))
    assert (row["low"], row["high"]) == pytest.approx(beta.ppf([0.05, 0.95], a, b))
    assert row["years"] == (2024, 2025, 2026)
    assert row["graduates"] == 120


def test_a_year_without_employed_is_skipped_and_not_zero() -> None:
    given = estimate_employment(*tables(PEERS | {"P": [(2026, 50, None), (2025, 40, 30)]}), *RULE).programs
    without = estimate_employment(*tables(PEERS | {"P": [(2025, 40, 30)]}), *RULE).programs
    pd.testing.assert_frame_equal(given, without)


def test_a_program_does_not_pull_its_own_group() -> None:
    """With its own zero in the prior, a lone bad program would be judged harder than its data."""
    row = estimate_employment(*tables(PEERS | {"P": [(2026, 1, 0)]}), *RULE).programs.set_index("program_id").loc["P"]
    assert row["mean"] > 0.6


def test_order_of_rows_changes_nothing_and_inputs_stay() -> None:
    outcomes, groups = tables(PEERS | {"P": [(2026, 50, 20), (2025, 40, 30)]})
    before = outcomes.copy()
    shuffled = outcomes.sample(frac=1, random_state=np.random.default_rng(1))
    one, two = estimate_employment(outcomes, groups, *RULE), estimate_employment(shuffled, groups, *RULE)
    pd.testing.assert_frame_equal(one.programs, two.programs)
    pd.testing.assert_frame_equal(outcomes, before)


def test_impossible_figures_and_mixed_bases_are_refused() -> None:
    outcomes, groups = tables({"P": [(2026, 50, 60)]})
    with pytest.raises(ValueError, match="program P, year 2026"):
        estimate_employment(outcomes, groups, *RULE)
    outcomes, groups = tables({"P": [(2026, 50, 40), (2025, 50, 40)]})
    with pytest.raises(ValueError, match="rate_basis"):
        estimate_employment(outcomes.assign(rate_basis=["initial", "year_end"]), groups, *RULE)
