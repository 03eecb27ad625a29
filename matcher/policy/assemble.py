"""Gathers what is known about each program into `Facts`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from corpora.frames import empty, whole, word
from matcher.matching.facets import text_size
from matcher.matching.records import SkillCoverage
from matcher.placement.demand_years import Coverage
from matcher.placement.fair import Block
from matcher.placement.place import Placement
from matcher.policy.facts import DemandYear, Facts
from matcher.policy.pack import Values

_YEARS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_USUAL_YEARS = {"bachelor": 4}


@dataclass(frozen=True)
class Evidence:
    """The tables behind the facts, all validated and completed.

    Attributes:
        programs, outcomes, chains: as read; demands: with `role` and a `year` in every row.
        matches: classified, all demand rows.
        posts_by_demand: hundredths of every demand row, current and earlier ones.
        employment: program_id, mean, below_probability of estimate_employment.
        estimated: programs with an estimated share.
        skills: of matching.skills.
    """

    programs: pd.DataFrame
    outcomes: pd.DataFrame
    demands: pd.DataFrame
    chains: pd.DataFrame
    students: pd.DataFrame
    matches: pd.DataFrame
    posts_by_demand: Mapping[str, int]
    employment: pd.DataFrame
    estimated: frozenset[str]
    skills: Mapping[str, SkillCoverage]
    coverage: Coverage


def all_facts(evidence: Evidence, placement: Placement, values: Values, as_of: date) -> list[Facts]:
    """One entry a program, in order of program_id."""
    blocks = {program: block for block in placement.fair.blocks for program in block.programs}
    outcomes = {str(p): t for p, t in evidence.outcomes.groupby("program_id")}
    linked = evidence.matches[evidence.matches["edge"]].groupby("program_id")["demand_id"].apply(list).to_dict()
    best = evidence.matches.groupby("program_id")["p"].max().to_dict()
    employment = evidence.employment.set_index("program_id")
    demands = evidence.demands.set_index("demand_id", drop=False)
    strategic = _strategic_chains(evidence.chains)
    return [
        _facts(
            row,
            outcomes.get(str(row["program_id"]), evidence.outcomes.iloc[:0]),
            demands.loc[linked.get(row["program_id"], [])],
            blocks.get(str(row["program_id"])),
            best.get(row["program_id"]),
            employment.loc[row["program_id"]] if row["program_id"] in employment.index else None,
            strategic,
            evidence,
            placement,
            values,
            as_of,
        )
        for _, row in evidence.programs.sort_values("program_id").iterrows()
    ]


def _facts(
    row: pd.Series,
    outcomes: pd.DataFrame,
    linked: pd.DataFrame,
    block: Block | None,
    best: float | None,
    employment: pd.Series | None,
    strategic: Mapping[str, str],
    evidence: Evidence,
    placement: Placement,
    values: Values,
    as_of: date,
) -> Facts:
    program = str(row["program_id"])
    reach = placement.reach[program]
    history = outcomes[outcomes["year"] <= as_of.year].sort_values("year", ascending=False)
    recent = history.head(3)
    finding = placement.surplus.get(block.id) if block else None
    marginal = placement.marginals.get(program)
    skills = evidence.skills.get(program)
    courses, characters = text_size(row)
    return Facts(
        program_id=program,
        name=str(row["name"]),
        exempt=word(row["exempt"]) or None,
        state_controlled=None if empty(row["state_controlled"]) else bool(row["state_controlled"]),
        enrolled=tuple((int(y), whole(n)) for y, n in zip(history["year"], history["enrolled"], strict=True)),
        students_left=_students_left(program, history, evidence.students, as_of),
        first_cohort=None if empty(row["year_opened"]) else int(row["year_opened"]) + study_years(row),
        graduates=int(recent["graduates"].sum()) if len(recent) else None,
        supply=placement.supply.get(program),
        supply_estimated=program in evidence.estimated,
        rate=placement.fair.rates.get(program),
        rate_high=placement.high_rates.get(program),
        block=block.id if block else None,
        certified=finding.certified if finding else (None if program not in placement.supply else False),
        why_not_certified=finding.why_not_certified if finding else (),
        undercounted_by=finding.undercounted_by if finding else 0,
        block_programs=len(block.programs) if block else 0,
        block_supply=block.supply if block else None,
        block_posts=block.posts if block else None,
        cannot_be_placed=block.cannot_be_placed if block else None,
        headroom=marginal.headroom if marginal else None,
        indispensability=marginal.indispensability if marginal else None,
        employment=None if employment is None else float(employment["mean"]),
        below=None if employment is None else float(employment["below_probability"]),
        further_share=_further_share(recent),
        best_match=None if best is None else float(best),
        demand_years=_demand_years(linked, evidence, reach.regions, reach.fields),
        # Its own field and region: a source that sees a neighbouring field says nothing about this one.
        source_age=_source_age(
            evidence.coverage,
            reach.regions if empty(row["region"]) else (word(row["region"]),),
            reach.fields if empty(row["major_group"]) else (word(row["major_group"]),),
            as_of,
        ),
        courses=courses,
        characters=characters,
        skills=skills.asked if skills else 0,
        covered=skills.covered if skills else 0,
        missing_skills=skills.missing if skills else (),
        capacity=whole(row["capacity"]),
        named_short=_named(str(row["name"]), values.names("expand.fields")),
        named_traditional=_named(f"{row['name']} {word(row.get('class'))}", values.names("upgrade.fields")),
        borders_scarce=None if block is None else block.posts > block.supply,
        **_reachable(linked[linked["role"] == "current"], strategic, placement),
    )


def study_years(row: pd.Series) -> int:
    """Years from enrolment to graduation: the first number of `duration`, else what its level usually takes."""
    text = word(row["duration"])
    if found := re.search(r"\d+", text):
        return int(found[0])
    if (found := re.search(r"[一二两三四五六]", text)) is not None:
        return _YEARS[found[0]]
    return _USUAL_YEARS.get(word(row["level"]), 3)


def _reachable(current: pd.DataFrame, strategic: Mapping[str, str], placement: Placement) -> dict[str, Any]:
    posts = [placement.posts.get(str(d), 0) for d in current["demand_id"]]
    total = sum(posts)
    by_chain: dict[str, int] = {}
    for n, chain in zip(posts, current["chain"].astype(object), strict=True):
        if not empty(chain) and chain in strategic:
            by_chain[chain] = by_chain.get(chain, 0) + n
    chains = sorted(by_chain, key=lambda c: (-by_chain[c], c))
    short = [n for n, mark in zip(posts, current["shortage"].fillna(False), strict=True) if mark]
    return {
        "reachable": total,
        "strategic": sum(by_chain.values()),
        "short": sum(short),
        "strategic_chains": tuple(chains),
        "documents": tuple(dict.fromkeys(strategic[c] for c in chains)),
        "growth": _weighted(posts, current["growth"]),
        "growth_low": _weighted(posts, current["growth_low"]),
    }


def _weighted(posts: list[int], values: pd.Series) -> float | None:
    known = [(n, float(v)) for n, v in zip(posts, values, strict=True) if not empty(v)]
    total = sum(n for n, _ in known)
    return sum(n * v for n, v in known) / total if total else None


def _demand_years(
    linked: pd.DataFrame, evidence: Evidence, regions: tuple[str, ...], fields: tuple[str, ...]
) -> tuple[DemandYear, ...]:
    counted = linked[linked["role"].isin(["current", "history"])]
    posts: dict[int, int] = {}
    for demand, year in zip(counted["demand_id"].astype(str), counted["year"], strict=True):
        posts[int(year)] = posts.get(int(year), 0) + evidence.posts_by_demand[demand]
    listed = evidence.demands[evidence.demands["role"].isin(["current", "history"])]
    years = sorted({int(y) for y in listed["year"]}, reverse=True)
    return tuple(DemandYear(y, posts.get(y, 0), evidence.coverage.best(regions, fields, y)) for y in years)


def _source_age(coverage: Coverage, regions: tuple[str, ...], fields: tuple[str, ...], as_of: date) -> int | None:
    """Months from the end of the latest covered year (or the day itself, within that year) to the day."""
    for year in coverage.years(regions, fields):
        if year <= as_of.year:
            end = min(date(year, 12, 31), as_of)
            return (as_of.year - end.year) * 12 + as_of.month - end.month
    return None


def _students_left(program: str, history: pd.DataFrame, students: pd.DataFrame, as_of: date) -> int | None:
    cohorts = students[(students["program_id"] == program) & (students["graduation_year"] >= as_of.year)]
    if len(cohorts):
        return int(cohorts["students"].sum())
    known = history.dropna(subset=["students"])
    return int(known["students"].iloc[0]) if len(known) else None


def _further_share(recent: pd.DataFrame) -> float | None:
    known = recent.dropna(subset=["further_study", "graduates"])
    total = int(known["graduates"].sum())
    return float(known["further_study"].sum() / total) if total else None


def _strategic_chains(chains: pd.DataFrame) -> dict[str, str]:
    """Chain -> the document that makes it strategic; a chain without one does not count."""
    named = chains[chains["strategic"].fillna(False) & chains["document"].notna()]
    return {str(c): str(d) for c, d in zip(named["chain"], named["document"], strict=True)}


def _named(text: str, words: tuple[str, ...]) -> str | None:
    return next((word for word in words if word in text), None)
