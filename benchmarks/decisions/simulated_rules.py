"""What should be flagged in a simulated market, what simple rules would flag, and whether certificates hold.

`truth`: the default pack's own rules on what is true, nothing in doubt and nothing void. A surplus is a max-min rate below
0.7 over true supply, posts and links; low employment a theta below 0.6; headroom, indispensability and the scarce side those
of the true market. So phase_out is right where graduates truly are too many, truly find little work and can truly be
replaced; expand where a fifth of the supply could truly be added and theta is not below 0.6; else maintain.
`on_evidence`: the same, but a certificate that the tables void (no listed match, no coverage, an estimated share, observed
placements above the posts) stays void. This is what a flag probability is about: what the rules would say if the quantities
in doubt were known and the evidence were what it is.
"""

from collections.abc import Collection, Mapping
from datetime import date

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow
from simulated_market import AS_OF, Truth

from matcher import Assessment
from matcher.placement.fair import place_fairly
from matcher.placement.marginal import marginals
from matcher.policy.advice import advise
from matcher.policy.doubt import RATE_CLAUSES
from matcher.policy.facts import Facts
from matcher.policy.parameters import Values

DAY = date.fromisoformat(AS_OF)
# Cuts that a planner would choose for a gap: the same shares of supply that the method's own rules ask for.
SURPLUS_CUT, GROWTH_CUT, LOW_RATE = 0.7, 1.2, 0.6
GAPS = {"own gap": "own_gap", "completers' share": "completers_share_gap"}


def true_flags(truth: Truth, void: Collection[str], values: Values) -> pd.DataFrame:
    """One row a program: program_id, truth and on_evidence (flags), surplus and low (whether they truly are).

    Args:
        void: programs whose certificate the tables void (`voided`).
    """
    fair = place_fairly(truth.supply, truth.posts, truth.edges)
    block = {program: b for b in fair.blocks for program in b.programs}
    marginal = marginals(truth.supply, truth.posts, truth.edges)
    rows = []
    for program, supply in truth.supply.items():
        rate, own = fair.rates.get(program), block.get(program)
        low = truth.theta[program] < values.number("employment.low_rate")
        surplus = rate is not None and rate < values.share("surplus.rate")
        flags = [
            advise(
                Facts(
                    program_id=program,
                    graduates=values.whole("evidence.min_graduates"),
                    courses=values.whole("evidence.min_courses"),
                    source_age=0,
                    first_cohort=DAY.year - 10,
                    supply=supply or None,
                    rate=rate,
                    certified=certified,
                    borders_scarce=None if own is None else own.posts > own.supply,
                    headroom=marginal[program].headroom,
                    indispensability=marginal[program].indispensability,
                    below=float(low),
                ),
                values,
                DAY,
            ).flag
            for certified in (surplus, surplus and program not in void)
        ]
        rows.append((program, *flags, surplus, low))
    return pd.DataFrame(rows, columns=["program_id", "truth", "on_evidence", "surplus", "low"])


def objections(result: Assessment) -> dict[str, tuple[str, ...]]:
    """Program -> what stands against a certificate of its block; ("block",) for one that no listed match puts in any."""
    found = {str(p): ("block",) for p in result.programs["program_id"]}
    for block in result.blocks:
        found |= {row["program_id"]: tuple(block["why_not_certified"]) for row in block["programs"]}
    return found


def voided(against: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Programs whose certificate anything but rates stands against."""
    return {program for program, reasons in against.items() if not RATE_CLAUSES.issuperset(reasons)}


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
