"""What every importer shares: how a publisher's form is declared, read, and told about.

An importer declares the form it reads as a `Table`, so that encodings, title rows, merged cells, totals, bad cells and
personal data are treated as in the product's own tables (`corpora.read`), and hands on an `Imported`.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from corpora.cells import LEVELS, LIMITS, MULTIPLE, Column, Kind, as_text, clean_text
from corpora.headers import locate
from corpora.importers.recognise import wrong_files
from corpora.issues import NOTHING, BadTable, Issue, Notice, Words
from corpora.read import BadRow, Corpus, Paths, Prepare, inspect_tables, validate
from corpora.schema import table
from corpora.sheets import Sheet
from corpora.tables import Table

MULTIPLES: Final[Mapping[str, int]] = {"百": 100, "千": 1_000, "万": 10_000, "百万": 1_000_000, "亿": 100_000_000}
_SCALED: Final = re.compile(rf"(\d[\d,]*(?:\.\d+)?)\s*({MULTIPLE})\s*[人个名位]?(?:次)?")
_PERSON_TIMES: Final = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*人次")


@dataclass(frozen=True, eq=False)
class Imported:
    """What an importer made of the files it was given.

    Attributes:
        tables: kind of the contract -> validated rows.
        sources: the files as read, one corpus a form.
        said: what was done, left out and why, each with its number of rows.
    """

    tables: Mapping[str, pd.DataFrame]
    sources: tuple[Corpus, ...]
    said: tuple[Words, ...]

    @property
    def bad_rows(self) -> int:
        """Rows left out for a fault."""
        return sum(len(corpus.bad_rows) for corpus in self.sources)


def column(
    name: str,
    kind: Kind,
    zh: str,
    aliases: str = "",
    *,
    required: bool = False,
    own: Callable[[str], str] | None = None,
) -> Column:
    """A column of a publisher's form; spellings of its header are separated by "|"."""
    words = tuple(word for word in aliases.split("|") if word)
    choices = LEVELS if kind in ("level", "levels") else {}
    return Column(
        name, kind, zh, name, words, required, limits=LIMITS.get(kind), choices=choices, note=NOTHING, own=own
    )


def read_form(paths: Paths, form: Table, prepare: Prepare | None = None) -> Corpus:
    """Files of one form, every fault kept; a file of another form is said to be one.

    Raises:
        BadTable: a whole file cannot be used, whatever its rows are.
    """
    corpus = inspect_tables(paths, form, prepare)
    if corpus.table_issues:
        wrong = wrong_files(paths, form) if all(i.code in _NO_TABLE for i in corpus.table_issues) else []
        raise BadTable(form.kind, wrong or corpus.table_issues)
    return corpus


_NO_TABLE: Final = ("no_header", "missing_column")


def reject(corpus: Corpus, faults: Mapping[int, Sequence[Issue]]) -> Corpus:
    """The corpus without the rows at fault, which join its bad rows; `faults` is by position in `rows`."""
    if not faults:
        return corpus
    labels = tuple(str(name) for name in corpus.rows.columns)
    bad = [
        BadRow(corpus.origin[at], labels, tuple(as_text(v) for v in corpus.rows.iloc[at]), tuple(issues))
        for at, issues in sorted(faults.items())
    ]
    good = [at for at in range(len(corpus.rows)) if at not in faults]
    return replace(
        corpus,
        rows=corpus.rows.iloc[good].reset_index(drop=True),
        origin=tuple(corpus.origin[at] for at in good),
        bad_rows=(*corpus.bad_rows, *bad),
        issues=(*corpus.issues, *(issue for row in bad for issue in row.issues)),
    )


def fault(
    corpus: Corpus, form: Table, at: int, name: str, code: str, value: str | None, expected: Words, remedy: Words
) -> Issue:
    """A fault of the row at one position of `corpus.rows`."""
    return Issue(*corpus.origin[at], name, code, value, expected, remedy, form[name].zh)


def usable(corpora: Sequence[Corpus], accept_good_rows: bool) -> None:
    """Stops an import at bad rows, unless its user goes on with the good ones.

    Raises:
        BadTable: with every fault of every form.
    """
    issues = [issue for corpus in corpora for issue in corpus.issues]
    if issues and (not accept_good_rows or any(corpus.rows.empty for corpus in corpora)):
        raise BadTable("、".join(corpus.kind for corpus in corpora if corpus.issues), issues)


def as_table(kind: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a validated table of the contract: what is written can be read again without a fault."""
    names = table(kind).names
    return validate(pd.DataFrame([[row.get(name) for name in names] for row in rows], columns=list(names)), kind)


def identifiers(parts: Sequence[Sequence[Any]]) -> list[str]:
    """Ids that a reader understands and that stay the same from import to import: the parts joined by "-".

    Equal ones, told apart only by spaces or brackets, are numbered.
    """
    seen: dict[str, int] = {}
    found = []
    for row in parts:
        words = (re.sub(r"[\s,，;；]+", "", as_text(part)) for part in row if part is not None and part is not pd.NA)
        name = "-".join(word for word in words if word)
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return found


def full_number(text: str) -> str:
    """A count written with a unit, in full: 1.2万 -> 12000, 350人次 -> 350; other texts as they are."""
    if found := _SCALED.fullmatch(text):
        return plain_number(Decimal(found[1].replace(",", "")) * MULTIPLES[found[2]])
    if found := _PERSON_TIMES.fullmatch(text):
        return found[1]
    return text


def plain_number(value: Decimal) -> str:
    """Digits without an exponent or trailing zeros."""
    return format(value.normalize(), "f")


def without_lone_cells(sheet: Sheet, form: Table, keep: Collection[int] = ()) -> tuple[Sheet, list[Notice]]:
    """The sheet without rows below the header that hold one cell only: footnotes and headings of groups.

    A row of data names at least a thing and a figure, so one cell alone is never data here. Its text is not repeated:
    footnotes name people to call.
    """
    header = locate(form, sheet.cells)
    if header is None:
        return sheet, []
    cells, notices = list(sheet.cells), []
    for index in range(header.last_row + 1, len(cells)):
        filled = [text for cell in cells[index] if (text := clean_text(as_text(cell)))]
        if len(filled) == 1 and index not in keep:
            cells[index] = []
            notices.append(Notice(sheet.source, sheet.name, index + 1, "lone_cell", _LONE))
    return replace(sheet, cells=cells), notices


_LONE: Final = Words(
    "只有一个单元格有内容（脚注或分组标题），未读入。",
    "Only one cell holds anything, a footnote or the heading of a group; the row was left out.",
)


def counted(number: int, zh: str, en: str) -> list[Words]:
    """One statement about a number of rows, none where there are none; `{n}` stands for the number."""
    return [Words(zh.replace("{n}", f"{number:,}"), en.replace("{n}", f"{number:,}"))] if number else []
