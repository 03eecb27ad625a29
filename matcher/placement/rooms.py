"""Rate and headroom of one program in every draw, for any size of it and any number of posts (docs/method.md, section 8).

Let A be the most that all others can place and B the most with the program growing without limit. The room R = B - A is
what the program can place beside the others; it does not depend on its own supply s. From it follow, exactly,

    headroom = max(0, R - s), and the rate is below a limit l just if l x s > R',

with R' the room in the market where every other program looks for posts for l times its supply (minimum cuts either
hold the program's arc or do not, so the largest flow is min(A + s, B); for the rate: the fair vector cut off at l is a
largest flow of that market, S. Fujishige, 1980). In the posts d of one demand both A and B are again of the form
min(a + d, b). So six flows a draw answer for every size and every number of posts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from matcher.placement.draws import Chances, drawn_posts, drawn_shares, drawn_supply
from matcher.placement.keyed import all_uniforms, keys
from matcher.placement.market import Market

# More posts than any draw can fill, in the multiples that rooms compute in.
_PLENTY = 1 << 45


@dataclass(frozen=True)
class Rooms:
    """The rooms of one program over all draws.

    Attributes:
        plain, limited: int64 (draws,), hundredths: R, and R' times the limit's denominator.
        without: demand -> the same pair without the arc to it.
        demand: whose posts may change, None where none was asked for; its drawn posts move with the point figure.
        curves: for plain and limited: a, b of A and a, b of B, int64 (4, draws).
        limit: l.
    """

    plain: np.ndarray
    limited: np.ndarray
    without: dict[str, tuple[np.ndarray, np.ndarray]]
    demand: str | None
    curves: tuple[np.ndarray, np.ndarray] | None
    limit: Fraction

    def with_posts(self, posts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Plain and limited room with other posts of `demand`, int64 (draws,), hundredths."""
        if self.curves is None:
            raise ValueError("no demand was asked for")
        found = []
        for curve, times in zip(self.curves, (1, self.limit.denominator), strict=True):
            d = posts * times
            found.append(np.minimum(curve[2] + d, curve[3]) - np.minimum(curve[0] + d, curve[1]))
        return found[0], found[1]


class DrawnMarkets:
    """All draws of an assessment, kept, to ask what single programs could place in each."""

    def __init__(self, chances: Chances) -> None:
        self._chances = chances
        self._markets = [chances.market(draw) for draw in range(chances.doubt.draws)]
        self._program = {name: i for i, name in enumerate(chances.programs)}
        self._demand = {name: j for j, name in enumerate(chances.demands)}
        self._drawn: dict[tuple[str, str], np.ndarray] = {}

    def __contains__(self, program: str) -> bool:
        return program in self._program

    def supply(self, program: str, expected: int, kept: float, served: int) -> np.ndarray:
        """Drawn supply of one program with other point figures, int64 (draws,), hundredths."""
        chances, i = self._chances, self._program[program]
        shares, graduates = self._uniforms("share", program), self._uniforms("graduates", program)
        full = np.full(len(shares), kept)
        drawn = drawn_shares(full, np.full(len(shares), chances.kept_sd[i]), shares)
        return drawn_supply(expected / 100 / (kept if kept > 0 else 1.0) * drawn, graduates, np.full(len(full), served))

    def posts(self, demand: str, posts: int, taken: int) -> np.ndarray:
        """Drawn posts of one demand with other point figures, int64 (draws,), hundredths."""
        chances, j = self._chances, self._demand[demand]
        chance = self._uniforms("openings", demand)
        size = len(chance)
        return drawn_posts(np.full(size, posts), np.full(size, taken), np.full(size, chances.sigma[j]), chance)

    def rooms(self, program: str, demand: str | None, without: Sequence[str], limit: Fraction) -> Rooms:
        """The rooms of one program.

        Args:
            demand: whose posts may change.
            without: demands whose match may be taken away.
            limit: of the rate, l.
        """
        i = self._program[program]
        moved = -1 if demand is None else self._demand[demand]
        heads = np.array([self._demand[d] for d in without], np.int64)
        draws = len(self._markets)
        base = np.empty((2, draws, 1 + len(heads)), np.int64)
        curves = np.empty((2, 4, draws), np.int64)
        for draw, market in enumerate(self._markets):
            closed = _arcs(market, i, heads)
            for k, (supply, times) in enumerate(_scales(market, limit)):
                _fill(base[k, draw], i, market, supply, times, closed, -1, 0)
                if moved >= 0:
                    curves[k, :, draw] = _curve(i, market, supply, times, moved)
        return Rooms(
            base[0, :, 0],
            base[1, :, 0],
            {d: (base[0, :, 1 + k], base[1, :, 1 + k]) for k, d in enumerate(without)},
            demand,
            (curves[0], curves[1]) if moved >= 0 else None,
            limit,
        )

    def limited_room(self, program: str, limit: Fraction) -> np.ndarray:
        """R' of one program times the limit's denominator, int64 (draws,), hundredths: `limited` of its `rooms`."""
        i, closed = self._program[program], np.full(1, -1, np.int64)
        found = np.empty((len(self._markets), 1), np.int64)
        for draw, market in enumerate(self._markets):
            supply, times = _scales(market, limit)[1]
            _fill(found[draw], i, market, supply, times, closed, -1, 0)
        return found[:, 0]

    def _uniforms(self, kind: str, name: str) -> np.ndarray:
        """The uniform of one thing in every draw, float64 (draws,)."""
        if (kind, name) not in self._drawn:
            drawn = all_uniforms(self._chances.doubt.seed, len(self._markets), kind, keys([name]))
            self._drawn[kind, name] = drawn[:, 0]
        return self._drawn[kind, name]


def _scales(market: Market, limit: Fraction) -> tuple[tuple[np.ndarray, int], tuple[np.ndarray, int]]:
    """Supply and the multiple of posts: as it is, and at the limit, in whole numbers."""
    return (market.supply, 1), (market.supply * limit.numerator, limit.denominator)


def _arcs(market: Market, program: int, heads: np.ndarray) -> np.ndarray:
    """The program's arcs to each of some demands, after -1 for none; -1 also where this draw has no such arc."""
    own = market.head[market.start[program] : market.start[program + 1]]
    found = np.full(1 + len(heads), -1, np.int64)
    for k, head in enumerate(heads):
        at = np.flatnonzero(own == head)
        if len(at):
            found[1 + k] = market.start[program] + at[0]
    return found


def _fill(
    found: np.ndarray,
    i: int,
    market: Market,
    supply: np.ndarray,
    times: int,
    closed: np.ndarray,
    moved: int,
    posts: int,
) -> int:
    from matcher.placement.kernel_rooms import rooms

    return int(rooms(i, market.arcs, supply, market.posts, moved, posts, times, closed, found))


def _curve(i: int, market: Market, supply: np.ndarray, times: int, moved: int) -> np.ndarray:
    """a, b of A and a, b of B: both at no posts and at plenty of the demand."""
    room, closed = np.empty(1, np.int64), np.full(1, -1, np.int64)
    none = _fill(room, i, market, supply, times, closed, moved, 0)
    none_with = none + int(room[0])
    plenty = _fill(room, i, market, supply, times, closed, moved, _PLENTY)
    return np.array([none, plenty, none_with, plenty + int(room[0])], np.int64)
