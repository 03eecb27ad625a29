"""Skills that posts ask for and courses cover: named courses count, far ones do not, lone employers are not heard."""

from pathlib import Path

import pandas as pd
import pytest

from indexes.encoder import Encoder, load_encoder
from matcher.matching.records import Skill, SkillCoverage
from matcher.matching.skills import skill_coverage, skill_frame
from tests.indexes.hashing_encoder import HashingEncoder

PROGRAMS = pd.DataFrame(
    {
        "program_id": ["nursing", "silent"],
        "courses": ["专业核心课程：健康评估、静脉输液、内科护理、儿科护理", pd.NA],
    }
)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUIKOU_CACHE", str(tmp_path))


@pytest.fixture(scope="module")
def real() -> Encoder:
    try:
        encoder = load_encoder()
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    encoder.encode(["护理"])
    return encoder


def demands(*posts: tuple[str, str | None, int | None, float | None]) -> pd.DataFrame:
    """Rows of id, skills, employers, openings."""
    frame = pd.DataFrame(posts, columns=["demand_id", "skills", "employers", "openings"])
    return frame.astype({"skills": "string", "employers": "Int64", "openings": "Float64"})


def links(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["program_id", "demand_id"])


def test_a_course_of_that_name_covers_a_skill_and_an_unrelated_skill_is_missing(real: Encoder) -> None:
    posts = demands(("ward", "静脉输液；焊接机器人编程；混凝土浇筑", 5, 10))
    found = skill_coverage(PROGRAMS, posts, links(("nursing", "ward")), 3, real)
    (coverage,) = found.values()
    assert {skill.name: skill.covered_by for skill in coverage.skills} == {
        "静脉输液": "静脉输液", "混凝土浇筑": "", "焊接机器人编程": "",
    }  # fmt: skip
    assert (coverage.asked, coverage.covered, coverage.missing) == (3, 1, ("混凝土浇筑", "焊接机器人编程"))


def test_a_course_that_names_the_skill_within_its_name_covers_it(real: Encoder) -> None:
    posts = demands(("ward", "护理", 5, 10))
    assert skill_coverage(PROGRAMS, posts, links(("nursing", "ward")), 3, real)["nursing"].missing == ()


def test_demands_named_by_fewer_employers_than_asked_are_not_read(real: Encoder) -> None:
    posts = demands(("enough", "静脉输液", 3, 1), ("few", "焊接机器人编程", 2, 99), ("unknown", "混凝土浇筑", None, 99))
    edges = links(("nursing", "enough"), ("nursing", "few"), ("nursing", "unknown"))
    (coverage,) = skill_coverage(PROGRAMS, posts, edges, 3, real).values()
    assert coverage == SkillCoverage((Skill("静脉输液", 1.0, 3, "静脉输液", ""),))
    assert skill_coverage(PROGRAMS, posts, edges, 4, real) == {}


def test_the_number_beside_a_skill_stands_before_the_employers_of_its_row(real: Encoder) -> None:
    posts = demands(("survey", "静脉输液（4家）；焊接机器人编程（2家）", 9, 1))
    edges = links(("nursing", "survey"))
    assert skill_coverage(PROGRAMS, posts, edges, 3, real) == {
        "nursing": SkillCoverage((Skill("静脉输液", 1.0, 4, "静脉输液", ""),))
    }
    assert skill_coverage(PROGRAMS, posts, edges, 2, real)["nursing"].missing == ("焊接机器人编程",)


def test_missing_skills_come_in_order_of_the_posts_that_ask_for_them(real: Encoder) -> None:
    posts = demands(
        ("small", "混凝土浇筑；钢筋绑扎", 5, 4),
        ("big", "焊接机器人编程", 5, 7),
        ("also", "钢筋绑扎", 5, 5),
        ("none", "塔吊操作", 5, None),
    )
    edges = links(*(("nursing", d) for d in posts["demand_id"]))
    found = skill_coverage(PROGRAMS, posts, edges, 3, real)["nursing"]
    assert found.missing == ("钢筋绑扎", "焊接机器人编程", "混凝土浇筑", "塔吊操作")
    assert [skill.posts for skill in found.skills] == [9, 7, 4, 0]


def test_an_ability_without_a_course_behind_it_is_a_claim_and_does_not_count(real: Encoder) -> None:
    programs = PROGRAMS.assign(abilities=["1. 具有焊接机器人编程的能力；2. 具有护理记录书写的能力", pd.NA])
    posts = demands(("ward", "焊接机器人编程；塔吊操作", 7, 10), ("more", "焊接机器人编程", 4, 10))
    found = skill_coverage(programs, posts, links(("nursing", "ward"), ("nursing", "more")), 3, real)
    claimed, missing = found["nursing"].skills
    assert (claimed.name, claimed.covered_by, claimed.claimed_by) == ("焊接机器人编程", "", "具有焊接机器人编程的能力")
    assert claimed.employers == 7, "several rows may name the same employers: the largest is certain"
    assert missing.claimed_by == ""
    assert found["nursing"].covered == 0
    table = skill_frame(found)
    assert table["skill"].tolist() == ["焊接机器人编程", "塔吊操作"]
    assert table["posts"].tolist() == [20, 10]


def test_only_linked_programs_with_courses_and_posts_with_skills_are_counted(real: Encoder) -> None:
    posts = demands(("ward", "静脉输液", 5, 10), ("wordless", None, 5, 10))
    assert skill_coverage(PROGRAMS, posts, links(("silent", "ward")), 3, real) == {}
    assert skill_coverage(PROGRAMS, posts, links(("nursing", "wordless")), 3, real) == {}
    assert skill_coverage(PROGRAMS, posts, links(), 3, real) == {}
    assert set(skill_coverage(PROGRAMS, posts, links(("nursing", "ward"), ("silent", "ward")), 3, real)) == {"nursing"}


def test_an_encoder_without_a_calibration_of_its_own_covers_nothing_and_is_not_even_asked() -> None:
    encoder = HashingEncoder()
    posts = demands(("ward", "静脉输液", 5, 10))
    assert skill_coverage(PROGRAMS, posts, links(("nursing", "ward")), 3, encoder) == {}
    assert encoder.encoded == []
