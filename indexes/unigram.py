"""Tokens of a few texts without reading a vocabulary of a quarter of a million pieces.

A Unigram tokenizer gives a text the pieces with the largest sum of scores, and only pieces that occur in the text can
be among them. So the vocabulary lies on disk sorted by a hash of each piece; the hashes of all short substrings of the
texts are looked up in it, and the tokenizer library is handed the pieces found. Its answer is the one it gives with the
whole vocabulary, whose reading alone takes a second.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

# Odd, so that multiplying by it loses nothing of 64 bits.
BASE = np.uint64(0x9E3779B97F4A7C15)
# Hashes are first looked up by these leading bits: most substrings are no piece, and that settles most of them.
LEADING = np.uint64(22)
FIELDS = ("leading", "hashes", "ids", "scores", "starts", "letters")
PART = 100_000


@dataclass(frozen=True)
class Pieces:
    """The vocabulary, mapped.

    Attributes:
        leading: bool, 2^LEADING: whether some hash begins with these bits.
        hashes: uint64, ascending; ids: int64, the piece's number, in the order of the hashes.
        scores: float64; starts: int64, one more than there are pieces; letters: uint8, UTF-8: by number.
    """

    leading: np.ndarray
    hashes: np.ndarray
    ids: np.ndarray
    scores: np.ndarray
    starts: np.ndarray
    letters: np.ndarray

    def piece(self, number: int) -> tuple[str, float]:
        text = self.letters[self.starts[number] : self.starts[number + 1]].tobytes().decode()
        return text, float(self.scores[number])


def write_pieces(vocabulary: Sequence[tuple[str, float]], folder: Path) -> None:
    """Writes the vocabulary as `Pieces`, one file a field."""
    parts = [piece.encode() for piece, _ in vocabulary]
    lengths = np.array([len(piece) for piece, _ in vocabulary], np.int64)
    firsts = np.cumsum(lengths) - lengths
    letters = codes("".join(piece for piece, _ in vocabulary))
    place = np.arange(len(letters)) - np.repeat(firsts, lengths)
    hashes = np.add.reduceat((letters + np.uint64(1)) * powers(int(lengths.max()))[place], firsts)
    order = np.argsort(hashes, kind="stable")
    leading = np.zeros(2 ** int(LEADING), bool)
    leading[hashes >> (np.uint64(64) - LEADING)] = True
    fields = {
        "leading": leading,
        "hashes": hashes[order],
        "ids": order.astype(np.int64),
        "scores": np.array([score for _, score in vocabulary], np.float64),
        "starts": np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64),
        "letters": np.frombuffer(b"".join(parts), np.uint8),
    }
    for name, values in fields.items():
        np.save(folder / f"{name}.npy", values)


class UnigramTokenizer:
    """Texts -> token numbers, without the tokens that begin and end a sequence. Any number of threads may call it."""

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        """
        Args:
            folder: where `write_pieces` wrote.
            settings: `shell`, the tokenizer library's own description without vocabulary and added tokens; `added`,
                its added tokens; `unknown`, the number of the piece for what is unknown; `longest`, characters of the
                longest piece; `floor`, the number of the piece with the least score, on which the score of what is
                unknown depends.
        """
        from tokenizers import AddedToken, Tokenizer

        self._pieces = Pieces(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in FIELDS))
        self._longest, self._unknown = settings["longest"], settings["unknown"]
        shell = Tokenizer.from_str(json.dumps(settings["shell"], ensure_ascii=False))
        self._normalizer, self._cutter = shell.normalizer, shell.pre_tokenizer
        self._special = [
            AddedToken(t["content"], **{k: t[k] for k in ("single_word", "lstrip", "rstrip", "normalized", "special")})
            for t in settings["added"]
        ]
        self._always = {settings["floor"], self._unknown, *(t["id"] for t in settings["added"])}

    def encode(self, texts: Sequence[str]) -> list[np.ndarray]:
        """int64 arrays, one a text."""
        return [row for part in _parts(texts) for row in self._encode(part)]

    def _encode(self, texts: Sequence[str]) -> list[np.ndarray]:
        from tokenizers import Tokenizer
        from tokenizers.models import Unigram

        numbers = np.array(sorted(self._always | self._occurring(texts)), np.int64)
        vocabulary = [self._pieces.piece(number) for number in numbers]
        unknown = int(np.searchsorted(numbers, self._unknown))
        tokenizer = Tokenizer(Unigram(vocabulary, unk_id=unknown))
        tokenizer.normalizer, tokenizer.pre_tokenizer = self._normalizer, self._cutter
        tokenizer.add_special_tokens(self._special)
        return [numbers[found.ids] for found in tokenizer.encode_batch(texts, add_special_tokens=False)]

    def _occurring(self, texts: Sequence[str]) -> set[int]:
        """The numbers of all pieces that occur in the texts as they are cut; a few others do no harm."""
        words: set[str] = set()
        for text in texts:
            # A special token written out in a text is cut out before the rest is read.
            for token in self._special:
                text = text.replace(token.content, " ")
            normal = self._normalizer.normalize_str(text)
            words.update(word for word, _ in self._cutter.pre_tokenize_str(normal))
        found = substring_hashes(codes("\0".join(sorted(words))), self._longest)
        found = np.unique(found[self._pieces.leading[found >> (np.uint64(64) - LEADING)]])
        places = np.minimum(np.searchsorted(self._pieces.hashes, found), len(self._pieces.hashes) - 1)
        return set(self._pieces.ids[places[self._pieces.hashes[places] == found]].tolist())


def _parts(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in runs of some PART characters: every character takes part in a dozen hashes."""
    part: list[str] = []
    size = 0
    for text in texts:
        part.append(text)
        size += len(text)
        if size >= PART:
            yield part
            part, size = [], 0
    if part:
        yield part


def codes(text: str) -> np.ndarray:
    """The code points of a text, uint64."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)


def substring_hashes(letters: np.ndarray, longest: int) -> np.ndarray:
    """Hashes of all substrings of up to `longest` characters.

    The hash of c_0 .. c_n is the sum of (c_i + 1) x BASE^i, modulo 2^64.
    """
    total = np.zeros(len(letters), np.uint64)
    found = []
    for length, power in enumerate(powers(min(longest, len(letters))), 1):
        total = total[: len(letters) - length + 1] + (letters[length - 1 :] + np.uint64(1)) * power
        found.append(total)
    return np.concatenate(found) if found else total


def powers(number: int) -> np.ndarray:
    """The first powers of BASE modulo 2^64, from BASE^0."""
    return np.cumprod(np.concatenate([[np.uint64(1)], np.full(max(0, number - 1), BASE)]), dtype=np.uint64)[:number]
