"""What a pack asks of a whole province, beside what the tables show."""

from datetime import date

import pandas as pd

from matcher import assess
from matcher.policy.pack import load_pack
from matcher.targets import province_targets
from tests.matcher.test_assessment import small


def targets(pack: str, scope: str | None = None) -> pd.DataFrame:
    tables = small()
    tables["programs"].loc[2, "level"] = "secondary"
    result = assess(**tables, policy=pack, as_of="2026-10-15", scope=scope)
    return province_targets(result, load_pack(pack).on(date(2026, 10, 15))).set_index("parameter")


def test_points_advised_to_change_and_students_a_program_stand_beside_what_is_asked() -> None:
    found = targets("fujian-2023")
    # One of three points is to be phased out; 170 students each.
    adjusted = found.loc["plan.adjusted_a_year"]
    assert (adjusted["asked"], adjusted["found"], adjusted["points"]) == (0.1, 0.3333, 3)
    assert (found.loc["plan.students_per_program", ["found", "points"]]).tolist() == [170, 2]
    assert (found.loc["plan.students_per_program_secondary", ["found", "points"]]).tolist() == [170, 1]
    assert adjusted["sentence"] == "就表内专业点而言，本次建议改造或撤销1个布点，占33%；规则要求每年调整10%"
    assert "170 students a secondary program" in found.loc["plan.students_per_program_secondary", "sentence_en"]


def test_a_declared_province_is_spoken_of_as_one() -> None:
    found = targets("gansu", "province")
    assert found["sentence"].tolist() == ["本次建议改造或撤销1个布点，占33%；规则要求到2027年调整30%"]


def test_a_pack_without_targets_asks_nothing() -> None:
    assert targets("default").empty
