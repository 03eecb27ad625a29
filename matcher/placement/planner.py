"""The smallest change of intake that brings every placeable rate to a target, exact, with its proof.

Rates reach the target where the posts can take `target` of everybody's graduates at once: an assignment along the
links gives every program target x ratio x intake, and fills no post twice (docs/method.md, section 8). More intake
never raises a rate, so a plan only cuts. The intakes that fit form a polymatroid over the posts; raising intakes from
their least values, those first that cost the fewest posts a place, therefore loses the fewest places (J. Edmonds,
1970). Programs of equal cost are raised together, so that among the smallest plans the largest relative cut, then the
second largest and so on, is as small as can be. Everything is a fraction: no tolerance, no repair of floats (ADR 4).

The proof is a price a post: how much less would have to be cut with one such post more. `plan_check` adds it up.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

Measure = Literal["places", "graduates"]
ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Intake:
    """One program's intake and how far it may move.

    Attributes:
        present: places taken a year now.
        ratio: graduates looking for work here per place, above 0.
        low, high: least and greatest intake as long as it is open, low <= high <= present.
        closable: whether 0 is allowed as well.
    """

    program_id: str
    present: Fraction
    ratio: Fraction
    low: Fraction
    high: Fraction
    closable: bool = False


@dataclass(frozen=True)
class Task:
    """What is to be planned.

    Attributes:
        target: share of its graduates that every program shall be able to place, in (0, 1].
        intakes: the programs planned, each with at least one link.
        links: program -> demands.
        posts: demand -> posts a year.
        measure: whether a change counts in places or in graduates looking for work.
    """

    target: Fraction
    intakes: tuple[Intake, ...]
    links: Mapping[str, tuple[str, ...]]
    posts: Mapping[str, Fraction]
    measure: Measure = "places"

    def cost(self, intake: Intake) -> Fraction:
        """What one place less counts."""
        return ONE if self.measure == "places" else intake.ratio

    def posts_a_place(self, intake: Intake) -> Fraction:
        """Posts that one place has to find for the target."""
        return self.target * intake.ratio


@dataclass(frozen=True)
class Conflict:
    """Why no plan exists: even at their least intakes these programs need more posts than they can reach at all."""

    programs: tuple[str, ...]
    posts: tuple[str, ...]
    needed: Fraction
    available: Fraction


@dataclass(frozen=True)
class Witness:
    """Why the largest relative cut cannot be smaller in any plan as small as this one.

    Attributes:
        program: the program cut most.
        programs, posts: its graduates and those who share its posts find room only here; empty where every smallest
            plan has this program at its bound.
    """

    program: str
    programs: tuple[str, ...]
    posts: tuple[str, ...]


@dataclass(frozen=True)
class Solution:
    """A smallest plan.

    Attributes:
        intake: program -> places, exact.
        assignment: (program, demand) -> persons, exact; each program sends target x ratio x intake.
        prices: demand -> what one post more would save of the change, in the task's measure.
        change: total change, in the task's measure.
        largest: the largest relative change of a program.
        witness: None where nothing changes.
    """

    intake: Mapping[str, Fraction]
    assignment: Mapping[tuple[str, str], Fraction]
    prices: Mapping[str, Fraction]
    change: Fraction
    largest: Fraction
    witness: Witness | None


def solve(task: Task) -> Solution | Conflict:
    """The smallest plan within the bounds of open programs (`closable` is not read), or why there is none."""
    # In order of ids, so that the order of rows never shows.
    task = replace(task, intakes=tuple(sorted(task.intakes, key=lambda i: i.program_id)))
    flow = _Flow(task.links, task.posts)
    sent: dict[str, Fraction] = {}
    for intake in task.intakes:
        wanted = task.posts_a_place(intake) * intake.low
        sent[intake.program_id] = wanted
        if flow.send(intake.program_id, wanted) < wanted:
            programs, posts = flow.closed_set(intake.program_id)
            needed = sum((task.posts_a_place(i) * i.low for i in task.intakes if i.program_id in programs), ZERO)
            room = sum((task.posts[d] for d in posts), ZERO)
            return Conflict(tuple(sorted(programs)), tuple(sorted(posts)), needed, room)
    by_gain: dict[Fraction, list[Intake]] = {}
    for intake in task.intakes:
        by_gain.setdefault(task.cost(intake) / task.posts_a_place(intake), []).append(intake)
    for gain in sorted(by_gain, reverse=True):
        _raise_together(by_gain[gain], task, flow, sent)
    final = {i.program_id: sent[i.program_id] / task.posts_a_place(i) for i in task.intakes}
    prices = _prices(task, flow, final)
    change = sum((task.cost(i) * (i.present - final[i.program_id]) for i in task.intakes), ZERO)
    largest, witness = _largest(task, flow, final, prices)
    return Solution(final, flow.assignment(), prices, change, largest, witness)


def _raise_together(group: Sequence[Intake], task: Task, flow: "_Flow", sent: dict[str, Fraction]) -> None:
    """Raises programs of equal cost to the same share of their present intake, as far as each can go."""
    whole = {i.program_id: task.posts_a_place(i) * i.present for i in group}
    bounds = {i.program_id: (sent[i.program_id], task.posts_a_place(i) * i.high) for i in group}
    active = [i.program_id for i in group if bounds[i.program_id][0] < bounds[i.program_id][1]]
    if len(active) == 1:  # the usual case: nobody to share with
        sent[active[0]] += flow.send(active[0], bounds[active[0]][1] - sent[active[0]])
        return

    def at(program: str, share: Fraction) -> Fraction:
        low, high = bounds[program]
        return min(high, max(low, share * whole[program]))

    while active:
        share = ONE
        while True:
            trial = flow.copy()
            short = next(
                (p for p in active if trial.send(p, at(p, share) - sent[p]) < at(p, share) - sent[p]),
                None,
            )
            if short is None:
                break
            programs, posts = trial.closed_set(short)
            members = [p for p in active if p in programs]
            room = sum((task.posts[d] for d in posts), ZERO)
            room -= sum((sent[p] for p in programs if p not in members), ZERO)
            share = _share_that_fits(members, bounds, whole, room)
        flow.adopt(trial)
        sent.update({p: at(p, share) for p in active})
        free = flow.can_grow()
        active = [p for p in active if sent[p] < bounds[p][1] and p in free]


def _share_that_fits(
    members: Sequence[str],
    bounds: Mapping[str, tuple[Fraction, Fraction]],
    whole: Mapping[str, Fraction],
    room: Fraction,
) -> Fraction:
    """The share at which the members' demands, each kept within its bounds, add up to the room."""
    steps = sorted({bound / whole[p] for p in members for bound in bounds[p]})
    last = steps[0]
    for step in steps[1:]:
        middle = (last + step) / 2
        moving = [p for p in members if bounds[p][0] < middle * whole[p] < bounds[p][1]]
        still = sum(
            (bounds[p][0] if middle * whole[p] <= bounds[p][0] else bounds[p][1] for p in members if p not in moving),
            ZERO,
        )
        slope = sum((whole[p] for p in moving), ZERO)
        if still + slope * step >= room:
            return (room - still) / slope if slope else last
        last = step
    return last


