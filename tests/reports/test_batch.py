"""A batch of regions: each done once, none stopped by another, and an overview that says no more than it may."""

import json
import re
from pathlib import Path

import pytest

from corpora import BadTable
from corpora.faults import Unusable
from matcher import Assessment
from matcher.verify import verify_folder
from reports import run_batch
from reports.batch import Batch, Outcome, find_regions
from reports.batch.overview import Undone, overview, view_of
from reports.content import HIDDEN, shown
from reports.write import FORMATS, rendered
from tests.matcher.test_assessment import small
from tests.reports.reading import docx_tables, expected, html_tables, xlsx_tables
from tests.reports.regions import three_regions, write_region

SETTINGS = {"as_of": "2026-10-15", "forms": ("html",), "counterfactuals": False}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return three_regions(tmp_path_factory.mktemp("regions") / "各市")


@pytest.fixture(scope="module")
def batch(place: Path) -> Batch:
    return run_batch(place, place.with_name("结果"), **SETTINGS)  # type: ignore[arg-type]


def again(place: Path, out: Path, **changes: object) -> dict[str, bool]:
    """Region -> whether it was done in this run."""
    found = run_batch(place, out, **{**SETTINGS, **changes})  # type: ignore[arg-type]
    return {outcome.region: outcome.fresh for outcome in found.of("done")}


def files_of(folder: Path) -> dict[str, bytes]:
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def test_each_region_has_its_assessment_and_report(batch: Batch) -> None:
    assert {o.region for o in batch.of("done")} == {"甲市", "丙市"}
    for name in ("甲市", "丙市"):
        assert verify_folder(batch.folder / name / "assessment") == []
        assert (batch.folder / name / "report-public-zh.html").stat().st_size > 10_000
    assert batch.assessment("甲市").flag_counts()["phase_out"] == 1
    assert batch.assessment("丙市").flag_counts()["phase_out"] == 0


def test_a_broken_region_says_which_file_row_and_value_and_stops_no_other(batch: Batch) -> None:
    (undone,) = batch.of("unusable")
    assert undone.region == "乙市"
    assert undone.message is not None
    for part in ("岗位需求.csv", "第 2 行", "约30"):
        assert part in undone.message["zh"]
    assert not (batch.folder / "乙市").exists()


def test_the_record_says_what_was_done_with_which_inputs(batch: Batch) -> None:
    record = json.loads((batch.folder / "manifest.json").read_text(encoding="utf-8"))
    assert record["settings"]["as_of"] == "2026-10-15"
    assert {r["region"]: r["status"] for r in record["regions"]} == {"丙市": "done", "乙市": "unusable", "甲市": "done"}
    done = next(r for r in record["regions"] if r["region"] == "甲市")
    assert done["inputs"]["outcomes"][0]["file"] == "招生就业数据2026.csv"
    assert re.fullmatch("[0-9a-f]{64}", done["inputs"]["programs"][0]["sha256"])
    assert done["seconds"] > 0
    assert done["warnings"] == batch.assessment("甲市").manifest["warnings"]
    assert set(record["overview"]) == {"overview-public-zh.xlsx", "overview-public-zh.html"}
    assert str(batch.folder.parent) not in (batch.folder / "manifest.json").read_text(encoding="utf-8")


