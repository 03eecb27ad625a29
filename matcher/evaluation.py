"""How well matches rank and how honest p is, on pairs that somebody listed or graded (docs/contract.md, `truth`).

With grades, pairs that are not listed are unknown rather than wrong: every figure then reads judged pairs only. Without
grades the listed pairs count as right and all others as wrong, which understates every method where the list is partial.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corpora.faults import Unusable
from indexes.encoder import Encoder, load_encoder
from indexes.lexical import grams
from matcher.matching.calibration import probability
from matcher.matching.match import Progress, text_sides

RELEVANT_GRADE = 2
CALIBRATION_BINS = 15
ROUNDS = 1000
SIMULATIONS = 200
BLOCK = 64


@dataclass(frozen=True)
class Figure:
    """A mean over programs with its 95 % bootstrap interval (programs resampled)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Evaluation:
    """What `duikou evaluate` prints.

    Attributes:
        methods: method ("duikou", "encoder", "tfidf") -> key -> figure. "encoder" compares whole texts by cosine,
            "tfidf" by character 1- to 3-grams weighted over the given tables.
        calibration: ece, ece_floor (mean ECE of outcomes simulated from p), brier and the reliability table of p on
            judged pairs; empty without grades.
        groups: "major_group" and "level" -> name -> key -> value, with the number of programs.
        low_overlap: the same keys on pairs whose title shares no two characters in a row with the program's text.
        programs, pairs, demands: how many were evaluated.
        calibrated: whether p was fitted for this encoder.
    """

    methods: Mapping[str, Mapping[str, Figure]]
    calibration: Mapping[str, object]
    groups: Mapping[str, Mapping[str, Mapping[str, float]]]
    low_overlap: Mapping[str, Mapping[str, float]]
    programs: int
    pairs: int
    demands: int
    calibrated: bool


def evaluate(
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    truth: pd.DataFrame,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Ranks all demands for every program of the truth and compares.

    The column `occupations` of programs is never read: colleges name their answers there.

    Args:
        programs, demands, truth: tables of the contract; programs without a pair are not ranked.
        encoder: the default one if None.

    Raises:
        Unusable: no pair of the truth is left to evaluate.
    """
    truth = truth[truth["program_id"].isin(programs["program_id"]) & truth["demand_id"].isin(demands["demand_id"])]
    if truth.empty:
        raise Unusable("真值表中没有可评价的配对", "the truth table has no pair of these programs and demands")
    asked = programs[programs["program_id"].isin(truth["program_id"])].reset_index(drop=True)
    grades = _grades(truth, asked, demands)
    graded = bool(truth["grade"].notna().any())
    encoder = encoder or load_encoder()
    rankings, p, texts, calibrated = _rankings(asked, demands, encoder, progress)
    judged = grades >= 0 if graded else np.ones(grades.shape, bool)
    relevant = grades >= RELEVANT_GRADE
    methods = {
        name: _figures(_per_program(scores, grades, relevant, judged, graded)) for name, scores in rankings.items()
    }
    own = _per_program(rankings["duikou"], grades, relevant, judged, graded)
    groups = {
        column: _by_group(own, asked[column].astype(object).fillna("").to_numpy(str))
        for column in ("major_group", "level")
    }
    hidden = relevant & ~overlap(texts, demands["occupation"].astype(str).tolist())
    low = {
        # The other right answers are taken out of the ranking: the question is how well the hard ones are found.
        name: _means(_per_program(np.where(relevant & ~hidden, -np.inf, scores), grades, hidden, judged, False))
        for name, scores in rankings.items()
    }
    return Evaluation(
        methods=methods,
        calibration=calibration_figures(p[judged & (grades >= 0)], relevant[judged & (grades >= 0)]) if graded else {},
        groups=groups,
        low_overlap={**low, "pairs": {"pairs": float(hidden.sum())}},
        programs=int(relevant.any(axis=1).sum()),
        pairs=int((grades >= 0).sum()),
        demands=len(demands),
        calibrated=calibrated,
    )


def calibration_figures(p: np.ndarray, right: np.ndarray) -> dict[str, object]:
    """ECE over equal-mass bins, its floor, Brier score and the reliability table.

    Args:
        p: probabilities, (n,); right: outcomes, (n,).
    """
    rng = np.random.default_rng(0)
    floor = [_ece(p, rng.random(len(p)) < p) for _ in range(SIMULATIONS)]
    table = [
        {"pairs": len(b), "p": round(float(p[b].mean()), 4), "right": round(float(right[b].mean()), 4)}
        for b in _bins(p)
    ]
    return {
        "ece": round(_ece(p, right), 4),
        "ece_floor": round(float(np.mean(floor)), 4),
        "brier": round(float(((p - right) ** 2).mean()), 4),
        "pairs": len(p),
        "reliability": table,
    }


def _grades(truth: pd.DataFrame, programs: pd.DataFrame, demands: pd.DataFrame) -> np.ndarray:
    """int (programs, demands): the grade; -1 where nothing is listed; a listed pair without a grade counts as 3."""
    row = {p: i for i, p in enumerate(programs["program_id"])}
    column = {d: j for j, d in enumerate(demands["demand_id"])}
    found = np.full((len(row), len(column)), -1)
    for program, demand, grade in zip(truth["program_id"], truth["demand_id"], truth["grade"], strict=True):
        found[row[program], column[demand]] = 3 if pd.isna(grade) else int(grade)
    return found


def _rankings(
    programs: pd.DataFrame, demands: pd.DataFrame, encoder: Encoder, progress: Progress | None
) -> tuple[dict[str, np.ndarray], np.ndarray, list[str], bool]:
    """method -> scores (programs, demands), p, the programs' whole texts, and whether p is calibrated."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    sides = text_sides(programs, demands, encoder, progress, evidence=False)
    n, m = len(programs), len(demands)
    logit = np.empty((n, m))
    columns = np.arange(len(sides.demands.texts))
    for start in range(0, len(sides.programs.texts), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(sides.programs.texts)))
        found = sides.logits(rows, columns)
        for i, row in enumerate(rows):
            for place in sides.program_rows[row]:
                for j, group in enumerate(sides.demand_rows):
                    logit[place, group] = found[i, j]
        if progress:
            progress("score", int(rows[-1]) + 1, len(sides.programs.texts))
    own, posts = [""] * n, [""] * m
    for text, places in zip(sides.programs.texts, sides.program_rows, strict=True):
        for place in places:
            own[place] = text.text
    for text, places in zip(sides.demands.texts, sides.demand_rows, strict=True):
        for place in places:
            posts[place] = text.text
    whole = sides.encode([*own, *posts])
    tfidf = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True).fit([*own, *posts])
    rankings = {
        "duikou": logit,
        "encoder": whole[:n] @ whole[n:].T,
        "tfidf": (tfidf.transform(own) @ tfidf.transform(posts).T).toarray(),
    }
    return rankings, probability(logit), own, sides.calibration.calibrated


