"""Titles to occupations by meaning: with the hashing encoder, whose meaning is shared pairs of characters."""

from indexes.grouping import Grouped, group_titles
from tests.indexes.hashing_encoder import HashingEncoder

OCCUPATIONS = ["数控铣工", "数控车工", "电子商务师", "营业员"]


def group(*titles: str, texts: tuple[str, ...] = (), near: float = 0.7, like: float = 0.8) -> list[Grouped]:
    return group_titles(titles, texts or titles, OCCUPATIONS, HashingEncoder(), near, like)


def test_a_title_goes_to_the_nearest_occupation_above_the_threshold() -> None:
    near, far = group("数控铣工岗", "家电维修")
    assert near.occupation == 0
    assert near.score >= 0.7
    assert far.occupation is None
    assert far.score < 0.7


def test_titles_left_form_groups_named_after_the_first() -> None:
    found = group("家电维修工程师", "量子计算", "家电维修工程", "量子计算员")
    assert [g.occupation for g in found] == [None] * 4
    assert [g.leader for g in found] == [0, 1, 0, 1]
    assert [g.leader for g in group("家电维修工程师", "家电维修工程", like=1.01)] == [0, 1]


def test_the_text_decides_between_occupations_that_are_as_near() -> None:
    (milling,) = group("数控工", texts=("铣工，数控铣工",), near=0.2)
    (turning,) = group("数控工", texts=("车工，数控车工",), near=0.2)
    assert (milling.occupation, turning.occupation) == (0, 1)


def test_the_same_titles_give_the_same_groups() -> None:
    titles = ("家电维修", "数控铣工", "量子计算")
    assert group(*titles) == group(*titles)
    assert group() == []
