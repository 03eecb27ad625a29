"""A step is computed again just when something that it reads has changed."""

from datetime import date

import pandas as pd

from matcher.policy.kept import Kept
from matcher.policy.pack import Values, load_pack, varied

DAY = date(2026, 10, 15)


def values(day: date = DAY, **changes: float) -> Values:
    named = {name.replace("__", "."): value for name, value in changes.items()}
    return varied(load_pack("default"), named, day).on(day)


class Counted:
    """Steps that count how often they ran."""

    def __init__(self) -> None:
        self.runs = 0

    def limit(self, of: Values) -> float:
        self.runs += 1
        return of.number("surplus.rate") if of.has("match.threshold") else 0.0

    def total(self, table: pd.DataFrame, times: int) -> int:
        self.runs += 1
        return int(table["n"].sum()) * times


def test_a_parameter_that_was_not_asked_for_changes_nothing_and_one_that_was_does() -> None:
    steps, kept = Counted(), Kept()
    assert kept(steps.limit, values()) == kept(steps.limit, values(expand__headroom=0.9)) == 0.7
    assert steps.runs == 1
    assert kept(steps.limit, values(surplus__rate=0.5)) == 0.5
    assert steps.runs == 2
    kept(steps.limit, values(surplus__rate=0.5, match__threshold=0.9))
    assert steps.runs == 3, "what was asked by `has` counts as well"


def test_a_step_may_go_on_from_its_first_result() -> None:
    told, kept = [], Kept()

    def total(numbers: tuple[int, ...], before: object = None) -> int:
        told.append(before)
        return sum(numbers)

    assert [kept.onward(total, numbers) for numbers in ((1, 2), (1, 2), (1, 2, 3), (5,))] == [3, 3, 6, 5]
    assert told == [None, (((1, 2),), 3), (((1, 2),), 3)]


def test_the_first_question_is_kept_beside_the_latest() -> None:
    steps, kept, table = Counted(), Kept(), pd.DataFrame({"n": [1, 2]})
    assert [kept(steps.total, table, times) for times in (1, 2, 1, 3, 1, 3)] == [3, 6, 3, 9, 3, 9]
    assert steps.runs == 3
    kept(steps.total, table, 2)
    assert steps.runs == 4, "of all others the latest alone"


def test_another_pack_or_day_is_another_question() -> None:
    steps, kept = Counted(), Kept()
    for asked in (
        load_pack("default").on(DAY),
        load_pack("anhui-2022").on(DAY),
        load_pack("anhui-2022").on(date(2026, 1, 1)),
    ):
        kept(steps.limit, asked)
    assert steps.runs == 3


def test_frames_are_compared_by_what_they_hold() -> None:
    steps, kept, table = Counted(), Kept(), pd.DataFrame({"n": [1, 2, None]}, dtype="Int64")
    assert kept(steps.total, table, 2) == kept(steps.total, table.copy(), 2) == 6
    assert steps.runs == 1
    assert kept(steps.total, table.assign(n=[1, 3, None]).astype("Int64"), 2) == 8
    assert kept(steps.total, table, 3) == 9
    assert steps.runs == 3


def test_keys_are_kept_side_by_side() -> None:
    steps, kept, table = Counted(), Kept(), pd.DataFrame({"n": [1]})
    for _ in range(2):
        assert [kept(steps.total, table, times, key=times) for times in (1, 2)] == [1, 2]
    assert steps.runs == 2
