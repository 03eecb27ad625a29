"""Files in a place that several machines share: a folder, or any address that fsspec opens, such as an object store."""

import io
import uuid
from typing import Any

import numpy as np


def exists(path: str) -> bool:
    """Whether there is a file at the path or address."""
    files, name = _files(path)
    return bool(files.exists(name))


def write(path: str, content: bytes) -> None:
    """Writes a file whole or not at all: beside its place, then moved."""
    files, name = _files(path)
    files.makedirs(name.rpartition("/")[0], exist_ok=True)
    aside = f"{name}.{uuid.uuid4().hex}.part"
    files.pipe_file(aside, content)
    files.mv(aside, name)


def write_array(path: str, array: np.ndarray) -> None:
    """Writes an array as `.npy`."""
    held = io.BytesIO()
    np.save(held, array)
    write(path, held.getvalue())


def read(path: str) -> bytes:
    """What a file holds."""
    files, name = _files(path)
    return bytes(files.cat_file(name))


def read_array(path: str) -> np.ndarray:
    """An array from `.npy`."""
    return np.asarray(np.load(io.BytesIO(read(path))))


def _files(path: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    files, name = url_to_fs(path)
    return files, str(name)
