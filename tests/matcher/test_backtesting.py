"""Last year's advice against this year's outcomes: counts, intervals, and silence where there is too little."""

import pandas as pd
import pytest

from matcher import Assessment, assess, backtest
from matcher.backtesting import COLUMNS, NothingToTest, wilson
from tests.matcher.test_assessment import small


@pytest.fixture(scope="module")
def last() -> Assessment:
    return assess(**small(), as_of="2026-10-15")


def now(**changes: object) -> pd.DataFrame:
    rows = [
        {"program_id": p, "year": 2027, "planned": 60, "registered": 50, "enrolled": n, "graduates": 60,
         "further_study": 10, "employed": e, "stayed_local": e, "matched_job": m}
        for p, n, e, m in (("W1", 0, 20, 2), ("W2", 30, 45, 3), ("N1", 70, 49, 40))
    ]  # fmt: skip
    return pd.concat([small()["outcomes"], pd.DataFrame(rows).assign(**changes)], ignore_index=True)


def test_a_flag_and_its_following_year(last: Assessment) -> None:
    found = backtest(last, now())
    flags = found.flags.set_index("flag")
    assert found.year == 2027
    gone = flags.loc["phase_out"]
    assert (gone["programs"], gone["seekers"], gone["employed"], gone["low_programs"]) == (1, 50, 20, 1)
    assert gone["employment"] == 0.4
    assert gone["employment_low"] == pytest.approx(0.2761, abs=1e-3)
    assert gone["employment_high"] == pytest.approx(0.5382, abs=1e-3)
    assert (gone["intake_before"], gone["intake"], gone["placed"]) == (60, 0, 2)
    assert gone["employment_before"] == 0.4
    assert flags.loc["expand", "low_programs"] == 0
    assert flags.loc["all", "programs"] == 3
    assert flags.columns.tolist() == list(COLUMNS)[1:]
    assert any("撤并淘汰" in line and "40%" in line for line in found.summary["zh"])


def test_too_few_people_get_counts_and_no_rate(last: Assessment) -> None:
    flags = backtest(last, now(graduates=25, further_study=0, employed=20, stayed_local=20, matched_job=1)).flags
    row = flags.set_index("flag").loc["phase_out"]
    assert (row["seekers"], row["employed"]) == (25, 20)
    assert pd.isna(row["employment"])
    assert row["note"].startswith("数据不足")
    assert flags.set_index("flag").loc["upgrade", "note_en"] == "no such program"


def test_programs_without_the_year_are_counted_as_such(last: Assessment) -> None:
    table = now()
    table = table[~((table["program_id"] == "W1") & (table["year"] == 2027))]
    row = backtest(last, table).flags.set_index("flag").loc["phase_out"]
    assert (row["programs"], row["with_data"]) == (1, 0)
    assert row["note_en"].startswith("not enough data")


def test_outcomes_that_do_not_reach_beyond_the_advice_are_refused(last: Assessment) -> None:
    with pytest.raises(NothingToTest, match="2027"):
        backtest(last, small()["outcomes"])
    with pytest.raises(NothingToTest, match="the advice is of 2026, and data up to that year are already in") as raised:
        backtest(last, now(), year=2026)
    assert "现有" not in raised.value.zh
    assert "请给出 2027 年或以后的年份" in raised.value.zh


def test_intervals_are_wilsons() -> None:
    # Published worked example: 15 of 148 gives 6.2 % to 16.0 % (R. G. Newcombe, 1998).
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert wilson(10, 10) == pytest.approx((0.7225, 1), abs=1e-4)
    assert wilson(0, 0) is None
