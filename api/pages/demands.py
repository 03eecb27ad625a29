"""The table of demands, and the posts that no program leads to with catalogue programs that might serve them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from api.pages import figures
from api.pages.overview import records
from api.pages.programs import level_name
from api.pages.table import Choice, Filter, Head, Pages, Query, column_filter, containing, heads, in_order, paged
from api.pages.words import say
from corpora.frames import empty, word
from matcher.assessment import Assessment
from matcher.offer import SUGGESTED, WHITESPACE, in_words, whitespace
from matcher.placement.whitespace import NO_PROGRAM, SCARCE
from matcher.policy.words import Language

COLUMNS = ("occupation", "region", "chain", "posts", "placed", "whitespace", "growth")
NUMBERS = ("posts", "placed", "whitespace", "growth", "share")
SEARCHED = ("demand_id", "occupation", "occupation_code", "region", "chain", "segment", "description", "skills")
FILTERS = ("chain", "stage", "region", "field")


@dataclass(frozen=True)
class DemandQuery(Query):
    """What a reader asked for; `left`: only posts that stay empty, for one of the two reasons or both ("any")."""

    chain: str = ""
    stage: str = ""
    region: str = ""
    field: str = ""
    left: str = ""


@dataclass(frozen=True)
class Suggestion:
    """A catalogue program that might serve empty posts, by name and class alone, and who could open it."""

    code: str
    name: str
    at: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One group of posts in the table, as written."""

    demand_id: str
    occupation: str
    region: str
    levels: str
    chain: str
    segment: str
    posts: str
    placed: str
    left: str
    filled: float | None
    growth: str
    reason: str
    employers: str
    source: str
    suggested: tuple[Suggestion, ...]


@dataclass(frozen=True)
class Demands:
    """The table with its filters."""

    query: DemandQuery
    total: int
    rows: tuple[Row, ...]
    heads: tuple[Head, ...]
    pages: Pages
    left: tuple[Choice, ...]
    filters: tuple[Filter, ...]
    suggesting: bool
    path: str


def demands_view(
    assessment: Assessment, query: DemandQuery, path: str, language: Language, empty_posts: pd.DataFrame | None = None
) -> Demands:
    """One page of the table; suggestions are made where only empty posts are asked for.

    Args:
        path: of the table, which links lead back to.
        empty_posts: `api.answers.tables.Tables.whitespace`, where the reader sees less than the whole market.
    """
    plain = whitespace(assessment) if empty_posts is None else empty_posts
    table = demand_table(assessment, plain)
    sort = query.sort or ("-whitespace" if query.left else "")
    sort = sort if sort.removeprefix("-") in COLUMNS else ""
    found = in_order(table[_kept(table, query)], sort)
    shown, pages = paged(found, query, path, language)
    listed = records(shown)
    suggested = _suggested(plain, language) if query.left else {}
    empties = table["whitespace"] > 0
    counts = {"": len(table), "any": int(empties.sum()), **{
        key: int((table["left_because"] == key).sum()) for key in (NO_PROGRAM, SCARCE)}}  # fmt: skip
    return Demands(
        query=query,
        total=len(table),
        rows=tuple(_row(r, suggested.get(word(r["demand_id"]), ()), language) for r in listed),
        heads=heads(COLUMNS, NUMBERS, query, sort, path, language),
        pages=pages,
        left=tuple(Choice(k, say(f"left_{k or 'all'}", language), n, k == query.left) for k, n in counts.items()),
        filters=_filters(table, query, language),
        suggesting=bool(query.left),
        path=path,
    )


def demand_table(assessment: Assessment, empty_posts: pd.DataFrame) -> pd.DataFrame:
    """The posts of an assessment with what their own table says of them, and why they stay empty."""
    said = ["demand_id", "occupation_code", "field", "chain", "segment", "stage", "description", "skills", "growth",
            "employers", "source"]  # fmt: skip
    table = assessment.demands.merge(assessment.inputs["demands"][said], on="demand_id", how="left")
    because = table["demand_id"].map(empty_posts.set_index("demand_id")["reason"])
    return table.assign(left_because=because.where(table["whitespace"] > 0, ""))


def _kept(table: pd.DataFrame, query: DemandQuery) -> pd.Series:
    keep = containing(table, query.q, SEARCHED)
    for column in FILTERS:
        if wanted := getattr(query, column):
            keep &= table[column].eq(wanted).fillna(False).astype(bool)
    if query.left == "any":
        keep &= table["left_because"] != ""
    elif query.left:
        keep &= table["left_because"] == query.left
    return keep


def _row(record: Mapping[str, Any], suggested: tuple[Suggestion, ...], language: Language) -> Row:
    posts = float(record["posts"])
    levels = filter(None, word(record["levels"]).split(";"))
    return Row(
        demand_id=word(record["demand_id"]),
        occupation=word(record["occupation"]),
        region=word(record["region"]),
        levels=("、" if language == "zh" else ", ").join(level_name(level, language) for level in levels),
        chain=word(record["chain"]),
        segment=word(record["segment"]),
        posts=figures.persons(posts),
        placed=figures.persons(record["placed"]),
        left=figures.persons(record["whitespace"]) if record["whitespace"] else "",
        filled=float(record["placed"]) / posts if posts else None,
        growth=figures.NONE if empty(record["growth"]) else f"{record['growth']:+.1%}".replace("-", "−"),
        reason=say(f"left_{record['left_because']}", language) if record["left_because"] else "",
        employers=figures.whole(record["employers"]),
        source=word(record["source"]),
        suggested=suggested,
    )


def _filters(table: pd.DataFrame, query: DemandQuery, language: Language) -> tuple[Filter, ...]:
    found = [
        column_filter(table, column, column, getattr(query, column), language,
                      (lambda value: say(f"stage_{value}", language)) if column == "stage" else str)
        for column in FILTERS
    ]  # fmt: skip
    return tuple(f for f in found if f is not None)


def _suggested(plain: pd.DataFrame, language: Language) -> dict[str, tuple[Suggestion, ...]]:
    """Demand -> catalogue programs nearest by name that may be opened, with the institutions that could."""
    named = in_words(plain, language)
    found: dict[str, tuple[Suggestion, ...]] = {}
    for row, shown in zip(records(plain), records(named), strict=True):
        names = [shown[WHITESPACE[f"name_{n}"][language]] for n in range(1, SUGGESTED + 1)]
        found[word(row["demand_id"])] = tuple(
            Suggestion(word(row[f"code_{n}"]), word(name), tuple(filter(None, word(row[f"at_{n}"]).split(";"))))
            for n, name in enumerate(names, 1)
            if not empty(name)
        )
    return found
