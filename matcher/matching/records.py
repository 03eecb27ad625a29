"""What matching hands on: data only, so that later steps need no encoder to read it."""

from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

# Figures behind p: shares of the two sentences in the likeness of the texts, and what meaning, words and occupation add
# to the logit of p (calibration.PARTS), counted from a random pair.
MATCH_NUMBERS = ("program_share", "demand_share", "by_meaning", "by_words", "by_occupation")
# In place of a fingerprint: the links were handed in.
GIVEN = "given"
MATCH_COLUMNS = ["program_id", "demand_id", "p", "program_evidence", "demand_evidence", *MATCH_NUMBERS]


class Match(NamedTuple):
    """One match of a program that is asked about: MATCH_COLUMNS without the program."""

    demand_id: str
    p: float
    program_evidence: str
    demand_evidence: str
    program_share: float
    demand_share: float
    by_meaning: float
    by_words: float
    by_occupation: float


@dataclass(frozen=True)
class MatchGraph:
    """All pairs with p at or above the floor, with their evidence.

    Attributes:
        matches: program_id, demand_id, p (three decimals), program_evidence, demand_evidence, MATCH_NUMBERS; sorted by
            program_id, falling p, demand_id.
        encoder: fingerprint, or GIVEN.
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
class Skill:
    """One skill that the posts of a program ask for.

    Attributes:
        posts: openings a year of the rows that ask for it; employers: so many name it at least.
        covered_by: the course or practice that covers it; empty where it is missing.
        claimed_by: the ability that names it where no course covers it; a claim, which does not count.
    """

    name: str
    posts: float
    employers: int
    covered_by: str
    claimed_by: str


@dataclass(frozen=True)
class SkillCoverage:
    """Skills asked for in the posts of one program, most posts first."""

    skills: tuple[Skill, ...]

    @property
    def asked(self) -> int:
        return len(self.skills)

    @property
    def covered(self) -> int:
        return sum(bool(skill.covered_by) for skill in self.skills)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the skills that no course covers."""
        return tuple(skill.name for skill in self.skills if not skill.covered_by)
