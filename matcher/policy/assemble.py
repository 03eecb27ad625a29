"""Gathers what is known about each program into `Facts`."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from corpora.frames import empty, mappings, rows, rows_by, whole, word, words
from corpora.schema import empty_frame
from matcher.matching.facets import Row, text_size
from matcher.matching.records import SkillCoverage
from matcher.placement.demand_years import Coverage
from matcher.placement.fair import Block
from matcher.placement.place import Placement
from matcher.placement.retention import Lift
from matcher.policy.data_checks import data_checks
from matcher.policy.earlier import NOTHING_EARLIER, Earlier
from matcher.policy.employment import estimate_employment
from matcher.policy.facts import DemandYear, Facts
from matcher.policy.kept import Kept
from matcher.policy.lineage import ancestors
from matcher.policy.own_rows import (
    both_known,
    further_share,
    latest_first,
    program_rows,
    reported_years,
    students_left,
    study_years,
    text_sizes,
)
from matcher.policy.parameters import Values
from matcher.policy.peers import peers
from matcher.policy.pooling import indispensability, pooled_outcomes, pools
from matcher.policy.proposals import own_proposals, without_own
from matcher.policy.retention import lift_here, surplus_at_peers
from matcher.policy.rules import MEASURES

# Roles of the demand rows that count in a year: the others stand beside them, or are still to come.
COUNTED = ("current", "history")


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
        reported: outcomes as reported, before anything was put aside; `outcomes` if None.
        predecessors, agreements: as read.
        scope: what the caller declared the tables to hold in full: "", "city" or "province".
        earlier: what an earlier assessment is remembered by.
        earlier_rates: of placement.trend, for the programs of traditional fields.
        lifts: of placement.retention, for programs of which fewer stayed than of their peers.
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
    reported: pd.DataFrame | None = None
    predecessors: pd.DataFrame | None = None
    agreements: pd.DataFrame | None = None
    scope: str = ""
    earlier: Earlier = NOTHING_EARLIER
    earlier_rates: Mapping[str, tuple[Fraction, ...]] = field(default_factory=dict)
    lifts: Mapping[str, Lift] = field(default_factory=dict)


def all_facts(
    evidence: Evidence, placement: Placement, values: Values, as_of: date, kept: Kept | None = None
) -> list[Facts]:
    """One entry a program, in order of program_id; small points of one class at one institution get their pool.

    Args:
        kept: of an earlier question on the same data.
    """
    kept = kept or Kept()
    gathered = Gatherer(evidence, placement, values, as_of, kept)
    found = [gathered.program(row) for _, row in sorted(kept(program_rows, evidence.programs).items())]
    return found if values.choice("pool.enabled") == "off" else gathered.with_pools(found)


class Gatherer:
    """The tables indexed by program."""

    def __init__(self, evidence: Evidence, placement: Placement, values: Values, as_of: date, kept: Kept) -> None:
        self._evidence, self._placement, self._values, self._as_of = evidence, placement, values, as_of
        self._blocks = {program: block for block in placement.fair.blocks for program in block.programs}
        self._outcomes = kept(latest_first, evidence.outcomes)
        self._students = rows_by(evidence.students, "program_id")
        self._linked, self._best = kept(_links, evidence.matches)
        self._employment = {str(row.program_id): row for row in rows(evidence.employment)}
        self._demands = kept(_demand_rows, evidence.demands)
        listed = evidence.demands.loc[evidence.demands["role"].isin(COUNTED), "year"]
        self._years = sorted({int(y) for y in listed}, reverse=True)
        current = evidence.demands[evidence.demands["role"] == "current"]
        self._new_links = evidence.earlier.new_links(evidence.programs, current, evidence.matches)
        self._strategic = _strategic_chains(evidence.chains)
        self._lifts = evidence.lifts
        self._lifted: dict[str, list[str]] = {}
        for row in rows(evidence.programs):
            if str(row.program_id) in evidence.lifts and not empty(row.institution):
                self._lifted.setdefault(str(row.institution), []).append(str(row.program_id))
        outcomes = evidence.outcomes if evidence.reported is None else evidence.reported
        self._reported = kept(reported_years, outcomes)
        before = empty_frame("predecessors") if evidence.predecessors is None else evidence.predecessors
        self._peers = kept(peers, evidence.programs, self._reported, values, as_of.year, before)
        self._checks = kept(data_checks, outcomes, evidence.programs, values)
        self._ancestors = ancestors(before)
        agreements = empty_frame("agreements") if evidence.agreements is None else evidence.agreements
        self._posts = evidence.posts_by_demand
        self._sizes = kept(text_sizes, evidence.programs)
        self._proposed = own_proposals(evidence.programs, evidence.demands, agreements)
        self._without = without_own(placement, self._proposed, evidence.estimated, values.share("surplus.rate"))

    def trial(
        self,
        row: Row,
        placement: Placement,
        rejected: str | None,
        employment: Any,
        pairs: Mapping[str, float],
        lift: int | None,
    ) -> Facts:
        """One program as it would stand in another placement, without a match, or with another employment.

        Args:
            placement: of its connected component.
            rejected: demand whose match is taken away.
            employment: row of estimate_employment.
            pairs: demand -> p of all matches of the program.
            lift: hundredths of supply more with its peers' retention; None where it is what it was.
        """
        program = str(row["program_id"])
        other = copy(self)
        other._placement = placement
        other._blocks = {p: block for block in placement.fair.blocks for p in block.programs}
        other._posts = {**self._posts, **placement.posts}
        other._linked = {program: [d for d in self._linked.get(program, []) if d != rejected]}
        left = [p for d, p in pairs.items() if d != rejected]
        other._best = {program: max(left)} if left else {}
        other._employment = {program: employment}
        if lift is not None and program in self._lifts:
            other._lifts = {**self._lifts, program: replace(self._lifts[program], more=lift)}
        own = {program: self._proposed[program]} if program in self._proposed else {}
        other._without = without_own(placement, own, self._evidence.estimated, self._values.share("surplus.rate"))
        return other.program(row)

    def program(self, row: Row) -> Facts:
        program = str(row["program_id"])
        without = self._without.get(program)
        linked = self._linked.get(program, [])
        facts = self._facts(
            row,
            self._outcomes.get(program, ()),
            [self._demands[d] for d in linked if without is None or d not in without.demands],
            self._blocks.get(program),
            self._best.get(program),
            self._employment.get(program),
        )
        peer = self._peers[program]
        facts = facts.but(
            reported=self._reported.get(program, ()),
            standings=peer.standings,
            points=peer.points,
            city_schools=peer.city_schools,
            province_schools=peer.province_schools,
            opened_here=peer.opened_here,
            net_opened_here=peer.net_opened_here,
            data_checks=(
                *self._checks.get(program, ()),
                *(["links_in_new_sentences"] if self._new_links.get(program) else []),
            ),
            text_changed=program in self._new_links,
            new_links=self._new_links.get(program, ()),
        )
        if without is None:
            return facts
        return facts.but(
            own_posts=without.posts,
            own_rate=without.rate,
            headroom=None
            if facts.headroom is None or without.headroom is None
            else min(facts.headroom, without.headroom),
            indispensability=without.indispensability,
            certified=facts.certified or without.certified,
            borders_scarce=bool(facts.borders_scarce) and without.scarce,
        )

    def with_pools(self, facts: list[Facts]) -> list[Facts]:
        """Adds the pool of each small point that has others beside it."""
        evidence, values = self._evidence, self._values
        by_id = {f.program_id: f for f in facts}
        few = values.whole("evidence.min_graduates")
        groups = pools(evidence.programs, {f.program_id: f.graduates or 0 for f in facts}, few)
        if not groups:
            return facts
        rows_of = evidence.programs.set_index("program_id", drop=False)
        members = {"+".join(group): group for group in groups}
        together = {name: self._pool_row(name, rows_of.loc[list(group)]) for name, group in members.items()}
        outcomes = {name: pooled_outcomes(evidence.outcomes, group, name) for name, group in members.items()}
        pooled = {p for group in groups for p in group}
        alone = evidence.outcomes[~evidence.outcomes["program_id"].isin(pooled)]
        everything = pd.concat([alone, *outcomes.values()], ignore_index=True)
        posterior = estimate_employment(
            everything[everything["year"] <= self._as_of.year],
            pd.concat([evidence.programs, pd.DataFrame(list(together.values()))], ignore_index=True),
            values.weights("employment.year_weights"),
            values.number("employment.low_rate"),
        ).programs
        employment = {str(row.program_id): row for row in rows(posterior)}
        for name, group in members.items():
            own = [by_id[p] for p in group]
            linked = sorted({d for p in group for d in self._linked.get(p, [])})
            placed = [f for f in own if f.rate is not None]
            worst = min(placed, key=lambda f: (f.rate, f.program_id), default=None)
            facts_of_pool = self._facts(
                together[name],
                latest_first(outcomes[name]).get(name, ()),
                [self._demands[d] for d in linked],
                self._blocks.get(worst.program_id) if worst else None,
                max((self._best[p] for p in group if p in self._best), default=None),
                employment.get(name),
            )
            pool = pooled_facts(facts_of_pool, own, self._placement)
            for fact in own:
                others = tuple(p for p in group if p != fact.program_id)
                by_id[fact.program_id] = fact.but(pool=pool, pooled_with=others)
        return [by_id[f.program_id] for f in facts]

    def _pool_row(self, name: str, rows_of: pd.DataFrame) -> Row:
        """The pool as a program: the text of its fullest member, the age of its oldest."""
        sizes = [text_size(row) for row in mappings(rows_of)]
        row = {str(column): value for column, value in rows_of.iloc[sizes.index(max(sizes))].items()}
        row["program_id"], row["name"] = name, "、".join(dict.fromkeys(rows_of["name"].astype(str)))
        row["year_opened"] = rows_of["year_opened"].min()
        row["capacity"] = rows_of["capacity"].sum(min_count=len(rows_of))
        row["exempt"] = rows_of["exempt"].iloc[0] if rows_of["exempt"].notna().all() else pd.NA
        return row

    def _facts(
        self,
        row: Row,
        outcomes: Sequence[Any],
        linked: Sequence[Any],
        block: Block | None,
        best: float | None,
        employment: Any,
    ) -> Facts:
        """Args: outcomes, latest year first, and linked demands: rows as named tuples."""
        evidence, placement, values, as_of = self._evidence, self._placement, self._values, self._as_of
        program = str(row["program_id"])
        reach = placement.reach.get(program)
        history = [row for row in outcomes if row.year <= as_of.year]
        recent = history[:3]
        finding = placement.surplus.get(block.id) if block else None
        marginal = placement.marginals.get(program)
        skills = evidence.skills.get(program)
        # A pool has a text of its own.
        courses, characters = self._sizes.get(program) or text_size(row)
        region, major = word(row["region"]), word(row["major_group"])
        sisters, own_lift = self._lifted.get(word(row["institution"]), ()), self._lifts.get(program)
        lifted_here = lift_here(program, sisters, self._lifts, self._blocks)
        peer_rate, peer_certified = None, False
        # Only a program shown to have low employment could escape by it.
        if employment is not None and employment.below_probability >= values.number("doubt.red"):
            proposed = self._proposed.get(program, frozenset())
            peer_rate, peer_certified = surplus_at_peers(program, sisters, self._lifts, proposed, placement)
        return Facts(
            program_id=program,
            name=str(row["name"]),
            exempt=word(row["exempt"]) or None,
            state_controlled=None if empty(row["state_controlled"]) else bool(row["state_controlled"]),
            enrolled=tuple((int(row.year), whole(row.enrolled)) for row in history),
            students_left=students_left(history, self._students.get(program, ()), as_of),
            first_cohort=None if empty(row["year_opened"]) else int(row["year_opened"]) + study_years(row),
            graduates=sum(whole(row.graduates) or 0 for row in recent) if recent else None,
            supply=placement.supply.get(program),
            supply_estimated=program in evidence.estimated,
            rate=placement.fair.rates.get(program),
            rate_high=placement.high_rates.get(program),
            rates_before=self._rates_before(program),
            lift=own_lift.more if own_lift else 0,
            lift_here=lifted_here,
            peer_rate=peer_rate,
            peer_certified=peer_certified,
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
            employment=None if employment is None else float(employment.mean),
            below=None if employment is None else float(employment.below_probability),
            further_share=further_share(recent),
            further_latest=further_share(both_known(recent)[:1]),
            best_match=None if best is None else float(best),
            demand_years=self._demand_years(
                linked, reach.regions if reach else (region,), reach.fields if reach else (major,)
            ),
            # Its own field and region: a source that sees a neighbouring field says nothing about this one.
            source_age=_source_age(
                evidence.coverage,
                (region,) if region else (reach.regions if reach else ()),
                (major,) if major else (reach.fields if reach else ()),
                as_of,
            ),
            courses=courses,
            characters=characters,
            skills=skills.asked if skills else 0,
            covered=skills.covered if skills else 0,
            missing_skills=skills.missing if skills else (),
            capacity=whole(row["capacity"]),
            named_short=_named(str(row["name"]), values.names("expand.fields")),
            named_traditional=_traditional(word(row["name"]), word(row.get("class")), values),
            controlled_field=_named(word(row.get("class")), values.names("approval.fields")),
            borders_scarce=None if block is None else block.posts > block.supply + lifted_here,
            institution=word(row["institution"]),
            region=region,
            level=word(row["level"]),
            field=major,
            year_opened=whole(row["year_opened"]),
            scope=evidence.scope,
            last_measure=evidence.earlier.measures.get(program),
            predecessors=self._ancestors.get(program, ()),
            **_reachable([row for row in linked if row.role == "current"], self._strategic, placement),
        )

    def _rates_before(self, program: str) -> tuple[tuple[int, Fraction], ...]:
        rates = self._evidence.earlier_rates.get(program, ())
        return tuple((self._years[0] - ago, rate) for ago, rate in enumerate(rates, 1))

    def _demand_years(
        self, linked: Sequence[Any], regions: tuple[str, ...], fields: tuple[str, ...]
    ) -> tuple[DemandYear, ...]:
        posts: dict[int, int] = {}
        for row in linked:
            if row.role in COUNTED:
                posts[int(row.year)] = posts.get(int(row.year), 0) + self._posts[str(row.demand_id)]
        seen = self._evidence.coverage
        return tuple(DemandYear(y, posts.get(y, 0), seen.best(regions, fields, y)) for y in self._years)


def pooled_facts(pool: Facts, members: list[Facts], placement: Placement) -> Facts:
    """What placement knows of the members, together."""
    supplied = [f for f in members if f.supply]
    supply = sum(f.supply or 0 for f in supplied)
    rated = [f for f in supplied if f.rate is not None]
    placed = sum((f.rate * f.supply for f in rated if f.rate is not None and f.supply is not None), Fraction(0))
    certified = all(f.certified for f in supplied) if supplied else None
    # Only a ground makes the guard speak, and a flow over everybody takes its time.
    asked = bool(certified) or (bool(supply) and all(year.posts * 20 < supply for year in pool.demand_years))
    alone = indispensability(placement, [f.program_id for f in supplied]) if asked else None
    objections = tuple(dict.fromkeys(reason for f in supplied for reason in f.why_not_certified))
    return pool.but(
        supply=supply or None,
        supply_estimated=any(f.supply_estimated for f in members),
        rate=placed / supply if supply and len(rated) == len(supplied) else None,
        certified=certified,
        why_not_certified=objections,
        headroom=max((f.headroom for f in supplied if f.headroom is not None), default=None),
        indispensability=alone,
        students_left=None
        if any(f.students_left is None for f in members)
        else sum(f.students_left or 0 for f in members),
        last_measure=max((f.last_measure for f in members if f.last_measure), key=MEASURES.index, default=None),
        skills=max(f.skills for f in members),
        covered=max(f.covered for f in members),
        own_posts=max(f.own_posts for f in members),
    )


def traditional_programs(programs: pd.DataFrame, values: Values) -> frozenset[str]:
    """Ids of programs in fields that the pack names as traditional.

    Args:
        programs: program_id, name, class.
    """
    named = zip(programs["program_id"], words(programs, "name"), words(programs, "class"), strict=True)
    return frozenset(str(p) for p, name, group in named if _traditional(name, group, values))


def _links(matches: pd.DataFrame) -> tuple[dict[str, list[str]], dict[str, float]]:
    """Program -> the demands it has an edge to, and its largest p."""
    linked: dict[str, list[str]] = {}
    edges = matches[matches["edge"]]
    for program, demand in zip(edges["program_id"], edges["demand_id"], strict=True):
        linked.setdefault(program, []).append(demand)
    return linked, {str(p): float(best) for p, best in matches.groupby("program_id")["p"].max().items()}


def _demand_rows(demands: pd.DataFrame) -> dict[str, Any]:
    return {str(row.demand_id): row for row in rows(demands)}


def _reachable(current: Sequence[Any], strategic: Mapping[str, str], placement: Placement) -> dict[str, Any]:
    posts = [placement.posts.get(str(row.demand_id), 0) for row in current]
    by_chain: dict[str, int] = {}
    for n, row in zip(posts, current, strict=True):
        if not empty(row.chain) and row.chain in strategic:
            by_chain[row.chain] = by_chain.get(row.chain, 0) + n
    chains = sorted(by_chain, key=lambda c: (-by_chain[c], c))
    return {
        "reachable": sum(posts),
        "strategic": sum(by_chain.values()),
        "short": sum(n for n, row in zip(posts, current, strict=True) if not empty(row.shortage) and row.shortage),
        "strategic_chains": tuple(chains),
        "documents": tuple(dict.fromkeys(strategic[c] for c in chains)),
        "growth": _weighted(posts, [row.growth for row in current]),
        "growth_low": _weighted(posts, [row.growth_low for row in current]),
    }


def _weighted(posts: Sequence[int], values: Sequence[Any]) -> float | None:
    known = [(n, float(v)) for n, v in zip(posts, values, strict=True) if not empty(v)]
    total = sum(n for n, _ in known)
    return sum(n * v for n, v in known) / total if total else None


def _source_age(coverage: Coverage, regions: tuple[str, ...], fields: tuple[str, ...], as_of: date) -> int | None:
    """Months from the end of the latest covered year (or the day itself, within that year) to the day."""
    for year in coverage.years(regions, fields):
        if year <= as_of.year:
            end = min(date(year, 12, 31), as_of)
            return (as_of.year - end.year) * 12 + as_of.month - end.month
    return None


def _strategic_chains(chains: pd.DataFrame) -> dict[str, str]:
    """Chain -> the document that makes it strategic; a chain without one does not count."""
    named = chains[chains["strategic"].fillna(False) & chains["document"].notna()]
    return {str(c): str(d) for c, d in zip(named["chain"], named["document"], strict=True)}


def _traditional(name: str, group: str, values: Values) -> str | None:
    return _named(f"{name} {group}", values.names("upgrade.fields"))


def _named(text: str, words: tuple[str, ...]) -> str | None:
    return next((word for word in words if word in text), None)
