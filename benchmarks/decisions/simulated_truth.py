"""How often flags are right, and how often they are right as often as they say, on markets whose truth is known.

    python benchmarks/decisions/simulated_truth.py [--markets N] [--draws B] [--workers W] [--out DIR]

Markets: simulated_market.py; what is true and which simple rules stand beside: simulated_rules.py. Each market of each
world is assessed as a bureau would (given matches, 200 draws, the default pack). Printed and kept in a dated file:

flags       precision and recall of phase_out and expand against `truth`, beside simple rules. `most draws`: the flag that more
            than half of the draws give, whether or not it is certain enough to be published.
reliability flags by their stated probability: how many, what they state on average, and how often the flag is the one of
            `on_evidence` and of `truth`.
surpluses   programs with a certified surplus (P(rate < 0.7) >= 0.9 included) that truly are in one; programs whose certificate
            only the contradiction test voids, and what it caught and cost; blocks whose certificate is wrong although the
            listed matches are right and coverage is what it declares (none may be).

Intervals: 95 %, markets resampled, since programs of one market share their fate.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from simulated_market import AS_OF, World, simulate
from simulated_rules import DAY, checked_certificates, simple_flags, true_flags

from matcher import assess
from matcher.drawing import LOGIT_ERROR
from matcher.judging import Question, judge, read_tables
from matcher.policy.pack import load_pack

WORLDS = (
    World("plain"),
    World("employment low for reasons of its own", telling=False),
    World("openings miscounted", miscounted=True),
    World("match errors shared, as drawn", logit_error=LOGIT_ERROR),
    World("match errors shared, as drawn; employment low for reasons of its own", LOGIT_ERROR, telling=False),
    World("match errors shared, twice as large", logit_error=2 * LOGIT_ERROR),
    World("half of the posts, declared", seen=0.5),
    World("half of the posts, all claimed", seen=0.5, honest=False),
    World("match errors twice as large, half of the posts, declared", logit_error=2 * LOGIT_ERROR, seen=0.5),
    World("match errors twice as large, half of the posts, all claimed", 2 * LOGIT_ERROR, 0.5, False),
)
FLAGS = ("phase_out", "expand")
METHOD, MOST_DRAWS = "flag", "most draws"
RULES = (
    METHOD,
    MOST_DRAWS,
    "own gap",
    "own gap and employment",
    "completers' share",
    "completers' share and employment",
    "below 60 % three years running",
)
# Lower ends of the classes of stated probability; the last holds those stated as certain.
CLASSES = (0.0, 0.3, 0.5, 0.7, 0.85, 0.95, 1.0)
ROUNDS = 1000


@dataclass(frozen=True)
class Assessed:
    """What came of some markets of one world.

    Attributes:
        programs: one row a program: market, truth, on_evidence, surplus, against (what stands against a certificate),
            likely (P(rate < 0.7) >= 0.9), probability, and a flag by each of RULES.
        certified, wrong: blocks, see simulated_rules.checked_certificates.
    """

    programs: pd.DataFrame
    certified: int
    wrong: int


def assessed(world: World, markets: Sequence[int], draws: int = 200, workers: int = 1) -> Assessed:
    """Assesses one world's markets, by their seeds."""
    one = partial(_market, world, draws)
    if workers == 1:
        found = [one(seed) for seed in markets]
    else:
        with ProcessPoolExecutor(workers) as pool:
            found = list(pool.map(one, markets))
    tables, certified, wrong = zip(*found, strict=True)
    return Assessed(pd.concat(tables, ignore_index=True), sum(certified), sum(wrong))


def _market(world: World, draws: int, seed: int) -> tuple[pd.DataFrame, int, int]:
    market, values = simulate(world, seed), load_pack().on(DAY)
    point = assess(**market.tables, as_of=AS_OF, draws=0, counterfactuals=False)
    # What `assess` does with these draws, and the facts behind it.
    question = Question(point.inputs, values, DAY, draws=draws, seed=seed)
    found = judge(question, read_tables(question), point.matches.drop(columns=["edge", "why_not"]), {})
    true = true_flags(market.truth, found.facts, values)
    table = pd.DataFrame(
        {
            "market": seed,
            "probability": [v.flag_probability for v in found.verdicts],
            # A program without a listed match is in no block, and has no certificate.
            "against": ["|".join(f.why_not_certified) if f.block else "no block" for f in found.facts],
            "likely": [f.rate_below is not None and f.rate_below >= values.number("doubt.red") for f in found.facts],
            **true,
            METHOD: [v.flag for v in found.verdicts],
            MOST_DRAWS: [next((flag for flag, share in v.flag_shares if share > 0.5), "") for v in found.verdicts],
            **simple_flags(point.programs, market.tables["outcomes"]),
        }
    )
    return table, *checked_certificates(point, seed)


