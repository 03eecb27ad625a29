"""What of a text says which posts it is about, on texts written as colleges and employers write them."""

from typing import Any

import pandas as pd
import pytest

from matcher.matching.facets import (
    clauses,
    demand_facets,
    language_of,
    listed,
    program_facets,
    text_size,
    thin_texts,
    title_core,
)

GOAL = (
    "本专业培养德智体美劳全面发展，掌握扎实的科学文化基础和护理知识，具有工匠精神和信息素养，"
    "能够从事临床护理、社区护理等工作的高素质技术技能人才。"
)
STOCK = ["德智体美劳", "科学文化基础", "工匠精神", "信息素养", "高素质"]


def program(**cells: Any) -> pd.Series:
    return pd.Series({"program_id": "P1", "name": "护理"} | cells)


def demand(**cells: Any) -> pd.Series:
    return pd.Series({"demand_id": "D1", "occupation": "内科护士"} | cells)


@pytest.mark.parametrize(
    "stock",
    [
        "具有探究学习、终身学习和可持续发展的能力",
        "具有良好的语言表达能力、团队协作能力",
        "掌握信息技术基础知识，具有数字技术的应用能力",
        "具有社会责任感和社会责任担当",
    ],
)
def test_abilities_that_stand_in_every_filing_are_dropped(stock: str) -> None:
    assert clauses(f"能规范实施静脉输液；{stock}；能书写护理记录。") == ["能规范实施静脉输液", "能书写护理记录"]


def test_stock_phrases_leave_the_goal_and_the_work_of_graduates_stays() -> None:
    found = program_facets(program(goal=GOAL))
    assert not [phrase for phrase in STOCK if phrase in found.whole["goal"]]
    assert "临床护理、社区护理" in found.whole["goal"]
    assert found.whole["work"] == "临床护理、社区护理"


def test_a_goal_of_stock_phrases_alone_leaves_the_name_to_match_on() -> None:
    found = program_facets(program(goal="培养德智体美劳全面发展的高素质人才。", abilities="具有终身学习的意识"))
    assert found.whole == {"name": "护理"}
    assert found.clauses == ("护理",)


@pytest.mark.parametrize(
    "text",
    [
        "1. 能操作数控车床；2. 能编制加工程序",
        "1．能操作数控车床2．能编制加工程序",
        "1、能操作数控车床\n2、能编制加工程序",
        "①能操作数控车床②能编制加工程序",
        "能操作数控车床。能编制加工程序。",
        "能操作数控车床|能编制加工程序",
        "能操作数控车床!能编制加工程序?",
        "能操作数控车床\r\n能编制加工程序\r\n",
    ],
)
def test_numbered_points_lines_and_sentences_are_clauses_without_their_numbers(text: str) -> None:
    assert clauses(text) == ["能操作数控车床", "能编制加工程序"]


def test_a_decimal_is_not_the_number_of_a_point() -> None:
    assert clauses("公差控制在0.02毫米以内；电压不超过1.5伏") == ["公差控制在0.02毫米以内", "电压不超过1.5伏"]


def test_a_line_break_inside_a_numbered_point_does_not_cut_it() -> None:
    assert clauses("1. 能操作数控\n车床；\n2. 能编制加\r\n工程序") == ["能操作数控车床", "能编制加工程序"]


def test_a_line_break_inside_a_goal_does_not_cut_it() -> None:
    broken = program_facets(program(goal="面向医院，从事临床\n护理和健\n  康保健等工作"))
    assert broken == program_facets(program(goal="面向医院，从事临床护理和健康保健等工作"))
    assert broken.whole["work"] == "临床护理和健康保健"


@pytest.mark.parametrize(
    "label",
    ["专业核心课程：", "专业基础课程:", "核心课程：", "专业拓展课：", "主要课程：", "课程：", ""],
)
def test_labels_of_courses_are_no_courses(label: str) -> None:
    assert listed(f"{label}内科护理、外科护理，儿科护理；急救") == ["内科护理", "外科护理", "儿科护理", "急救"]


