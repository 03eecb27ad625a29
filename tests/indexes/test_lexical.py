"""The lexical lane: a pair's score depends on that pair alone, and words meet as a reader expects."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction import FeatureHasher

from indexes.lexical import BUCKETS, SLICE, grams, lexical_vectors

TEXTS = ["工业机器人系统操作员", "数控车工", "Industrial robots technician", "护理", "工业机器人技术"]


def similarity(left: str, right: str) -> float:
    vectors = lexical_vectors([left, right])
    return float((vectors[0] @ vectors[1].T).toarray()[0, 0])


def dense(vectors: Any) -> np.ndarray:
    return np.asarray(vectors.toarray())


def test_the_vector_of_a_text_does_not_depend_on_the_other_texts() -> None:
    together = dense(lexical_vectors(TEXTS))
    for row, text in zip(together, TEXTS, strict=True):
        np.testing.assert_array_equal(row, dense(lexical_vectors([text]))[0])
    np.testing.assert_array_equal(dense(lexical_vectors(TEXTS[::-1]))[::-1], together)


def test_more_texts_than_are_cut_at_a_time_have_the_vectors_they_have_alone() -> None:
    many = [f"焊工 type{i} 数控车工{i % 7}级" for i in range(SLICE + 3)]
    together = lexical_vectors(many)
    assert together.shape == (len(many), BUCKETS)
    for i in (0, SLICE - 1, SLICE, SLICE + 2):
        np.testing.assert_array_equal(dense(together[i]), dense(lexical_vectors([many[i]])))


@given(st.lists(st.text("数控车焊接工艺ab1+#-. ſK，the", max_size=20), min_size=1, max_size=5))
def test_grams_lie_in_the_buckets_where_a_well_known_hasher_puts_them(texts: list[str]) -> None:
    expected = FeatureHasher(BUCKETS, input_type="string", alternate_sign=False).transform(map(grams, texts))
    found = lexical_vectors(texts)
    np.testing.assert_array_equal(found.indices, expected.indices)
    np.testing.assert_array_equal(found.indptr, expected.indptr)


def test_a_gram_said_twice_weighs_more_but_not_twice_as_much() -> None:
    row = dense(lexical_vectors(["welding welding pipes"]))[0]
    once = dense(lexical_vectors(["welding pipes"]))[0]
    said, other = (int(np.flatnonzero(dense(lexical_vectors([word]))[0])[0]) for word in ("welding", "pipe"))
    assert row[said] / row[other] == pytest.approx((1 + np.log(2)) * once[said] / once[other])


def test_rows_have_length_one_and_no_similarity_exceeds_one() -> None:
    vectors = lexical_vectors(TEXTS)
    assert vectors.shape == (len(TEXTS), BUCKETS)
    assert vectors.dtype == np.float32
    similar = (vectors @ vectors.T).toarray()
    np.testing.assert_allclose(similar.diagonal(), 1, atol=1e-6)
    assert similar.min() >= 0
    assert similar.max() <= 1 + 1e-6


@pytest.mark.parametrize(
    ("one", "many"), [("nurse", "nurses"), ("Welder", "WELDERS"), ("registered nurse", "Registered nurses")]
)
def test_plural_and_singular_english_words_meet(one: str, many: str) -> None:
    assert similarity(one, many) == pytest.approx(1, abs=1e-6)


def test_words_that_only_look_plural_keep_their_s() -> None:
    assert grams("glass press gas") == ["glass", "press", "gas"]


def test_words_without_content_tie_nothing_together() -> None:
    assert similarity("the care of the sick", "the repair of the roof") == 0


def test_names_that_differ_in_their_sign_alone_stay_apart() -> None:
    assert similarity("C++", "C#") == similarity("C++", "C") == 0
    assert similarity("C#", "c#") == pytest.approx(1, abs=1e-6)


def test_chinese_is_cut_into_one_two_and_three_characters_and_latin_words_inside_it_stay_whole() -> None:
    assert grams("焊接CAD工") == ["焊", "接", "焊接", "cad", "工"]
    assert grams("数控车") == ["数", "控", "车", "数控", "控车", "数控车"]


def test_punctuation_does_not_join_two_terms() -> None:
    assert "理焊" not in grams("护理、焊接")


def test_a_rare_shared_term_weighs_more_than_a_common_one() -> None:
    assert similarity("焊接工艺", "焊接检验") > similarity("焊接技术", "护理技术")


@pytest.mark.parametrize("text", ["", "  \n", "，。；", "of the"])
def test_a_text_without_words_gives_zeros_and_no_nan(text: str) -> None:
    vectors = lexical_vectors([text, "护理", text])
    assert vectors.shape == (3, BUCKETS)
    assert np.isfinite(vectors.data).all()
    assert dense(vectors[0]).sum() == dense(vectors[2]).sum() == 0
    assert dense(vectors[1]).sum() > 0
