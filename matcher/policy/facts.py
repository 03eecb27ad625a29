"""What is known about one program when the rules look at it.

Every field may be absent (None): a rule that needs it is then not evaluable, which counts neither way. Persons and
posts are whole hundredths a year, as everywhere behind the tables.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from matcher.policy.earlier import NewLink


@dataclass(frozen=True)
class DemandYear:
    """The posts that were within reach of a program in one demand year.

    Attributes:
        year: of the demand rows.
        posts: hundredths, over all its edges of that year.
        share_low: the least coverage declared for the fields and regions it can reach; None without a declaration.
    """

    year: int
    posts: int
    share_low: float | None


@dataclass(frozen=True)
class ReportedYear:
    """The figures of one year as they were reported: head counts, nothing smoothed and nothing estimated.

    Attributes:
        basis: what `employed` was counted on: initial, year_end, or empty where the table does not say.
    """

    year: int
    planned: int | None = None
    registered: int | None = None
    enrolled: int | None = None
    students: int | None = None
    graduates: int | None = None
    employed: int | None = None
    further_study: int | None = None
    first_choice: int | None = None
    teachers: int | None = None
    basis: str = ""


@dataclass(frozen=True)
class Facts:
    """One program before the rules. See docs/method.md, section 7, for what each figure is used for.

    Attributes:
        enrolled: (year, persons or None) of the latest years, latest first.
        students_left: persons enrolled now, all years together.
        first_cohort: the year the first cohort graduated.
        graduates: over the latest three years.
        supply, headroom, indispensability: hundredths of persons a year.
        block_programs: how many programs its block has.
        block_supply, block_posts, cannot_be_placed: hundredths, of its block; the last of the closed set.
        certified: whether every clause of a certificate but the one on probability holds for its block;
            why_not_certified: the clauses that stand against it.
        below: P(employment rate < low rate).
        rate_below: P(placeable rate < the surplus rate) over draws; headroom_prioritize, headroom_expand: P(headroom >=
            the share of supply asked for prioritize, expand). None where no draws were made: point values then decide.
        reachable: posts of its edges; strategic, short: the part of them in strategic chains, marked short of people.
        growth, growth_low: of the reachable posts, shares a year, weighted by posts.
        strategic_chains, documents: the strategic chains of its posts, most posts first, and what makes them strategic.
        best_match: the highest p with any listed occupation, of any year, level and region.
        demand_years: latest first.
        source_age: months since the latest covered demand source for its field and region.
        skills: skills asked for by enough employers in reachable posts; covered: those its courses cover.
        rate_high: its placeable rate with posts grossed up to what the sources do not see; rates_before: (demand year, rate
            at the posts listed), latest first; of placement.trend, () where it was not looked at.
        named_short, named_traditional: the word of the pack's list found in its name or class.
        borders_scarce: its block has more posts than graduates.
        further_latest: share of further study among the graduates of the latest year that reports both.
        controlled_field: the word of the pack's list of fields under state control found in its class.
        institution, region, level, field, year_opened: of the program; field is its major group.
        reported: figures as reported, latest first, of the program and its predecessors.
        scope: what the caller declared the tables to hold in full: "", "city" or "province".
        standings: (year, points with its destination rate or a lower one, points compared) within that scope.
        points: how many points the scope has of its catalogue program and level.
        city_schools, province_schools: (schools that offer it, schools) at its level, in its region and in the scope.
        opened_here: points that its institution opened in the year of the assessment; net_opened_here: less those that
            it withdrew in that year, as far as their successors name them.
        last_measure: the step of the ladder that an earlier assessment gave.
        predecessors: programs whose history and age it carries.
        own_posts: hundredths of reachable posts that its own institution or a partner of it proposed; left out of
            reachable, strategic, short, growth, headroom and indispensability.
        own_rate: the placeable rate without them; None where there are none.
        lift: hundredths of supply more if as many had stayed as of its peers (placement.retention); lift_here: of all
            programs of its institution in its block together. 0 where its share is not lower.
        peer_rate, peer_certified: its placeable rate and whether its surplus is certified (but for the probability) if as
            many had stayed of all programs of its institution; looked at only where that could make a difference.
            peer_below: P(placeable rate < the surplus rate) then; None without draws.
        pool: the small points of its class at its institution taken as one; pooled_with: the others in it.
        data_checks: keys of data_checks.DATA_CHECKS.
        text_changed: whether its filed text is another one than in the earlier assessment; new_links: links that rest on
            changed sentences alone.
    """

    program_id: str
    name: str = ""
    exempt: str | None = None
    state_controlled: bool | None = None
    enrolled: tuple[tuple[int, int | None], ...] = ()
    students_left: int | None = None
    first_cohort: int | None = None
    graduates: int | None = None
    supply: int | None = None
    supply_estimated: bool = False
    rate: Fraction | None = None
    rate_high: Fraction | None = None
    block: str | None = None
    certified: bool | None = None
    why_not_certified: tuple[str, ...] = ()
    undercounted_by: int = 0
    block_programs: int = 0
    block_supply: int | None = None
    block_posts: int | None = None
    cannot_be_placed: int | None = None
    headroom: int | None = None
    indispensability: int | None = None
    employment: float | None = None
    below: float | None = None
    further_share: float | None = None
    reachable: int = 0
    strategic: int = 0
    short: int = 0
    strategic_chains: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    growth: float | None = None
    growth_low: float | None = None
    rates_before: tuple[tuple[int, Fraction], ...] = ()
    best_match: float | None = None
    demand_years: tuple[DemandYear, ...] = ()
    source_age: int | None = None
    courses: int = 0
    characters: int = 0
    skills: int = 0
    covered: int = 0
    missing_skills: tuple[str, ...] = ()
    capacity: int | None = None
    named_short: str | None = None
    named_traditional: str | None = None
    borders_scarce: bool | None = None
    rate_below: float | None = None
    headroom_prioritize: float | None = None
    headroom_expand: float | None = None
    further_latest: float | None = None
    controlled_field: str | None = None
    institution: str = ""
    region: str = ""
    level: str = ""
    field: str = ""
    year_opened: int | None = None
    reported: tuple[ReportedYear, ...] = ()
    scope: str = ""
    standings: tuple[tuple[int, int, int], ...] = ()
    points: int | None = None
    city_schools: tuple[int, int] | None = None
    province_schools: tuple[int, int] | None = None
    opened_here: int = 0
    net_opened_here: int = 0
    last_measure: str | None = None
    predecessors: tuple[str, ...] = ()
    own_posts: int = 0
    own_rate: Fraction | None = None
    lift: int = 0
    lift_here: int = 0
    peer_rate: Fraction | None = None
    peer_certified: bool = False
    peer_below: float | None = None
    pool: "Facts | None" = None
    pooled_with: tuple[str, ...] = ()
    data_checks: tuple[str, ...] = ()
    text_changed: bool = False
    new_links: tuple[NewLink, ...] = ()

    def but(self, **changes: Any) -> "Facts":
        """The same with other values in some fields.

        As dataclasses.replace, which passes all of them through the constructor: rules are asked of a thousand such copies an
        assessment.
        """
        if unknown := changes.keys() - self.__dict__.keys():
            raise TypeError(f"Facts has no {sorted(unknown)[0]}")
        found = object.__new__(type(self))
        found.__dict__.update(self.__dict__, **changes)
        return found
