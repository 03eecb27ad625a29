"""From matches to verdicts: everything of an assessment behind the texts, with the workings that later questions reuse.

An assessment, a what-if and a counterfactual run through the same steps here; what differs is what they change before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from corpora.schema import empty_frame
from matcher.drawing import Drawn, drawn_for, expected_market, guarded, with_peer_doubt
from matcher.matching.records import SkillCoverage
from matcher.placement.demand_years import read_coverage
from matcher.placement.draws import Before, Chances, Draws, place_draws
from matcher.placement.place import Placement
from matcher.placement.quantities import demand_posts
from matcher.placement.trend import earlier_demands, earlier_rates, rates_then
from matcher.policy.assemble import Evidence, all_facts, traditional_programs
from matcher.policy.doubt import with_doubt
from matcher.policy.earlier import NOTHING_EARLIER, Earlier
from matcher.policy.employment import Employment, estimate_employment
from matcher.policy.facts import Facts
from matcher.policy.kept import Kept
from matcher.policy.lineage import carried_age, carried_history
from matcher.policy.pack import Values
from matcher.policy.rules import read_scope
from matcher.policy.verdict import Verdict, decide
from matcher.prepare import (
    Caveat,
    classified_matches,
    cohorts,
    completed,
    placed,
    prepared_demands,
    retention_lifts,
    seekers,
)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Question:
    """What is asked, besides the texts.

    Attributes:
        tables: kind -> validated table, all kinds.
        values: the pack on the day; as_of, horizon, scope, earlier, draws, seed: as `assess` takes them.
        intake: program -> graduates a year in place of those its cohorts give, with its shares as reported.
        employed: program -> employed of its latest year in place of those reported, for its employment alone.
    """

    tables: Mapping[str, pd.DataFrame]
    values: Values
    as_of: date
    horizon: int | None = None
    scope: str | None = None
    earlier: Earlier = NOTHING_EARLIER
    draws: int = 0
    seed: int = 0
    intake: Mapping[str, int] = field(default_factory=dict)
    employed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Read:
    """The tables as the method reads them.

    Attributes:
        programs: completed, with inherited age; demands: with role and year; reported: outcomes with inherited history;
        outcomes: of one rate basis, without the years before a first cohort.
    """

    programs: pd.DataFrame
    demands: pd.DataFrame
    reported: pd.DataFrame
    outcomes: pd.DataFrame
    warnings: tuple[Caveat, ...]


@dataclass(frozen=True)
class Workings:
    """Everything between the tables and the verdicts.

    Attributes:
        question, read: what was asked of what.
        matches: classified, with edge and why_not.
        evidence: what the facts were gathered from. placement; supplies: of placement.quantities.supply; employment: the posterior.
        skills: coverage by program. facts, verdicts: one a program, by program_id.
        market: ready to be drawn; drawn: what its draws say. None without draws.
    """

    question: Question
    read: Read
    matches: pd.DataFrame
    evidence: Evidence
    placement: Placement
    supplies: pd.DataFrame
    employment: Employment
    skills: Mapping[str, SkillCoverage]
    facts: tuple[Facts, ...]
    verdicts: tuple[Verdict, ...]
    market: Chances | None
    drawn: Drawn | None


def read_tables(question: Question, kept: Kept | None = None) -> Read:
    """Completes programs from the catalogue, gives every demand its role and every program its history.

    Args:
        kept: of an earlier question on the same data.
    """
    kept, tables = kept or Kept(), question.tables
    year = question.horizon or question.as_of.year
    wanted = kept(prepared_demands, tables["demands"], year, question.values)
    own, reported, known, warnings = kept(
        _read_programs, tables["programs"], tables["predecessors"], tables["outcomes"]
    )
    return Read(own, wanted, reported, known, warnings)


def _read_programs(
    programs: pd.DataFrame, predecessors: pd.DataFrame, outcomes: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, tuple[Caveat, ...]]:
    warnings: list[Caveat] = []
    own = carried_age(completed(programs, warnings), predecessors)
    reported = carried_history(outcomes, predecessors)
    known = cohorts(reported, own, warnings)
    return own, reported, known, tuple(warnings)


def judge(
    question: Question,
    read: Read,
    judged: pd.DataFrame,
    skills: Mapping[str, SkillCoverage] | Callable[[pd.DataFrame], Mapping[str, SkillCoverage]],
    progress: Progress | None = None,
    kept: Kept | None = None,
) -> Workings:
    """Places, estimates, draws and decides.

    Args:
        judged: program_id, demand_id, p after reviews.
        skills: coverage by program, or how to find it once the edges into current posts are known.
        kept: of an earlier question on the same data.
    """
    kept = kept or Kept()
    tables, values, day = question.tables, question.values, question.as_of
    own, wanted, known = read.programs, read.demands, read.outcomes
    # How many posts a row has does not make an edge.
    unnumbered = wanted.drop(columns="openings")
    classified = kept(classified_matches, judged, own, unnumbered, tables["flows"], values)
    if progress:
        progress("place", 0, 1)
    years, back = values.whole("supply.years"), values.whole("upgrade.rate_years")
    supplies = seekers(tables["students"], known, own, years, day, question.horizon, question.intake, kept)
    placement = placed(tables, own, wanted, known, classified, supplies, values, day, question.horizon, kept)
    estimated = frozenset(str(p) for p, e in zip(supplies["program_id"], supplies["estimated"], strict=True) if e)
    employment = kept(
        estimate_employment,
        known[known["year"] <= day.year],
        own,
        values.weights("employment.year_weights"),
        values.number("employment.low_rate"),
        question.employed,
    )
    if callable(skills):
        current = wanted.loc[wanted["role"] == "current", "demand_id"]
        skills = skills(classified[classified["edge"] & classified["demand_id"].isin(current)])
    coverage = kept(read_coverage, tables["coverage"])
    named = traditional_programs(own, values)
    rates = [
        kept(rates_then, posts, known, own, classified, tables["other_supply"], placement.figures.seats, day.year - ago, years,
             key=ago)
        for ago, posts in enumerate(kept(earlier_demands, wanted, back), 1)
    ] if named else []  # fmt: skip
    before = earlier_rates(named, rates)
    lifts = retention_lifts(
        tables["students"], own, known, values, day, question.horizon, question.intake, supplies, kept
    )
    past = kept(demand_posts, wanted[wanted["role"] != "current"], empty_frame("other_supply"))
    evidence = Evidence(
        own, known, wanted, tables["chains"], tables["students"], classified, {**past, **placement.posts},
        employment.programs, estimated, skills, coverage, read.reported,
        tables["predecessors"], tables["agreements"], read_scope(question.scope), question.earlier, before, lifts,
    )  # fmt: skip
    facts = all_facts(evidence, placement, values, day, kept)
    within = kept(_within, judged, own, unnumbered, tables["flows"], values)
    market, drawn = None, None
    if question.draws:
        step = (lambda done, of: progress("draw", done, of)) if progress else None
        asked = guarded(facts, values, question.draws, question.seed)
        market = kept(
            expected_market, own, supplies, wanted, within, placement.served.persons, placement.posts,
            placement.high_posts, question.draws, question.seed,
        )  # fmt: skip

        def placed_draws(market: Chances, asked: frozenset[str], before: Any = None) -> Draws:
            known = Before(before[0][0], before[0][1], before[1]) if before else None
            return place_draws(market, asked=asked, before=known, progress=step)

        draws = kept.onward(placed_draws, market, asked)
        drawn = drawn_for(facts, draws, values, question.seed)
        facts = with_doubt(facts, drawn.clauses)
        facts = with_peer_doubt(facts, supplies, placement, market, kept)
    # Facts that are what they were are the same object, so that further steps need not look into them.
    facts = [kept(_itself, f, key=f.program_id) for f in facts]
    verdicts = [
        kept(decide, f, values, day, drawn.clauses[:, i] if drawn else None, key=f.program_id)
        for i, f in enumerate(facts)
    ]
    if progress:
        progress("place", 1, 1)
    return Workings(
        question,
        read,
        classified,
        evidence,
        placement,
        supplies,
        employment,
        skills,
        tuple(facts),
        tuple(verdicts),
        market,
        drawn,
    )


def _itself(facts: Facts) -> Facts:
    return facts


def _within(
    judged: pd.DataFrame, programs: pd.DataFrame, demands: pd.DataFrame, flows: pd.DataFrame, values: Values
) -> pd.DataFrame:
    found = classified_matches(judged, programs, demands, flows, values, threshold=0.0)
    return found.loc[found["edge"], ["program_id", "demand_id", "p"]]
