"""Tables that are filtered, sorted and paged on the server, so that they stay quick with thousands of rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import pandas as pd

from api.pages.render import with_query
from api.pages.words import say
from corpora.frames import words
from matcher.policy.words import Language

SIZES = (50, 200, 2000)


@dataclass(frozen=True)
class Query:
    """What a reader asked of a table.

    Attributes:
        q: words that all have to occur.
        sort: a column, with "-" in front for descending; "" is the table's own order.
        page: from 1; size: rows a page, one of SIZES.
    """

    q: str = ""
    sort: str = ""
    page: int = 1
    size: int = SIZES[0]

    @classmethod
    def of(cls, parts: Iterable[tuple[str, str]]) -> Self:
        """From the parts of a URL; what is not understood is left aside."""
        given: dict[str, list[str]] = {}
        for key, value in parts:
            given.setdefault(key, []).append(value.strip())
        found: dict[str, Any] = {}
        for field in fields(cls):
            if field.name not in given:
                continue
            last = given[field.name][-1]
            if isinstance(field.default, bool):
                found[field.name] = last == "1"
            elif isinstance(field.default, int):
                found[field.name] = max(1, _number(last, field.default))
            elif isinstance(field.default, tuple):
                found[field.name] = tuple(dict.fromkeys(filter(None, given[field.name])))
            else:
                found[field.name] = last
        if found.get("size") not in SIZES:
            found.pop("size", None)
        return cls(**found)

    def parts(self, **other: Any) -> dict[str, Any]:
        """The query as parts of a URL, some exchanged; defaults are left out, and any change begins at page 1."""
        changed = replace(self, **{"page": 1, **other})
        kept = {f.name: getattr(changed, f.name) for f in fields(self) if getattr(changed, f.name) != f.default}
        return {key: "1" if value is True else value for key, value in kept.items()}


@dataclass(frozen=True)
class Head:
    """A column's header: its sort link and, where the table is sorted by it, ascending or descending."""

    key: str
    title: str
    link: str
    order: str
    number: bool


@dataclass(frozen=True)
class Choice:
    """One value of a filter with how many rows of the whole table have it."""

    value: str
    name: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Filter:
    """A filter with its values."""

    key: str
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Pages:
    """Where in the table a page stands; links are "" where there is none."""

    first: int
    last: int
    found: int
    number: int
    of: int
    back: str
    on: str
    sizes: tuple[tuple[int, str, bool], ...]


def paged(table: pd.DataFrame, query: Query, path: str, language: Language) -> tuple[pd.DataFrame, Pages]:
    """The rows of one page, and where it stands."""
    of = max(1, -(-len(table) // query.size))
    page = min(query.page, of)
    start = (page - 1) * query.size
    shown = table.iloc[start : start + query.size]
    back = with_query(path, query.parts(page=page - 1)) if page > 1 else ""
    on = with_query(path, query.parts(page=page + 1)) if page < of else ""
    sizes = tuple((n, say("all_rows", language) if n == SIZES[-1] else str(n), n == query.size) for n in SIZES)
    return shown, Pages(start + 1 if len(table) else 0, start + len(shown), len(table), page, of, back, on, sizes)


def containing(table: pd.DataFrame, text: str, columns: Sequence[str]) -> pd.Series:
    """Which rows have every word of a text in some of the columns; upper and lower case do not count."""
    keep = pd.Series(True, index=table.index)
    terms = text.lower().split()
    if terms:
        searched = table[columns[0]].fillna("").astype(str)
        for column in columns[1:]:
            searched = searched + " " + table[column].fillna("").astype(str)
        searched = searched.str.lower()
        for term in terms:
            keep &= searched.str.contains(term, regex=False).astype(bool)
    return keep


def in_order(table: pd.DataFrame, sort: str, ranks: Mapping[str, Mapping[str, int]] | None = None) -> pd.DataFrame:
    """Sorted by one column, unknown figures last, equal ones in the table's order.

    Args:
        ranks: for columns whose values have an order of their own.
    """
    column = sort.removeprefix("-")
    if column not in table:
        return table
    key = table[column].map(ranks[column]) if ranks and column in ranks else table[column]
    order = key.sort_values(ascending=not sort.startswith("-"), kind="stable", na_position="last").index
    return table.loc[order]


def heads(
    columns: Sequence[str], numbers: Sequence[str], query: Query, sort: str, path: str, language: Language
) -> tuple[Head, ...]:
    """Headers with links that sort; a second click turns the order round, and figures begin with the largest."""
    found = []
    for key in columns:
        now = sort.removeprefix("-") == key
        descending = sort.startswith("-")
        then = (key if descending else f"-{key}") if now else (f"-{key}" if key in numbers else key)
        order = ("descending" if descending else "ascending") if now else "none"
        found.append(
            Head(key, say(f"column_{key}", language), with_query(path, query.parts(sort=then)), order, key in numbers)
        )
    return tuple(found)


def column_filter(
    table: pd.DataFrame, column: str, key: str, chosen: str, language: Language, name: Callable[[str], str] = str
) -> Filter | None:
    """A filter by the values of a column; None where there are fewer than two."""
    counts = counted(words(table, column))
    if len(counts) < 2:
        return None
    choices = tuple(Choice(value, name(value), number, value == chosen) for value, number in counts.items())
    return Filter(key, say(f"filter_{key}", language), choices)


def counted(values: Iterable[str]) -> dict[str, int]:
    """How often each value occurs, without the empty one, in the order of the values."""
    counts: dict[str, int] = {}
    for value in filter(None, values):
        counts[value] = counts.get(value, 0) + 1
    return dict(sorted(counts.items()))


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else otherwise
