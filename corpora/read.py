"""Files or frames -> one table: good rows typed and in order, every other row named with its reason.

Nothing is lost without a word: rows seen = rows + bad rows + rows dropped with a notice.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from corpora.cells import as_text
from corpora.checks import Origin, Part, check, header_issues, part_of, personal_issues, unknown_columns
from corpora.frames import harmless
from corpora.headers import locate
from corpora.issues import NOTHING, BadTable, Issue, Lang, Notice, Words
from corpora.schema import Table, empty_frame, table
from corpora.sheets import GUIDE_SHEETS, Sheet, Unreadable, frame_sheet, read_sheets

Paths = str | Path | Sequence[str | Path]
Prepare = Callable[[Sheet], tuple[Sheet, Sequence[Notice]]]
REFERS_TO: Final[Mapping[str, str]] = {"program_id": "programs", "demand_id": "demands"}


@dataclass(frozen=True)
class BadRow:
    """A row left out, with its cells as found (none where the table was refused for personal data)."""

    origin: Origin
    labels: tuple[str, ...]
    cells: tuple[str, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, eq=False)
class Corpus:
    """A table as read.

    Attributes:
        kind: of the contract.
        rows: the good rows, with every column and dtype of the kind, in the order of the files.
        issues: every fault, of the table first, then row by row.
        notices: what was done without a fault, such as a column left out.
        sources: file names.
        hashes: SHA-256 of the bytes of each source; empty for a frame.
        origin: file, sheet and row number of each of `rows`, by position.
        bad_rows: every row left out for a fault.
        dropped: rows left out with a notice: totals, examples, remarks, repeated headers.
        seen: rows below the headers that hold anything.
    """

    kind: str
    rows: pd.DataFrame
    issues: tuple[Issue, ...]
    notices: tuple[Notice, ...]
    sources: tuple[str, ...]
    hashes: tuple[str, ...]
    origin: tuple[Origin, ...]
    bad_rows: tuple[BadRow, ...]
    dropped: int
    seen: int

    @property
    def table_issues(self) -> tuple[Issue, ...]:
        """Faults that no good row makes up for: a file that cannot be read, a missing column, personal data."""
        return tuple(issue for issue in self.issues if issue.row is None)


def read(paths: Paths, kind: str, accept_good_rows: bool = False) -> pd.DataFrame:
    """One table from one file or several.

    Args:
        paths: CSV, TSV, XLSX or Parquet files; several are read as one table.
        kind: of the contract, such as "programs".
        accept_good_rows: go on without the bad rows. Faults of a whole table stop it all the same.

    Raises:
        BadTable: with every issue.
    """
    corpus = inspect_tables(paths, kind)
    blocking = corpus.table_issues if accept_good_rows else corpus.issues
    if blocking:
        raise BadTable(kind, blocking)
    return corpus.rows


def validate(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """A frame from elsewhere, with the columns and dtypes of the kind.

    Raises:
        BadTable: with every issue; its rows are numbered as in a file saved from the frame, the header being row 1.
    """
    corpus = inspect_frame(frame, kind)
    if corpus.issues:
        raise BadTable(kind, corpus.issues)
    return corpus.rows


def inspect_tables(paths: Paths, kind: str | Table, prepare: Prepare | None = None) -> Corpus:
    """Reads files without giving up at a fault; see `Corpus`.

    Args:
        paths: files, read as one table.
        kind: of the contract, or the declaration of a publisher's own form (`corpora.importers`).
        prepare: applied to every sheet before anything else looks at it. Row numbers must stay; a row it empties is
            told by a notice with its number, and counts as dropped.
    """
    declared = table(kind) if isinstance(kind, str) else kind
    files = [Path(path) for path in ([paths] if isinstance(paths, (str, Path)) else paths)]
    names = [path.name for path in files]
    sources = [str(path) if names.count(path.name) > 1 else path.name for path in files]
    parts: list[Part] = []
    issues: list[Issue] = []
    notices: list[Notice] = []
    hashes = []
    emptied = 0
    for path, source in zip(files, sources, strict=True):
        try:
            sheets, digest = read_sheets(path, source)
        except Unreadable as fault:
            issues.append(Issue(source, None, None, None, fault.code, None, NOTHING, fault.remedy))
            hashes.append("")
            continue
        hashes.append(digest)
        prepared = [prepare(sheet) if prepare else (sheet, ()) for sheet in sheets]
        sheets = [sheet for sheet, _ in prepared]
        told = [notice for _, said in prepared for notice in said]
        emptied += sum(notice.row is not None for notice in told)
        notices += told
        found, unread = _parts(declared, sheets)
        parts += found
        hidden = [sheet.name for sheet, has_header in unread if has_header]
        if found:
            notices += [_unread(sheet, has_header) for sheet, has_header in unread]
            if len(found) > 1:
                notices += [_together(part) for part in found]
        else:
            issues.append(_only_hidden(source, hidden[0]) if hidden else _no_header(declared, source))
    if parts and not any(part.rows for part in parts):
        words = Words("表头下没有数据行。", "There are no rows of data below the header.")
        issues += [part.issue("no_rows", words) for part in parts]
    return _assemble(declared, parts, issues, notices, sources, hashes, emptied)


def inspect_frame(frame: pd.DataFrame, kind: str) -> Corpus:
    """As `inspect_tables`, for a frame; its rows are numbered as in a file saved from it, the header being row 1."""
    declared, source = table(kind), "DataFrame"
    parts, _ = _parts(declared, [frame_sheet(frame, source)])
    issues = [] if parts else [_no_header(declared, source)]
    return _assemble(declared, parts, issues, [], [source], [""])


_OTHER_SHEET: Final = Words("没有可识别的表头，未读入。", "No header was recognised; the sheet was left out.")
_HIDDEN_SHEET: Final = Words(
    "隐藏的工作表，未读入；若要读入，请先取消隐藏。",
    "The sheet is hidden and was left out; show it if it is to be read.",
)


def _unread(sheet: Sheet, has_header: bool) -> Notice:
    code, words = ("hidden_sheet", _HIDDEN_SHEET) if has_header else ("other_sheet", _OTHER_SHEET)
    return Notice(sheet.source, sheet.name, None, code, words)


def _together(part: Part) -> Notice:
    number = len(part.rows)
    words = Words(
        f"与同一文件的其他工作表合并读入，本表 {number} 行。",
        f"Read together with other sheets of the file; rows of this one: {number}.",
    )
    return Notice(part.source, part.sheet, None, "several_sheets", words)


def _only_hidden(source: str, sheet: str | None) -> Issue:
    remedy = Words(
        "只有隐藏的工作表含此表；请先取消隐藏再保存。",
        "Only a hidden sheet holds the table; show it and save the file.",
    )
    return Issue(source, sheet, None, None, "hidden_sheet", None, NOTHING, remedy)


def _no_header(declared: Table, source: str) -> Issue:
    needed = [column for column in declared.columns if column.required]
    zh = "；".join("、".join((column.zh, *column.aliases[:3])) for column in needed)
    en = "; ".join(f"{column.name} or {column.zh}" for column in needed)
    remedy = Words(
        f"前 10 行中没有“{declared.zh}”表的表头；必填列：{zh}。",
        f"There is no header of the table {declared.kind} in the first 10 rows; required columns: {en}.",
    )
    return Issue(source, None, None, None, "no_header", None, NOTHING, remedy)


def _parts(declared: Table, sheets: Iterable[Sheet]) -> tuple[list[Part], list[tuple[Sheet, bool]]]:
    """The sheets that hold the table; and those left out: hidden ones that hold it (True), and what holds something else."""
    parts, unread = [], []
    for sheet in sheets:
        header = locate(declared, sheet.cells)
        if header and sheet.hidden:
            unread.append((sheet, True))
        elif header:
            parts.append(part_of(sheet, header))
        elif sheet.name not in GUIDE_SHEETS.values() and any(
            as_text(cell).strip() for row in sheet.cells for cell in row
        ):
            unread.append((sheet, False))
    return parts, unread


def _assemble(
    declared: Table,
    parts: Sequence[Part],
    issues: list[Issue],
    notices: list[Notice],
    sources: Sequence[str],
    hashes: Sequence[str],
    emptied: int = 0,
) -> Corpus:
    notices = notices + [notice for part in parts for notice in part.notices]
    dropped = emptied + sum(len(part.notices) for part in parts)
    seen = dropped + sum(len(part.rows) for part in parts)
    personal = [issue for part in parts for issue in personal_issues(declared, part)]
    if personal:
        # Refused as a whole: nothing of any file goes on, so that no value can turn up anywhere.
        bad = [BadRow(origin, (), (), tuple(personal)) for part in parts for origin in part.origins]
        frame: pd.DataFrame = empty_frame(declared)
        origins: list[Origin] = []
        issues = [*issues, *personal]
    else:
        notices += [notice for part in parts for notice in unknown_columns(declared, part)]
        bad, usable = [], []
        for part in parts:
            faults = header_issues(declared, part)
            issues = [*issues, *faults]
            if faults:
                bad += [
                    BadRow(origin, part.header.labels, _shown(row), tuple(faults))
                    for origin, row in zip(part.origins, part.rows, strict=True)
                ]
            else:
                usable.append(part)
        frame, found = check(declared, usable)
        issues += _no_text(declared, frame, usable)
        kept = [(part, origin, row) for part in usable for origin, row in zip(part.origins, part.rows, strict=True)]
        bad += [
            BadRow(origin, part.header.labels, _shown(row), tuple(faults))
            for (part, origin, row), faults in zip(kept, found, strict=True)
            if faults
        ]
        origins = [origin for (_, origin, _), faults in zip(kept, found, strict=True) if not faults]
        issues += [issue for faults in found for issue in faults]
        frame = frame[pd.Series([not faults for faults in found], dtype=bool)].reset_index(drop=True)
    return Corpus(
        declared.kind,
        frame,
        tuple(issues),
        tuple(notices),
        tuple(sources),
        tuple(hashes),
        tuple(origins),
        tuple(bad),
        dropped,
        seen,
    )


def _shown(row: Sequence[object]) -> tuple[str, ...]:
    return tuple(as_text(cell) for cell in row)


def _no_text(declared: Table, frame: pd.DataFrame, parts: Sequence[Part]) -> list[Issue]:
    if not declared.any_of or frame.empty or frame[list(declared.any_of)].notna().any(axis=None):
        return []
    zh = "、".join(declared[name].zh for name in declared.any_of)
    remedy = Words(f"至少要有一列文字：{zh}。", f"At least one column of text is needed: {', '.join(declared.any_of)}.")
    return [parts[0].issue("no_text", remedy)]


def check_together(corpora: Mapping[str, Corpus | pd.DataFrame]) -> tuple[Issue, ...]:
    """Rows that name a program or demand which its own table does not have.

    Args:
        corpora: tables by kind; references are checked to those of programs and demands that are given.
    """
    rows = {kind: corpus.rows if isinstance(corpus, Corpus) else corpus for kind, corpus in corpora.items()}
    issues = []
    for kind, corpus in corpora.items():
        declared = table(kind)
        for name, target in REFERS_TO.items():
            if name not in declared.names or kind == target or target not in rows:
                continue
            known = set(rows[target][name])
            for at, value in enumerate(rows[kind][name]):
                if value in known:
                    continue
                origin = corpus.origin[at] if isinstance(corpus, Corpus) else Origin(kind, None, at + 2)
                title = table(target)
                expected = Words(f"“{title.zh}”表中已有的编号", f"an id of the table {target}")
                remedy = Words(
                    f"在“{title.zh}”表中补上，或改正编号。", f"Add it to the table {target}, or correct the id."
                )
                zh = declared[name].zh
                issues.append(Issue(*origin, name, "orphan", as_text(value), expected, remedy, zh))
    return tuple(issues)


def write_bad_rows(corpus: Corpus, path: str | Path, lang: Lang = "zh") -> int:
    """Writes `bad_rows_csv` to a file; returns how many rows are bad."""
    Path(path).write_bytes(bad_rows_csv(corpus, lang))
    return len(corpus.bad_rows)


def bad_rows_csv(corpus: Corpus, lang: Lang = "zh") -> bytes:
    """Every bad row with its reasons, to be mended and handed in again.

    CSV with a byte order mark, so that Excel shows Chinese: file, sheet, row, all cells as found, reasons. Faults of a
    whole file stand first, without a row. Of a table with personal data no cell is written.
    """
    # The same label may stand over several columns: the n-th of them is one column here.
    columns: dict[tuple[str, int], None] = {}
    filled: list[dict[tuple[str, int], str]] = []
    for bad in corpus.bad_rows:
        width = max(len(bad.labels), len(bad.cells))
        labels = [*bad.labels, *[""] * (width - len(bad.labels))]
        places = [(label, labels[:index].count(label)) for index, label in enumerate(labels)]
        columns |= dict.fromkeys(places)
        filled.append(dict(zip(places, bad.cells, strict=False)))
    ends = (("文件", "工作表", "行号"), "原因") if lang == "zh" else (("file", "sheet", "row"), "reasons")
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([*ends[0], *(label for label, _ in columns), ends[1]])
    for issue in corpus.table_issues:
        reason = issue.message(lang)
        writer.writerow([issue.source, issue.sheet or "", "", *[""] * len(columns), reason])
    for bad, cells in zip(corpus.bad_rows, filled, strict=True):
        reasons = "\n".join(dict.fromkeys(issue.message(lang) for issue in bad.issues))
        source, sheet, row = bad.origin
        values = [harmless(cells.get(place, "")) for place in columns]
        writer.writerow([source, sheet or "", row, *values, reasons])
    return stream.getvalue().encode("utf-8-sig")
