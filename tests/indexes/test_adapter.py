"""The adapter: small, named after the model's own matrices, and only added to them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from indexes.adapter import CHECK, DOWN, UP, adapter_check, adapter_file, adapter_mark, merged


def test_the_adapter_that_ships_is_small_and_whole() -> None:
    parts = load_file(adapter_file())
    names = {key.removesuffix(DOWN) for key in parts if key.endswith(DOWN)}
    assert adapter_file().stat().st_size < 10_000_000
    assert {key.removesuffix(UP) for key in parts if key.endswith(UP)} == names
    assert len(names) == 12 * 6, "six matrices in each of twelve layers"
    assert all(np.isfinite(part).all() for part in parts.values())


def test_merging_adds_the_product_and_leaves_the_rest(tmp_path: Path) -> None:
    weights = {"a": np.zeros((3, 2), np.float32), "b": np.ones(4, np.float32)}
    up, down = np.array([[1.0], [2], [0]], np.float16), np.array([[0.5, -1]], np.float16)
    save_file({"a" + UP: up, "a" + DOWN: down}, tmp_path / "x.safetensors")
    found = merged(weights, tmp_path / "x.safetensors")
    np.testing.assert_array_equal(found["a"], [[0.5, -1], [1, -2], [0, 0]])
    assert found["b"] is weights["b"]
    assert not weights["a"].any(), "what was given is not changed"


def test_merging_gives_the_same_bits_on_every_processor() -> None:
    """A matrix product adds in the processor's own order; the model's digest must not depend on it."""
    code = (
        "import hashlib, numpy as np; from safetensors.numpy import load_file; from indexes import adapter as a;"
        "parts = load_file(a.adapter_file());"
        "weights = {k.removesuffix(a.UP): np.zeros((len(v), parts[k.removesuffix(a.UP) + a.DOWN].shape[1]), np.float32)"
        " for k, v in parts.items() if k.endswith(a.UP)};"
        "found = a.merged(weights, a.adapter_file());"
        "print(hashlib.sha256(b''.join(found[k].tobytes() for k in sorted(found))).hexdigest())"
    )
    # Kernels of numpy's matrix library for processors of three generations; an unknown name means the machine's own.
    kinds = ("", "Haswell", "Prescott")
    said = {
        kind: subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "OPENBLAS_CORETYPE": kind}, capture_output=True, text=True
        ).stdout
        for kind in kinds
    }
    assert len(said[""]) == 65
    assert len(set(said.values())) == 1, said


@pytest.mark.parametrize("name", ["c", "b"])
def test_an_adapter_of_another_model_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / "x.safetensors"
    save_file({name + UP: np.ones((3, 1), np.float16), name + DOWN: np.ones((1, 2), np.float16)}, file)
    with pytest.raises(ValueError, match=f"changes {name}"):
        merged({"a": np.zeros((3, 2), np.float32), "b": np.ones(4, np.float32)}, file)


def test_an_adapter_says_what_vector_the_check_text_has_with_it(tmp_path: Path) -> None:
    assert len(adapter_check(adapter_file())) == 12
    file = tmp_path / "x.safetensors"
    save_file({"a" + UP: np.ones((3, 1), np.float16)}, file, {CHECK: "[0.5, -0.25]"})
    assert adapter_check(file) == (0.5, -0.25)
    save_file({"a" + UP: np.ones((3, 1), np.float16)}, file)
    with pytest.raises(ValueError, match="does not say"):
        adapter_check(file)


def test_another_adapter_has_another_mark(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")
    assert adapter_mark(tmp_path / "a") != adapter_mark(tmp_path / "b")
