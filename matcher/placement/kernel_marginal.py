"""What one node more or less would change in a maximum flow, compiled (docs/method.md, section 4).

The same search serves both questions. How much more could a program place? Flow is sent from it into demands with room.
Who would fill the posts that a program leaves? Sides swapped, flow is sent from those posts to programs with somebody
left. "Senders" are the side the flow starts from, "takers" the other one; flow passes to a taker without limit and back
to a sender along what flows already.
"""

from typing import Any, NamedTuple

import numpy as np

from matcher.placement.compiled import compiled

FAR = 1 << 40
# Distances raised without a way found, before a breadth-first search settles whether there is one.
PATIENCE = 64


class Sides(NamedTuple):
    """Arcs seen from the sending side: arcs of sender i are arcs[start[i]:start[i + 1]], takers' likewise."""

    start: Any
    arcs: Any
    taker: Any
    back_start: Any
    back: Any
    sender: Any


class Scratch(NamedTuple):
    """Working memory of a search: marks are -1 between two searches, logs count what must be restored."""

    at: Any
    back_at: Any
    level: Any
    depth: Any
    queue: Any
    seen: Any
    path: Any
    counts: Any
    arc_log: Any
    taker_log: Any
    near_log: Any
    near_taker_log: Any
    old_flow: Any
    old_room: Any
    old_near: Any
    old_near_taker: Any


@compiled
def scratch(n: int, m: int, flow: Any) -> Scratch:
    """Working memory for n senders and m takers."""
    none = np.full(max(n, m), -1, np.int64)
    return Scratch(
        np.empty(n, np.int64),
        np.empty(m, np.int64),
        none[:n].copy(),
        none[:m].copy(),
        np.empty(n, np.int64),
        np.empty(m, np.int64),
        np.empty(2 * n + 2, np.int64),
        np.zeros(4, np.int64),
        np.empty(len(flow), np.int64),
        np.empty(m, np.int64),
        np.empty(n, np.int64),
        np.empty(m, np.int64),
        flow * 0 - 1,
        np.full(m, -1, flow.dtype),
        none[:n].copy(),
        none[:m].copy(),
    )


@compiled
def distances(sides: Sides, flow: Any, room: Any, near: Any, near_taker: Any) -> None:
    """Fills how many takers away the nearest room is, FAR where there is no way to any."""
    near[:] = FAR
    near_taker[:] = FAR
    queue = np.empty(len(room), np.int64)
    filled, done = 0, 0
    for j in range(len(room)):
        if room[j] > 0:
            near_taker[j] = 0
            queue[filled] = j
            filled += 1
    while done < filled:
        j = queue[done]
        done += 1
        for b in range(sides.back_start[j], sides.back_start[j + 1]):
            i = sides.sender[sides.back[b]]
            if near[i] < FAR:
                continue
            near[i] = near_taker[j]
            for a in range(sides.start[i], sides.start[i + 1]):
                arc = sides.arcs[a]
                if flow[arc] > 0 and near_taker[sides.taker[arc]] == FAR:
                    near_taker[sides.taker[arc]] = near_taker[j] + 1
                    queue[filled] = sides.taker[arc]
                    filled += 1


@compiled
def send(size: int, wanted: int, sides: Sides, flow: Any, room: Any, work: Scratch) -> int:
    """Sends along work.path, a way of `size` arcs, what it carries; notes what was there before."""
    path = work.path
    j = sides.taker[path[size - 1]]
    amount = min(wanted, room[j])
    for k in range(1, size, 2):
        amount = min(amount, flow[path[k]])
    for k in range(size):
        arc = path[k]
        if work.old_flow[arc] < 0:
            work.old_flow[arc] = flow[arc]
            work.arc_log[work.counts[0]] = arc
            work.counts[0] += 1
        if k % 2 == 0:
            flow[arc] += amount
        else:
            flow[arc] -= amount
    if work.old_room[j] < 0:
        work.old_room[j] = room[j]
        work.taker_log[work.counts[1]] = j
        work.counts[1] += 1
    room[j] -= amount
    return amount