def test_every_line_of_courses_loses_its_label_and_a_course_named_twice_counts_once() -> None:
    text = "专业基础课程：人体解剖学、药理学\n专业核心课程：内科护理、药理学\n专业拓展课程：急救"
    assert listed(text) == ["人体解剖学", "药理学", "内科护理", "急救"]


def test_the_stock_sentence_about_practice_is_no_course() -> None:
    text = (
        "专业核心课程：内科护理、外科护理\n"
        "实习实训：对接真实职业场景或工作情境，在校内外进行护理技能实训。在医院进行岗位实习。"
    )
    assert listed(text) == ["内科护理", "外科护理"]


def test_a_course_whose_name_holds_the_word_course_keeps_its_name() -> None:
    assert listed("幼儿园课程设计、幼儿园游戏") == ["幼儿园课程设计", "幼儿园游戏"]


def test_an_english_description_begins_with_what_graduates_are_prepared_for() -> None:
    text = (
        "A program that generally prepares individuals to provide nursing care for sick people. "
        "Includes instruction in anatomy, wound care, and patient assessment."
    )
    found = program_facets(pd.Series({"name": "Nursing", "description": text}))
    assert found.whole["goal"].startswith("provide nursing care for sick people")
    assert "prepares" not in " ".join(found.clauses)
    assert found.clauses[0] == "provide nursing care for sick people"
    assert len(found.clauses) == 2


@pytest.mark.parametrize(
    "sentence",
    [
        "This program prepares individuals to weld steel pipes.",
        "The course prepares students for weld steel pipes. It lasts one year.",
        "Its graduates work as weld steel pipes",
    ],
)
def test_the_english_work_clause_is_found_inside_a_text(sentence: str) -> None:
    assert program_facets(pd.Series({"name": "Welding", "goal": sentence})).whole["work"] == "weld steel pipes"


def test_english_sentences_are_clauses_and_decimals_and_abbreviations_do_not_cut() -> None:
    assert clauses("Keeps tolerance at 0.02 mm. Reads drawings, e.g. of gears; sets up lathes.") == [
        "Keeps tolerance at 0.02 mm",
        "Reads drawings, e.g. of gears",
        "sets up lathes",
    ]


@pytest.mark.parametrize("nothing", [None, pd.NA, float("nan"), "", "  \n "])
def test_empty_cells_give_no_facets_and_the_name_carries_the_match(nothing: Any) -> None:
    columns = ["track", "goal", "abilities", "courses", "description"]
    found = program_facets(program(**dict.fromkeys(columns, nothing)))
    assert found.whole == {"name": "护理"}
    assert found.clauses == ("护理",)
    wanted = demand_facets(demand(description=nothing, skills=nothing))
    assert wanted.whole == {"title": "内科护士"}
    assert wanted.clauses == ("内科护士",)


def test_columns_left_out_of_the_table_read_as_empty_ones() -> None:
    assert program_facets(program()) == program_facets(program(goal=None, courses=pd.NA, abilities=""))
    assert demand_facets(demand()) == demand_facets(demand(description=None, skills=pd.NA))
    assert text_size(program()) == text_size(program(goal=pd.NA, courses=None)) == (0, 0)


@pytest.mark.parametrize("claimed", ["宇航员；外科医生", "", pd.NA, None])
def test_the_occupations_that_a_college_claims_are_never_read(claimed: Any) -> None:
    row = program(goal=GOAL, courses="内科护理、外科护理", abilities="能规范实施静脉输液")
    claiming = program(
        goal=GOAL,
        courses="内科护理、外科护理",
        abilities="能规范实施静脉输液",
        occupations=claimed,
        certificates=claimed,
    )
    assert program_facets(claiming) == program_facets(row)
    assert text_size(claiming) == text_size(row)


def test_the_track_belongs_to_the_name() -> None:
    assert program_facets(program(track="老年护理")).whole["name"] == "护理，老年护理"


def test_every_sentence_and_skill_of_a_demand_can_be_shown_in_order_and_once() -> None:
    found = demand_facets(demand(description="做输液和用药核对。书写护理记录。", skills="静脉输液；书写护理记录"))
    assert found.clauses == ("做输液和用药核对", "书写护理记录", "静脉输液")
    assert found.whole["skills"] == "静脉输液；书写护理记录"


