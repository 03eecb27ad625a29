"""What institutions are sent, and the file on a withdrawal: the figures of the assessment, and every gap by its name."""

import pytest

from corpora.frames import empty
from matcher import Assessment
from matcher.offer import whitespace
from matcher.policy.reasons import FLAG_NAMES
from reports.annual import Material
from reports.content import Document, Table, shown
from reports.dossier import ITEMS, TO_FILL, UnknownProgram, to_withdraw, withdrawal_dossier
from reports.institution import UnknownInstitution, institution_report, institutions
from reports.new_program import TO_SHOW, NotSuggested, new_program_file, suggested_programs
from reports.write import rendered
from tests.reports.reading import docx_tables, expected


def material(city: Assessment, language: str = "zh") -> Material:
    return Material(city, "internal", language)


def named(document: Document, key: str) -> Table:
    return next(table for table in document.tables() if table.key == key)


def column(table: Table, key: str) -> list[object]:
    place = [c.key for c in table.columns].index(key)
    return [row.values[place] for row in table.rows]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_institution_sees_all_its_points_and_nobody_elses(city: Assessment, language: str) -> None:
    name = institutions(material(city))[1]
    document = institution_report(material(city, language), name)
    own = city.programs[city.programs["institution"] == name].set_index("program_id")
    table = named(document, "points")
    assert set(column(table, "program_id")) == set(own.index)
    for program, flag, supply in zip(*(column(table, k) for k in ("program_id", "flag", "supply")), strict=True):
        assert flag == FLAG_NAMES[own.loc[program, "flag"]][language]
        assert shown(supply, "persons") == shown(own.loc[program, "supply"], "persons")
    others = set(city.programs["institution"].dropna()) - {name}
    text = rendered(document, "html").decode()
    assert not [other for other in others if other in text]
    assert docx_tables(rendered(document, "docx")) == [expected(t) for t in document.tables()]


def test_course_changes_are_the_skills_that_no_course_covers(city: Assessment) -> None:
    name = institutions(material(city))[0]
    own = set(city.programs.loc[city.programs["institution"] == name, "program_id"])
    skills = city.skills[city.skills["program_id"].isin(own) & (city.skills["covered_by"] == "")]
    table = named(institution_report(material(city), name), "courses")
    found = set(zip(column(table, "program_id"), column(table, "skill"), strict=True))
    assert found == set(zip(skills["program_id"], skills["skill"], strict=True))


def test_an_unknown_institution_is_answered_with_known_ones(city: Assessment) -> None:
    with pytest.raises(UnknownInstitution) as fault:
        institution_report(material(city), "没有的学校")
    assert institutions(material(city))[0] in fault.value.message("zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_dossier_lists_every_item_and_says_what_is_missing(city: Assessment, language: str) -> None:
    program = to_withdraw(material(city))[0]
    document = withdrawal_dossier(material(city, language), program)
    checklist = named(document, "checklist")
    assert len(checklist.rows) == len(ITEMS) + len(TO_FILL)
    missing = {"zh": "空缺", "en": "missing"}[language]
    empty_items = [
        row for row, state in zip(checklist.texts(), column(checklist, "status"), strict=True) if state == missing
    ]
    assert len(empty_items) >= len(TO_FILL)
    assert all(row[2] != "–" for row in empty_items)
    assert f"{len(empty_items)}" in document.sections[0].blocks[1].text  # type: ignore[union-attr]


def test_a_dossier_carries_the_certificate_the_history_and_the_neighbours(city: Assessment) -> None:
    certified = {r["program_id"]: b for b in city.blocks if b["certified"] for r in b["programs"]}
    program = next(p for p in to_withdraw(material(city)) if p in certified)
    document = withdrawal_dossier(material(city), program)
    block = certified[program]
    total = next(row for row in named(document, "certificate").rows if row.role == "total")
    assert f"{block['cannot_be_placed']:.2f}" in total.values[3]
    outcomes = city.inputs["outcomes"]
    own = outcomes[outcomes["program_id"] == program].sort_values("year", ascending=False).head(3)
    history = named(document, "history")
    assert column(history, "graduates") == [int(n) for n in own["graduates"]]
    assert column(history, "employed") == [None if empty(n) else int(n) for n in own["employed"]]
    side_by_side = named(document, "others")
    assert len(side_by_side.columns) == len(block["programs"]) + 2
    linked = city.matches[(city.matches["program_id"] == program) & city.matches["edge"]]
    current = set(linked["demand_id"]) & set(city.demands["demand_id"])
    assert set(column(named(document, "demand"), "demand_id")) == current


def test_an_unknown_program_is_a_clear_fault(city: Assessment) -> None:
    with pytest.raises(UnknownProgram):
        withdrawal_dossier(material(city), "P999")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_file_on_a_new_program_adds_up_the_empty_posts_that_suggest_it(city: Assessment, language: str) -> None:
    code = suggested_programs(material(city))[0]
    document = new_program_file(material(city, language), code)
    gaps = whitespace(city)
    own = gaps[(gaps[[f"code_{n}" for n in (1, 2, 3)]] == code).any(axis=1)]
    table = named(document, "demand")
    assert set(column(table, "demand_id")[:-1]) == set(own["demand_id"])
    assert table.rows[-1].values[5] == round(float(own["whitespace"].sum()), 2)
    missing = {"zh": "空缺", "en": "missing"}[language]
    assert column(named(document, "checklist"), "status").count(missing) == len(TO_SHOW)


def test_a_program_that_no_post_suggests_is_a_clear_fault(city: Assessment) -> None:
    with pytest.raises(NotSuggested) as fault:
        new_program_file(material(city), "000000")
    assert suggested_programs(material(city))[0] in fault.value.message("en")
