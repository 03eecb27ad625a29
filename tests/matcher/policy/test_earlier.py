"""Texts held against last year's: hashes, and links that rest on changed sentences alone."""

import json
from pathlib import Path

import pandas as pd
import pytest

from matcher import Assessment, assess, load_assessment
from matcher.policy.earlier import Earlier, NewLink, earlier_of, filed_texts, text_hash
from matcher.rerun import recipe_of
from tests.matcher.test_assessment import small

PASTED = "内科护理，测量体温与血压、给药、换药并填写护理记录"
PROGRAMS = pd.DataFrame(
    {"program_id": ["P", "Q"], "name": ["焊接", "护理"], "goal": ["学会焊接。", "学会护理。"], "track": None,
     "abilities": None, "courses": None, "description": None}
)  # fmt: skip
DEMANDS = pd.DataFrame({"demand_id": ["D1", "D2"], "occupation": ["焊工", "护士"], "occupation_code": ["6-18", None]})


def edges(*links: tuple[str, str, str]) -> pd.DataFrame:
    found = pd.DataFrame(links, columns=["program_id", "demand_id", "program_evidence"])
    return found.assign(edge=True)


def test_only_links_in_sentences_that_are_new_to_an_occupation_that_is_new_are_listed() -> None:
    before = earlier_of(PROGRAMS, DEMANDS, edges(("P", "D1", "学会焊接")), {})
    changed = PROGRAMS.assign(goal=["学会焊接。\n学会照护病人。", "学会护理。"])
    now = edges(("P", "D1", "学会照护病人"), ("P", "D2", "学会照护病人"), ("Q", "D2", "学会护理"))
    # D1 was linked before; Q did not change its text.
    assert before.new_links(changed, DEMANDS, now) == {"P": (NewLink("D2", "护士", "学会照护病人"),)}
    # The sentence stood in the earlier text: the model or the posts changed, not the text that carries it.
    old_sentence = edges(("P", "D2", "学会焊接"))
    assert before.new_links(changed, DEMANDS, old_sentence) == {"P": ()}


def test_spaces_and_new_programs_are_no_change_of_text() -> None:
    before = earlier_of(PROGRAMS.iloc[:1], DEMANDS, edges(), {})
    assert before.changed(PROGRAMS.assign(goal=["学会 焊接。\n", "学会护理。"])) == ()
    one, two = filed_texts(PROGRAMS).values()
    assert text_hash(one) != text_hash(two)
    assert len(text_hash(one)) == 16


def test_the_manifest_keeps_only_the_texts_that_changed() -> None:
    before = earlier_of(PROGRAMS, DEMANDS, edges(("P", "D1", "学会焊接")), {"Q": "warning"})
    changed = PROGRAMS.assign(goal=["学会照护病人。", "学会护理。"])
    record = json.loads(json.dumps(before.record(changed), ensure_ascii=False))
    assert record["measures"] == {"Q": "warning"}
    assert list(record["texts"]) == ["P"]
    again = Earlier.read(record)
    now = edges(("P", "D2", "学会照护病人"))
    assert again.new_links(changed, DEMANDS, now) == before.new_links(changed, DEMANDS, now)


@pytest.fixture(scope="module")
def two_years() -> tuple[Assessment, Assessment]:
    """Welders at 甲校, whose goal speaks of nursing in the second year; with the real encoder."""
    tables = {kind: table for kind, table in small().items() if kind != "matches"}
    tables["programs"]["goal"] = "到机械制造企业从事焊接操作，会焊条电弧焊与气体保护焊，能识读图样并检查焊缝。"
    tables["programs"].loc[2, "goal"] = "到医院从事临床护理。"
    first = assess(**tables, as_of="2026-10-15")
    tables["programs"].loc[0, ["track", "goal"]] = "医院护理", f"毕业生到医院病房从事{PASTED}。"
    return first, assess(**tables, as_of="2027-10-15", earlier=first)


def test_a_pasted_sentence_is_named_and_its_links_are_listed_and_are_no_ground(
    two_years: tuple[Assessment, Assessment], tmp_path: Path
) -> None:
    second = two_years[1]
    traces = {t["program_id"]: t for t in second.traces}
    assert [p for p, t in traces.items() if t["text_changed"]] == ["W1"]
    listed = traces["W1"]["links_in_new_sentences"]
    assert [(link["occupation"], link["sentence"]) for link in listed] == [("内科护士", PASTED)]
    assert "links_in_new_sentences" in {c["check"] for c in traces["W1"]["data_checks"]}
    assert all("new_sentences" not in str(t["notices"]) for t in traces.values())
    hashes = [result.programs.set_index("program_id")["text_hash"] for result in two_years]
    assert (hashes[0] != hashes[1]).to_dict() == {"N1": False, "W1": True, "W2": False}
    # The folder needs no other folder to say so again.
    folder = second.write(tmp_path / "second")
    again = recipe_of(load_assessment(folder)).run()
    assert [t["links_in_new_sentences"] for t in again.traces] == [t["links_in_new_sentences"] for t in second.traces]
