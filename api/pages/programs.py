"""The table of programs: filters, sorting, and search by words or by meaning."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from api.pages import figures
from api.pages.overview import notice_names, records
from api.pages.table import (
    Choice,
    Filter,
    Head,
    Pages,
    Query,
    column_filter,
    containing,
    counted,
    heads,
    in_order,
    paged,
)
from api.pages.words import say
from corpora.frames import empty, word, words
from matcher.assessment import Assessment
from matcher.policy.words import FLAG_NAMES, MEASURE_NAMES, NOTICES, Language
from reports.page import SHOWN_FLAGS

COLUMNS = ("name", "institution", "flag", "flag_probability", "supply", "placeable_rate", "employment_mean")
NUMBERS = ("flag_probability", "supply", "placeable_rate", "employment_mean", "near")
SEARCHED = ("program_id", "name", "institution", "region", "reason", "reason_en")
FILTERS = {"institution": "institution", "region": "region", "level": "level", "group": "major_group"}
RANKS = {"flag": {flag: place for place, flag in enumerate(SHOWN_FLAGS)}}


@dataclass(frozen=True)
class ProgramQuery(Query):
    """What a reader asked for; with `meaning`, programs are ranked by how near they are to the text `q`."""

    flag: tuple[str, ...] = ()
    region: str = ""
    institution: str = ""
    level: str = ""
    group: str = ""
    notice: str = ""
    meaning: bool = False


@dataclass(frozen=True)
class Row:
    """One program in the table, as written."""

    program_id: str
    name: str
    institution: str
    region: str
    level: str
    flag: str
    certainty: str
    measure: str
    rule: str
    supply: str
    rate: str
    rate_value: float | None
    employment: str
    interval: str
    reason: str
    notices: tuple[str, ...]
    near: str


@dataclass(frozen=True)
class Programs:
    """The table with its filters."""

    query: ProgramQuery
    total: int
    rows: tuple[Row, ...]
    heads: tuple[Head, ...]
    pages: Pages
    flags: tuple[Choice, ...]
    filters: tuple[Filter, ...]
    may_ask_meaning: bool
    path: str


def programs_view(
    assessment: Assessment,
    query: ProgramQuery,
    path: str,
    language: Language,
    near: Mapping[str, float] | None = None,
    may_ask_meaning: bool = False,
) -> Programs:
    """One page of the table.

    Args:
        path: of the table, which links lead back to.
        near: program -> nearness of its text to `query.q`, where it was asked by meaning; the nearest come first.
        may_ask_meaning: whether the service can rank by meaning.
    """
    table, asked, sort = assessment.programs, query, query.sort
    columns: tuple[str, ...] = COLUMNS
    if near is not None:
        table = table.assign(near=table["program_id"].map(near).astype("Float64"))
        asked, sort, columns = replace(query, q=""), query.sort or "-near", (*COLUMNS, "near")
    sort = sort if sort.removeprefix("-") in columns else ""
    shown, pages = paged(in_order(table[kept(table, asked)], sort, RANKS), query, path, language)
    return Programs(
        query=query,
        total=len(table),
        rows=tuple(_row(record, language) for record in records(shown)),
        heads=heads(columns, NUMBERS, query, sort, path, language),
        pages=pages,
        flags=_flag_choices(assessment, query, language),
        filters=_filters(assessment, query, language),
        may_ask_meaning=may_ask_meaning,
        path=path,
    )


def kept(table: pd.DataFrame, query: ProgramQuery) -> pd.Series:
    """Which rows of a programs table a query keeps."""
    keep = containing(table, query.q, SEARCHED)
    if query.flag:
        keep &= table["flag"].isin(query.flag)
    for key, column in FILTERS.items():
        if wanted := getattr(query, key):
            keep &= table[column].eq(wanted).fillna(False).astype(bool)
    if query.notice:
        keep &= table["notices"].fillna("").str.split(";").map(lambda found: query.notice in found).astype(bool)
    return keep


def _row(record: dict[str, Any], language: Language) -> Row:
    low, high = record["employment_low"], record["employment_high"]
    rate = record["placeable_rate"]
    return Row(
        program_id=word(record["program_id"]),
        name=word(record["name"]),
        institution=word(record["institution"]),
        region=word(record["region"]),
        level=level_name(record["level"], language),
        flag=word(record["flag"]),
        certainty=figures.certainty(record["flag_probability"]),
        measure="" if empty(record["measure"]) else MEASURE_NAMES[record["measure"]][language],
        rule=word(record["rule_verdict"]),
        supply=figures.persons(record["supply"]),
        rate=figures.rate(rate),
        rate_value=None if empty(rate) else float(rate),
        employment=figures.share(record["employment_mean"]),
        interval="" if empty(low) else f"{figures.share(low)}–{figures.share(high)}",
        reason=word(record["reason" if language == "zh" else "reason_en"]),
        notices=notice_names(record["notices"], language),
        near="" if empty(record.get("near")) else f"{record['near']:.2f}",
    )


def level_name(level: Any, language: Language) -> str:
    """中职, 高职专科, 职业本科; "" where unknown."""
    return "" if empty(level) else say(f"level_{level}", language)


def _flag_choices(assessment: Assessment, query: ProgramQuery, language: Language) -> tuple[Choice, ...]:
    counts = assessment.flag_counts()
    return tuple(Choice(f, FLAG_NAMES[f][language], counts[f], f in query.flag) for f in SHOWN_FLAGS)


def _filters(assessment: Assessment, query: ProgramQuery, language: Language) -> tuple[Filter, ...]:
    table = assessment.programs
    found = [
        column_filter(table, column, key, getattr(query, key), language,
                      (lambda value: level_name(value, language)) if key == "level" else str)
        for key, column in FILTERS.items()
    ]  # fmt: skip
    notices = counted(key for cell in words(table, "notices") for key in cell.split(";"))
    if notices:
        choices = tuple(Choice(key, NOTICES[key][language], n, key == query.notice) for key, n in notices.items())
        found.append(Filter("notice", say("filter_notice", language), choices))
    return tuple(f for f in found if f is not None)
