"""Scores of program-demand pairs from the vectors of their facets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from indexes.lexical import lexical_vectors
from matcher.matching.calibration import DIVISIONS, LEVELS, TONGUES, centred, closeness, occupation_priors
from matcher.matching.facets import DEMAND_FACETS, PROGRAM_FACETS, FacetTexts

# Keeps the logarithm finite where two texts share nothing.
LEXICAL_FLOOR = 0.01
# Up to so many rows are multiplied one by one.
FEW_ROWS = 4
# Rows whose vectors are worked on at a time.
SLICE = 4_096
# 29-1141 of 29-1141.00
SOC_LENGTH = 7


@dataclass(frozen=True)
class Clauses:
    """Vectors of several clauses a row; many rows share a clause, whose vector is there once.

    Attributes:
        vectors: float32 (different clauses, d), centred, length 1.
        places: int64 (c,), the vector of each clause, one row after the other.
        starts: int64 (n + 1,): row i owns the clauses from starts[i] to starts[i + 1].
    """

    vectors: np.ndarray
    places: np.ndarray
    starts: np.ndarray

    def of(self, row: int) -> np.ndarray:
        return self.vectors[self.places[self.starts[row] : self.starts[row + 1]]]


@dataclass(frozen=True)
class Side:
    """Texts of one side (programs or demands) as vectors, n rows.

    Attributes:
        facets: facet -> float32 (n, d), centred, length 1; rows of zeros where the facet has no text.
        present: facet -> bool (n,), whether it has text.
        skills: of a demand, one vector a skill; of a program without rows.
        clauses: the sentences that a match can be shown by; empty where no evidence was asked for.
        lexical: sparse (n, buckets), of all text; title_lexical: of the name or title alone.
        closeness: (n,), mean cosine of the whole text (or entry) with the nearest texts of the other side's cohort.
        priors: (n,), of a demand's occupation, see `pair_scores`.
        tongues: int64 (n,), indexes into TONGUES.
        levels, divisions: int64 (n,), one more than the index into LEVELS and DIVISIONS; 0 where it is not known.
        texts: the texts themselves; cores: of a demand, see `FacetTexts.core`.
    """

    facets: dict[str, np.ndarray]
    present: dict[str, np.ndarray]
    skills: Clauses
    clauses: Clauses
    lexical: sp.csr_matrix
    title_lexical: sp.csr_matrix
    closeness: np.ndarray
    priors: np.ndarray
    tongues: np.ndarray
    levels: np.ndarray
    divisions: np.ndarray
    texts: Sequence[FacetTexts]
    cores: Sequence[str]

    def composite(self) -> np.ndarray:
        """One vector a row whose inner products follow the mean facet cosines, (n, d): what the index searches."""
        parts, present = list(self.facets.values()), list(self.present.values())
        if len(self.skills.vectors):
            parts.append(_row_means(self.skills))
            present.append(np.diff(self.skills.starts) > 0)
        if not parts:
            return np.zeros((len(self.texts), self.clauses.vectors.shape[1]), np.float32)
        number = np.sum(present, axis=0, dtype=np.float32)
        return np.asarray(sum(parts) / np.maximum(number, 1)[:, None], np.float32)


@dataclass(frozen=True)
class PairScores:
    """What a calibration reads, for all pairs of n programs and m demands.

    Attributes:
        scores: float64 (n, m, len(SCORES)); traits, tongues: int (n, m), indexes into TRAITS and TONGUES.
    """

    scores: np.ndarray
    traits: np.ndarray
    tongues: np.ndarray


def side(
    texts: Sequence[FacetTexts],
    vectors: Mapping[str, np.ndarray],
    centres: Mapping[str, np.ndarray],
    cohorts: Mapping[str, np.ndarray],
    evidence: bool = True,
) -> Side:
    """Builds a side.

    Args:
        texts: one a row.
        vectors: text -> float32 (d,), for every compared facet, skill and, with evidence, clause.
        centres: language -> float32 (d,); cohorts: language -> float32 (m, d), centred texts of the other side.
    """
    compared = [t.compared() for t in texts]
    facets = {}
    for name in dict.fromkeys(key for row in compared for key in row):
        rows = [i for i, row in enumerate(compared) if name in row]
        said = [(compared[i][name], texts[i].language) for i in rows]
        facets[name] = np.zeros((len(texts), len(centres["zh"])), np.float32)
        facets[name][rows] = _centred(said, vectors, centres)
    words = lexical_vectors([*(t.text for t in texts), *(next(iter(t.whole.values()), "") for t in texts)])
    shown = [t.clauses if evidence else () for t in texts]
    near = np.zeros(len(texts), np.float32)
    for language, cohort in cohorts.items():
        of = [i for i, t in enumerate(texts) if t.language == language]
        if of:
            near[of] = closeness(facets["whole" if "whole" in facets else "entry"][of], cohort)
    return Side(
        facets=facets,
        present={name: np.abs(matrix).sum(axis=1) > 0 for name, matrix in facets.items()},
        skills=_clauses([t.skills() for t in texts], texts, vectors, centres),
        clauses=_clauses(shown, texts, vectors, centres),
        lexical=words[: len(texts)],
        title_lexical=words[len(texts) :],
        closeness=near,
        priors=np.array([np.log1p(_prior(t)) for t in texts], float),
        tongues=np.array([TONGUES.index(t.language) for t in texts], np.int64),
        levels=_numbered([t.level for t in texts], LEVELS),
        divisions=_numbered([t.division for t in texts], DIVISIONS),
        texts=texts,
        cores=[t.core for t in texts],
    )


def pair_scores(programs: Side, demands: Side, rows: np.ndarray, columns: np.ndarray) -> PairScores:
    """The scores of all pairs of the given rows, in the order of calibration.SCORES.

    whole: twice the cosine of the program's whole text with the demand's entry (title and description), less how close
    either is to its nearest texts at large (CSLS, Conneau et al. 2018, against fixed cohorts). facet_mean: mean cosine of
    all facets of the program with title, entry and skills of the demand; skills count by the best single one, since a
    post asks for one thing at a time. title_mean: the same against the title alone; name_title: name against title;
    best_facet: the largest of all. log_lexical, log_title, log_name_title: logarithms of the shared words of all text,
    of all text with the title, and of name and title. title_contained: whether the program's text names the occupation.
    occupation_prior: how often programs lead to that occupation, by code or official title, as a logarithm; 0 for others.
    """
    shape = (len(rows), len(columns))
    total, count = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    title, facets = np.zeros(shape, np.float32), np.zeros((len(rows), 1), np.float32)
    best = np.full(shape, -1.0, np.float32)
    others = {facet: _wanted(demands, facet, columns) for facet in DEMAND_FACETS}
    for facet in PROGRAM_FACETS:
        if facet not in programs.facets:
            continue
        left = programs.facets[facet][rows]
        has_left = programs.present[facet][rows]
        facets += has_left[:, None]
        for other, wanted in others.items():
            cosine = wanted.cosines(left)
            has = has_left[:, None] & wanted.has[None, :]
            total += np.where(has, cosine, 0)
            count += has
            best = np.where(has, np.maximum(best, cosine), best)
            if other == "title":
                title += cosine
    said, called = _rows(programs.lexical, rows), _rows(programs.title_lexical, rows)
    asked, titled = _rows(demands.lexical, columns), _rows(demands.title_lexical, columns)
    words = [_shared(said, asked), _shared(said, titled), _shared(called, titled)]
    texts = [programs.texts[row].text.casefold() for row in rows]
    cores = [demands.cores[column] for column in columns]
    contained = np.array([[core in text and bool(core) for core in cores] for text in texts], float).reshape(shape)
    scores = [
        2 * (_facet(programs, "whole")[rows] @ _facet(demands, "entry")[columns].T)
        - programs.closeness[rows][:, None]
        - demands.closeness[columns][None, :],
        total / np.maximum(count, 1),
        title / np.maximum(facets, 1),
        _facet(programs, "name")[rows] @ _facet(demands, "title")[columns].T,
        best,
        *(np.log(shared + LEXICAL_FLOOR) for shared in words),
        contained,
        np.broadcast_to(demands.priors[columns], shape),
    ]
    return PairScores(
        np.stack(scores, axis=-1).astype(np.float64),
        _traits(programs, demands, rows, columns),
        _tongues(programs, demands, rows, columns),
    )


def prior_key(text: FacetTexts) -> str:
    """What the prior of an occupation goes by: its Chinese code, or its SOC code without the detail of O*NET."""
    return text.code if text.division else text.code[:SOC_LENGTH]


def _prior(text: FacetTexts) -> float:
    known = occupation_priors()
    return known.get(prior_key(text)) or known.get(text.whole.get("title", "").casefold(), 0.0)


def best_clauses(programs: Side, demands: Side, row: int, column: int) -> tuple[str, str, float, float]:
    """The clause of each side that carries a match, and the share each has in it; see `carrying`."""
    found = programs.clauses.of(row), demands.clauses.of(column)
    return carrying(*found, programs.texts[row].clauses, demands.texts[column].clauses)


def carrying(
    own: np.ndarray, other: np.ndarray, own_clauses: Sequence[str], other_clauses: Sequence[str]
) -> tuple[str, str, float, float]:
    """The clause of each side that carries a match, and the share each has in it.

    The likeness of two texts, sentence by sentence, is the sum of the cosines of all pairs of their clauses, those below
    zero counted as zero. It adds up over the clauses of either side; a clause's share is its part of that sum. Shown is
    the pair of clauses nearest in meaning.

    Args:
        own, other: float32 (n, d) and (m, d), centred vectors of the clauses.

    Returns:
        program clause, demand clause, share of the first, share of the second (0 to 1; 0 where nothing is alike).
    """
    similarity = own @ other.T
    i, j = (int(n) for n in np.unravel_index(int(similarity.argmax()), similarity.shape))
    alike = np.maximum(similarity, 0)
    whole = float(alike.sum())
    first, second = (float(alike[i].sum()) / whole, float(alike[:, j].sum()) / whole) if whole else (0.0, 0.0)
    return own_clauses[i], other_clauses[j], round(first, 3), round(second, 3)


@dataclass(frozen=True)
class _Wanted:
    """One facet of some demands.

    Attributes:
        vectors: float32 (v, d); has: bool (demands,).
        starts: of each demand that has it, its first vector; None where every demand has one, perhaps of zeros.
    """

    vectors: np.ndarray
    has: np.ndarray
    starts: np.ndarray | None = None

    def cosines(self, left: np.ndarray) -> np.ndarray:
        """float32 (len(left), demands), with the nearest of a demand's vectors; 0 where it has none."""
        cosine = left @ self.vectors.T
        if self.starts is None:
            return np.asarray(cosine)
        found = np.zeros((len(left), len(self.has)), np.float32)
        if len(self.starts):
            found[:, self.has] = np.maximum.reduceat(cosine, self.starts, axis=1)
        return found


