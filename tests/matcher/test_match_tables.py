"""`match`: what a notebook gets from two tables."""

from pathlib import Path

import pandas as pd
import pytest

from matcher import match
from tests.indexes.hashing_encoder import HashingEncoder
from tests.matcher.matching.test_match import DEMANDS, PROGRAMS


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUIKOU_CACHE", str(tmp_path))


def test_matches_below_the_threshold_and_an_encoder_without_calibration_are_marked() -> None:
    found = match(PROGRAMS, DEMANDS, encoder=HashingEncoder("somebody-elses"))
    below = found["p"] < 0.5
    assert below.any()
    assert (~below).any()
    assert (found.loc[below, "why_not"] == "below_threshold").all()
    assert (found.loc[~below, "why_not"] == "").all()
    assert not found["calibrated"].any()


def test_tables_are_left_as_they_were() -> None:
    before = PROGRAMS.copy(), DEMANDS.copy()
    match(PROGRAMS, DEMANDS, encoder=HashingEncoder(), top=1)
    pd.testing.assert_frame_equal(PROGRAMS, before[0])
    pd.testing.assert_frame_equal(DEMANDS, before[1])
