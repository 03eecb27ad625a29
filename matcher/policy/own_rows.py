"""What the tables say of a program by itself: its row, its years as reported, its students."""

import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any

import pandas as pd

from corpora.frames import empty, rows, rows_by, whole, word
from matcher.matching.facets import Row, text_size
from matcher.policy.facts import ReportedYear

_YEARS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_USUAL_YEARS = {"bachelor": 4}


def program_rows(programs: pd.DataFrame) -> dict[str, Row]:
    """Program -> its row, column by column."""
    columns = [str(column) for column in programs]
    return {str(row.program_id): dict(zip(columns, row, strict=True)) for row in rows(programs)}


def reported_years(outcomes: pd.DataFrame) -> dict[str, tuple[ReportedYear, ...]]:
    """Program -> its years as reported, latest first."""
    names = [f.name for f in fields(ReportedYear) if f.name not in ("year", "basis")]
    found: dict[str, list[ReportedYear]] = {}
    for row in rows(outcomes.sort_values("year", ascending=False)):
        figures = {name: whole(getattr(row, name)) for name in names}
        found.setdefault(str(row.program_id), []).append(
            ReportedYear(year=int(row.year), basis=word(row.rate_basis), **figures)
        )
    return {program: tuple(years) for program, years in found.items()}


def study_years(row: Row) -> int:
    """Years from enrolment to graduation: the first number of `duration`, else what its level usually takes."""
    text = word(row["duration"])
    if found := re.search(r"\d+", text):
        return int(found[0])
    if (found := re.search(r"[一二两三四五六]", text)) is not None:
        return _YEARS[found[0]]
    return _USUAL_YEARS.get(word(row["level"]), 3)


def text_sizes(programs: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Program -> course names and characters that it gives to match on, of `facets.text_size`."""
    return {program: text_size(row) for program, row in program_rows(programs).items()}


def latest_first(outcomes: pd.DataFrame) -> dict[str, list[Any]]:
    """Program -> its rows as named tuples, the latest year first."""
    return rows_by(outcomes.sort_values("year", ascending=False, kind="stable"), "program_id")


def students_left(history: Sequence[Any], cohorts: Sequence[Any], as_of: date) -> int | None:
    """Persons who still study: of the cohorts to graduate where these are given, else of the latest year that says."""
    still = [int(row.students) for row in cohorts if row.graduation_year >= as_of.year]
    return sum(still) if still else next((int(row.students) for row in history if not empty(row.students)), None)


def both_known(recent: Sequence[Any]) -> list[Any]:
    """The years that report graduates and further study."""
    return [row for row in recent if not empty(row.further_study) and not empty(row.graduates)]


def further_share(recent: Sequence[Any]) -> float | None:
    """Share of the graduates who study on, over the years that report both."""
    known = both_known(recent)
    total = sum(int(row.graduates) for row in known)
    return sum(int(row.further_study) for row in known) / total if total else None
