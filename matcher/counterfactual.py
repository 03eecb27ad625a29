"""What would change a flag: the smallest change of one figure, or one match taken away (docs/method.md, section 8).

Graduates a year, openings of the best-matching posts, and employed of the latest year change in steps of one; a match is
rejected as a review would. Everything else stays, draws keep their chances, and the employment of the group and its
weight are held. Every step is judged exactly: the point market of the connected component anew, the draws by rooms
(matcher.placement.rooms), the program's facts by the same code and rules as in an assessment.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Any, Literal

import numpy as np

from corpora.frames import empty, rows, rows_by, word
from matcher.judging import Workings
from matcher.placement.place import Figures, Placement, Reach, settle
from matcher.placement.quantities import demand_posts, hundredths, posts_of
from matcher.placement.rooms import DrawnMarkets, Rooms
from matcher.policy.advice import Advice, advise
from matcher.policy.assemble import Gatherer
from matcher.policy.doubt import at_peers
from matcher.policy.employment import below_with
from matcher.policy.facts import Facts
from matcher.policy.kept import Kept
from matcher.policy.own_rows import program_rows
from matcher.policy.rules import Flag

Kind = Literal["graduates", "openings", "employed", "match"]
# A figure is followed up to so many times what it is, and at least so many steps; what lies farther is no advice.
FARTHEST_TIMES, FARTHEST_STEPS = 3, 50


@dataclass(frozen=True)
class Counterfactual:
    """One change that would give another flag, where one step less would not.

    Attributes:
        kind: what changes: graduates a year, openings a year, employed of the latest year, or a match taken away.
        demand: whose openings or match; None for the program's own figures.
        before, after: the figure, persons or openings; p and None for a match.
        flag: the flag that follows.
        returns: whether a larger change in the same direction gives the first flag back.
    """

    kind: Kind
    demand: str | None
    before: float
    after: float | None
    flag: Flag
    returns: bool = False


@dataclass(frozen=True)
class _Change:
    """One program's figures in place of what they are; None leaves them."""

    graduates: int | None = None
    openings: float | None = None
    employed: int | None = None
    rejected: str | None = None


class Counterfactuals:
    """Searches an assessment's workings; one instance serves all its programs."""

    def __init__(self, workings: Workings) -> None:
        self.workings = workings
        question = workings.question
        self.values, self.day = question.values, question.as_of
        self.limit = self.values.share("surplus.rate")
        self.gatherer = Gatherer(workings.evidence, workings.placement, self.values, self.day, Kept())
        self.rows = program_rows(workings.read.programs)
        self.facts = {f.program_id: f for f in workings.facts}
        self.supplies = {str(row.program_id): row for row in rows(workings.supplies)}
        self.matches = rows_by(workings.matches, "program_id")
        self.outcomes = rows_by(workings.read.outcomes.sort_values("year", ascending=False), "program_id")
        self.employment = {str(row.program_id): row for row in rows(workings.employment.programs)}
        current = workings.read.demands[workings.read.demands["role"] == "current"]
        self.current = current
        self.demands = {str(row.demand_id): row for row in rows(current)}
        other = question.tables["other_supply"]
        self.shared_supply = {
            (word(c), word(r)) for c, r in zip(other["occupation_code"], other["region"], strict=True)
        }

    @cached_property
    def markets(self) -> DrawnMarkets | None:
        """The drawn markets; None where the assessment made no draws."""
        return DrawnMarkets(self.workings.market) if self.workings.market else None

    def of(self, program: str) -> tuple[Counterfactual, ...]:
        """The counterfactuals of one program, one a kind and direction where there is any.

        A program that is judged pooled with others, or not judged for want of data, has none: its flag hangs on more than
        its own figures, or on data that are named in its trace.
        """
        facts = self.facts[program]
        flag = advise(facts, self.values, self.day).flag
        if facts.pool is not None or flag == "insufficient_evidence":
            return ()
        return tuple(_Search(self, program, facts).all())


