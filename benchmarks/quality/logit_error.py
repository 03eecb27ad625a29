"""How far p of a whole level and major group is off: the standard error of the calibration on the logit scale.

    python benchmarks/quality/logit_error.py                                            the pilot city's graded pairs
    python benchmarks/quality/logit_error.py --data DATA --pairs PAIRS --adapters G0 G1 G2     and the held-out pairs of calibrate.py

Draws move all p of a level and major group by one offset (docs/method.md, section 6); its standard deviation is
matcher.drawing.LOGIT_ERROR. Here it is estimated from graded pairs that p was not fitted on: a pair is right with
probability expit(logit p + shift + offset of its group + offset of its program), both offsets normal. Maximum likelihood,
the offsets integrated out by Gauss-Hermite quadrature, so that the chance of few pairs does not count as error of p; the
offset of the program keeps what one odd text does from counting as that of its group. 95 % interval: profile likelihood.

`group_rms` is the root of shift squared plus group squared: what an offset with mean 0 has to cover where nobody knows
the shift. A group of the city is a level and major group; of the held-out Chinese pairs too (the first two digits of a code
say both); of the English ones a family of the classification of programs.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from city_check import city_pairs
from scipy.optimize import minimize
from scipy.special import log_expit, logsumexp

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(11)
LOG_WEIGHTS = np.log(WEIGHTS / WEIGHTS.sum())
# Half of the 95 % quantile of chi square with one degree of freedom.
DROP = 1.92
LARGEST = 3.0


@dataclass(frozen=True)
class Graded:
    """Graded pairs with the p they were given.

    Attributes:
        logit: of p, (pairs,); right: bool (pairs,), grade 2 or 3; group, program: labels, (pairs,).
    """

    logit: np.ndarray
    right: np.ndarray
    group: np.ndarray
    program: np.ndarray


def likelihood(pairs: Graded) -> Callable[[float, float, float], float]:
    """(shift, group, program) -> log-likelihood; the last two are standard deviations."""
    order = np.lexsort((pairs.program, pairs.group))
    logit, sign = pairs.logit[order], np.where(pairs.right, 1.0, -1.0)[order]
    group, program = pairs.group[order], pairs.program[order]
    programs = np.flatnonzero(np.append(True, (program[1:] != program[:-1]) | (group[1:] != group[:-1])))
    groups = np.flatnonzero(np.append(True, group[programs][1:] != group[programs][:-1]))

    def of(shift: float, by_group: float, by_program: float) -> float:
        offset = shift + by_group * NODES[:, None] + by_program * NODES
        each = log_expit(sign[:, None, None] * (logit[:, None, None] + offset))
        by_one = logsumexp(np.add.reduceat(each, programs) + LOG_WEIGHTS, axis=2)
        return float(logsumexp(np.add.reduceat(by_one, groups) + LOG_WEIGHTS, axis=1).sum())

    return of


def estimate(pairs: Graded) -> dict[str, object]:
    """Shift, standard deviations of groups and programs, and the interval of the group's."""
    of = likelihood(pairs)
    best, at = _largest(lambda x: of(x[0], x[1], x[2]), [(-LARGEST, LARGEST), (0, LARGEST), (0, LARGEST)])

    def falls_short(by_group: float) -> bool:
        return best - _largest(lambda x: of(x[0], by_group, x[1]), [(-LARGEST, LARGEST), (0, LARGEST)])[0] > DROP

    shift, by_group, by_program = at
    return {
        "pairs": len(pairs.logit),
        "programs": len(set(pairs.program)),
        "groups": len(set(pairs.group)),
        "shift": round(shift, 3),
        "group": round(by_group, 3),
        "group_between": [_edge(falls_short, by_group, 0.0), _edge(falls_short, by_group, LARGEST)],
        "group_rms": round(float(np.hypot(shift, by_group)), 3),
        "program": round(by_program, 3),
    }


def _largest(of: Callable[[np.ndarray], float], bounds: list[tuple[float, float]]) -> tuple[float, list[float]]:
    start = np.array([0.0 if low < 0 else 0.3 for low, _ in bounds])
    found = minimize(lambda x: -of(x), start, bounds=bounds, method="L-BFGS-B")
    return -float(found.fun), [float(x) for x in found.x]


def _edge(outside: Callable[[float], bool], inside: float, end: float) -> float:
    """Where `outside` begins between a point inside and an end; the end if nowhere."""
    if not outside(end):
        return end
    for _ in range(6):
        middle = (inside + end) / 2
        inside, end = (inside, middle) if outside(middle) else (middle, end)
    return round((inside + end) / 2, 2)


def city() -> Graded:
    """Pairs of the illustrative pilot city, graded before p was tuned; p of the calibration that ships."""
    found = city_pairs()
    found = found[found["p"].between(0.001, 0.999)]
    group = found["level"] + " " + found["major_group"]
    return Graded(
        np.log(found["p"] / (1 - found["p"])).to_numpy(float),
        (found["grade"] >= 2).to_numpy(),
        group.to_numpy(str),
        found["program_id"].to_numpy(str),
    )


def held_out(data: Path, pairs: Path, adapters: list[str]) -> dict[str, Graded]:
    """Graded pairs of calibrate.py with the logit of regressions and adapters that never saw the program's class."""
    import calibrate

    found = {}
    labelled = {"zh": calibrate.chinese(data, pairs), "en": calibrate.english(data, pairs)}
    references = [calibrate.reference(labelled, calibrate.encoder_of(name), fold) for fold, name in enumerate(adapters)]
    for name, known in labelled.items():
        kind = calibrate.scored(name, known, references)
        logit = calibrate.held_out_logits(kind, list(range(len(calibrate.SCORES))), True)
        rows, columns = np.nonzero(kind.grades >= 0)
        group = pd.Series(kind.classes[rows]).str[:2].to_numpy(str)
        found[name] = Graded(logit[rows, columns], kind.grades[rows, columns] >= 2, group, rows.astype(str))
    return found


def main() -> None:
    """Prints JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of published files (see data.py)")
    parser.add_argument("--pairs", type=Path, help="folder of labelled pairs (see data.py)")
    parser.add_argument("--adapters", nargs=3, default=["none"] * 3, help="of the folds, or `none` (see calibrate.py)")
    given = parser.parse_args()
    kinds = {"city": city()}
    if given.data and given.pairs:
        kinds |= held_out(given.data, given.pairs, given.adapters)
    print(json.dumps({name: estimate(pairs) for name, pairs in kinds.items()}, indent=1))


if __name__ == "__main__":
    main()
