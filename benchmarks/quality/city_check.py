"""How honest p is on posts as employers describe them: the pilot city's demand rows, graded before p was tuned.

    python benchmarks/quality/city_check.py

541 pairs of 200 demand rows (pairs/city_graded.csv), drawn by strata of an earlier p so that likely and unlikely pairs
both occur, each with the number of pairs it stands for (`weight`; 0 for rows added so that every drawn demand occurs).
Prints ECE with its floor, Brier score and reliability of the drawn pairs as they are, and weighted to all pairs.
"""

import json

import numpy as np
import pandas as pd
from data import OWN_PAIRS

from corpora import read
from corpora.starter import example
from indexes.encoder import load_encoder
from matcher.evaluation import calibration_figures
from matcher.matching.calibration import probability
from matcher.matching.match import text_sides


def city_pairs() -> pd.DataFrame:
    """The graded pairs with p of the calibration that ships, and level and major group of the program."""
    graded = pd.read_csv(OWN_PAIRS / "city_graded.csv", dtype={"program_id": str, "demand_id": str})
    files = example("city")
    programs, demands = read(files["programs"], "programs"), read(files["demands"], "demands")
    programs = programs[programs["program_id"].isin(graded["program_id"])].reset_index(drop=True)
    demands = demands[demands["demand_id"].isin(graded["demand_id"])].reset_index(drop=True)
    sides = text_sides(programs, demands, load_encoder(), evidence=False)
    logit = sides.logits(np.arange(len(sides.programs.texts)), np.arange(len(sides.demands.texts)))
    p_of = {
        (programs["program_id"][a], demands["demand_id"][b]): float(p)
        for i, rows in enumerate(sides.program_rows)
        for j, columns in enumerate(sides.demand_rows)
        for p in [probability(logit[i, j])]
        for a in rows
        for b in columns
    }
    p = [p_of[a, b] for a, b in zip(graded["program_id"], graded["demand_id"], strict=True)]
    return graded.assign(p=p).merge(programs[["program_id", "level", "major_group"]], on="program_id")


def main() -> None:
    """Prints JSON."""
    graded = city_pairs()
    p = graded["p"].to_numpy()
    right = (graded["grade"] >= 2).to_numpy()
    weight = graded["weight"].to_numpy(float)
    drawn = weight > 0
    honest = calibration_figures(p[drawn], right[drawn])
    share = np.average(right[drawn], weights=weight[drawn])
    print(
        json.dumps(
            {
                "demand_rows": int(graded["demand_id"].nunique()),
                **honest,
                "right_at_0.5": round(float(right[drawn & (p >= 0.5)].mean()), 4),
                "found_at_0.5": round(float((p[drawn & right] >= 0.5).mean()), 4),
                "all_pairs": {
                    "p": round(float(np.average(p[drawn], weights=weight[drawn])), 5),
                    "right": round(float(share), 5),
                    "brier": round(float(np.average((p[drawn] - right[drawn]) ** 2, weights=weight[drawn])), 5),
                },
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
