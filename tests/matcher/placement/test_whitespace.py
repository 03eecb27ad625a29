"""Posts nobody is trained for, posts left over, and programs that crowd the same posts."""

from fractions import Fraction

import numpy as np
import pandas as pd

from matcher.placement.agreements import Served
from matcher.placement.fair import place_fairly
from matcher.placement.place import Placement
from matcher.placement.whitespace import overlaps, whitespace

SUPPLY = {"P1": 6000, "P2": 4000, "P3": 1000}
POSTS = {"crowded": 5000, "scarce": 3000, "nobody": 700, "none": 0}
EDGES = [("P1", "crowded"), ("P2", "crowded"), ("P3", "scarce")]
DEMANDS = pd.DataFrame(
    {
        "demand_id": list(POSTS),
        "occupation": ["焊工", "电工", "无人机装调检修工", "钳工"],
        "region": ["甲", "甲", "乙", "甲"],
        "levels": ["", "", "secondary;associate", ""],
    }
)
CATALOGUE = pd.DataFrame(
    {
        "code": ["1", "2", "3", "4"],
        "name": ["无人机应用技术", "电气自动化", "无人机操控", "飞行器设计"],
        "class": ["航空装备类", "自动化类", "航空装备类", "航空装备类"],
        "level": ["associate", "associate", "secondary", "bachelor"],
    }
)


def placement() -> Placement:
    fair = place_fairly(SUPPLY, POSTS, EDGES)
    return Placement(SUPPLY, POSTS, tuple(EDGES), fair, {}, {}, {}, {}, {}, Served({}, {}, {}), None)  # type: ignore[arg-type]


def shared_characters(programs: list[str], occupations: list[str]) -> np.ndarray:
    return np.array([[len(set(p) & set(o)) for o in occupations] for p in programs])


def test_empty_posts_with_the_reason_and_the_region() -> None:
    found = whitespace(DEMANDS, placement())
    assert found[["demand_id", "region", "empty", "reason"]].values.tolist() == [
        ["scarce", "甲", 2000, "scarce"],
        ["nobody", "乙", 700, "no_program"],
    ]
    assert found["block"].fillna("").tolist() == ["P3", ""]
    assert found["suggested"].tolist() == [(), ()]


def test_suggestions_fit_the_level_and_leave_out_what_may_not_open() -> None:
    found = whitespace(DEMANDS, placement(), CATALOGUE, shared_characters, top=2).set_index("demand_id")
    assert found.loc["nobody", "suggested"] == (("1", "无人机应用技术"), ("3", "无人机操控"))
    barred = whitespace(DEMANDS, placement(), CATALOGUE, shared_characters, barred={"1"}).set_index("demand_id")
    # 电气自动化 has nothing in common with the posts, so that it is not named to fill a row up.
    assert [code for code, _ in barred.loc["nobody", "suggested"]] == ["3"]


def test_overlap_is_one_catalogue_program_of_several_institutions_in_one_block() -> None:
    programs = pd.DataFrame(
        {"program_id": ["P1", "P2", "P3"], "code": ["460101"] * 3, "name": "焊接", "institution": ["A", "B", "C"]}
    )
    found = overlaps(programs, placement())
    assert len(found) == 1
    row = found.iloc[0]
    assert (row["block"], row["programs"], row["institutions"], row["supply"]) == ("P1", ("P1", "P2"), 2, 10000)
    assert row["rate"] == float(Fraction(1, 2))
    assert overlaps(programs.assign(institution="A"), placement()).empty