def test_the_size_of_a_text_counts_course_names_and_characters_without_spaces_or_the_name() -> None:
    row = program(goal="照护 老人\n", courses="专业核心课程：护理、急救", abilities="会输液", description="好")
    assert text_size(row) == (2, len("照护老人；好") + len("护理、急救") + len("会输液"))
    assert text_size(program(name="很长很长的专业名称", goal="照护老人")) == (0, 4)


def test_what_is_shown_stands_in_the_text_even_where_a_stock_phrase_was_cut_out() -> None:
    goal = (
        "本专业培养德智体美劳全面发展，掌握扎实的科学文化基础和护理知识，面向护士职业群，"
        "能够从事临床护理、社区护理等工作的高素质技术技能人才。"
    )
    found = program_facets(pd.Series({"name": "护理", "goal": goal}))
    assert "面向护士职业群" in found.clauses
    assert "临床护理、社区护理" in found.clauses
    assert all(clause in goal for clause in found.clauses)


def test_numbers_in_brackets_are_numbering_and_join_broken_lines() -> None:
    abilities = "（1）能操作数控\n车床；\n（2）能编制程序"
    assert clauses(abilities) == ["能操作数控车床", "能编制程序"]


def test_an_english_label_is_no_course() -> None:
    assert listed("Core courses: Anatomy; Pharmacology") == ["Anatomy", "Pharmacology"]


@pytest.mark.parametrize(
    ("title", "core"),
    [
        ("焊接设备操作工", "焊接设备"),
        ("会计专业人员", "会计"),
        ("水文工程技术人员", "水文"),
        ("速录师", "速录"),
        ("焊工", "焊工"),
        ("Welders", "welder"),
    ],
)
def test_the_core_of_a_title_is_what_is_done_and_not_who_does_it(title: str, core: str) -> None:
    assert title_core(title) == core


@pytest.mark.parametrize(
    ("code", "division"),
    [
        ("2-02-07-01", "2-02"),
        ("2-06-03-00", "2"),
        ("6-18-02-04", "6"),
        ("4-10-01-05", "4"),
        ("29-1141", ""),
        (None, ""),
    ],
)
def test_only_codes_of_the_chinese_classification_say_which_sort_of_posts(code: str | None, division: str) -> None:
    assert demand_facets(pd.Series({"occupation": "x", "occupation_code": code})).division == division


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("工业机器人技术", "zh"),
        ("Python程序设计", "zh"),
        ("熟悉 Spring Boot、MySQL 和 Docker", "zh"),
        ("Industrial robotics technology", "en"),
        ("Chinese cuisine (中餐) and kitchen management", "en"),
        ("", "zh"),
    ],
)
def test_the_language_of_a_text_is_that_of_most_of_its_words(text: str, language: str) -> None:
    assert language_of(text) == language


def test_stock_phrases_are_not_counted_as_text() -> None:
    stock = "具有探究学习、终身学习和可持续发展的能力；具有良好的语言表达能力；弘扬工匠精神"
    assert text_size(program(abilities=stock * 5)) == (0, 0)
    assert thin_texts(pd.DataFrame([program(name="护理", abilities=stock * 5)]), 8, 60) == ["护理"]
    assert thin_texts(pd.DataFrame([program(name="护理", goal="照护老人" * 20)]), 8, 60) == []


def test_the_number_of_employers_beside_a_skill_is_no_part_of_it() -> None:
    assert demand_facets(demand(skills="PLC编程（7家）；识图（2家）")) == demand_facets(demand(skills="PLC编程；识图"))


def test_a_catalogue_code_and_an_official_title_say_what_is_left_empty() -> None:
    assert program_facets(program(name="机电一体化技术", code="460301")).level == "associate"
    assert program_facets(program(name="机电一体化技术", code="460301", level="bachelor")).level == "bachelor"
    assert demand_facets(pd.Series({"occupation": "农业技术员"})).code == "5-05-01-01"
    assert demand_facets(pd.Series({"occupation": "农业技术员", "occupation_code": "29-1141.00"})).code == "29-1141.00"