def flag_figures(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Precision and recall of every rule against truth."""
    rows = []
    for flag in FLAGS:
        true = found["truth"] == flag
        for rule in RULES:
            said = found[rule] == flag
            if not said.any():
                continue
            rows.append(
                {
                    "flag": flag,
                    "rule": rule,
                    "flagged": int(said.sum()),
                    "true": int(true.sum()),
                    "precision": share(true[said], found["market"][said]),
                    "recall": share(said[true], found["market"][true]),
                }
            )
    return rows


def reliability(found: pd.DataFrame, flag: str | None = None) -> list[dict[str, Any]]:
    """Flags by class of stated probability, those without any left out; all flags, or one."""
    stated = found[found["probability"].notna()]
    asked = stated if flag is None else stated[stated[METHOD] == flag]
    place = np.searchsorted(CLASSES, asked["probability"], side="right") - 1
    rows = []
    for k in np.unique(place):
        part = asked[place == k]
        rows.append(
            {
                "flag": flag or "all",
                "from": CLASSES[k],
                "flags": len(part),
                "stated": round(float(part["probability"].mean()), 3),
                "holds": share(part[METHOD] == part["on_evidence"], part["market"]),
                "holds_in_full": share(part[METHOD] == part["truth"], part["market"]),
            }
        )
    return rows


def surplus_figures(found: Assessed) -> dict[str, Any]:
    """How often certificates are about a true surplus, and what the contradiction test caught."""
    table = found.programs
    surplus, market = table["surplus"], table["market"]
    certified = table["likely"] & (table["against"] == "")
    contradicted = table["likely"] & (table["against"] == "contradiction")
    return {
        "blocks": found.certified,
        "wrong_given_the_matches": found.wrong,
        "programs": int(certified.sum()),
        "truly_surplus": share(surplus[certified], market[certified]),
        "truly_surplus_without_the_test": share(surplus[certified | contradicted], market[certified | contradicted]),
        "contradicted": int(contradicted.sum()),
        "no_surplus_caught": share(contradicted[(certified | contradicted) & ~surplus], market),
        "surplus_lost": share(contradicted[(certified | contradicted) & surplus], market),
    }


def share(holds: pd.Series, market: pd.Series) -> list[float] | None:
    """Share, with its interval over resampled markets; None of nothing."""
    if holds.empty:
        return None
    by = pd.DataFrame({"holds": holds.astype(float), "market": market.loc[holds.index]}).groupby("market")["holds"]
    total, count = by.sum().to_numpy(), by.size().to_numpy()
    picked = np.random.default_rng(0).integers(0, len(total), (ROUNDS, len(total)))
    again = total[picked].sum(axis=1) / count[picked].sum(axis=1)
    return [round(float(x), 3) for x in (total.sum() / count.sum(), *np.quantile(again, [0.025, 0.975]))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--markets", type=int, default=60)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    kept: dict[str, Any] = {"date": date.today().isoformat(), "markets": given.markets, "draws": given.draws}
    for world in WORLDS:
        found = assessed(world, range(given.markets), given.draws, given.workers)
        kept[world.name] = {
            "programs": len(found.programs),
            "flags": flag_figures(found.programs),
            "reliability": [row for flag in (None, *FLAGS, "maintain") for row in reliability(found.programs, flag)],
            "surpluses": surplus_figures(found),
        }
        _show(world.name, kept[world.name])
    given.out.mkdir(parents=True, exist_ok=True)
    file = given.out / f"simulated_truth-{kept['date']}.json"
    file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written: {file}")


def _show(name: str, found: dict[str, Any]) -> None:
    print(f"\n## {name} ({found['programs']} programs)\n", flush=True)
    _table(found["flags"], ("flag", "rule", "flagged", "true", "precision", "recall"))
    _table(found["reliability"], ("flag", "from", "flags", "stated", "holds", "holds_in_full"))
    for key, value in found["surpluses"].items():
        print(f"{key}: {_said(value)}")


def _table(rows: list[dict[str, Any]], columns: Sequence[str]) -> None:
    print(f"| {' | '.join(columns)} |\n| {' | '.join('---' for _ in columns)} |")
    for row in rows:
        print(f"| {' | '.join(_said(row[column]) for column in columns)} |")
    print()


_said: Callable[[Any], str] = lambda value: (  # noqa: E731
    f"{value[0]:.3f} ({value[1]:.3f} to {value[2]:.3f})" if isinstance(value, list) else str(value)
)


if __name__ == "__main__":
    main()
