"""Reviews: they override p, stay apart from the model, and correct it only where there are enough of them."""

import numpy as np
import pandas as pd
import pytest

from matcher.matching.match import given_matches
from matcher.matching.reviews import ENOUGH_OF_EACH, learn, reviewed


def matches(**p: float) -> pd.DataFrame:
    """Pairs such as P1_D1=0.4."""
    pairs = [name.split("_") for name in p]
    return given_matches(
        pd.DataFrame({"program_id": [a for a, _ in pairs], "demand_id": [b for _, b in pairs], "p": list(p.values())})
    ).matches


def reviews(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["program_id", "demand_id", "decision"], dtype="string")


def test_a_confirmed_pair_is_certain_and_a_rejected_one_impossible() -> None:
    found, _ = reviewed(
        matches(P1_D1=0.3, P1_D2=0.9, P1_D3=0.6), reviews(("P1", "D1", "confirm"), ("P1", "D2", "reject")), 0.05
    )
    table = found.set_index("demand_id")
    assert table["p"].to_dict() == {"D1": 1.0, "D3": 0.6, "D2": 0.0}
    assert table["p_model"].to_dict() == {"D1": 0.3, "D3": 0.6, "D2": 0.9}, "what the model said stays readable"
    assert table["review"].to_dict() == {"D1": "confirm", "D3": "", "D2": "reject"}


def test_a_pair_that_the_model_did_not_list_can_be_confirmed_and_needs_no_rejection() -> None:
    found, _ = reviewed(matches(P1_D1=0.3), reviews(("P1", "D9", "confirm"), ("P1", "D8", "reject")), 0.05)
    assert found["demand_id"].tolist() == ["D9", "D1"]
    assert found["p"].tolist() == [1.0, 0.3]
    assert pd.isna(found["p_model"][0])


def test_of_several_decisions_the_last_counts() -> None:
    both = reviews(("P1", "D1", "confirm"), ("P1", "D1", "reject"))
    assert reviewed(matches(P1_D1=0.3), both, 0.05)[0]["p"].tolist() == [0.0]


def test_a_few_reviews_move_no_other_pair() -> None:
    some = {f"P1_D{i}": 0.5 for i in range(12)}
    found, correction = reviewed(
        matches(P9_D9=0.5, **some), reviews(*(("P1", f"D{i}", "reject") for i in range(12))), 0.05
    )
    assert not correction.learnt
    assert found.set_index("program_id").loc["P9", "p"] == 0.5


def simulated(n: int, slope: float, shift: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    p = rng.uniform(0.02, 0.98, n)
    true = 1 / (1 + np.exp(-(slope * np.log(p / (1 - p)) + shift)))
    return p, np.where(rng.random(n) < true, "confirm", "reject")


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.6, -1.0), (1.4, 0.8)])
def test_many_reviews_teach_how_far_p_is_off(slope: float, shift: float) -> None:
    correction = learn(*simulated(4000, slope, shift))
    assert correction.learnt
    assert correction.slope == pytest.approx(slope, abs=0.15)
    assert correction.shift == pytest.approx(shift, abs=0.15)
    at = np.array([0.2, 0.5, 0.9])
    true = 1 / (1 + np.exp(-(slope * np.log(at / (1 - at)) + shift)))
    np.testing.assert_allclose(correction.apply(at), true, atol=0.05)


def test_the_order_of_p_is_never_turned_round() -> None:
    p, decisions = simulated(400, 1.0, 0.0)
    contrary = np.where(decisions == "confirm", "reject", "confirm")
    corrected = learn(p, contrary).apply(np.linspace(0, 1, 50))
    assert (np.diff(corrected) >= 0).all()


def test_one_sided_reviews_teach_nothing() -> None:
    assert not learn(np.full(500, 0.7), np.full(500, "confirm")).learnt
    assert ENOUGH_OF_EACH >= 10


def test_corrected_pairs_below_the_floor_leave_and_reviewed_ones_stay() -> None:
    p, decisions = simulated(400, 1.0, -2.5)
    pairs = {f"P{i}_D1": float(np.round(v, 3)) for i, v in enumerate(p)}
    table = reviews(*((name.split("_")[0], "D1", d) for name, d in zip(pairs, decisions, strict=True)))
    found, correction = reviewed(matches(Q1_D1=0.06, Q2_D1=0.9, **pairs), table, 0.05)
    assert correction.learnt
    assert set(found["program_id"]) == {"Q2", *(name.split("_")[0] for name in pairs)}
    assert found.set_index("program_id").loc["Q2", "p"] < 0.7
