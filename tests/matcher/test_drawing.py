"""Draws of an assessment: probabilities that follow the point result where nothing is in doubt, and nothing by row order."""

import pandas as pd
import pytest

from matcher import assess
from tests.matcher.test_assessment import small

DAY = "2026-10-15"


def certain() -> dict[str, pd.DataFrame]:
    tables = small()
    tables["demands"] = tables["demands"].assign(openings_cv=0.01)
    return tables


def test_without_draws_nothing_claims_a_probability() -> None:
    rows = assess(**small(), as_of=DAY, draws=0).programs
    assert rows[["flag_probability", "placeable_low", "placeable_high"]].isna().all(axis=None)


def test_a_clear_surplus_is_one_in_nearly_every_draw() -> None:
    result = assess(**certain(), as_of=DAY, draws=200)
    row = result.programs.set_index("program_id").loc["W1"]
    assert row["flag"] == "phase_out"
    assert row["flag_probability"] > 0.9
    assert row["placeable_low"] <= row["placeable_rate"] <= row["placeable_high"]
    assert row["placeable_high"] < 0.5
    assert result.manifest["draws"] == 200


def test_a_surplus_at_the_limit_is_doubtful_and_not_advised() -> None:
    tables = certain()
    # 80 posts for 120 persons: a rate of .667, hardly below .7.
    tables["demands"] = tables["demands"].assign(openings=[80, 200], openings_cv=0.3)
    tables["coverage"] = tables["coverage"].assign(share_low=1.0)
    plain = assess(**tables, as_of=DAY, draws=0).programs.set_index("program_id")
    drawn = assess(**tables, as_of=DAY, draws=200).programs.set_index("program_id")
    assert plain.loc["W2", "reason_en"].startswith("Certified surplus")
    assert "no certified surplus" in drawn.loc["W2", "reason_en"], "P(rate < .7) stays below .9"
    assert plain.loc["W1", "notices"] == "guard_blocks"
    assert drawn.loc["W1", "notices"] == "borderline", (
        "no ground is left to block, and about half the draws are a surplus"
    )
    assert drawn.loc["W1", "placeable_low"] < 0.7 < drawn.loc["W1", "placeable_high"]


@pytest.mark.parametrize("seed", [0, 3])
def test_the_order_of_rows_changes_no_draw(seed: int) -> None:
    tables = certain()
    shuffled = {kind: table.sample(frac=1, random_state=5) for kind, table in tables.items()}
    one, two = (assess(**t, as_of=DAY, draws=50, seed=seed) for t in (tables, shuffled))
    pd.testing.assert_frame_equal(one.programs, two.programs)
    assert one.traces == two.traces


def test_another_seed_draws_other_markets_and_finds_about_the_same() -> None:
    one, two = (assess(**certain(), as_of=DAY, draws=200, seed=s).programs.set_index("program_id") for s in (1, 2))
    assert not one["placeable_low"].equals(two["placeable_low"])
    assert (one["flag"] == two["flag"]).all()
    assert abs(one.loc["W1", "placeable_low"] - two.loc["W1", "placeable_low"]) < 0.1
