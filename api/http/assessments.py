"""/v1/assessments: ask for one, list them, read one."""

from datetime import date, datetime
from typing import Any, Literal

from fastapi import APIRouter, Response, status
from pydantic import BaseModel, Field, field_validator

from api.http.bodies import Id, IdempotencyKey, JobBody, Limit, Offset, Page
from api.http.callers import Planner, TheDatabase, Viewer
from api.http.problem import not_found, responses
from api.http.submit import submit
from api.state.assessments import Assessments
from api.state.corpora import Corpora
from api.state.models import AssessmentRow
from matcher.assessment import INPUTS
from matcher.policy.pack import shipped_pack

router = APIRouter(prefix="/v1/assessments", tags=["assessments"])
REQUIRED = ("programs", "outcomes", "demands")


class AssessmentRequest(BaseModel):
    """Which tables to assess, and how; what is left out is as on the command line."""

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [
                {
                    "title": "2026 年度",
                    "corpora": {
                        "programs": ["3f2a9c0d4b1e8f67"],
                        "outcomes": ["90b1c2d3e4f5a607"],
                        "demands": ["1a2b3c4d5e6f7081"],
                    },
                    "policy": "default",
                    "as_of": "2026-10-15",
                }
            ]
        },
    }

    title: str = Field(min_length=1, max_length=200)
    corpora: dict[str, list[Id]] = Field(description="Kind of table -> uploaded tables of that kind, read as one.")
    policy: str = Field(default="default", max_length=100, description="A pack of /v1/policies.")
    as_of: date | None = Field(default=None, description="The day it speaks for; today if left out.")
    horizon: int | None = Field(default=None, ge=1990, le=2100)
    scope: Literal["city", "province"] | None = None
    draws: int | None = Field(default=None, ge=0, le=5000)
    counterfactuals: bool | None = Field(default=None, description="Whether to search what would change each flag.")
    seed: int | None = Field(default=None, ge=0, le=2**31 - 1)

    @field_validator("corpora")
    @classmethod
    def _known_kinds(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        if unknown := sorted(value.keys() - set(INPUTS)):
            raise ValueError(f"no such table: {', '.join(unknown)}; there are {', '.join(INPUTS)}")
        if missing := [kind for kind in REQUIRED if not value.get(kind)]:
            raise ValueError(f"needed: {', '.join(missing)}")
        return value


class AssessmentBody(BaseModel):
    """An assessment, its flags counted within the caller's scope."""

    id: str
    title: str
    as_of: date
    policy: str
    label: dict[str, str] | None = Field(description="Said wherever it is shown, such as that its data are made up.")
    flags: dict[str, int] = Field(examples=[{"expand": 33, "phase_out": 6}])
    parent: str | None = Field(description="The assessment that this one recomputes.")
    created_at: datetime


class AssessmentDetail(AssessmentBody):
    """An assessment with its manifest."""

    children: list[str] = Field(description="Assessments recomputed from this one.")
    manifest: dict[str, Any]


@router.post(
    "", summary="Assess uploaded tables", status_code=status.HTTP_202_ACCEPTED,
    responses=responses("unusable-input", "not-found", "conflict"),
)  # fmt: skip
def request_assessment(
    body: AssessmentRequest, response: Response, who: Planner, database: TheDatabase,
    idempotency_key: IdempotencyKey = None,
) -> JobBody:  # fmt: skip
    """Accepted as a job; follow its Location. The assessment has the id of the job."""
    shipped_pack(body.policy)
    with database.write() as session:
        for kind, ids in body.corpora.items():
            for corpus_id in ids:
                row = Corpora(session, who).get(corpus_id)
                if row is None or row.kind != kind:
                    raise not_found(f"这个 {kind} 表（{corpus_id}）", f"table of {kind} ({corpus_id})")
        return submit(session, who, response, "assess", body.model_dump(mode="json"), idempotency_key)[0]


@router.post(
    "/demo",
    summary="Assess the illustrative city",
    status_code=status.HTTP_202_ACCEPTED,
    responses=responses("conflict"),
)
def request_demo(
    response: Response, who: Planner, database: TheDatabase, idempotency_key: IdempotencyKey = None
) -> JobBody:
    """Made-up data that ship with the product; the result says so wherever it is shown."""
    with database.write() as session:
        return submit(session, who, response, "demo", {}, idempotency_key)[0]


@router.get("", summary="Assessments, the latest first")
def list_assessments(who: Viewer, database: TheDatabase, offset: Offset = 0, limit: Limit = 50) -> Page[AssessmentBody]:
    with database.read() as session:
        repository = Assessments(session, who)
        rows, total = repository.page(offset, limit)
        flags = repository.flags([row.id for row in rows])
        items = [AssessmentBody(**_fields(row), flags=flags.get(row.id, {})) for row in rows]
        return Page(total=total, offset=offset, items=items)


def _fields(row: AssessmentRow) -> dict[str, Any]:
    names = ("id", "title", "as_of", "policy", "label", "parent", "created_at")
    return {name: getattr(row, name) for name in names}


def detail(
    row: AssessmentRow, flags: dict[str, int], children: list[str], manifest: dict[str, Any]
) -> AssessmentDetail:
    """The body of one assessment."""
    return AssessmentDetail(**_fields(row), flags=flags, children=children, manifest=manifest)
