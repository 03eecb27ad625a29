"""Vectors of job advertisements, generated from a seed: as many as wanted, crowded the way texts crowd.

Names of the national catalogue and of occupations are encoded. An advertisement is one of them moved by the difference of
two like it, and noise; a near-duplicate is an advertisement with less noise. The same everywhere but for rounding.

There are two shapes. Settings of the product's index were chosen after figures of `first` had been seen; `second` crowds
otherwise - few names have most of the advertisements, they lie wider apart, fewer are duplicates, and those are nearer -
and nothing was chosen by it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from corpora.starter import catalogue, occupations
from indexes.cache import cache_folder
from indexes.encoder import load_encoder
from indexes.vector_cache import VectorCache

BLOCK = 50_000


@dataclass(frozen=True)
class Shape:
    """How generated vectors lie.

    Attributes:
        duplicates: share of rows that are near-duplicates of others.
        noise, copy_noise: length of the noise of an advertisement, and of a near-duplicate.
        step: least and most of the difference that moves an advertisement; likes: how many like it that is taken from.
        crowding: 0 where every name has as many advertisements; else the n-th has n to the power of -crowding.
    """

    duplicates: float
    noise: float
    copy_noise: float
    step: tuple[float, float]
    likes: int
    crowding: float


SHAPES: Final = {
    "first": Shape(duplicates=0.6, noise=0.15, copy_noise=0.12, step=(0.2, 0.8), likes=8, crowding=0.0),
    "second": Shape(duplicates=0.25, noise=0.3, copy_noise=0.05, step=(0.0, 1.2), likes=40, crowding=0.8),
}


def generated_vectors(rows: int, shape: str = "first", seed: int = 0) -> np.ndarray:
    """float32 (rows, d), rows of length 1, shuffled."""
    given = SHAPES[shape]
    names = sorted({*catalogue()["name"], *occupations()["occupation"]})
    seeds = VectorCache(cache_folder() / "vectors", load_encoder()).encode(names)
    near = np.argsort(-(seeds @ seeds.T), axis=1)[:, 1 : 1 + given.likes]
    rng = np.random.default_rng(seed)
    bases, dimension = max(1, int(rows * (1 - given.duplicates))), seeds.shape[1]
    out = np.empty((rows, dimension), np.float32)
    weights = np.arange(1, len(seeds) + 1) ** -given.crowding
    ranked = rng.permutation(len(seeds)) if given.crowding else np.empty(0, np.int64)
    for start in range(0, bases, BLOCK):
        number = min(bases, start + BLOCK) - start
        # Evenly by the generator's own way: figures of the first shape are of these very vectors.
        own = (
            ranked[rng.choice(len(seeds), number, p=weights / weights.sum())]
            if given.crowding
            else rng.integers(0, len(seeds), number)
        )
        one, other = (near[own, rng.integers(0, near.shape[1], number)] for _ in range(2))
        moved = rng.uniform(*given.step, (number, 1)) * (seeds[one] - seeds[other])
        out[start : start + number] = unit(seeds[own] + moved + _noise(rng, number, dimension, given.noise))
    source = rng.integers(0, bases, rows - bases)
    for start in range(bases, rows, BLOCK):
        end = min(rows, start + BLOCK)
        copied = out[source[start - bases : end - bases]]
        out[start:end] = unit(copied + _noise(rng, end - start, dimension, given.copy_noise))
    return out[rng.permutation(rows)]


def unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _noise(rng: np.random.Generator, rows: int, dimension: int, length: float) -> np.ndarray:
    return rng.normal(0, length / np.sqrt(dimension), (rows, dimension))