class _Search:
    """The search for one program."""

    def __init__(self, house: Counterfactuals, program: str, facts: Facts) -> None:
        self.house, self.program, self.facts = house, program, facts
        self.figures: Figures = house.workings.placement.figures.around(program)
        self.pairs = {str(row.demand_id): float(row.p) for row in house.matches.get(program, [])}
        self.edges = [d for p, d in self.figures.edges if p == program]
        self.demand = self._best_demand()
        self.rooms: Rooms | None = None
        if house.markets is not None and program in house.markets:
            self.rooms = house.markets.rooms(program, self.demand, self.edges, house.limit)
        self._known: dict[_Change, Advice] = {}

    def all(self) -> Iterator[Counterfactual]:
        yield from self._graduates()
        yield from self._openings()
        yield from self._employed()
        yield from self._matches()

    @property
    def _contracted(self) -> bool:
        """Whether it has contracted seats: a change of it moves what agreements take from posts, and so other programs."""
        return self.program in self.figures.seats

    def _graduates(self) -> Iterator[Counterfactual]:
        supply = self.house.supplies.get(self.program)
        if supply is None or not supply.each or self.program not in self.figures.supply or self._contracted:
            return
        now = Fraction(int(supply.supply), 100) / supply.each
        shown = round(float(now), 1)
        for start, stop in _ways(now):
            yield from self._along("graduates", None, shown, start, stop, lambda n: _Change(graduates=n))

    def _openings(self) -> Iterator[Counterfactual]:
        if self.demand is None or any((p, self.demand) in self.figures.edges for p in self.figures.seats):
            return
        now = self.house.demands[self.demand].openings
        now = 0.0 if empty(now) else float(now)
        for start, stop in _ways(now):
            yield from self._along("openings", self.demand, now, start, stop, lambda n: _Change(openings=float(n)))

    def _employed(self) -> Iterator[Counterfactual]:
        latest = self._latest_outcome()
        if latest is None or self.program not in self.house.employment:
            return
        studying = 0 if empty(latest.further_study) else int(latest.further_study)
        now, most = int(latest.employed), max(int(latest.graduates) - studying, int(latest.employed))
        for start, stop in ((now - 1, -1), (now + 1, most + 1)):
            yield from self._along("employed", None, now, start, stop, lambda n: _Change(employed=n))

    def _matches(self) -> Iterator[Counterfactual]:
        if self._contracted:
            return
        first = self._advice(_Change()).flag
        for demand in sorted(self.edges, key=lambda d: (-self.pairs[d], d)):
            flag = self._advice(_Change(rejected=demand)).flag
            if flag != first:
                yield Counterfactual("match", demand, self.pairs[demand], None, flag)

    def _along(
        self,
        kind: Kind,
        demand: str | None,
        before: float,
        start: int,
        stop: int,
        change: Callable[[int], _Change],
    ) -> Iterator[Counterfactual]:
        """The nearest figure from `start` on, short of `stop`, that gives another flag."""
        sign = 1 if stop > start else -1
        count = abs(stop - start)
        if count == 0:
            return
        first = self._advice(_Change())

        def at(step: int) -> Advice:
            return first if step == 0 else self._advice(change(start + sign * (step - 1)))

        step = nearest(lambda k: at(k).flag != first.flag, lambda k: _clauses(at(k)), count)
        if step is not None:
            beyond = (at(min(count, reach)).flag for reach in (2 * step, 4 * step, count))
            yield Counterfactual(
                kind, demand, before, start + sign * (step - 1), at(step).flag, any(f == first.flag for f in beyond)
            )

    def _advice(self, change: _Change) -> Advice:
        if change not in self._known:
            self._known[change] = advise(self._facts(change), self.house.values, self.house.day)
        return self._known[change]

    def _facts(self, change: _Change) -> Facts:
        if change == _Change():
            return self.facts
        placement = settle(self._figures(change)) if change.employed is None else self._base
        facts = self.house.gatherer.trial(
            self.house.rows[self.program],
            placement,
            change.rejected,
            self._employment(change.employed),
            self.pairs,
            self._lift(change.graduates),
        )
        moved: dict[str, Any] = {name: getattr(facts, name) for name in _MOVED}
        return replace(self.facts, **moved, **self._doubt(change, placement, facts))

    @cached_property
    def _base(self) -> Placement:
        return settle(self.figures)

    def _figures(self, change: _Change) -> Figures:
        figures, program = self.figures, self.program
        if change.graduates is not None:
            supply = hundredths(self.house.supplies[program].each * change.graduates)
            return replace(figures, supply={**figures.supply, program: supply})
        if change.openings is not None and self.demand is not None:
            posts, high = self._posts(self.demand, change.openings)
            return replace(figures, posts={**figures.posts, **posts}, high_posts={**figures.high_posts, **high})
        if change.rejected is not None:
            near = [
                str(row.demand_id)
                for row in self.house.matches.get(program, [])
                if word(row.why_not) in ("", "level", "region") and str(row.demand_id) != change.rejected
            ]
            fields = self.house.workings.read.demands
            of = fields.loc[fields["demand_id"].isin(near), "field"]
            major = word(self.house.rows[program]["major_group"])
            reach = Reach(
                figures.reach[program].regions,
                tuple(sorted({word(f) for f in of} | ({major} if major else set()))),
            )
            edges = tuple(edge for edge in figures.edges if edge != (program, change.rejected))
            return replace(figures, edges=edges, reach={**figures.reach, program: reach}).around(program)
        return figures

    def _posts(self, demand: str, openings: float) -> tuple[dict[str, int], dict[str, int]]:
        """Posts and grossed-up posts that other openings of one row give: of that row, and of those that share what is
        taken off with it."""
        row, seen = self.house.demands[demand], self.figures.seen
        if (word(row.occupation_code), word(row.region)) not in self.house.shared_supply:
            high = posts_of(openings, row.entry_share, seen.get(demand))
            return {demand: hundredths(posts_of(openings, row.entry_share))}, {demand: hundredths(high)}
        current = self.house.current
        here = current["demand_id"] == demand
        edited = current.assign(openings=current["openings"].where(~here, openings))
        other = self.house.workings.question.tables["other_supply"]
        known = self.figures.posts.keys()
        posts, high_posts = demand_posts(edited, other), demand_posts(edited, other, seen)
        return {d: posts[d] for d in known}, {d: high_posts[d] for d in known}

    def _employment(self, employed: int | None) -> Any:
        known = self.house.employment.get(self.program)
        if employed is None or known is None:
            return known
        below = below_with(known, employed, self.house.values.number("employment.low_rate"))
        return known._replace(below_probability=below)

    def _lift(self, graduates: int | None) -> int | None:
        """What its peers' retention would add to the supply of so many graduates."""
        known = self.house.workings.evidence.lifts.get(self.program)
        if graduates is None or known is None:
            return None
        each = self.house.supplies[self.program].each
        return hundredths(known.each * graduates) - hundredths(each * graduates)

    def _doubt(self, change: _Change, placement: Placement, facts: Facts) -> dict[str, Any]:
        """The probabilities of clauses over the draws, as `with_doubt` gives them."""
        if self.rooms is None or self.house.markets is None:
            return {name: getattr(self.facts, name) for name in _DRAWN}
        row = self.house.supplies[self.program]
        kept = float(row.each) if change.graduates is not None else float(row.kept)
        served = placement.served.persons.get(self.program, 0)
        expected = placement.figures.supply[self.program]
        supply = self.house.markets.supply(self.program, expected, kept, served)
        plain, limited = self.rooms.plain, self.rooms.limited
        if change.rejected is not None:
            plain, limited = self.rooms.without[change.rejected]
        elif change.openings is not None and self.demand is not None:
            posts = placement.posts[self.demand]
            demand = self.house.demands[self.demand]
            gross = hundredths(posts_of(change.openings, demand.entry_share))
            plain, limited = self.rooms.with_posts(self.house.markets.posts(self.demand, posts, gross - posts))
        limit, some = self.rooms.limit, supply > 0
        below = (supply * limit.numerator > limited) & some
        left, seekers = at_peers([facts], np.maximum(0, plain - supply)[:, None], supply[:, None])
        room, seekers = left[:, 0], seekers[:, 0]
        found: dict[str, Any] = {"rate_below": None if facts.rate is None else float(below.mean())}
        found["peer_below"] = None
        if facts.peer_certified and facts.lift_here and facts.supply and facts.rate is not None:
            larger = self.house.markets.supply(self.program, expected + facts.lift_here, kept, served)
            found["peer_below"] = float((larger * limit.numerator > limited).mean())
        for name, parameter in (("headroom_prioritize", "prioritize.headroom"), ("headroom_expand", "expand.headroom")):
            share = self.house.values.share(parameter)
            enough = (room * share.denominator >= seekers * share.numerator) & some
            found[name] = None if facts.headroom is None or not facts.supply else float(enough.mean())
        return found

    def _best_demand(self) -> str | None:
        """The posts whose openings are changed: the best match in its own block, else the best of all its edges."""
        placement = self.house.workings.placement
        block = next((b for b in placement.fair.blocks if self.program in b.programs), None)
        own = [d for d in self.edges if block is not None and d in block.demands] or self.edges
        return min(own, key=lambda d: (-self.pairs[d], d), default=None)

    def _latest_outcome(self) -> Any:
        """The row whose employed the posterior weighs most: the latest with both figures and somebody looking for work."""
        for row in self.house.outcomes.get(self.program, []):
            if row.year <= self.house.day.year and not empty(row.graduates) and not empty(row.employed):
                studying = 0 if empty(row.further_study) else int(row.further_study)
                if max(int(row.graduates) - studying, int(row.employed)) > 0:
                    return row
        return None


