"""Maximum flow in whole numbers of any size.

Dinic's algorithm (E. A. Dinic, 1970) on adjacency lists of Python integers: capacities are cross-multiplied
supplies and posts, which exceed the 32-bit range of scipy's solver, and must never be rounded.
"""

from collections import deque


class FlowNetwork:
    """A directed network to which flow is added and whose capacities may grow between two calls of `augment`.

    Arcs are stored in pairs: arc ``a`` and its reverse ``a ^ 1``. ``room[a]`` is what can still be sent along ``a``,
    so ``room[a ^ 1]`` of a forward arc is the flow it carries.
    """

    def __init__(self, nodes: int) -> None:
        self.head: list[int] = []
        self.room: list[int] = []
        self.arcs: list[list[int]] = [[] for _ in range(nodes)]

    def add_arc(self, tail: int, head: int, capacity: int) -> int:
        """Adds an arc of the given capacity and returns its number."""
        number = len(self.head)
        self.head += (head, tail)
        self.room += (capacity, 0)
        self.arcs[tail].append(number)
        self.arcs[head].append(number + 1)
        return number

    def flow(self, arc: int) -> int:
        """What a forward arc carries now."""
        return self.room[arc ^ 1]

    def augment(self, source: int, sink: int) -> int:
        """Sends as much more as fits from source to sink and returns how much that was."""
        total = 0
        while True:
            level = self._levels(source, sink)
            if level[sink] < 0:
                return total
            position = [0] * len(self.arcs)
            while pushed := self._push_path(source, sink, level, position):
                total += pushed

    def _levels(self, source: int, sink: int) -> list[int]:
        level = [-1] * len(self.arcs)
        level[source] = 0
        queue = deque([source])
        while queue and level[sink] < 0:
            node = queue.popleft()
            for arc in self.arcs[node]:
                if self.room[arc] and level[self.head[arc]] < 0:
                    level[self.head[arc]] = level[node] + 1
                    queue.append(self.head[arc])
        return level

    def _push_path(self, source: int, sink: int, level: list[int], position: list[int]) -> int:
        """One augmenting path along growing levels; a loop rather than recursion, since paths can be long."""
        path: list[int] = []
        node = source
        while node != sink:
            while position[node] < len(self.arcs[node]):
                arc = self.arcs[node][position[node]]
                if self.room[arc] and level[self.head[arc]] == level[node] + 1:
                    path.append(arc)
                    node = self.head[arc]
                    break
                position[node] += 1
            else:
                if not path:
                    return 0
                node = self.head[path.pop() ^ 1]
                position[node] += 1
        amount = min(self.room[arc] for arc in path)
        for arc in path:
            self.room[arc] -= amount
            self.room[arc ^ 1] += amount
        return amount

    def reachable(self, source: int) -> list[bool]:
        """Which nodes the source still reaches: after `augment`, the source side of the smallest minimum cut."""
        seen = [False] * len(self.arcs)
        seen[source] = True
        stack = [source]
        while stack:
            for arc in self.arcs[stack.pop()]:
                if self.room[arc] and not seen[self.head[arc]]:
                    seen[self.head[arc]] = True
                    stack.append(self.head[arc])
        return seen
