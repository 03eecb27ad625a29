"""Scores of pairs: what does not depend on how many are scored at a time."""

import numpy as np

from indexes.lexical import lexical_vectors
from matcher.matching.score import FEW_ROWS, Clauses, Side, _shared, _wanted

OWN = [
    "数控加工；编制数控程序、检测零件",
    "老年人照护、康复训练",
    "",
    "工业机器人系统的装配与调试",
    "welding and inspection",
    "护理",
]
OTHER = ["数控机床操作工：操作数控机床加工零件", "养老护理员", "", "工业机器人系统操作员", "welder, cutter", "焊工"]


def test_shared_words_of_few_rows_are_those_of_many_to_the_last_bit() -> None:
    own, other = lexical_vectors(OWN), lexical_vectors(OTHER)
    assert len(OWN) > FEW_ROWS
    many = _shared(own, other)
    assert many.dtype == np.float32
    assert many[0, 0] > 0.1 > many[1, 0]
    np.testing.assert_array_equal(np.concatenate([_shared(own[[i]], other) for i in range(len(OWN))]), many)
    np.testing.assert_array_equal(_shared(own[:FEW_ROWS], other), many[:FEW_ROWS])


def test_a_demand_counts_by_its_best_skill_however_unevenly_skills_are_spread() -> None:
    """As many skills as demands, but two of one and none of another, and some asked for by several demands: each cosine
    still belongs to the demand that asks it.
    """
    rng = np.random.default_rng(0)
    for counts in ([2, 0, 1], [0, 0, 3], [1, 1, 1], [0, 0, 0], [3, 1, 0]):
        starts = np.concatenate([[0], np.cumsum(counts)])
        different = rng.normal(size=(2, 8)).astype(np.float32)
        places = rng.integers(2, size=starts[-1])
        skills = different[places]
        nothing = lexical_vectors([""] * 3)
        none = Clauses(np.zeros((0, 8), np.float32), np.zeros(0, np.int64), np.zeros(4, np.int64))
        demands = Side({}, {}, Clauses(different, places, starts), none, nothing, nothing, *[np.zeros(3)] * 5, [], [])
        left = rng.normal(size=(2, 8)).astype(np.float32)
        for columns in (np.array([0, 1, 2]), np.array([2, 0])):
            wanted = _wanted(demands, "skills", columns)
            own = [skills[starts[c] : starts[c + 1]] for c in columns]
            expected = np.stack([(left @ v.T).max(axis=1) if len(v) else np.zeros(2) for v in own], axis=1)
            np.testing.assert_allclose(wanted.cosines(left), expected, atol=1e-6)
            assert wanted.has.tolist() == [len(v) > 0 for v in own]