# What a change may move; everything else about the program is as it was.
_MOVED = (
    "supply", "rate", "rate_high", "block", "certified", "why_not_certified", "undercounted_by", "block_programs",
    "block_supply", "block_posts", "cannot_be_placed", "headroom", "indispensability", "employment", "below",
    "best_match", "demand_years", "borders_scarce", "reachable", "strategic", "short", "strategic_chains", "documents",
    "growth", "growth_low", "own_posts", "own_rate", "lift", "lift_here", "peer_rate", "peer_certified",
)  # fmt: skip
_DRAWN = ("rate_below", "peer_below", "headroom_prioritize", "headroom_expand")


def nearest(differs: Callable[[int], bool], signature: Callable[[int], Any], count: int) -> int | None:
    """The smallest step from 1 to `count` that differs, or None.

    Steps are doubled, and an interval is searched further only where a clause differs at its ends: each clause is
    monotone in the figure that changes, so where none differs nothing happens in between.
    """
    if signature(0) == signature(count):
        return None

    def within(low: int, high: int) -> int | None:
        if signature(low) == signature(high):
            return None
        if high - low == 1:
            return high if differs(high) else None
        middle = (low + high) // 2
        found = within(low, middle)
        return found if found is not None else within(middle, high)

    low = 0
    while low < count:
        high = min(count, max(1, 2 * low))
        found = within(low, high)
        if found is not None:
            return found
        low = high
    return None


def _ways(now: Fraction | float) -> tuple[tuple[int, int], tuple[int, int]]:
    """Down and up from a figure: the first whole step, and the one after the last."""
    farthest = max(floor(now * FARTHEST_TIMES), floor(now) + FARTHEST_STEPS)
    return (ceil(now) - 1, -1), (floor(now) + 1, farthest + 1)


def _clauses(advice: Advice) -> tuple[Any, ...]:
    return (
        advice.flag,
        tuple(c.holds for ground in advice.grounds for c in ground.clauses),
        tuple(c.holds for c in advice.guards),
    )
