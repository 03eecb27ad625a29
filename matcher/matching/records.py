"""What matching hands on: data only, so that later steps need no encoder to read it."""

from dataclasses import dataclass

import pandas as pd

MATCH_COLUMNS = ["program_id", "demand_id", "p", "program_evidence", "demand_evidence"]


@dataclass(frozen=True)
class MatchGraph:
    """All pairs with p at or above the floor, with their evidence.

    Attributes:
        matches: program_id, demand_id, p (three decimals), program_evidence, demand_evidence; sorted by program_id,
            falling p, demand_id.
        encoder: fingerprint; "given" for links that were handed in.
        calibrated: whether p is a probability of this encoder, fitted on graded pairs.
        missed_by_candidates: pairs at or above the threshold that a full scoring of `sampled_programs` programs added.
        sampled_programs: how many programs were scored in full.
    """

    matches: pd.DataFrame
    encoder: str
    calibrated: bool
    missed_by_candidates: int
    sampled_programs: int


@dataclass(frozen=True)
class SkillCoverage:
    """Skills asked for in the posts of one program, most posts first, and those that no course covers."""

    asked: int
    covered: int
    missing: tuple[str, ...]
