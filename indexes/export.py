"""A SentenceTransformer model written down for OpenVINO, once for a model, precision and kind of processor.

The exported form answers without torch. Three things make it start fast: the graph is traced and compiled once; the
matrix of word vectors, most of a multilingual model, lies apart and is mapped; and so is a Unigram vocabulary
(indexes/unigram.py). What was exported is compared with the model's own library before anybody may use it.
"""

import hashlib
import importlib.util
import json
import logging
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from indexes.cache import cache_folder
from indexes.fingerprint import model_digest, precision, processor_flags
from indexes.openvino_encoder import COMPILED, GRAPH, TOKENIZER, WORDS, Export, OpenVinoEncoder, openvino
from indexes.sentence_transformer import SentenceTransformerEncoder, load_model
from indexes.unigram import write_pieces

# Part of the folder's name: raised whenever an export would write other files.
EXPORT: Final = 2
RECORD: Final = "export.json"
# Matrices of word vectors with fewer rows stay in the graph.
MANY_WORDS: Final = 50_000
# What is asked of the exported form: least cosine to the library's vector, mean overlap of the ten nearest texts.
LEAST: Final[Mapping[str, Mapping[str, float]]] = {
    "fp32": {"cosine": 0.9999, "overlap": 0.985},
    "bf16": {"cosine": 0.99, "overlap": 0.95},
}
NEAREST: Final = 10
POOLINGS: Final = ("mean", "cls")


class Refused(ValueError):
    """The model cannot be had in exported form; the message says why."""


def exported_model(model: str, prefix: str) -> Export:
    """The exported form of a model (folder or hub name), made now if it is not there.

    Raises:
        Refused: OpenVINO is not installed, does not read the model, or gives other vectors.
    """
    if importlib.util.find_spec("openvino") is None:
        raise Refused("openvino is not installed (pip install openvino)")
    fingerprint = f"{model_digest(model, prefix)}-openvino-{precision()}"
    machine = hashlib.sha256(f"{version('openvino')} {sorted(processor_flags())}".encode()).hexdigest()[:8]
    folder = cache_folder() / "models" / f"{fingerprint}-{EXPORT}-{machine}"
    if not (folder / RECORD).exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=folder.parent))
        try:
            record = _written(model, prefix, fingerprint, work)
            (work / RECORD).write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
            work.rename(folder)
        except OSError:
            # Another process may have finished the same folder first; then its result is as good as ours.
            if not (folder / RECORD).exists():
                raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    if refused := record.get("refused"):
        raise Refused(f"{refused} (delete {folder} to try again)")
    return _read(record, folder, fingerprint)


def _read(record: Mapping[str, Any], folder: Path, fingerprint: str) -> Export:
    edges = {name: tuple(record[name]) for name in ("before", "after")}
    return Export(**{**record, **edges}, folder=folder, fingerprint=fingerprint, precision=precision())


def _written(model: str, prefix: str, fingerprint: str, folder: Path) -> dict[str, Any]:
    """Writes the exported form into the folder; its record, or one of why there is none, so that nobody tries again."""
    try:
        with warnings.catch_warnings():
            # A tracer warns of every decision it takes from the example.
            warnings.simplefilter("ignore")
            record = _write(load_model(model), folder)
        trial = OpenVinoEncoder(_read(record | {"agreement": {}}, folder, fingerprint), prefix)
        found = agreement(trial, SentenceTransformerEncoder(model, prefix))
        if any(found[name] < least for name, least in LEAST[precision()].items()):
            raise Refused(f"the exported model gives other vectors: {found}, asked {dict(LEAST[precision()])}")
        # Compiled again by the first run in its place: the name of a compiled graph depends on where it lies.
        shutil.rmtree(folder / COMPILED, ignore_errors=True)
        return record | {"agreement": found}
    except Exception as fault:
        # Whatever a tracer says of a model it does not know: the model's own library still runs it.
        logging.getLogger(__name__).debug("export refused", exc_info=True)
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        said = str(fault) if isinstance(fault, Refused) else f"{type(fault).__name__}: {str(fault)[:200]}"
        return {"refused": said}


def agreement(one: Any, other: Any) -> dict[str, float]:
    """Least cosine of two encoders' vectors of the same texts, and mean overlap of each text's ten nearest ones.

    The texts are names of the catalogue in both languages, alone and strung together up to more than a model reads.
    """
    texts = trial_texts()
    left, right = one.encode(texts), other.encode(texts)
    return {
        "cosine": round(float((left * right).sum(axis=1).min()), 6),
        "overlap": round(overlap(left, right), 4),
    }


def overlap(left: np.ndarray, right: np.ndarray, nearest: int = NEAREST) -> float:
    """Mean share of each text's nearest texts that two sets of vectors, (n, d), agree on."""
    near = []
    for vectors in (left, right):
        similar = vectors @ vectors.T
        np.fill_diagonal(similar, -2)
        near.append(np.argsort(-similar, axis=1, kind="stable")[:, :nearest])
    return float(np.mean([len(set(a) & set(b)) / nearest for a, b in zip(*near, strict=True)]))


