"""Programs and demands in, matches with p and evidence out (docs/method.md, section 1).

Rows of equal text are scored once. Candidates come from two lanes, the FAISS index of the demands' vectors and the
shared words, generously; then every candidate pair is scored in full, so an index never decides about a match.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corpora.starter import catalogue, occupations
from indexes.cache import cache_folder
from indexes.encoder import Encoder, load_encoder
from indexes.vector_cache import VectorCache
from indexes.vector_index import IndexFault, VectorIndex, open_index, write_index
from matcher.matching.calibration import Calibration, carried_over, shipped
from matcher.matching.facets import DEMAND_FACETS, PROGRAM_FACETS, FacetTexts, demand_facets, program_facets
from matcher.matching.records import MATCH_COLUMNS, MatchGraph
from matcher.matching.score import Side, best_clauses, pair_scores, side

LANE = 200
BLOCK = 64
# Programs scored against everything, to say what the candidate lanes left out.
SAMPLE = 20

Progress = Callable[[str, int, int], None]


def match_texts(
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    encoder: Encoder | None = None,
    floor: float = 0.05,
    threshold: float = 0.5,
    top: int | None = None,
    progress: Progress | None = None,
) -> MatchGraph:
    """Matches the texts of two tables.

    Args:
        programs: the programs table; demands: the demands table (both as corpora reads them).
        encoder: texts -> vectors; the default one if None.
        floor: least p of a match that is kept; threshold: p of an edge, for the count of missed pairs.
        top: keep only so many matches a program; all if None.
        progress: called with (step, done, of).
    """
    encoder = encoder or load_encoder()
    sides = text_sides(programs, demands, encoder, progress)
    index = _demand_index(sides.demands, sides.demands.texts, encoder.fingerprint)
    calibration = sides.calibration
    found, missed, sampled = _score(sides.programs, sides.demands, index, calibration, floor, threshold, progress)
    rows = []
    ids, demand_ids = programs["program_id"].to_numpy(str), demands["demand_id"].to_numpy(str)
    for i, j, p in found:
        evidence = best_clauses(sides.programs, sides.demands, i, j)
        rows += [(ids[a], demand_ids[b], p, *evidence) for a in sides.program_rows[i] for b in sides.demand_rows[j]]
    matches = _sorted(pd.DataFrame(rows, columns=MATCH_COLUMNS))
    if top is not None:
        matches = matches.groupby("program_id", sort=False).head(top).reset_index(drop=True)
    return MatchGraph(matches, encoder.fingerprint, calibration.calibrated, missed, sampled)


@dataclass(frozen=True)
class Sides:
    """Programs and demands as vectors, each different text once.

    Attributes:
        programs, demands: one row a different text; program_rows, demand_rows: the table rows that have it.
        calibration: of the encoder.
        encode: texts -> vectors (n, d) through the same cache.
    """

    programs: Side
    demands: Side
    program_rows: list[list[int]]
    demand_rows: list[list[int]]
    calibration: Calibration
    encode: Callable[[Sequence[str]], np.ndarray]


def text_sides(
    programs: pd.DataFrame, demands: pd.DataFrame, encoder: Encoder, progress: Progress | None = None
) -> Sides:
    """Encodes the facets and clauses of two tables; see `match_texts`."""
    own, program_rows = _distinct([program_facets(row) for _, row in programs.iterrows()])
    wanted, demand_rows = _distinct([demand_facets(row) for _, row in demands.iterrows()])
    store = VectorCache(cache_folder() / "vectors", encoder)
    calibration = _calibration(encoder, store, progress)
    texts = list(dict.fromkeys(t for f in (*own, *wanted) for t in (*f.whole.values(), *f.clauses)))
    vectors = dict(zip(texts, store.encode(texts, _step(progress, "encode")), strict=True))
    left = side(own, PROGRAM_FACETS, vectors, calibration.program_centre)
    right = side(wanted, DEMAND_FACETS, vectors, calibration.demand_centre)
    return Sides(left, right, program_rows, demand_rows, calibration, store.encode)


def given_matches(links: pd.DataFrame) -> MatchGraph:
    """Links from an official crosswalk in place of text matching; an empty p counts as 1."""
    matches = links.reindex(columns=["program_id", "demand_id", "p"])
    matches = matches.assign(p=matches["p"].astype(float).fillna(1.0).round(3), program_evidence="", demand_evidence="")
    return MatchGraph(_sorted(matches[MATCH_COLUMNS]), "given", True, 0, 0)


def _sorted(matches: pd.DataFrame) -> pd.DataFrame:
    kinds = {c: "string" for c in MATCH_COLUMNS if c != "p"} | {"p": "float64"}
    return matches.astype(kinds).sort_values(
        ["program_id", "p", "demand_id"], ascending=[True, False, True], ignore_index=True
    )


def _distinct(texts: Sequence[FacetTexts]) -> tuple[list[FacetTexts], list[list[int]]]:
    """Each different set of facets once, in order of its words, and the rows that have it."""
    rows: dict[tuple[object, ...], list[int]] = {}
    for row, text in enumerate(texts):
        rows.setdefault((*text.whole.items(), text.clauses, text.trait), []).append(row)
    order = sorted(rows, key=str)
    return [texts[rows[key][0]] for key in order], [rows[key] for key in order]


def _calibration(encoder: Encoder, store: VectorCache, progress: Progress | None) -> Calibration:
    base = shipped()
    # The precision is a suffix of the fingerprint; it moves a cosine by less than calibration can see.
    if encoder.fingerprint.split("-")[0] == base.encoder:
        return base
    step = _step(progress, "reference names")
    programs = store.encode(sorted(set(catalogue()["name"])), step)
    posts = store.encode(sorted(set(occupations()["occupation"])), step)
    return carried_over(encoder.fingerprint, programs, posts)


def _demand_index(demands: Side, texts: Sequence[FacetTexts], encoder: str) -> VectorIndex:
    """The FAISS index of the demands, mapped from the cache where these texts were indexed before."""
    key = hashlib.sha256(repr([(sorted(t.whole.items()), encoder) for t in texts]).encode()).hexdigest()[:24]
    folder = cache_folder() / "indexes" / key
    try:
        return open_index(folder, encoder)
    except IndexFault:
        return write_index(folder, demands.composite(), [str(i) for i in range(len(texts))], encoder)


def _score(
    programs: Side,
    demands: Side,
    index: VectorIndex,
    calibration: Calibration,
    floor: float,
    threshold: float,
    progress: Progress | None,
) -> tuple[list[tuple[int, int, float]], int, int]:
    """(program row, demand row, p) at or above the floor, and what the lanes missed in a sample."""
    n, m = len(programs.texts), len(demands.texts)
    found: list[tuple[int, int, float]] = []
    composite = programs.composite()
    step = max(1, n // SAMPLE)
    missed = sampled = 0
    for start in range(0, n, BLOCK):
        rows = np.arange(start, min(n, start + BLOCK))
        allowed = np.zeros((len(rows), m), bool)
        _, near = index.search(composite[rows], LANE)
        np.put_along_axis(allowed, near, True, axis=1)
        shared = (programs.lexical[rows] @ demands.lexical.T).toarray()
        words = np.argsort(-shared, axis=1, kind="stable")[:, :LANE]
        np.put_along_axis(allowed, words, True, axis=1)
        full = rows[rows % step == 0] - start
        columns = np.arange(m) if len(full) else np.flatnonzero(allowed.any(axis=0))
        p = np.zeros((len(rows), m))
        p[:, columns] = calibration.probability(pair_scores(programs, demands, rows, columns))
        missed += int(((p[full] >= threshold) & ~allowed[full]).sum())
        sampled += len(full)
        found += [(int(rows[i]), int(j), float(p[i, j])) for i, j in np.argwhere(allowed & (p >= floor))]
        if progress:
            progress("score", int(rows[-1]) + 1, n)
    return found, missed, sampled


def _step(progress: Progress | None, name: str) -> Callable[[int, int], None] | None:
    return (lambda done, of: progress(name, done, of)) if progress else None
