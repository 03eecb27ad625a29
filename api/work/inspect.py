"""The job that checks an uploaded table: every issue is kept, good rows become a snapshot."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from api.state.models import CorpusRow
from api.store import write_whole
from api.work.tasks import Outcome, Work
from api.work.unpacking import TooLarge, check_unpacked, too_many_rows
from corpora.headers import SEARCHED_ROWS
from corpora.issues import Issue, Lang, Notice
from corpora.read import Corpus, Prepare, bad_rows_csv, inspect_tables
from corpora.sheets import Sheet
from corpora.snapshot import write_snapshot

ISSUES = "issues.jsonl"
# Bad rows with their reasons, one file a language. No upload has such a name: each has the ending of a table.
BAD_ROWS: dict[Lang, str] = {"zh": "bad-rows-zh", "en": "bad-rows-en"}
SHOWN_NOTICES = 20


def inspect_upload(work: Work) -> Outcome:
    """Reads the file as `duikou check` does; refused tables and bad rows are told by their issues."""
    settings = work.settings
    with work.database.read() as session:
        row = session.get_one(CorpusRow, work.request["corpus"])
    folder = work.store.upload(row.id)
    try:
        check_unpacked(folder / row.file, settings.unpacked_mb << 20, settings.upload_rows)
        corpus = inspect_tables(folder / row.file, row.kind, renaming(row.mapping) if row.mapping else None)
        if corpus.seen > settings.upload_rows:
            raise too_many_rows(settings.upload_rows)
    except TooLarge as fault:
        told = {"row": None, "column": None, "header": "", "sheet": None, "code": "too_large", "value": None}
        return _outcome(work, row.id, [{**told, "zh": fault.zh, "en": fault.en}], None, None)
    passed = not corpus.table_issues and (row.accept_good_rows or not corpus.issues)
    snapshot = write_snapshot(corpus, row.kind, work.store.snapshots) if passed else None
    return _outcome(work, row.id, [issue_record(issue) for issue in corpus.issues], corpus, snapshot)


def _outcome(
    work: Work, corpus_id: str, issues: list[dict[str, Any]], corpus: Corpus | None, snapshot: str | None
) -> Outcome:
    lines = "".join(f"{json.dumps(issue, ensure_ascii=False)}\n" for issue in issues)
    write_whole(work.store.upload(corpus_id) / ISSUES, lines.encode())
    if corpus and corpus.issues:
        for lang, name in BAD_ROWS.items():
            write_whole(work.store.upload(corpus_id) / name, bad_rows_csv(corpus, lang))
    state = "ready" if snapshot else "refused"
    counts = {
        "rows": len(corpus.rows) if corpus else 0,
        "bad_rows": len(corpus.bad_rows) if corpus else 0,
        "issues": len(issues),
    }
    notices = [{"zh": n.message("zh"), "en": n.message("en")} for n in (corpus.notices if corpus else ())]

    def keep(session: Session) -> None:
        kept = session.get_one(CorpusRow, corpus_id)
        kept.state, kept.snapshot = state, snapshot
        kept.rows, kept.bad_rows, kept.issues = counts["rows"], counts["bad_rows"], counts["issues"]

    return Outcome({"corpus": corpus_id, "state": state, **counts, "notices": notices[:SHOWN_NOTICES]}, keep)


def renaming(mapping: Mapping[str, str]) -> Prepare:
    """Headers as their owner spells them -> columns of the contract, before anything looks for a header."""

    def prepare(sheet: Sheet) -> tuple[Sheet, Sequence[Notice]]:
        head = [
            [mapping.get(cell.strip(), cell) if isinstance(cell, str) else cell for cell in cells]
            for cells in sheet.cells[:SEARCHED_ROWS]
        ]
        return replace(sheet, cells=[*head, *sheet.cells[SEARCHED_ROWS:]]), ()

    return prepare


def issue_record(issue: Issue) -> dict[str, Any]:
    """An issue as HTTP tells it."""
    return {
        "row": issue.row,
        "column": issue.column,
        "header": issue.header,
        "sheet": issue.sheet,
        "code": issue.code,
        "value": issue.value,
        "zh": issue.message("zh"),
        "en": issue.message("en"),
    }
