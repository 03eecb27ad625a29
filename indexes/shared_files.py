"""Files in a place that several machines share: a folder, or any address that fsspec opens, such as an object store."""

import io
import os
import uuid
from pathlib import Path
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


def listed(address: str) -> list[str]:
    """All files below an address, by their names from there on, sorted; empty where nothing is."""
    files, name = _files(address)
    start = f"{name.rstrip('/')}/"
    return sorted(str(found)[len(start) :] for found in files.find(name) if str(found).startswith(start))


def fetch(address: str, file: Path) -> None:
    """Brings a file here, whole or not at all."""
    files, name = _files(address)
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{uuid.uuid4().hex}.part")
    try:
        files.get_file(name, str(aside))
        os.replace(aside, file)
    finally:
        aside.unlink(missing_ok=True)


def put(file: Path, address: str) -> None:
    """Brings a file of this machine to an address."""
    write(address, file.read_bytes())


def _files(path: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    try:
        files, name = url_to_fs(path)
    except (ImportError, ValueError) as fault:
        # Imported where it is needed: the first answer of a service does not wait for pandas.
        from corpora.faults import Unusable

        raise Unusable(f"{path} 打不开：{fault}", f"{path} cannot be opened: {fault}") from None
    return files, str(name)
