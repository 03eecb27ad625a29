"""Lists of what there is: tables, assessments, jobs, reports; and the columns of an uploaded file, to be mapped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from api.pages.words import WORDS, say
from corpora.cells import as_text
from corpora.headers import SEARCHED_ROWS, locate, recognise
from corpora.schema import TABLES
from corpora.sheets import Unreadable, read_sheets
from matcher.assessment import INPUTS
from matcher.policy.words import Language

NEEDED = ("programs", "outcomes", "demands")
# Tables that a bureau uploads, in the order in which it has them.
KINDS = (*NEEDED, *(kind for kind in INPUTS if kind not in NEEDED))
EXAMPLE_LENGTH = 40
MOST_COLUMNS = 80


@dataclass(frozen=True)
class UploadLine:
    """An uploaded table in the list."""

    id: str
    key: str
    kind: str
    file: str
    state: str
    rows: int | None
    bad_rows: int | None
    created: str


@dataclass(frozen=True)
class KindView:
    """A kind of table, with the uploads of it that are ready."""

    key: str
    name: str
    needed: bool
    uploads: tuple[UploadLine, ...] = ()


@dataclass(frozen=True)
class ColumnView:
    """A column of the file: its header, a value of it, and the column of the contract it is read as ("" if none)."""

    label: str
    example: str
    column: str


@dataclass(frozen=True)
class IssueView:
    """A fault of a table."""

    row: int | None
    sheet: str
    column: str
    value: str | None
    text: str


@dataclass(frozen=True)
class TableView:
    """One uploaded table: its faults, its columns where they may be mapped, and where its bad rows are, "" without any."""

    upload: UploadLine
    job: str
    total: int
    issues: tuple[IssueView, ...]
    columns: tuple[ColumnView, ...]
    known: tuple[tuple[str, str], ...]
    back: str
    on: str
    bad_rows: str


@dataclass(frozen=True)
class JobView:
    """A job: `link` leads to what it makes, "" where that is not known."""

    id: str
    kind: str
    state: str
    step: str
    done: int
    of: int
    created: str
    link: str
    fault: str


@dataclass(frozen=True)
class ReportLine:
    """A report; `link` to its file once it is there, else its job."""

    format: str
    lang: str
    edition: str
    created: str
    link: str
    job: str


@dataclass(frozen=True)
class AssessmentLine:
    """An assessment in the list."""

    id: str
    title: str
    as_of: str
    policy: str
    created: str
    flags: Mapping[str, int]
    parent: str


def kind_name(kind: str, language: Language) -> str:
    """A table as people call it."""
    return TABLES[kind].zh if language == "zh" else TABLES[kind].en


def kinds(uploads: Iterable[UploadLine], language: Language) -> tuple[KindView, ...]:
    """All kinds of tables, each with those that are ready."""
    ready = [one for one in uploads if one.state == "ready"]
    return tuple(
        KindView(kind, kind_name(kind, language), kind in NEEDED, tuple(one for one in ready if one.key == kind))
        for kind in KINDS
    )


def moment(at: datetime) -> str:
    """A time as people read it, in the time zone of the service."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def job_name(kind: str, language: Language) -> str:
    """A job as people call it."""
    return say(f"job_{kind}", language)


def step_name(step: str, language: Language) -> str:
    """What a job is doing; a step without a word of its own by its name."""
    key = f"step_{step}"
    return say(key, language) if key in WORDS else step


def progress_words(language: Language) -> dict[str, str]:
    """Words that the script shows while a job runs."""
    return {
        key.removeprefix("job_"): say(key, language)
        for key in WORDS
        if key.startswith("job_state_")
    } | {key: say(key, language) for key in WORDS if key.startswith("step_")}  # fmt: skip


def columns_of(file: Path, kind: str, mapping: Mapping[str, str], private: bool) -> tuple[ColumnView, ...]:
    """The columns of a file with what each is read as; none where no row looks like a header.

    Args:
        mapping: header as in the file -> column, as its owner named them before.
        private: whether no cell may be shown, since the table holds personal data.
    """
    declared = TABLES[kind]
    try:
        sheets, _ = read_sheets(file, file.name)
    except Unreadable:
        return ()
    for sheet in (sheet for sheet in sheets if not sheet.hidden):
        header = locate(declared, sheet.cells)
        head = next((i for i, row in enumerate(sheet.cells[:SEARCHED_ROWS]) if sum(map(bool, _texts(row))) > 1), None)
        if header is None and head is None:
            continue
        last = header.last_row if header else int(head or 0)
        labels = header.labels if header else tuple(_texts(sheet.cells[last]))
        example = _texts(sheet.cells[last + 1]) if last + 1 < len(sheet.cells) and not private else []
        found = []
        for place, label in enumerate(labels[:MOST_COLUMNS]):
            if label:
                column = (
                    mapping.get(label) or (header.names.get(place) if header else None) or recognise(declared, label)
                )
                shown = example[place][:EXAMPLE_LENGTH] if place < len(example) else ""
                found.append(ColumnView(label, shown, column or ""))
        return tuple(found)
    return ()


def known_columns(kind: str, language: Language) -> tuple[tuple[str, str], ...]:
    """(name, title) of every column of a table; required ones are marked."""
    return tuple(
        (column.name, f"{column.zh if language == 'zh' else column.en}{' *' if column.required else ''}")
        for column in TABLES[kind].columns
    )


def _texts(row: Iterable[Any]) -> list[str]:
    return [as_text(cell).strip() for cell in row]
