"""docs/by-hand.md says what the pilot city says, to the last digit."""

from fractions import Fraction
from pathlib import Path

import pytest

from matcher import Assessment
from matcher.what_if import WhatIf

GUIDE = (Path(__file__).parents[2] / "docs" / "by-hand.md").read_text(encoding="utf-8")
PROGRAMS = ("P027", "P043", "P174")


@pytest.mark.parametrize("program", PROGRAMS)
def test_supply_is_what_the_guide_adds_up(city: Assessment, program: str) -> None:
    rows = city.inputs["outcomes"].query("program_id == @program")
    parts = [
        Fraction(int(r.graduates) - int(r.further_study)) * int(r.stayed_local) / int(r.employed)
        for r in rows.sort_values("year").itertuples()
    ]
    supply = float(city.programs.set_index("program_id").loc[program, "supply"])
    assert round(float(sum(parts) / 3), 2) == supply
    line = next(line for line in GUIDE.splitlines() if line.startswith(f"| {program} | ("))
    assert [f"= {float(part):.4f}" in line for part in parts] == [True] * 3
    assert line.endswith(f"| {supply:.2f} |")


def test_the_certificate_is_the_one_of_the_folder(city: Assessment) -> None:
    block = next(b for b in city.blocks if b["block"] == "P027")
    assert tuple(row["program_id"] for row in block["programs"]) == PROGRAMS
    assert {row["demand_id"]: row["posts"] for row in block["demands"]} == {"D012-2026": 2.75, "D024-2026": 2.1}
    assert (block["supply"], block["posts"], block["cannot_be_placed"]) == (70.85, 4.85, 66.0)
    assert (block["rate"], block["rate_at_high_posts"], block["observed_placed"]) == (0.0685, 0.0761, 3.04)
    assert block["certified"]
    for figure in ("70.85", "4.85", "66.00", "0.0685", "0.0761", "3.04"):
        assert figure in GUIDE


def test_edges_employment_and_flag_are_those_of_the_guide(city: Assessment) -> None:
    current = city.matches[city.matches["demand_id"].isin(city.demands["demand_id"]) & city.matches["edge"]]
    edges = {(r.program_id, r.demand_id) for r in current.itertuples() if r.program_id in PROGRAMS}
    both = {(p, d) for p in PROGRAMS for d in ("D012-2026", "D024-2026")}
    assert edges == both - {("P174", "D024-2026")}
    row = city.programs.set_index("program_id").loc["P043"]
    assert row["flag"] == "phase_out"
    assert row["measure"] == "warning"
    assert round(float(row["employment_mean"]), 3) == 0.506
    assert round(float(row["employment_below_probability"]), 2) == 0.95
    assert round((29.6 + 9.41 * 0.8608) / (65.1 + 9.41), 3) == 0.506
    assert round((29.6 + 2 + 9.41 * 0.8608) / (65.1 + 9.41), 3) == 0.533
    opened = city.inputs["programs"].set_index("program_id").loc["P043", "year_opened"]
    assert f"It opened in {opened}" in GUIDE


def test_what_would_change_it_is_what_the_guide_says(city: Assessment) -> None:
    flags = {n: _flag(city.what_if(employed={"P043": n})) for n in (15, 16)}
    assert flags == {15: "phase_out", 16: "maintain"}
    flags = {n: _flag(city.what_if(intake={"P043": n})) for n in (9, 8, 7)}
    assert flags == {9: "phase_out", 8: "insufficient_evidence", 7: "maintain"}
    trace = next(t for t in city.traces if t["program_id"] == "P043")
    certain = next(c for g in trace["grounds"] for c in g["clauses"] if c["clause"] == "surplus_likely")
    assert certain["value"] > 0.99


def _flag(found: WhatIf) -> str:
    programs = found.assessment.programs.set_index("program_id")
    return str(programs.at["P043", "flag"])
