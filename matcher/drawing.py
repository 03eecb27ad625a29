"""From an assessment's tables to draws of it, and from draws to what its rules read (docs/method.md, section 6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corpora.frames import words
from corpora.schema import empty_frame
from matcher.placement.draws import Chances, Doubt, Draws
from matcher.placement.keyed import all_uniforms, keys
from matcher.placement.place import Placement
from matcher.placement.quantities import demand_posts
from matcher.placement.rooms import DrawnMarkets
from matcher.policy.doubt import drawn_clauses
from matcher.policy.facts import Facts
from matcher.policy.kept import Kept
from matcher.policy.pack import Values

# What a program or a post is matched by: rows that are the same in these are drawn together.
_PROGRAM_TEXT = ("name", "track", "goal", "abilities", "courses", "description")
_DEMAND_TEXT = ("occupation", "description", "skills")
# Standard error of the calibration on the logit scale, one offset a draw, level and major group. Measured on posts in an
# employer's words that p was not fitted on: 0.69, 95 % 0 to 1.25 (benchmarks/quality/logit_error.py, docs/model-card.md).
LOGIT_ERROR = 0.7


@dataclass(frozen=True)
class Drawn:
    """What draws say of each program, in the order of the facts.

    Attributes:
        clauses: bool (draws, programs, 6), see policy.doubt.DRAWN.
        low, high: program -> 5 % and 95 % quantile of its placeable rate; programs without a rate are left out.
    """

    clauses: np.ndarray
    low: Mapping[str, float]
    high: Mapping[str, float]


def guarded(facts: Sequence[Facts], values: Values, draws: int, seed: int) -> frozenset[str]:
    """Programs that a guard may have to keep from a phase-out in some draw: a low point rate, or low employment there."""
    limit = values.share("surplus.rate")
    least = employment_uniforms(facts, draws, seed).min(axis=0, initial=1.0)
    return frozenset(
        f.program_id
        for f, chance in zip(facts, least, strict=True)
        if (f.rate is not None and f.rate < limit) or (f.below is not None and chance < f.below)
    )


def employment_uniforms(facts: Sequence[Facts], draws: int, seed: int) -> np.ndarray:
    """The chance of every program's employment in every draw, float64 (draws, programs)."""
    return all_uniforms(seed, draws, "employment", keys([f.program_id for f in facts]))


def expected_market(
    programs: pd.DataFrame,
    supplies: pd.DataFrame,
    demands: pd.DataFrame,
    pairs: pd.DataFrame,
    served: Mapping[str, int],
    posts: Mapping[str, int],
    high_posts: Mapping[str, int],
    draws: int,
    seed: int,
) -> Chances:
    """The market of an assessment, ready to be drawn.

    Args:
        programs, demands: completed tables; demands may hold other years, which are not read.
        supplies: of placement.quantities.supply: expected persons before agreements, with kept and kept_sd.
        pairs: program_id, demand_id, p: all kept pairs of acceptable level and region.
        served, posts, high_posts: of the point result: persons under agreements; posts of every demand row, and grossed up.
        draws: how many; seed: of the assessment.
    """
    own = programs.assign(text=_joined(programs, _PROGRAM_TEXT))[["program_id", "text", "level", "major_group"]]
    own = own.merge(supplies[["program_id", "supply", "kept", "kept_sd"]], on="program_id")
    own = own[own["supply"].notna()]
    own = own.assign(served=[served.get(str(p), 0) for p in own["program_id"]])
    wanted = demands[demands["demand_id"].isin(list(posts))]
    gross = demand_posts(wanted, empty_frame("other_supply"))
    text = words(wanted, "occupation_code")
    wanted = wanted.assign(
        text=[code or said for code, said in zip(text, _joined(wanted, _DEMAND_TEXT), strict=True)],
        posts=[posts[str(d)] for d in wanted["demand_id"]],
        high=[high_posts[str(d)] for d in wanted["demand_id"]],
        # Openings are drawn whole; other supply and agreements are taken off what was drawn.
        taken=[gross[str(d)] - posts[str(d)] for d in wanted["demand_id"]],
    )
    return Chances.read(own, wanted, pairs, Doubt(draws=draws, seed=seed, logit_error=LOGIT_ERROR))


def drawn_for(facts: Sequence[Facts], found: Draws, values: Values, seed: int) -> Drawn:
    """The clauses of every draw, in the order of the facts; programs that were not drawn have no rate and no headroom."""
    uniform = employment_uniforms(facts, len(found.rate), seed)
    low, high = found.rate_between()
    known = [(p, float(a), float(b)) for p, a, b in zip(found.programs, low, high, strict=True) if not np.isnan(a)]
    clauses = drawn_clauses(found.of([f.program_id for f in facts]), facts, uniform, values)
    return Drawn(clauses, {p: a for p, a, _ in known}, {p: b for p, _, b in known})


def with_peer_doubt(
    facts: Sequence[Facts], supplies: pd.DataFrame, placement: Placement, market: Chances, kept: Kept
) -> list[Facts]:
    """Facts with `peer_below`, of the programs that would be in a certified surplus with their peers' retention.

    Args:
        supplies: of placement.quantities.supply; placement: the point result; market: of `expected_market`;
        kept: of an earlier question on the same data.
    """
    asked = [f for f in facts if f.peer_certified and f.lift_here and f.supply and f.rate_below is not None]
    if not asked:
        return list(facts)
    markets = kept(DrawnMarkets, market)
    limit, stay = placement.figures.surplus_rate, dict(zip(supplies["program_id"], supplies["kept"], strict=True))
    below = {}
    for f in asked:
        # Members of a block share its rate: it makes no difference which of them is larger.
        expected = placement.figures.supply[f.program_id] + f.lift_here
        served = placement.served.persons.get(f.program_id, 0)
        seekers = markets.supply(f.program_id, expected, float(stay[f.program_id]), served)
        room = markets.limited_room(f.program_id, limit)
        below[f.program_id] = float((seekers * limit.numerator > room).mean())
    return [f.but(peer_below=below.get(f.program_id)) for f in facts]


def _joined(table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    parts = [words(table, column) for column in columns if column in table]
    return ["\n".join(row) for row in zip(*parts, strict=True)] if parts else [""] * len(table)
