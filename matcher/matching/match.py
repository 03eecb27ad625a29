"""Programs and demands in, matches with p and evidence out (docs/method.md, section 1).

Rows of equal text are scored once. Candidates come from two lanes, the FAISS index of the demands' vectors and the
shared words, generously; then every candidate pair is scored in full, so an index never decides about a match.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from corpora.frames import mappings
from corpora.starter import catalogue, occupations
from indexes.cache import cache_folder
from indexes.encoder import Encoder, load_encoder
from indexes.vector_cache import VectorCache
from indexes.vector_index import IndexFault, VectorIndex, open_index, write_index
from matcher.matching.calibration import PARTS, TONGUES, Calibration, carried_over, probability, shipped
from matcher.matching.facets import FacetTexts, Tongue, demand_facets, program_facets
from matcher.matching.records import GIVEN, MATCH_COLUMNS, MATCH_NUMBERS, MatchGraph
from matcher.matching.score import Side, best_clauses, pair_scores, side

LANE = 200
BLOCK = 64
SPOKEN: tuple[Tongue, ...] = ("zh", "en")
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
    index = demand_index(sides.demands, encoder.fingerprint)
    found, missed, sampled = _score(sides, index, floor, threshold, progress)
    rows = []
    ids, demand_ids = programs["program_id"].to_numpy(str), demands["demand_id"].to_numpy(str)
    for i, j, p, parts in found:
        why = (*best_clauses(sides.programs, sides.demands, i, j), *parts)
        rows += [(ids[a], demand_ids[b], p, *why) for a in sides.program_rows[i] for b in sides.demand_rows[j]]
    matches = _sorted(pd.DataFrame(rows, columns=MATCH_COLUMNS))
    if top is not None:
        matches = matches.groupby("program_id", sort=False).head(top).reset_index(drop=True)
    return MatchGraph(matches, encoder.fingerprint, sides.calibration.calibrated, missed, sampled)


@dataclass(frozen=True)
class Official:
    """The official titles of the demands' occupation codes in one language, where a post calls itself otherwise.

    Attributes:
        side: the titles, each once; of: int64 (demands,), row of the side, -1 where the post is called as its code is.
    """

    side: Side
    of: np.ndarray


@dataclass(frozen=True)
class Sides:
    """Programs and demands as vectors, each different text once.

    Attributes:
        programs, demands: one row a different text; program_rows, demand_rows: the table rows that have it.
        official: language of a program -> the titles that it is compared with as well.
        calibration: of the encoder.
        encode: texts -> vectors (n, d) through the same cache.
    """

    programs: Side
    demands: Side
    official: Mapping[Tongue, Official]
    program_rows: list[list[int]]
    demand_rows: list[list[int]]
    calibration: Calibration
    encode: Callable[[Sequence[str]], np.ndarray]

    def logits(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Logit of p, float64 (len(rows), len(columns)); see `explained`."""
        return self.explained(rows, columns)[..., 0]

    def explained(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Logit of p and its parts, (len(rows), len(columns), 1 + len(PARTS)): of the demand's own text or of its
        occupation's official title in the program's language, whichever has the larger logit. A post that calls itself by
        another name is the same post.
        """
        found = self._explained(self.demands, rows, columns)
        for language, official in self.official.items():
            at = np.flatnonzero(self.programs.tongues[rows] == TONGUES.index(language))
            named = np.flatnonzero(official.of[columns] >= 0)
            if len(at) and len(named):
                entries, place = np.unique(official.of[columns[named]], return_inverse=True)
                own = found[np.ix_(at, named)]
                titles = self._explained(official.side, rows[at], entries)[:, place]
                found[np.ix_(at, named)] = np.where(titles[..., :1] > own[..., :1], titles, own)
        return found

    def _explained(self, demands: Side, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        found = pair_scores(self.programs, demands, rows, columns)
        return self.calibration.explained(found.scores, found.traits, found.tongues)


def text_sides(
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    encoder: Encoder,
    progress: Progress | None = None,
    evidence: bool = True,
) -> Sides:
    """Encodes the facets of two tables and, for evidence, their clauses; see `match_texts`."""
    own, program_rows = distinct([program_facets(row) for row in mappings(programs)])
    wanted, demand_rows = distinct([demand_facets(row) for row in mappings(demands)])
    titles = {language: official_titles(wanted, language) for language in sorted({text.language for text in own})}
    store = VectorCache(cache_folder() / "vectors", encoder)
    calibration = calibration_of(encoder, store, progress)
    entries = [entry for found, _ in titles.values() for entry in found]
    texts = compared_texts((*own, *wanted, *entries))
    if evidence:
        texts += [t for f in (*own, *wanted, *entries) for t in f.clauses]
    texts = list(dict.fromkeys(texts))
    vectors = dict(zip(texts, store.encode(texts, _step(progress, "encode")), strict=True))
    return Sides(
        sided("program", own, vectors, calibration, evidence),
        sided("demand", wanted, vectors, calibration, evidence),
        {
            language: Official(sided("demand", found, vectors, calibration, False), of)
            for language, (found, of) in titles.items()
        },
        program_rows,
        demand_rows,
        calibration,
        store.encode,
    )


def compared_texts(texts: Sequence[FacetTexts]) -> list[str]:
    """What of them is encoded to be compared."""
    return [t for f in texts for t in (*f.compared().values(), *f.skills())]


def sided(
    which: str, texts: Sequence[FacetTexts], vectors: Mapping[str, np.ndarray], calibration: Calibration, evidence: bool
) -> Side:
    """One side ("program" or "demand") from its texts' vectors."""
    other = {"program": "demand", "demand": "program"}[which]
    centres: Mapping[str, np.ndarray] = {tongue: calibration.centres[which, tongue] for tongue in SPOKEN}
    cohorts: Mapping[str, np.ndarray] = {tongue: calibration.cohorts[other, tongue] for tongue in SPOKEN}
    return side(texts, vectors, centres, cohorts, evidence)


def official_titles(demands: Sequence[FacetTexts], language: Tongue) -> tuple[list[FacetTexts], np.ndarray]:
    """The official titles of the demands' occupation codes in a language, where the post is called otherwise.

    Returns:
        titles, each once; of every demand the place of its title, -1 for none.
    """
    titles = _titles(language)
    found: dict[tuple[str, str], int] = {}
    entries: list[FacetTexts] = []
    of = np.full(len(demands), -1, np.int64)
    for row, text in enumerate(demands):
        title = titles.get(text.code)
        if title is None or title == text.whole.get("title"):
            continue
        if (title, text.code) not in found:
            found[title, text.code] = len(entries)
            entries.append(FacetTexts({"title": title}, (title,), code=text.code))
        of[row] = found[title, text.code]
    return entries, of


@cache
def _titles(language: Tongue) -> dict[str, str]:
    listed = occupations()
    column = listed["occupation" if language == "zh" else "occupation_en"]
    return dict(zip(listed["occupation_code"].astype(str), column.astype(str), strict=True))


def given_matches(links: pd.DataFrame) -> MatchGraph:
    """Links from an official crosswalk in place of text matching; an empty p counts as 1."""
    matches = links.reindex(columns=["program_id", "demand_id", "p"])
    matches = matches.assign(
        p=matches["p"].astype(float).fillna(1.0).round(3),
        program_evidence="",
        demand_evidence="",
        **dict.fromkeys(MATCH_NUMBERS, np.nan),
    )
    return MatchGraph(_sorted(matches[MATCH_COLUMNS]), GIVEN, True, 0, 0)


def _sorted(matches: pd.DataFrame) -> pd.DataFrame:
    kinds = dict.fromkeys(MATCH_COLUMNS, "string") | dict.fromkeys(("p", *MATCH_NUMBERS), "float64")
    return matches.astype(kinds).sort_values(
        ["program_id", "p", "demand_id"], ascending=[True, False, True], ignore_index=True
    )


def distinct(texts: Sequence[FacetTexts]) -> tuple[list[FacetTexts], list[list[int]]]:
    """Each different set of facets once, in order of its words, and the rows that have it."""
    rows: dict[tuple[object, ...], list[int]] = {}
    for row, text in enumerate(texts):
        rows.setdefault((*text.whole.items(), text.clauses, text.level, text.code), []).append(row)
    order = sorted(rows, key=str)
    return [texts[rows[key][0]] for key in order], [rows[key] for key in order]


def calibration_of(encoder: Encoder, store: VectorCache, progress: Progress | None) -> Calibration:
    base = shipped()
    # The precision is a suffix of the fingerprint; it moves a cosine by less than calibration can see.
    if encoder.fingerprint.split("-")[0] == base.encoder:
        return base
    step = _step(progress, "reference names")
    programs, posts, programs_en, posts_en = (
        store.encode(sorted(set(names)), step)
        for names in (
            catalogue()["name"],
            occupations()["occupation"],
            catalogue()["name_en"],
            occupations()["occupation_en"],
        )
    )
    return carried_over(encoder.fingerprint, programs, posts, (programs_en, posts_en))


def demand_index(demands: Side, encoder: str, recall: float = 1.0) -> VectorIndex:
    """The FAISS index of the demands, mapped from the cache where these texts were indexed before.

    Args:
        encoder: fingerprint; recall: as `write_index` takes it.
    """
    texts = [sorted(t.whole.items()) for t in demands.texts]
    key = hashlib.sha256(repr((texts, encoder, recall, LANE)).encode()).hexdigest()[:24]
    folder = cache_folder() / "indexes" / key
    try:
        return open_index(folder, encoder)
    except IndexFault:
        names = [str(i) for i in range(len(texts))]
        return write_index(folder, demands.composite(), names, encoder, recall, top=LANE)


def _score(
    sides: Sides, index: VectorIndex, floor: float, threshold: float, progress: Progress | None
) -> tuple[list[tuple[int, int, float, tuple[float, ...]]], int, int]:
    """(program row, demand row, p, its parts) at or above the floor, and what the lanes missed in a sample."""
    programs, demands = sides.programs, sides.demands
    n, m = len(programs.texts), len(demands.texts)
    found: list[tuple[int, int, float, tuple[float, ...]]] = []
    composite = programs.composite()
    step = max(1, n // SAMPLE)
    missed = sampled = 0
    for start in range(0, n, BLOCK):
        rows = np.arange(start, min(n, start + BLOCK))
        allowed = np.zeros((len(rows), m), bool)
        _, near = index.search(composite[rows], LANE, exact=True)
        np.put_along_axis(allowed, near, True, axis=1)
        shared = (programs.lexical[rows] @ demands.lexical.T).toarray()
        words = np.argsort(-shared, axis=1, kind="stable")[:, :LANE]
        np.put_along_axis(allowed, words, True, axis=1)
        full = rows[rows % step == 0] - start
        columns = np.arange(m) if len(full) else np.flatnonzero(allowed.any(axis=0))
        explained = np.zeros((len(rows), m, 1 + len(PARTS)))
        explained[:, columns] = sides.explained(rows, columns)
        p = np.zeros((len(rows), m))
        p[:, columns] = probability(explained[:, columns, 0])
        missed += int(((p[full] >= threshold) & ~allowed[full]).sum())
        sampled += len(full)
        found += [
            (int(rows[i]), int(j), float(p[i, j]), tuple(np.round(explained[i, j, 1:], 2)))
            for i, j in np.argwhere(allowed & (p >= floor))
        ]
        if progress:
            progress("score", int(rows[-1]) + 1, n)
    return found, missed, sampled


def _step(progress: Progress | None, name: str) -> Callable[[int, int], None] | None:
    return (lambda done, of: progress(name, done, of)) if progress else None
