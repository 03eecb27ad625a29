"""Names of an index's rows on disk, read one by one: a million names cost nothing until one is asked for."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

import numpy as np


class NamesFile(Sequence[str]):
    """Names in order, mapped on first use. The file holds n + 1 int64 places and then the names in UTF-8."""

    def __init__(self, file: Path, number: int) -> None:
        self._file = file
        self._number = number
        self._mapped: np.ndarray | None = None

    @staticmethod
    def write(names: Sequence[str], file: Path) -> None:
        parts = [name.encode() for name in names]
        places = np.concatenate([[0], np.cumsum([len(part) for part in parts], dtype=np.int64)]).astype("<i8")
        file.write_bytes(places.tobytes() + b"".join(parts))

    def __len__(self) -> int:
        return self._number

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(self._number))]
        at = range(self._number)[place]
        if self._mapped is None:
            self._mapped = np.memmap(self._file, np.uint8, "r")
        start, end = self._mapped[8 * at : 8 * at + 16].view("<i8") + 8 * (self._number + 1)
        return self._mapped[start:end].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        return (self[i] for i in range(self._number))
