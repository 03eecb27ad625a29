"""Evaluation: figures that can be redone by hand, and answers that are never read."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from corpora import validate
from corpora.faults import Unusable
from matcher.evaluation import _per_program, calibration_figures, evaluate
from tests.indexes.hashing_encoder import HashingEncoder

SCORES = np.array([[0.9, 0.8, 0.7, 0.6], [0.1, 0.2, 0.3, 0.4]])


def test_ranks_are_counted_as_by_hand() -> None:
    relevant = np.array([[False, True, False, True], [False, False, False, True]])
    found = _per_program(SCORES, np.where(relevant, 3, -1), relevant, np.ones((2, 4), bool), graded=False)
    assert found["hit@1"].tolist() == [0, 1]
    assert found["mrr"].tolist() == [0.5, 1]
    # Right answers at places 2 and 4: (1/2 + 2/4) / 2.
    assert found["map"].tolist() == [0.5, 1]
    assert found["recall@5"].tolist() == [1, 1]


def test_with_grades_only_judged_pairs_count() -> None:
    grades = np.array([[-1, 1, 3, -1], [0, 2, -1, -1]])
    found = _per_program(SCORES, grades, grades >= 2, grades >= 0, graded=True)
    assert found["p@1"].tolist() == [0, 1]
    gain = (1 + 7 / np.log2(3)) / (7 + 1 / np.log2(3))
    assert found["ndcg@10"][0] == pytest.approx(gain)
    assert found["unjudged@10"].tolist() == [0.5, 0.5]


def test_a_program_without_a_right_answer_is_left_out_of_the_means() -> None:
    grades = np.array([[0, 1, -1, -1], [2, -1, -1, -1]])
    found = _per_program(SCORES, grades, grades >= 2, grades >= 0, graded=True)
    assert np.isnan(found["map"][0])
    assert found["p@1"][0] == 0


def test_honest_probabilities_lie_at_the_floor_and_boasting_ones_above() -> None:
    rng = np.random.default_rng(4)
    p = rng.random(4000)
    right = rng.random(4000) < p
    honest = calibration_figures(p, right)
    assert honest["ece"] == pytest.approx(honest["ece_floor"], abs=0.01)
    boasting = calibration_figures(np.sqrt(p), right)
    assert boasting["ece"] > 0.1
    assert boasting["brier"] > honest["brier"]
    assert sum(row["pairs"] for row in honest["reliability"]) == 4000


def tables(**extra: object) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    programs = pd.DataFrame(
        {
            "program_id": ["A", "B"],
            "name": ["焊接技术", "护理"],
            "goal": ["焊接钢板与管道并检查焊缝", "照护住院病人并给药"],
            **extra,
        }
    )
    demands = pd.DataFrame(
        {"demand_id": ["W", "N"], "occupation": ["焊工", "内科护士"], "description": ["焊接管道", "照护病人"]}
    )
    truth = pd.DataFrame({"program_id": ["A", "B"], "demand_id": ["W", "N"]})
    return validate(programs, "programs"), validate(demands, "demands"), validate(truth, "truth")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUIKOU_CACHE", str(tmp_path))


def test_the_occupations_a_college_names_are_never_read() -> None:
    plain = evaluate(*tables(), HashingEncoder())
    assert evaluate(*tables(occupations=["内科护士", "焊工"]), HashingEncoder()) == plain
    assert plain.methods["duikou"]["hit@1"].value == 1
    assert not plain.calibrated


def test_the_baselines_stand_beside_and_every_figure_has_its_interval() -> None:
    found = evaluate(*tables(), HashingEncoder())
    assert set(found.methods) == {"duikou", "encoder", "tfidf"}
    for figures in found.methods.values():
        assert all(f.low <= f.value <= f.high for f in figures.values())


def test_pairs_without_shared_characters_are_reported_apart() -> None:
    found = evaluate(*tables(), HashingEncoder())
    # Neither title shares two characters in a row with the text of its program.
    assert found.low_overlap["pairs"]["pairs"] == 2


def test_a_truth_of_other_tables_is_refused() -> None:
    programs, demands, truth = tables()
    with pytest.raises(Unusable, match="no pair"):
        evaluate(programs, demands, truth.assign(program_id="X"), HashingEncoder())
