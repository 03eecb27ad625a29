"""What one program more or less would change: headroom and indispensability (docs/method.md, section 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcher.placement.maxflow import FlowNetwork


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

    One maximum flow serves all programs: headroom re-augments a copy of it with that program's supply unbounded, and
    indispensability re-augments a copy from which the program's own flow was taken out.

    Args:
        supply: program -> hundredths of persons a year.
        posts: demand -> hundredths of posts a year.
        edges: (program, demand) pairs.
    """
    programs, demands = sorted(supply), sorted(posts)
    node = {("P", p): i for i, p in enumerate(programs)} | {("D", d): len(programs) + i for i, d in enumerate(demands)}
    source, sink = len(node), len(node) + 1
    network = FlowNetwork(len(node) + 2)
    entry = {p: network.add_arc(source, node["P", p], supply[p]) for p in programs}
    unbounded = sum(posts.values())
    ways: dict[str, list[tuple[int, str]]] = {p: [] for p in programs}
    for program, demand in sorted(set(edges)):
        ways[program].append((network.add_arc(node["P", program], node["D", demand], unbounded), demand))
    leave = {d: network.add_arc(node["D", d], sink, posts[d]) for d in demands}
    network.augment(source, sink)
    base = network.room.copy()

    found = {}
    for program in programs:
        network.room[entry[program]] += unbounded
        headroom = network.augment(source, sink)
        network.room[:] = base
        placed = network.flow(entry[program])
        network.room[entry[program]] = network.room[entry[program] ^ 1] = 0
        for arc, demand in ways[program]:
            carried = network.flow(arc)
            network.room[arc] = network.room[arc ^ 1] = 0
            network.room[leave[demand]] += carried
            network.room[leave[demand] ^ 1] -= carried
        replaced = network.augment(source, sink)
        network.room[:] = base
        found[program] = Marginal(headroom, placed - replaced)
    return found
