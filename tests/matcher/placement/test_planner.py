"""The planner against linear programs and brute force, and its proof against tampering (docs/method.md, section 8)."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import OptimizeResult, linprog

from matcher.placement.plan_closings import solve_with_closings
from matcher.placement.planner import Conflict, Intake, Measure, Solution, Task, solve

HALF = Fraction(1, 2)


@st.composite
def tasks(draw: st.DrawFn, programs: int = 5, closable: bool = False) -> Task:
    """Small markets: shared and separate posts, equal and different ratios, held programs, posts that do not suffice."""
    posts = {f"D{j}": Fraction(draw(st.integers(0, 30))) for j in range(draw(st.integers(1, 5)))}
    intakes, links = [], {}
    for k in range(draw(st.integers(1, programs))):
        present = draw(st.integers(0, 60))
        high = draw(st.sampled_from([present, max(0, present - 3)]))
        low = draw(st.sampled_from([0, present * 7 // 10, 10, present]))
        ratio = draw(st.sampled_from([HALF, Fraction(3, 5), Fraction(7, 11)]))
        shut = closable and draw(st.booleans())
        intakes.append(
            Intake(f"P{k}", Fraction(present), ratio, Fraction(min(low, high)), Fraction(high), closable=shut)
        )
        links[f"P{k}"] = tuple(draw(st.lists(st.sampled_from(sorted(posts)), min_size=1, unique=True)))
    target = Fraction(draw(st.sampled_from([5, 9, 10])), 10)
    measure: Measure = draw(st.sampled_from(["places", "graduates"]))
    return Task(target, tuple(intakes), links, posts, measure)


def linear_program(task: Task, second: Fraction | None = None) -> OptimizeResult:
    """The same plan as HiGHS sees it: columns are intakes, persons along links, and the largest relative cut.

    Without `second` the total is least; with it the largest cut is, at that total.
    """
    number = len(task.intakes)
    ways = [(k, d) for k, i in enumerate(task.intakes) for d in task.links[i.program_id]]
    width = number + len(ways) + 1
    costs = [float(task.cost(i)) for i in task.intakes]
    within, right, equal = [], [], []
    for k, intake in enumerate(task.intakes):
        row = [0.0] * width
        row[k] = -float(task.posts_a_place(intake))
        for w, (owner, _) in enumerate(ways):
            row[number + w] = float(owner == k)
        equal.append(row)
        cut = [0.0] * width
        cut[k], cut[-1] = -1.0, -float(intake.present)
        within.append(cut)
        right.append(-float(intake.present))
    for demand, room in task.posts.items():
        within.append([0.0] * number + [float(d == demand) for _, d in ways] + [0.0])
        right.append(float(room))
    goal = [*[-c for c in costs], *[0.0] * (len(ways) + 1)]
    if second is not None:
        kept = sum(task.cost(i) * i.present for i in task.intakes) - second
        within.append(goal)
        right.append(1e-7 - float(kept))
        goal = [0.0] * (width - 1) + [1.0]
    bounds = [*[(float(i.low), float(i.high)) for i in task.intakes], *[(0, None)] * len(ways), (0, 1)]
    return linprog(goal, within, right, equal, [0.0] * number, bounds, method="highs")


def feasible(task: Task, found: Solution) -> None:
    used: dict[str, Fraction] = {}
    sent: dict[str, Fraction] = {}
    for (program, demand), persons in found.assignment.items():
        assert persons > 0
        assert demand in task.links[program]
        used[demand] = used.get(demand, Fraction(0)) + persons
        sent[program] = sent.get(program, Fraction(0)) + persons
    assert all(number <= task.posts[demand] for demand, number in used.items())
    for intake in task.intakes:
        places = found.intake[intake.program_id]
        assert intake.low <= places <= intake.high
        assert sent.get(intake.program_id, Fraction(0)) == task.posts_a_place(intake) * places


def proved(task: Task, prices: dict[str, Fraction]) -> Fraction:
    """The bound that prices prove, added up here once more."""
    total = -sum((prices[d] * n for d, n in task.posts.items()), Fraction(0))
    for i in task.intakes:
        least = min(prices[d] for d in task.links[i.program_id])
        total += min(task.cost(i) * (i.present - u) + task.posts_a_place(i) * u * least for u in (i.low, i.high))
    return total


@given(tasks())
@settings(max_examples=150, deadline=None)
def test_plan_is_feasible_proved_and_no_smaller_than_that_of_a_linear_program(task: Task) -> None:
    found, other = solve(task), linear_program(task)
    if isinstance(found, Conflict):
        assert other.status == 2
        return
    assert other.status == 0
    feasible(task, found)
    total = sum(task.cost(i) * i.present for i in task.intakes)
    assert float(found.change) == pytest.approx(float(total) + other.fun, abs=1e-6)
    assert all(price >= 0 for price in found.prices.values())
    assert proved(task, dict(found.prices)) == found.change
    assert float(found.largest) == pytest.approx(linear_program(task, found.change).fun, abs=1e-4)


@given(tasks())
@settings(max_examples=100, deadline=None)
def test_an_impossible_target_is_a_closed_set_that_needs_more_than_it_reaches(task: Task) -> None:
    found = solve(task)
    if not isinstance(found, Conflict):
        return
    inside = set(found.posts)
    assert all(set(task.links[p]) <= inside for p in found.programs)
    needed = sum(task.posts_a_place(i) * i.low for i in task.intakes if i.program_id in found.programs)
    assert needed == found.needed > found.available == sum(task.posts[d] for d in inside)


@given(tasks(programs=4, closable=True))
@settings(max_examples=60, deadline=None)
def test_closings_are_as_good_as_trying_every_choice(task: Task) -> None:
    choice = solve_with_closings(task)
    shut = [i.program_id for i in task.intakes if i.closable]
    best: Fraction | None = None
    for pattern in product([False, True], repeat=len(shut)):
        closed = {p for p, gone in zip(shut, pattern, strict=True) if gone}
        intakes = tuple(
            Intake(i.program_id, i.present, i.ratio, Fraction(0), Fraction(0)) if i.program_id in closed else i
            for i in task.intakes
        )
        found = solve(Task(task.target, intakes, task.links, task.posts, task.measure))
        if isinstance(found, Solution) and (best is None or found.change < best):
            best = found.change
    if best is None:
        assert isinstance(choice.outcome, Conflict)
        return
    assert isinstance(choice.outcome, Solution)
    assert isinstance(choice.bound, Solution)
    assert choice.outcome.change == best >= choice.bound.change
    feasible(choice.task, choice.outcome)


def two_schools(ratio: Fraction = HALF, measure: Measure = "places") -> Task:
    intakes = (
        Intake("A", Fraction(60), HALF, Fraction(0), Fraction(60)),
        Intake("B", Fraction(30), ratio, Fraction(0), Fraction(30)),
    )
    return Task(Fraction(1), intakes, {"A": ("D",), "B": ("D",)}, {"D": Fraction(15)}, measure)


def test_equal_schools_are_cut_by_equal_shares() -> None:
    found = solve(two_schools())
    assert isinstance(found, Solution)
    assert found.intake == {"A": 20, "B": 10}
    assert (found.change, found.largest, found.prices["D"]) == (60, Fraction(2, 3), 2)


def test_counting_places_closes_the_school_whose_places_cost_more_posts_and_counting_graduates_shares() -> None:
    places = solve(two_schools(Fraction(3, 5)))
    shared = solve(two_schools(Fraction(3, 5), "graduates"))
    assert isinstance(places, Solution)
    assert isinstance(shared, Solution)
    assert places.intake == {"A": 30, "B": 0}
    # 30 + 18 graduates for 15 posts: both keep 15/48.
    assert shared.intake == {"A": Fraction(75, 4), "B": Fraction(75, 8)}


def test_the_order_of_rows_changes_nothing() -> None:
    task = two_schools(measure="graduates")
    turned = Task(task.target, task.intakes[::-1], task.links, task.posts, task.measure)
    assert solve(task) == solve(turned)
