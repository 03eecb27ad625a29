"""What 8-bit products would do to the encoder: neighbours kept and time, beside the exported graph as it is.

    python benchmarks/speed/eight_bits.py --peers PYTHON [--texts N] [--runs N] [--out DIR]

PYTHON is the interpreter of an environment that has nncf 3.4.0 and openvino 2026.4.1 (`pip install nncf==3.4.0
openvino==2026.4.1 numpy`), which the product does not need. There the exported graph is written again with weights of 8
bits, with weights and activations of 8 bits (SmoothQuant, calibrated on texts of the pilot city that are not asked later),
and with both of 8 bits in groups that have a scale each, that of activations found as they come (OpenVINO's dynamic
quantization). Told of each: mean overlap of the ten nearest texts with the graph in fp32, least cosine, and milliseconds of one
text of 16 tokens, four of 32 and sixteen of 32, one thread, the ways in turn. Asked of an encoder: overlap .985.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

CALIBRATED_ON = 300
SHAPES = ((1, 16), (4, 32), (16, 32))
# Numbers that share a scale.
GROUPS = (32, 64, 128)
STEP = 16
UNSEEN = -1e9


def trial(folder: Path, given: Path, runs: int) -> dict[str, Any]:
    """In the environment that has nncf: milliseconds of every way; its vectors go beside the tokens, as `<way>.npy`."""
    import nncf
    import openvino as ov

    core, words = ov.Core(), np.load(folder / "words.npy", mmap_mode="r")
    with np.load(given) as arrays:
        padding = int(arrays["padding"])
        rows = np.split(arrays["tokens"], arrays["starts"][1:])
    known, asked = rows[:CALIBRATED_ON], rows[CALIBRATED_ON:]

    def fed(row: np.ndarray, number: int = 1) -> dict[str, np.ndarray]:
        length = -(-len(row) // STEP) * STEP
        tokens = np.full((number, length), padding)
        tokens[:, : len(row)] = row
        seen = np.full((number, 1, length, length), UNSEEN, np.float32)
        seen[..., : len(row), : len(row)] = seen[..., len(row) :, len(row) :] = 0
        places = np.tile(np.arange(length), (number, 1))
        return {"input_ids": tokens, "places": places, "seen": seen, "words": np.array(words[tokens])}

    def graph() -> Any:
        return core.read_model(folder / "graph.xml")

    def request(model: Any, precision: str = "bf16", **more: Any) -> Any:
        settings = {"INFERENCE_PRECISION_HINT": precision, "NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": 1, **more}
        return core.compile_model(model, "CPU", settings).create_infer_request()

    def vectors(way: Any) -> np.ndarray:
        found = []
        for row in asked:
            way.infer(fed(row))
            found.append(way.get_output_tensor(0).data[0, : len(row)].mean(axis=0, dtype=np.float32))
        return np.stack(found) / np.linalg.norm(found, axis=1, keepdims=True)

    def quantized(alpha: float) -> Any:
        return nncf.quantize(
            graph(), nncf.Dataset(known, fed),
            model_type=nncf.ModelType.TRANSFORMER, preset=nncf.QuantizationPreset.MIXED, subset_size=len(known),
            advanced_parameters=nncf.AdvancedQuantizationParameters(
                smooth_quant_alphas=nncf.AdvancedSmoothQuantParameters(matmul=alpha)
            ),
        )  # fmt: skip

    def grouped(size: int) -> Any:
        return request(in_groups(graph(), size), DYNAMIC_QUANTIZATION_GROUP_SIZE=size)

    ways = {
        "as_it_is": request(graph()),
        "weights": request(nncf.compress_weights(graph(), mode=nncf.CompressWeightsMode.INT8_SYM)),
        "weights_and_activations_alpha_0.95": request(quantized(0.95)),
        "weights_and_activations_alpha_0.6": request(quantized(0.6)),
        **{f"weights_and_activations_in_groups_of_{size}": grouped(size) for size in GROUPS},
    }
    for name, way in {"reference": request(graph(), "f32"), **ways}.items():
        np.save(given.with_name(f"{name}.npy"), vectors(way))
    found: dict[str, Any] = {name: {} for name in ways}
    for number, length in SHAPES:
        batch = fed(np.full(length, 100), number)
        times: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(runs + 2):
            for name, way in ways.items():
                start = time.perf_counter()
                way.infer(batch)
                if turn >= 2:
                    times[name].append(time.perf_counter() - start)
        for name, took in times.items():
            found[name][f"ms_{number}x{length}"] = round(statistics.median(took) * 1e3, 2)
    return found


def in_groups(model: Any, size: int) -> Any:
    """The graph with its matrices as 8-bit numbers, so many of which share a scale."""
    import openvino.opset13 as op

    for product in model.get_ordered_ops():
        matrix = product.input_value(1).get_node() if product.get_type_name() == "MatMul" else None
        if matrix is None or matrix.get_type_name() != "Constant":
            continue
        weights = np.array(matrix.data, np.float32)
        groups = weights.reshape(len(weights), -1, size)
        scales = np.abs(groups).max(axis=2, keepdims=True) / 127
        numbers = op.convert(op.constant((np.rint(groups / scales) + 128).astype(np.uint8)), "f32")
        moved = op.subtract(numbers, op.convert(op.constant(np.array([128], np.uint8)), "f32"))
        again = op.reshape(op.multiply(moved, op.constant(scales)), op.constant(np.array(weights.shape)), False)
        product.input(1).replace_source_output(again.output(0))
    return model


def tokens_of(number: int, file: Path) -> Path:
    """Writes the tokens of the pilot city's texts; the folder of the exported model."""
    from encoding import city_texts

    from indexes.encoder import E5_PREFIX, default_model_folder
    from indexes.export import exported_model
    from indexes.unigram import UnigramTokenizer

    export = exported_model(str(default_model_folder()), E5_PREFIX)
    assert export.unigram
    edges = len(export.before) + len(export.after)
    texts = [E5_PREFIX + text for text in city_texts(number + CALIBRATED_ON)]
    cut = UnigramTokenizer(export.folder, export.unigram).encode(texts)
    rows = [np.array((*export.before, *row[: export.longest - edges], *export.after), np.int64) for row in cut]
    starts = np.cumsum([0, *map(len, rows[:-1])])
    np.savez(file, tokens=np.concatenate(rows), starts=starts, padding=export.padding)
    return export.folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", metavar="PYTHON", required="--trial" not in sys.argv, help="has nncf and openvino")
    parser.add_argument("--texts", type=int, default=600)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--trial", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.trial:
        print("figures:", json.dumps(trial(*given.trial, given.runs)))
        return
    from pairing import keep, machine

    from indexes.export import overlap

    with tempfile.TemporaryDirectory() as work:
        file = Path(work) / "tokens.npz"
        folder = tokens_of(given.texts, file)
        command = [given.peers, __file__, "--trial", str(folder), str(file), "--runs", str(given.runs)]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        ways = json.loads(said.rpartition("figures:")[2])
        reference = np.load(file.with_name("reference.npy"))
        for name, row in ways.items():
            own = np.load(file.with_name(f"{name}.npy"))
            row["top_10_overlap"] = round(overlap(reference, own), 4)
            row["least_cosine"] = round(float((reference * own).sum(axis=1).min()), 4)
            print(f"{name}: {row}")
    keep(
        "eight_bits",
        {"machine": machine(), "texts": given.texts, "calibrated_on": CALIBRATED_ON, "ways": ways},
        given.out,
    )


if __name__ == "__main__":
    main()
