"""The job that checks an uploaded table: every issue is kept, good rows become a snapshot."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from api.state.models import CorpusRow
from api.store import write_whole
from api.work.tasks import Outcome, Work
from corpora.headers import SEARCHED_ROWS
from corpora.issues import Issue, Notice
from corpora.read import Corpus, Prepare, inspect_tables
from corpora.sheets import Sheet
from corpora.snapshot import write_snapshot

ISSUES = "issues.jsonl"


def inspect_upload(work: Work) -> Outcome:
    """Reads the file as `duikou check` does; refused tables and bad rows are told by their issues."""
    with work.database.read() as session:
        row = session.get_one(CorpusRow, work.request["corpus"])
    folder = work.store.upload(row.id)
    corpus = inspect_tables(folder / row.file, row.kind, renaming(row.mapping) if row.mapping else None)
    passed = not corpus.table_issues and (row.accept_good_rows or not corpus.issues)
    lines = [json.dumps(issue_record(issue), ensure_ascii=False) for issue in corpus.issues]
    write_whole(folder / ISSUES, "".join(f"{line}\n" for line in lines).encode())
    snapshot = write_snapshot(corpus, row.kind, work.store.snapshots) if passed else None

    def keep(session: Session) -> None:
        kept = session.get_one(CorpusRow, row.id)
        kept.state, kept.snapshot = ("ready", snapshot) if passed else ("refused", None)
        kept.rows, kept.bad_rows, kept.issues = len(corpus.rows), len(corpus.bad_rows), len(corpus.issues)

    return Outcome({"corpus": row.id, "state": "ready" if passed else "refused", **_summary(corpus)}, keep)


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


def _summary(corpus: Corpus) -> dict[str, Any]:
    notices = [{"zh": n.message("zh"), "en": n.message("en")} for n in corpus.notices[:20]]
    return {
        "rows": len(corpus.rows), "bad_rows": len(corpus.bad_rows), "issues": len(corpus.issues), "notices": notices
    }  # fmt: skip
