"""Random numbers that belong to a thing and not to a row (docs/method.md, section 6).

Every number is a quantile of a uniform keyed by (seed, draw, kind, id): the same program, occupation or posts meet the
same chance in the same draw, whatever else is in the table, in whatever order, and however many workers compute.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

import numpy as np

# The golden-ratio step and the finalizer of SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, 2014).
_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def keys(ids: Iterable[str]) -> np.ndarray:
    """A stable 64-bit key of every id or text, uint64 (n,)."""
    known: dict[str, int] = {}
    found = []
    for text in ids:
        if text not in known:
            known[text] = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")
        found.append(known[text])
    return np.array(found, np.uint64)


def paired(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Keys of ordered pairs, uint64 (n,)."""
    return _mix(_mix(first + _STEP) ^ second)


def uniforms(seed: int, draw: int, kind: str, of: np.ndarray) -> np.ndarray:
    """Uniforms strictly between 0 and 1, float64 (n,), one for every key.

    Args:
        seed: of the assessment; draw: 0, 1, ...; kind: what is drawn, such as "edge"; of: keys.
    """
    return _unit(_mix(of ^ _streams(seed, draw, draw + 1, kind)))


def all_uniforms(seed: int, draws: int, kind: str, of: np.ndarray) -> np.ndarray:
    """`uniforms` of the first so many draws, float64 (draws, n)."""
    return _unit(_mix(of[None, :] ^ _streams(seed, 0, draws, kind)[:, None]))


def _unit(bits: np.ndarray) -> np.ndarray:
    return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


@lru_cache(maxsize=4096)
def _streams(seed: int, first: int, end: int, kind: str) -> np.ndarray:
    # Arrays, though of one element: numpy warns of overflow in scalars only, and here it is wanted.
    found = _mix(keys([kind]) ^ _mix(np.array([seed % 2**64], np.uint64) + _STEP))
    return _mix(found + _STEP * np.arange(first + 1, end + 1, dtype=np.uint64))


def _mix(x: np.ndarray) -> np.ndarray:
    x = (x ^ (x >> np.uint64(30))) * _FIRST
    x = (x ^ (x >> np.uint64(27))) * _SECOND
    return x ^ (x >> np.uint64(31))
