"""Fair placement against a linear program, and the properties a doubter would try (docs/method.md, 2 and 10)."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from matcher.placement.fair import FairPlacement, place_fairly

Instance = tuple[dict[str, int], dict[str, int], list[tuple[str, str]]]


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Small markets with empty programs, empty posts, isolated programs and several components."""
    supply = {f"P{i}": draw(st.integers(0, 1500)) for i in range(draw(st.integers(1, 6)))}
    posts = {f"D{j}": draw(st.integers(0, 1500)) for j in range(draw(st.integers(1, 6)))}
    pairs = [(p, d) for p in supply for d in posts]
    return supply, posts, draw(st.lists(st.sampled_from(pairs), unique=True, max_size=14))


def random_instance(rng: np.random.Generator) -> Instance:
    supply = {f"P{i}": int(rng.choice([0, rng.integers(1, 9000)], p=[0.1, 0.9])) for i in range(rng.integers(1, 8))}
    posts = {f"D{j}": int(rng.choice([0, rng.integers(1, 9000)], p=[0.15, 0.85])) for j in range(rng.integers(1, 8))}
    density = rng.uniform(0.1, 0.6)
    return supply, posts, [(p, d) for p in supply for d in posts if rng.random() < density]


def lexicographic_rates(
    supply: dict[str, int], posts: dict[str, int], edges: list[tuple[str, str]]
) -> dict[str, float]:
    """Raises all free rates together; a program is fixed when no solution gives it more (HiGHS).

    Columns: persons along every edge, then the common rate of the programs that are not fixed yet.
    """
    programs = [p for p in supply if supply[p] > 0]
    ways = [(p, d) for p, d in edges if supply[p] > 0]
    sent = {p: np.array([float(q == p) for q, _ in ways] + [0.0]) for p in programs}
    used = [np.array([float(e == d) for _, e in ways] + [0.0]) for d in posts]
    common = np.array([0.0] * len(ways) + [1.0])
    fixed: dict[str, float] = {}
    while len(fixed) < len(programs):
        free = [p for p in programs if p not in fixed]
        # Rates fixed by earlier rounds carry rounding errors: a hair of room keeps the program feasible.
        rows = [*used, *(supply[p] * common - sent[p] for p in free), *(-sent[p] for p in fixed)]
        right = [*posts.values(), *(0.0 for _ in free), *(1e-7 - fixed[p] * supply[p] for p in fixed)]
        level = -maximise(common, rows, right, (0.0, 1.0))
        held = max(0.0, level - 1e-9)
        best = {p: -maximise(sent[p], rows, right, (held, held)) / supply[p] for p in free}
        stuck = [p for p in free if best[p] <= level + 1e-6 or level >= 1 - 1e-9]
        assert stuck, "no program is blocked at the common rate"
        fixed.update(dict.fromkeys(stuck, level))
    return fixed


def maximise(goal: np.ndarray, rows: list[np.ndarray], right: list[float], common: tuple[float, float]) -> float:
    """The negated maximum of goal @ x under rows @ x <= right, x >= 0, with the last column within `common`."""
    limits = [(0.0, None)] * (len(goal) - 1) + [common]
    answer = linprog(-goal, A_ub=np.vstack(rows), b_ub=right, bounds=limits, method="highs")
    assert answer.success, answer.message
    return float(answer.fun)


def check_rates(seed: int) -> None:
    market = random_instance(np.random.default_rng(seed))
    expected = lexicographic_rates(*market)
    rates = place_fairly(*market).rates
    assert rates.keys() == expected.keys()
    for program, rate in expected.items():
        assert float(rates[program]) == pytest.approx(rate, abs=1e-6)


@pytest.mark.parametrize("seed", range(120))
def test_rates_equal_the_linear_program(seed: int) -> None:
    check_rates(seed)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(500))
def test_rates_equal_the_linear_program_on_many_markets(seed: int) -> None:
    check_rates(seed)


def check_certificates(placement: FairPlacement, market: Instance) -> None:
    """Set membership and sums only: what a clerk can do."""
    supply, posts, edges = market
    by_id = {b.id: b for b in placement.blocks}
    for block in placement.blocks:
        closed = [block, *(by_id[b] for b in block.worse_blocks)]
        programs = {p for b in closed for p in b.programs}
        demands = {d for b in closed for d in b.demands}
        assert all(d in demands for p, d in edges if p in programs)
        assert sum(supply[p] for p in programs) == block.closed_supply
        assert sum(posts[d] for d in demands) == block.closed_posts
        assert block.rate == min(Fraction(1), Fraction(block.posts, block.supply))
        assert all(by_id[b].rate < block.rate for b in block.worse_blocks)


@given(instances())
@settings(max_examples=200, deadline=None)
def test_certificates_add_up(market: Instance) -> None:
    check_certificates(place_fairly(*market), market)


def test_two_colleges_and_a_shared_post() -> None:
    """P1 has only D1; P2 may also use D2: 100 and 50 persons for 60 and 30 posts."""
    placement = place_fairly(
        {"P1": 10000, "P2": 5000}, {"D1": 6000, "D2": 3000}, [("P1", "D1"), ("P2", "D1"), ("P2", "D2")]
    )
    assert placement.rates == {"P1": Fraction(3, 5), "P2": Fraction(3, 5)}
    assert [b.programs for b in placement.blocks] == [("P1", "P2")] or len(placement.blocks) == 2
    assert sum(b.unplaced_here for b in placement.blocks) == 6000


def test_an_edge_to_an_unlisted_demand_is_refused() -> None:
    with pytest.raises(ValueError, match="edge P1 - D9"):
        place_fairly({"P1": 1}, {"D1": 1}, [("P1", "D9")])
