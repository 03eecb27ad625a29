"""Small points of one class at one institution, taken as one: splitting a program into parts hides nothing."""

from collections.abc import Iterable, Mapping

import pandas as pd

from corpora.frames import rows, word
from matcher.placement.maxflow import FlowNetwork
from matcher.placement.place import Placement

_FIGURES = (
    "planned", "registered", "enrolled", "students", "graduates", "employed", "further_study", "stayed_local",
    "matched_job", "first_choice", "teachers",
)  # fmt: skip


def pools(programs: pd.DataFrame, graduates: Mapping[str, int], few: int) -> list[tuple[str, ...]]:
    """Groups of at least two programs with fewer than `few` graduates each, of one institution, class and level.

    Args:
        programs: program_id, institution, class (its first four digits of the code where the class is not known), level.
        graduates: program -> graduates over the latest three years; a program that is not there has none.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    kinds = programs["class"] if "class" in programs else [None] * len(programs)
    for row, named in zip(rows(programs), kinds, strict=True):
        program, school = str(row.program_id), word(row.institution)
        kind = word(named) or word(row.code)[:4]
        if school and kind and graduates.get(program, 0) < few:
            found.setdefault((school, kind, word(row.level)), []).append(program)
    return [tuple(sorted(members)) for _, members in sorted(found.items()) if len(members) > 1]


def pooled_outcomes(outcomes: pd.DataFrame, members: Iterable[str], name: str) -> pd.DataFrame:
    """One row a year: the members' figures added up, under the pool's name.

    A year in which a member does not report employment is added up over those that do, so that k and n fit together.
    """
    own = outcomes[outcomes["program_id"].isin(list(members))].copy()
    silent = own["employed"].isna() & own.groupby("year")["employed"].transform("count").gt(0)
    counted = own[~silent]
    figures = [column for column in _FIGURES if column in own]
    added = counted.groupby("year", as_index=False)[figures].sum(min_count=1)
    # Enrolment, students and graduates count whether or not a member reports employment.
    whole = own.groupby("year", as_index=False)[["enrolled", "students"]].sum(min_count=1)
    added = added.drop(columns=["enrolled", "students"]).merge(whole, on="year", how="left")
    basis = own["rate_basis"].dropna()
    found = added.assign(program_id=name, rate_basis=str(basis.iloc[0]) if len(basis) else None)
    return found.reindex(columns=outcomes.columns).astype(outcomes.dtypes.to_dict())


def indispensability(placement: Placement, members: Iterable[str]) -> int:
    """Hundredths fewer that could be placed, over all programs, without any of the members.

    Taken together: parts of one program replace each other, so that each alone looks replaceable.
    """
    everybody = sum(placement.fair.assignment.values())
    return everybody - _placed(placement, set(placement.supply) - set(members))


def _placed(placement: Placement, programs: set[str]) -> int:
    own, posts = sorted(programs), sorted(placement.posts)
    node = {("P", p): i for i, p in enumerate(own)} | {("D", d): len(own) + i for i, d in enumerate(posts)}
    source, sink = len(node), len(node) + 1
    network = FlowNetwork(len(node) + 2)
    for program in own:
        network.add_arc(source, node["P", program], placement.supply[program])
    for demand in posts:
        network.add_arc(node["D", demand], sink, placement.posts[demand])
    for program, demand in placement.edges:
        if program in programs:
            network.add_arc(node["P", program], node["D", demand], placement.supply[program])
    return network.augment(source, sink)
