"""/v1/corpora: upload a table, see what is wrong with it."""

import hashlib
import json
import re
from datetime import datetime
from itertools import islice
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Path, Response, UploadFile, status
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from api.http.bodies import Id, IdempotencyKey, JobBody, Limit, Offset, Page
from api.http.callers import Planner, TheDatabase, TheSettings, TheStore
from api.http.problem import Problem, not_found, responses
from api.http.submit import key_reused, submit
from api.state.corpora import Corpora
from api.state.jobs import Jobs
from api.state.models import CorpusRow, new_id
from api.store import write_whole
from api.work.inspect import BAD_ROWS, ISSUES
from corpora.schema import TABLES
from corpora.sheets import SUFFIXES
from matcher.assessment import INPUTS

router = APIRouter(prefix="/v1/corpora", tags=["corpora"])
CorpusId = Annotated[Id, Path(description="Of an uploaded table.")]
Kind = Literal[INPUTS]  # type: ignore[valid-type]
MOST_NAMED = 80
_ODD = re.compile(r"[^\w.()（）-]+")


class CorpusBody(BaseModel):
    """An uploaded table: checking, ready or refused."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: str = Field(examples=["programs"])
    file: str = Field(examples=["专业.xlsx"])
    sha256: str
    state: Literal["checking", "ready", "refused"]
    rows: int | None = Field(description="Good rows.")
    bad_rows: int | None
    issues: int | None
    job_id: str
    created_at: datetime


class IssueBody(BaseModel):
    """One fault of a table: where it is, what was found, what to do."""

    row: int | None = Field(examples=[41])
    column: str | None = Field(examples=["openings"])
    header: str = Field(examples=["招聘人数"])
    sheet: str | None
    code: str = Field(examples=["not_a_number"])
    value: str | None = Field(examples=["约30"])
    zh: str
    en: str


@router.post(
    "", summary="Upload a table", status_code=status.HTTP_202_ACCEPTED,
    responses=responses("unusable-input", "conflict", "too-large"),
)  # fmt: skip
def upload_corpus(
    response: Response,
    who: Planner,
    database: TheDatabase,
    store: TheStore,
    settings: TheSettings,
    file: Annotated[UploadFile, File(description="CSV, TSV, XLSX or Parquet.")],
    kind: Annotated[Kind, Form(description="Which table of docs/contract.md it is.")],
    mapping: Annotated[
        str,
        Form(
            max_length=20_000, description='Header in the file -> column of the contract, as JSON: {"专业名": "name"}.'
        ),
    ] = "{}",
    accept_good_rows: Annotated[bool, Form(description="Go on without the bad rows.")] = False,
    idempotency_key: IdempotencyKey = None,
) -> JobBody:
    """Kept as it is and accepted; a job checks it row by row. Its result says whether the table is ready."""
    name = file_name(file.filename)
    renamed = _mapping(mapping, kind)
    content = file.file.read((settings.upload_mb << 20) + 1)
    if len(content) > settings.upload_mb << 20:
        raise Problem(
            "too-large", f"文件超过 {settings.upload_mb} MB", f"the file has more than {settings.upload_mb} MB"
        )
    digest = hashlib.sha256(content).hexdigest()
    corpus_id = new_id()
    if idempotency_key is not None:
        with database.read() as session:
            job = Jobs(session, who).with_key(idempotency_key)
            known = Corpora(session, who).get(job.request.get("corpus", "")) if job else None
        if job is not None:
            same = (kind, digest, renamed, accept_good_rows)
            if known is None or same != (known.kind, known.sha256, known.mapping, known.accept_good_rows):
                raise key_reused()
            corpus_id = known.id
    # On disk before it is accepted: an accepted upload is never lost.
    write_whole(store.upload(corpus_id) / name, content)
    with database.write() as session:
        job_body, new = submit(session, who, response, "inspect", {"corpus": corpus_id}, idempotency_key)
        if new:
            Corpora(session, who).add(
                CorpusRow(
                    id=corpus_id,
                    kind=kind,
                    file=name,
                    sha256=digest,
                    key_id=who.key_id,
                    mapping=renamed,
                    accept_good_rows=accept_good_rows,
                    job_id=job_body.id,
                )
            )
    return job_body


@router.get("", summary="Uploaded tables, the latest first")
def list_corpora(
    who: Planner, database: TheDatabase, kind: Kind | None = None, offset: Offset = 0, limit: Limit = 50
) -> Page[CorpusBody]:
    with database.read() as session:
        rows, total = Corpora(session, who).page(kind, offset, limit)
        return Page(total=total, offset=offset, items=[CorpusBody.model_validate(row) for row in rows])


@router.get("/{corpus_id}", summary="One uploaded table", responses=responses("not-found"))
def read_corpus(corpus_id: CorpusId, who: Planner, database: TheDatabase) -> CorpusBody:
    with database.read() as session:
        row = Corpora(session, who).get(corpus_id)
        if row is None:
            raise not_found("这张表", "table")
        return CorpusBody.model_validate(row)


@router.get("/{corpus_id}/issues", summary="Every fault of a table", responses=responses("not-found"))
def list_issues(
    corpus_id: CorpusId, who: Planner, database: TheDatabase, store: TheStore, offset: Offset = 0, limit: Limit = 100
) -> Page[IssueBody]:
    """Faults of the whole table first, then row by row; none while it is still being checked."""
    corpus = read_corpus(corpus_id, who, database)
    if not corpus.issues:
        return Page(total=0, offset=offset, items=[])
    with (store.upload(corpus_id) / ISSUES).open(encoding="utf-8") as lines:
        items = [IssueBody(**json.loads(line)) for line in islice(lines, offset, offset + limit)]
    return Page(total=corpus.issues, offset=offset, items=items)


@router.get(
    "/{corpus_id}/bad-rows", summary="The bad rows as a file", response_class=FileResponse,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}, **responses("not-found"),
    },
)  # fmt: skip
def bad_rows_file(
    corpus_id: CorpusId, who: Planner, database: TheDatabase, store: TheStore, lang: Literal["zh", "en"] = "zh"
) -> Any:
    """Every bad row as it was sent, with its reasons, to be mended in a spreadsheet and uploaded again."""
    corpus = read_corpus(corpus_id, who, database)
    file = store.upload(corpus_id) / BAD_ROWS[lang]
    if not file.is_file():
        raise not_found("有问题的行", "bad row of this table")
    stem = PurePosixPath(corpus.file).stem
    return FileResponse(file, media_type="text/csv", filename=f"{stem}-{'有误行' if lang == 'zh' else 'bad-rows'}.csv")


def file_name(given: str | None) -> str:
    """A name that is safe on any disk and still known to its owner.

    Raises:
        Problem: a kind of file that is not read.
    """
    name = _ODD.sub("_", PurePosixPath((given or "").replace("\\", "/")).name).lstrip(".")
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in SUFFIXES:
        known = "、".join(SUFFIXES), ", ".join(SUFFIXES)
        raise Problem("unusable-input", f"请上传 {known[0]} 文件", f"upload one of {known[1]}")
    return name.removesuffix(PurePosixPath(name).suffix)[: MOST_NAMED - len(suffix)] + suffix


def _mapping(text: str, kind: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise Problem("unusable-input", "mapping 应为 JSON 对象", "mapping is to be a JSON object of texts")
    names = TABLES[kind].names
    if unknown := sorted(set(found.values()) - set(names)):
        raise Problem(
            "unusable-input",
            f"{kind} 表没有列 {unknown[0]}；可用：{'、'.join(names)}",
            f"{kind} has no column {unknown[0]}; there are {', '.join(names)}",
        )
    return {header.strip(): column for header, column in found.items()}
