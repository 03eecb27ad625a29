"""Which matches become edges."""

import pandas as pd
import pytest

from matcher.placement.edges import classify_matches, reachable_regions

PROGRAMS = pd.DataFrame({"program_id": ["P1", "P2"], "level": ["associate", None], "region": ["城区", ""]})
DEMANDS = pd.DataFrame(
    {
        "demand_id": ["same", "near", "far", "bachelor", "any"],
        "levels": ["secondary;associate", "", "", "bachelor", None],
        "region": ["城区", "新区", "县", "城区", None],
    }
)
FLOWS = pd.DataFrame({"from_region": ["城区", "城区"], "to_region": ["新区", "县"], "share": [0.05, 0.04]})


def why_not(program: str, demand: str, p: float = 0.9, review: str = "") -> str:
    matches = pd.DataFrame({"program_id": [program], "demand_id": [demand], "p": [p], "review": [review]})
    row = classify_matches(matches, PROGRAMS, DEMANDS, 0.5, reachable_regions(FLOWS, 0.05)).iloc[0]
    assert row.edge == (row.why_not == "")
    return str(row.why_not)


@pytest.mark.parametrize(
    ("demand", "expected"), [("same", ""), ("near", ""), ("far", "region"), ("bachelor", "level"), ("any", "")]
)
def test_level_and_region(demand: str, expected: str) -> None:
    assert why_not("P1", demand) == expected
    assert why_not("P2", demand) == "", "an empty level and region restrict nothing"


def test_flows_are_directed() -> None:
    programs = PROGRAMS.assign(region="新区")
    matches = pd.DataFrame({"program_id": ["P1"], "demand_id": ["same"], "p": [0.9]})
    assert classify_matches(matches, programs, DEMANDS, 0.5, reachable_regions(FLOWS, 0.05)).why_not.tolist() == [
        "region"
    ]


def test_the_threshold_reads_p_as_shown_with_three_decimals() -> None:
    assert why_not("P1", "same", 0.4996) == ""
    assert why_not("P1", "same", 0.4994) == "below_threshold"


def test_a_rejected_match_is_no_edge_however_likely() -> None:
    assert why_not("P1", "same", 1.0, "reject") == "rejected"


def test_an_unlisted_program_is_named() -> None:
    with pytest.raises(ValueError, match="program_id P9"):
        why_not("P9", "same")
