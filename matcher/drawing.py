"""From an assessment's tables to draws of it, and from draws to what its rules read (docs/method.md, section 6)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corpora.frames import words
from corpora.schema import empty_frame
from matcher.placement.draws import Doubt, Draws, draw_placements
from matcher.placement.keyed import keys, uniforms
from matcher.placement.place import Placement
from matcher.placement.quantities import demand_posts
from matcher.policy.doubt import drawn_clauses
from matcher.policy.facts import Facts
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


def draw_assessment(
    programs: pd.DataFrame,
    supplies: pd.DataFrame,
    demands: pd.DataFrame,
    pairs: pd.DataFrame,
    placement: Placement,
    draws: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Draws:
    """Draws the market of an assessment.

    Args:
        supplies, placement: see `expected_market`; pairs: program_id, demand_id, p: all kept pairs of acceptable level and
            region; draws: how many; seed: of the assessment.
    """
    own, wanted = expected_market(programs, supplies, demands, placement)
    return draw_placements(own, wanted, pairs, doubt_of(draws, seed), progress=progress)


def expected_market(
    programs: pd.DataFrame, supplies: pd.DataFrame, demands: pd.DataFrame, placement: Placement
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The programs and demands of `placement.draws.draw_placements`.

    Args:
        programs, demands: completed tables; demands may hold other years, which are not read.
        supplies: of placement.quantities.supply: expected persons before agreements, with kept and kept_sd.
        placement: the point result.
    """
    own = programs.assign(text=_joined(programs, _PROGRAM_TEXT))[["program_id", "text", "level", "major_group"]]
    own = own.merge(supplies[["program_id", "supply", "kept", "kept_sd"]], on="program_id")
    own = own[own["supply"].notna()]
    own = own.assign(served=[placement.served.persons.get(str(p), 0) for p in own["program_id"]])
    wanted = demands[demands["demand_id"].isin(list(placement.posts))]
    gross = demand_posts(wanted, empty_frame("other_supply"))
    text = words(wanted, "occupation_code")
    wanted = wanted.assign(
        text=[code or said for code, said in zip(text, _joined(wanted, _DEMAND_TEXT), strict=True)],
        posts=[placement.posts[str(d)] for d in wanted["demand_id"]],
        high=[placement.high_posts[str(d)] for d in wanted["demand_id"]],
        # Openings are drawn whole; other supply and agreements are taken off what was drawn.
        taken=[gross[str(d)] - placement.posts[str(d)] for d in wanted["demand_id"]],
    )
    return own, wanted


def doubt_of(draws: int, seed: int) -> Doubt:
    """How much is unknown in an assessment."""
    return Doubt(draws=draws, seed=seed, logit_error=LOGIT_ERROR)


def drawn_for(facts: Sequence[Facts], found: Draws, values: Values, seed: int) -> Drawn:
    """The clauses of every draw, in the order of the facts; programs that were not drawn have no rate and no headroom."""
    names = [f.program_id for f in facts]
    ids = keys(names)
    uniform = np.stack([uniforms(seed, draw, "employment", ids) for draw in range(len(found.rate))])
    below = np.array([np.nan if f.below is None else f.below for f in facts])
    low, high = found.rate_between()
    known = [(p, float(a), float(b)) for p, a, b in zip(found.programs, low, high, strict=True) if not np.isnan(a)]
    clauses = drawn_clauses(found.of(names), uniform, below, values)
    return Drawn(clauses, {p: a for p, a, _ in known}, {p: b for p, _, b in known})


def _joined(table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    parts = [words(table, column) for column in columns if column in table]
    return ["\n".join(row) for row in zip(*parts, strict=True)] if parts else [""] * len(table)
