"""/v1/assessments/{id}/reviews: what people say about an assessment; its advice is never touched."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Response, status
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.access import Caller
from api.http.bodies import Id, IdempotencyKey, JobBody, Page
from api.http.callers import Bureau, Planner, TheDatabase, TheStore, Viewer
from api.http.problem import Problem, not_found, responses
from api.http.reading import TheRow
from api.http.submit import submit
from api.state.models import AssessmentRow, Review, Round
from api.state.reviews import Reviews
from api.store import Store
from api.views import visible
from corpora.frames import empty, word
from matcher.policy.verdict import FLAGS

router = APIRouter(prefix="/v1/assessments/{assessment_id}", tags=["reviews"])
ProgramId = Annotated[str, Field(min_length=1, max_length=200, examples=["P040"])]
DemandId = Annotated[str, Field(min_length=1, max_length=200, examples=["D148-2026"])]
# How long after its day an announcement may still be entered.
LATE_ENTRY = timedelta(days=90)
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]


class MatchReview(BaseModel):
    """The bureau confirms or rejects a match; it counts from the next recomputation on."""

    kind: Literal["match"]
    program_id: ProgramId
    demand_id: DemandId
    decision: Literal["confirm", "reject"]
    text: Reason


class Override(BaseModel):
    """The bureau decides otherwise than the advice, and says why; both stay visible."""

    kind: Literal["override"]
    program_id: ProgramId
    decision: Literal[FLAGS]  # type: ignore[valid-type]
    text: Reason


class Statement(BaseModel):
    """A school's statement (陈述申辩) on a withdrawal, while its announcement is open; perhaps about one match."""

    kind: Literal["statement"]
    program_id: ProgramId
    text: Reason
    demand_id: DemandId | None = None
    decision: Literal["confirm", "reject"] | None = None

    @model_validator(mode="after")
    def _together(self) -> "Statement":
        if (self.demand_id is None) != (self.decision is None):
            raise ValueError("demand_id and decision come together")
        return self


class Reply(BaseModel):
    """The bureau's answer to a statement."""

    kind: Literal["reply"]
    answers: Id
    decision: Literal["accepted", "partly", "refused"]
    text: Reason


ReviewRequest = Annotated[
    MatchReview | Override | Statement | Reply,
    Body(
        discriminator="kind",
        examples=[
            {
                "kind": "match",
                "program_id": "P040",
                "demand_id": "D148-2026",
                "decision": "reject",
                "text": "岗位要求一级注册",
            },
            {"kind": "override", "program_id": "P040", "decision": "maintain", "text": "县内唯一布点，保留一届观察"},
        ],
    ),
]


