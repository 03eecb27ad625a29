"""Which of the skills that posts ask for a program's courses cover, and by which course (docs/method.md, section 7, upgrade)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corpora.frames import empty, rows, whole
from corpora.skill_counts import counts_of
from indexes.cache import cache_folder
from indexes.encoder import Encoder, load_encoder
from indexes.vector_cache import VectorCache
from matcher.matching.calibration import Calibration, centred, shipped
from matcher.matching.facets import clauses, language_of, listed
from matcher.matching.records import Skill, SkillCoverage

SKILL_COLUMNS = ("program_id", "skill", "posts", "employers", "covered_by", "claimed_by")


@dataclass
class _Asked:
    """How much a program's posts ask for one skill."""

    posts: float = 0.0
    employers: int = 0


def skill_coverage(
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    edges: pd.DataFrame,
    min_employers: int,
    encoder: Encoder | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Mapping[str, SkillCoverage]:
    """Coverage of every program with courses and with skills that enough employers ask for.

    A course (or practice) covers a skill when one names the other, or from the centred cosine on that makes the share of
    covered skills right (`Calibration.skill_near`); about a single skill it is often wrong (docs/model-card.md). An ability
    that names a skill without a course
    behind it is a claim: it is shown, and does not count.

    Left out: programs in another language than Chinese, and everything under an encoder without graded pairs of its own.

    Args:
        programs: program_id, courses, abilities; demands: demand_id, skills, employers, openings.
        edges: program_id, demand_id.
        min_employers: skills named by fewer are not read, by the number beside a skill (`corpora.skill_counts`) where
            there is one, else by the employers of the row.
        encoder: the default one if None.
    """
    encoder = encoder or load_encoder()
    base = shipped()
    if encoder.fingerprint.split("-")[0] != base.encoder or base.skill_near is None:
        return {}
    counted = demands[demands["skills"].notna()]
    named = {str(r.demand_id): _named(str(r.skills), whole(r.employers), min_employers) for r in rows(counted)}
    weight = {str(r.demand_id): 0.0 if empty(r.openings) else float(r.openings) for r in rows(counted)}
    taught = {str(r.program_id): listed(r.courses) for r in rows(programs.dropna(subset=["courses"]))}
    abilities = {
        str(r.program_id): clauses(str(r.abilities))
        for r in rows(programs)
        if "abilities" in programs and not empty(r.abilities)
    }
    asked: dict[str, dict[str, _Asked]] = {}
    for program, demand in zip(edges["program_id"].astype(str), edges["demand_id"].astype(str), strict=True):
        if taught.get(program) and named.get(demand):
            row = asked.setdefault(program, {})
            for skill, employers in named[demand].items():
                found = row.setdefault(skill, _Asked())
                found.posts += weight[demand]
                # The same employers may stand behind several rows: the largest number is what is certain.
                found.employers = max(found.employers, employers)
    asked = {p: s for p, s in asked.items() if language_of("；".join([*taught[p], *s])) == "zh"}
    texts = sorted({t for p in asked for t in (*taught[p], *asked[p], *abilities.get(p, []))})
    if not texts:
        return {}
    vectors = dict(zip(texts, VectorCache(cache_folder() / "vectors", encoder).encode(texts, progress), strict=True))
    return {
        program: _covered(asked[program], taught[program], abilities.get(program, []), vectors, base)
        for program in sorted(asked)
    }


def skill_frame(found: Mapping[str, SkillCoverage]) -> pd.DataFrame:
    """One row a program and skill, in the order of SKILL_COLUMNS: posts a year that ask for it, employers who name it at
    least, the course that covers it, the ability that claims it where no course does.
    """
    records = [
        (program, s.name, round(s.posts, 2), s.employers, s.covered_by, s.claimed_by)
        for program, coverage in found.items()
        for s in coverage.skills
    ]
    frame = pd.DataFrame(records, columns=list(SKILL_COLUMNS))
    return frame.astype(
        {"program_id": "string", "skill": "string", "posts": "float64", "employers": "int64"}
        | {"covered_by": "string", "claimed_by": "string"}
    )


def coverage_of(table: pd.DataFrame) -> dict[str, SkillCoverage]:
    """The inverse of `skill_frame`."""
    found: dict[str, list[Skill]] = {}
    for row in rows(table):
        skill = Skill(str(row.skill), float(row.posts), int(row.employers), str(row.covered_by), str(row.claimed_by))
        found.setdefault(str(row.program_id), []).append(skill)
    return {program: SkillCoverage(tuple(skills)) for program, skills in found.items()}


def _covered(
    asked: Mapping[str, _Asked],
    courses: list[str],
    abilities: list[str],
    vectors: Mapping[str, np.ndarray],
    base: Calibration,
) -> SkillCoverage:
    order = sorted(asked, key=lambda skill: (-asked[skill].posts, skill))
    by_course = _carriers(order, courses, vectors, base)
    by_ability = _carriers(order, abilities, vectors, base)
    return SkillCoverage(
        tuple(
            Skill(s, asked[s].posts, asked[s].employers, course, "" if course else ability)
            for s, course, ability in zip(order, by_course, by_ability, strict=True)
        )
    )


def _carriers(skills: list[str], texts: list[str], vectors: Mapping[str, np.ndarray], base: Calibration) -> list[str]:
    """For each skill the text that covers it best; empty where none does."""
    if not texts:
        return [""] * len(skills)
    wanted = centred(np.stack([vectors[s] for s in skills]), base.centres["demand", "zh"])
    offered = centred(np.stack([vectors[t] for t in texts]), base.centres["program", "zh"])
    near = wanted @ offered.T
    for i, skill in enumerate(skills):
        for j, text in enumerate(texts):
            # One names the other: nearer than any cosine says.
            if skill in text or text in skill:
                near[i, j] = 2.0
    best = near.argmax(axis=1)
    return [texts[j] if near[i, j] >= (base.skill_near or 2.0) else "" for i, j in enumerate(best)]


def _named(text: str, employers: int | None, least: int) -> dict[str, int]:
    """The skills of a demand that enough employers name, and how many name each."""
    if counts := counts_of(text):
        return {skill: number for skill, number in counts.items() if number >= least}
    return dict.fromkeys(listed(text), employers) if employers is not None and employers >= least else {}
