"""The shipped calibration says what it rests on, is finite and monotone; one carried over says that it is none."""

import numpy as np
import pytest

from corpora.starter import catalogue, occupations
from indexes.encoder import load_encoder
from matcher.matching.calibration import SCORES, background, carried_over, centred, shipped
from tests.indexes.hashing_encoder import HashingEncoder

GRID = [(words, title, words_title) for words in (-4.6, -2, 0) for title in (-0.3, 0, 0.5) for words_title in (-4.6, 0)]


def scores_of(**given: np.ndarray | float) -> np.ndarray:
    """Scores in the order of SCORES; those not given are 0."""
    length = max(np.size(value) for value in given.values())
    return np.stack([np.broadcast_to(given.get(name, 0.0), (length,)) for name in SCORES], axis=-1)


def along_facet_mean(words: float, title: float, title_words: float) -> np.ndarray:
    """Scores of pairs that differ in facet_mean alone, from -1 to 1."""
    return scores_of(facet_mean=np.linspace(-1, 1, 201), log_lexical=words, title_mean=title, log_title=title_words)


def reference_names() -> tuple[np.ndarray, np.ndarray]:
    encoder = HashingEncoder("mine")
    return encoder.encode(catalogue()["name"].tolist()[:50]), encoder.encode(occupations()["occupation"].tolist()[:60])


def test_it_says_what_it_was_fitted_on_and_how_well_it_did() -> None:
    description = shipped().description
    assert {"language", "positive", "population", "cross_validated_by_class"} <= set(description)
    assert "graded by" in description["population"]
    checked = description["cross_validated_by_class"]
    assert checked["pairs"] > 1000
    assert 0 < checked["share_positive"] < 1
    assert 0 <= checked["ece_15"] < 0.1
    assert 0.5 < checked["auc"] <= 1


def test_weights_centres_and_background_are_finite() -> None:
    base = shipped()
    assert base.weights.shape == (len(SCORES),)
    assert base.program_centre.shape == base.demand_centre.shape == (384,)
    for numbers in (base.weights, base.intercept, base.program_centre, base.demand_centre, base.background):
        assert np.isfinite(numbers).all()
    assert base.background[1] > 0


def test_it_was_fitted_for_the_default_encoder() -> None:
    try:
        encoder = load_encoder()
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    assert encoder.fingerprint.split("-")[0] == shipped().encoder
    assert shipped().calibrated


@pytest.mark.parametrize(("words", "title", "title_words"), GRID)
def test_p_never_falls_as_the_mean_cosine_of_the_facets_rises(words: float, title: float, title_words: float) -> None:
    p = shipped().probability(along_facet_mean(words, title, title_words))
    assert (np.diff(p) >= 0).all()
    assert p[0] < p[-1]


def test_p_never_falls_as_more_words_are_shared() -> None:
    words = np.linspace(np.log(0.01), np.log(1.01), 50)
    p = shipped().probability(scores_of(facet_mean=0.2, log_lexical=words, title_mean=0.2, log_title=words))
    assert (np.diff(p) >= 0).all()
    assert p[0] < p[-1]


def test_p_is_a_probability_of_three_decimals_in_the_shape_of_the_pairs() -> None:
    scores = np.random.default_rng(0).normal(size=(5, 7, len(SCORES)))
    p = shipped().probability(scores)
    assert p.shape == (5, 7)
    assert ((p >= 0) & (p <= 1)).all()
    np.testing.assert_array_equal(p, np.round(p, 3))


def test_one_carried_over_is_marked_and_names_its_origin() -> None:
    found = carried_over("mine", *reference_names())
    assert not found.calibrated
    assert found.encoder == "mine"
    assert found.description == {"carried_over_from": shipped().encoder}


@pytest.mark.parametrize("distance", [-1.0, 0.0, 3.0])
def test_one_carried_over_gives_unrelated_texts_the_p_they_have_with_the_default_encoder(distance: float) -> None:
    random = np.random.default_rng(0)
    # A crowded encoder: all its vectors point almost the same way, as many models' do.
    programs = (random.normal(size=(80, 32)) + 5).astype(np.float32)
    demands = (random.normal(size=(90, 32)) + 5).astype(np.float32)
    found, base = carried_over("mine", programs, demands), shipped()
    mean, sd = background(programs, demands, programs.mean(axis=0), demands.mean(axis=0))
    own, theirs = mean + distance * sd, base.background[0] + distance * base.background[1]
    mine = scores_of(facet_mean=own, log_lexical=-2.0, title_mean=own, log_title=-3.0, title_contained=1.0)
    default = scores_of(facet_mean=theirs, log_lexical=-2.0, title_mean=theirs, log_title=-3.0, title_contained=1.0)
    np.testing.assert_allclose(found.probability(mine), base.probability(default), atol=1e-3)


def test_carrying_over_leaves_the_shipped_calibration_as_it_was() -> None:
    weights, intercept = shipped().weights.copy(), shipped().intercept
    carried_over("mine", *reference_names())
    np.testing.assert_array_equal(shipped().weights, weights)
    assert shipped().intercept == intercept


def test_a_vector_at_the_centre_becomes_zeros_and_others_have_length_one() -> None:
    vectors = np.array([[1, 1], [2, 1], [1, -4]], np.float32)
    np.testing.assert_array_equal(centred(vectors, vectors[0]), np.array([[0, 0], [1, 0], [0, -1]], np.float32))


def test_a_text_that_names_the_occupation_matches_it_better() -> None:
    assert (
        np.diff(
            shipped().probability(scores_of(facet_mean=0.2, log_lexical=-2.0, title_contained=np.array([0.0, 1.0])))
        )[0]
        > 0
    )


def test_professional_posts_ask_for_more_than_a_secondary_program() -> None:
    p = {
        level: float(
            shipped().probability(scores_of(facet_mean=0.3, log_lexical=-2.0, **{f"{level}_professional": 1.0}))[0]
        )
        for level in ("secondary", "associate", "bachelor")
    }
    assert p["secondary"] < p["associate"] <= p["bachelor"]
