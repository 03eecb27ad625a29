"""From the match graph and the tables to rates, blocks, certificates and what stands against them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import pandas as pd

from corpora.frames import empty, rows, word
from matcher.placement.agreements import Served, serve_first
from matcher.placement.demand_years import Coverage
from matcher.placement.fair import FairPlacement, place_fairly
from matcher.placement.marginal import Marginal, marginals
from matcher.placement.surplus import SurplusFinding, certify_surplus


@dataclass(frozen=True)
class Reach:
    """Regions and fields a program can reach; a program without a region reaches all that are listed."""

    regions: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """What placement starts from: tables read, nothing computed yet. Persons and posts in hundredths a year.

    Attributes:
        supply: before agreements; posts, high_posts: as listed, and grossed up to what sources do not see.
        edges: (program, demand), sorted, both ends among supply and posts.
        seats: program -> persons with a contracted post.
        observed: program -> local placements seen; estimated: programs whose supply rests on an estimated share.
        years: demand -> its year; seen: demand -> share_low of its own source, where it declared one.
        reach, coverage: for which fields and regions something is declared.
        surplus_rate: a rate below it is a surplus.
    """

    supply: Mapping[str, int]
    posts: Mapping[str, int]
    high_posts: Mapping[str, int]
    edges: tuple[tuple[str, str], ...]
    seats: Mapping[str, int]
    observed: Mapping[str, int]
    estimated: frozenset[str]
    years: Mapping[str, int]
    seen: Mapping[str, float]
    reach: Mapping[str, Reach]
    coverage: Coverage
    surplus_rate: Fraction

    def around(self, program: str) -> "Figures":
        """The connected component of one program: placement there is what it is in the whole."""
        takes: dict[str, list[str]] = {}
        sends: dict[str, list[str]] = {}
        for one, demand in self.edges:
            sends.setdefault(one, []).append(demand)
            takes.setdefault(demand, []).append(one)
        programs, demands, todo = {program}, set[str](), [program]
        while todo:
            for demand in sends.get(todo.pop(), ()):
                if demand not in demands:
                    demands.add(demand)
                    new = [p for p in takes[demand] if p not in programs]
                    programs.update(new)
                    todo += new
        return replace(
            self,
            supply={p: n for p, n in self.supply.items() if p in programs},
            posts={d: n for d, n in self.posts.items() if d in demands},
            high_posts={d: n for d, n in self.high_posts.items() if d in demands},
            edges=tuple(edge for edge in self.edges if edge[1] in demands),
            seats={p: n for p, n in self.seats.items() if p in programs},
        )


@dataclass(frozen=True)
class Placement:
    """Everything that placement hands on.

    Attributes:
        supply: program -> hundredths of persons a year, for programs with a supply; those under agreements are out.
        posts: demand -> hundredths of posts a year, for the demand rows that carry; contracted ones are out.
        served: persons and posts that agreements took out first.
        edges: (program, demand) pairs among them, sorted.
        fair: rates, blocks and an assignment.
        high_posts: demand -> hundredths when posts are grossed up to what the sources do not see; high_rates: program ->
            rate on these.
        marginals: headroom and indispensability.
        surplus: one finding a block.
        reach: program -> regions its graduates reach and fields of its edges, for questions of coverage.
        figures: what it started from.
    """

    supply: Mapping[str, int]
    posts: Mapping[str, int]
    edges: tuple[tuple[str, str], ...]
    fair: FairPlacement
    high_posts: Mapping[str, int]
    high_rates: Mapping[str, Fraction]
    marginals: Mapping[str, Marginal]
    surplus: Mapping[str, SurplusFinding]
    reach: Mapping[str, Reach]
    served: Served
    figures: Figures


def place(
    supply: Mapping[str, int],
    estimated: frozenset[str],
    observed: Mapping[str, int],
    demands: pd.DataFrame,
    posts: Mapping[str, int],
    high_posts: Mapping[str, int],
    seen: Mapping[str, float],
    matches: pd.DataFrame,
    reach: Mapping[str, Reach],
    coverage: Coverage,
    surplus_rate: Fraction,
    seats: Mapping[str, int] | None = None,
) -> Placement:
    """Computes rates, blocks, marginal figures and which surpluses are certified.

    Args:
        supply: hundredths; programs without a known supply are left out.
        estimated: programs whose supply rests on an estimated share.
        observed: program -> hundredths of local placements seen.
        demands: the rows that carry (demand_roles "current").
        posts: demand -> hundredths, of `demand_posts`; high_posts: grossed up by `seen`, of `seen_shares`.
        matches: with `edge` set; pairs with other demands are not read.
        reach: of every program.
        coverage: as read.
        surplus_rate: a rate below it is a surplus.
        seats: program -> hundredths of persons with a contracted post, of `agreements.contracted`.
    """
    linked = matches[matches["edge"]]
    edges = tuple(
        sorted(
            (str(p), str(d))
            for p, d in zip(linked["program_id"], linked["demand_id"], strict=True)
            if p in supply and d in posts
        )
    )
    years = {str(d): int(y) for d, y in zip(demands["demand_id"], demands["year"], strict=True)}
    return settle(
        Figures(
            supply, posts, high_posts, edges, seats or {}, observed, estimated, years, seen, reach, coverage,
            surplus_rate,
        )
    )  # fmt: skip


def settle(figures: Figures) -> Placement:
    """The placement that follows from figures."""
    served = serve_first(figures.seats, figures.supply, figures.posts, figures.edges)
    supply, posts = served.less_persons(figures.supply), served.less_posts(figures.posts)
    fair = place_fairly(supply, posts, figures.edges)
    high_posts = served.less_posts(figures.high_posts)
    high = place_fairly(supply, high_posts, figures.edges)
    findings = certify_surplus(
        fair,
        high.rates,
        _uncovered(figures, supply),
        figures.estimated,
        # The posts that contracts fill are out of the block, so those who fill them are no contradiction.
        served.less_persons(figures.observed),
        figures.surplus_rate,
    )
    return Placement(
        supply,
        posts,
        figures.edges,
        fair,
        high_posts,
        high.rates,
        marginals(supply, posts, figures.edges),
        {finding.block: finding for finding in findings},
        figures.reach,
        served,
        figures,
    )


def reach_of(
    programs: pd.DataFrame, demands: pd.DataFrame, matches: pd.DataFrame, flows: Iterable[tuple[str, str]]
) -> dict[str, Reach]:
    """Regions and fields of every program: its own, and those of the demand rows it matches well enough.

    Args:
        programs: program_id, region, major_group; demands: demand_id, region, field; matches: with `why_not`: pairs
            that fail by level or region alone still say which fields the program is about.
        flows: directed pairs of regions.
    """
    everywhere = tuple(
        sorted({str(r) for r in demands["region"].dropna()} | {str(r) for r in programs["region"].dropna()})
    )
    field_of = dict(zip(demands["demand_id"].astype(str), demands["field"].astype(object), strict=True))
    near = matches[matches["why_not"].isin(["", "level", "region"])]
    fields: dict[str, set[str]] = {}
    for program, demand in zip(near["program_id"].astype(str), near["demand_id"].astype(str), strict=True):
        fields.setdefault(program, set()).add(word(field_of[demand]))
    links: dict[str, set[str]] = {}
    for start, end in flows:
        links.setdefault(start, set()).add(end)
    found = {}
    for row in rows(programs):
        program = str(row.program_id)
        own = set() if empty(row.major_group) else {str(row.major_group)}
        regions = everywhere if empty(row.region) else tuple(sorted({str(row.region)} | links.get(row.region, set())))
        found[program] = Reach(regions, tuple(sorted(own | fields.get(program, set()))))
    return found


def seen_shares(demands: pd.DataFrame, coverage: Coverage) -> dict[str, float]:
    """Demand -> share_low of its own source; rows whose source declared nothing are left out."""
    found = {}
    for row in rows(demands):
        share = coverage.of_row(word(row.source), word(row.region), word(row.field), int(row.year))
        if share is not None:
            found[str(row.demand_id)] = share
    return found


def _uncovered(figures: Figures, supply: Mapping[str, int]) -> frozenset[str]:
    """Programs with an edge into a row, or within reach of a field and region, that no source declared to cover."""
    used: dict[str, set[int]] = {}
    gaps: set[str] = set()
    for program, demand in figures.edges:
        used.setdefault(program, set()).add(figures.years[demand])
        if demand not in figures.seen:
            gaps.add(program)
    for program in supply:
        reach = figures.reach[program]
        for year in used.get(program, set()):
            if figures.coverage.best(reach.regions, reach.fields, year) is None:
                gaps.add(program)
    return frozenset(gaps)
