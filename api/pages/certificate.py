"""The certificate of a block as a table that adds up before one's eyes (docs/method.md, section 2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages import figures
from api.pages.words import say
from corpora.frames import empty, rows, word
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
        left: supply less posts; "" where the posts suffice, or where it is not `known` because a figure is left out.
        objections: why the surplus is not certified; undercounted: by how many posts at least, where so.
        observed: local placements of the block as reported.
    """

    block: str
    rate: str
    groups: tuple[Group, ...]
    supply: str
    posts: str
    left: str
    known: bool
    certified: bool
    objections: tuple[str, ...]
    undercounted: str
    observed: str


def certificate(assessment: Assessment, program_id: str, language: Language) -> Certificate | None:
    """The certificate of a program's block; None where it is in none.

    Where the reader sees only part of an assessment, the programs that are hidden stand as one sum, and a figure that is
    left out makes the sums over it unknown.
    """
    by_id = {block["block"]: block for block in assessment.blocks}
    own = next((b for b in assessment.blocks if any(r["program_id"] == program_id for r in b["programs"])), None)
    if own is None:
        return None
    closed = [own, *(by_id[name] for name in own["worse_blocks"])]
    names = {str(r.program_id): (word(r.name), word(r.institution)) for r in rows(assessment.programs)}
    posts = {str(r.demand_id): (word(r.occupation), word(r.region)) for r in rows(assessment.demands)}
    groups = [
        Group(
            block=block["block"],
            rate=figures.rate(block["rate"]),
            own=block is own,
            programs=_programs(block, names, program_id, language),
            demands=tuple(
                Line(r["demand_id"], *posts[r["demand_id"]], amount=figures.persons(r["posts"]))
                for r in block["demands"]
            ),
            supply=_written(_supply(block)),
            posts=_written(_sum(block["demands"], "posts")),
        )
        for block in closed
    ]
    supplies, rooms = [_supply(block) for block in closed], [_sum(block["demands"], "posts") for block in closed]
    hidden = own.get("worse_others") or {}
    if hidden.get("programs"):
        groups.append(_hidden_group(hidden, language))
        supplies.append(_hundredths(hidden["supply"]))
        rooms.append(_hundredths(hidden["posts"]))
    supply, room = _total(supplies), _total(rooms)
    left = supply - room if supply is not None and room is not None else None
    return Certificate(
        block=own["block"],
        rate=figures.rate(own["rate"]),
        groups=tuple(groups),
        supply=_written(supply),
        posts=_written(room),
        left=_written(left) if left is not None and left > 0 else "",
        known=left is not None,
        certified=bool(own["certified"]),
        objections=tuple(
            say("objection_rate", language) if key == "rate" else OBJECTIONS[key][language]
            for key in own["why_not_certified"]
        ),
        undercounted=figures.persons(own["undercounted_by"]) if own["undercounted_by"] else "",
        observed=figures.persons(own["observed_placed"]),
    )


def _programs(
    block: Mapping[str, Any], names: Mapping[str, tuple[str, str]], program_id: str, language: Language
) -> tuple[Line, ...]:
    found = [
        Line(r["program_id"], *names[r["program_id"]], figures.persons(r["supply"]), r["program_id"] == program_id)
        for r in block["programs"]
    ]
    if number := _others(block).get("programs"):
        name = say("other_programs", language, number=number)
        found.append(Line("", name, "", figures.persons(_others(block)["supply"])))
    return tuple(found)


def _hidden_group(hidden: Mapping[str, Any], language: Language) -> Group:
    """Worse-off blocks that hold no program which the reader may see."""
    name = say("other_programs", language, number=hidden["programs"])
    supply, posts = figures.persons(hidden["supply"]), figures.persons(hidden["posts"])
    programs = (Line("", name, "", supply),)
    return Group("", "", False, programs, (Line("", say("other_posts", language), "", posts),), supply, posts)


def _others(block: Mapping[str, Any]) -> Mapping[str, Any]:
    return block.get("others") or {}


def _supply(block: Mapping[str, Any]) -> int | None:
    others = [_hundredths(_others(block)["supply"])] if _others(block).get("programs") else []
    return _total([_sum(block["programs"], "supply"), *others])


def _sum(found: list[dict[str, Any]], column: str) -> int | None:
    return _total([_hundredths(r[column]) for r in found])


def _hundredths(value: Any) -> int | None:
    """Persons or posts as whole hundredths: sums of shown figures are sums of whole numbers."""
    return None if empty(value) else round(float(value) * 100)


def _total(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _written(hundredths: int | None) -> str:
    return figures.persons(None if hundredths is None else hundredths / 100)
