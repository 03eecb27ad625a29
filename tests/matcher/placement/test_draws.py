"""Draws: every chance belongs to a thing, so nothing that is beside the point changes it (docs/method.md, 6)."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from matcher.placement.draws import Before, Chances, Doubt, Draws, draw_placements, place_draws
from matcher.placement.kernel_draw import poisson_quantiles
from matcher.placement.keyed import all_uniforms, keys, paired, uniforms


def tables(programs: int = 12, demands: int = 6, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    own = pd.DataFrame(
        {
            "program_id": [f"P{i:02d}" for i in range(programs)],
            "supply": rng.integers(1000, 8000, programs),
            "text": [f"text {i}" for i in range(programs)],
            "level": np.where(rng.random(programs) < 0.5, "associate", "secondary"),
            "major_group": "装备制造大类",
        }
    )
    wanted = pd.DataFrame(
        {
            "demand_id": [f"D{j}" for j in range(demands)],
            "posts": rng.integers(1000, 12000, demands),
            "text": [f"occupation {j}" for j in range(demands)],
        }
    )
    pairs = [(p, d, round(float(rng.random()), 3)) for p in own["program_id"] for d in wanted["demand_id"]]
    matches = pd.DataFrame(pairs, columns=["program_id", "demand_id", "p"])
    return own, wanted, matches[rng.random(len(matches)) < 0.5]


def same(one: Draws, other: Draws) -> bool:
    return one.programs == other.programs and all(
        getattr(one, name).tobytes() == getattr(other, name).tobytes()
        for name in ("rate", "rate_high", "headroom", "supply", "indispensability")
    )


DOUBT = Doubt(draws=12, seed=5, logit_error=0.3)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_any_order_of_rows_and_number_of_workers_gives_the_same_bytes(workers: int) -> None:
    own, wanted, matches = tables()
    wanted["high"] = wanted["posts"] * 2
    expected = draw_placements(own, wanted, matches, DOUBT, asked={"P03", "P01"}, workers=1)
    assert set(np.flatnonzero(expected.indispensability.any(axis=0))) == {1, 3}
    shuffled = [t.sample(frac=1, random_state=workers) for t in (own, wanted, matches)]
    assert same(draw_placements(*shuffled, DOUBT, asked={"P01", "P03"}, workers=workers), expected)


def test_unrelated_rows_and_repeated_pairs_change_nothing() -> None:
    own, wanted, matches = tables()
    expected = draw_placements(own, wanted, matches, DOUBT)
    more_own = pd.concat([own, own.assign(program_id=own["program_id"] + "x")])
    more_wanted = pd.concat([wanted, wanted.assign(demand_id=wanted["demand_id"] + "x")])
    apart = matches.assign(program_id=matches["program_id"] + "x", demand_id=matches["demand_id"] + "x")
    found = draw_placements(more_own, more_wanted, pd.concat([matches, matches, apart]), DOUBT)
    columns = [found.programs.index(p) for p in expected.programs]
    for name in ("rate", "headroom", "supply"):
        assert np.array_equal(getattr(found, name)[:, columns], getattr(expected, name), equal_nan=True)


def regions(seed: int = 8) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Four markets that no link connects."""
    parts = [tables(programs=6, demands=5, seed=seed + k) for k in range(4)]
    own, wanted, matches = (
        pd.concat(
            [part[i].assign(**{c: f"{k}" + part[i][c] for c in ("program_id", "demand_id") if c in part[i]})
             for k, part in enumerate(parts)],
            ignore_index=True,
        )
        for i in range(3)
    )  # fmt: skip
    return own, wanted.assign(high=wanted["posts"] * 2), matches


@pytest.mark.parametrize("change", ["nothing", "supply", "posts", "high", "asked", "fewer asked", "p", "a program"])
def test_going_on_from_before_gives_the_bytes_of_drawing_anew(change: str) -> None:
    own, wanted, matches = regions()
    asked = ["0P01", "2P03", "3P00"]
    then = Chances.read(own, wanted, matches, DOUBT)
    before = Before(then, asked, place_draws(then, asked=asked))
    if change == "supply":
        own.loc[own["program_id"] == "1P02", "supply"] = 9_000
    elif change in ("posts", "high"):
        wanted.loc[wanted["demand_id"] == "2D1", change] *= 3
    elif change == "asked":
        asked = [*asked, "1P04"]
    elif change == "fewer asked":
        asked = asked[:1]
    elif change == "p":
        matches.loc[matches.index[4], "p"] = 1.0
    elif change == "a program":
        own = own.iloc[1:]
    now = Chances.read(own, wanted, matches, DOUBT)
    assert same(place_draws(now, asked=asked, before=before), place_draws(now, asked=asked))


