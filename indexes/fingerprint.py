"""What vectors depend on: the model's files and the precision of the processor."""

import hashlib
import json
import os
import tempfile
from functools import cache
from pathlib import Path

from indexes.cache import cache_folder

DIGITS = 16


@cache
def bf16_matrices() -> bool:
    """Whether the processor multiplies bf16 matrices: half the time at the same ranking (top-10 overlap .99).

    Read from the kernel's list of flags, so that a run whose vectors are all cached need not import torch for it.
    """
    return "avx512_bf16" in processor_flags()


@cache
def processor_flags() -> frozenset[str]:
    """What the kernel says the processor can do; empty where it does not say."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line for line in lines if line.startswith("flags")), "").partition(":")[2].split())


def precision() -> str:
    """`bf16` or `fp32`: how matrices are multiplied here."""
    return "bf16" if bf16_matrices() else "fp32"


def model_digest(model: str, prefix: str) -> str:
    """Sixteen hexadecimal digits of the prefix and the model's files, or of its hub name.

    Reading half a gigabyte takes longer than answering a question, so the digest of a folder is kept beside the sizes
    and times of its files and believed as long as those are the same.
    """
    digest = hashlib.sha256(prefix.encode())
    folder = Path(model)
    if not folder.is_dir():
        digest.update(model.encode())
        return digest.hexdigest()[:DIGITS]
    files = sorted(f for f in folder.rglob("*") if f.is_file() and f.suffix in {".json", ".safetensors", ".bin"})
    seen = [[f.relative_to(folder).as_posix(), f.stat().st_size, f.stat().st_mtime_ns] for f in files]
    name = hashlib.sha256(f"{prefix}\n{folder.resolve()}".encode()).hexdigest()[:DIGITS]
    note = cache_folder() / "models" / f"{name}.digest.json"
    try:
        kept = json.loads(note.read_text(encoding="utf-8"))
        if kept["files"] == seen:
            return str(kept["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    for file in files:
        digest.update(file.relative_to(folder).as_posix().encode())
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    found = digest.hexdigest()[:DIGITS]
    write_whole(note, json.dumps({"digest": found, "files": seen}))
    return found


def write_whole(path: Path, text: str) -> None:
    """Writes a file in one step, so that no reader meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(draft, path)


def runtime_of(fingerprint: str) -> str:
    """`openvino fp32`, `torch bf16` and so on, as the fingerprint of a default encoder's vectors says; empty if it does not."""
    _, _, rest = fingerprint.partition("-")
    names = {
        f"{mark}{kind}": f"{name} {kind}"
        for mark, name in (("openvino-", "openvino"), ("", "torch"))
        for kind in ("fp32", "bf16")
    }
    return names.get(rest, "")
