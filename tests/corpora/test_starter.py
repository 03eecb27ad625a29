"""The shipped examples: complete, readable, written program by program, and marked as illustrative."""

import re
from itertools import combinations

import pytest

from corpora import check_together, inspect_tables
from corpora.starter import ILLUSTRATIVE, catalogue, example, occupations


@pytest.mark.parametrize("name", ["city", "english"])
def test_an_example_reads_without_a_fault_or_an_orphan(name: str) -> None:
    corpora = {kind: inspect_tables(file, kind) for kind, file in example(name).items()}
    for corpus in corpora.values():
        assert corpus.issues == ()
        assert corpus.dropped == 0
    assert check_together(corpora) == ()
    assert (example(name)["programs"].parent / "CARD.md").is_file()


def test_the_city_is_as_large_as_its_card_says() -> None:
    tables = {kind: inspect_tables(file, kind).rows for kind, file in example("city").items()}
    programs, demands, chains = tables["programs"], tables["demands"], tables["chains"]
    assert len(programs) == 182
    assert programs["institution"].nunique() == 12
    assert programs["major_group"].nunique() == 19
    assert set(programs["level"]) == {"secondary", "associate", "bachelor"}
    assert (tables["outcomes"].groupby("program_id")["year"].nunique() == 3).all()
    current = demands[(demands["year"] == 2026) & (demands["basis"] == "survey_new")]
    assert len(current) == 352
    assert current[["source", "source_date", "description", "skills", "openings"]].notna().all().all()
    assert len(chains) == 31
    stages = current.groupby("chain")["stage"].nunique()
    assert (stages == 3).all()
    assert set(stages.index) == set(chains["chain"])
    assert chains["document"].str.startswith("（示例）").all()


def test_codes_and_names_of_the_city_are_the_official_ones() -> None:
    tables = {kind: inspect_tables(file, kind).rows for kind, file in example("city").items()}
    known = set(zip(catalogue()["code"], catalogue()["name"], catalogue()["level"], strict=True))
    rows = tables["programs"]
    assert set(zip(rows["code"], rows["name"], rows["level"], strict=True)) <= known
    titles = set(zip(occupations()["occupation_code"], occupations()["occupation"], strict=True))
    demands = tables["demands"]
    assert set(zip(demands["occupation_code"], demands["occupation"], strict=True)) <= titles


def test_programs_of_one_name_read_differently() -> None:
    programs = inspect_tables(example("city")["programs"], "programs").rows
    for _, same in programs.groupby("name"):
        for a, b in combinations(same["goal"], 2):
            shared = {a[i : i + 12] for i in range(len(a) - 12)} & {b[i : i + 12] for i in range(len(b) - 12)}
            assert not shared, shared
    assert programs["goal"].is_unique


def test_institutions_and_enterprises_are_made_up() -> None:
    programs = inspect_tables(example("city")["programs"], "programs").rows
    assert programs["institution"].str.match(r"[A-Z]\w+(学院|学校|大学)$").all()
    leads = inspect_tables(example("city")["chains"], "chains").rows["lead_enterprises"].dropna()
    assert all(re.fullmatch(r"(企业[甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥]；?)+", text) for text in leads)
    assert "虚构" in ILLUSTRATIVE["zh"]
