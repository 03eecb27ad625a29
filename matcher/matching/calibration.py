"""From scores to probabilities: p that graduates can start in the posts after normal onboarding.

One logistic regression per language of the pair (Chinese, English, or one on either side), fitted on graded pairs
(grade 2 or 3 = can start) and random far pairs with their sampling weight. The scores compare texts by fixed centres and
fixed word weights, so p of a pair depends on that pair alone. `calibration.json` is written by
benchmarks/quality/calibrate.py, which names the data it was fitted on.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

# Scores of a pair, in the order of every array that holds them; see score.pair_scores.
SCORES = (
    "whole",
    "facet_mean",
    "title_mean",
    "name_title",
    "best_facet",
    "log_lexical",
    "log_title",
    "log_name_title",
    "title_contained",
    "occupation_prior",
)
COSINES = SCORES[:5]
# How a p is told to come about: groups of scores whose parts of the logit are added (see `parts`).
PARTS = {
    "meaning": SCORES[:5],
    "words": SCORES[5:9],
    # With the weight of the pair's level and division.
    "occupation": SCORES[9:],
}
LEVELS = ("secondary", "associate", "bachelor")
DIVISIONS = ("2", "2-02", "4", "5", "6")
# Level of the program with division of the occupation; the first stands for all pairs where one is not known.
TRAITS = ("", *(f"{level} {division}" for level in LEVELS for division in DIVISIONS))
TONGUES = ("zh", "en", "cross")
# How many of a cohort count as near.
NEAREST = 10


@dataclass(frozen=True)
class Regression:
    """The logit of p for pairs of one language.

    Attributes:
        weights: (len(SCORES),); intercept; traits: (len(TRAITS),), added by level and division.
        typical: (len(SCORES),), mean scores of random pairs: what `parts` are counted from.
    """

    weights: np.ndarray
    intercept: float
    traits: np.ndarray
    typical: np.ndarray

    def logit(self, scores: np.ndarray, traits: np.ndarray) -> np.ndarray:
        """Logit of p for scores (..., len(SCORES)) and indexes into TRAITS (...)."""
        return np.asarray(scores @ self.weights + self.intercept + self.traits[traits])

    @property
    def start(self) -> float:
        """Logit of a random pair: where the parts begin."""
        return float(self.typical @ self.weights + self.intercept)

    def parts(self, scores: np.ndarray, traits: np.ndarray) -> np.ndarray:
        """What meaning, words and occupation add to `start`, (..., 3); with it they add up to the logit."""
        weighted = (scores - self.typical) * self.weights
        found = [weighted[..., [SCORES.index(s) for s in names]].sum(axis=-1) for names in PARTS.values()]
        found[-1] = found[-1] + self.traits[traits]
        return np.stack(found, axis=-1)


@dataclass(frozen=True)
class Calibration:
    """What turns cosines into p, for one encoder.

    Attributes:
        encoder: fingerprint of the model it was fitted for, without its precision.
        centres: (side, language) -> float32 (d,), subtracted from vectors before they are compared.
        cohorts: (side, language) -> float32 (n, d), centred: whole texts of national programs, entries of occupations.
            How close a text is to its nearest ones of the other side is taken off its cosines: some texts are near to all.
        regressions: language of the pair -> regression.
        background: mean and standard deviation of the centred cosine of random catalogue names and occupation titles.
        skill_near: centred cosine of a skill and its nearest course from which it counts as covered, set so that the share
            of covered skills is right; None where nobody graded that.
        calibrated: False where another encoder's regressions were carried over by its background.
        description: what it was fitted on, as written into every manifest.
    """

    encoder: str
    centres: Mapping[tuple[str, str], np.ndarray]
    cohorts: Mapping[tuple[str, str], np.ndarray]
    regressions: Mapping[str, Regression]
    background: tuple[float, float]
    skill_near: float | None
    calibrated: bool
    description: Mapping[str, Any]

    def explained(self, scores: np.ndarray, traits: np.ndarray, tongues: np.ndarray) -> np.ndarray:
        """The logit of p before rounding, what ranks, and its PARTS: (..., 1 + len(PARTS)).

        Args:
            scores: (..., len(SCORES)); traits: int (...), indexes into TRAITS; tongues: int (...), indexes into TONGUES.
        """
        found = np.empty((*traits.shape, 1 + len(PARTS)))
        for index, tongue in enumerate(TONGUES):
            here = tongues == index
            if here.any():
                regression = self.regressions[tongue]
                found[here, 0] = regression.logit(scores[here], traits[here])
                found[here, 1:] = regression.parts(scores[here], traits[here])
        return found


def probability(logit: np.ndarray) -> np.ndarray:
    """p for its logit, rounded to three decimals."""
    return np.round(1 / (1 + np.exp(-np.clip(logit, -50, 50))), 3)


@cache
def shipped() -> Calibration:
    """The calibration that ships, for the default encoder."""
    stored = json.loads((files("matcher.matching") / "calibration.json").read_text(encoding="utf-8"))
    centres = {
        (side, tongue): np.array(centre, np.float32)
        for side, by_tongue in stored["centres"].items()
        for tongue, centre in by_tongue.items()
    }
    with (files("matcher.matching") / "cohorts.npz").open("rb") as stream, np.load(stream) as vectors:
        cohorts = {key: centred(vectors["_".join(key)].astype(np.float32), centre) for key, centre in centres.items()}
    return Calibration(
        encoder=stored["encoder"],
        centres=centres,
        cohorts=cohorts,
        regressions={
            tongue: Regression(
                np.array([entry["weights"].get(name, 0.0) for name in SCORES]),
                entry["intercept"],
                np.array([entry["traits"].get(name, 0.0) for name in TRAITS]),
                np.array([entry["typical"].get(name, 0.0) for name in SCORES]),
            )
            for tongue, entry in stored["regressions"].items()
        },
        background=(stored["background"]["mean"], stored["background"]["sd"]),
        skill_near=stored["skill_near"],
        calibrated=True,
        description=stored["description"],
    )


@cache
def occupation_priors() -> Mapping[str, float]:
    """Occupation code -> how often programs of different classes lead to it, in the pairs that were fitted on."""
    stored = json.loads((files("matcher.matching") / "calibration.json").read_text(encoding="utf-8"))
    return dict(stored.get("occupation_priors", {}))


def carried_over(
    encoder: str, programs: np.ndarray, demands: np.ndarray, english: tuple[np.ndarray, np.ndarray]
) -> Calibration:
    """A stand-in for an encoder without a calibration of its own.

    Its cosines are stretched so that unrelated texts lie where they lie for the default encoder. The result ranks
    well and reads like a probability, but nobody has graded pairs of it: outputs say `uncalibrated`.

    Args:
        encoder: fingerprint.
        programs, demands: its vectors of Chinese reference names of programs and occupations, (n, d) and (m, d).
        english: the same of the English names.
    """
    base = shipped()
    named = {
        ("program", "zh"): programs, ("demand", "zh"): demands, ("program", "en"): english[0], ("demand", "en"): english[1],
    }  # fmt: skip
    centres = {key: vectors.mean(axis=0) for key, vectors in named.items()}
    cohorts = {key: centred(vectors, centres[key]) for key, vectors in named.items()}
    mean, sd = background(programs, demands, centres["program", "zh"], centres["demand", "zh"])
    stretch = base.background[1] / max(sd, 1e-9)
    shift = base.background[0] - mean * stretch
    cosines = [SCORES.index(name) for name in COSINES]
    # `whole` is a difference of cosines: a shift of all cosines leaves it as it is.
    shifted = [SCORES.index(name) for name in COSINES if name != "whole"]
    regressions = {}
    for tongue, regression in base.regressions.items():
        weights = regression.weights.copy()
        intercept = regression.intercept + float(weights[shifted].sum()) * shift
        weights[cosines] *= stretch
        regressions[tongue] = replace(regression, weights=weights, intercept=intercept)
    return Calibration(
        encoder, centres, cohorts, regressions, (mean, sd), None, False, {"carried_over_from": base.encoder}
    )


def background(
    programs: np.ndarray, demands: np.ndarray, program_centre: np.ndarray, demand_centre: np.ndarray
) -> tuple[float, float]:
    """Mean and standard deviation of the centred cosine over all pairs of reference names."""
    cosines = centred(programs, program_centre) @ centred(demands, demand_centre).T
    return float(cosines.mean()), float(cosines.std())


def closeness(vectors: np.ndarray, cohort: np.ndarray) -> np.ndarray:
    """Mean cosine of each vector with its nearest ones of a cohort, (n,): high for texts that are near to everything."""
    if not len(vectors):
        return np.zeros(0, np.float32)
    cosines = vectors @ cohort.T
    nearest = min(NEAREST, cosines.shape[1])
    return np.asarray(np.sort(cosines, axis=1)[:, -nearest:].mean(axis=1))


def centred(vectors: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Vectors less the centre, of length 1 again; float32, same shape."""
    moved = vectors - centre
    return (moved / np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), 1e-9)).astype(np.float32)
