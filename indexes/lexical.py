"""The lexical lane: shared characters and words, for names and terms that vectors blur.

Chinese texts are cut into character 1- to 3-grams, Latin words stay whole. Weights come from a fixed table, counted
over the shipped names of catalogue programs and occupations, so that a pair's score never depends on what else is in a
file.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import scipy.sparse as sp

from corpora.starter import catalogue, occupations

BUCKETS = 2**18
# Characters of a Chinese gram.
LENGTHS = (1, 2, 3)
# Texts cut at a time: their number times BUCKETS fits 32 bits.
SLICE = 2_048
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
    for run, chinese in _runs(text):
        found += [run[i : i + n] for n in LENGTHS for i in range(len(run) - n + 1)] if chinese else [run]
    return found


def lexical_vectors(texts: Sequence[str]) -> sp.csr_matrix:
    """Sparse rows of length 1 (0 for an empty text), shape (len(texts), BUCKETS); a dot product is the similarity."""
    parts = [_weighed(texts[start : start + SLICE]) for start in range(0, len(texts), SLICE)] or [_weighed([])]
    return parts[0] if len(parts) == 1 else sp.vstack(parts, format="csr")


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """What a text is cut into: runs of Chinese characters (True), and words without those of no content (False)."""
    for run in _WORD.findall(text.lower()):
        if "\u4e00" <= run[0] <= "\u9fff":
            yield run, True
        elif run not in _STOP:
            # A light stem: plural and singular meet.
            yield run[:-1] if len(run) > 3 and run.endswith("s") and not run.endswith("ss") else run, False


def _weighed(texts: Sequence[str]) -> sp.csr_matrix:
    indices, counts, starts = _counted(texts)
    weights = (1 + np.log(counts)) * _rarity()[indices]
    # Added up row by row in the order of the buckets, so that company changes no bit.
    rows = np.repeat(np.arange(len(texts)), np.diff(starts))
    length = np.sqrt(np.bincount(rows, weights**2, minlength=len(texts)))
    scaled = weights * (1 / np.maximum(length, 1e-12))[rows]
    return sp.csr_matrix((scaled.astype(np.float32), indices, starts), (len(texts), BUCKETS))


def _counted(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Buckets of the texts' grams, ascending in each text; how often each is there; where each text begins and ends."""
    runs: dict[bool, list[str]] = {True: [], False: []}
    owners: dict[bool, list[int]] = {True: [], False: []}
    for row, text in enumerate(texts):
        for run, chinese in _runs(text):
            runs[chinese].append(run)
            owners[chinese].append(row)
    found = np.concatenate([_chinese(runs[True], owners[True]), _words(runs[False], owners[False])])
    found.sort()
    firsts = np.flatnonzero(np.diff(found, prepend=np.int32(-1)))
    counts = np.diff(firsts, append=len(found)).astype(float)
    starts = np.searchsorted(found[firsts], np.arange(len(texts) + 1, dtype=np.int32) * BUCKETS)
    return found[firsts] & (BUCKETS - 1), counts, starts.astype(np.int32)


def _chinese(runs: Sequence[str], owners: Sequence[int]) -> np.ndarray:
    """int32, owner x BUCKETS + bucket of every gram of the runs."""
    # A Chinese character has three bytes.
    letters = np.frombuffer("".join(runs).encode(), np.uint8).reshape(-1, 3)
    lengths = np.fromiter(map(len, runs), np.int64, len(runs))
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(letters))
    owner = np.repeat(np.array(owners, np.int32), lengths)
    found = []
    for n in LENGTHS:
        at = np.flatnonzero(left >= n)
        spelled = np.zeros((len(at), -(-3 * n // 4) * 4), np.uint8)
        for i in range(n):
            spelled[:, 3 * i : 3 * i + 3] = letters[at + i]
        found.append(owner[at] * BUCKETS + _buckets(spelled, 3 * n))
    return np.concatenate(found)


def _words(words: Sequence[str], owners: Sequence[int]) -> np.ndarray:
    """int32, owner x BUCKETS + bucket of every word."""
    number: dict[bytes, int] = {}
    place = np.array([number.setdefault(word.encode(), len(number)) for word in words], np.int64)
    by_length: dict[int, list[bytes]] = {}
    for word in number:
        by_length.setdefault(len(word), []).append(word)
    buckets = np.empty(len(number), np.int32)
    for length, spelled in by_length.items():
        width = -(-length // 4) * 4
        letters = np.frombuffer(b"".join(word.ljust(width, b"\0") for word in spelled), np.uint8)
        buckets[[number[word] for word in spelled]] = _buckets(letters.reshape(-1, width), length)
    return np.array(owners, np.int32) * BUCKETS + buckets[place]


def _buckets(letters: np.ndarray, length: int) -> np.ndarray:
    """Buckets of byte strings of one length: MurmurHash3 (Appleby, x86, 32 bits, seed 0), as a signed number without its
    sign, modulo BUCKETS.

    Args:
        letters: uint8 (n, width), filled up with zeros to whole numbers of 4 bytes; length: bytes that count.

    Returns:
        int32 (n,).
    """
    found = np.zeros(len(letters), np.uint32)
    for block, word in enumerate(letters.view("<u4").T):
        mixed = _turned(word * np.uint32(0xCC9E2D51), 15) * np.uint32(0x1B873593)
        found ^= mixed
        if 4 * (block + 1) <= length:
            found = _turned(found, 13) * np.uint32(5) + np.uint32(0xE6546B64)
    found ^= np.uint32(length)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        found = (found ^ (found >> np.uint32(shift))) * np.uint32(factor)
    found ^= found >> np.uint32(16)
    # The least number has no positive counterpart; without its sign it is a multiple of BUCKETS all the same.
    return np.abs(found.view(np.int32)) & (BUCKETS - 1)


def _turned(numbers: np.ndarray, by: int) -> np.ndarray:
    """The bits of 32-bit numbers, turned to the left."""
    return (numbers << np.uint32(by)) | (numbers >> np.uint32(32 - by))


@cache
def _rarity() -> np.ndarray:
    names = [*catalogue()["name"], *occupations()["occupation"]]
    frequency = np.bincount(_counted(names)[0], minlength=BUCKETS)
    return np.log((1 + len(names)) / (1 + frequency)) + 1