def trial_texts() -> list[str]:
    """Sixty texts of one word to more than 512 tokens."""
    from corpora.starter import catalogue, occupations

    zh, en = catalogue()["name"].unique().tolist(), occupations()["occupation_en"].unique().tolist()
    strung = ["、".join(zh[start : start + 2**k]) for k, start in enumerate(range(0, 320, 40))]
    return [*zh[::25], *en[::40], *strung][-60:]


def _write(model: Any, folder: Path) -> dict[str, Any]:
    """Graph, word vectors and tokenizer of a loaded model; what an Export says of them."""
    import torch

    ov = openvino()

    transformer, pooling = _parts(model)

    class Tokens(torch.nn.Module):
        """The vector of each token; `seen`, (rows, 1, tokens, tokens), is added to what it looks at."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: torch.Tensor, places: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
            return self.transformer(input_ids=input_ids, position_ids=places, attention_mask=seen).last_hidden_state

    model.eval()
    example = model.tokenizer(["one", "one and another"], padding=True, return_tensors="pt")["input_ids"]
    places = torch.arange(example.shape[1]).expand(example.shape)
    seen = torch.zeros(len(example), 1, example.shape[1], example.shape[1])
    with torch.no_grad():
        graph = ov.convert_model(Tokens(), example_input={"input_ids": example, "places": places, "seen": seen})
    words, graph = _words_apart(ov, graph)
    if words is not None:
        np.save(folder / WORDS, words)
    ov.save_model(graph, folder / GRAPH, compress_to_fp16=False)
    return {
        "dimension": int(model.get_embedding_dimension()),
        "mapped_words": words is not None,
        # Some models count places from behind the number that stands for filling.
        "first": getattr(transformer.embeddings, "padding_idx", -1) + 1,
        "pooling": pooling,
        **_write_tokenizer(model, folder),
    }


def _parts(model: Any) -> tuple[Any, str]:
    """The transformer of a model and how it pools.

    Raises:
        Refused: the model has other parts as well.
    """
    names = [type(part).__name__ for part in model]
    mode = getattr(model[1], "pooling_mode", None) if names[1:] else None
    if names not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]) or mode not in POOLINGS:
        raise Refused(
            f"made of {', '.join(names)}, pooling {mode}; read are a transformer pooled by {' or '.join(POOLINGS)}"
        )
    return model[0].auto_model, mode


def _words_apart(ov: Any, graph: Any) -> tuple[np.ndarray | None, Any]:
    """The matrix of word vectors and a graph that is given the vectors of its tokens; None where it has no large one."""
    for constant in graph.get_ops():
        if constant.get_type_name() != "Constant" or len(constant.shape) != 2 or constant.shape[0] < MANY_WORDS:
            continue
        readers = [reader.get_node() for reader in constant.output(0).get_target_inputs()]
        if len(readers) != 1 or readers[0].get_type_name() != "Gather":
            continue
        words = np.array(constant.data, np.float32)
        given = ov.opset13.parameter(ov.PartialShape([-1, -1, words.shape[1]]), ov.Type.f32, name="words")
        readers[0].output(0).replace(given.output(0))
        given.output(0).set_names({"words"})
        return words, ov.Model(graph.outputs, [*graph.get_parameters(), given], "encoder")
    return None, graph


def _write_tokenizer(model: Any, folder: Path) -> dict[str, Any]:
    library = model.tokenizer.backend_tokenizer
    settings = json.loads(library.to_str())
    plain, whole = (library.encode("one", add_special_tokens=special).ids for special in (False, True))
    at = next(i for i in range(len(whole)) if whole[i : i + len(plain)] == plain)
    record = {
        "longest": int(model.max_seq_length),
        "before": whole[:at],
        "after": whole[at + len(plain) :],
        "padding": int(model.tokenizer.pad_token_id or 0),
        "unigram": None,
    }
    kind = settings["model"]
    # Bytes for unknown characters, or none for what is unknown: left to the library, which few models need.
    if kind["type"] != "Unigram" or kind.get("byte_fallback") or kind["unk_id"] is None:
        library.save(str(folder / TOKENIZER))
        return record
    vocabulary = [(str(piece), float(score)) for piece, score in kind["vocab"]]
    write_pieces(vocabulary, folder)
    nothing = {"type": "Unigram", "unk_id": 0, "vocab": [["", 0.0]]}
    rest: dict[str, Any] = {
        "added_tokens": [],
        "post_processor": None,
        "decoder": None,
        "truncation": None,
        "padding": None,
    }
    record["unigram"] = {
        "shell": settings | rest | {"model": nothing},
        "added": settings["added_tokens"],
        "unknown": kind["unk_id"],
        "longest": max(len(piece) for piece, _ in vocabulary),
        "floor": min(range(len(vocabulary)), key=lambda i: vocabulary[i][1]),
    }
    return record
