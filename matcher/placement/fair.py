"""Fair rates and blocks: who can be placed, if the posts are shared as evenly as they can be (docs/method.md, 2).

All quantities are whole hundredths (of a person, of a post), and every comparison is cross-multiplied, so that two
runs, or a clerk with a calculator, never disagree about the last digit.

The rates are the principal partition of the bipartite graph (S. Fujishige, 1980): the set X of programs that is worst
off minimises D(N(X)) / S(X), where S is the supply of X and D(N(X)) the posts any program of X can reach.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from matcher.placement.maxflow import FlowNetwork


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
    reach = _reach(supply, posts, edges)
    rates: dict[str, Fraction] = {p: Fraction(0) for p, s in supply.items() if s > 0 and p not in reach}
    groups: list[tuple[Fraction, list[str], dict[str, set[str]]]] = []
    for programs in _components(reach):
        groups += _partition(programs, supply, posts, {p: reach[p] for p in programs})
    for rate, programs, _ in groups:
        rates.update(dict.fromkeys(programs, rate))
    blocks = _blocks(groups, supply, posts, reach)
    assignment: dict[tuple[str, str], int] = {}
    for block in blocks:
        assignment.update(_assign(block, supply, posts, reach))
    return FairPlacement(rates=rates, blocks=blocks, assignment=assignment)


def _reach(
    supply: Mapping[str, int], posts: Mapping[str, int], edges: Sequence[tuple[str, str]]
) -> dict[str, frozenset[str]]:
    for name, figures in (("supply", supply), ("posts", posts)):
        for key, value in figures.items():
            if value < 0:
                raise ValueError(f"{name} of {key} is {value}; expected hundredths of 0 or more")
    found: dict[str, set[str]] = {}
    for program, demand in edges:
        if program not in supply or demand not in posts:
            raise ValueError(f"edge {program} - {demand}: expected both ends among the listed programs and demands")
        if supply[program] > 0:
            found.setdefault(program, set()).add(demand)
    return {p: frozenset(found[p]) for p in sorted(found)}


def _components(reach: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """Sets of programs connected through common demands, each sorted, in the order of their smallest ids."""
    takers: dict[str, list[str]] = {}
    for program in sorted(reach):
        for demand in reach[program]:
            takers.setdefault(demand, []).append(program)
    seen: set[str] = set()
    components = []
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
        components.append(sorted(members))
    return components


def _worst_off(
    programs: Sequence[str],
    supply: Mapping[str, int],
    posts: Mapping[str, int],
    reach: Mapping[str, frozenset[str]],
    rate: Fraction,
) -> list[str]:
    """The smallest set X that minimises D(N(X)) - rate * S(X); empty if no set falls below the rate."""
    demands = sorted(set().union(*(reach[p] for p in programs)))
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


def _partition(
    programs: list[str], supply: Mapping[str, int], posts: Mapping[str, int], reach: Mapping[str, frozenset[str]]
) -> list[tuple[Fraction, list[str], dict[str, set[str]]]]:
    """Splits programs into groups of equal rate: (rate, programs, program -> demands not used by worse-off groups)."""
    done: list[tuple[Fraction, list[str], dict[str, set[str]]]] = []
    # A stack instead of recursion: a chain of n distinct rates would recurse n deep.
    stack: list[tuple[list[str], Mapping[str, frozenset[str]]]] = [(programs, reach)]
    while stack:
        members, local = stack.pop()
        demands = set().union(*(local[p] for p in members))
        mean = Fraction(sum(posts[d] for d in demands), sum(supply[p] for p in members))
        rate = min(Fraction(1), mean)
        worse = _worst_off(members, supply, posts, local, rate)
        if not worse or len(worse) == len(members):
            done.append((rate, members, {p: set(local[p]) for p in members}))
            continue
        taken = set().union(*(local[p] for p in worse))
        chosen = set(worse)
        rest = [p for p in members if p not in chosen]
        stack.append((worse, {p: local[p] for p in worse}))
        stack.append((rest, {p: local[p] - taken for p in rest}))
    return done


def _blocks(
    groups: Sequence[tuple[Fraction, list[str], dict[str, set[str]]]],
    supply: Mapping[str, int],
    posts: Mapping[str, int],
    reach: Mapping[str, frozenset[str]],
) -> tuple[Block, ...]:
    # Two groups of one component never have equal rates (the worse set is the smallest one), so a block is a connected
    # part of one group, by the posts it keeps.
    parts: list[tuple[Fraction, list[str], set[str]]] = []
    for rate, members, own in groups:
        kept = {p: frozenset(own[p]) for p in members if own[p]}
        parts += [(rate, part, set().union(*(own[p] for p in part))) for part in _components(kept)]
        parts += [(rate, [p], set()) for p in members if not own[p]]
    owner = {d: part[0] for _, part, demands in parts for d in demands}
    leads = {part[0]: {owner[d] for p in part for d in reach[p]} - {part[0]} for _, part, _ in parts}
    own_supply = {part[0]: sum(supply[p] for p in part) for _, part, _ in parts}
    own_posts = {part[0]: sum(posts[d] for d in demands) for _, part, demands in parts}
    blocks = []
    for rate, part, demands in parts:
        closed, stack = {part[0]}, [part[0]]
        while stack:
            new = leads[stack.pop()] - closed
            closed |= new
            stack += new
        blocks.append(
            Block(
                id=part[0],
                rate=rate,
                programs=tuple(part),
                demands=tuple(sorted(demands)),
                supply=own_supply[part[0]],
                posts=own_posts[part[0]],
                worse_blocks=tuple(sorted(closed - {part[0]})),
                closed_supply=sum(own_supply[b] for b in closed),
                closed_posts=sum(own_posts[b] for b in closed),
            )
        )
    return tuple(sorted(blocks, key=lambda b: (b.rate, b.id)))


def _assign(
    block: Block, supply: Mapping[str, int], posts: Mapping[str, int], reach: Mapping[str, frozenset[str]]
) -> dict[tuple[str, str], int]:
    """An assignment within the block in whole hundredths: first every share rounded down, then the remainders."""
    number = {d: len(block.programs) + i for i, d in enumerate(block.demands)}
    source = len(block.programs) + len(block.demands)
    network = FlowNetwork(source + 2)
    entries, ways = [], []
    for i, program in enumerate(block.programs):
        entries.append(network.add_arc(source, i, int(block.rate * supply[program])))
        for demand in sorted(reach[program] & number.keys()):
            ways.append((program, demand, network.add_arc(i, number[demand], supply[program])))
    for demand in block.demands:
        network.add_arc(number[demand], source + 1, posts[demand])
    network.augment(source, source + 1)
    for entry, program in zip(entries, block.programs, strict=True):
        share = block.rate * supply[program]
        network.room[entry] += int(share != int(share))
    network.augment(source, source + 1)
    return {(p, d): network.flow(arc) for p, d, arc in ways if network.flow(arc)}
