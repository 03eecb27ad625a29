"""Reading the YAML cases of this folder: one file a pack, inputs and what must come out."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from matcher.policy.facts import DemandYear, Facts, ReportedYear
from matcher.policy.pack import Values, load_pack
from matcher.policy.rules import Clause
from matcher.policy.verdict import Verdict, decide

FOLDER = Path(__file__).parent
LISTS = ("carried_by", "also_fires", "blocked_by", "notices", "rule_verdict")


class Spec:
    """The cases of one pack."""

    def __init__(self, file: Path) -> None:
        self.content: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        self.pack = file.stem
        self.as_of: date = self.content["as_of"]
        self.values: Values = load_pack(self.pack).on(self.as_of)
        self.base: Mapping[str, Any] = {**(DEFAULT.base if self.pack != "default" else {}), **self.content["base"]}
        self.cases: list[dict[str, Any]] = self.content["cases"]

    def facts_of(self, changes: Mapping[str, Any]) -> Facts:
        """The base case with what a case changes, in the types of `Facts`."""
        given = {**self.base, **changes}
        for name in ("rate", "rate_high", "peer_rate"):
            given[name] = None if given.get(name) is None else Fraction(str(given[name]))
        given["rates_before"] = tuple((year, Fraction(str(rate))) for year, rate in given.get("rates_before", ()))
        given["enrolled"] = tuple((year, persons) for year, persons in given["enrolled"])
        given["demand_years"] = tuple(DemandYear(*year) for year in given["demand_years"])
        given["reported"] = tuple(ReportedYear(**year) for year in given.get("reported", ()))
        given["standings"] = tuple(tuple(standing) for standing in given.get("standings", ()))
        for name in ("why_not_certified", "strategic_chains", "documents", "missing_skills", "pooled_with"):
            given[name] = tuple(given.get(name, ()))
        for name in ("city_schools", "province_schools"):
            given[name] = tuple(given[name]) if given.get(name) else None
        if given.get("pool") is not None:
            given["pool"] = self.facts_of(given["pool"])
        return Facts(**given)

    def decided(self, changes: Mapping[str, Any], values: Values | None = None) -> Verdict:
        return decide(self.facts_of(changes), values or self.values, self.as_of)


DEFAULT = Spec(FOLDER / "default.yaml")
SPECS = [DEFAULT, *(Spec(file) for file in sorted(FOLDER.glob("*.yaml")) if file.stem != "default")]


def outcome(found: Verdict) -> dict[str, Any]:
    """What a case states under `expect`."""
    lists = {name: list(getattr(found, name)) for name in LISTS if name != "rule_verdict"}
    return {
        "flag": found.flag,
        **lists,
        "rule_verdict": [f.regulation for f in found.holding],
        "measure": found.measure.step if found.measure else None,
    }


def expected(case: Mapping[str, Any]) -> dict[str, Any]:
    given = case["expect"]
    return {"flag": given["flag"], **{name: given.get(name, []) for name in LISTS}, "measure": given.get("measure")}


def results(found: Verdict) -> dict[str, bool | None]:
    """ground.clause -> what it gave; guards stand under `guard`, regulations under their names."""
    in_grounds = {f"{g.name}.{c.name}": c.holds for g in found.grounds for c in g.clauses}
    in_rules = {f"{f.regulation}.{c.name}": c.holds for f in found.findings for c in f.clauses}
    return in_grounds | in_rules | {f"guard.{c.name}": c.holds for c in found.guards}


def all_clauses(found: Verdict) -> list[Clause]:
    return [
        *(c for g in found.grounds for c in g.clauses),
        *found.guards,
        *(c for f in found.findings for c in f.clauses),
    ]
