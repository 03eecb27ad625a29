"""The shipped calibration says what it rests on, is finite and sensible; one carried over says that it is none."""

import re

import numpy as np
import pytest

from corpora.starter import catalogue, occupations
from indexes.encoder import load_encoder
from matcher.matching.calibration import (
    COSINES,
    DIVISIONS,
    LEVELS,
    SCORES,
    TONGUES,
    TRAITS,
    Calibration,
    background,
    carried_over,
    centred,
    occupation_priors,
    probability,
    shipped,
)
from tests.indexes.hashing_encoder import HashingEncoder

# Scores of a pair of which nobody would say anything: little in common.
FAR = dict.fromkeys(COSINES, -0.05) | {"log_lexical": -3.5, "log_title": -4.0, "log_name_title": -4.6}
NEAR = dict.fromkeys(COSINES, 0.6) | {"log_lexical": -1.2, "log_title": -1.2, "log_name_title": -1.0}


def scores_of(**given: np.ndarray | float) -> np.ndarray:
    """Scores in the order of SCORES; those not given are 0."""
    length = max(np.size(value) for value in given.values())
    return np.stack([np.broadcast_to(given.get(name, 0.0), (length,)) for name in SCORES], axis=-1)


def p_of(scores: np.ndarray, trait: str = "", tongue: str = "zh", calibration: Calibration | None = None) -> np.ndarray:
    traits = np.full(scores.shape[:-1], TRAITS.index(trait))
    return probability((calibration or shipped()).regressions[tongue].logit(scores, traits))


def reference_names() -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    encoder = HashingEncoder("mine")
    programs, posts = catalogue().head(50), occupations().head(60)
    return (
        encoder.encode(programs["name"].tolist()),
        encoder.encode(posts["occupation"].tolist()),
        (encoder.encode(programs["name_en"].tolist()), encoder.encode(posts["occupation_en"].tolist())),
    )


def test_it_says_what_it_was_fitted_on_and_how_well_it_did() -> None:
    description = shipped().description
    assert {"positive", "population", "cross_validated_by_class"} <= set(description)
    assert "graded 0 to 3" in description["population"]
    for tongue in TONGUES:
        checked = description["cross_validated_by_class"][tongue]
        assert checked["pairs"] > 1000
        assert 0 < checked["share_positive"] < 1
        assert 0.5 < checked["auc"] <= 1
    for tongue in ("zh", "en"):
        checked = description["cross_validated_by_class"][tongue]
        assert 0 <= checked["ece"] - checked["ece_floor"] < 0.05


@pytest.mark.parametrize("tongue", TONGUES)
def test_weights_and_centres_are_finite_and_whole(tongue: str) -> None:
    base = shipped()
    regression = base.regressions[tongue]
    assert regression.weights.shape == regression.typical.shape == (len(SCORES),)
    assert regression.traits.shape == (len(TRAITS),) == (1 + len(LEVELS) * len(DIVISIONS),)
    assert regression.traits[0] == 0, "an unknown level or occupation adds nothing"
    assert np.isfinite([*regression.weights, *regression.traits, *regression.typical, regression.intercept]).all()
    assert {side for side, _ in base.centres} == {"program", "demand"}
    assert all(centre.shape == (384,) and np.isfinite(centre).all() for centre in base.centres.values())
    assert base.background[1] > 0


def test_it_was_fitted_for_the_default_encoder() -> None:
    try:
        encoder = load_encoder()
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    assert encoder.fingerprint.split("-")[0] == shipped().encoder
    assert shipped().calibrated


@pytest.mark.parametrize("tongue", TONGUES)
def test_texts_that_are_nearer_in_every_way_match_better(tongue: str) -> None:
    steps = np.linspace(0, 1, 21)
    path = scores_of(**{name: FAR[name] + (NEAR[name] - FAR[name]) * steps for name in FAR})
    p = p_of(path, tongue=tongue)
    assert (np.diff(p) >= 0).all()
    assert p[0] < 0.05
    assert p[-1] > (0.5 if tongue != "cross" else 0.3)