@compiled
def take_back(flow: Any, room: Any, near: Any, near_taker: Any, work: Scratch) -> None:
    """Restores what searches changed."""
    for k in range(work.counts[0]):
        arc = work.arc_log[k]
        flow[arc] = work.old_flow[arc]
        work.old_flow[arc] = -1
    for k in range(work.counts[1]):
        j = work.taker_log[k]
        room[j] = work.old_room[j]
        work.old_room[j] = -1
    for k in range(work.counts[2]):
        i = work.near_log[k]
        near[i] = work.old_near[i]
        work.old_near[i] = -1
    for k in range(work.counts[3]):
        j = work.near_taker_log[k]
        near_taker[j] = work.old_near_taker[j]
        work.old_near_taker[j] = -1
    work.counts[:] = 0


@compiled
def send_nearby(
    source: int, wanted: int, sides: Sides, flow: Any, room: Any, near: Any, near_taker: Any, work: Scratch
) -> int:
    """Follows distances to the nearest room, raising them where a way has closed, until patience ends.

    Shortest augmenting paths with distance labels (R. K. Ahuja, J. B. Orlin, 1991): labels never exceed the true
    distance, so a way along falling labels is a shortest one, and only nodes beside the way are looked at.
    """
    path = work.path
    sent = wanted - wanted
    size = 0
    raised = 0
    i = source
    while wanted > sent and near[source] < FAR and raised < PATIENCE:
        # The taker nearest to room; labels of takers may have risen since.
        best, chosen = FAR, -1
        for a in range(sides.start[i], sides.start[i + 1]):
            arc = sides.arcs[a]
            if near_taker[sides.taker[arc]] < best:
                best, chosen = near_taker[sides.taker[arc]], arc
                if best <= near[i]:
                    break
        if best > near[i]:
            if work.old_near[i] < 0:
                work.old_near[i] = near[i]
                work.near_log[work.counts[2]] = i
                work.counts[2] += 1
            near[i] = best
            raised += 1
            if size > 0:
                size -= 2
                i = sides.sender[path[size]]
            continue
        j = sides.taker[chosen]
        path[size] = chosen
        if room[j] > 0:
            sent += send(size + 1, wanted - sent, sides, flow, room, work)
            size, raised = 0, 0
            i = source
            continue
        best, chosen = FAR, -1
        for b in range(sides.back_start[j], sides.back_start[j + 1]):
            arc = sides.back[b]
            if flow[arc] > 0 and near[sides.sender[arc]] + 1 < best:
                best, chosen = near[sides.sender[arc]] + 1, arc
                if best <= near_taker[j]:
                    break
        if best > near_taker[j]:
            if work.old_near_taker[j] < 0:
                work.old_near_taker[j] = near_taker[j]
                work.near_taker_log[work.counts[3]] = j
                work.counts[3] += 1
            near_taker[j] = best
            raised += 1
            continue
        path[size + 1] = chosen
        size += 2
        i = sides.sender[chosen]
    return sent


