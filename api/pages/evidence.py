"""What carries a program's matches: the sentences side by side, and its courses against the skills asked for."""

from dataclasses import dataclass

from api.pages import figures
from api.pages.words import say
from corpora.frames import empty, rows, whole, word
from matcher.assessment import Assessment
from matcher.policy.words import Language

SHOWN_MATCHES = 6


@dataclass(frozen=True)
class MatchView:
    """One match of a program with posts.

    Attributes:
        p: the calibrated probability, "" where it is not public; edge: whether it counts as a link; why_not: in words where not.
        program_says, post_says: the sentences that carry it, each with its share in all that is alike.
        parts: (name, log odds) that meaning, words and occupation add to a random pair.
        review: "confirm", "reject" or "".
    """

    demand_id: str
    occupation: str
    region: str
    place: str
    posts: str
    p: str
    p_value: float | None
    edge: bool
    why_not: str
    program_says: str
    program_share: str
    post_says: str
    post_share: str
    parts: tuple[tuple[str, str], ...]
    review: str


@dataclass(frozen=True)
class SkillView:
    """One skill that the posts ask for: how many posts and employers, and the course that covers it."""

    skill: str
    posts: str
    employers: int | None
    course: str
    claimed: str


@dataclass(frozen=True)
class Skills:
    """Skills covered by a course, and skills that are not."""

    covered: tuple[SkillView, ...]
    missing: tuple[SkillView, ...]


def matches_of(assessment: Assessment, program_id: str, language: Language) -> tuple[MatchView, ...]:
    """The matches of a program with this assessment's posts, best first."""
    asked = assessment.inputs["demands"].set_index("demand_id")
    current = assessment.demands.set_index("demand_id")
    found = assessment.matches[assessment.matches["program_id"] == program_id]
    found = found[found["demand_id"].isin(assessment.demands["demand_id"])]
    views = []
    for row in rows(found.sort_values(["p", "demand_id"], ascending=[False, True], kind="stable")):
        demand = asked.loc[row.demand_id]
        chain = " · ".join(filter(None, (word(demand["chain"]), word(demand["segment"]))))
        parts = (("by_the_meaning", row.by_meaning), ("by_words", row.by_words), ("by_occupation", row.by_occupation))
        views.append(
            MatchView(
                demand_id=str(row.demand_id),
                occupation=word(demand["occupation"]),
                region=word(demand["region"]),
                place=chain,
                posts=figures.persons(current.loc[row.demand_id, "posts"]),
                p="" if empty(row.p) else f"{row.p:.3f}",
                p_value=None if empty(row.p) else float(row.p),
                edge=bool(row.edge),
                why_not=say(f"why_not_{row.why_not}", language) if row.why_not else "",
                program_says=word(row.program_evidence),
                program_share=""
                if empty(row.program_share) or not word(row.program_evidence)
                else figures.share(row.program_share),
                post_says=word(row.demand_evidence),
                post_share=""
                if empty(row.demand_share) or not word(row.demand_evidence)
                else figures.share(row.demand_share),
                parts=tuple(
                    (say(name, language), figures.signed(value, 1)) for name, value in parts if not empty(value)
                ),
                review=word(row.review),
            )
        )
    return tuple(views)


def skills_of(assessment: Assessment, program_id: str) -> Skills:
    """What its posts ask for and whether its courses teach it; those asked for most come first."""
    found = assessment.skills[assessment.skills["program_id"] == program_id]
    views = [
        SkillView(
            word(row.skill),
            figures.persons(row.posts),
            whole(row.employers),
            word(row.covered_by),
            word(row.claimed_by),
        )
        for row in rows(found.sort_values(["posts", "skill"], ascending=[False, True]))
    ]
    return Skills(tuple(v for v in views if v.course), tuple(v for v in views if not v.course))
