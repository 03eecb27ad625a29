"""Questions about single programs against one demands table: what does not change between them is made ready once.

Candidates come from the same two lanes as in `match_texts`, and only they are scored; the sentences that carry a match are
looked up for the matches that are shown. From 10,000 different texts on, the lane of meaning may be a compressed index of
measured recall: a question is quick and may miss a match that an assessment, which never rests on one, would have.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import scipy.sparse as sp

from corpora.frames import mappings
from indexes.cache import cache_folder
from indexes.encoder import Encoder
from indexes.vector_cache import RecentVectors, VectorCache
from indexes.vector_index import VectorIndex
from matcher.matching.calibration import Calibration, centred, probability
from matcher.matching.facets import FacetTexts, Row, Tongue, demand_facets, program_facets
from matcher.matching.match import (
    LANE,
    SPOKEN,
    Official,
    Progress,
    Sides,
    calibration_of,
    compared_texts,
    demand_index,
    distinct,
    official_titles,
    sided,
)
from matcher.matching.records import Match
from matcher.matching.score import Side, carrying

# Share of the nearest demands that the compressed index finds; see indexes/near_index.py for the sizes it is built from.
RECALL = 0.99
# Clauses of demands kept in memory: 1.5 kB each.
CLAUSES = 20_000
# Texts brought into the cache at a time; their vectors are not held.
SLICE = 8_192


@dataclass(frozen=True)
class ReadyDemands:
    """A demands table made ready to be asked; never changed, so any number of threads may ask it.

    Attributes:
        ids: in the table's order; rows: of each different text, the table rows that have it.
        side: the texts as vectors, without clauses; official: see `Sides`.
        index: of the side; words: float32 (buckets, texts), the shared words from the other end.
        clauses: the vectors of clauses that were shown last.
    """

    ids: Sequence[str]
    rows: Sequence[Sequence[int]]
    side: Side
    official: Mapping[Tongue, Official]
    index: VectorIndex
    words: sp.csr_matrix
    calibration: Calibration
    clauses: RecentVectors = field(repr=False)

    def best(
        self, programs: Sequence[Row], tops: Sequence[int], encoder: RecentVectors, floor: float = 0.05
    ) -> list[list[Match]]:
        """The best demands of each program, the likeliest first.

        Args:
            programs: rows of the programs table; tops: at most so many matches of each.
            encoder: for the programs' texts; those of all programs are encoded in one go.
            floor: least p of a match that is kept.
        """
        texts = [program_facets(row) for row in programs]
        vectors = encoder.encode([part for row in programs for part in question_texts(row)])
        own = sided("program", texts, vectors, self.calibration, evidence=True)
        sides = Sides(own, self.side, self.official, [], [], self.calibration, lambda _: np.empty((0, 0), np.float32))
        _, near = self.index.search(own.composite(), LANE)
        return [self._of(sides, i, near[i], top, floor) for i, top in enumerate(tops)]

    def _of(self, sides: Sides, program: int, near: np.ndarray, top: int, floor: float) -> list[Match]:
        said = sides.programs.lexical[[program]]
        # Only the words that the program has: a product of all words reads those of all demands.
        shared = self.words[said.indices].T @ said.data
        columns = np.union1d(near, largest(shared, LANE)).astype(np.int64)
        explained = sides.explained(np.array([program]), columns)[0]
        p = probability(explained[:, 0])
        kept = np.flatnonzero(p >= floor)
        found = [
            (-likely, self.ids[row], column, at)
            for at, likely, column in zip(kept.tolist(), p[kept].tolist(), columns[kept].tolist(), strict=True)
            for row in self.rows[column]
        ]
        shown = sorted(found)[:top]
        carried = self._carried(sides.programs, program, sorted({column for *_, column, _ in shown}))
        parts = np.round(explained[:, 1:], 2).tolist()
        return [Match(demand, -minus, *carried[column], *parts[at]) for minus, demand, column, at in shown]

    def _carried(
        self, programs: Side, program: int, columns: Sequence[int]
    ) -> dict[int, tuple[str, str, float, float]]:
        """Demand text -> the sentences that carry the match and their shares."""
        texts = {column: self.side.texts[column] for column in columns}
        vectors = self.clauses.encode([clause for text in texts.values() for clause in text.clauses])
        own = programs.clauses.of(program)
        found = {}
        for column, text in texts.items():
            centre = self.calibration.centres["demand", text.language]
            other = centred(np.stack([vectors[clause] for clause in text.clauses]), centre)
            found[column] = carrying(own, other, programs.texts[program].clauses, text.clauses)
        return found


def question_texts(program: Row) -> list[str]:
    """What of a program's row is encoded for a question."""
    text = program_facets(program)
    return [*compared_texts([text]), *text.clauses]


def ready_demands(
    demands: pd.DataFrame, encoder: Encoder, recall: float = RECALL, progress: Progress | None = None
) -> ReadyDemands:
    """Encodes and indexes a demands table for questions.

    Args:
        recall: share of the nearest demands that the lane of meaning should find; 1: every question scans all.
        progress: called with (step, done, of).
    """
    wanted, rows = distinct([demand_facets(row) for row in mappings(demands)])
    titles = {language: official_titles(wanted, language) for language in SPOKEN}
    store = VectorCache(cache_folder() / "vectors", encoder)
    calibration = calibration_of(encoder, store, progress)
    entries = [entry for found, _ in titles.values() for entry in found]
    step = (lambda done, of: progress("encode", done, of)) if progress else None
    texts = list(dict.fromkeys(compared_texts((*wanted, *entries))))
    vectors = dict(zip(texts, store.encode(texts, step), strict=True))
    _fill(store, wanted, step)
    side = sided("demand", wanted, vectors, calibration, evidence=False)
    return ReadyDemands(
        demands["demand_id"].astype(str).tolist(),
        rows,
        side,
        {
            language: Official(sided("demand", found, vectors, calibration, evidence=False), of)
            for language, (found, of) in titles.items()
        },
        demand_index(side, encoder.fingerprint, recall),
        side.lexical.T.tocsr(),
        calibration,
        RecentVectors(store.encode, CLAUSES),
    )


def largest(values: np.ndarray, number: int) -> np.ndarray:
    """Places of the largest values, int64; of equal ones the first, as a stable sort would have them."""
    if number >= len(values):
        return np.arange(len(values))
    least = np.partition(values, -number)[-number]
    above = np.flatnonzero(values > least)
    return np.concatenate([above, np.flatnonzero(values == least)[: number - len(above)]])


def _fill(store: VectorCache, texts: Sequence[FacetTexts], step: Callable[[int, int], None] | None) -> None:
    """Brings the clauses into the cache, a slice of texts at a time, so that no question has to encode them."""
    clauses = list(dict.fromkeys(clause for text in texts for clause in text.clauses))
    for start in range(0, len(clauses), SLICE):
        store.encode(clauses[start : start + SLICE], step)
