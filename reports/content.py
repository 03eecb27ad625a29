"""What a report says, before it has a form: chapters, paragraphs, tables and figures, frozen.

The model is built once from an assessment; the four renderers (Word, Excel, PDF, HTML) only lay it out. Every figure is
written by `shown`, so that the forms cannot differ in a digit.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Any, Literal

from corpora.frames import empty
from reports.charts.chart import Chart
from reports.words import word

Edition = Literal["public", "internal"]
# persons: two decimals (the assessment counts in hundredths); rate: a share as percent with two decimals (it has four
# digits); count and year: whole numbers; signed: a whole number with its sign.
Kind = Literal["text", "count", "year", "persons", "rate", "signed"]


class Hidden(Enum):
    """A cell that a public report withholds."""

    HIDDEN = "*"


HIDDEN = Hidden.HIDDEN
NOTHING = "–"

# What a line may not break: letters and digits side by side; Chinese breaks between any two characters.
_WORD = re.compile(r"[^\s\u2e80-\uffef/·、，。]+")
# Width of a bold letter in parts of its size, the room beside a cell's text in mm, the longest word that is made room
# for, the characters of a line of Chinese, and how many rows are looked at.
LETTER, GUTTER, LONGEST_WORD, SHORT_LINE, WIDTH_ROWS = 0.53, 4.0, 40, 4, 200


@dataclass(frozen=True)
class Column:
    """A column of a table: its header, the kind of its values and its share of the width."""

    key: str
    head: str
    kind: Kind = "text"
    width: float = 1.0


@dataclass(frozen=True)
class Row:
    """Values in the order of the columns; a group heads the rows below it, a total sums those above."""

    values: tuple[Any, ...]
    role: Literal["body", "group", "total"] = "body"


@dataclass(frozen=True)
class Table:
    """A list or a small table.

    Attributes:
        key: its name, also of its sheet and its anchor.
        bars: keys of number columns that a native chart of the workbook draws over the first column.
        sheet: title of its sheet in the workbook.
    """

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    bars: tuple[str, ...] = ()
    sheet: str = ""

    def texts(self) -> list[list[str]]:
        """The rows as every form writes them."""
        return [[shown(v, c.kind) for v, c in zip(r.values, self.columns, strict=True)] for r in self.rows]

    @property
    def wide(self) -> bool:
        """Whether it needs the page turned: for its many columns, or for sentences beside a good number of them."""
        if len(self.columns) <= SENTENCE_COLUMNS:
            return False
        texts = [
            shown(row.values[i], c.kind) for row in self.rows for i, c in enumerate(self.columns) if c.kind == "text"
        ]
        return len(self.columns) > WIDE_COLUMNS or _longest(texts) > SENTENCE

    def widths(self, total: float, size: float) -> list[float]:
        """Millimetres of every column on paper: its share of the width, and never less than its longest word.

        Args:
            total: of the table, mm. size: of its letters, points.
        """
        em = size * 25.4 / 72
        need = [
            max(min(_longest(words), LONGEST_WORD) * LETTER, broken) * em + GUTTER for words, broken in self._read()
        ]
        if sum(need) >= total:
            return [total * n / sum(need) for n in need]
        fixed: set[int] = set()
        while True:
            free = [i for i in range(len(need)) if i not in fixed]
            left = total - sum(need[i] for i in fixed)
            shares = sum(self.columns[i].width for i in free)
            found = {i: left * self.columns[i].width / shares for i in free}
            short = {i for i in free if found[i] < need[i]}
            if not short:
                return [found.get(i, need[i]) for i in range(len(need))]
            fixed |= short

    def _read(self) -> list[tuple[list[str], float]]:
        """Of every column what no line may break - words of its header and texts, whole figures - and the em of a line
        short enough to be read in texts that break anywhere."""
        rows = [row for row in self.rows if row.role != "group"][:WIDTH_ROWS]
        found = []
        for place, column in enumerate(self.columns):
            cells = [shown(row.values[place], column.kind) for row in rows]
            whole, broken = ([], cells) if column.kind == "text" else (cells, [])
            words = [*_WORD.findall("\n".join([column.head, *broken])), *whole]
            chinese = ["".join(_WORD.sub("", text).split()) for text in (column.head, *broken)]
            found.append((words, float(min(_longest(chinese), SHORT_LINE))))
        return found


@dataclass(frozen=True)
class Figure:
    """A chart with its caption; the chart's note says how to read it."""

    key: str
    chart: Chart

    @property
    def aspect(self) -> float:
        """Width over height."""
        width, height = re.findall(r'<svg[^>]*? width="([0-9.]+)"[^>]*? height="([0-9.]+)"', self.chart.svg())[0]
        return float(width) / float(height)