def test_what_is_finished_is_not_done_again_and_what_changed_is(tmp_path: Path) -> None:
    place, out = three_regions(tmp_path / "各市"), tmp_path / "结果"
    assert again(place, out) == {"丙市": True, "甲市": True}
    whole = files_of(out)
    assert again(place, out) == {"丙市": False, "甲市": False}
    assert {n: b for n, b in files_of(out).items() if n != "manifest.json"} == {
        n: b for n, b in whole.items() if n != "manifest.json"
    }
    assert again(place, out, as_of=None) == {"丙市": False, "甲市": False}, "the day of the batch is kept"
    table = small()["outcomes"]
    table["matched_job"] -= 1
    table.to_csv(place / "甲市" / "招生就业数据2026.csv", index=False)
    assert again(place, out) == {"丙市": False, "甲市": True}
    (out / "丙市" / "report-public-zh.html").unlink()
    assert again(place, out) == {"丙市": True, "甲市": False}
    assert again(place, out, draws=50) == {"丙市": True, "甲市": True}
    small()["demands"].to_csv(place / "乙市" / "岗位需求.csv", index=False)
    assert again(place, out, draws=50) == {"丙市": False, "乙市": True, "甲市": False}


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_batch_that_is_stopped_in_its_first_region_goes_on(place: Path, batch: Batch, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        again(place, tmp_path / "结果", progress=interrupted)
    # As a run that is killed while it writes leaves it.
    (tmp_path / "结果" / "甲市" / ".assessment-half").mkdir(parents=True)
    (tmp_path / "结果" / "甲市" / ".assessment-half" / "programs.csv").touch()
    assert again(place, tmp_path / "结果") == {"甲市": True, "丙市": True}
    assert files_of(tmp_path / "结果" / "甲市") == files_of(batch.folder / "甲市")


def test_two_runs_give_the_same_bytes_in_every_form(tmp_path: Path) -> None:
    write_region(tmp_path / "各市" / "甲市")
    results = []
    for name in ("one", "two"):
        run_batch(tmp_path / "各市", tmp_path / name, as_of="2026-10-15", counterfactuals=False)
        results.append({n: b for n, b in files_of(tmp_path / name).items() if n != "manifest.json"})
    assert {n.rsplit(".", 1)[1] for n in results[0] if n.startswith("甲市/report-")} == set(FORMATS)
    assert [n for n in results[0] if results[0][n] != results[1][n]] == []


def test_a_list_names_the_tables_of_each_region(place: Path, tmp_path: Path) -> None:
    heads = "地区,专业,招生就业数据,岗位需求,coverage,matches\n"
    lines = [
        f"{name},{name}/programs.csv,{name}/招生就业数据2026.csv,{name}/岗位需求.csv,{name}/coverage.csv,{name}/matches.csv\n"
        for name in ("甲市", "丙市")
    ]
    (place / "清单.txt").write_text(heads + "".join(lines) + "丁市,没有.csv,没有.csv,没有.csv,,\n", encoding="utf-8")
    found = run_batch(place / "清单.txt", tmp_path / "结果", **SETTINGS)  # type: ignore[arg-type]
    (place / "清单.txt").unlink()
    assert [o.status for o in found.regions] == ["done", "done", "unusable"]
    assert "丁市：没有文件 没有.csv" in (found.regions[2].message or {})["zh"]


def test_a_table_beside_the_folders_is_every_region_s(tmp_path: Path) -> None:
    for name in ("甲市", "乙市"):
        write_region(tmp_path / name)
    (tmp_path / "甲市" / "coverage.csv").rename(tmp_path / "coverage.csv")
    found = {region.name: region.files["coverage"][0] for region in find_regions(tmp_path)}
    assert found == {"甲市": tmp_path / "coverage.csv", "乙市": tmp_path / "乙市" / "coverage.csv"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda p: (p / "甲市" / "flow.csv").write_text("a,b\n"), "甲市/flow.csv：看不出是哪张表"),
        (lambda p: (p / "甲市" / "programs.csv").unlink(), "甲市：缺专业表（programs）"),
    ],
)
def test_files_that_cannot_be_told_apart_or_are_missing_are_named(tmp_path: Path, change, says: str) -> None:  # type: ignore[no-untyped-def]
    write_region(tmp_path / "甲市")
    change(tmp_path)
    (region,) = find_regions(tmp_path)
    assert region.fault is not None
    assert region.fault.message("zh").startswith(says)


def test_an_empty_place_and_a_folder_of_something_else_are_refused(place: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(Unusable, match="no regions"):
        run_batch(tmp_path / "empty", tmp_path / "out")
    (tmp_path / "own.txt").write_text("mine")
    with pytest.raises(Unusable, match="is no folder of a batch"):
        run_batch(place, tmp_path)
    assert (tmp_path / "own.txt").read_text() == "mine"
    (tmp_path / "list.csv").write_text("地区,专业\n甲市,a.csv\n", encoding="utf-8")
    with pytest.raises(BadTable):
        find_regions(tmp_path / "list.csv")


def test_progress_names_each_region_with_the_time_left(place: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int, float | None]] = []

    def tell(outcome: Outcome, number: int, of: int, left: float | None) -> None:
        told.append((outcome.region, number, of, left))

    run_batch(place, tmp_path / "out", **SETTINGS, told=tell)  # type: ignore[arg-type]
    assert [t[:3] for t in told] == [("丙市", 1, 3), ("乙市", 2, 3), ("甲市", 3, 3)]
    assert (told[0][3] or 0) > 0
    assert told[-1][3] == 0


