"""/v1/reports: ask for one, fetch its file."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response, status
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict

from api.http.bodies import Id, IdempotencyKey, JobBody, Limit, Offset, Page
from api.http.callers import TheDatabase, TheStore, Viewer
from api.http.problem import Problem, not_found, responses
from api.http.submit import key_reused, submit
from api.state.assessments import Assessments
from api.state.jobs import Jobs
from api.state.models import Report, new_id
from api.state.reports import Reports

router = APIRouter(prefix="/v1/reports", tags=["reports"])
ReportId = Annotated[Id, Path(description="Of a report.")]
ReportFormat = Literal["docx", "xlsx", "pdf", "html"]


class ReportRequest(BaseModel):
    """Which report of which assessment."""

    assessment: Id
    format: ReportFormat = "docx"
    lang: Literal["zh", "en"] = "zh"
    edition: Literal["public", "internal"] = "public"


class ReportBody(BaseModel):
    """A report; `file` once it is there."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    assessment_id: str
    format: str
    lang: str
    edition: str
    job_id: str
    file: str | None
    created_at: datetime


@router.post(
    "", summary="Write a report", status_code=status.HTTP_202_ACCEPTED, responses=responses("not-found", "conflict")
)
def request_report(
    body: ReportRequest, response: Response, who: Viewer, database: TheDatabase, idempotency_key: IdempotencyKey = None
) -> JobBody:
    """The public edition masks small cells and names no school; the internal one is for planners and the bureau."""
    if body.edition == "internal" and not who.is_at_least("planner"):
        raise Problem("not-allowed", "内部版需要 planner 或更高角色", "the internal edition needs a planner or above")
    with database.write() as session:
        if Assessments(session, who).get(body.assessment) is None:
            raise not_found("这个分析结果", "assessment")
        asked = {"assessment_id": body.assessment, "format": body.format, "lang": body.lang, "edition": body.edition}
        report_id = new_id()
        if idempotency_key is not None and (job := Jobs(session, who).with_key(idempotency_key)) is not None:
            known = Reports(session, who).get(job.request.get("report", ""))
            if known is None or any(getattr(known, name) != value for name, value in asked.items()):
                raise key_reused()
            report_id = known.id
        found, new = submit(session, who, response, "report", {"report": report_id}, idempotency_key)
        if new:
            Reports(session, who).add(Report(id=report_id, key_id=who.key_id, job_id=found.id, **asked))
        return found


@router.get("", summary="Reports, the latest first")
def list_reports(who: Viewer, database: TheDatabase, offset: Offset = 0, limit: Limit = 50) -> Page[ReportBody]:
    with database.read() as session:
        rows, total = Reports(session, who).page(offset, limit)
        return Page(total=total, offset=offset, items=[ReportBody.model_validate(row) for row in rows])


@router.get("/{report_id}", summary="One report", responses=responses("not-found"))
def read_report(report_id: ReportId, who: Viewer, database: TheDatabase) -> ReportBody:
    with database.read() as session:
        row = Reports(session, who).get(report_id)
        if row is None:
            raise not_found("这份报告", "report")
        return ReportBody.model_validate(row)


@router.get(
    "/{report_id}/file", summary="The file of a report", response_class=FileResponse,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
        **responses("not-found", "conflict"),
    },
)  # fmt: skip
def report_file(report_id: ReportId, who: Viewer, database: TheDatabase, store: TheStore) -> Any:
    """As an attachment; 409 until it is written."""
    report = read_report(report_id, who, database)
    if report.file is None:
        raise Problem("conflict", "报告尚未写成，见其作业", "the report is not written yet; look at its job")
    return FileResponse(
        store.report(report_id) / report.file, media_type="application/octet-stream", filename=report.file
    )
