"""What reviewers decided: it overrides p of the pair, stays apart from the model, and corrects p of other pairs.

A confirmed pair counts as p = 1, a rejected one as p = 0; `p_model` keeps what the model said. With enough decisions of
each kind the model's p is corrected on the logit scale, logit p' = slope * logit p + shift. Which pairs people look at
may well depend on p without harm to that; it must not depend on what else they know of the pair.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize

# Decisions of each kind below which p is left as it is: an interval on the shift is then still wide.
ENOUGH_OF_EACH = 20
# Strength of the belief that the model is right, in decisions: a handful of reviews moves little.
PRIOR_DECISIONS = 20.0
_LEAST = 0.0005


@dataclass(frozen=True)
class Correction:
    """How reviews changed p of the pairs that nobody reviewed; slope 1 and shift 0 where there were too few."""

    confirmed: int
    rejected: int
    slope: float = 1.0
    shift: float = 0.0

    @property
    def learnt(self) -> bool:
        return min(self.confirmed, self.rejected) >= ENOUGH_OF_EACH

    def apply(self, p: np.ndarray) -> np.ndarray:
        """Corrected p, three decimals."""
        if not self.learnt:
            return np.round(p, 3)
        return np.round(1 / (1 + np.exp(-(self.slope * _logit(p) + self.shift))), 3)


def reviewed(matches: pd.DataFrame, reviews: pd.DataFrame, floor: float) -> tuple[pd.DataFrame, Correction]:
    """Matches after the reviews, sorted as before.

    Args:
        matches: MATCH_COLUMNS of records.py; reviews: program_id, demand_id, decision ("confirm" or "reject"); of several
            decisions about one pair the last row counts.
        floor: least p of an unreviewed match that is kept.

    Returns:
        matches with `p_model` (what the model said; missing where it listed no match) and `review` ("confirm", "reject"
        or empty); and what was learnt.
    """
    latest = reviews.drop_duplicates(["program_id", "demand_id"], keep="last")[["program_id", "demand_id", "decision"]]
    latest = latest.astype({"program_id": "string", "demand_id": "string", "decision": "string"})
    # A pair that the model did not list joins the table only if somebody confirmed it.
    how = matches.merge(latest, on=["program_id", "demand_id"], how="outer", sort=False)
    how = how[how["p"].notna() | (how["decision"] == "confirm")]
    decision = how["decision"].fillna("")
    correction = learn(how["p"].to_numpy(float, na_value=np.nan), decision.to_numpy(str))
    p = correction.apply(how["p"].to_numpy(float, na_value=0.0))
    p = np.select([decision == "confirm", decision == "reject"], [1.0, 0.0], default=p)
    found = how.assign(p_model=how["p"].astype("Float64"), p=p, review=decision.astype("string")).drop(
        columns="decision"
    )
    found = found[(found["p"] >= floor) | (found["review"] != "")]
    for column in ("program_evidence", "demand_evidence"):
        found[column] = found[column].fillna("")
    found = found.sort_values(["program_id", "p", "demand_id"], ascending=[True, False, True], ignore_index=True)
    return found, correction


def learn(p: np.ndarray, decisions: np.ndarray) -> Correction:
    """Slope and shift that make the model's p agree with decisions on it.

    Maximum a posteriori of a logistic regression on logit p, around slope 1 and shift 0, with PRIOR_DECISIONS pseudo
    decisions of doubt. Pairs without a model's p (NaN) are counted and teach nothing.

    Args:
        p: (n,); decisions: (n,) "confirm", "reject" or "".
    """
    confirmed, rejected = int((decisions == "confirm").sum()), int((decisions == "reject").sum())
    plain = Correction(confirmed, rejected)
    known = (decisions != "") & ~np.isnan(p)
    right = decisions[known] == "confirm"
    if min(right.sum(), (~right).sum()) < ENOUGH_OF_EACH:
        return Correction(min(confirmed, int(right.sum())), min(rejected, int((~right).sum())))
    x = _logit(p[known])

    def loss(v: np.ndarray) -> float:
        z = v[0] * x + v[1]
        fit = np.logaddexp(0, np.where(right, -z, z)).sum()
        return float(fit + PRIOR_DECISIONS / 2 * ((v[0] - 1) ** 2 + v[1] ** 2 / 4))

    slope, shift = minimize(loss, np.array([1.0, 0.0]), method="L-BFGS-B", bounds=[(0.05, 5), (-6, 6)]).x
    return Correction(plain.confirmed, plain.rejected, round(float(slope), 4), round(float(shift), 4))


def _logit(p: np.ndarray) -> np.ndarray:
    clipped = np.clip(p, _LEAST, 1 - _LEAST)
    return np.asarray(np.log(clipped / (1 - clipped)))
