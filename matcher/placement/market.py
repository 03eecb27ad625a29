"""A market as arrays: what fair rates, headroom and draws are computed on (docs/method.md, sections 2 and 4).

Ids are sorted before they become numbers, so nothing depends on the order in which rows arrive.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matcher.placement.kernel import Arcs

# Sums of supply or posts above this would leave 64 bits somewhere: twenty million times a country's graduates.
LARGEST_SUM = 2**61


@dataclass(frozen=True)
class Market:
    """Programs 0..n-1 and demands 0..m-1 with their arcs, by program.

    Attributes:
        supply: int64 (n,), hundredths of persons; posts: int64 (m,), hundredths of posts.
        start: int64 (n + 1,); head: int64 (arcs,), the demands of program i are head[start[i]:start[i + 1]], each once.
    """

    supply: np.ndarray
    posts: np.ndarray
    start: np.ndarray
    head: np.ndarray

    @cached_property
    def arcs(self) -> "Arcs":
        """The arcs from both ends."""
        from matcher.placement.kernel import Arcs, fill_back

        size = len(self.head)
        found = Arcs(
            self.start,
            self.head,
            np.empty(size, np.int64),
            np.empty(len(self.posts) + 1, np.int64),
            np.empty(size, np.int64),
        )
        fill_back(found)
        return found


@dataclass(frozen=True)
class Division:
    """Blocks of a market and a maximum flow.

    Attributes:
        blocks: how many.
        block: int64 (n,), block of a program, -1 for one without supply or arc; taker: int64 (m,), of a demand.
        flow: int64 (arcs,); left: int64 (n,), supply it does not place; room: int64 (m,), posts it does not fill.
    """

    blocks: int
    block: np.ndarray
    taker: np.ndarray
    flow: np.ndarray
    left: np.ndarray
    room: np.ndarray

    def totals(self, market: Market) -> tuple[np.ndarray, np.ndarray]:
        """Supply and posts of every block, int64 (blocks,)."""
        return _sums(self.block, market.supply, self.blocks), _sums(self.taker, market.posts, self.blocks)

    def rates(self, market: Market) -> np.ndarray:
        """Rate of every program, float64 (n,): 0 for one without an arc, nan for one without supply."""
        supply, posts = self.totals(market)
        rates = np.append(np.minimum(1.0, posts / np.maximum(supply, 1)), 0.0)
        return np.where(market.supply > 0, rates[self.block], np.nan)


def market_of(
    supply: Mapping[str, int], posts: Mapping[str, int], edges: Iterable[tuple[str, str]]
) -> tuple[Market, list[str], list[str]]:
    """The market of named programs and demands, and their names in order.

    Args:
        supply, posts: hundredths.
        edges: (program, demand) pairs; repeated pairs count once.

    Raises:
        ValueError: an edge names a program or demand without a figure, or a figure is negative or beyond any country.
    """
    for name, figures in (("supply", supply), ("posts", posts)):
        for key, value in figures.items():
            if value < 0:
                raise ValueError(f"{name} of {key} is {value}; expected hundredths of 0 or more")
        if sum(figures.values()) > LARGEST_SUM:
            raise ValueError(f"{name} adds up to {sum(figures.values())} hundredths; expected at most {LARGEST_SUM}")
    programs, demands = sorted(supply), sorted(posts)
    number = {p: i for i, p in enumerate(programs)}
    place = {d: j for j, d in enumerate(demands)}
    pairs = []
    for program, demand in edges:
        if program not in number or demand not in place:
            raise ValueError(f"edge {program} - {demand}: expected both ends among the listed programs and demands")
        pairs.append((number[program], place[demand]))
    rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T
    return (
        market_from(_whole(supply, programs), _whole(posts, demands), rows, columns),
        programs,
        demands,
    )


def market_from(supply: np.ndarray, posts: np.ndarray, programs: np.ndarray, demands: np.ndarray) -> Market:
    """The market with an arc for every pair (programs[k], demands[k]); repeated pairs count once."""
    keys = np.unique(programs * len(posts) + demands)
    rows, head = np.divmod(keys, max(1, len(posts)))
    start = np.searchsorted(rows, np.arange(len(supply) + 1))
    return Market(supply, posts, start.astype(np.int64), head.astype(np.int64))


def connected_with(market: Market, programs: np.ndarray, demands: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Programs and demands that something connects with one of some, themselves among them, sorted, int64."""
    from matcher.placement.kernel_rooms import nearby

    arcs, n, m = market.arcs, len(market.supply), len(market.posts)
    takers = [arcs.tail[arcs.back[arcs.back_start[j] : arcs.back_start[j + 1]]] for j in demands]
    asked = np.unique(np.concatenate([programs, *takers]).astype(np.int64))
    found, reached = np.empty(n, np.int64), np.empty(m, np.int64)
    found[: len(asked)] = asked
    many, posted = nearby(len(asked), arcs, found, reached, np.zeros(n, np.bool_), np.zeros(m, np.bool_))
    return np.sort(found[:many]), np.union1d(reached[:posted], demands).astype(np.int64)


