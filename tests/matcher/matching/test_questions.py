"""Questions about single programs: the answers of `match_texts`, without reading the demands again."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from indexes import near_index
from indexes.encoder import Encoder, load_encoder
from indexes.vector_cache import RecentVectors
from matcher.matching.match import LANE, match_texts
from matcher.matching.questions import ReadyDemands, largest, ready_demands
from matcher.matching.records import MATCH_COLUMNS, Match
from tests.indexes.hashing_encoder import HashingEncoder
from tests.matcher.matching.test_match import DEMANDS, PROGRAMS

TOP = 8


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="module")
def asked(city_tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    return city_tables["programs"].iloc[::15].reset_index(drop=True)


@pytest.fixture(scope="module")
def ready(city_tables: Mapping[str, pd.DataFrame], encoder: Encoder) -> ReadyDemands:
    return ready_demands(city_tables["demands"], encoder)


def rows_of(table: pd.DataFrame) -> list[pd.Series]:
    return [row for _, row in table.iterrows()]


def frames(answers: list[list[Match]]) -> list[pd.DataFrame]:
    return [pd.DataFrame(answer, columns=Match._fields) for answer in answers]


def test_one_by_one_and_together_the_answers_are_those_of_the_whole_match(
    city_tables: Mapping[str, pd.DataFrame], asked: pd.DataFrame, ready: ReadyDemands, encoder: Encoder
) -> None:
    whole = match_texts(asked, city_tables["demands"], encoder, top=TOP).matches
    fresh = RecentVectors(encoder.encode, 10_000)
    together = frames(ready.best(rows_of(asked), [TOP] * len(asked), fresh))
    for row, one in zip(rows_of(asked), together, strict=True):
        expected = whole[whole["program_id"] == row["program_id"]].reset_index(drop=True)
        (alone,) = frames(ready.best([row], [TOP], RecentVectors(encoder.encode, 100)))
        for found in (one, alone):
            assert found["demand_id"].tolist() == expected["demand_id"].tolist()
            assert found["p"].tolist() == expected["p"].tolist()
            assert found["program_evidence"].tolist() == expected["program_evidence"].tolist()
            assert found["demand_evidence"].tolist() == expected["demand_evidence"].tolist()
            for column in ("program_share", "demand_share", "by_meaning", "by_words", "by_occupation"):
                np.testing.assert_allclose(found[column], expected[column].astype(float), atol=0.011)


def test_a_match_says_what_a_row_of_matches_says() -> None:
    assert list(Match._fields) == [column for column in MATCH_COLUMNS if column != "program_id"]


def test_each_gets_as_many_as_it_asked_for(asked: pd.DataFrame, ready: ReadyDemands, encoder: Encoder) -> None:
    rows, fresh = rows_of(asked)[:3], RecentVectors(encoder.encode, 1000)
    few, none, many = frames(ready.best(rows, [2, 0, 50], fresh))
    assert (len(few), len(none)) == (2, 0)
    assert len(many) > 2
    assert many["p"].is_monotonic_decreasing


def test_rows_of_one_text_are_all_answered_and_nothing_below_the_floor() -> None:
    twice = pd.concat([DEMANDS, DEMANDS.assign(demand_id=DEMANDS["demand_id"] + "b")], ignore_index=True)
    encoder = HashingEncoder()
    whole = match_texts(PROGRAMS, twice, encoder, floor=0.2).matches
    ready = ready_demands(twice, encoder)
    for row, found in zip(
        rows_of(PROGRAMS),
        frames(ready.best(rows_of(PROGRAMS), [100] * len(PROGRAMS), RecentVectors(encoder.encode, 100), floor=0.2)),
        strict=True,
    ):
        expected = whole[whole["program_id"] == row["program_id"]]
        assert found["demand_id"].tolist() == expected["demand_id"].tolist()
        assert (found["p"] >= 0.2).all()


@pytest.mark.parametrize("number", [1, 3, 7, 20])
def test_largest_are_those_that_a_stable_sort_puts_first(number: int) -> None:
    values = np.random.default_rng(number).integers(0, 4, 12).astype(np.float32)
    assert sorted(largest(values, number)) == sorted(np.argsort(-values, kind="stable")[:number])


def test_recent_vectors_ask_once_and_forget_the_oldest() -> None:
    asked: list[list[str]] = []

    def encode(texts: "list[str]") -> np.ndarray:
        asked.append(list(texts))
        return np.array([[len(text)] for text in texts], np.float32)

    recent = RecentVectors(encode, 2)  # type: ignore[arg-type]
    assert recent.encode(["a", "bb", "a"])["bb"] == 2
    recent.encode(["a"])
    recent.encode(["ccc"])
    recent.encode(["a", "bb"])
    assert asked == [["a", "bb"], ["ccc"], ["bb"]]


def test_many_demands_are_asked_through_the_compressed_index_and_little_is_missed(
    monkeypatch: pytest.MonkeyPatch, city_tables: Mapping[str, pd.DataFrame]
) -> None:
    """As with more rows than a scan is made for: the lane of meaning asks the compressed index, and it answers nearly alike."""
    posts = city_tables["demands"]
    rows = [
        posts.assign(demand_id=posts["demand_id"] + f"-{i}", description=posts["description"] + f"；第{i}条线")
        for i in range(8)
    ]
    many, encoder = pd.concat(rows, ignore_index=True), HashingEncoder()
    exact = ready_demands(many, encoder, recall=1.0)
    monkeypatch.setattr(near_index, "FLAT_ROWS", 500)
    near = ready_demands(many, encoder)
    assert exact.index.near is None
    assert near.index.near is not None
    assert near.index.near.top == LANE
    asked: list[int] = []
    candidates = near_index.candidates
    monkeypatch.setattr(near_index, "candidates", lambda *given: asked.append(1) or candidates(*given))
    programs = rows_of(city_tables["programs"].iloc[::30])
    tops, fresh = [10] * len(programs), RecentVectors(encoder.encode, 1000)
    found, expected = frames(near.best(programs, tops, fresh)), frames(exact.best(programs, tops, fresh))
    assert asked, "the compressed index was not asked"
    shared = [len({*a["demand_id"]} & {*b["demand_id"]}) / len(b) for a, b in zip(found, expected, strict=True)]
    assert np.mean(shared) > 0.95
