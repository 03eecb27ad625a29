"""The whole way: tables in, flags out, on the pilot city with the real encoder and on small tables of known answer."""

import json
from pathlib import Path

import pandas as pd
import pytest

from corpora import BadTable
from corpora.starter import example
from matcher import Assessment, assess, load_assessment
from matcher.assessment import AssessmentError
from matcher.policy.verdict import FLAGS
from matcher.verify import recheck


def small() -> dict[str, pd.DataFrame]:
    """Two schools train welders for few posts, one trains nurses for many; links are given."""
    programs = pd.DataFrame(
        {
            "program_id": ["W1", "W2", "N1"],
            "name": ["焊接", "焊接", "护理"],
            "institution": ["甲校", "乙校", "丙校"],
            "region": "城区",
            "level": "associate",
            "major_group": ["装备制造大类", "装备制造大类", "医药卫生大类"],
            "goal": "到企业从事相关岗位的具体工作，掌握设备操作、质量检查与安全规程，能独立完成一个班次的任务并填写记录，服从排班。",
            "courses": "甲、乙、丙丙、丁丁、戊戊、己己、庚庚、辛辛、壬壬",
            "year_opened": 2010,
        }
    )
    outcomes = pd.DataFrame(
        [
            {"program_id": p, "year": y, "enrolled": 60, "students": 170, "graduates": 60, "further_study": 0,
             "employed": e, "stayed_local": s, "matched_job": m}
            for p, e, s, m in (("W1", 24, 24, 2), ("W2", 55, 55, 3), ("N1", 58, 58, 50))
            for y in (2024, 2025, 2026)
        ]
    )  # fmt: skip
    demands = pd.DataFrame(
        {
            "demand_id": ["D1", "D2"],
            "occupation": ["焊工", "内科护士"],
            "occupation_code": ["6-18-02-04", "2-05-08-01"],
            "field": ["装备制造大类", "医药卫生大类"],
            "region": "城区",
            "openings": [30, 200],
            "year": 2026,
            "source": "调查",
            "growth": [-0.1, 0.1],
            "shortage": [False, True],
        }
    )
    coverage = pd.DataFrame(
        {"source": "调查", "region": "城区", "field": "*", "year": 2026, "share_low": [0.9], "share_high": [1.0]}
    )
    matches = pd.DataFrame({"program_id": ["W1", "W2", "N1"], "demand_id": ["D1", "D1", "D2"]})
    return {
        "programs": programs,
        "outcomes": outcomes,
        "demands": demands,
        "coverage": coverage,
        "matches": matches,
    }


def flags(result: Assessment) -> dict[str, str]:
    return dict(zip(result.programs["program_id"], result.programs["flag"], strict=True))


def test_small_tables_give_the_figures_a_clerk_would_write() -> None:
    result = assess(**small(), as_of="2026-10-15")
    row = result.programs.set_index("program_id").loc["W1"]
    # Everybody employed stayed, nobody studies on: 60 a year; two schools, 120 persons for 30 posts.
    assert (row["supply"], row["placeable_rate"], row["block"]) == (60, 0.25, "W1")
    block = result.blocks[0]
    assert (block["supply"], block["posts"], block["cannot_be_placed"]) == (120, 30, 90)
    assert block["certified"]
    assert block["observed_placed"] == 5
    assert flags(result) == {"W1": "phase_out", "W2": "maintain", "N1": "expand"}
    assert "120" in row["reason"]
    assert "90" in row["reason"]


def test_one_column_of_naive_gaps_counts_posts_twice_and_the_other_shares_them() -> None:
    rows = assess(**small(), as_of="2026-10-15").programs.set_index("program_id")
    assert rows.loc[["W1", "W2"], "own_gap"].tolist() == [-30, -30]
    assert rows.loc[["W1", "W2"], "completers_share_gap"].tolist() == [-45, -45]


def without(change: str) -> dict[str, pd.DataFrame]:
    tables = small()
    if change == "coverage":
        tables["coverage"] = tables["coverage"].assign(region="别处")
    elif change == "observed":
        tables["outcomes"] = tables["outcomes"].assign(matched_job=tables["outcomes"]["employed"])
    elif change == "retention":
        tables["outcomes"].loc[tables["outcomes"]["program_id"] == "W2", "stayed_local"] = None
    elif change == "opened":
        tables["programs"] = tables["programs"].assign(year_opened=2024)
    elif change == "exempt":
        tables["programs"].loc[0, "exempt"] = "非物质文化遗产传承"
    elif change == "enough":
        tables["demands"].loc[0, "openings"] = 90
    elif change == "further":
        tables["outcomes"] = tables["outcomes"].assign(further_study=36, employed=9, stayed_local=9, matched_job=1)
    elif change == "rejected":
        tables["reviews"] = pd.DataFrame({"program_id": ["W2"], "demand_id": ["D1"], "decision": ["reject"]})
    return tables


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ("coverage", "insufficient_evidence"),
        ("observed", "maintain"),
        ("retention", "maintain"),
        ("opened", "maintain"),
        ("exempt", "maintain"),
        ("enough", "maintain"),
        ("further", "maintain"),
    ],
)
def test_each_objection_of_the_method_keeps_a_program_from_being_phased_out(change: str, flag: str) -> None:
    assert flags(assess(**without(change), as_of="2026-10-15"))["W1"] == flag