def test_the_overview_adds_up(batch: Batch, city: Assessment) -> None:
    views = [view_of(name, batch.assessment(name), "internal", "zh") for name in ("甲市", "丙市")]
    document = overview(
        [*views, view_of("示例市", city, "internal", "zh")], [Undone("乙市", "unusable", "坏表")], "internal"
    )
    tables = {table.key: table for table in document.tables()}
    by_region = {row.values[0]: row.values for row in tables["region_flags"].rows}
    assert by_region["甲市"][1] == by_region["丙市"][1] == 3
    assert by_region["合计"][1] == 6 + len(city.programs)
    counts = dict(zip([c.key for c in tables["region_flags"].columns], by_region["示例市"], strict=True))
    assert {flag: counts[flag] for flag in city.flag_counts()} == city.flag_counts()
    assert sum(row.values[1] for row in tables["level_flags"].rows if row.role == "body") == by_region["合计"][1]
    gaps = {row.values[0]: row.values for row in tables["region_gaps"].rows}
    assert gaps["示例市"][1] == city.flag_counts()["insufficient_evidence"]
    welding = next(row.values for row in tables["surplus"].rows if row.values[0] == "甲市")
    assert welding[1:7] == ("焊接", 2, 120.0, 30.0, 90.0, 0.25)
    left = [row.values[5] for row in tables["surplus"].rows]
    assert left == sorted(left, reverse=True)
    assert {row.values[0] for row in tables["short"].rows} >= {"丙市", "示例市"}
    assert tables["undone"].texts() == [["乙市", "数据未通过检查", "坏表"]]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_public_overview_names_nobody_and_counts_no_few(city: Assessment, batch: Batch, language: str) -> None:
    views = [view_of("示例市", city, "public", language), view_of("丙市", batch.assessment("丙市"), "public", language)]
    document = overview(views, [Undone("乙市", "unusable", "岗位需求.csv 第 2 行：约30")], "public", language)
    text = rendered(document, "html").decode()
    assert not [name for name in {*city.programs["institution"].dropna(), "甲校", "乙校", "丙校"} if name in text]
    assert not [p for p in city.programs["program_id"] if re.search(rf"\b{p}\b", text)]
    assert "约30" not in text
    few = city.inputs["demands"].query("employers < 3")
    few = few[few["demand_id"].isin(city.demands["demand_id"])]
    assert len(few)
    named = {
        (row.values[0], row.values[1], row.values[2]) for t in document.tables() if t.key == "short" for row in t.rows
    }
    assert not named & {("示例市", r.occupation, r.region) for r in few.itertuples()} - {
        ("示例市", r.occupation, r.region) for r in city.inputs["demands"].query("employers >= 3").itertuples()
    }
    # Two employers stand behind the welders' posts of 丙市.
    assert ("丙市", "焊工", "城区") not in named
    for table in document.tables():
        for place, column in enumerate(table.columns):
            if column.key == "supply":
                assert all(row.values[place] is HIDDEN or row.values[place] >= 10 for row in table.rows)


def test_public_figures_of_persons_are_those_of_the_region_s_own_public_report(city: Assessment) -> None:
    from reports.annual import annual_report

    own = {t.key: t for t in annual_report(city, "public", "zh").tables()}
    sums = [
        (shown(row.values[4], "persons"), shown(row.values[5], "persons"))
        for row in own["certificates"].rows
        if row.role == "total"
    ]
    view = view_of("示例市", city, "public", "zh")
    assert [(shown(b["supply"], "persons"), shown(b["posts"], "persons")) for b in view.blocks] == sums


def test_both_forms_read_back_as_they_were_written_in_both_languages(batch: Batch, city: Assessment) -> None:
    figures = []
    for language in ("zh", "en"):
        views = [
            view_of("示例市", city, "internal", language),
            view_of("甲市", batch.assessment("甲市"), "internal", language),
        ]
        document = overview(views, [Undone("乙市", "failed", "=1+1")], "internal", language)
        wanted = [expected(table) for table in document.tables()]
        assert html_tables(rendered(document, "html")) == wanted
        assert xlsx_tables(rendered(document, "xlsx"), document) == wanted
        assert docx_tables(rendered(document, "docx")) == wanted
        figures.append(
            [
                [[text for text, c in zip(row, t.columns, strict=True) if c.kind != "text"] for row in t.texts()]
                for t in document.tables()
            ]
        )
    assert figures[0] == figures[1]


def test_last_year_s_batch_is_what_measures_follow_on(place: Path, batch: Batch, tmp_path: Path) -> None:
    assert batch.assessment("甲市").programs.set_index("program_id").at["W1", "measure"] == "warning"
    found = run_batch(place, tmp_path / "next", earlier=batch.folder, **SETTINGS)  # type: ignore[arg-type]
    assert found.assessment("甲市").programs.set_index("program_id").at["W1", "measure"] == "rectification"
    text = (found.folder / "甲市" / "report-public-zh.html").read_text(encoding="utf-8")
    assert "与2026-10-15的分析对照" in text
