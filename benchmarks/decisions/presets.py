"""What provincial packs change on the illustrative pilot city, and which clause is responsible.

    python benchmarks/decisions/presets.py [--scope province|city|none]

The city is declared to be all points of its province (--scope province), so that rules that compare points run; with
--scope none they refuse, and the table says so. Texts are matched once; every pack then gets the same matches, so skill
coverage is not judged and the default pack is re-run on the same footing. All figures are made up.
"""

import argparse
from collections import Counter
from datetime import date
from typing import Any

from corpora import read
from corpora.starter import example
from matcher import assess
from matcher.matching.match import match_texts
from matcher.policy.pack import load_pack, shipped_packs
from matcher.prepare import completed, prepared_demands

DAY = "2026-10-15"


def city() -> dict[str, Any]:
    """The pilot city with its matches given."""
    tables = {kind: read(file, kind=kind) for kind, file in example("city").items()}
    values = load_pack().on(date.fromisoformat(DAY))
    demands = prepared_demands(tables["demands"], 2026, values)
    found = match_texts(completed(tables["programs"], []), demands).matches
    tables["matches"] = found[["program_id", "demand_id", "p"]]
    return tables


def main(scope: str | None) -> None:
    """Prints one line a pack and rule."""
    tables = city()
    results = {
        name: assess(**tables, policy=name, as_of=DAY, scope=scope, counterfactuals=False) for name in shipped_packs()
    }
    base = results["default"].programs.set_index("program_id")
    print(
        f"scope: {scope or 'not declared'}; {len(base)} programs; flags of default: {results['default'].flag_counts()}\n"
    )
    print("| pack | rule | gives | applies | not | open | clause responsible | flags changed | measures changed |")
    print("| --- | --- | --- | ---: | ---: | ---: | --- | ---: | ---: |")
    for name, result in results.items():
        own = result.programs.set_index("program_id")
        flags = int((own["flag"] != base["flag"]).sum())
        measures = int((own["measure"].fillna("") != base["measure"].fillna("")).sum())
        rules: dict[str, list[dict[str, Any]]] = {}
        for trace in result.traces:
            for finding in trace["regulations"]:
                rules.setdefault(finding["regulation"], []).append(finding)
        if not rules:
            print(f"| {name} | none | | | | | | {flags} | {measures} |")
        for rule, findings in rules.items():
            held = Counter(finding["holds"] for finding in findings)
            gives = findings[0]["gives"] if findings[0]["gives"] != "verdict" else findings[0]["verdict"]["en"]
            print(
                f"| {name} | {rule} | {gives} | {held[True]} | {held[False]} | {held[None]} | {_responsible(findings)} "
                f"| {flags} | {measures} |"
            )


def _responsible(findings: list[dict[str, Any]]) -> str:
    """The clauses that hold where the rule applies; else those that keep it open or away, most frequent first."""
    for wanted in (True, None, False):
        chosen = [f for f in findings if f["holds"] is wanted]
        if chosen:
            names = Counter(
                c["clause"] + (f" (needs {c['needs_scope']})" if c["needs_scope"] else "")
                for f in chosen
                for c in f["clauses"]
                if c["holds"] is wanted
            )
            return ", ".join(f"{clause} {number}" for clause, number in names.most_common(3))
    return ""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scope", choices=["province", "city", "none"], default="province")
    chosen = parser.parse_args().scope
    main(None if chosen == "none" else chosen)
