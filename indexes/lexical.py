"""The lexical lane: shared characters and words, for names and terms that vectors blur.

Chinese texts are cut into character 1- to 3-grams, Latin words stay whole. Weights come from a fixed table, counted
over the shipped names of catalogue programs and occupations, so that a pair's score never depends on what else is in a
file.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import scipy.sparse as sp

from corpora.starter import catalogue, occupations

BUCKETS = 2**18
_WORD = re.compile(r"[a-z0-9]+(?:[-+#.][a-z0-9]+)*[+#]?|[\u4e00-\u9fff]+", re.IGNORECASE)
# Words of no content: they make up a third of English texts and would otherwise tie everything to everything.
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "in",
        "into",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "other",
        "such",
        "that",
        "the",
        "their",
        "this",
        "to",
        "use",
        "using",
        "with",
        "which",
    ]
)


def grams(text: str) -> list[str]:
    """Character 1- to 3-grams of Chinese runs and lower-case Latin words of a text, with repetitions."""
    found = []
    for run in _WORD.findall(text.lower()):
        if "\u4e00" <= run[0] <= "\u9fff":
            found += [run[i : i + n] for n in (1, 2, 3) for i in range(len(run) - n + 1)]
        elif run not in _STOP:
            # A light stem: plural and singular meet.
            found.append(run[:-1] if len(run) > 3 and run.endswith("s") and not run.endswith("ss") else run)
    return found


def lexical_vectors(texts: Sequence[str]) -> sp.csr_matrix:
    """Sparse rows of length 1 (0 for an empty text), shape (len(texts), BUCKETS); a dot product is the similarity."""
    if not texts:
        return sp.csr_matrix((0, BUCKETS), dtype=np.float32)
    counts = _hasher().transform([grams(text) for text in texts]).tocsr()
    weights = (1 + np.log(counts.data)) * _rarity()[counts.indices]
    # Added up row by row in the order of the buckets, so that company changes no bit.
    length = np.sqrt(sp.csr_matrix((weights**2, counts.indices, counts.indptr), counts.shape) @ np.ones(BUCKETS))
    scaled = weights * np.repeat(1 / np.maximum(length, 1e-12), np.diff(counts.indptr))
    return sp.csr_matrix((scaled.astype(np.float32), counts.indices, counts.indptr), counts.shape)


@cache
def _hasher() -> Any:
    from sklearn.feature_extraction import FeatureHasher

    return FeatureHasher(n_features=BUCKETS, input_type="string", alternate_sign=False)


@cache
def _rarity() -> np.ndarray:
    names = [*catalogue()["name"], *occupations()["occupation"]]
    seen = _hasher().transform([set(grams(name)) for name in names])
    frequency = np.asarray((seen > 0).sum(axis=0)).ravel()
    return np.log((1 + len(names)) / (1 + frequency)) + 1
