"""The check passes on every true certificate and fails on every figure or link changed by hand."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings

from matcher.placement.certificate import block_records, check_certificates
from matcher.placement.fair import place_fairly
from tests.matcher.placement.test_fair import Instance, instances

Files = dict[str, Any]


def files(market: Instance) -> Files:
    supply, posts, edges = market
    placement = place_fairly(*market)
    return {
        "records": block_records(placement, supply, posts),
        "edges": list(edges),
        "supply": {p: s / 100 for p, s in supply.items()},
        "posts": {d: n / 100 for d, n in posts.items()},
        "assignment": [(p, d, n / 100) for (p, d), n in placement.assignment.items()],
    }


@given(instances())
@settings(max_examples=300, deadline=None)
def test_true_certificates_hold(market: Instance) -> None:
    assert check_certificates(**files(market)) == []


# P3 reaches rare posts of its own and the crowded ones of P1 and P2.
MARKET: Instance = (
    {"P1": 10000, "P2": 5000, "P3": 4000},
    {"D1": 3000, "D2": 2000, "D3": 3500},
    [("P1", "D1"), ("P2", "D1"), ("P2", "D2"), ("P3", "D2"), ("P3", "D3")],
)


@pytest.mark.parametrize("figure", ["rate", "supply", "posts", "unplaced_here", "cannot_be_placed"])
def test_a_changed_figure_of_any_block_is_found(figure: str) -> None:
    for number in range(len(files(MARKET)["records"])):
        changed = files(MARKET)
        changed["records"][number][figure] += 0.01
        assert check_certificates(**changed)


@pytest.mark.parametrize(("rows", "figure"), [("programs", "supply"), ("demands", "posts")])
def test_a_changed_row_of_any_block_is_found(rows: str, figure: str) -> None:
    for number, record in enumerate(files(MARKET)["records"]):
        for row in range(len(record[rows])):
            changed = files(MARKET)
            changed["records"][number][rows][row][figure] += 0.01
            assert check_certificates(**changed)
            changed = files(MARKET)
            del changed["records"][number][rows][row]
            assert check_certificates(**changed)


@pytest.mark.parametrize("table", ["supply", "posts"])
def test_a_changed_input_is_found(table: str) -> None:
    for key in files(MARKET)[table]:
        changed = files(MARKET)
        changed[table][key] += 0.01
        assert check_certificates(**changed)


def test_a_changed_assignment_is_found() -> None:
    for number in range(len(files(MARKET)["assignment"])):
        changed = files(MARKET)
        program, demand, persons = changed["assignment"][number]
        changed["assignment"][number] = (program, demand, persons + 0.02)
        assert check_certificates(**changed)


def test_a_link_out_of_the_closed_set_and_a_used_link_removed_are_found() -> None:
    true = files(MARKET)
    added = copy.deepcopy(true)
    added["edges"].append(("P1", "D3"))
    assert any("the edge P1 - D3 leads out of its closed set" in fault.en for fault in check_certificates(**added))
    for program, demand, _ in true["assignment"]:
        removed = copy.deepcopy(true)
        removed["edges"].remove((program, demand))
        assert f"assignment {program} - {demand} has no edge" in [fault.en for fault in check_certificates(**removed)]