@compiled
def push_from(
    source: int, wanted: int, sides: Sides, flow: Any, room: Any, near: Any, near_taker: Any, work: Scratch
) -> int:
    """How much more, up to `wanted`, one sender could send; `take_back` restores what this changes."""
    sent = send_nearby(source, wanted, sides, flow, room, near, near_taker, work)
    level, depth, path, at, back_at = work.level, work.depth, work.path, work.at, work.back_at
    while sent < wanted and near[source] < FAR:
        # Dinic's algorithm from here on: layers of nodes within reach, up to the nearest room.
        level[source] = 0
        work.queue[0] = source
        filled, done, reached, last = 1, 0, 0, -1
        while done < filled:
            i = work.queue[done]
            done += 1
            if last >= 0 and level[i] >= last:
                break
            at[i] = sides.start[i]
            for a in range(sides.start[i], sides.start[i + 1]):
                j = sides.taker[sides.arcs[a]]
                if depth[j] >= 0:
                    continue
                depth[j] = level[i]
                back_at[j] = sides.back_start[j]
                work.seen[reached] = j
                reached += 1
                if room[j] > 0:
                    last = level[i] + 1
                if last >= 0:
                    continue
                for b in range(sides.back_start[j], sides.back_start[j + 1]):
                    other = sides.sender[sides.back[b]]
                    if flow[sides.back[b]] > 0 and level[other] < 0:
                        level[other] = level[i] + 1
                        work.queue[filled] = other
                        filled += 1
        while last >= 0 and sent < wanted:
            size = 0
            i = source
            while True:
                if at[i] == sides.start[i + 1]:
                    if size == 0:
                        break
                    size -= 2
                    i = sides.sender[path[size]]
                    back_at[sides.taker[path[size]]] += 1
                    continue
                arc = sides.arcs[at[i]]
                j = sides.taker[arc]
                if depth[j] == level[i]:
                    if room[j] > 0:
                        path[size] = arc
                        size += 1
                        break
                    if level[i] + 1 < last:
                        while back_at[j] < sides.back_start[j + 1]:
                            other = sides.back[back_at[j]]
                            if flow[other] > 0 and level[sides.sender[other]] == level[i] + 1:
                                break
                            back_at[j] += 1
                        if back_at[j] < sides.back_start[j + 1]:
                            path[size] = arc
                            path[size + 1] = sides.back[back_at[j]]
                            size += 2
                            i = sides.sender[path[size - 1]]
                            continue
                at[i] += 1
            if size == 0:
                break
            sent += send(size, wanted - sent, sides, flow, room, work)
        for k in range(filled):
            level[work.queue[k]] = -1
        for k in range(reached):
            depth[work.seen[k]] = -1
        if last < 0:
            break
    return sent


@compiled
def headrooms(cap: Any, sides: Sides, flow: Any, room: Any, found: Any) -> None:
    """Fills `found` with how much more every program could place, up to its `cap`; flow and room stay as they were."""
    n, m = len(cap), len(room)
    near, near_taker = np.empty(n, np.int64), np.empty(m, np.int64)
    distances(sides, flow, room, near, near_taker)
    work = scratch(n, m, flow)
    for i in range(n):
        direct = cap[i] - cap[i]
        for a in range(sides.start[i], sides.start[i + 1]):
            direct += room[sides.taker[sides.arcs[a]]]
        if direct >= cap[i]:
            found[i] = cap[i]
            continue
        found[i] = push_from(i, cap[i], sides, flow, room, near, near_taker, work)
        take_back(flow, room, near, near_taker, work)


@compiled
def indispensabilities(asked: Any, start: Any, sides: Sides, flow: Any, left: Any, found: Any) -> None:
    """Fills `found` with how many fewer the market would place without each program asked for.

    Args:
        start: arcs by program. sides: with demands as senders. left: what programs have left.
    """
    n, m = len(left), len(sides.start) - 1
    near, near_taker = np.empty(m, np.int64), np.empty(n, np.int64)
    distances(sides, flow, left, near, near_taker)
    work = scratch(m, n, flow)
    for i in asked:
        # Without the program: nobody of it is left, and nothing of what it placed can move on.
        kept = left[i]
        own = flow[start[i] : start[i + 1]].copy()
        left[i] = 0
        flow[start[i] : start[i + 1]] = 0
        lost = kept - kept
        for arc in range(start[i], start[i + 1]):
            amount = own[arc - start[i]]
            if amount > 0:
                lost += amount - push_from(sides.sender[arc], amount, sides, flow, left, near, near_taker, work)
        take_back(flow, left, near, near_taker, work)
        flow[start[i] : start[i + 1]] = own
        left[i] = kept
        found[i] = lost
