"""Nearness in meaning, for search and suggestions: it ranks, and is no probability."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from indexes.cache import cache_folder
from indexes.encoder import Encoder
from indexes.lexical import lexical_vectors
from indexes.vector_cache import VectorCache
from matcher.matching.facets import program_facets
from matcher.placement.whitespace import Scorer


def program_nearness(programs: pd.DataFrame, text: str, encoder: Encoder) -> dict[str, float]:
    """Program -> cosine of its filed text and another text, both less the mean of all programs.

    The vectors of whole programs are those that the assessment was made with, so that they are read and not made again.

    Args:
        programs: the validated table.
    """
    if programs.empty:
        return {}
    texts = [program_facets(row).text for _, row in programs.iterrows()]
    vectors = VectorCache(cache_folder() / "vectors", encoder).encode(texts)
    centre = vectors.mean(axis=0)
    near = _unit(vectors - centre) @ _unit(encoder.encode([text]) - centre)[0]
    return dict(zip(programs["program_id"].astype(str), near.astype(float).tolist(), strict=True))


def scorer(encoder: Encoder | None) -> Scorer:
    """How near catalogue programs are to occupations: shared characters, and meaning where the encoder is there.

    Both are standardised for each occupation and added up.
    """

    def score(programs: Sequence[str], occupations: Sequence[str]) -> np.ndarray:
        found = _standard((lexical_vectors(programs) @ lexical_vectors(occupations).T).toarray())
        if encoder is not None:
            store = VectorCache(cache_folder() / "vectors", encoder)
            left, right = store.encode(programs), store.encode(occupations)
            found += _standard(_unit(left - left.mean(axis=0)) @ _unit(right - right.mean(axis=0)).T)
        return found

    return score


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))


def _standard(scores: np.ndarray) -> np.ndarray:
    spread = np.maximum(scores.std(axis=0), 1e-12)
    return np.asarray((scores - scores.mean(axis=0)) / spread)
