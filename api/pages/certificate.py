"""The certificate of a block as a table that adds up before one's eyes (docs/method.md, section 2)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from api.pages import figures
from api.pages.words import say
from corpora.frames import rows, word
from matcher.assessment import Assessment
from matcher.policy.words import OBJECTIONS, Language


@dataclass(frozen=True)
class Line:
    """One program or one group of posts; `own` marks the program whose page this is. `id` is "" for a sum of several."""

    id: str
    name: str
    place: str
    amount: str
    own: bool = False


@dataclass(frozen=True)
class Group:
    """The programs of one block of the closed set with the posts that no worse-off block uses, each with its sum."""

    block: str
    rate: str
    own: bool
    programs: tuple[Line, ...]
    demands: tuple[Line, ...]
    supply: str
    posts: str


@dataclass(frozen=True)
class Certificate:
    """All that a clerk adds up.

    Attributes:
        groups: the block itself first, then every worse-off block into whose posts its programs lead.
        supply, posts: sums over all groups, of the figures as shown.
        left: supply less posts; "" where the posts suffice.
        objections: why the surplus is not certified; undercounted: by how many posts at least, where so.
        observed: local placements of the block as reported.
    """

    block: str
    rate: str
    groups: tuple[Group, ...]
    supply: str
    posts: str
    left: str
    certified: bool
    objections: tuple[str, ...]
    undercounted: str
    observed: str


def certificate(
    assessment: Assessment, program_id: str, language: Language, visible: Collection[str] | None = None
) -> Certificate | None:
    """The certificate of a program's block; None where it is in none.

    Args:
        visible: programs that the reader may see; the others of a group stand as one sum. None: all of them.
    """
    by_id = {block["block"]: block for block in assessment.blocks}
    own = next((b for b in assessment.blocks if any(r["program_id"] == program_id for r in b["programs"])), None)
    if own is None:
        return None
    closed = [own, *(by_id[name] for name in own["worse_blocks"])]
    names = {str(r.program_id): (word(r.name), word(r.institution)) for r in rows(assessment.programs)}
    posts = {str(r.demand_id): (word(r.occupation), word(r.region)) for r in rows(assessment.demands)}
    groups = tuple(
        Group(
            block=block["block"],
            rate=figures.rate(block["rate"]),
            own=block is own,
            programs=_programs(block, names, program_id, language, visible),
            demands=tuple(
                Line(r["demand_id"], *posts[r["demand_id"]], amount=figures.persons(r["posts"]))
                for r in block["demands"]
            ),
            supply=figures.persons(_sum(block["programs"], "supply") / 100),
            posts=figures.persons(_sum(block["demands"], "posts") / 100),
        )
        for block in closed
    )
    supply = sum(_sum(block["programs"], "supply") for block in closed)
    room = sum(_sum(block["demands"], "posts") for block in closed)
    return Certificate(
        block=own["block"],
        rate=figures.rate(own["rate"]),
        groups=groups,
        supply=figures.persons(supply / 100),
        posts=figures.persons(room / 100),
        left=figures.persons((supply - room) / 100) if supply > room else "",
        certified=bool(own["certified"]),
        objections=tuple(
            say("objection_rate", language) if key == "rate" else OBJECTIONS[key][language]
            for key in own["why_not_certified"]
        ),
        undercounted=figures.persons(own["undercounted_by"]) if own["undercounted_by"] else "",
        observed=figures.persons(own["observed_placed"]),
    )


def _programs(
    block: Mapping[str, Any],
    names: Mapping[str, tuple[str, str]],
    program_id: str,
    language: Language,
    visible: Collection[str] | None,
) -> tuple[Line, ...]:
    shown = [r for r in block["programs"] if visible is None or r["program_id"] in visible]
    others = [r for r in block["programs"] if visible is not None and r["program_id"] not in visible]
    found = [
        Line(r["program_id"], *names[r["program_id"]], figures.persons(r["supply"]), r["program_id"] == program_id)
        for r in shown
    ]
    if others:
        name = say("other_programs", language, number=len(others))
        found.append(Line("", name, "", figures.persons(_sum(others, "supply") / 100)))
    return tuple(found)


def _sum(found: list[dict[str, Any]], column: str) -> int:
    return sum(figures.hundredths(r[column]) for r in found)