def part_of(market: Market, programs: np.ndarray, demands: np.ndarray) -> Market:
    """The market of some programs and demands, sorted, that no arc connects with others; numbered in their order."""
    many = np.diff(market.start)
    inside = np.zeros(len(market.supply), bool)
    inside[programs] = True
    start = np.zeros(len(programs) + 1, np.int64)
    np.cumsum(many[programs], out=start[1:])
    head = np.searchsorted(demands, market.head[np.repeat(inside, many)])
    return Market(market.supply[programs], market.posts[demands], start, head.astype(np.int64))


def divide(market: Market) -> Division:
    """Blocks and a maximum flow; by integers of any size where a cross-product would leave 64 bits."""
    from matcher.placement.kernel import LARGEST, partition

    n, m, size = len(market.supply), len(market.posts), len(market.head)
    flow, left, room = np.empty(size, np.int64), np.empty(n, np.int64), np.empty(m, np.int64)
    block, taker = np.empty(n, np.int64), np.empty(m, np.int64)
    blocks = partition(market.supply, market.posts, market.arcs, LARGEST, flow, left, room, block, taker)
    if blocks < 0:
        from matcher.placement.exact import divide_exactly

        return divide_exactly(market)
    return Division(blocks, block, taker, flow, left, room)


def fair_flow(market: Market, division: Division) -> np.ndarray:
    """An assignment that attains every rate, int64 (arcs,): each program its rate times its supply, rounded.

    First every share is rounded down, then programs with a remainder may take one hundredth more. Posts of a block in
    surplus are all filled, so the assignment is a maximum one.
    """
    from matcher.placement.kernel import Work, augment

    n, m = len(market.supply), len(market.posts)
    rows = np.repeat(np.arange(n), np.diff(market.start))
    inside = (division.block[rows] >= 0) & (division.block[rows] == division.taker[market.head])
    own = market_from(market.supply, market.posts, rows[inside], market.head[inside])
    supply, posts = (totals.tolist() for totals in division.totals(market))
    shares, rest = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for i in np.flatnonzero(division.block >= 0):
        s, d = supply[division.block[i]], posts[division.block[i]]
        # Python integers: a product may leave 64 bits.
        shares[i], remainder = divmod(int(market.supply[i]) * min(s, d), s)
        rest[i] = remainder > 0
    flow, room = np.zeros(len(own.head), np.int64), market.posts.copy()
    work = Work(*(np.empty(k, np.int64) for k in (n, m, n, m, n, 2 * n + 2)))
    arcs = own.arcs
    augment(arcs, flow, shares, room, work)
    augment(arcs, flow, shares + rest, room, work)
    found = np.zeros(len(market.head), np.int64)
    found[inside] = flow
    return found


def headroom(market: Market, division: Division, limit: np.ndarray | None = None) -> np.ndarray:
    """How much more every program could place if it grew, int64 (n,), hundredths.

    Args:
        limit: int64 (n,), look no farther than that; without limit if None.
    """
    from matcher.placement.kernel_marginal import Sides, headrooms

    arcs = market.arcs
    # Nobody reaches posts outside the own block: those of worse-off blocks are full.
    spare = np.append(_sums(division.taker, division.room, division.blocks), division.room.sum())
    cap = spare[division.block]
    cap = cap if limit is None else np.minimum(cap, limit)
    found = np.zeros(len(cap), np.int64)
    own = np.arange(len(market.head))
    sides = Sides(arcs.start, own, arcs.head, arcs.back_start, arcs.back, arcs.tail)
    headrooms(cap, sides, division.flow.copy(), division.room.copy(), found)
    return found


def indispensability(market: Market, division: Division, asked: Sequence[int] | np.ndarray) -> np.ndarray:
    """How many fewer would be placed, over all programs, without each one asked for, int64 (asked,), hundredths."""
    from matcher.placement.kernel_marginal import Sides, indispensabilities

    arcs = market.arcs
    wanted = np.asarray(asked, np.int64)
    found = np.zeros(len(market.supply), np.int64)
    own = np.arange(len(market.head))
    sides = Sides(arcs.back_start, arcs.back, arcs.tail, arcs.start, own, arcs.head)
    indispensabilities(wanted, arcs.start, sides, division.flow.copy(), division.left.copy(), found)
    return found[wanted]


def _whole(figures: Mapping[str, int], names: Sequence[str]) -> np.ndarray:
    return np.array([figures[name] for name in names], np.int64)


def _sums(group: np.ndarray, values: np.ndarray, groups: int) -> np.ndarray:
    """Sums by group, exact (numpy's own weighted count goes through floats)."""
    found = np.zeros(groups, np.int64)
    known = group >= 0
    np.add.at(found, group[known], values[known])
    return found