def test_a_rejected_match_is_no_edge_and_the_block_is_computed_anew() -> None:
    result = assess(**without("rejected"), as_of="2026-10-15")
    assert result.matches.set_index(["program_id", "demand_id"]).loc[("W2", "D1"), "why_not"] == "rejected"
    assert [b["supply"] for b in result.blocks if b["block"] == "W1"] == [60]


def test_order_of_rows_changes_no_byte_of_the_result(tmp_path: Path) -> None:
    tables = small()
    shuffled = {kind: table.sample(frac=1, random_state=7) for kind, table in tables.items()}
    one, two = assess(**tables, as_of="2026-10-15"), assess(**shuffled, as_of="2026-10-15")
    for name in ("programs", "demands", "matches", "placement"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
    assert one.blocks == two.blocks
    assert one.traces == two.traces


def test_inputs_are_left_as_they_were() -> None:
    tables = small()
    before = {kind: table.copy() for kind, table in tables.items()}
    assess(**tables, as_of="2026-10-15")
    for kind, table in tables.items():
        pd.testing.assert_frame_equal(table, before[kind])


def test_a_horizon_assesses_the_cohort_still_in_school() -> None:
    tables = small()
    tables["students"] = pd.DataFrame(
        {"program_id": ["W1", "W2", "N1"], "graduation_year": 2028, "students": [10, 12, 50]}
    )
    rows = assess(**tables, as_of="2026-10-15", horizon=2028).programs.set_index("program_id")
    assert rows["supply"].tolist() == [50, 10, 12]
    assert rows.loc["W1", "placeable_rate"] == 1
    with pytest.raises(AssessmentError, match="needs the students table"):
        assess(**small(), as_of="2026-10-15", horizon=2028)


def test_rate_bases_are_never_mixed() -> None:
    tables = small()
    year_end = tables["outcomes"]["year"] == 2026
    tables["outcomes"] = tables["outcomes"].assign(rate_basis=["year_end" if y else "initial" for y in year_end])
    result = assess(**tables, as_of="2026-10-15")
    assert any("another rate basis" in warning["en"] for warning in result.manifest["warnings"])


def test_tables_that_do_not_fit_together_are_named() -> None:
    tables = small()
    tables["outcomes"].loc[0, "program_id"] = "X9"
    with pytest.raises(BadTable, match="X9"):
        assess(**tables, as_of="2026-10-15")
    tables = small()
    tables["demands"] = tables["demands"].drop(columns="openings")
    with pytest.raises(AssessmentError, match="openings"):
        assess(**tables, as_of="2026-10-15")


def test_the_pilot_city_shows_all_six_flags_and_every_situation_of_its_card(city: Assessment) -> None:
    assert all(city.flag_counts()[flag] > 0 for flag in FLAGS)
    traces = {t["program_id"]: t for t in city.traces}
    carried = {ground for t in traces.values() for ground in t["carried_by"]}
    assert carried == {
        "no_enrolment", "vanished", "surplus_low_employment", "insufficient", "strategic", "shortage", "traditional",
        "skill_gap",
    }  # fmt: skip
    blocked = {guard for t in traces.values() for guard in t["blocked_by"]}
    assert blocked == {"not_exempt", "first_cohort_out", "replaceable"}
    notices = {notice for t in traces.values() for notice in t["notices"]}
    assert {"demand_undercounted", "strategic_yet_surplus", "supply_estimated", "needs_approval"} <= notices
    clauses = [(g["ground"], c) for t in traces.values() for g in t["grounds"] for c in g["clauses"]]
    gaps = {c["clause"] for ground, c in clauses if ground == "insufficient" and c["holds"]}
    assert gaps == {"few_graduates", "no_recent_source", "thin_text", "retention_unproved"}
    assert any(c["clause"] == "matriculates" for _, c in clauses)


def test_every_certificate_of_the_pilot_city_adds_up(city: Assessment) -> None:
    assert recheck(city) == []
    assert sum(block["certified"] for block in city.blocks) >= 8


def test_every_flag_of_the_pilot_city_has_a_reason_in_both_languages_and_a_reference(city: Assessment) -> None:
    for trace in city.traces:
        assert trace["reason"]["zh"]
        assert trace["reason"]["en"]
        for ground in trace["grounds"]:
            assert all(clause["reference"] for clause in ground["clauses"] if clause["parameter"])


def test_every_edge_of_the_pilot_city_shows_the_two_sentences_that_carry_it(city: Assessment) -> None:
    edges = city.matches[city.matches["edge"]]
    programs = city.inputs["programs"].set_index("program_id")
    demands = city.inputs["demands"].set_index("demand_id")
    for row in edges.sample(60, random_state=1).itertuples(index=False):
        own = programs.loc[row.program_id, ["name", "goal", "abilities"]].dropna()
        posts = demands.loc[row.demand_id, ["occupation", "description", "skills"]].dropna()
        assert any(row.program_evidence in text for text in own)
        assert any(row.demand_evidence in text for text in posts)


def test_the_catalogue_fills_what_a_file_leaves_empty(city_tables: dict[str, pd.DataFrame]) -> None:
    programs = city_tables["programs"].assign(level=None, major_group=None)
    result = assess(**{**city_tables, "programs": programs}, as_of="2026-10-15")
    rows = result.programs.set_index("program_id")
    given = city_tables["programs"].set_index("program_id")
    assert (rows["level"] == given["level"]).all()
    assert any("national catalogue" in warning["en"] for warning in result.manifest["warnings"])


def test_a_written_folder_reads_back_and_carries_its_label(city: Assessment, tmp_path: Path) -> None:
    folder = city.write(tmp_path / "city", {"note.txt": "x"})
    again = load_assessment(folder)
    for name in ("programs", "demands", "matches", "placement"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(city, name))
    assert again.blocks == json.loads(json.dumps(city.blocks))
    assert again.manifest["label"]["zh"].startswith("示例数据")
    assert {"inputs/programs.parquet", "blocks.json", "traces.jsonl", "note.txt"} <= set(again.manifest["files"])
    assert again.explain("P001").startswith("# P001")
    assert city.write(tmp_path / "city") == folder
    assert not (folder / "note.txt").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["city"]


def test_the_english_example_gives_english_reasons() -> None:
    from corpora import read

    result = assess(**{kind: read(file, kind) for kind, file in example("english").items()}, as_of="2026-10-15")
    rows = result.programs.set_index("name")
    assert rows.loc["Word Processing", "flag"] == "phase_out"
    assert rows.loc["Registered Nursing/Registered Nurse", "flag"] == "expand"
    assert "certified surplus" in rows.loc["Word Processing", "reason_en"].lower()
    assert (rows["supply"].notna() & rows["placeable_rate"].notna()).sum() >= 24


@pytest.mark.parametrize(
    ("name", "letter", "flag", "shown_by"),
    [
        ("钢铁冶炼技术", "M", "phase_out", "no_enrolment"),
        ("交通运营管理", "E", "phase_out", "vanished"),
        ("工程造价", "B", "phase_out", "surplus_low_employment"),
        ("大数据与会计", "C", "maintain", "borderline"),
        ("船舶检验", "E", "maintain", "replaceable"),
        ("民族传统技艺", "F", "maintain", "not_exempt"),
        ("建筑工程造价", "H", "maintain", "first_cohort_out"),
        ("计算机应用", "M", "maintain", "demand_undercounted"),
        ("模具设计与制造", "A", "maintain", "strategic_yet_surplus"),
        ("港口智能工程技术", "A", "upgrade", "skill_gap"),
        ("现代文秘", "C", "insufficient_evidence", "retention_unproved"),
        ("旅游英语", "F", "insufficient_evidence", "few_graduates"),
        ("法律事务", "L", "insufficient_evidence", "no_recent_source"),
        ("机械加工技术", "J", "insufficient_evidence", "thin_text"),
    ],
)
def test_the_programs_that_the_card_names_show_what_it_says(
    city: Assessment, name: str, letter: str, flag: str, shown_by: str
) -> None:
    rows = city.programs[(city.programs["name"] == name) & city.programs["institution"].str.startswith(letter)]
    assert rows["flag"].tolist() == [flag]
    trace = next(t for t in city.traces if t["program_id"] == rows["program_id"].iloc[0])
    missing = [
        c["clause"] for g in trace["grounds"] if g["ground"] == "insufficient" for c in g["clauses"] if c["holds"]
    ]
    assert shown_by in [*trace["carried_by"], *trace["blocked_by"], *trace["notices"], *missing]
