"""Scores of pairs: what does not depend on how many are scored at a time."""

import numpy as np

from indexes.lexical import lexical_vectors
from matcher.matching.score import FEW_ROWS, _shared

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
