"""The pages on which something is done: login, tables, assessing, jobs, reviews, reports. They hand forms on to `api.http`."""

import io
import json
import secrets
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, get_args

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import TypeAdapter, ValidationError

from api.http.assessments import AssessmentRequest, request_assessment, request_demo
from api.http.bodies import Id, JobBody
from api.http.callers import Bureau, Planner, TheDatabase, TheSettings, Viewer
from api.http.corpora import CorpusBody, Kind, list_corpora, list_issues, read_corpus, upload_corpus
from api.http.jobs import cancel_job
from api.http.problem import Problem, not_found
from api.http.reports import ReportFormat, ReportRequest, list_reports, request_report
from api.http.reviews import ReviewRequest, RoundRequest, add_review, open_round, recompute
from api.http.session import end_session, start_session
from api.http.tables import MEDIA
from api.pages.policies import pack_lines
from api.pages.render import render, with_query
from api.pages.table import SIZES
from api.pages.visit import AForm, AReader, AVisit, PageRoute, Visit, frame_of, page_response, to
from api.pages.work import (
    IssueView,
    JobView,
    ReportLine,
    TableView,
    UploadLine,
    columns_of,
    job_name,
    kind_name,
    kinds,
    known_columns,
    moment,
    progress_words,
    step_name,
)
from api.state.corpora import Corpora
from api.state.jobs import ENDED, Jobs
from api.state.models import Job
from corpora import write_template
from matcher.policy.words import Language

router = APIRouter(route_class=PageRoute, include_in_schema=False)
# The two routes that take a file; the app allows them a larger body.
uploads = APIRouter(route_class=PageRoute, include_in_schema=False)
LISTED = 200
A_PAGE = SIZES[0]
_review = TypeAdapter(ReviewRequest)


@router.get("/login")
def login_page(request: Request, next: str = "/") -> Response:
    return page_response(render("login", frame_of(request, None), wrong=False, next=_inside(next)))


