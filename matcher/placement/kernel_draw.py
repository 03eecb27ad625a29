"""Quantiles of the Poisson distribution, compiled: scipy's take microseconds each, and a draw asks for every program."""

import math
from typing import Any

from matcher.placement.compiled import compiled


@compiled
def poisson_quantiles(mean: Any, uniform: Any, found: Any) -> None:
    """Fills `found` with the smallest count whose probability of not being exceeded reaches the uniform.

    Sums the mass function upwards from where less than 1e-20 lies below, so the cost grows with the root of the mean.
    """
    for i in range(len(mean)):
        expected = mean[i]
        if expected <= 0:
            found[i] = 0
            continue
        count = max(0, int(expected - 10 * math.sqrt(expected) - 10))
        mass = math.exp(count * math.log(expected) - expected - math.lgamma(count + 1.0))
        reached = mass
        while reached < uniform[i] and (mass > 0 or count < expected):
            count += 1
            mass *= expected / count
            reached += mass
        found[i] = count
