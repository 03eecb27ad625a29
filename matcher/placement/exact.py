"""The same partition with Python integers of any size, for markets whose cross-products leave 64 bits.

Written apart from the compiled kernel, over dictionaries and one set at a time, so that each checks the other.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from matcher.placement.market import Division, Market
from matcher.placement.maxflow import FlowNetwork

Reach = Mapping[int, frozenset[int]]


def divide_exactly(market: Market) -> Division:
    """Blocks and a maximum flow, as matcher.placement.market.divide finds them."""
    supply, posts = market.supply.tolist(), market.posts.tolist()
    ways = [market.head[market.start[i] : market.start[i + 1]].tolist() for i in range(len(supply))]
    reach = {i: frozenset(ways[i]) for i in range(len(supply)) if supply[i] > 0 and ways[i]}
    groups: list[tuple[list[int], dict[int, frozenset[int]]]] = []
    for programs in components(reach):
        groups += _split(programs, supply, posts, {p: reach[p] for p in programs})
    block, taker = np.full(len(supply), -1), np.full(len(posts), -1)
    blocks = 0
    for members, own in groups:
        for part in components({p: own[p] for p in members}):
            block[part] = blocks
            taker[sorted(frozenset[int]().union(*(own[p] for p in part)))] = blocks
            blocks += 1
    flow, left, room = _largest_flow(supply, posts, reach, market)
    return Division(blocks, block, taker, flow, left, room)


def components(reach: Reach) -> list[list[int]]:
    """Sets of programs connected through common demands, each sorted, in the order of their smallest numbers."""
    takers: dict[int, list[int]] = {}
    for program in sorted(reach):
        for demand in reach[program]:
            takers.setdefault(demand, []).append(program)
    seen: set[int] = set()
    found = []
    for first in sorted(reach):
        if first in seen:
            continue
        seen.add(first)
        members, stack = [], [first]
        while stack:
            program = stack.pop()
            members.append(program)
            for demand in reach[program]:
                for other in takers.pop(demand, ()):
                    if other not in seen:
                        seen.add(other)
                        stack.append(other)
        found.append(sorted(members))
    return found


def _split(
    programs: list[int], supply: Sequence[int], posts: Sequence[int], reach: Reach
) -> list[tuple[list[int], dict[int, frozenset[int]]]]:
    """Groups of equal rate, and the demands each program keeps once worse-off groups have taken theirs."""
    done = []
    # A stack instead of recursion: a chain of n distinct rates would recurse n deep.
    stack: list[tuple[list[int], Reach]] = [(programs, reach)]
    while stack:
        members, local = stack.pop()
        demands = frozenset[int]().union(*(local[p] for p in members))
        rate = min(Fraction(1), Fraction(sum(posts[d] for d in demands), sum(supply[p] for p in members)))
        worse = _worst_off(members, supply, posts, local, rate)
        if not worse or len(worse) == len(members):
            done.append((members, dict(local)))
            continue
        taken = frozenset[int]().union(*(local[p] for p in worse))
        rest = [p for p in members if p not in set(worse)]
        stack.append((worse, {p: local[p] for p in worse}))
        stack.append((rest, {p: local[p] - taken for p in rest}))
    return done


def _worst_off(
    programs: Sequence[int], supply: Sequence[int], posts: Sequence[int], reach: Reach, rate: Fraction
) -> list[int]:
    """The smallest set X that minimises D(N(X)) - rate * S(X); empty if no set falls below the rate."""
    demands = sorted(frozenset[int]().union(*(reach[p] for p in programs)))
    number = {d: len(programs) + i for i, d in enumerate(demands)}
    source = len(programs) + len(demands)
    network = FlowNetwork(source + 2)
    wanted = 0
    for i, program in enumerate(programs):
        capacity = supply[program] * rate.numerator
        wanted += capacity
        network.add_arc(source, i, capacity)
        for demand in sorted(reach[program]):
            network.add_arc(i, number[demand], capacity)
    for demand in demands:
        network.add_arc(number[demand], source + 1, posts[demand] * rate.denominator)
    if network.augment(source, source + 1) == wanted:
        return []
    # A middle arc is full only if the program sends everything through it; then the program is reached only through
    # that very demand, so the full arc hides nothing and the source side is the set with all its posts.
    side = network.reachable(source)
    return [program for i, program in enumerate(programs) if side[i]]


def _largest_flow(
    supply: Sequence[int], posts: Sequence[int], reach: Reach, market: Market
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n, m = len(supply), len(posts)
    network = FlowNetwork(n + m + 2)
    entries = [network.add_arc(n + m, i, s) for i, s in enumerate(supply)]
    exits = [network.add_arc(n + j, n + m + 1, d) for j, d in enumerate(posts)]
    middle = {
        arc: network.add_arc(i, n + int(market.head[arc]), supply[i])
        for i in sorted(reach)
        for arc in range(market.start[i], market.start[i + 1])
    }
    network.augment(n + m, n + m + 1)
    flow = np.zeros(len(market.head), np.int64)
    for arc, number in middle.items():
        flow[arc] = network.flow(number)
    left = np.array([network.room[a] for a in entries], np.int64)
    return flow, left, np.array([network.room[a] for a in exits], np.int64)
