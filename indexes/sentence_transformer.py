"""The reference runtime: a SentenceTransformer model as its library runs it, whatever the model."""

import warnings
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from indexes.fingerprint import bf16_matrices, model_digest, precision

# Padded tokens a batch may hold: short texts go in large batches, long ones in small ones.
BATCH_TOKENS = 4096


def load_model(model: str | Path) -> Any:
    """The model of a folder or hub name, on the processor, without the library's talk. torch is imported here and nowhere before."""
    with warnings.catch_warnings():
        # Said in every notebook without widgets, about progress bars that are not shown.
        warnings.filterwarnings("ignore", message="IProgress not found")
        import transformers
        from sentence_transformers import SentenceTransformer

    # The converted model has no pooler, since none is used; the loader's report about it is noise to users.
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return SentenceTransformer(str(model), device="cpu")


class SentenceTransformerEncoder:
    """A SentenceTransformer folder or hub model, loaded on first use."""

    def __init__(self, model: str | Path, prefix: str = "", threads: int | None = None) -> None:
        """
        Args:
            prefix: goes before every text.
            threads: of torch in this process; torch's own choice if None.
        """
        self._model_name = str(model)
        self._prefix = prefix
        self._threads = threads
        self._model: Any = None

    @cached_property
    def fingerprint(self) -> str:
        """Digest of the model's files (or its hub name) and prefix, and the precision."""
        return f"{model_digest(self._model_name, self._prefix)}-{precision()}"

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
            if self._threads:
                import torch

                torch.set_num_threads(self._threads)
            self._model = load_model(self._model_name)
        return self._model