def test_what_nothing_connects_with_a_change_is_not_drawn_again() -> None:
    own, wanted, matches = regions()
    then = Chances.read(own, wanted, matches, DOUBT)
    marked = place_draws(then)
    marked.rate[:] = -1.0
    wanted.loc[wanted["demand_id"] == "2D1", "posts"] *= 3
    found = place_draws(Chances.read(own, wanted, matches, DOUBT), before=Before(then, (), marked))
    again = (found.rate != -1.0).any(axis=0)
    assert {p[0] for p, drawn in zip(found.programs, again, strict=True) if drawn} == {"2"}


def lone(p: float, texts: tuple[str, str] = ("a", "b"), occupations: tuple[str, str] = ("x", "y")) -> np.ndarray:
    """Presence of two edges that share nothing but perhaps their texts, bool (draws, 2)."""
    own = pd.DataFrame({"program_id": ["P1", "P2"], "supply": 5000, "text": texts, "level": "", "major_group": ""})
    wanted = pd.DataFrame({"demand_id": ["D1", "D2"], "posts": 5000, "text": occupations})
    matches = pd.DataFrame({"program_id": ["P1", "P2"], "demand_id": ["D1", "D2"], "p": p})
    return draw_placements(own, wanted, matches, Doubt(draws=1500, seed=1)).rate > 0


@pytest.mark.parametrize("p", [0.05, 0.5, 0.93])
def test_an_edge_is_there_as_often_as_p_says(p: float) -> None:
    # Four standard errors of a share over 3000 draws.
    assert abs(lone(p).mean() - p) < 4 * np.sqrt(p * (1 - p) / 3000)


def test_certain_and_impossible_edges() -> None:
    assert lone(1.0).all()
    assert not lone(0.0).any()


def test_rows_of_one_text_share_their_edge_and_others_do_not() -> None:
    shared = lone(0.5, ("a", "a"), ("x", "x"))
    assert (shared[:, 0] == shared[:, 1]).all()
    for other in (lone(0.5, ("a", "b"), ("x", "x")), lone(0.5, ("a", "a"), ("x", "y"))):
        assert 0.45 < (other[:, 0] == other[:, 1]).mean() < 0.55


def test_programs_of_one_level_and_group_are_misjudged_together() -> None:
    own = pd.DataFrame(
        {"program_id": [f"P{i:03d}" for i in range(400)], "supply": 100, "text": [f"t{i}" for i in range(400)]}
    ).assign(level=["a"] * 200 + ["b"] * 200, major_group="g")
    wanted = pd.DataFrame({"demand_id": ["D"], "posts": [10**7], "text": ["o"]})
    matches = pd.DataFrame({"program_id": own["program_id"], "demand_id": "D", "p": 0.5})
    found = draw_placements(own, wanted, matches, Doubt(draws=40, logit_error=1.0))
    there = np.where(found.supply > 0, found.rate > 0, np.nan)
    first, second = np.nanmean(there[:, :200], axis=1), np.nanmean(there[:, 200:], axis=1)
    assert first.std() > 0.12, "without a shared offset the share of 200 edges would hardly move"
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.5


def test_supply_is_poisson_and_posts_keep_their_mean() -> None:
    own = pd.DataFrame({"program_id": ["P1"], "supply": [4000], "text": ["a"], "level": "", "major_group": ""})
    wanted = pd.DataFrame({"demand_id": ["D1"], "posts": [200], "text": ["x"], "openings_cv": [0.5]})
    matches = pd.DataFrame({"program_id": ["P1"], "demand_id": ["D1"], "p": [1.0]})
    found = draw_placements(own, wanted, matches, Doubt(draws=3000))
    persons = found.supply[:, 0] / 100
    assert persons.mean() == pytest.approx(40, abs=0.5)
    assert persons.var() == pytest.approx(40, abs=5)
    posts = (found.rate * found.supply)[:, 0]
    assert posts.mean() == pytest.approx(200, abs=8)
    assert posts.std() == pytest.approx(100, abs=12)


