"""Ranks all occupations for every program by cross-validated weights, and prints how well.

    python benchmarks/quality/ranking.py PROFILES.csv OCCUPATIONS.csv GRADED.csv PAIRS.csv

The first three as for calibrate.py; PAIRS: program_code, occupation_code, the ministry's own (partial) pairs. Weights are
fitted on the graded pairs of the other folds (program classes); programs without graded pairs take the shipped weights,
which never saw them. hit@1, recall@10 and MAP are against the pairs, P@1 and nDCG@10 against the grades, judged pairs only.
"""

import json
import sys

import numpy as np
import pandas as pd
from calibrate import FAR_PAIRS, fit, load_sides
from sklearn.model_selection import GroupKFold

from matcher.matching.calibration import shipped
from matcher.matching.score import pair_scores


def main(profiles: str, occupation_file: str, graded: str, pairs: str) -> None:
    """Prints the figures as JSON."""
    truth = pd.read_csv(graded, dtype={"program_code": str, "occupation_code": str})
    listed = pd.read_csv(pairs, dtype=str)
    wanted = set(truth["program_code"]) | set(listed["program_code"])
    base = shipped()
    programs, demands, left, right = load_sides(
        profiles, occupation_file, wanted, (base.program_centre, base.demand_centre)
    )
    scores = pair_scores(left, right, np.arange(len(programs)), np.arange(len(demands)))
    place = {p: i for i, p in enumerate(programs["program_id"])}
    column = {d: j for j, d in enumerate(demands["demand_id"])}
    grades = np.full(scores.shape[:2], -1)
    for p, d, grade in zip(truth["program_code"], truth["occupation_code"], truth["grade"], strict=True):
        if d in column:
            grades[place[p], column[d]] = grade
    gold: list[set[int]] = [set() for _ in place]
    for p, d in zip(listed["program_code"], listed["occupation_code"], strict=True):
        if d in column:
            gold[place[p]].add(column[d])
    ranking = _cross_validated(scores, grades, programs["class_code"].to_numpy(str), base.weights)
    print(json.dumps({**_against_pairs(ranking, gold), **_against_grades(ranking, grades)}, indent=2))


def _cross_validated(scores: np.ndarray, grades: np.ndarray, groups: np.ndarray, weights: np.ndarray) -> np.ndarray:
    judged = np.argwhere(grades >= 0)
    y = (grades[judged[:, 0], judged[:, 1]] >= 2).astype(int)
    rng = np.random.default_rng(0)
    known = np.unique(judged[:, 0])
    far = np.stack([rng.choice(known, FAR_PAIRS), rng.integers(0, scores.shape[1], FAR_PAIRS)], 1)
    ranking = scores @ weights
    for train, test in GroupKFold(5).split(judged, groups=groups[judged[:, 0]]):
        own = set(groups[judged[train, 0]])
        inside = np.array([groups[a] in own for a in far[:, 0]])
        weights, _ = fit(scores[judged[train, 0], judged[train, 1]], y[train], scores[far[inside, 0], far[inside, 1]])
        rows = np.flatnonzero(np.isin(groups, groups[judged[test, 0]]))
        ranking[rows] = scores[rows] @ weights
    return ranking


def _against_pairs(ranking: np.ndarray, gold: list[set[int]]) -> dict[str, float]:
    hit, recall, precision = [], [], []
    for row, true in enumerate(gold):
        if not true:
            continue
        order = np.argsort(-ranking[row], kind="stable")
        found = np.flatnonzero(np.isin(order, list(true)))
        hit.append(found[0] == 0)
        recall.append((found < 10).sum() / len(true))
        precision.append(np.mean([(k + 1) / (at + 1) for k, at in enumerate(found)]))
    named = {"hit@1": hit, "recall@10": recall, "map": precision}
    return {"programs": len(hit), **{k: round(float(np.mean(v)), 3) for k, v in named.items()}}


def _against_grades(ranking: np.ndarray, grades: np.ndarray) -> dict[str, float]:
    first, gained = [], []
    discount = 1 / np.log2(np.arange(2, 12))
    for row in np.flatnonzero((grades >= 0).any(axis=1)):
        judged = np.flatnonzero(grades[row] >= 0)
        grade = grades[row, judged[np.argsort(-ranking[row, judged], kind="stable")]]
        gain = 2.0**grade - 1
        best = np.sort(gain)[::-1][:10]
        first.append(grade[0] >= 2)
        if best[0] > 0:
            gained.append((gain[:10] * discount[: len(gain[:10])]).sum() / (best * discount[: len(best)]).sum())
    return {"p@1": round(float(np.mean(first)), 3), "ndcg@10": round(float(np.mean(gained)), 3)}


if __name__ == "__main__":
    main(*sys.argv[1:])
