"""Nearness in meaning, for search: it ranks, and is no probability."""

import numpy as np
import pandas as pd

from corpora.frames import mappings
from indexes.cache import cache_folder
from indexes.encoder import Encoder
from indexes.vector_cache import VectorCache
from matcher.matching.facets import program_facets


def program_nearness(programs: pd.DataFrame, text: str, encoder: Encoder) -> dict[str, float]:
    """Program -> cosine of its filed text and another text, both less the mean of all programs.

    The vectors of whole programs are those that the assessment was made with, so that they are read and not made again.

    Args:
        programs: the validated table.
    """
    if programs.empty:
        return {}
    texts = [program_facets(row).text for row in mappings(programs)]
    vectors = VectorCache(cache_folder() / "vectors", encoder).encode(texts)
    centre = vectors.mean(axis=0)
    near = _unit(vectors - centre) @ _unit(encoder.encode([text]) - centre)[0]
    return dict(zip(programs["program_id"].astype(str), near.astype(float).tolist(), strict=True))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))
