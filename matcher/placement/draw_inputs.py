"""The tables that draws are made from, out of an assessment's own (docs/method.md, section 6)."""

from dataclasses import dataclass

import pandas as pd

from corpora.frames import word, words
from corpora.schema import empty_frame
from matcher.placement.place import Placement
from matcher.placement.quantities import demand_posts

# What matching reads of a row; where all of it is equal, p is equal, and so is the chance that it is right.
PROGRAM_TEXT = ("name", "track", "goal", "abilities", "courses", "description")
DEMAND_TEXT = ("occupation", "description", "skills")


@dataclass(frozen=True)
class DrawInputs:
    """What `draws.draw_placements` takes; see there for the columns."""

    programs: pd.DataFrame
    demands: pd.DataFrame
    matches: pd.DataFrame


def draw_inputs(
    placement: Placement, seekers: pd.DataFrame, programs: pd.DataFrame, demands: pd.DataFrame, matches: pd.DataFrame
) -> DrawInputs:
    """Programs with supply, demand rows that carry, and every kept pair of acceptable level and region.

    Args:
        placement: the point result.
        seekers: of `quantities.supply`: program_id, supply, kept, kept_sd.
        programs: with level and major_group completed; demands: with `role`; matches: classified, all rows.
    """
    own = seekers.assign(program_id=seekers["program_id"].astype(str))
    own = own[own["program_id"].isin(list(placement.supply))][["program_id", "supply", "kept", "kept_sd"]]
    about = programs.assign(program_id=programs["program_id"].astype(str)).set_index("program_id")
    about = about.loc[own["program_id"].tolist()]
    wanted = demands[demands["demand_id"].astype(str).isin(list(placement.posts))]
    ids = wanted["demand_id"].astype(str).tolist()
    gross = demand_posts(wanted, empty_frame("other_supply"))
    return DrawInputs(
        own.assign(
            served=[placement.served.persons.get(p, 0) for p in own["program_id"]],
            level=words(about, "level"),
            major_group=words(about, "major_group"),
            text=_joined(about, PROGRAM_TEXT),
        ),
        pd.DataFrame(
            {
                "demand_id": ids,
                "posts": [placement.posts[d] for d in ids],
                "taken": [gross[d] - placement.posts[d] for d in ids],
                "openings_cv": wanted["openings_cv"].to_numpy(),
                "basis": wanted["basis"].to_numpy(),
                "text": [
                    word(code) or text
                    for code, text in zip(wanted["occupation_code"], _joined(wanted, DEMAND_TEXT), strict=True)
                ],
            }
        ),
        matches.loc[matches["why_not"].isin(["", "below_threshold"]), ["program_id", "demand_id", "p"]],
    )


def _joined(table: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    # A separator that no text has: "ab" + "c" and "a" + "bc" are different texts.
    return ["\x1f".join(parts) for parts in zip(*(words(table, c) for c in columns), strict=True)]
