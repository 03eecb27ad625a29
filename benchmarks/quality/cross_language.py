"""Chinese programs against English posts and back: recall@1 on 80 fields of work, written before anything was tuned.

    python benchmarks/quality/cross_language.py [--adapter F|none]

pairs/cross_language.csv has, for every field, a Chinese program, an English post, an English program and a Chinese post,
each written freshly and none a translation of another. Every program ranks all posts of the other language and every
post all programs; right is the one of the same field. Prints recall@1 with its 95 % bootstrap interval: by p as the
product ranks, and by the plain cosine of whole texts.
"""

import argparse
import json

import numpy as np
import pandas as pd
from calibrate import encoder_of
from data import OWN_PAIRS

from indexes.encoder import load_encoder
from matcher.matching.match import text_sides

ROUNDS = 2000


def main() -> None:
    """Prints JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--adapter", default="", help="the one that ships unless named; `none`: the encoder without any"
    )
    given = parser.parse_args()
    encoder = encoder_of(given.adapter) if given.adapter else load_encoder()
    table = pd.read_csv(OWN_PAIRS / "cross_language.csv", dtype="string")
    found = {}
    for a, b in (("zh", "en"), ("en", "zh")):
        programs = pd.DataFrame(
            {
                "program_id": table["id"],
                "name": table[f"{a}_program_name"],
                "goal": table[f"{a}_program_goal"],
                "courses": table[f"{a}_program_courses"].str.replace(";", "；"),
            }
        )
        demands = pd.DataFrame(
            {
                "demand_id": table["id"],
                "occupation": table[f"{b}_demand_title"],
                "description": table[f"{b}_demand_description"],
                "skills": table[f"{b}_demand_skills"].str.replace(";", "；"),
            }
        )
        sides = text_sides(programs, demands, encoder, evidence=False)
        rows, columns = ([r[0] for r in of] for of in (sides.program_rows, sides.demand_rows))
        n = len(table)
        logit = np.empty((n, n))
        logit[np.ix_(rows, columns)] = sides.logits(np.arange(len(rows)), np.arange(len(columns)))
        cosine = np.empty((n, n))
        whole = sides.encode([t.text for t in (*sides.programs.texts, *sides.demands.texts)])
        cosine[np.ix_(rows, columns)] = whole[: len(rows)] @ whole[len(rows) :].T
        for name, scores in (("p", logit), ("whole_text", cosine)):
            found[f"{a}_programs_to_{b}_posts", name] = scores.argmax(axis=1) == np.arange(n)
            found[f"{b}_posts_to_{a}_programs", name] = scores.argmax(axis=0) == np.arange(n)
    for name in ("p", "whole_text"):
        found["all", name] = np.concatenate([v for (_, method), v in found.items() if method == name])
    print(json.dumps({f"{k} by {m}": _interval(v) for (k, m), v in found.items()}, indent=1))


def _interval(hits: np.ndarray) -> list[float]:
    rng = np.random.default_rng(0)
    means = hits[rng.integers(0, len(hits), (ROUNDS, len(hits)))].mean(axis=1)
    return [round(float(v), 3) for v in (hits.mean(), *np.quantile(means, [0.025, 0.975]))]


if __name__ == "__main__":
    main()
