"""Loads a SentenceTransformer model without the library's talk on the terminal."""

from pathlib import Path
from typing import Any


def load_model(model: str | Path) -> Any:
    """The model of a folder or hub name, on the processor. torch is imported here and nowhere before."""
    import transformers
    from sentence_transformers import SentenceTransformer

    # The converted model has no pooler, since none is used; the loader's report about it is noise to users.
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return SentenceTransformer(str(model), device="cpu")
