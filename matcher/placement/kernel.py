"""Maximum flow and fair partition of a market, compiled (docs/method.md, section 2; docs/adr/0004).

Programs are numbers 0..n-1, demands 0..m-1, quantities whole hundredths in 64-bit integers. The partition is that of
S. Fujishige (1980): a set of programs is split at its mean rate, by a minimum cut, until no part has a worse-off set
inside. matcher.placement.exact does the same with integers of any size.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from matcher.placement.compiled import compiled

# Sums of cross-products stay below this; 2 ** 63 is 9.22e18.
LARGEST = 9.0e18
# What is still to be done with a part: find who is worse off than full placement; split it at its mean rate; or nothing,
# all of it can be placed.
AT_ONE, AT_MEAN, PLACED = 0, 1, 2


class Arcs(NamedTuple):
    """The same arcs from both ends: those of program i are start[i]..start[i + 1], `head` names their demands; those of
    demand j are back[back_start[j]..back_start[j + 1]], `tail` names their programs."""

    start: Any
    head: Any
    tail: Any
    back_start: Any
    back: Any


class Work(NamedTuple):
    """Scratch of a flow. After `augment`, `level` and `depth` mark the programs and demands on the source side of the
    smallest minimum cut: those that programs with somebody left can still reach are not -1."""

    level: Any
    depth: Any
    at: Any
    back_at: Any
    queue: Any
    path: Any


@compiled
def fill_back(arcs: Arcs) -> None:
    """Fills tail, back_start and back from start and head."""
    start, head, tail, back_start, back = arcs
    back_start[:] = 0
    for arc in range(start[-1]):
        back_start[head[arc] + 1] += 1
    for j in range(len(back_start) - 1):
        back_start[j + 1] += back_start[j]
    place = back_start[:-1].copy()
    for i in range(len(start) - 1):
        for arc in range(start[i], start[i + 1]):
            tail[arc] = i
            back[place[head[arc]]] = arc
            place[head[arc]] += 1


@compiled
def layers(arcs: Arcs, flow: Any, left: Any, room: Any, work: Work) -> int:
    """Distances from the programs with somebody left; returns how far the nearest room is, or -1."""
    start, head, tail, back_start, back = arcs
    level, depth, queue = work.level, work.depth, work.queue
    level[: len(left)] = -1
    depth[: len(room)] = -1
    filled, done, last = 0, 0, -1
    for i in range(len(left)):
        if left[i] > 0:
            level[i] = 0
            queue[filled] = i
            filled += 1
    while done < filled:
        i = queue[done]
        done += 1
        if last >= 0 and level[i] >= last:
            break
        for arc in range(start[i], start[i + 1]):
            j = head[arc]
            if depth[j] >= 0:
                continue
            depth[j] = level[i]
            if room[j] > 0:
                last = level[i] + 1
            for b in range(back_start[j], back_start[j + 1]):
                other = tail[back[b]]
                if flow[back[b]] > 0 and level[other] < 0:
                    level[other] = level[i] + 1
                    queue[filled] = other
                    filled += 1
    return last


@compiled
def find_way(source: int, last: int, arcs: Arcs, flow: Any, room: Any, work: Work) -> int:
    """Fills work.path with arcs from a program to room, forward and back in turn; returns how many, 0 for no way."""
    start, head, tail, back_start, back = arcs
    level, depth, at, back_at, path = work.level, work.depth, work.at, work.back_at, work.path
    size = 0
    i = source
    while True:
        if at[i] == start[i + 1]:
            if size == 0:
                return 0
            size -= 2
            i = tail[path[size]]
            back_at[head[path[size]]] += 1
            continue
        j = head[at[i]]
        if depth[j] == level[i]:
            if room[j] > 0:
                path[size] = at[i]
                return size + 1
            if level[i] + 1 < last:
                while back_at[j] < back_start[j + 1]:
                    arc = back[back_at[j]]
                    if flow[arc] > 0 and level[tail[arc]] == level[i] + 1:
                        break
                    back_at[j] += 1
                if back_at[j] < back_start[j + 1]:
                    path[size] = at[i]
                    path[size + 1] = back[back_at[j]]
                    size += 2
                    i = tail[path[size - 1]]
                    continue
        at[i] += 1


@compiled
def augment(arcs: Arcs, flow: Any, left: Any, room: Any, work: Work) -> None:
    """Sends as much as fits from what programs have `left` into the `room` of demands, and changes all three.

    Dinic's algorithm (E. A. Dinic, 1970): program -> demand without limit, demand -> program back along what flows.
    """
    path = work.path
    while True:
        last = layers(arcs, flow, left, room, work)
        if last < 0:
            return
        work.at[: len(left)] = arcs.start[:-1]
        work.back_at[: len(room)] = arcs.back_start[:-1]
        for source in range(len(left)):
            while left[source] > 0:
                size = find_way(source, last, arcs, flow, room, work)
                if size == 0:
                    break
                j = arcs.head[path[size - 1]]
                amount = min(left[source], room[j])
                for k in range(1, size, 2):
                    amount = min(amount, flow[path[k]])
                for k in range(size):
                    flow[path[k]] += amount if k % 2 == 0 else -amount
                left[source] -= amount
                room[j] -= amount


@compiled
def gather(
    first: int, old: int, new: int, arcs: Arcs, part: Any, side: Any, order: Any, begin: int, local: Any,
    local_demand: Any, demands: Any,
) -> tuple[int, int]:  # fmt: skip
    """Moves one connected component from part `old` to `new`, numbered as it is found; returns its end and demands."""
    start, head, tail, back_start, back = arcs
    part[first] = new
    order[begin] = first
    end, count, k = begin + 1, 0, begin
    while k < end:
        i = order[k]
        local[i] = k - begin
        k += 1
        for arc in range(start[i], start[i + 1]):
            j = head[arc]
            if side[j] != old:
                continue
            side[j] = new
            local_demand[j] = count
            demands[count] = j
            count += 1
            for b in range(back_start[j], back_start[j + 1]):
                other = tail[back[b]]
                if part[other] == old:
                    part[other] = new
                    order[end] = other
                    end += 1
    return end, count


@compiled
def split(order: Any, begin: int, end: int, level: Any, part: Any, worse: int, better: int) -> int:
    """Sorts a component into those on the source side of the cut and the rest; returns where the rest begins."""
    members = order[begin:end].copy()
    at = begin
    for k in range(end - begin):
        if level[k] >= 0:
            order[at] = members[k]
            part[members[k]] = worse
            at += 1
    middle = at
    for k in range(end - begin):
        if level[k] < 0:
            order[at] = members[k]
            part[members[k]] = better
            at += 1
    return middle


@compiled
def partition(
    supply: Any, posts: Any, arcs: Arcs, limit: float, flow: Any, left: Any, room: Any, block: Any, taker: Any
) -> int:  # fmt: skip
    """Blocks of equal rate, and a maximum flow.

    Args:
        limit: largest cross-product; where one is larger the answer is -1.
        flow, left, room: filled with a maximum flow, what programs have left and demands still take.
        block, taker: filled with the block of every program and demand; -1 for those in none.

    Returns:
        The number of blocks, or -1.
    """
    n, m, size = len(supply), len(posts), len(arcs.head)
    # Loops where numpy would take whole arrays: its indexing by arrays takes minutes to compile.
    for arc in range(size):
        flow[arc] = 0
    for j in range(m):
        room[j], taker[j] = posts[j], -1
    # The part that a program or demand belongs to; a part gets a number that no other had, -1 is none.
    part, side = np.full(n, -1, np.int64), np.zeros(m, np.int64)
    order = np.empty(n, np.int64)
    filled = 0
    for i in range(n):
        left[i], block[i] = supply[i], -1
        if supply[i] > 0 and arcs.start[i + 1] > arcs.start[i]:
            part[i] = 0
            order[filled] = i
            filled += 1
    local, local_demand, demands = np.empty(n, np.int64), np.empty(m, np.int64), np.empty(m, np.int64)
    kept = np.empty(size, np.int64)
    # Numbers of programs, demands and arcs in 32 bits: arcs are visited in no order, and beyond 100,000 of them in 64 bits
    # the cache beside a core is too small.
    start, head, tail = np.empty(n + 1, np.int64), np.empty(size, np.int32), np.empty(size, np.int32)
    back_start, back = np.empty(m + 1, np.int64), np.empty(size, np.int32)
    flows, lefts, rooms = np.empty(size, np.int64), np.empty(n, np.int64), np.empty(m, np.int64)
    work = Work(
        np.empty(n, np.int64), np.empty(m, np.int64), np.empty(n, np.int64), np.empty(m, np.int64),
        np.empty(n, np.int64), np.empty(2 * n + 2, np.int64),
    )  # fmt: skip
    # Stretches of `order` to be looked at: from, to, part, what to do.
    stack = np.empty((n + 2, 4), np.int64)
    stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = 0, filled, 0, AT_ONE
    height, parts, blocks = 1, 1, 0
    while height > 0:
        height -= 1
        begin, stop, whole, task = stack[height, 0], stack[height, 1], stack[height, 2], stack[height, 3]
        for first in order[begin:stop].copy():
            if part[first] != whole:
                continue
            own, parts = parts, parts + 1
            end, count = gather(first, whole, own, arcs, part, side, order, begin, local, local_demand, demands)
            # Its arcs and figures, in its own numbers.
            here, total, offered = 0, 0, 0
            for k in range(end - begin):
                i = order[begin + k]
                total += supply[i]
                start[k] = here
                for arc in range(arcs.start[i], arcs.start[i + 1]):
                    if side[arcs.head[arc]] == own:
                        head[here], kept[here] = local_demand[arcs.head[arc]], arc
                        here += 1
            start[end - begin] = here
            for k in range(count):
                offered += posts[demands[k]]
            inside = Arcs(start[: end - begin + 1], head[:here], tail[:here], back_start[: count + 1], back[:here])
            fill_back(inside)
            if float(total) * float(min(total, offered)) > limit:
                return -1

            unplaced = 0
            if task == AT_ONE or (task == AT_MEAN and offered > 0):
                top, bottom = 1, 1
                if task == AT_MEAN:
                    shared = math.gcd(total, offered)
                    top, bottom = offered // shared, total // shared
                for k in range(here):
                    flows[k] = 0
                for k in range(end - begin):
                    lefts[k] = supply[order[begin + k]] * top
                for k in range(count):
                    rooms[k] = posts[demands[k]] * bottom
                augment(inside, flows[:here], lefts[: end - begin], rooms[:count], work)
                for k in range(end - begin):
                    unplaced += lefts[k]
                if task == AT_ONE:
                    for k in range(here):
                        flow[kept[k]] = flows[k]
                    for k in range(end - begin):
                        left[order[begin + k]] = lefts[k]
                    for k in range(count):
                        room[demands[k]] = rooms[k]
            if unplaced > 0:
                for k in range(count):
                    side[demands[k]] = parts if work.depth[k] >= 0 else parts + 1
                middle = split(order, begin, end, work.level, part, parts, parts + 1)
                stack[height, 0], stack[height, 1], stack[height, 2], stack[height, 3] = begin, middle, parts, AT_MEAN
                height += 1
                if middle < end:
                    stack[height, 0], stack[height, 1], stack[height, 2] = middle, end, parts + 1
                    stack[height, 3] = PLACED if task == AT_ONE else AT_MEAN
                    height += 1
                parts += 2
            else:
                for k in range(begin, end):
                    block[order[k]] = blocks
                for k in range(count):
                    taker[demands[k]] = blocks
                blocks += 1
            begin = end
    return blocks
