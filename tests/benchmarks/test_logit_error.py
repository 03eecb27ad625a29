"""The error of p that a whole group shares is told from chance and from single odd programs."""

import numpy as np
import pytest
from logit_error import Graded, estimate


def graded(by_group: float, by_program: float, shift: float, seed: int = 0) -> Graded:
    """50 groups of 4 programs with 8 pairs each."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(50), 32)
    program = np.repeat(np.arange(200), 8)
    logit = rng.normal(0, 1.5, len(group))
    true = logit + shift + rng.normal(0, by_group, 50)[group] + rng.normal(0, by_program, 200)[program]
    return Graded(logit, rng.random(len(group)) < 1 / (1 + np.exp(-true)), group.astype(str), program.astype(str))


@pytest.mark.parametrize(("by_group", "by_program", "shift"), [(0.7, 0.5, 0.0), (0.0, 0.8, 0.4)])
def test_known_errors_are_found_again(by_group: float, by_program: float, shift: float) -> None:
    found = estimate(graded(by_group, by_program, shift))
    low, high = found["group_between"]
    assert low <= by_group <= high
    assert high - low < 0.7
    assert found["program"] == pytest.approx(by_program, abs=0.3)
    assert found["shift"] == pytest.approx(shift, abs=0.3)
