"""Institutions that share posts, on grounds that stand side by side, and the cut of the block as a whole."""

import pandas as pd
import pytest

from matcher import Assessment, assess, block_comparison
from matcher.blocks import COLUMNS, UnknownBlock, block_sentence, shown
from tests.matcher.test_assessment import small


@pytest.fixture(scope="module")
def welders() -> Assessment:
    tables = small()
    tables["outcomes"] = tables["outcomes"].assign(planned=80, registered=60, teachers=17)
    tables["agreements"] = pd.DataFrame(
        {"program_id": "N1", "seats": [20, 10], "year": 2026, "enterprise": ["甲", "乙"], "fulfilment": [0.5, None]}
    )
    return assess(**tables, as_of="2026-10-15")


def test_grounds_stand_side_by_side_with_their_figures(welders: Assessment) -> None:
    table = block_comparison(welders, "W1", target=0.9)
    first = table.iloc[0]
    assert table["program_id"].tolist()[:2] == ["W1", "W2"]
    assert (first["matched_of"], first["registered_of"], first["teachers_per_100"]) == ("6/180", "180/240", 10.0)
    assert (first["matched_share"], first["registration_rate"]) == (0.0333, 0.75)
    assert pd.isna(first["agreed_seats"])
    nurses = block_comparison(welders, "N1").iloc[0]
    assert (nurses["agreed_seats"], nurses["fulfilled_seats"]) == (30, 10)
    assert not any("total" in column or "score" in column for column in table.columns)


def test_the_cut_belongs_to_the_block_and_to_no_program(welders: Assessment) -> None:
    table = block_comparison(welders, "W2", target=0.9)
    assert table["intake_cut"].isna().tolist() == [True, True, False]
    # 30 posts for 0.9 of 33.33 graduates: 120 places have to become 33.
    assert (table["intake"].iloc[-1], table["intake_cut"].iloc[-1]) == (120, 87)
    assert "需减87人" in block_sentence(welders, "W1", 0.9, "zh")
    assert "give up 87 of 120" in block_sentence(welders, "W1", 0.9, "en")


def test_a_block_with_enough_posts_gives_up_nothing(welders: Assessment) -> None:
    assert block_comparison(welders, "N1")["intake_cut"].iloc[-1] == 0
    assert "no cut" in block_sentence(welders, "N1", 0.9, "en")


def test_headers_in_words_and_unknown_blocks(welders: Assessment) -> None:
    assert shown(block_comparison(welders, "W1"), "zh").columns.tolist() == [c["zh"] for c in COLUMNS.values()]
    with pytest.raises(UnknownBlock, match="X9"):
        block_comparison(welders, "X9")