class ReviewBody(BaseModel):
    """One review: match, override, statement or reply."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: str
    program_id: str
    demand_id: str | None
    decision: str | None
    answers: str | None
    text: str
    reviewer: str
    created_at: datetime


class RoundRequest(BaseModel):
    """An announcement of withdrawals (公示), and until when schools may state their case."""

    announced_on: date = Field(examples=["2026-11-02"])
    statements_until: date = Field(examples=["2026-11-09"])

    @model_validator(mode="after")
    def _in_order(self) -> "RoundRequest":
        if self.statements_until < self.announced_on:
            raise ValueError("statements_until is before announced_on")
        return self


class RoundBody(RoundRequest):
    """An announcement round."""

    id: str


def review_body(row: Review) -> ReviewBody:
    return ReviewBody.model_validate(row)


@router.post(
    "/reviews", summary="Review a match, override a flag, state a case, reply", status_code=status.HTTP_201_CREATED,
    responses=responses("not-found", "conflict"),
)  # fmt: skip
def add_review(body: ReviewRequest, row: TheRow, who: Planner, database: TheDatabase, store: TheStore) -> ReviewBody:
    """Statements are a planner's, everything else is the bureau's. The advice stays as it is, with this beside it."""
    if body.kind != "statement" and not who.is_at_least("bureau"):
        raise Problem(
            "not-allowed", "只有主管部门可以复核；院校可作陈述申辩", "only the bureau reviews; a school states its case"
        )
    with database.write() as session:
        repository = Reviews(session, who)
        if isinstance(body, Reply):
            stated = repository.get(row.id, body.answers)
            if stated is None or stated.kind != "statement":
                raise not_found("这份陈述", "statement")
            program_id = stated.program_id
        else:
            program_id = body.program_id
        place = _place(store, row, who, program_id, getattr(body, "demand_id", None))
        if isinstance(body, Statement):
            _open_for_statements(repository, row, store, who, program_id)
        fields: dict[str, Any] = body.model_dump() | {"program_id": program_id} | place
        review = Review(**fields, assessment_id=row.id, key_id=who.key_id, reviewer=who.name)
        return review_body(repository.add(review))


@router.get("/reviews", summary="What people said about it", responses=responses("not-found"))
def list_reviews(row: TheRow, who: Planner, database: TheDatabase, program_id: str | None = None) -> Page[ReviewBody]:
    with database.read() as session:
        items = [review_body(review) for review in Reviews(session, who).all(row.id, program_id)]
    return Page(total=len(items), offset=0, items=items)


@router.post(
    "/rounds", summary="Announce withdrawals", status_code=status.HTTP_201_CREATED, responses=responses("not-found")
)
def open_round(body: RoundRequest, row: TheRow, who: Bureau, database: TheDatabase) -> RoundBody:
    """Opens the days within which schools may state their case; of all programs, so a key without a scope is needed."""
    if who.scoped:
        raise Problem(
            "not-allowed",
            "公示涉及全部专业点，需要不限范围的密钥",
            "an announcement concerns all programs: a key without a scope is needed",
        )
    earliest = date.today() - LATE_ENTRY
    if body.announced_on < earliest:
        raise Problem(
            "invalid-request",
            f"公示日期 {body.announced_on} 过早，最早可补记 {earliest} 的公示",
            f"announced_on {body.announced_on} is too long ago: announcements are entered from {earliest} on",
        )
    announced, until = body.announced_on.isoformat(), body.statements_until.isoformat()
    with database.write() as session:
        made = Round(assessment_id=row.id, announced_on=announced, statements_until=until, key_id=who.key_id)
        return RoundBody(**body.model_dump(), id=Reviews(session, who).open_round(made).id)


@router.get("/rounds", summary="Announcements and their deadlines", responses=responses("not-found"))
def list_rounds(row: TheRow, who: Viewer, database: TheDatabase) -> Page[RoundBody]:
    with database.read() as session:
        found = Reviews(session, who).rounds(row.id)
    items = [
        RoundBody(
            id=r.id,
            announced_on=date.fromisoformat(r.announced_on),
            statements_until=date.fromisoformat(r.statements_until),
        )
        for r in found
    ]
    return Page(total=len(items), offset=0, items=items)


@router.post(
    "/recompute", summary="Assess again with the reviews", status_code=status.HTTP_202_ACCEPTED,
    responses=responses("not-found", "conflict"),
)  # fmt: skip
def recompute(
    row: TheRow, response: Response, who: Bureau, database: TheDatabase, idempotency_key: IdempotencyKey = None
) -> JobBody:
    """A new assessment beside this one, which stays; no text is compared again. Each names the other."""
    if who.scoped:
        raise Problem(
            "not-allowed",
            "重新计算涉及全部专业点，需要不限范围的密钥",
            "it concerns all programs: a key without a scope is needed",
        )
    with database.write() as session:
        counted = [r.id for r in Reviews(session, who).all(row.id) if r.kind == "match"]
        if not counted:
            raise Problem(
                "conflict", "还没有对匹配的复核，重新计算不会有变化", "no match was reviewed: nothing would change"
            )
        return submit(session, who, response, "recompute", {"assessment": row.id, "reviews": counted}, idempotency_key)[
            0
        ]


def _place(store: Store, row: AssessmentRow, who: Caller, program_id: str, demand_id: str | None) -> dict[str, str]:
    """Region and institution of a program within the caller's scope."""
    view = visible(store, row.id, who)
    own = view.programs[view.programs["program_id"] == program_id]
    if own.empty:
        raise not_found("这个专业点", "program")
    if demand_id is not None and demand_id not in set(view.inputs["demands"]["demand_id"]):
        raise not_found("这条岗位需求", "demand")
    return {"region": word(own["region"].iloc[0]), "institution": word(own["institution"].iloc[0])}


def _open_for_statements(
    repository: Reviews, row: AssessmentRow, store: Store, who: Caller, program_id: str
) -> None:  # fmt: skip
    """Statements are made on withdrawals, and in time."""
    view = visible(store, row.id, who)
    own = view.programs[view.programs["program_id"] == program_id].iloc[0]
    overrides = [r.decision for r in repository.all(row.id, program_id) if r.kind == "override"]
    decided = overrides[-1] if overrides else own["flag"]
    if decided != "phase_out" and empty(own["measure"]):
        raise Problem(
            "conflict", "该专业点没有撤并建议或处置措施", "no withdrawal and no measure is proposed for this program"
        )
    if repository.round_on(row.id, date.today()) is None:
        ends = [r.statements_until for r in repository.rounds(row.id)]
        zh, en = (
            (f"陈述申辩已于 {ends[-1]} 截止", f"statements ended on {ends[-1]}")
            if ends
            else ("尚未公示", "nothing was announced yet")
        )
        raise Problem("conflict", zh, en)
