"""Fair rates and blocks: who can be placed, if the posts are shared as evenly as they can be (docs/method.md, 2).

All quantities are whole hundredths (of a person, of a post), and every comparison is cross-multiplied, so that two
runs, or a clerk with a calculator, never disagree about the last digit.

The rates are the principal partition of the bipartite graph (S. Fujishige, 1980): the set X of programs that is worst
off minimises D(N(X)) / S(X), where S is the supply of X and D(N(X)) the posts any program of X can reach. Numbers and
arrays do the work (matcher.placement.market); here are the names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from matcher.placement.market import Division, Market, divide, fair_flow, market_of


@dataclass(frozen=True)
class FairPlacement:
    """Rates, blocks and one assignment that attains them.

    Attributes:
        rates: program -> share of its supply that the listed posts can take, exact, for programs with supply.
        blocks: one entry a block, ordered by rate, then id.
        assignment: (program, demand) -> hundredths of persons; each program receives its rate times its supply,
            rounded down or up to a hundredth.
    """

    rates: Mapping[str, Fraction]
    blocks: tuple["Block", ...]
    assignment: Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Block:
    """A connected component of programs of equal rate, with the posts that no worse-off block uses.

    Attributes:
        id: the smallest program id in it.
        rate: min(1, posts / supply), exact.
        programs, demands: ids, sorted.
        supply, posts: hundredths.
        worse_blocks: ids of the blocks that its edges lead to, transitively; together with the block, the closed set.
        closed_supply, closed_posts: hundredths, summed over the closed set.
    """

    id: str
    rate: Fraction
    programs: tuple[str, ...]
    demands: tuple[str, ...]
    supply: int
    posts: int
    worse_blocks: tuple[str, ...]
    closed_supply: int
    closed_posts: int

    @property
    def unplaced_here(self) -> int:
        """Hundredths that find no post in this block unless graduates of worse-off programs are displaced."""
        return max(0, self.supply - self.posts)

    @property
    def cannot_be_placed(self) -> int:
        """Hundredths of the closed set that find no listed post, however they are assigned."""
        return max(0, self.closed_supply - self.closed_posts)


def place_fairly(
    supply: Mapping[str, int], posts: Mapping[str, int], edges: Sequence[tuple[str, str]]
) -> FairPlacement:
    """Computes the lexicographic max-min fair rates of all programs.

    Args:
        supply: program -> hundredths of persons a year; programs with 0 have no rate and belong to no block.
        posts: demand -> hundredths of posts a year.
        edges: (program, demand) pairs; repeated pairs count once.

    Raises:
        ValueError: an edge names a program or demand without a figure, or a figure is negative.
    """
    market, programs, demands = market_of(supply, posts, edges)
    division = divide(market)
    blocks = _blocks(market, division, programs, demands)
    rates = {p: Fraction(0) for p in programs if supply[p] > 0}
    for block in blocks:
        rates.update(dict.fromkeys(block.programs, block.rate))
    flow = fair_flow(market, division)
    rows = np.repeat(np.arange(len(programs)), np.diff(market.start))
    used = np.flatnonzero(flow)
    assignment = {
        (programs[i], demands[j]): n
        for i, j, n in zip(rows[used].tolist(), market.head[used].tolist(), flow[used].tolist(), strict=True)
    }
    return FairPlacement(rates=rates, blocks=blocks, assignment=assignment)


def _blocks(market: Market, division: Division, programs: list[str], demands: list[str]) -> tuple[Block, ...]:
    supply, posts = (totals.tolist() for totals in division.totals(market))
    rate = [min(Fraction(1), Fraction(d, s)) for s, d in zip(supply, posts, strict=True)]
    members: list[list[str]] = [[] for _ in supply]
    taken: list[list[str]] = [[] for _ in supply]
    for i, k in enumerate(division.block.tolist()):
        if k >= 0:
            members[k].append(programs[i])
    for j, k in enumerate(division.taker.tolist()):
        if k >= 0:
            taken[k].append(demands[j])
    # A worse-off block is closed before a better one asks for it.
    closed: list[set[int]] = [set() for _ in supply]
    leads = _leads(market, division)
    for k in sorted(range(len(supply)), key=rate.__getitem__):
        closed[k] = {k}.union(*(closed[other] for other in leads[k]))
    found = [
        Block(
            id=members[k][0],
            rate=rate[k],
            programs=tuple(members[k]),
            demands=tuple(taken[k]),
            supply=supply[k],
            posts=posts[k],
            worse_blocks=tuple(sorted(members[other][0] for other in closed[k] if other != k)),
            closed_supply=sum(supply[other] for other in closed[k]),
            closed_posts=sum(posts[other] for other in closed[k]),
        )
        for k in range(len(supply))
    ]
    return tuple(sorted(found, key=lambda b: (b.rate, b.id)))


def _leads(market: Market, division: Division) -> list[list[int]]:
    """The other blocks into whose posts the edges of each block lead."""
    rows = np.repeat(division.block, np.diff(market.start))
    columns = division.taker[market.head]
    other = (rows >= 0) & (rows != columns)
    found: list[list[int]] = [[] for _ in range(division.blocks)]
    for k, into in np.unique(np.stack([rows[other], columns[other]]), axis=1).T.tolist():
        found[k].append(into)
    return found