def test_an_estimated_share_widens_supply_and_contracts_are_taken_off() -> None:
    own = pd.DataFrame(
        {
            "program_id": ["known", "estimated", "served"],
            "supply": 4000,
            "kept": 0.5,
            "kept_sd": [0.0, 0.15, 0.0],
            "served": [0, 0, 1000],
            "text": "a",
            "level": "",
            "major_group": "",
        }
    )
    wanted = pd.DataFrame({"demand_id": ["D1"], "posts": [200], "text": ["x"]})
    matches = pd.DataFrame(columns=["program_id", "demand_id", "p"]).astype({"p": float})
    found = draw_placements(own, wanted, matches, Doubt(draws=3000))
    drawn = {p: found.supply[:, i] / 100 for i, p in enumerate(found.programs)}
    assert drawn["estimated"].mean() == pytest.approx(40, abs=1)
    assert drawn["estimated"].std() > 1.6 * drawn["known"].std()
    assert drawn["served"].mean() == pytest.approx(30, abs=0.6)


def test_poisson_quantiles_equal_scipys() -> None:
    rng = np.random.default_rng(0)
    mean = np.concatenate([rng.uniform(0.001, 5, 300), rng.uniform(5, 3000, 300), [0.0]])
    chance = rng.uniform(0.001, 0.999, len(mean))
    found = np.empty(len(mean), np.int64)
    poisson_quantiles(mean, chance, found)
    assert (found == np.where(mean > 0, poisson.ppf(chance, mean), 0)).all()


def test_probabilities_and_quantiles() -> None:
    rate = np.array([[0.5, np.nan], [0.7, np.nan], [0.9, np.nan], [1.0, np.nan]])
    supply = np.array([[1000, 0]] * 4)
    found = Draws(("A", "B"), rate, rate, np.array([[0, 0], [99, 0], [100, 0], [900, 0]]), supply, supply)
    assert found.below(0.7).tolist() == [0.25, 0.0]
    assert found.headroom_of(0.1).tolist() == [0.5, 0.0]
    low, high = found.rate_between(0.05, 0.75)
    assert (low[0], high[0]) == (0.5, 0.9)
    assert np.isnan(low[1])


def test_uniforms_belong_to_seed_draw_kind_and_id() -> None:
    of = keys(["P1", "P2"])
    base = uniforms(1, 0, "edge", of)
    every = np.stack([uniforms(1, draw, "edge", of) for draw in range(3)])
    assert (all_uniforms(1, 3, "edge", of) == every).all()
    assert (uniforms(1, 0, "edge", of[::-1]) == base[::-1]).all()
    for other in (uniforms(2, 0, "edge", of), uniforms(1, 1, "edge", of), uniforms(1, 0, "posts", of)):
        assert (other != base).all()
    assert paired(of, of[::-1])[0] != paired(of[::-1], of)[0]
    # Pinned: a change of generator changes every published probability.
    assert base.round(6).tolist() == [0.772995, 0.13541]
    many = uniforms(7, 3, "edge", keys(str(i) for i in range(20000)))
    assert abs(many.mean() - 0.5) < 0.01
    assert abs(np.corrcoef(many, uniforms(7, 4, "edge", keys(str(i) for i in range(20000))))[0, 1]) < 0.03


def test_posts_that_no_source_sees_lift_the_high_end_alone() -> None:
    own, wanted, matches = tables()
    seen = draw_placements(own, wanted, matches, DOUBT)
    assert np.array_equal(seen.rate, seen.rate_high, equal_nan=True)
    more = draw_placements(own, wanted.assign(high=wanted["posts"] * 2), matches, DOUBT)
    twice = draw_placements(own, wanted.assign(posts=wanted["posts"] * 2), matches, DOUBT)
    assert np.array_equal(more.rate, seen.rate, equal_nan=True)
    assert np.nanmax(abs(more.rate_high - twice.rate)) < 1e-3, "the same posts are drawn, up to a hundredth each"
    assert np.nanmean(more.rate_high) > np.nanmean(more.rate)


def test_draws_follow_the_programs_asked_for() -> None:
    found = draw_placements(*tables(), DOUBT)
    some = found.of(["P05", "unlisted", "P01"])
    assert some.programs == ("P05", "unlisted", "P01")
    for name in ("rate", "rate_high", "headroom", "supply", "indispensability"):
        values = getattr(some, name)
        assert np.array_equal(values[:, [0, 2]], getattr(found, name)[:, [5, 1]], equal_nan=True)
        assert values.dtype == getattr(found, name).dtype
    assert np.isnan(some.rate[:, 1]).all()
    assert not some.supply[:, 1].any()
