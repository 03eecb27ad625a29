"""The provincial lists and the school list: one row a catalogue program, one row a point, and the rule between them."""

from pathlib import Path

import pandas as pd
import pytest

from matcher import Assessment, assess, provincial_list, school_list
from matcher.lists import CLASSES, PROVINCIAL, SCHOOL, Aggregation, class_of, in_words
from tests.matcher.test_assessment import small


@pytest.fixture(scope="module")
def welders() -> Assessment:
    tables = small()
    tables["programs"] = tables["programs"].assign(code=["460110", "460110", "520201"])
    return assess(**tables, as_of="2026-10-15")


def row(table: pd.DataFrame, name: str) -> pd.Series:
    return table.set_index("name").loc[name]


def test_a_catalogue_program_adds_up_its_points(welders: Assessment) -> None:
    found = row(provincial_list(welders), "焊接")
    assert (found["code"], found["level"], found["region"], found["points"]) == ("460110", "associate", "城区", 2)
    # Two of the three schools of the region offer it.
    assert found["share_of_schools"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["students"] == 340
    assert found["intake_by_year"] == "2026: 120; 2025: 120; 2024: 120"
    assert found["graduates_by_year"] == "2026: 120; 2025: 120; 2024: 120"
    # Posts that both schools are linked to are counted once.
    assert (found["supply"], found["rate"], found["posts"]) == (120, 0.25, 30)
    # One point is to be phased out, the other one is kept in a certified surplus: a tie proposes no withdrawal.
    assert found["classes_of_points"] == "restrict 1; withdraw 1"
    assert (found["class"], found["class_zh"], found["share_of_points"]) == ("restrict", "限制增设", 0.5)
    assert "2个布点" in found["reason"]
    assert "2 points" in found["reason_en"]
    assert row(provincial_list(welders), "护理")["class"] == "shortage"


def test_the_aggregation_rule_decides_and_says_so(welders: Assessment) -> None:
    strict = Aggregation(least_share=0.6)
    assert row(provincial_list(welders, strict), "焊接")["class"] == "none"
    assert "60%" in strict.sentence("zh")
    assert "60%" in strict.sentence("en")
    by_graduates = provincial_list(welders, Aggregation(by="graduates"))
    assert row(by_graduates, "焊接")["class"] == "restrict"


def test_one_row_a_point_in_the_school_list(welders: Assessment) -> None:
    found = school_list(welders)
    assert sorted(found["program_id"]) == ["N1", "W1", "W2"]
    point = found.set_index("program_id").loc["W1"]
    assert (point["class"], point["flag"], point["posts"]) == ("withdraw", "phase_out", 30)
    assert point["employment_by_year"] == "2026: 24/60; 2025: 24/60; 2024: 24/60"


@pytest.mark.parametrize(
    ("flag", "notices", "certified", "expected"),
    [
        ("prioritize", "", True, "shortage"),
        ("expand", "", False, "shortage"),
        ("upgrade", "", True, "upgrade"),
        ("phase_out", "", True, "withdraw"),
        ("maintain", "", True, "restrict"),
        ("maintain", "needs_approval;guard_blocks", False, "restrict"),
        ("maintain", "supply_estimated", False, "none"),
        ("insufficient_evidence", "", True, "not_judged"),
    ],
)
def test_classes_of_points(flag: str, notices: str, certified: bool, expected: str) -> None:
    assert class_of(flag, notices, certified) == expected


def test_every_folder_has_both_lists_and_no_formula_gets_through(tmp_path: Path) -> None:
    tables = small()
    tables["programs"] = tables["programs"].assign(institution=["=1+1", "乙校", "丙校"])
    folder = assess(**tables, as_of="2026-10-15").write(tmp_path / "result")
    lists = pd.read_csv(folder / "lists.csv", encoding="utf-8-sig")
    schools = pd.read_csv(folder / "school_lists.csv", encoding="utf-8-sig")
    assert lists.columns.tolist() == list(PROVINCIAL)
    assert schools.columns.tolist() == list(SCHOOL)
    assert (len(lists), len(schools)) == (2, 3)
    assert "'=1+1" in schools["institution"].tolist()


def test_headers_in_words_name_every_column(welders: Assessment) -> None:
    for table in (provincial_list(welders), school_list(welders)):
        chinese = in_words(table, "zh").columns
        assert len(set(chinese)) == len(table.columns)
        assert in_words(table, "en").columns.tolist() == table.columns.tolist()


def test_points_and_students_of_the_city_are_all_listed_once(city: Assessment) -> None:
    lists, schools = provincial_list(city), school_list(city)
    assert int(lists["points"].sum()) == len(schools) == len(city.programs)
    assert int(lists["students"].sum()) == int(schools["students"].sum())
    assert set(lists["class"]) <= set(CLASSES)
    assert lists["rate"].dropna().between(0, 1).all()
