"""Which of the skills that posts ask for a program's courses cover (docs/method.md, section 7, upgrade)."""

from collections.abc import Callable, Mapping

import pandas as pd

from corpora.frames import empty, rows, whole
from corpora.skill_counts import counts_of
from indexes.cache import cache_folder
from indexes.encoder import Encoder, load_encoder
from indexes.vector_cache import VectorCache
from matcher.matching.calibration import centred, shipped
from matcher.matching.facets import listed
from matcher.matching.records import SkillCoverage

# A course covers a skill from this centred cosine on, or when one names the other. Set by reading pairs, not yet
# measured against graded ones (docs/limits.md).
NEAR = 0.32


def skill_coverage(
    programs: pd.DataFrame,
    demands: pd.DataFrame,
    edges: pd.DataFrame,
    min_employers: int,
    encoder: Encoder | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Mapping[str, SkillCoverage]:
    """Coverage of every program with courses and with skills that enough employers ask for.

    Left out: programs in another language than Chinese, and everything under an encoder without a calibration of its
    own; NEAR would mean nothing there.

    Args:
        programs: program_id, courses; demands: demand_id, skills, employers, openings.
        edges: program_id, demand_id.
        min_employers: skills named by fewer are not read, by the number beside a skill (`corpora.skill_counts`) where
            there is one, else by the employers of the row.
        encoder: the default one if None.
    """
    encoder = encoder or load_encoder()
    base = shipped()
    if encoder.fingerprint.split("-")[0] != base.encoder:
        return {}
    counted = demands[demands["skills"].notna()]
    skills = {str(r.demand_id): _asked(str(r.skills), whole(r.employers), min_employers) for r in rows(counted)}
    weight = {str(r.demand_id): 0.0 if empty(r.openings) else float(r.openings) for r in rows(counted)}
    courses = {str(r.program_id): listed(r.courses) for r in rows(programs.dropna(subset=["courses"]))}
    wanted: dict[str, dict[str, float]] = {}
    for program, demand in zip(edges["program_id"].astype(str), edges["demand_id"].astype(str), strict=True):
        if courses.get(program) and skills.get(demand):
            row = wanted.setdefault(program, {})
            for skill in skills[demand]:
                row[skill] = row.get(skill, 0.0) + weight[demand]
    # NEAR was read off Chinese names; English names lie so close together that everything would count as covered.
    wanted = {p: s for p, s in wanted.items() if sum(map(_chinese, [*courses[p], *s])) * 2 > len(courses[p]) + len(s)}
    texts = sorted({t for p in wanted for t in (*courses[p], *wanted[p])})
    if not texts:
        return {}
    vectors = VectorCache(cache_folder() / "vectors", encoder).encode(texts, progress)
    vectors = centred(vectors, (base.program_centre + base.demand_centre) / 2)
    place = {text: i for i, text in enumerate(texts)}
    found = {}
    for program, asked in sorted(wanted.items()):
        order = sorted(asked, key=lambda skill: (-asked[skill], skill))
        taught = courses[program]
        near = vectors[[place[s] for s in order]] @ vectors[[place[c] for c in taught]].T
        covered = [
            bool(near[i].max() >= NEAR) or any(skill in c or c in skill for c in taught)
            for i, skill in enumerate(order)
        ]
        missing = tuple(skill for skill, held in zip(order, covered, strict=True) if not held)
        found[program] = SkillCoverage(len(order), sum(covered), missing)
    return found


def _asked(text: str, employers: int | None, least: int) -> list[str]:
    """The skills of a demand that enough employers name."""
    if counts := counts_of(text):
        return [skill for skill, number in counts.items() if number >= least]
    return listed(text) if employers is not None and employers >= least else []


def _chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)
