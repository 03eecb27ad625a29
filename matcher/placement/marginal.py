"""What one program more or less would change: headroom and indispensability (docs/method.md, section 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.placement.market import divide, headroom, indispensability, market_of


@dataclass(frozen=True)
class Marginal:
    """Hundredths of persons a year.

    Attributes:
        headroom: how many more could be placed if this program grew without limit ("if graduates move").
        indispensability: how many fewer would be placed, over all programs, without it.
    """

    headroom: int
    indispensability: int


def marginals(
    supply: Mapping[str, int], posts: Mapping[str, int], edges: Sequence[tuple[str, str]]
) -> dict[str, Marginal]:
    """Headroom and indispensability of every program with an edge or supply.

    One maximum flow serves all programs: headroom sends more from one program into it, and indispensability looks for
    others who would fill the posts that the program leaves.

    Args:
        supply: program -> hundredths of persons a year.
        posts: demand -> hundredths of posts a year.
        edges: (program, demand) pairs.
    """
    market, programs, _ = market_of(supply, posts, edges)
    division = divide(market)
    more = headroom(market, division).tolist()
    fewer = indispensability(market, division, np.arange(len(programs))).tolist()
    return {p: Marginal(h, pi) for p, h, pi in zip(programs, more, fewer, strict=True)}