@dataclass(frozen=True)
class Paragraph:
    """A sentence or more; an item is one of a list, a warning must not be overlooked."""

    text: str
    role: Literal["body", "item", "note", "warning"] = "body"


def _longest(words: Sequence[str]) -> int:
    return max(map(len, words), default=0)


Block = Paragraph | Table | Figure


@dataclass(frozen=True)
class Section:
    """A heading of level 1 to 3 and what stands under it; a chapter begins a page where `new_page`."""

    title: str
    level: int
    blocks: tuple[Block, ...] = ()
    new_page: bool = False

    @property
    def wide(self) -> bool:
        """Whether its tables need the page turned."""
        return any(isinstance(b, Table) and b.wide for b in self.blocks)


@dataclass(frozen=True)
class Document:
    """A whole report.

    Attributes:
        subtitle: lines under the title, such as edition and date.
        label: what every reader has to be told first, such as that the data are made up; "" if nothing.
        header: the line at the head of each page.
        day: the day it speaks for, as 2026-10-15; files carry it in place of the hour they were written, so that the
            same assessment gives the same bytes.
        definitions: (term, meaning) of the columns and measures.
    """

    title: str
    subtitle: tuple[str, ...]
    label: str
    header: str
    day: str
    language: str
    edition: Edition
    sections: tuple[Section, ...]
    definitions: tuple[tuple[str, str], ...]

    def tables(self) -> Iterator[Table]:
        """Every table, in order."""
        for section in self.sections:
            yield from (block for block in section.blocks if isinstance(block, Table))

    def figures(self) -> Iterator[Figure]:
        """Every figure, in order."""
        for section in self.sections:
            yield from (block for block in section.blocks if isinstance(block, Figure))

    def note_under(self, table: Table) -> str:
        """What stands under a table: its note, and what the star means where one is in it."""
        starred = any(value is HIDDEN for row in table.rows for value in row.values)
        yearly = any(column.kind == "persons" for column in table.columns)
        parts = [
            table.note,
            word("unit_note", self.language) if yearly else "",
            word("withheld_note", self.language) if starred else "",
        ]
        text = ("" if self.language == "zh" else " ").join(part for part in parts if part)
        return f"{word('note_word', self.language)}{text}" if text else ""

    def numbering(self) -> dict[str, tuple[str, int, str]]:
        """Key of a table or figure -> the word before its number, its number, and its caption."""
        found: dict[str, tuple[str, int, str]] = {}
        for number, table in enumerate(self.tables(), 1):
            found[table.key] = (word("table", self.language), number, table.caption)
        for number, figure in enumerate(self.figures(), 1):
            found[figure.key] = (word("figure", self.language), number, figure.chart.title)
        return found

    def captions(self) -> dict[str, str]:
        """Key of a table or figure -> its number and caption, as every form prints them."""
        gap = GAP[self.language]
        return {key: f"{label}{number}{gap}{text}" for key, (label, number, text) in self.numbering().items()}


GAP = {"zh": "　", "en": ". "}
# Control characters, halves of surrogate pairs and non-characters, which XML forbids; a tab or a new line is a space.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# So many columns need the turned page; fewer do where one of them holds sentences: so many, of so many characters.
WIDE_COLUMNS, SENTENCE_COLUMNS, SENTENCE = 12, 7, 60


def shown(value: Any, kind: Kind) -> str:
    """A value as every form writes it; "–" where nothing is known, "*" where it is withheld."""
    if value is HIDDEN:
        return str(HIDDEN.value)
    if empty(value) or value == "":
        return NOTHING
    if kind == "persons":
        return str(_rounded(value, "0.01"))
    if kind == "rate":
        return f"{_rounded(Decimal(str(value)) * 100, '0.01')}%"
    if kind in ("count", "year"):
        return str(int(value))
    if kind == "signed":
        return f"{int(value):+d}".replace("-", "−") if int(value) else "0"
    return clean(value)


def clean(text: Any) -> str:
    """One line of text without the characters that no document format can hold."""
    return re.sub(r"\s+", " ", _UNPRINTABLE.sub("", str(text))).strip()


def _rounded(value: Any, step: str) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(step), ROUND_HALF_UP)


def table(
    key: str,
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    *,
    total: Sequence[Any] | None = None,
    note: str = "",
    bars: tuple[str, ...] = (),
    sheet: str = "",
) -> Table:
    """A table of plain rows, with a total below them where one is given."""
    made = [Row(tuple(values)) for values in rows]
    if total is not None:
        made.append(Row(tuple(total), "total"))
    return Table(key, caption, tuple(columns), tuple(made), note, bars, sheet or caption)