def test_p_is_a_probability_of_three_decimals_in_the_shape_of_the_pairs() -> None:
    scores = np.random.default_rng(0).normal(size=(5, 7, len(SCORES)))
    p = p_of(scores)
    assert p.shape == (5, 7)
    assert ((p >= 0) & (p <= 1)).all()
    np.testing.assert_array_equal(p, np.round(p, 3))


@pytest.mark.parametrize("tongue", TONGUES)
def test_the_parts_add_up_to_the_logit(tongue: str) -> None:
    rng = np.random.default_rng(1)
    scores, traits = rng.normal(size=(6, 4, len(SCORES))), rng.integers(0, len(TRAITS), (6, 4))
    regression = shipped().regressions[tongue]
    summed = regression.start + regression.parts(scores, traits).sum(axis=-1)
    np.testing.assert_allclose(summed, regression.logit(scores, traits), atol=1e-9)
    explained = shipped().explained(scores, traits, np.full((6, 4), TONGUES.index(tongue)))
    np.testing.assert_allclose(explained[..., 0], regression.logit(scores, traits), atol=1e-9)


def test_engineering_posts_ask_for_more_than_a_secondary_program() -> None:
    half = scores_of(**{name: (FAR[name] + NEAR[name]) / 2 for name in FAR})
    p = {level: float(p_of(half, f"{level} 2-02")[0]) for level in LEVELS}
    assert p["secondary"] < p["associate"] <= p["bachelor"]


def test_priors_are_counts_of_shipped_occupations() -> None:
    known = set(occupations()["occupation_code"])
    chinese = {key for key in occupation_priors() if re.fullmatch(r"\d-\d{2}-\d{2}-\d{2}", key)}
    english = {key for key in occupation_priors() if re.fullmatch(r"\d{2}-\d{4}", key)}
    assert len(chinese) > 300
    assert chinese <= known
    assert len(english) > 300
    assert all(key == key.casefold() for key in set(occupation_priors()) - chinese - english), "official English titles"
    assert all(count > 0 for count in occupation_priors().values())


def test_one_carried_over_is_marked_and_names_its_origin() -> None:
    found = carried_over("mine", *reference_names())
    assert not found.calibrated
    assert found.encoder == "mine"
    assert found.skill_near is None
    assert found.description == {"carried_over_from": shipped().encoder}


@pytest.mark.parametrize("distance", [-1.0, 0.0, 3.0])
def test_one_carried_over_gives_unrelated_texts_the_p_they_have_with_the_default_encoder(distance: float) -> None:
    random = np.random.default_rng(0)
    # A crowded encoder: all its vectors point almost the same way, as many models' do.
    programs = (random.normal(size=(80, 32)) + 5).astype(np.float32)
    demands = (random.normal(size=(90, 32)) + 5).astype(np.float32)
    found, base = carried_over("mine", programs, demands, (programs, demands)), shipped()
    mean, sd = background(programs, demands, programs.mean(axis=0), demands.mean(axis=0))
    own, theirs = mean + distance * sd, base.background[0] + distance * base.background[1]
    mine = scores_of(**dict.fromkeys(COSINES, own), log_lexical=-2.0, log_title=-3.0, title_contained=1.0)
    default = scores_of(**dict.fromkeys(COSINES, theirs), log_lexical=-2.0, log_title=-3.0, title_contained=1.0)
    np.testing.assert_allclose(p_of(mine, calibration=found), p_of(default), atol=1.5e-3)


def test_carrying_over_leaves_the_shipped_calibration_as_it_was() -> None:
    before = shipped().regressions["zh"].weights.copy()
    carried_over("mine", *reference_names())
    np.testing.assert_array_equal(shipped().regressions["zh"].weights, before)


def test_a_vector_at_the_centre_becomes_zeros_and_others_have_length_one() -> None:
    vectors = np.array([[1, 1], [2, 1], [1, -4]], np.float32)
    np.testing.assert_array_equal(centred(vectors, vectors[0]), np.array([[0, 0], [1, 0], [0, -1]], np.float32))
