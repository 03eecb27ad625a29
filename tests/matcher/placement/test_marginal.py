"""Headroom and indispensability against their definitions, by solving the changed market anew."""

from hypothesis import given, settings
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

from matcher.placement.marginal import Marginal, marginals
from tests.matcher.placement.test_fair import Instance, instances


def placed(supply: dict[str, int], posts: dict[str, int], edges: list[tuple[str, str]]) -> int:
    """Maximum placement by scipy's solver."""
    names = ["s", *supply, *posts, "t"]
    at = {n: i for i, n in enumerate(names)}
    arcs = [("s", p, s) for p, s in supply.items()] + [(d, "t", n) for d, n in posts.items()]
    arcs += [(p, d, 10**6) for p, d in edges]
    rows, columns, capacity = [at[a] for a, _, _ in arcs], [at[b] for _, b, _ in arcs], [c for _, _, c in arcs]
    matrix = csr_matrix((capacity, (rows, columns)), shape=(len(names), len(names)), dtype="int32")
    return int(maximum_flow(matrix, 0, len(names) - 1).flow_value)


@given(instances())
@settings(max_examples=150, deadline=None)
def test_equal_their_definitions(market: Instance) -> None:
    supply, posts, edges = market
    now = placed(*market)
    for program, marginal in marginals(*market).items():
        assert marginal.headroom == placed({**supply, program: 10**6}, posts, edges) - now
        without = {p: s for p, s in supply.items() if p != program}
        assert marginal.indispensability == now - placed(without, posts, [e for e in edges if e[0] != program])


def test_a_lone_program_is_indispensable_and_a_shared_one_is_not() -> None:
    supply, posts = {"alone": 1000, "one": 3000, "two": 3000}, {"rare": 800, "common": 3000}
    found = marginals(supply, posts, [("alone", "rare"), ("one", "common"), ("two", "common")])
    assert found["alone"] == Marginal(headroom=0, indispensability=800)
    assert found["one"] == found["two"] == Marginal(headroom=0, indispensability=0)