@router.post("/login")
def log_in(
    request: Request,
    database: TheDatabase,
    key: Annotated[str, Form(max_length=200)],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """The session's cookie is strict, so that no other site can act in its name."""
    response = to(_inside(next))
    try:
        start_session(request, response, database, key.strip())
    except Problem as fault:
        if fault.code != "no-key":
            raise
        html = render("login", frame_of(request, None), wrong=True, next=_inside(next))
        return page_response(html, 401)
    return response


@router.post("/logout")
def log_out(request: Request, who: Viewer, database: TheDatabase) -> Response:
    response = to("/login")
    end_session(request, response, database)
    return response


@router.get("/tables")
def show_tables(visit: AVisit, who: Planner, kind: str = "") -> Response:
    """What was uploaded, and the form for more."""
    lines = _uploads(visit)
    return visit.show("tables", "uploads", uploads=lines, kinds=kinds(lines, visit.language), chosen=kind)


@router.get("/tables/template/{kind}.xlsx")
def empty_template(kind: Kind, visit: AVisit) -> Response:
    """A workbook to fill in."""
    with TemporaryDirectory() as folder:
        content = write_template(kind, Path(folder) / "template.xlsx", visit.language).read_bytes()
    name = f'attachment; filename="{kind}.xlsx"'
    return Response(content, media_type=MEDIA["xlsx"], headers={"Content-Disposition": name})


@uploads.post("/tables")
def upload_table(
    visit: AVisit, who: Planner, settings: TheSettings, kind: Annotated[Kind, Form()],
    file: Annotated[UploadFile, File()],
) -> Response:  # fmt: skip
    job = upload_corpus(Response(), who, visit.database, visit.store, settings, file, kind, "{}", False, None)
    return to(f"/tables/{_corpus_of(visit, job)}")


@router.get("/tables/{corpus_id}")
def show_table(corpus_id: Id, visit: AVisit, who: Planner, page: int = 1) -> Response:
    """Progress while it is checked; then its faults, and its columns where it was refused."""
    corpus = read_corpus(corpus_id, who, visit.database)
    line = _upload_line(corpus, visit.language)
    if line.state == "checking":
        job = _job_view(_job(visit, corpus.job_id), visit.language)
        return visit.show("table", "uploads", view=TableView(line, job.id, 0, (), (), (), "", "", ""), job=job,
                          words=progress_words(visit.language))  # fmt: skip
    page = max(1, min(page, -(-(corpus.issues or 0) // A_PAGE)))
    offset = (page - 1) * A_PAGE
    found = list_issues(corpus_id, who, visit.database, visit.store, offset, A_PAGE)
    language = visit.language
    issues = tuple(
        IssueView(i.row, i.sheet or "", i.header or i.column or "", i.value, getattr(i, language)) for i in found.items
    )
    columns: Any = ()
    if line.state == "refused":
        with visit.database.read() as session:
            row = Corpora(session, who).get(corpus_id)
            mapping = dict(row.mapping) if row else {}
        private = any(i.code == "personal_data" for i in found.items)
        columns = columns_of(visit.store.upload(corpus_id) / corpus.file, corpus.kind, mapping, private)
    view = TableView(
        upload=line,
        job=corpus.job_id,
        total=found.total,
        issues=issues,
        columns=columns,
        known=known_columns(corpus.kind, language),
        back=with_query(f"/tables/{corpus_id}", {"page": page - 1}) if page > 1 else "",
        on=with_query(f"/tables/{corpus_id}", {"page": page + 1}) if offset + A_PAGE < found.total else "",
        bad_rows=f"/v1/corpora/{corpus_id}/bad-rows?lang={language}" if corpus.bad_rows else "",
    )
    return visit.show("table", "uploads", view=view)


@router.post("/tables/{corpus_id}/check")
def check_again(corpus_id: Id, visit: AVisit, who: Planner, settings: TheSettings, form: AForm) -> Response:
    """The same file with other columns: a table of its own, so that what was refused stays to be seen."""
    corpus = read_corpus(corpus_id, who, visit.database)
    named = zip(form.getlist("label"), form.getlist("column"), strict=False)
    mapping = {str(label): str(column) for label, column in named if column}
    content = (visit.store.upload(corpus_id) / corpus.file).read_bytes()
    job = upload_corpus(
        Response(), who, visit.database, visit.store, settings, UploadFile(io.BytesIO(content), filename=corpus.file),
        corpus.kind, json.dumps(mapping, ensure_ascii=False), form.get("accept_good_rows") == "1", None,
    )  # fmt: skip
    return to(f"/tables/{_corpus_of(visit, job)}")


@router.get("/assessments/new")
def new_assessment(visit: AVisit, who: Planner) -> Response:
    found = kinds(_uploads(visit), visit.language)
    today = date.today()
    return visit.show(
        "assess", "new_assessment", kinds=found, packs=pack_lines(visit.language), day=today.isoformat(),
        missing=[kind.name for kind in found if kind.needed and not kind.uploads], title=f"{today:%Y-%m-%d}",
        idempotency_key=secrets.token_urlsafe(16),
    )  # fmt: skip


@router.post("/assessments")
def assess(visit: AVisit, who: Planner, form: AForm) -> Response:
    """Sent twice, it is one assessment: the form carries a key of its own."""
    chosen = {str(k).removeprefix("table:"): [str(v)] for k, v in form.items() if str(k).startswith("table:") and v}
    asked = {key: str(form[key]) for key in ("title", "as_of", "policy", "scope") if form.get(key)}
    body = _checked(AssessmentRequest, {**asked, "corpora": chosen})
    job = request_assessment(body, Response(), who, visit.database, str(form.get("idempotency_key") or "") or None)
    return to(f"/jobs/{job.id}")


@router.post("/demo")
def assess_demo(visit: AVisit, who: Planner) -> Response:
    return to(f"/jobs/{request_demo(Response(), who, visit.database, None).id}")


@router.get("/jobs")
def show_jobs(visit: AVisit) -> Response:
    with visit.database.read() as session:
        rows, _ = Jobs(session, visit.who).page(None, 0, LISTED)
        found = [_job_view(row, visit.language) for row in rows]
    return visit.show("jobs", "jobs", jobs=found)


@router.get("/jobs/{job_id}")
def show_job(job_id: Id, visit: AVisit) -> Response:
    job = _job_view(_job(visit, job_id), visit.language)
    return visit.show("job", "jobs", job=job, words=progress_words(visit.language))


@router.post("/jobs/{job_id}/cancel")
def cancel(job_id: Id, visit: AVisit) -> Response:
    cancel_job(job_id, visit.who, visit.database)
    return to(f"/jobs/{job_id}")


@router.post("/assessments/{assessment_id}/programs/{program_id:path}/reviews")
def review(program_id: str, reader: AReader, who: Planner, form: AForm) -> Response:
    """A review of a match, an override, a statement or a reply."""
    fields = {str(key): str(value).strip() for key, value in form.items() if key != "csrf" and str(value).strip()}
    if fields.get("kind") != "reply":
        fields["program_id"] = program_id
    try:
        body = _review.validate_python(fields)
    except ValidationError:
        raise Problem("invalid-request", "请选择决定并写明理由", "choose a decision and give a reason") from None
    add_review(body, reader.row, who, reader.database, reader.store)
    here = reader.request.url.path.removesuffix("/reviews")
    return to(f"{here}#reviews")


@router.post("/assessments/{assessment_id}/rounds")
def announce(reader: AReader, who: Bureau, form: AForm) -> Response:
    fields = {key: str(form.get(key, "")) for key in ("announced_on", "statements_until")}
    open_round(_checked(RoundRequest, fields), reader.row, who, reader.database)
    return to(_inside(str(form.get("next", reader.base))))


@router.post("/assessments/{assessment_id}/recompute")
def assess_again(reader: AReader, who: Bureau) -> Response:
    return to(f"/jobs/{recompute(reader.row, Response(), who, reader.database, None).id}")


@router.get("/assessments/{assessment_id}/reports")
def show_reports(reader: AReader) -> Response:
    found = list_reports(reader.who, reader.database, 0, LISTED).items
    lines = [
        ReportLine(r.format, r.lang, r.edition, moment(r.created_at), f"/v1/reports/{r.id}/file" if r.file else "",
                   r.job_id)
        for r in found
        if r.assessment_id == reader.row.id
    ]  # fmt: skip
    editions = ("internal", "public") if reader.who.is_at_least("planner") else ("public",)
    return reader.show("reports", "reports", reports=lines, formats=get_args(ReportFormat), editions=editions)


@router.post("/assessments/{assessment_id}/reports")
def make_report(reader: AReader, form: AForm) -> Response:
    asked = {key: str(form.get(key, "")) for key in ("format", "lang", "edition")}
    body = _checked(ReportRequest, {**asked, "assessment": reader.row.id})
    return to(f"/jobs/{request_report(body, Response(), reader.who, reader.database, None).id}")


def _checked(model: Any, fields: dict[str, Any]) -> Any:
    """A form as the request of the API.

    Raises:
        Problem: it is not well formed; the message names the fields.
    """
    try:
        return model(**fields)
    except ValidationError as fault:
        named = ", ".join(dict.fromkeys(str(e["loc"][0]) if e["loc"] else str(e["msg"]) for e in fault.errors()))
        raise Problem("invalid-request", f"请检查：{named}", f"look at: {named}") from None


def _inside(path: str) -> str:
    """A path of this service; anything else leads to the start, so that no form sends a reader elsewhere."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def _uploads(visit: Visit) -> tuple[UploadLine, ...]:
    found = list_corpora(visit.who, visit.database, None, 0, LISTED).items
    return tuple(_upload_line(row, visit.language) for row in found)


def _upload_line(row: CorpusBody, language: Language) -> UploadLine:
    name = kind_name(row.kind, language)
    return UploadLine(row.id, row.kind, name, row.file, row.state, row.rows, row.bad_rows, moment(row.created_at))


def _corpus_of(visit: Visit, job: JobBody) -> str:
    return str(_job(visit, job.id).request["corpus"])


def _job(visit: Visit, job_id: str) -> Job:
    with visit.database.read() as session:
        row = Jobs(session, visit.who).get(job_id)
        if row is None:
            raise not_found("这个任务", "job")
        session.expunge(row)
        return row


def _job_view(row: Job, language: Language) -> JobView:
    fault = (row.fault or {}).get(language, "")
    return JobView(
        row.id, job_name(row.kind, language), row.state, step_name(row.step, language) if row.state not in ENDED else "",
        row.done, row.of, moment(row.created_at), _link(row) if row.state not in ("failed", "cancelled") else "", fault,
    )  # fmt: skip


def _link(row: Job) -> str:
    """Where the result of a job is, or will be."""
    if row.kind in ("demo", "assess", "recompute"):
        return f"/assessments/{row.id}"
    if row.kind == "inspect":
        return f"/tables/{row.request['corpus']}"
    if row.kind == "compare":
        return with_query("/compare", {"from": row.request["from"], "to": row.request["to"]})
    return f"/v1/reports/{row.request['report']}/file" if row.kind == "report" else ""
