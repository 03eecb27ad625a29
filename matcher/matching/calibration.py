"""From scores to probabilities: p that graduates can start in the posts after normal onboarding.

A logistic regression on a few scores of a pair, fitted on graded pairs (grade 2 or 3 = can start) and random far pairs.
The scores compare texts by fixed centres and fixed word weights, so p of a pair depends on that pair alone.
`calibration.json` is written by benchmarks/quality/calibrate.py, which names the data it was fitted on.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

SCORES = (
    "facet_mean",
    "log_lexical",
    "title_mean",
    "log_title",
    "title_contained",
    "secondary_professional",
    "associate_professional",
    "bachelor_professional",
    "production",
)


@dataclass(frozen=True)
class Calibration:
    """What turns cosines into p, for one encoder.

    Attributes:
        encoder: fingerprint of the model it was fitted for.
        program_centre, demand_centre: float32 (d,), subtracted from vectors before they are compared.
        weights, intercept: of the logistic regression on SCORES.
        background: mean and standard deviation of the centred cosine of random catalogue names and occupation titles.
        calibrated: False where another encoder's regression was carried over by its background.
        description: what it was fitted on, as written into every manifest.
    """

    encoder: str
    program_centre: np.ndarray
    demand_centre: np.ndarray
    weights: np.ndarray
    intercept: float
    background: tuple[float, float]
    calibrated: bool
    description: Mapping[str, Any]

    def probability(self, scores: np.ndarray) -> np.ndarray:
        """p for scores of shape (..., len(SCORES)) in the order of SCORES, rounded to three decimals."""
        return np.round(1 / (1 + np.exp(-self.logit(scores))), 3)

    def logit(self, scores: np.ndarray) -> np.ndarray:
        """The logit of p before rounding: what ranks."""
        return np.asarray(scores @ self.weights + self.intercept)


@cache
def shipped() -> Calibration:
    """The calibration that ships, for the default encoder."""
    stored = json.loads((files("matcher.matching") / "calibration.json").read_text(encoding="utf-8"))
    return Calibration(
        encoder=stored["encoder"],
        program_centre=np.array(stored["program_centre"], np.float32),
        demand_centre=np.array(stored["demand_centre"], np.float32),
        weights=np.array([stored["weights"][name] for name in SCORES]),
        intercept=stored["intercept"],
        background=(stored["background"]["mean"], stored["background"]["sd"]),
        calibrated=True,
        description=stored["description"],
    )


def carried_over(encoder: str, programs: np.ndarray, demands: np.ndarray) -> Calibration:
    """A stand-in for an encoder without a calibration of its own.

    Its cosines are stretched so that unrelated texts lie where they lie for the default encoder. The result ranks
    well and reads like a probability, but nobody has graded pairs of it: outputs say `uncalibrated`.

    Args:
        encoder: fingerprint.
        programs, demands: its vectors of reference names of programs and occupations, (n, d) and (m, d).
    """
    base = shipped()
    centres = programs.mean(axis=0), demands.mean(axis=0)
    mean, sd = background(programs, demands, *centres)
    stretch = base.background[1] / sd
    shift = base.background[0] - mean * stretch
    weights = base.weights.copy()
    cosines = [SCORES.index("facet_mean"), SCORES.index("title_mean")]
    intercept = base.intercept + float(weights[cosines].sum()) * shift
    weights[cosines] *= stretch
    return Calibration(encoder, *centres, weights, intercept, (mean, sd), False, {"carried_over_from": base.encoder})


def background(
    programs: np.ndarray, demands: np.ndarray, program_centre: np.ndarray, demand_centre: np.ndarray
) -> tuple[float, float]:
    """Mean and standard deviation of the centred cosine over all pairs of reference names."""
    cosines = centred(programs, program_centre) @ centred(demands, demand_centre).T
    return float(cosines.mean()), float(cosines.std())


def centred(vectors: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Vectors less the centre, of length 1 again; float32, same shape."""
    moved = vectors - centre
    return (moved / np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), 1e-9)).astype(np.float32)