def _wanted(demands: Side, facet: str, columns: np.ndarray) -> _Wanted:
    if facet != "skills":
        has = demands.present[facet][columns] if facet in demands.present else np.zeros(len(columns), bool)
        return _Wanted(_facet(demands, facet)[columns], has)
    places, starts = _places(demands.skills.starts, columns)
    has = np.diff(starts) > 0
    return _Wanted(demands.skills.vectors[demands.skills.places[places]], has, starts[:-1][has])


def _places(starts: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the entries of some rows lie that follow one another, and where each of these rows begins among them.

    Args:
        starts: (n + 1,): row i has the entries from starts[i] to starts[i + 1].

    Returns:
        places (entries,); starts of the rows chosen (len(rows) + 1,).
    """
    firsts = starts[rows]
    counts = starts[rows + 1] - firsts
    chosen = np.concatenate([[0], np.cumsum(counts)])
    return np.arange(chosen[-1]) + np.repeat(firsts - chosen[:-1], counts), chosen


def _rows(matrix: sp.csr_matrix, rows: np.ndarray) -> sp.csr_matrix:
    """matrix[rows], which for a few hundred rows the library takes several times as long to find."""
    places, starts = _places(matrix.indptr, rows)
    return sp.csr_matrix((matrix.data[places], matrix.indices[places], starts), (len(rows), matrix.shape[1]))


def _shared(own: sp.csr_matrix, other: sp.csr_matrix) -> np.ndarray:
    """Products of all rows of two sparse matrices, float32 (n, m).

    A product of sparse matrices first turns the other one around, which for few rows is most of the work. Both ways add up
    the same numbers in the same order.
    """
    if own.shape[0] > FEW_ROWS:
        return np.asarray((own @ other.T).toarray())
    found = np.empty((own.shape[0], other.shape[0]), np.float32)
    row = np.zeros(own.shape[1], np.float32)
    for i, (start, end) in enumerate(zip(own.indptr[:-1], own.indptr[1:], strict=True)):
        row[own.indices[start:end]] = own.data[start:end]
        found[i] = other @ row
        row[own.indices[start:end]] = 0
    return found


def _facet(texts: Side, name: str) -> np.ndarray:
    if (found := texts.facets.get(name)) is not None:
        return found
    return np.zeros((len(texts.texts), texts.clauses.vectors.shape[1]), np.float32)


def _traits(programs: Side, demands: Side, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Indexes into TRAITS, which has all divisions of the first level before those of the second."""
    level, division = programs.levels[rows][:, None], demands.divisions[columns][None, :]
    return np.where((level > 0) & (division > 0), (level - 1) * len(DIVISIONS) + division, 0)


def _tongues(programs: Side, demands: Side, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    own, wanted = programs.tongues[rows][:, None], demands.tongues[columns][None, :]
    return np.where(own == wanted, own, TONGUES.index("cross"))


def _numbered(values: Sequence[str], known: Sequence[str]) -> np.ndarray:
    """int64 (n,): one more than the place among those known, 0 for any other."""
    place = {value: number for number, value in enumerate(known, start=1)}
    return np.array([place.get(value, 0) for value in values], np.int64)


def _clauses(
    clauses: Sequence[Sequence[str]],
    texts: Sequence[FacetTexts],
    vectors: Mapping[str, np.ndarray],
    centres: Mapping[str, np.ndarray],
) -> Clauses:
    known: dict[tuple[str, str], int] = {}
    places = [
        known.setdefault((clause, text.language), len(known))
        for own, text in zip(clauses, texts, strict=True)
        for clause in own
    ]
    starts = np.concatenate([[0], np.cumsum([len(own) for own in clauses])])
    return Clauses(_centred(list(known), vectors, centres), np.array(places, np.int64), starts.astype(np.int64))


def _centred(
    texts: Sequence[tuple[str, str]], vectors: Mapping[str, np.ndarray], centres: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Vectors of texts less the centre of their language, float32 (n, d), of length 1; (text, language) each."""
    found = np.empty((len(texts), len(centres["zh"])), np.float32)
    for start in range(0, len(texts), SLICE):
        part = texts[start : start + SLICE]
        found[start : start + SLICE] = centred(
            np.stack([vectors[text] for text, _ in part]), np.stack([centres[language] for _, language in part])
        )
    return found


def _row_means(found: Clauses) -> np.ndarray:
    counts = np.diff(found.starts)
    means = np.zeros((len(counts), found.vectors.shape[1]), np.float32)
    rows = np.flatnonzero(counts)
    for start in range(0, len(rows), SLICE):
        part = rows[start : start + SLICE]
        places, starts = _places(found.starts, part)
        means[part] = np.add.reduceat(found.vectors[found.places[places]], starts[:-1], axis=0) / counts[part, None]
    return means
