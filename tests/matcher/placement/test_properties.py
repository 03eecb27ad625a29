"""What a doubter would try on any market: the checks of docs/method.md, section 10."""

import random

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.placement.certificate import block_records, check_certificates
from matcher.placement.edges import classify_matches
from matcher.placement.fair import FairPlacement, place_fairly
from tests.matcher.placement.test_certificate import files
from tests.matcher.placement.test_fair import Instance, instances


def renamed(placement: FairPlacement) -> object:
    """Everything a placement says, in an order that does not depend on anything."""
    return (sorted(placement.rates.items()), placement.blocks, sorted(placement.assignment.items()))


@given(instances())
@settings(max_examples=150, deadline=None)
def test_posts_used_never_exceed_posts_and_the_assignment_attains_every_rate(market: Instance) -> None:
    supply, posts, edges = market
    placement = place_fairly(*market)
    got, used = dict.fromkeys(supply, 0), dict.fromkeys(posts, 0)
    for (program, demand), persons in placement.assignment.items():
        assert persons > 0
        assert (program, demand) in edges
        got[program] += persons
        used[demand] += persons
    assert all(used[d] <= posts[d] for d in posts)
    assert all(abs(got[p] - rate * supply[p]) < 1 for p, rate in placement.rates.items())


@given(instances())
@settings(max_examples=150, deadline=None)
def test_certificates_hold_from_the_exported_figures_alone(market: Instance) -> None:
    assert check_certificates(**files(market)) == []


@given(instances(), st.data())
@settings(max_examples=100, deadline=None)
def test_a_wrong_certificate_is_caught(market: Instance, data: st.DataObject) -> None:
    changed = files(market)
    if not changed["records"]:
        return
    record = data.draw(st.sampled_from(changed["records"]))
    figure = data.draw(st.sampled_from(["rate", "supply", "posts", "unplaced_here", "cannot_be_placed"]))
    record[figure] = round(record[figure] + data.draw(st.sampled_from([-0.01, 0.01, 5.0])), 4)
    assert check_certificates(**changed)


@given(instances(), st.data())
@settings(max_examples=100, deadline=None)
def test_a_moved_openings_figure_is_caught(market: Instance, data: st.DataObject) -> None:
    """Posts moved from one row to another leave every total as it was."""
    changed = files(market)
    listed = sorted(d["demand_id"] for record in changed["records"] for d in record["demands"])
    if not listed:
        return
    demand = data.draw(st.sampled_from(listed))
    other = data.draw(st.sampled_from(sorted(changed["posts"])))
    changed["posts"][demand] += 1
    if other != demand:
        changed["posts"][other] -= 1
    assert check_certificates(**changed)


@given(instances(), st.data())
@settings(max_examples=100, deadline=None)
def test_a_swapped_block_is_caught(market: Instance, data: st.DataObject) -> None:
    """Two blocks that exchange their posts, or their closed sets."""
    changed = files(market)
    records = changed["records"]
    if len(records) < 2:
        return
    one, other = data.draw(st.permutations(records))[:2]
    name = data.draw(st.sampled_from(["demands", "programs", "worse_blocks"]))
    if one[name] == other[name]:
        return
    one[name], other[name] = other[name], one[name]
    assert check_certificates(**changed)


@given(instances(), st.data())
@settings(max_examples=120, deadline=None)
def test_more_posts_never_lower_a_rate_and_more_supply_never_raises_its_own(
    market: Instance, data: st.DataObject
) -> None:
    supply, posts, edges = market
    before = place_fairly(*market).rates
    more = data.draw(st.integers(1, 2000))
    demand = data.draw(st.sampled_from(sorted(posts)))
    after = place_fairly(supply, {**posts, demand: posts[demand] + more}, edges).rates
    assert all(after[p] >= before[p] for p in before)
    if before:
        program = data.draw(st.sampled_from(sorted(before)))
        assert place_fairly({**supply, program: supply[program] + more}, posts, edges).rates[program] <= before[program]


@given(instances(), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_order_and_repetition_of_rows_change_nothing(market: Instance, chance: random.Random) -> None:
    supply, posts, edges = market
    shuffled = [*edges, *edges[:2]]
    chance.shuffle(shuffled)
    turned = place_fairly(dict(reversed(supply.items())), dict(reversed(posts.items())), shuffled)
    assert renamed(turned) == renamed(place_fairly(*market))


def parts(market: Instance) -> list[Instance]:
    """The connected components of a market, found by merging sets."""
    supply, posts, edges = market
    groups: list[set[str]] = [{name} for name in (*supply, *posts)]
    for pair in edges:
        joined = [g for g in groups if g & set(pair)]
        groups = [g for g in groups if not g & set(pair)] + [set().union(*joined)]
    return [
        (
            {p: s for p, s in supply.items() if p in group},
            {d: n for d, n in posts.items() if d in group},
            [pair for pair in edges if pair[0] in group],
        )
        for group in groups
    ]


@given(instances())
@settings(max_examples=80, deadline=None)
def test_each_component_alone_gives_what_the_whole_gives(market: Instance) -> None:
    whole = place_fairly(*market)
    alone = [place_fairly(*part) for part in parts(market)]
    assert {p: r for found in alone for p, r in found.rates.items()} == whole.rates
    assert sorted((b for found in alone for b in found.blocks), key=lambda b: (b.rate, b.id)) == [*whole.blocks]
    assert {pair: n for found in alone for pair, n in found.assignment.items()} == whole.assignment


@given(instances(), st.data())
@settings(max_examples=40, deadline=None)
def test_renaming_a_region_or_splitting_it_into_parts_that_reach_each_other_changes_nothing(
    market: Instance, data: st.DataObject
) -> None:
    supply, posts, edges = market

    def placed(region_of: dict[str, str], flows: set[tuple[str, str]]) -> object:
        programs = pd.DataFrame({"program_id": list(supply), "level": "", "region": [region_of[p] for p in supply]})
        demands = pd.DataFrame({"demand_id": list(posts), "levels": "", "region": [region_of[d] for d in posts]})
        matches = pd.DataFrame(edges, columns=["program_id", "demand_id"]).assign(p=0.8)
        found = classify_matches(matches, programs, demands, 0.5, flows)
        linked = found[found["edge"]]
        return renamed(place_fairly(supply, posts, list(zip(linked["program_id"], linked["demand_id"], strict=True))))

    names = [*supply, *posts]
    whole = placed(dict.fromkeys(names, "甲"), set())
    assert placed(dict.fromkeys(names, "乙"), set()) == whole
    thirds = {name: data.draw(st.sampled_from("东西中")) for name in names}
    assert placed(thirds, {(a, b) for a in "东西中" for b in "东西中"}) == whole


@given(instances())
@settings(max_examples=60, deadline=None)
def test_records_of_every_component_are_those_of_the_whole(market: Instance) -> None:
    supply, posts, _ = market
    whole = block_records(place_fairly(*market), supply, posts)
    alone = [r for part in parts(market) for r in block_records(place_fairly(*part), part[0], part[1])]
    assert sorted(alone, key=lambda r: str(r["block"])) == sorted(whole, key=lambda r: str(r["block"]))
