"""Fits matcher/matching/calibration.json: p = a graduate can start in the posts after normal onboarding.

    python benchmarks/quality/calibrate.py PROFILES.csv OCCUPATIONS.csv GRADED.csv [SCORE,SCORE,...]

PROFILES: program profiles (program_code, program_name, goal, abilities, courses_practice, class_code); a column of
occupations faced would hold the answers and is not read. OCCUPATIONS: the classification (code, title, definition,
tasks). GRADED: program_code, occupation_code, grade 0-3. Prints cross-validated figures (folds by program class), then
fits on everything and writes the file; with a list of scores it prints the figures of those alone and writes nothing,
which is how rows of leaderboard.md are measured again. Deterministic.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import GroupKFold

from corpora.starter import catalogue, occupations
from indexes.cache import cache_folder
from indexes.encoder import load_encoder
from indexes.vector_cache import VectorCache
from matcher.matching.calibration import SCORES, background
from matcher.matching.facets import DEMAND_FACETS, PROGRAM_FACETS, demand_facets, program_facets
from matcher.matching.score import Side, pair_scores, side

FAR_PAIRS = 4000
LEVELS = {"中职": "secondary", "高职专科": "associate", "职教本科": "bachelor"}


def main(profiles: str, occupation_file: str, graded: str, only: str = "") -> None:
    """Fits, prints, writes."""
    truth = pd.read_csv(graded, dtype={"program_code": str, "occupation_code": str})
    programs, demands, left, right = load_sides(profiles, occupation_file, set(truth["program_code"]))
    scores = pair_scores(left, right, np.arange(len(programs)), np.arange(len(demands)))

    place = {p: i for i, p in enumerate(programs["program_id"])}
    column = {d: j for j, d in enumerate(demands["demand_id"])}
    truth = truth[truth["program_code"].isin(place) & truth["occupation_code"].isin(column)]
    rows = truth["program_code"].map(place).to_numpy()
    columns = truth["occupation_code"].map(column).to_numpy()
    y = (truth["grade"] >= 2).to_numpy(int)
    graded_pairs = set(zip(rows, columns, strict=True))
    rng = np.random.default_rng(0)
    far = np.stack([rng.integers(0, len(place), FAR_PAIRS), rng.integers(0, len(column), FAR_PAIRS)], 1)
    far = np.array([pair for pair in far if tuple(pair) not in graded_pairs])
    chosen = [SCORES.index(name) for name in only.split(",")] if only else list(range(len(SCORES)))
    x, z = scores[rows, columns][:, chosen], scores[far[:, 0], far[:, 1]][:, chosen]
    groups = programs["class_code"].to_numpy(str)

    p = np.zeros(len(y))
    for train, test in GroupKFold(5).split(x, groups=groups[rows]):
        inside = np.isin(groups[far[:, 0]], groups[rows][train])
        weights, intercept = fit(x[train], y[train], z[inside])
        p[test] = 1 / (1 + np.exp(-(x[test] @ weights + intercept)))
    figures = {
        "pairs": len(y),
        "share_positive": round(float(y.mean()), 4),
        "brier": round(float(brier_score_loss(y, p)), 4),
        "ece_15": round(_ece(y, p), 4),
        "auc": round(float(roc_auc_score(y, p)), 4),
        "precision_at_0.5": round(float(y[p >= 0.5].mean()), 4),
        "recall_at_0.5": round(float((p[y == 1] >= 0.5).mean()), 4),
    }
    print(json.dumps(figures, indent=2))
    if only:
        return
    weights, intercept = fit(x, y, z)
    encoder = load_encoder()
    store = VectorCache(cache_folder() / "vectors", encoder)
    program_centre, demand_centre = left.centre, right.centre
    names = store.encode(sorted(set(catalogue()["name"])))
    posts = store.encode(sorted(set(occupations()["occupation"])))
    mean, sd = background(names, posts, program_centre, demand_centre)
    content = {
        "encoder": encoder.fingerprint.split("-")[0],
        "weights": {name: round(float(w), 6) for name, w in zip(SCORES, weights, strict=True)},
        "intercept": round(intercept, 6),
        "background": {"mean": round(mean, 6), "sd": round(sd, 6)},
        "description": {
            "language": "zh",
            "positive": "grade 2 or 3: can start after normal onboarding",
            "population": f"pairs pooled from several methods, {truth['program_code'].nunique()} national program "
            "profiles against the 2022 occupation classification, graded by a language model and not yet by people; "
            f"{len(z)} random far pairs as negatives",
            "cross_validated_by_class": figures,
        },
        "program_centre": [round(float(v), 5) for v in program_centre],
        "demand_centre": [round(float(v), 5) for v in demand_centre],
    }
    target = Path(__file__).parents[2] / "matcher" / "matching" / "calibration.json"
    target.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load_sides(
    profiles: str, occupation_file: str, wanted: set[str], centres: tuple[np.ndarray, np.ndarray] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, Side, Side]:
    """Programs, demands (the classification's finest level) and both sides; centres are the means if none are given."""
    programs = pd.read_csv(profiles, dtype="string").rename(
        columns={"program_code": "program_id", "program_name": "name", "courses_practice": "courses"}
    )
    programs = programs[programs["program_id"].isin(wanted)].reset_index(drop=True)
    demands = pd.read_csv(occupation_file, dtype="string").rename(
        columns={"code": "demand_id", "title": "occupation", "definition": "description", "tasks": "skills"}
    )
    demands = demands.assign(occupation_code=demands["demand_id"])
    programs = programs.assign(level=programs["level"].map(LEVELS))
    demands = demands[demands["demand_id"].isin(occupations()["occupation_code"])].drop_duplicates("demand_id")
    own = [program_facets(row) for _, row in programs.iterrows()]
    posts = [demand_facets(row) for _, row in demands.iterrows()]
    store = VectorCache(cache_folder() / "vectors", load_encoder())
    texts = list(dict.fromkeys(t for f in (*own, *posts) for t in (*f.whole.values(), *f.clauses)))
    encoded = store.encode(texts, lambda done, of: print(f"encode {done}/{of}", file=sys.stderr))
    vectors = dict(zip(texts, encoded, strict=True))
    if centres is None:
        single = [t for f in posts for t in (*(v for k, v in f.whole.items() if k != "skills"), *f.clauses)]
        centres = (
            np.mean([vectors[t] for f in own for t in f.whole.values()], axis=0),
            np.mean([vectors[t] for t in single], axis=0),
        )
    left = side(own, PROGRAM_FACETS, vectors, centres[0])
    right = side(posts, DEMAND_FACETS, vectors, centres[1])
    return programs, demands.reset_index(drop=True), left, right


def fit(x: np.ndarray, y: np.ndarray, far: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and intercept of a ridge logistic regression on scores in their own units, positives y and far pairs."""
    scores = np.vstack([x, far])
    mean, spread = scores.mean(axis=0), np.maximum(scores.std(axis=0), 1e-9)
    model = LogisticRegression(C=1.0, max_iter=5000).fit((scores - mean) / spread, np.r_[y, np.zeros(len(far), int)])
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ mean)


def _ece(y: np.ndarray, p: np.ndarray) -> float:
    bins = np.array_split(np.argsort(p, kind="stable"), 15)
    return float(sum(len(b) * abs(p[b].mean() - y[b].mean()) for b in bins) / len(y))


if __name__ == "__main__":
    main(*sys.argv[1:])
