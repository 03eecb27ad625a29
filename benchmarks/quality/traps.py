"""Traps of negation, scope, object, level and mention: is the right post above the wrong one?

    python benchmarks/quality/traps.py [--adapter F|none]

pairs/traps.csv: in every row the wrong post shares more words with the program's text than the right one ('teaching
communication' is not 'communication'), so a method of shared words answers all of them wrongly. Adversarial by design:
a count of traps avoided, not an accuracy on ordinary texts, and nothing is tuned on it.
"""

import argparse
import json
from collections import defaultdict

import numpy as np
import pandas as pd
from calibrate import encoder_of
from data import OWN_PAIRS

from indexes.encoder import load_encoder
from matcher.matching.calibration import probability
from matcher.matching.match import text_sides


def main() -> None:
    """Prints JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--adapter", default="", help="the one that ships unless named; `none`: the encoder without any"
    )
    given = parser.parse_args()
    encoder = encoder_of(given.adapter) if given.adapter else load_encoder()
    table = pd.read_csv(OWN_PAIRS / "traps.csv", dtype="string")
    programs = pd.DataFrame(
        {
            "program_id": table["id"],
            "name": table["program_name"],
            "goal": table["program_goal"],
            "courses": table["program_courses"].str.replace(";", "；"),
        }
    )
    demands = pd.DataFrame(
        {
            "demand_id": [*("right-" + table["id"]), *("wrong-" + table["id"])],
            "occupation": [*table["right_title"], *table["wrong_title"]],
            "description": [*table["right_description"], *table["wrong_description"]],
        },
        dtype="string",
    )
    sides = text_sides(programs, demands, encoder, evidence=False)
    row = {programs["program_id"][r]: i for i, rows in enumerate(sides.program_rows) for r in rows}
    column = {demands["demand_id"][r]: j for j, rows in enumerate(sides.demand_rows) for r in rows}
    logit = sides.logits(np.arange(len(sides.program_rows)), np.arange(len(sides.demand_rows)))
    avoided: dict[str, list[bool]] = defaultdict(list)
    edges: dict[str, list[bool]] = defaultdict(list)
    for name, kind, language in zip(table["id"], table["kind"], table["language"], strict=True):
        right, wrong = (logit[row[name], column[f"{which}-{name}"]] for which in ("right", "wrong"))
        for group in ("all", str(kind), str(language)):
            avoided[group].append(bool(right > wrong))
            edges[group].append(bool(probability(np.array(wrong)) >= 0.5))
    print(
        json.dumps(
            {
                g: {"rows": len(v), "right_above_wrong": sum(v), "wrong_is_an_edge": sum(edges[g])}
                for g, v in avoided.items()
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
