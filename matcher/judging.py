"""From matches to verdicts: everything of an assessment behind the texts, with the workings that later questions reuse.

An assessment, a what-if and a counterfactual run through the same steps here; what differs is what they change before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from corpora.schema import empty_frame
from matcher.drawing import Drawn, draw_assessment, drawn_for, guarded, with_peer_doubt
from matcher.matching.records import SkillCoverage
from matcher.placement.demand_years import read_coverage
from matcher.placement.place import Placement
from matcher.placement.quantities import demand_posts
from matcher.placement.trend import earlier_rates
from matcher.policy.assemble import Evidence, all_facts, traditional_programs
from matcher.policy.doubt import with_doubt
from matcher.policy.earlier import NOTHING_EARLIER, Earlier
from matcher.policy.employment import Employment, estimate_employment
from matcher.policy.facts import Facts
from matcher.policy.lineage import carried_age, carried_history
from matcher.policy.pack import Values
from matcher.policy.rules import read_scope
from matcher.policy.verdict import Verdict, decide
from matcher.prepare import Caveat, classified_matches, cohorts, completed, placed, prepared_demands, retention_lifts

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
        matches: classified, with edge and why_not; within: the pairs of acceptable level and region, whatever their p,
            which draws read.
        evidence: what the facts were gathered from. placement; supplies: of placement.quantities.supply; employment: the posterior.
        skills: coverage by program. facts, verdicts: one a program, by program_id.
        drawn: None without draws.
    """

    question: Question
    read: Read
    matches: pd.DataFrame
    within: pd.DataFrame
    evidence: Evidence
    placement: Placement
    supplies: pd.DataFrame
    employment: Employment
    skills: Mapping[str, SkillCoverage]
    facts: tuple[Facts, ...]
    verdicts: tuple[Verdict, ...]
    drawn: Drawn | None


def read_tables(question: Question) -> Read:
    """Completes programs from the catalogue, gives every demand its role and every program its history."""
    tables, values = question.tables, question.values
    warnings: list[Caveat] = []
    own = carried_age(completed(tables["programs"], warnings), tables["predecessors"])
    wanted = prepared_demands(tables["demands"], question.horizon or question.as_of.year, values)
    reported = carried_history(tables["outcomes"], tables["predecessors"])
    known = cohorts(reported, own, warnings)
    return Read(own, wanted, reported, known, tuple(warnings))


def judge(
    question: Question,
    read: Read,
    judged: pd.DataFrame,
    skills: Mapping[str, SkillCoverage] | Callable[[pd.DataFrame], Mapping[str, SkillCoverage]],
    progress: Progress | None = None,
) -> Workings:
    """Places, estimates, draws and decides.

    Args:
        judged: program_id, demand_id, p after reviews.
        skills: coverage by program, or how to find it once the edges into current posts are known.
    """
    tables, values, day = question.tables, question.values, question.as_of
    own, wanted, known = read.programs, read.demands, read.outcomes
    classified = classified_matches(judged, own, wanted, tables["flows"], values)
    if progress:
        progress("place", 0, 1)
    placement, supplies = placed(tables, own, wanted, known, classified, values, day, question.horizon, question.intake)
    estimated = frozenset(str(p) for p, e in zip(supplies["program_id"], supplies["estimated"], strict=True) if e)
    employment = estimate_employment(
        known[known["year"] <= day.year],
        own,
        values.weights("employment.year_weights"),
        values.number("employment.low_rate"),
        question.employed,
    )
    if callable(skills):
        current = wanted.loc[wanted["role"] == "current", "demand_id"]
        skills = skills(classified[classified["edge"] & classified["demand_id"].isin(current)])
    coverage = read_coverage(tables["coverage"])
    years, back = values.whole("supply.years"), values.whole("upgrade.rate_years")
    named = traditional_programs(own, values)
    before = earlier_rates(
        named, known, own, wanted, classified, tables["other_supply"], placement.figures, day.year, years, back
    )
    lifts = retention_lifts(tables, own, known, values, day, question.horizon, question.intake, supplies)
    past = demand_posts(wanted[wanted["role"] != "current"], empty_frame("other_supply"))
    evidence = Evidence(
        own, known, wanted, tables["chains"], tables["students"], classified, {**past, **placement.posts},
        employment.programs, estimated, skills, coverage, read.reported,
        tables["predecessors"], tables["agreements"], read_scope(question.scope), question.earlier, before, lifts,
    )  # fmt: skip
    facts = all_facts(evidence, placement, values, day)
    within = classified_matches(judged, own, wanted, tables["flows"], values, threshold=0.0)
    within = within.loc[within["edge"], ["program_id", "demand_id", "p"]]
    drawn = None
    if question.draws:
        step = (lambda done, of: progress("draw", done, of)) if progress else None
        asked = guarded(facts, values, question.draws, question.seed)
        found = draw_assessment(own, supplies, wanted, within, placement, asked, question.draws, question.seed, step)
        drawn = drawn_for(facts, found, values, question.seed)
        facts = with_doubt(facts, drawn.clauses)
        facts = with_peer_doubt(facts, own, supplies, wanted, within, placement, question.draws, question.seed)
    verdicts = [decide(f, values, day, *([drawn.clauses[:, i]] if drawn else [])) for i, f in enumerate(facts)]
    if progress:
        progress("place", 1, 1)
    return Workings(
        question,
        read,
        classified,
        within,
        evidence,
        placement,
        supplies,
        employment,
        skills,
        tuple(facts),
        tuple(verdicts),
        drawn,
    )