def _per_program(
    scores: np.ndarray, grades: np.ndarray, relevant: np.ndarray, judged: np.ndarray, graded: bool
) -> dict[str, np.ndarray]:
    """key -> one value a program, NaN for programs without a right answer."""
    keys = ["hit@1", "recall@5", "recall@10", "map", "mrr"] + (
        ["p@1", "p@5", "ndcg@10", "unjudged@10"] if graded else []
    )
    found = {key: np.full(len(scores), np.nan) for key in keys}
    discount = 1 / np.log2(np.arange(2, 12))
    for row in range(len(scores)):
        pool = np.flatnonzero(judged[row])
        order = pool[np.argsort(-scores[row, pool], kind="stable")]
        right = relevant[row, order]
        if right.any():
            places = np.flatnonzero(right)
            found["hit@1"][row] = right[0]
            found["recall@5"][row] = right[:5].sum() / len(places)
            found["recall@10"][row] = right[:10].sum() / len(places)
            found["map"][row] = np.mean((np.arange(len(places)) + 1) / (places + 1))
            found["mrr"][row] = 1 / (places[0] + 1)
        if graded and len(pool):
            grade = np.maximum(grades[row, order], 0)
            gain = 2.0**grade - 1
            best = np.sort(gain)[::-1][:10]
            found["p@1"][row] = right[0]
            found["p@5"][row] = right[:5].mean()
            if best[0] > 0:
                found["ndcg@10"][row] = (gain[:10] * discount[: len(gain[:10])]).sum() / (
                    best * discount[: len(best)]
                ).sum()
            top = np.argsort(-scores[row], kind="stable")[:10]
            found["unjudged@10"][row] = (~judged[row, top]).mean()
    return found


def _figures(values: Mapping[str, np.ndarray]) -> dict[str, Figure]:
    found = {}
    for key, column in values.items():
        known = column[~np.isnan(column)]
        if not len(known):
            continue
        rng = np.random.default_rng(0)
        means = known[rng.integers(0, len(known), (ROUNDS, len(known)))].mean(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        found[key] = Figure(round(float(known.mean()), 4), round(float(low), 4), round(float(high), 4))
    return found


def _means(values: Mapping[str, np.ndarray]) -> dict[str, float]:
    return {k: round(float(np.nanmean(v)), 4) for k, v in values.items() if (~np.isnan(v)).any()}


def _by_group(values: Mapping[str, np.ndarray], names: np.ndarray) -> dict[str, dict[str, float]]:
    found = {}
    for name in sorted(set(names)):
        inside = {key: column[names == name] for key, column in values.items()}
        if (~np.isnan(inside["hit@1"])).any():
            found[name] = {**_means(inside), "programs": float((~np.isnan(inside["hit@1"])).sum())}
    return found


def overlap(texts: Sequence[str], titles: Sequence[str]) -> np.ndarray:
    """bool (programs, demands): whether title and program text share two characters in a row (or a Latin word)."""
    pairs: Callable[[str], set[str]] = lambda text: {g for g in grams(text) if len(g) > 1}  # noqa: E731
    wanted = [pairs(title) for title in titles]
    found = np.zeros((len(texts), len(titles)), bool)
    for row, text in enumerate(texts):
        own = pairs(text)
        found[row] = [not own.isdisjoint(title) for title in wanted]
    return found


def _bins(p: np.ndarray) -> list[np.ndarray]:
    order = np.argsort(p, kind="stable")
    return [b for b in np.array_split(order, CALIBRATION_BINS) if len(b)]


def _ece(p: np.ndarray, right: np.ndarray) -> float:
    return float(sum(len(b) * abs(p[b].mean() - right[b].mean()) for b in _bins(p)) / len(p))
