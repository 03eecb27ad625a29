"""Employment of a program, with its doubt (docs/method.md, section 5).

theta_i ~ Beta(m mu_g + sum w_t k_t, m (1 - mu_g) + sum w_t (n_t - k_t)), with k of n employed in year t. Small
cohorts lean on their group (major group x level), which itself leans on its level; each program is left out of its own
group's mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betainc, betaincinv

GROUP_PULL = 5.0
STRENGTH_LIMITS = (5.0, 200.0)


@dataclass(frozen=True)
class Employment:
    """Posterior of all programs with at least one year of both figures.

    Attributes:
        programs: program_id, mean, low, high (90 % interval), below_probability = P(rate < low rate), graduates
            (unweighted, over the years used), years; alpha, beta of the posterior; weight, n, k of the latest year used;
            one row a program, sorted by program_id.
        strength: m, the weight of the group in graduates, one for all groups.
    """

    programs: pd.DataFrame
    strength: float


def estimate_employment(
    outcomes: pd.DataFrame,
    groups: pd.DataFrame,
    weights: Sequence[float],
    low_rate: float,
    instead: Mapping[str, int] | None = None,
) -> Employment:
    """Computes the posterior employment rate of every program.

    Args:
        outcomes: program_id, year, graduates, further_study, employed; years of one rate basis only. n are those
            who look for work: graduates less further study, and never fewer than k. A year without `employed` or
            without anybody looking for work is skipped, it does not count as zero.
        groups: program_id, major_group, level; one row a program.
        weights: of the latest year, the one before, and so on.
        low_rate: the rate below which employment is called low, 0 to 1.
        instead: program -> employed of its latest year in place of those reported, for its own posterior alone: the
            groups' means and their weight stay what they are.

    Raises:
        ValueError: more employed than graduates in a year; two rate bases in one table.
    """
    if "rate_basis" in outcomes and outcomes["rate_basis"].dropna().nunique() > 1:
        raise ValueError("outcomes mix initial and year-end rates; expected one rate_basis")
    known = counted_years(outcomes)
    rank = known.groupby("program_id").cumcount()
    known = known[rank < len(weights)].assign(
        weight=np.asarray(weights)[rank[rank < len(weights)]],
        k=lambda t: t["employed"].astype(float),
    )
    cohort = known.assign(wn=known.weight * known.n, wk=known.weight * known.k).groupby("program_id", sort=True)
    table = cohort.agg(
        n=("wn", "sum"), k=("wk", "sum"), graduates=("n", "sum"), years=("year", lambda y: tuple(sorted(y)))
    )
    table = table.reset_index().merge(groups[["program_id", "major_group", "level"]], on="program_id", how="left")
    # A program of unknown group or level is grouped with its like rather than dropped.
    table = table.fillna({"major_group": "", "level": ""})
    centre = _group_means(table)
    strength = _strength(table, centre)
    latest = known.drop_duplicates("program_id").sort_values("program_id", ignore_index=True)
    counted = [(instead or {}).get(str(p), k) for p, k in zip(latest["program_id"], latest["k"], strict=True)]
    more = np.asarray(more_employed(latest, np.array(counted, float)))
    a = strength * centre + table["k"].to_numpy() + more
    b = strength * (1 - centre) + (table["n"] - table["k"]).to_numpy() - more
    programs = pd.DataFrame(
        {
            "program_id": table["program_id"],
            "mean": a / (a + b),
            "low": betaincinv(a, b, 0.05),
            "high": betaincinv(a, b, 0.95),
            "below_probability": betainc(a, b, low_rate),
            "graduates": table["graduates"].astype(int),
            "years": table["years"],
            "alpha": a,
            "beta": b,
            **{column: latest[column].to_numpy(float) for column in ("weight", "n", "k")},
        }
    )
    return Employment(programs, strength)


def counted_years(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The rows that count, program by program with the latest year first, and n of each; see `estimate_employment`.

    Raises:
        ValueError: more employed than graduates in a year.
    """
    known = outcomes.dropna(subset=["graduates", "employed"])
    known = known.sort_values(["program_id", "year"], ascending=[True, False])
    if (known["employed"] > known["graduates"]).any():
        bad = known[known["employed"] > known["graduates"]].iloc[0]
        raise ValueError(f"program {bad.program_id}, year {bad.year}: more employed than graduates")
    # Some offices count further study among those employed; n never falls below k, so neither reading flatters.
    studying = known["further_study"].fillna(0) if "further_study" in known else 0
    seeking = (known["graduates"] - studying).clip(lower=known["employed"]).astype(float)
    return known.assign(n=seeking)[seeking > 0]


def more_employed(latest: Any, employed: Any) -> Any:
    """Weighted persons by which the posterior moves if so many of the latest year were employed; at most all who seek.

    Args:
        latest: weight, n, k of the latest year; employed: persons. Numbers, or arrays of them.
    """
    return latest.weight * (np.minimum(employed, latest.n) - latest.k)


def below_with(program: Any, employed: int, low_rate: float) -> float:
    """P(employment rate < low rate) of one program of `Employment.programs`, with other employed of its latest year."""
    more = more_employed(program, employed)
    return float(betainc(program.alpha + more, program.beta - more, low_rate))


def _leave_one_out(table: pd.DataFrame, keys: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the program's group without the program: employed, graduates (weighted), number of programs."""
    sums = table.groupby(keys)[["k", "n"]].transform("sum")
    count = table.groupby(keys)["n"].transform("size").to_numpy() - 1
    return (sums["k"] - table["k"]).to_numpy(), (sums["n"] - table["n"]).to_numpy(), count


def _rate(k: np.ndarray, n: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    return np.where(n > 0, k / np.where(n > 0, n, 1), otherwise)


def _group_means(table: pd.DataFrame) -> np.ndarray:
    """mu_g: the group's rate shrunk to its level's by n_g / (n_g + 5), n_g in programs, each without the program."""
    if table.empty:
        return np.empty(0)
    everyone = table.assign(all=0)
    k, n, _ = _leave_one_out(everyone, ["all"])
    overall = _rate(k, n, np.full(len(table), 0.5))
    k, n, _ = _leave_one_out(table, ["level"])
    level = _rate(k, n, overall)
    k, n, count = _leave_one_out(table, ["major_group", "level"])
    weight = count / (count + GROUP_PULL)
    # Kept off 0 and 1, where a Beta prior has no density.
    return np.clip(weight * _rate(k, n, level) + (1 - weight) * level, 0.01, 0.99)


def _strength(table: pd.DataFrame, centre: np.ndarray) -> float:
    """m by moments: the spread of rates around their group means beyond what binomial chance gives."""
    low, high = STRENGTH_LIMITS
    if table.empty:
        return low
    n = table["n"].to_numpy()
    excess = (table["k"].to_numpy() / n - centre) ** 2
    chance = centre * (1 - centre)
    # E[excess] = chance x (1 / n + (1 - 1 / n) rho) with rho = 1 / (m + 1); solved for rho over all programs.
    rho = float((excess - chance / n).sum() / max(1e-12, (chance * (1 - 1 / n)).sum()))
    if rho <= 0:
        return high
    return float(np.clip(1 / rho - 1, low, high))
