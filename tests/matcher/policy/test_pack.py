"""Strict reading of policy packs: each fault is an error that names its place."""

from datetime import date

import pytest

from matcher.policy.pack import PackError, load_pack, parse_pack

GOOD = """
name: trial
status: unverified
title: {zh: 试, en: trial}
parameters:
  surplus.rate:
    description: {zh: 率, en: rate}
    unit: share
    values:
      - {from: 2023-01-01, value: 0.7, reference: project default}
      - {from: 2025-01-01, value: 0.6, reference: project default}
"""


def test_the_value_of_the_day_is_read() -> None:
    pack = parse_pack(GOOD, "trial.yaml")
    assert pack.on(date(2024, 12, 31)).number("surplus.rate") == 0.7
    assert pack.on(date(2025, 1, 1)).number("surplus.rate") == 0.6
    with pytest.raises(PackError, match="no value on 2022-12-31"):
        pack.on(date(2022, 12, 31)).number("surplus.rate")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("unit: share", "unit: percent", "unit is 'percent'"),
        ("unit: share", "unit: share\n    note: x", "unknown key note"),
        ("value: 0.7", "value: 70", "write 0.7 for 70 %"),
        ("value: 0.7", "value: yes", "expected a number"),
        (", reference: project default}\n      - {from: 2025", "}\n      - {from: 2025", "reference is missing"),
        ("value: 0.6, reference: project default", "value: 0.6, reference: ''", "needs a reference"),
        ("from: 2025-01-01", "from: 2023-01-01", "in order of their dates"),
        ("from: 2025-01-01", "from: next year", "expected a date"),
        ("status: unverified", "status: maybe", "status is 'maybe'"),
        ("title: {zh: 试, en: trial}", "title: {zh: 试}", r"title \(line 4\): en is missing"),
    ],
)
def test_each_fault_names_its_place(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(PackError, match=message) as raised:
        parse_pack(GOOD.replace(old, new, 1), "trial.yaml")
    assert "trial.yaml" in str(raised.value)


def test_the_default_pack_loads_and_every_value_has_its_reference() -> None:
    pack = load_pack()
    assert pack.on(date(2026, 9, 1)).number("surplus.rate") == 0.7
    assert all(v.reference for p in pack.parameters.values() for v in p.values)


def test_an_unknown_pack_names_those_there_are() -> None:
    with pytest.raises(PackError, match="no policy pack 'atlantis'; there are: default"):
        load_pack("atlantis")
