"""No parameter without a reader: a number that nothing reads would look like a rule that is applied.

A pack that writes down what it is asked for goes through the cases of its rules, an assessment of texts and the targets.
"""

from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache

import pytest

from matcher import assess
from matcher.policy.pack import PolicyPack, Values, load_pack, shipped_packs
from matcher.targets import province_targets
from tests.indexes.hashing_encoder import HashingEncoder
from tests.matcher.test_assessment import small
from tests.spec.cases import SPECS


@dataclass(frozen=True)
class Listening(Values):
    """Values that note the parameters whose value is asked for; a reference alone (`dated`) is no reading."""

    asked: set[str] = field(default_factory=set)

    def number(self, name: str) -> float:
        self.asked.add(name)
        return super().number(name)

    def choice(self, name: str) -> str:
        self.asked.add(name)
        return super().choice(name)

    def names(self, name: str) -> tuple[str, ...]:
        self.asked.add(name)
        return super().names(name)

    def weights(self, name: str) -> tuple[float, ...]:
        self.asked.add(name)
        return super().weights(name)


@dataclass(frozen=True)
class ListeningPack(PolicyPack):
    asked: set[str] = field(default_factory=set)

    def on(self, day: date) -> Values:
        return Listening(self, day, self.asked)


def listening(name: str) -> ListeningPack:
    pack = load_pack(name)
    return ListeningPack(**{f.name: getattr(pack, f.name) for f in fields(pack)})


@cache
def read_by_pack() -> dict[str, frozenset[str]]:
    """Pack -> parameters that its cases, an assessment and its targets read."""
    tables = small()
    tables["programs"].loc[1, "level"] = "secondary"
    # A rate that jumps: only then it is asked whether matched jobs follow.
    tables["outcomes"].loc[tables["outcomes"].index[1], ["employed", "stayed_local"]] = 5
    texts = {kind: table for kind, table in tables.items() if kind != "matches"}
    found = {}
    for spec in SPECS:
        pack = listening(spec.pack)
        values = pack.on(spec.as_of)
        for case in spec.cases:
            spec.decided(case["facts"], values)
        given = texts if spec.pack == "default" else tables
        result = assess(**given, policy=pack, as_of="2026-10-15", draws=2, encoder=HashingEncoder())
        province_targets(result, values)
        found[spec.pack] = frozenset(pack.asked)
    return found


@pytest.mark.parametrize("name", [name for name in shipped_packs() if name != "default"])
def test_what_a_pack_sets_is_read(name: str) -> None:
    own = {parameter.name for parameter in load_pack(name).own_parameters}
    assert own - read_by_pack()[name] == set()


def test_what_is_declared_for_others_is_read_where_they_set_it() -> None:
    everywhere = frozenset().union(*read_by_pack().values())
    assert set(load_pack("default").parameters) - everywhere == set()


def test_an_unread_parameter_is_noticed() -> None:
    pack = listening("default")
    values = pack.on(date(2026, 10, 15))
    values.dated("surplus.rate")
    assert pack.asked == set()
    values.share("surplus.rate")
    assert pack.asked == {"surplus.rate"}
