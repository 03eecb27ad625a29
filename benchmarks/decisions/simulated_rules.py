"""What should be flagged in a simulated market, what simple rules would flag, and whether certificates hold.

The true market is one draw more, the one that happens, and the rules read it as they read any draw (matcher.policy.doubt):
- `truth`: of a program of which nothing but the market and its employment is in question. phase_out is right where graduates
  truly are too many (a max-min rate below 0.7 over true supply, posts and links), truly find little work (theta below 0.6) and
  can truly be replaced; expand where a fifth of the supply could truly be added and theta is not below 0.6; else maintain.
- `on_evidence`: of the program as its tables show it. What no draw mends stays: a certificate that is void (no listed match,
  no coverage, an estimated share, observed placements above the posts), peers of whom more stay. This is what a flag
  probability is about: what the rules would say if the quantities in doubt were known and the evidence were what it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow
from simulated_market import AS_OF, Truth

from matcher import Assessment
from matcher.placement.draws import Draws
from matcher.placement.fair import place_fairly
from matcher.placement.market import divide, headroom, indispensability, market_of
from matcher.policy.doubt import drawn_clauses, flag_shares
from matcher.policy.facts import Facts
from matcher.policy.parameters import Values

DAY = date.fromisoformat(AS_OF)
# Cuts that a planner would choose for a gap: the same shares of supply that the method's own rules ask for.
SURPLUS_CUT, GROWTH_CUT, LOW_RATE = 0.7, 1.2, 0.6
# A program in full order, of which the market and its employment decide.
OPEN = Facts(
    program_id="",
    graduates=300,
    courses=12,
    source_age=0,
    first_cohort=DAY.year - 10,
    supply=100,
    rate=Fraction(0),
    rate_below=0.5,
    why_not_certified=("rate",),
    certified=False,
    headroom=0,
    headroom_prioritize=0.5,
    headroom_expand=0.5,
    indispensability=0,
    borders_scarce=False,
    below=0.5,
)
GAPS = {"own gap": "own_gap", "completers' share": "completers_share_gap"}


def true_flags(truth: Truth, facts: Sequence[Facts], values: Values) -> pd.DataFrame:
    """One row for each of the facts: truth and on_evidence (flags), surplus (whether it truly is in one).

    Args:
        facts: of every program, as published.
    """
    market, programs, _ = market_of(truth.supply, truth.posts, truth.edges)
    division = divide(market)
    rate = division.rates(market)[None]
    happens = Draws(
        tuple(programs),
        rate=rate,
        rate_high=rate,
        headroom=headroom(market, division)[None],
        supply=market.supply[None],
        indispensability=indispensability(market, division, np.arange(len(programs)))[None],
    ).of([f.program_id for f in facts])
    low = np.array([truth.theta[f.program_id] < values.number("employment.low_rate") for f in facts])
    # Employment is low in a draw where its uniform is below L: here for certain, or for certain not.
    certain = np.where(low, -1.0, 2.0)[None]
    found = {"surplus": happens.rate[0] < values.number("surplus.rate")}
    for name, seen in (("truth", [replace(OPEN, program_id=f.program_id) for f in facts]), ("on_evidence", facts)):
        clauses = drawn_clauses(happens, seen, certain, values)
        found[name] = [flag_shares(f, values, DAY, clauses[:, i])[0][0] for i, f in enumerate(seen)]
    return pd.DataFrame(found)


def simple_flags(programs: pd.DataFrame, outcomes: pd.DataFrame) -> Mapping[str, np.ndarray]:
    """Rule -> the flag it gives every program ("" for none), in the order of `programs`.

    A gap alone: phase out where linked (or shared) posts are below 0.7 of supply, expand where they reach 1.2. With
    employment: the same, where the latest rate is below 60 %, or is not. The rule of three years: phase out where the rate
    was below 60 % in each of them; it never expands.

    Args:
        programs: of an assessment; outcomes: as reported.
    """
    seeking = outcomes["graduates"] - outcomes["further_study"]
    rates = outcomes.assign(rate=outcomes["employed"] / seeking.where(seeking > 0)).pivot(
        index="program_id", columns="year", values="rate"
    )
    low = (rates.loc[programs["program_id"]] < LOW_RATE).to_numpy()
    supply = programs["supply"].to_numpy(float, na_value=np.nan)
    found = {}
    for name, column in GAPS.items():
        posts = supply + programs[column].to_numpy(float, na_value=np.nan)
        crowded, roomy = posts < SURPLUS_CUT * supply, posts >= GROWTH_CUT * supply
        found[name] = np.select([crowded, roomy], ["phase_out", "expand"], "")
        with_employment = [crowded & low[:, -1], roomy & ~low[:, -1]]
        found[f"{name} and employment"] = np.select(with_employment, ["phase_out", "expand"], "")
    found["below 60 % three years running"] = np.where(low.all(axis=1), "phase_out", "")
    return found


def checked_certificates(result: Assessment, seed: int) -> tuple[int, int]:
    """Certified blocks, and how many of them are wrong if the listed matches are right and coverage is what it declares.

    True posts of a row lie anywhere between those listed and those divided by the declared share, drawn here. A
    certificate is wrong if a maximum flow (scipy's, of the closed set alone) places more than the closed set has posts, or,
    where nothing is unseen, leaves fewer unplaced than stated; or if any program of the block has a fair rate of 0.7 or more
    on the true posts.
    """
    supply = {str(r.program_id): round(100 * r.supply) for r in result.programs.itertuples() if pd.notna(r.supply)}
    coverage = result.inputs["coverage"].set_index(["region", "field"])["share_low"]
    listed = result.inputs["demands"].set_index("demand_id")
    listed = listed.loc[result.demands["demand_id"]]
    uniform = np.random.default_rng(seed).random(len(listed))
    low = coverage.loc[list(zip(listed["region"], listed["field"], strict=True))].to_numpy(float)
    open_posts = 100 * listed["openings"].to_numpy(float)
    posts = dict(
        zip(listed.index, np.floor(open_posts * (1 + uniform * (1 / low - 1))).astype(int).tolist(), strict=True)
    )
    stated = dict(zip(listed.index, open_posts.astype(int).tolist(), strict=True))
    linked = result.matches[result.matches["edge"]]
    edges = [(str(p), str(d)) for p, d in zip(linked["program_id"], linked["demand_id"], strict=True) if p in supply]
    rates = place_fairly(supply, posts, edges).rates
    blocks = {b["block"]: b for b in result.blocks}
    certified = [b for b in result.blocks if b["certified"]]
    wrong = 0
    for block in certified:
        closed = [blocks[b] for b in (block["block"], *block["worse_blocks"])]
        members = {row["program_id"] for b in closed for row in b["programs"]}
        own = [(p, d) for p, d in edges if p in members]
        within = {row["demand_id"] for b in closed for row in b["demands"]}
        placed = _largest_flow({p: supply[p] for p in members}, posts, own)
        left = sum(supply[p] for p in members) - _largest_flow({p: supply[p] for p in members}, stated, own)
        wrong += (
            placed > sum(posts[d] for d in within)
            or left < round(100 * block["cannot_be_placed"])
            or any(rates[row["program_id"]] >= SURPLUS_CUT for row in block["programs"])
        )
    return len(certified), wrong


def _largest_flow(supply: Mapping[str, int], posts: Mapping[str, int], edges: list[tuple[str, str]]) -> int:
    """Hundredths that a maximum flow places, by a solver that shares nothing with the one that is checked."""
    node = {name: i for i, name in enumerate([*sorted(supply), *sorted(posts)])}
    source, sink = len(node), len(node) + 1
    arcs = [(node[p], node[d], supply[p]) for p, d in set(edges)]
    arcs += [(source, node[p], n) for p, n in supply.items()] + [(node[d], sink, n) for d, n in posts.items()]
    tails, heads, room = np.array(arcs, np.int32).T
    graph = csr_matrix((room, (tails, heads)), shape=(sink + 1, sink + 1))
    return int(maximum_flow(graph, source, sink).flow_value)