def _prices(task: Task, flow: "_Flow", final: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """What one post more would save: the greatest gain of a program below its bound that could come to use it."""
    prices = dict.fromkeys(sorted(task.posts), ZERO)
    gains = [(task.cost(i) / task.posts_a_place(i), i) for i in task.intakes if final[i.program_id] < i.high]
    seen: set[str] = set()
    for gain, intake in sorted(gains, key=lambda g: (-g[0], g[1].program_id)):
        _, posts = flow.closed_set(intake.program_id, seen)
        for demand in posts - seen:
            prices[demand] = gain
        seen |= posts
    return prices


def _largest(
    task: Task, flow: "_Flow", final: Mapping[str, Fraction], prices: Mapping[str, Fraction]
) -> tuple[Fraction, Witness | None]:
    cuts = {i.program_id: 1 - final[i.program_id] / i.present for i in task.intakes if i.present}
    largest = max(cuts.values(), default=ZERO)
    if not largest:
        return ZERO, None
    gains = {i.program_id: task.cost(i) / task.posts_a_place(i) for i in task.intakes}
    asked = {p: min(prices[d] for d in task.links[p]) for p in gains}
    worst = [i for i in task.intakes if i.present and cuts[i.program_id] == largest]
    for intake in worst:
        program = intake.program_id
        if final[program] == intake.high or asked[program] > gains[program]:
            return largest, Witness(program, (), ())
    first = worst[0].program_id
    dear = {d for d in task.posts if prices[d] != asked[first]}
    programs, posts = flow.closed_set(first, dear)
    return largest, Witness(first, tuple(sorted(programs)), tuple(sorted(posts)))


class _Flow:
    """Persons on links, in fractions: who sits where, and who could move for whom."""

    def __init__(self, links: Mapping[str, Iterable[str]], posts: Mapping[str, Fraction]) -> None:
        self._links = {program: tuple(sorted(demands)) for program, demands in links.items()}
        self._spare = dict(posts)
        self._users: dict[str, dict[str, Fraction]] = {demand: {} for demand in posts}

    def copy(self) -> "_Flow":
        other = _Flow.__new__(_Flow)
        other._links, other._spare = self._links, dict(self._spare)
        other._users = {demand: dict(users) for demand, users in self._users.items()}
        return other

    def adopt(self, other: "_Flow") -> None:
        self._spare, self._users = other._spare, other._users

    def send(self, program: str, amount: Fraction) -> Fraction:
        """Places up to `amount` more persons of a program, moving others where needed; returns how many it placed."""
        left = amount
        while left > 0:
            path = self._path(program)
            if path is None:
                break
            # A path alternates program, post, program, post: the first of each pair takes what the next one leaves.
            takers, taken = path[::2], path[1::2]
            moved = [self._users[d][p] for p, d in zip(takers[1:], taken, strict=False)]
            step = min([left, self._spare[taken[-1]], *moved])
            for p, d in zip(takers[1:], taken, strict=False):
                self._add(p, d, -step)
            for p, d in zip(takers, taken, strict=True):
                self._add(p, d, step)
            self._spare[taken[-1]] -= step
            left -= step
        return amount - left

    def _add(self, program: str, demand: str, amount: Fraction) -> None:
        users = self._users[demand]
        if number := users.get(program, ZERO) + amount:
            users[program] = number
        else:
            users.pop(program, None)

    def _path(self, program: str) -> list[str] | None:
        """The shortest way to a post with room: program, post, its user, a post of that one, ... or None."""
        came: dict[tuple[str, str], tuple[str, str] | None] = {("p", program): None}
        queue = deque([("p", program)])
        while queue:
            node = queue.popleft()
            kind, name = node
            after = [("d", d) for d in self._links[name]] if kind == "p" else [("p", p) for p in self._users[name]]
            for step in after:
                if step in came:
                    continue
                came[step] = node
                if step[0] == "d" and self._spare[step[1]] > 0:
                    path = []
                    at: tuple[str, str] | None = step
                    while at is not None:
                        path.append(at[1])
                        at = came[at]
                    return path[::-1]
                queue.append(step)
        return None

    def closed_set(self, program: str, without: Iterable[str] = ()) -> tuple[set[str], set[str]]:
        """Posts a program can come to use by others moving, apart from `without`, and everybody who sits there."""
        shut = set(without)
        programs, posts, stack = {program}, set[str](), [program]
        while stack:
            for demand in self._links[stack.pop()]:
                if demand in shut or demand in posts:
                    continue
                posts.add(demand)
                new = self._users[demand].keys() - programs
                programs |= new
                stack += new
        return programs, posts

    def can_grow(self) -> set[str]:
        """Programs that could place one person more if others moved."""
        linked: dict[str, list[str]] = {}
        for program, demands in self._links.items():
            for demand in demands:
                linked.setdefault(demand, []).append(program)
        used: dict[str, list[str]] = {}
        for demand, users in self._users.items():
            for program in users:
                used.setdefault(program, []).append(demand)
        stack = [demand for demand, spare in self._spare.items() if spare > 0]
        open_posts, free = set(stack), set[str]()
        while stack:
            for program in linked.get(stack.pop(), ()):
                if program in free:
                    continue
                free.add(program)
                new = set(used.get(program, ())) - open_posts
                open_posts |= new
                stack += new
        return free

    def assignment(self) -> dict[tuple[str, str], Fraction]:
        """(program, demand) -> persons, sorted."""
        return {
            (p, d): n for p, d, n in sorted((p, d, n) for d, users in self._users.items() for p, n in users.items())
        }
