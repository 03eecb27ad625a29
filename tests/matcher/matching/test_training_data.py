"""What matches are trained and measured on: never the sentence that names the answers, never an unlabelled class."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

ROOT = Path(__file__).parents[3]
DATA, PAIRS = ROOT.parent / "shared" / "data", ROOT.parent / "shared" / "eval"


@pytest.fixture(scope="module")
def data() -> ModuleType:
    spec = importlib.util.spec_from_file_location("quality_data", ROOT / "benchmarks" / "quality" / "data.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name.
    sys.modules["quality_data"] = module
    spec.loader.exec_module(module)
    return module


def write(folder: Path, name: str, table: dict[str, list[str]]) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(table).to_csv(folder / name, index=False)


def test_the_sentence_that_names_the_answers_is_dropped_and_other_classes_stay_out(
    data: ModuleType, tmp_path: Path
) -> None:
    write(
        tmp_path,
        "cn/profiles.csv",
        {
            "program_code": ["1", "2", "3"],
            "program_name": ["焊接", "烹饪", "护理"],
            "level": ["中职"] * 3,
            "class_code": ["A", "A", "B"],
            "goal": ["焊"] * 3,
            "abilities": [""] * 3,
            "courses_practice": [""] * 3,
            "occupations_faced": ["面向焊工等职业。", "面向厨师等职业。", "面向护士等职业。"],
        },
    )
    write(
        tmp_path,
        "cn/occupations.csv",
        {
            "level": ["4", "3"],
            "code": ["6-18-02-04", "6-18-02-00"],
            "title": ["焊工", "热加工人员"],
            "definition": ["", ""],
            "tasks": ["", ""],
        },
    )
    pair = {"program_code": ["1"], "occupation_code": ["6-18-02-04"]}
    write(tmp_path, "cn_dev.csv", pair | {"class_code": ["A"]})
    write(tmp_path, "cn_dev_judged.csv", pair | {"grade": ["3"]})
    found = data.chinese(tmp_path, tmp_path)
    assert "occupations_faced" not in found.programs
    assert not found.programs.astype(str).apply(lambda column: column.str.contains("面向")).any(axis=None)
    assert found.programs["program_id"].tolist() == ["1", "2"], "class B has no labelled program"
    assert found.demands["demand_id"].tolist() == ["6-18-02-04"]
    assert found.graded == {("1", "6-18-02-04"): 3}


def test_a_class_stays_whole_in_its_fold(data: ModuleType) -> None:
    assert {data.fold_of("2101", 3) for _ in range(5)} == {data.fold_of("2101", 3)}
    assert {data.fold_of(f"{n:04}", 3) for n in range(100)} == {0, 1, 2}


@pytest.mark.skipif(not DATA.is_dir(), reason="the published files are not beside this repository")
def test_the_published_files_hold_the_answers_and_none_is_read(data: ModuleType) -> None:
    profiles = pd.read_csv(DATA / "cn/profiles.csv", dtype="string", encoding="utf-8-sig")
    assert profiles["occupations_faced"].notna().sum() > 400
    found = data.chinese(DATA, PAIRS)
    text = found.programs.fillna("").agg("".join, axis=1)
    answers = profiles.set_index("program_code")["occupations_faced"].reindex(found.programs["program_id"])
    named = [a for a, t in zip(answers, text, strict=True) if isinstance(a, str) and a in t]
    assert named == []
    labelled = pd.read_csv(PAIRS / "cn_dev.csv", dtype="string", encoding="utf-8-sig")
    assert set(found.programs["fold_class"]) == set(labelled["class_code"])


def test_pairs_graded_for_this_project_are_grades_of_shipped_rows() -> None:
    from corpora import read
    from corpora.starter import example

    graded = pd.read_csv(ROOT / "benchmarks/quality/pairs/city_graded.csv", dtype={"second_reading": "Int64"})
    files = example("city")
    assert set(graded["program_id"]) <= set(read(files["programs"], "programs")["program_id"])
    assert set(graded["demand_id"]) <= set(read(files["demands"], "demands")["demand_id"])
    assert graded["demand_id"].nunique() == 200
    assert graded["grade"].isin([0, 1, 2, 3]).all()
    twice = graded.dropna(subset="second_reading")
    assert len(twice) == 120
    assert (twice["grade"] == twice["second_reading"]).mean() > 0.85
