"""Strict reading of policy packs: each fault is an error that names its file and line."""

import re
from datetime import date
from pathlib import Path

import pytest

from matcher.policy.pack import PackError, load_pack, pack_warnings, parse_pack, recorded_pack, shipped_packs

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
CHILD = """name: my-city
extends: anhui-2022
status: in_force
title: {zh: 我市, en: my city}
regulations:
  none_enrolled:
    verdict: {zh: 撤销, en: withdraw}
    measure: closure_proposed
    reference: {title: 我市规定, issuer: 市教育局, date: 2026-01-01, clause: 第三条}
parameters:
  surplus.rate:
    values:
      - {from: 2026-01-01, value: 0.6, reference: project default}
  rule.none_enrolled.years:
    values:
      - from: 2026-01-01
        until: 2030-12-31
        value: 3
        reference: {title: 我市规定, issuer: 市教育局, date: 2026-01-01, clause: 第三条}
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
        ("unit: share", "unit: percent", "line 8, parameter surplus.rate: unit: is 'percent'"),
        ("unit: share", "unit: share\n    note: x", "line 9, parameter surplus.rate: note: unknown key"),
        ("status:", "statuss:", "line 3: statuss: unknown key; .*did you mean status"),
        ("value: 0.7", "value: 70", "line 10, .*write 0.7 for 70 %"),
        ("value: 0.7", "value: yes", "line 10, .*value is True; a share lies between 0 and 1"),
        ("value: 0.7", "value: .nan", "line 10, .*value is nan; a share lies between 0 and 1"),
        (", reference: project default}\n      - {from: 2025", "}\n      - {from: 2025", "line 10, .*needs a reference"),
        ("value: 0.6, reference: project default", "value: 0.6, reference: ''", "line 11, .*needs a reference"),
        (
            "value: 0.6, reference: project default",
            "value: 0.6, reference: {title: a, issuer: b, date: 2023}",
            "line 11, .*clause is missing: give the clause or page, or say `reported: true`",
        ),
        (
            "value: 0.6, reference: project default",
            "value: 0.6, reference: {title: a, date: 2023}",
            "line 11, .*issuer is missing",
        ),
        ("from: 2025-01-01", "from: 2023-01-01", "line 11, .*overlaps the value before it"),
        ("from: 2023-01-01, value", "from: 2023-01-01, until: 2025-01-01, value", "line 11, .*overlaps"),
        ("from: 2023-01-01, value", "from: 2023-01-01, until: 2022-01-01, value", "line 10, .*is before 2023-01-01"),
        ("from: 2025-01-01", "from: next year", "line 11, .*expected a date"),
        ("status: unverified", "status: maybe", "line 3: status: is 'maybe'"),
        ("title: {zh: 试, en: trial}", "title: {zh: 试}", "line 4, title: en is missing"),
        ("    unit: share\n", "", "line 6, parameter surplus.rate: unit is missing"),
        ("name: trial", "name: trial\nname: twice", "line 3: .*key name stands twice"),
        ("name: trial", "name: [", "line .*not readable as YAML"),
        ("name: trial", "name: default", "line 2: name: default is a pack of the product"),
        ("parameters:", "order: {grounds: [vanishd]}\nparameters:", "line 5: grounds: unknown rule vanishd; did you mean vanished"),
        ("parameters:", "order: {grounds: [vanished]}\nparameters:", "line 5: vanished needs a value of vanished.years"),
    ],
)  # fmt: skip
def test_each_fault_names_its_place(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(PackError, match=message) as raised:
        parse_pack(GOOD.replace(old, new, 1), "trial.yaml")
    assert re.match(r"trial\.yaml line \d+", str(raised.value))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("extends: anhui-2022", "extends: anhui", "line 2: extends: no pack 'anhui'; .*did you mean anhui-2022"),
        ("surplus.rate:", "surplus.rat:", "line 11, parameter surplus.rat: unknown parameter; did you mean surplus.rate"),
        ("  surplus.rate:\n", "  surplus.rate:\n    unit: probability\n", "surplus.rate: unit: is probability; surplus.rate is in share"),
        ("value: 0.6", "value: 60", "line 11, parameter surplus.rate: value is 60; a share lies between 0 and 1"),
        ("none_enrolled:\n    verdict", "nobody:\n    verdict", "line 6: regulation nobody: unknown rule"),
        ("measure: closure_proposed", "measure: closure", "line 6: regulation none_enrolled: measure is 'closure'"),
        ("rule.none_enrolled.years", "rule.empty_program.years", "line 6: none_enrolled needs a value of rule.none_enrolled.years"),
    ],
)  # fmt: skip
def test_a_pack_that_extends_another_is_checked_against_it(old: str, new: str, message: str) -> None:
    with pytest.raises(PackError, match=message) as raised:
        parse_pack(CHILD.replace(old, new, 1), "my-city.yaml")
    assert str(raised.value).startswith("my-city.yaml line ")


def test_a_pack_inherits_overrides_and_adds() -> None:
    pack = parse_pack(CHILD, "my-city.yaml")
    values = pack.on(date(2026, 9, 1))
    assert pack.lineage == ("my-city", "anhui-2022", "default")
    assert list(pack.regulations or {}) == ["low_rate", "none_enrolled"]
    assert (values.number("surplus.rate"), values.number("rule.low_rate.years"), values.number("doubt.red")) == (
        0.6,
        3,
        0.9,
    )
    assert [p.name for p in pack.own_parameters] == ["surplus.rate", "rule.none_enrolled.years"]
    assert not pack.on(date(2031, 1, 1)).has("rule.none_enrolled.years")


def test_packs_in_a_circle_are_refused() -> None:
    texts = {name: GOOD.replace("trial", name).replace("status", f"extends: {other}\nstatus")
             for name, other in (("one", "two"), ("two", "one"))}  # fmt: skip
    with pytest.raises(PackError, match=r"two\.yaml line 3: extends: .*in a circle: one -> two -> one"):
        parse_pack(texts["one"], "one.yaml", lambda name: (texts[name], f"{name}.yaml"))


def test_a_file_may_extend_a_file_beside_it_and_an_assessment_keeps_both(tmp_path: Path) -> None:
    (tmp_path / "my-city.yaml").write_text(CHILD, encoding="utf-8")
    own = CHILD.replace("name: my-city", "name: my-town").replace("extends: anhui-2022", "extends: my-city")
    (tmp_path / "my-town.yaml").write_text(own, encoding="utf-8")
    pack = load_pack(tmp_path / "my-town.yaml")
    assert pack.lineage == ("my-town", "my-city", "anhui-2022", "default")
    again = recorded_pack({"pack": pack.name, "texts": pack.texts}, date(2026, 9, 1))
    assert again == pack


@pytest.mark.parametrize("name", shipped_packs())
def test_shipped_packs_load_and_every_value_has_its_reference(name: str) -> None:
    pack = load_pack(name)
    values = pack.on(date(2026, 9, 1))
    assert all(v.reference.title for p in pack.parameters.values() for v in p.values)
    assert pack.status == ("in_force" if name == "default" else "unverified")
    said = pack_warnings(values)
    assert bool(said) == (name != "default")
    if said:
        assert "not for formal conclusions" in said[0]["en"]
        assert "不作正式结论依据" in said[0]["zh"]
    assert all(r.reference.reported for r in (pack.regulations or {}).values())


def test_an_unknown_pack_names_those_there_are() -> None:
    with pytest.raises(PackError, match="no policy pack 'atlantis'; there are: default"):
        load_pack("atlantis")
    with pytest.raises(PackError, match=r"atlantis\.yaml: no such file"):
        load_pack("atlantis.yaml")
