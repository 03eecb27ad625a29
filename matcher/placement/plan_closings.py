"""Which programs to close where a class has a least size: a choice of yes and no, made by HiGHS (docs/method.md, 8).

With a least class size an intake is 0 or at least that size. Such choices have no dual prices; the exact plan and its
proof are made for the choice found here, beside a bound that holds for every choice (ADR 4).
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from matcher.placement.planner import Conflict, Solution, Task, solve


@dataclass(frozen=True)
class Choice:
    """A plan for a fixed choice of closings.

    Attributes:
        task: as planned: closed programs have both bounds at 0.
        outcome: the exact plan for this choice, or why there is none.
        bound: the smallest plan if classes could be of any size: no choice of closings changes less.
        closed: programs whose intake ends.
        proved: whether the choice itself is known to be the best: its change equals the bound, or HiGHS says so.
    """

    task: Task
    outcome: Solution | Conflict
    bound: Solution | Conflict
    closed: frozenset[str]
    proved: bool


def solve_with_closings(task: Task, seconds: float = 60.0) -> Choice:
    """The smallest plan in which a closable program is closed or at least at its `low`.

    Args:
        task: with `closable` set where 0 is allowed.
        seconds: how long HiGHS may search.
    """
    relaxed = replace(task, intakes=tuple(replace(i, low=Fraction(0)) if i.closable else i for i in task.intakes))
    bound = solve(relaxed)
    if isinstance(bound, Conflict) or not any(i.closable and i.low > 0 for i in task.intakes):
        return Choice(relaxed, bound, bound, frozenset(), True)
    closed, proved = _choose(task, seconds)
    while True:
        fixed = _with_closed(task, closed)
        outcome = solve(fixed)
        if isinstance(outcome, Solution):
            return Choice(fixed, outcome, bound, closed, proved or outcome.change == bound.change)
        # The search works in floats: a choice that misses the posts by a hair closes the smallest program in the way.
        left = [i for i in fixed.intakes if i.program_id in outcome.programs and i.closable and i.low > 0]
        closed |= {min(left, key=lambda i: (i.present, i.program_id)).program_id}
        proved = False


def _with_closed(task: Task, closed: frozenset[str]) -> Task:
    zero = Fraction(0)
    kept = (replace(i, low=zero, high=zero) if i.program_id in closed else i for i in task.intakes)
    return replace(task, intakes=tuple(kept))


def _choose(task: Task, seconds: float) -> tuple[frozenset[str], bool]:
    """Columns: intake of every program, whether it stays open, persons along every link."""
    number = len(task.intakes)
    ways = [(k, d) for k, intake in enumerate(task.intakes) for d in task.links[intake.program_id]]
    demands = {d: j for j, d in enumerate(sorted(task.posts))}
    columns = 2 * number + len(ways)
    entries: list[tuple[int, int, float]] = []
    low: list[float] = []
    high: list[float] = []

    def row(cells: list[tuple[int, float]], least: float, most: float) -> None:
        entries.extend((len(low), column, value) for column, value in cells)
        low.append(least)
        high.append(most)

    for k, intake in enumerate(task.intakes):
        row([(k, 1.0), (number + k, -float(intake.low))], 0.0, np.inf)
        row([(k, 1.0), (number + k, -float(intake.high))], -np.inf, 0.0)
    sent: list[list[tuple[int, float]]] = [[] for _ in range(number)]
    used: list[list[tuple[int, float]]] = [[] for _ in demands]
    for w, (k, d) in enumerate(ways):
        sent[k].append((2 * number + w, 1.0))
        used[demands[d]].append((2 * number + w, 1.0))
    for k, intake in enumerate(task.intakes):
        row([*sent[k], (k, -float(task.posts_a_place(intake)))], 0.0, 0.0)
    for d, j in demands.items():
        row(used[j], -np.inf, float(task.posts[d]))
    rows, places, values = zip(*entries, strict=True)
    matrix = coo_array((values, (rows, places)), shape=(len(low), columns)).tocsr()
    gain = [-float(task.cost(i)) for i in task.intakes]
    least = [0.0 if i.closable else 1.0 for i in task.intakes]
    found = milp(
        np.array([*gain, *[0.0] * (columns - number)]),
        constraints=LinearConstraint(matrix, low, high),
        bounds=Bounds(
            [*[0.0] * number, *least, *[0.0] * len(ways)],
            [*[math.inf] * number, *[1.0] * number, *[math.inf] * len(ways)],
        ),
        integrality=np.array([*[0] * number, *[1] * number, *[0] * len(ways)]),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if found.x is None:
        # Nothing found in time: everything in the way closes, which is feasible wherever the relaxed plan is.
        return frozenset(i.program_id for i in task.intakes if i.closable), False
    closed = (i.program_id for k, i in enumerate(task.intakes) if i.closable and found.x[number + k] < 0.5)
    return frozenset(closed), found.status == 0
