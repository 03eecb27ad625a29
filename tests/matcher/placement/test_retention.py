"""Peers' shares of those who stayed, and outcomes counted with them."""

from fractions import Fraction

import pandas as pd

from matcher.placement.retention import as_peers, peer_shares

PROGRAMS = pd.DataFrame(
    {
        "program_id": ["A1", "A2", "B1", "C1"],
        "institution": ["A", "A", "B", "C"],
        "level": "associate",
        "major_group": ["机械", "机械", "机械", "医药"],
    }
)


def outcomes(**stayed: int | None) -> pd.DataFrame:
    found = pd.DataFrame(
        {"program_id": list(stayed), "year": 2026, "employed": 100, "stayed_local": list(stayed.values())}
    )
    return found.astype({"stayed_local": "Int64"})


def test_an_institution_has_no_say_in_its_own_peers() -> None:
    table = outcomes(A1=10, A2=20, B1=80, C1=60)
    found = peer_shares(table, PROGRAMS, 2026, 3, 30)
    # Of A's two programs the peer is B alone; of B both of A; C has nobody in its group, so its level counts.
    assert found == {
        "A1": Fraction(4, 5), "A2": Fraction(4, 5), "B1": Fraction(3, 20), "C1": Fraction(110, 300)
    }  # fmt: skip
    lower = peer_shares(outcomes(A1=0, A2=0, B1=80, C1=60), PROGRAMS, 2026, 3, 30)
    assert (lower["A1"], lower["A2"]) == (found["A1"], found["A2"])


def test_too_few_others_are_no_peers() -> None:
    assert peer_shares(outcomes(A1=10, B1=80), PROGRAMS, 2026, 3, 201) == {}
    assert peer_shares(outcomes(A1=10, B1=80), PROGRAMS, 2025, 3, 1) == {}


def test_at_least_the_peers_share_stays_and_gaps_stay_gaps() -> None:
    table = outcomes(A1=10, A2=90, B1=None, C1=60)
    raised = as_peers(table, {"A1": Fraction(1, 3), "A2": Fraction(1, 3), "B1": Fraction(1, 3)})
    assert raised["stayed_local"].fillna(-1).tolist() == [34, 90, -1, 60]
    alone = as_peers(table, {"A1": Fraction(1, 3), "C1": Fraction(2, 3)}, of={"C1"})
    assert alone["stayed_local"].fillna(-1).tolist() == [10, 90, -1, 67]
