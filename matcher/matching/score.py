"""Scores of program-demand pairs from the vectors of their facets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from indexes.lexical import lexical_vectors
from matcher.matching.calibration import centred
from matcher.matching.facets import DEMAND_FACETS, PROGRAM_FACETS, FacetTexts, title_core

# Keeps the logarithm finite where two texts share nothing.
LEXICAL_FLOOR = 0.01


@dataclass(frozen=True)
class Side:
    """Texts of one side (programs or demands) as vectors, n rows.

    Attributes:
        facets: facet -> float32 (n, d), centred, length 1; rows of zeros where the facet has no text.
        clauses: float32 (c, d), all clauses of all rows one after the other.
        starts: int64 (n + 1,): row i owns clauses[starts[i] : starts[i + 1]].
        lexical: sparse (n, buckets), of all text; title_lexical: of the first facet (name or title) alone.
        texts: the texts themselves; centre: what was subtracted from their vectors.
    """

    facets: dict[str, np.ndarray]
    clauses: np.ndarray
    starts: np.ndarray
    lexical: sp.csr_matrix
    title_lexical: sp.csr_matrix
    texts: Sequence[FacetTexts]
    centre: np.ndarray

    def composite(self) -> np.ndarray:
        """One vector a row whose inner products are the mean facet cosines, (n, d): what the index searches."""
        present = sum((np.abs(v).sum(axis=1) > 0).astype(np.float32) for v in self.facets.values())
        return np.asarray(sum(self.facets.values()) / np.maximum(present, 1)[:, None], np.float32)


def side(texts: Sequence[FacetTexts], names: Sequence[str], vectors: dict[str, np.ndarray], centre: np.ndarray) -> Side:
    """Builds a side.

    Args:
        texts: one a row.
        names: the facets of this side.
        vectors: text -> float32 (d,), for every facet text and clause.
        centre: float32 (d,).
    """
    width = len(centre)
    facets = {}
    for name in names:
        rows = [i for i, t in enumerate(texts) if name in t.whole]
        matrix = np.zeros((len(texts), width), np.float32)
        if rows:
            matrix[rows] = centred(np.stack([vectors[texts[i].whole[name]] for i in rows]), centre)
        facets[name] = matrix
    flat = [vectors[c] for t in texts for c in t.clauses]
    clauses = centred(np.stack(flat), centre) if flat else np.zeros((0, width), np.float32)
    starts = np.concatenate([[0], np.cumsum([len(t.clauses) for t in texts])]).astype(np.int64)
    lexical = lexical_vectors(["；".join(t.whole.values()) for t in texts])
    titles = lexical_vectors([t.whole.get(names[0], "") for t in texts])
    return Side(facets, clauses, starts, lexical, titles, texts, centre)


def pair_scores(programs: Side, demands: Side, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """float64 (len(rows), len(columns), len(SCORES)) in the order of calibration.SCORES, for all pairs of the given rows.

    facet_mean: mean cosine of all facets of the program with all facets of the demand; against `skills` it is the best
    over the single skills, not that of the whole list: a post asks for one thing at a time. title_mean: the same
    against the occupation's title alone. log_lexical, log_title: logarithms of the shared words, of all text and of the
    title. title_contained: whether the program's text names the occupation. The others say which sort of posts, by
    the division of the occupation code, meets which level of program: 1 or 0, and 0 where no code is given.
    """
    shape = (len(rows), len(columns))
    total, count = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    title, facets = np.zeros(shape, np.float32), np.zeros((len(rows), 1), np.float32)
    skill_rows, owners = _skill_clauses(demands, columns)
    places, firsts = np.unique(owners, return_index=True)
    for facet in PROGRAM_FACETS:
        left = programs.facets[facet][rows]
        has_left = np.abs(left).sum(axis=1) > 0
        for other in DEMAND_FACETS:
            right = demands.facets[other][columns]
            has = has_left[:, None] & (np.abs(right).sum(axis=1) > 0)[None, :]
            cosine = left @ right.T
            if other == "skills" and len(skill_rows):
                single = left @ demands.clauses[skill_rows].T
                cosine[:, places] = np.maximum.reduceat(single, firsts, axis=1)
            total += np.where(has, cosine, 0)
            count += has
            if other == "title":
                title += cosine
        facets += has_left[:, None]
    words = (programs.lexical[rows] @ demands.lexical[columns].T).toarray()
    title_words = (programs.lexical[rows] @ demands.title_lexical[columns].T).toarray()
    texts = ["；".join(programs.texts[row].whole.values()).casefold() for row in rows]
    cores = [title_core(demands.texts[column].whole.get("title", "")) for column in columns]
    contained = np.array([[core in text and bool(core) for core in cores] for text in texts], float).reshape(shape)
    levels = np.array([programs.texts[row].trait for row in rows])[:, None]
    traits = np.array([demands.texts[column].trait for column in columns])[None, :]
    scores = [
        total / np.maximum(count, 1),
        np.log(words + LEXICAL_FLOOR),
        title / np.maximum(facets, 1),
        np.log(title_words + LEXICAL_FLOOR),
        contained,
        *((levels == level) & (traits == "professional") for level in ("secondary", "associate", "bachelor")),
        np.broadcast_to(traits == "production", shape),
    ]
    return np.stack(scores, axis=-1).astype(np.float64)


def best_clauses(programs: Side, demands: Side, row: int, column: int) -> tuple[str, str]:
    """The clause of each side that carries a match: the pair of clauses nearest in meaning."""
    a, b = slice(*programs.starts[row : row + 2]), slice(*demands.starts[column : column + 2])
    similarity = programs.clauses[a] @ demands.clauses[b].T
    i, j = np.unravel_index(int(similarity.argmax()), similarity.shape)
    return programs.texts[row].clauses[int(i)], demands.texts[column].clauses[int(j)]


def _skill_clauses(demands: Side, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of `clauses` that are skills, of the given demands, and the place in `columns` each belongs to."""
    found, owners = [], []
    for place, column in enumerate(columns):
        text = demands.texts[column]
        skills = set(text.whole.get("skills", "").split("；"))
        first = demands.starts[column]
        for offset, clause in enumerate(text.clauses):
            if clause in skills:
                found.append(first + offset)
                owners.append(place)
    return np.array(found, np.int64), np.array(owners, np.int64)
