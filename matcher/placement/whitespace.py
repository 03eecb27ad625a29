"""Posts that stay empty, and programs that crowd the same posts (docs/method.md, section 4)."""

from collections.abc import Callable, Collection, Sequence

import numpy as np
import pandas as pd

from corpora.frames import rows, word
from matcher.placement.place import Placement

# (catalogue programs as "name class", occupations) -> nearness, shape (programs, occupations); it ranks and is no p.
Scorer = Callable[[Sequence[str], Sequence[str]], np.ndarray]
NO_PROGRAM, SCARCE = "no_program", "scarce"
WHITESPACE_COLUMNS = ("demand_id", "occupation", "region", "levels", "posts", "empty", "reason", "block", "suggested")
OVERLAP_COLUMNS = ("block", "code", "name", "institutions", "programs", "supply", "block_supply", "block_posts", "rate")


def empty_posts(placement: Placement) -> dict[str, tuple[int, str]]:
    """Demand -> (hundredths, reason) of posts that stay empty.

    "no_program": no edge leads to them, from any program with graduates. "scarce": they are left over in a block that
    has more posts than graduates. Other posts are filled, whoever fills them.
    """
    filled: dict[str, int] = {}
    for (_, demand), number in placement.fair.assignment.items():
        filled[demand] = filled.get(demand, 0) + number
    block_of = {d: block for block in placement.fair.blocks for d in block.demands}
    found = {}
    for demand, posts in sorted(placement.posts.items()):
        block = block_of.get(demand)
        left = posts - filled.get(demand, 0)
        if left > 0 and (block is None or block.posts > block.supply):
            found[demand] = (left, NO_PROGRAM if block is None else SCARCE)
    return found


def whitespace(
    demands: pd.DataFrame,
    placement: Placement,
    catalogue: pd.DataFrame | None = None,
    scorer: Scorer | None = None,
    top: int = 3,
    barred: Collection[str] = (),
) -> pd.DataFrame:
    """Empty posts, most first, each in the region that has them, with catalogue programs that might serve them.

    Suggestions are ranked by name and class alone, so they come without a probability: a new program has no courses
    yet that could be matched.

    Args:
        demands: demand_id, occupation, region, levels; only rows that placement has posts for are read.
        catalogue: code, name, level, class; no suggestions without it and a scorer.
        scorer: how near catalogue programs are to occupations.
        top: suggestions a row.
        barred: codes that may open no new points.

    Returns:
        WHITESPACE_COLUMNS; posts and empty in hundredths; suggested: a tuple of (code, name), the nearest first.
    """
    left = empty_posts(placement)
    block_of = {d: block.id for block in placement.fair.blocks for d in block.demands}
    found = []
    for row in rows(demands[demands["demand_id"].astype(str).isin(left)]):
        demand = str(row.demand_id)
        number, reason = left[demand]
        found.append(
            (demand, word(row.occupation), word(row.region), word(row.levels), placement.posts[demand], number, reason,
             block_of.get(demand))
        )  # fmt: skip
    found.sort(key=lambda r: (-r[5], r[0]))
    suggested: list[tuple[tuple[str, str], ...]] = [()] * len(found)
    if catalogue is not None and scorer is not None and found:
        wanted = [(str(r[1]), str(r[3])) for r in found]
        suggested = suggestions(wanted, catalogue[~catalogue["code"].isin(list(barred))], scorer, top)
    return pd.DataFrame([(*r, s) for r, s in zip(found, suggested, strict=True)], columns=list(WHITESPACE_COLUMNS))


def overlaps(programs: pd.DataFrame, placement: Placement, least: int = 2) -> pd.DataFrame:
    """Catalogue programs that several institutions offer for the same posts: same block, same code (else name).

    Args:
        programs: program_id, code, name, institution. least: institutions from which it is an overlap.

    Returns:
        OVERLAP_COLUMNS, most supply first; supplies and posts in hundredths; programs: a tuple of ids.
    """
    by_program = {p: block for block in placement.fair.blocks for p in block.programs}
    groups: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for row in rows(programs):
        program = str(row.program_id)
        if program in by_program:
            key = (by_program[program].id, word(row.code) or word(row.name))
            groups.setdefault(key, []).append((program, word(row.institution) or program, word(row.name)))
    found = []
    for (block, _), members in groups.items():
        institutions = len({institution for _, institution, _ in members})
        if institutions < least:
            continue
        ids = tuple(sorted(program for program, _, _ in members))
        own = by_program[ids[0]]
        code = next((word(c) for p, c in zip(programs["program_id"], programs["code"], strict=True) if p == ids[0]), "")
        supply = sum(placement.supply[p] for p in ids)
        found.append(
            (block, code, min(n for _, _, n in members), institutions, ids, supply, own.supply, own.posts,
             float(own.rate))
        )  # fmt: skip
    found.sort(key=lambda r: (-r[5], r[0], r[1], r[2]))
    return pd.DataFrame(found, columns=list(OVERLAP_COLUMNS))


def suggestions(
    wanted: Sequence[tuple[str, str]], catalogue: pd.DataFrame, scorer: Scorer, top: int
) -> list[tuple[tuple[str, str], ...]]:
    """Catalogue programs that might serve posts, by name and class alone: (code, name), the nearest first.

    Args:
        wanted: (occupation, levels separated by ";") of the posts; no levels: any.
        catalogue: code, name, level, class.
        scorer: how near catalogue programs are to occupations; a program of no nearness is not suggested.
        top: how many at most.
    """
    known = catalogue.drop_duplicates("code").sort_values("code")
    texts = [f"{word(n)} {word(c)}".strip() for n, c in zip(known["name"], known["class"], strict=True)]
    occupations = sorted({occupation for occupation, _ in wanted})
    near = np.asarray(scorer(texts, occupations))
    column = {name: j for j, name in enumerate(occupations)}
    levels = [word(level) for level in known["level"]]
    names = list(zip(known["code"].astype(str), known["name"].astype(str), strict=True))
    answers = []
    for occupation, accepted in wanted:
        fit = set(filter(None, accepted.split(";")))
        nearness = near[:, column[occupation]]
        # A stable sort of the codes' order: equal nearness never depends on the order of the catalogue.
        order = np.argsort(-nearness, kind="stable").tolist()
        fitting = [i for i in order if nearness[i] > 0 and (not fit or levels[i] in fit)]
        answers.append(tuple(names[i] for i in fitting[:top]))
    return answers
