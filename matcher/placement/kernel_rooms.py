"""How much one program could place at most, if all others are placed as far as they can be, compiled.

This room does not depend on the program's own size, so one figure answers for every size of it (matcher.placement.rooms).
Flow is kept on the arcs of the whole market; only the part of it that the program can touch is looked at.
"""

from typing import Any

import numpy as np

from matcher.placement.compiled import compiled
from matcher.placement.kernel import Arcs

UNLIMITED = np.int64(1) << 60


@compiled
def nearby(found: int, arcs: Arcs, programs: Any, demands: Any, seen: Any, met: Any) -> tuple[int, int]:
    """Fills `programs` and `demands` with everything connected with some programs, these first; how many of each.

    Args:
        found: how many are asked for, the first ones of `programs`, each once.
        seen, met: bool (n,), (m,), all False; marks what was found.
    """
    for k in range(found):
        seen[programs[k]] = True
    done, reached = 0, 0
    while done < found:
        i = programs[done]
        done += 1
        for arc in range(arcs.start[i], arcs.start[i + 1]):
            j = arcs.head[arc]
            if met[j]:
                continue
            met[j] = True
            demands[reached] = j
            reached += 1
            for b in range(arcs.back_start[j], arcs.back_start[j + 1]):
                other = arcs.tail[arcs.back[b]]
                if not seen[other]:
                    seen[other] = True
                    programs[found] = other
                    found += 1
    return found, reached


@compiled
def push(
    source: int, wanted: int, closed: int, arcs: Arcs, flow: Any, spare: Any, by: Any, via: Any, queue: Any
) -> int:
    """Sends up to `wanted` from a program along shortest augmenting paths, never through the arc `closed`.

    Args:
        flow: (arcs,); spare: (m,) posts not filled; both are changed. by: (n,) arc by which a program was reached, and
            via: (m,) a demand: -1 everywhere before and after.
    """
    sent = wanted - wanted
    while sent < wanted:
        queue[0] = source
        filled, done, last = 1, 0, -1
        while done < filled and last < 0:
            i = queue[done]
            done += 1
            for arc in range(arcs.start[i], arcs.start[i + 1]):
                j = arcs.head[arc]
                if arc == closed or via[j] >= 0:
                    continue
                via[j] = arc
                if spare[j] > 0:
                    last = j
                    break
                for b in range(arcs.back_start[j], arcs.back_start[j + 1]):
                    other = arcs.tail[arcs.back[b]]
                    if flow[arcs.back[b]] > 0 and by[other] < 0 and other != source:
                        by[other] = arcs.back[b]
                        queue[filled] = other
                        filled += 1
        if last >= 0:
            amount = min(wanted - sent, spare[last])
            j = last
            while arcs.tail[via[j]] != source:
                taken = by[arcs.tail[via[j]]]
                amount = min(amount, flow[taken])
                j = arcs.head[taken]
            spare[last] -= amount
            j = last
            while True:
                flow[via[j]] += amount
                i = arcs.tail[via[j]]
                if i == source:
                    break
                flow[by[i]] -= amount
                j = arcs.head[by[i]]
            sent += amount
        # Marks are taken back along what was visited.
        for k in range(filled):
            i = queue[k]
            by[i] = -1
            for arc in range(arcs.start[i], arcs.start[i + 1]):
                via[arcs.head[arc]] = -1
        if last < 0:
            break
    return sent


@compiled
def rooms(
    source: int, arcs: Arcs, supply: Any, posts: Any, moved: int, moved_posts: int, times: int, closed: Any, found: Any
) -> Any:
    """Fills found[k] with the room of one program without the arc closed[k] (-1: with all of its arcs).

    Args:
        supply, posts: int64 (n,), (m,); supply counts as it is, posts `times` fold of what `supply` is in.
        moved: a demand whose posts are `moved_posts` instead (-1: none).

    Returns:
        what all others place together.
    """
    n, m = len(supply), len(posts)
    programs, demands = np.empty(n, np.int64), np.empty(m, np.int64)
    programs[0] = source
    many, posted = nearby(1, arcs, programs, demands, np.zeros(n, np.bool_), np.zeros(m, np.bool_))
    flow, spare = np.zeros(len(arcs.head), np.int64), np.zeros(m, np.int64)
    for k in range(posted):
        spare[demands[k]] = posts[demands[k]] * times
    if moved >= 0:
        spare[moved] = moved_posts * times
    by, via, queue = np.full(n, -1, np.int64), np.full(m, -1, np.int64), np.empty(n, np.int64)
    others = np.int64(0)
    for k in range(1, many):
        others += push(programs[k], supply[programs[k]], -1, arcs, flow, spare, by, via, queue)
    for k in range(len(closed)):
        found[k] = push(source, UNLIMITED, closed[k], arcs, flow.copy(), spare.copy(), by, via, queue)
    return others
