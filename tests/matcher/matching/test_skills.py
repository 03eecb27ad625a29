"""Skills that posts ask for and courses cover: named courses count, far ones do not, lone employers are not heard."""

from pathlib import Path

import pandas as pd
import pytest

from indexes.encoder import Encoder, load_encoder
from matcher.matching.records import SkillCoverage
from matcher.matching.skills import skill_coverage
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
    assert found == {"nursing": SkillCoverage(3, 1, ("混凝土浇筑", "焊接机器人编程"))}


def test_a_course_that_names_the_skill_within_its_name_covers_it(real: Encoder) -> None:
    posts = demands(("ward", "护理", 5, 10))
    assert skill_coverage(PROGRAMS, posts, links(("nursing", "ward")), 3, real)["nursing"].missing == ()


def test_demands_named_by_fewer_employers_than_asked_are_not_read(real: Encoder) -> None:
    posts = demands(("enough", "静脉输液", 3, 1), ("few", "焊接机器人编程", 2, 99), ("unknown", "混凝土浇筑", None, 99))
    edges = links(("nursing", "enough"), ("nursing", "few"), ("nursing", "unknown"))
    assert skill_coverage(PROGRAMS, posts, edges, 3, real) == {"nursing": SkillCoverage(1, 1, ())}
    assert skill_coverage(PROGRAMS, posts, edges, 4, real) == {}


def test_the_number_beside_a_skill_stands_before_the_employers_of_its_row(real: Encoder) -> None:
    posts = demands(("survey", "静脉输液（4家）；焊接机器人编程（2家）", 9, 1))
    edges = links(("nursing", "survey"))
    assert skill_coverage(PROGRAMS, posts, edges, 3, real) == {"nursing": SkillCoverage(1, 1, ())}
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
    assert found == SkillCoverage(4, 0, ("钢筋绑扎", "焊接机器人编程", "混凝土浇筑", "塔吊操作"))


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
