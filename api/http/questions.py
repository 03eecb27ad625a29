"""Questions answered at once: match a text, what if, compare. Matches by text are computed together (api/http/matching.py),
what-ifs one at a time in a process."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, TypeVar

import pandas as pd
from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, model_validator

from api.access import Caller
from api.answers.comparison import compared
from api.answers.tables import records
from api.http.bodies import Id, JobBody, job_body
from api.http.callers import Planner, TheDatabase, TheStore, Viewer
from api.http.matching import TOLD, Matching
from api.http.problem import Problem, not_found, responses
from api.http.reading import TheRow
from api.http.tables import Row
from api.state.assessments import Assessments
from api.state.database import Database
from api.state.jobs import Jobs
from api.store import Store
from api.views import demands_seen, programs_seen, visible
from corpora.cells import BadCell, parse_cell
from corpora.schema import TABLES
from matcher.assessment import Assessment
from matcher.policy.pack import shipped_pack
from matcher.policy.verdict import FLAGS
from matcher.what_if import what_if

router = APIRouter(prefix="/v1", tags=["questions"])
T = TypeVar("T")
_TEXTS = ("name", "goal", "abilities", "courses", "occupations", "certificates", "description", "track")
WAIT_SECONDS = 120


class Turns:
    """One what-if computes at a time: Python computes in one thread, and several at once would make every read late.

    Whoever waits holds no thread, so that reads go on.
    """

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(1)
        self._ahead: set[asyncio.Task[None]] = set()

    async def take(self, compute: Callable[[], T]) -> T:
        """What `compute` returns, once it is its turn.

        Raises:
            Problem: too many are waiting.
        """
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            raise Problem(
                "not-ready", "计算请求过多，请稍后再试", "too many are computing, try again", {"Retry-After": "5"}
            ) from None
        try:
            return await run_in_threadpool(compute)
        finally:
            self._free.release()

    def prepare(self, assessment: Assessment) -> None:
        """Computes ahead what the first what-if on an assessment would wait for; nobody waits, and once is enough."""
        if assessment.kept.empty:
            task = asyncio.get_running_loop().create_task(self._prepared(assessment))
            # The loop holds a task by a weak reference alone.
            self._ahead.add(task)
            task.add_done_callback(self._ahead.discard)

    async def _prepared(self, assessment: Assessment) -> None:
        # Where the turn does not come, the first question computes it all.
        with suppress(Problem):
            await self.take(lambda: what_if(assessment) if assessment.kept.empty else None)


async def turns_of(request: Request) -> Turns:
    return request.app.state.turns


TheTurns = Annotated[Turns, Depends(turns_of)]


class ProgramText(BaseModel):
    """A program as text: a name, and at least one more text; codes and level help."""

    model_config = {"extra": "forbid"}

    name: str = Field(min_length=1, max_length=200, examples=["数控技术"])
    code: str | None = Field(default=None, max_length=20, examples=["460103"])
    level: str | None = Field(default=None, max_length=20, examples=["高职专科"])
    track: str | None = Field(default=None, max_length=500)
    goal: str | None = Field(
        default=None, max_length=10_000, examples=["培养能操作加工中心、编制数控程序并检测零件的技术人员"]
    )
    abilities: str | None = Field(default=None, max_length=20_000)
    courses: str | None = Field(default=None, max_length=20_000, examples=["机械制图；数控编程；公差配合与测量"])
    occupations: str | None = Field(default=None, max_length=5000)
    certificates: str | None = Field(default=None, max_length=5000)
    description: str | None = Field(default=None, max_length=20_000)

    @model_validator(mode="after")
    def _some_text(self) -> "ProgramText":
        if not any((getattr(self, column) or "").strip() for column in _TEXTS if column != "name"):
            raise ValueError("a text beside the name is needed: goal, courses, abilities or description")
        return self


class MatchRequest(BaseModel):
    """A program, by its text or by its id, against the demands of an assessment."""

    assessment: Id
    text: ProgramText | None = None
    program_id: str | None = Field(default=None, max_length=200)
    top: int = Field(default=10, ge=1, le=100)

    @model_validator(mode="after")
    def _one_of(self) -> "MatchRequest":
        if (self.text is None) == (self.program_id is None):
            raise ValueError("either text or program_id is needed")
        return self


class MatchAnswer(BaseModel):
    """The best demands, the likeliest first."""

    calibrated: bool = Field(description="Whether p is a probability of this encoder; if not, it ranks.")
    matches: list[Row] = Field(description="demand_id, occupation, region, p, program_evidence, demand_evidence.")


class WhatIfRequest(BaseModel):
    """Other rules or other figures on the same data; what is left out stays."""

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"parameters": {"surplus.rate": 0.6}}, {"intake": {"P040": 20}}]},
    }

    policy: str | None = Field(default=None, max_length=100, description="A pack of /v1/policies.")
    parameters: dict[str, float | str | tuple[str, ...] | tuple[float, ...]] = Field(default={}, max_length=50)
    openings: dict[str, Annotated[float, Field(ge=0, le=1e7)]] = Field(
        default={}, max_length=200, description="demand_id -> openings a year."
    )
    intake: dict[str, Annotated[int, Field(ge=0, le=1_000_000)]] = Field(
        default={}, max_length=200, description="program_id -> graduates a year."
    )
    employed: dict[str, Annotated[int, Field(ge=0, le=1_000_000)]] = Field(
        default={}, max_length=200, description="program_id -> employed of the latest year."
    )


class WhatIfAnswer(BaseModel):
    """What would change, within the caller's scope."""

    counts_from: dict[str, int]
    counts_to: dict[str, int]
    programs: list[Row] = Field(description="One row a program that changes: flag, rule verdict and rate, from and to.")


class ComparisonAnswer(BaseModel):
    """What two assessments differ in, and because of which input."""

    programs: list[Row]
    inputs: list[Row]
    not_reproduced: list[str]


@router.post(
    "/match",
    summary="The best demands for a program",
    responses=responses("unusable-input", "not-found", "not-ready"),
)
async def match(
    body: MatchRequest, request: Request, who: Planner, database: TheDatabase, store: TheStore
) -> MatchAnswer:
    """By its id: as the assessment has them. By its text: compared now, with the two sentences that carry each."""
    view = await run_in_threadpool(_view, body.assessment, who, database, store)
    if body.text is None:
        if body.program_id not in set(view.programs["program_id"]):
            raise not_found("这个专业点", "program")
        found = view.matches[view.matches["program_id"] == body.program_id]
        calibrated = bool(view.manifest["encoder"]["calibrated"])
        # A few among many are found a thousand times faster than many among a few.
        known = view.demands[view.demands["demand_id"].isin(list(found["demand_id"]))].set_index("demand_id")
        found = found[found["demand_id"].isin(known.index)].head(body.top)
        told = {column: known[column].reindex(found["demand_id"]).array for column in TOLD}
        return MatchAnswer(calibrated=calibrated, matches=records(found.drop(columns="program_id").assign(**told)))
    matching: Matching = request.app.state.matching
    posts = await matching.posts(store, body.assessment)
    answer = await matching.ask(posts, _program(body.text.model_dump()), body.top)
    # Demands are told to everybody who may read the assessment; one that a view leaves out is not.
    seen = demands_seen(store, body.assessment, who)
    answer = [row for row in answer if row["demand_id"] in seen]
    return MatchAnswer(calibrated=posts.ready.calibration.calibrated, matches=answer)


@router.post(
    "/assessments/{assessment_id}/what-if",
    summary="The same data with other rules or figures",
    responses=responses("unusable-input", "not-found", "not-ready"),
)
async def ask_what_if(body: WhatIfRequest, row: TheRow, who: Planner, store: TheStore, turns: TheTurns) -> WhatIfAnswer:
    """Nothing is kept. A caller with a scope changes figures of its own programs alone, and reads their flags alone."""
    assessment = await run_in_threadpool(store.load, row.id)
    seen = programs_seen(assessment, who)
    if unknown := [program for program in (*body.intake, *body.employed) if program not in seen]:
        raise not_found(f"专业点 {unknown[0]}", f"program {unknown[0]}")
    if who.scoped and body.openings:
        raise Problem(
            "not-allowed",
            "限定范围的密钥不能改动岗位数",
            "a key with a scope cannot change openings: they concern others too",
        )
    asked = body.model_dump() | {"policy": shipped_pack(body.policy) if body.policy is not None else None}
    found = await turns.take(lambda: what_if(assessment, **asked))
    return WhatIfAnswer(
        counts_from=_counts(assessment.programs, seen),
        counts_to=_counts(found.assessment.programs, seen),
        programs=records(found.programs[found.programs["program_id"].isin(seen)]),
    )


@router.get(
    "/compare", summary="What changed between two assessments, and why", response_model=ComparisonAnswer,
    responses={**responses("not-found"), 202: {"model": JobBody, "description": "Being computed; ask again when it is done."}},
)  # fmt: skip
def compare(
    first: Annotated[Id, Query(alias="from", description="Id of an assessment.")],
    second: Annotated[Id, Query(alias="to", description="Id of another.")],
    who: Viewer,
    database: TheDatabase,
    store: TheStore,
) -> Any:
    """Causes are found by assessing again with one input exchanged at a time, so the first request starts a job (202)."""
    with database.read() as session:
        if any(Assessments(session, who).get(one) is None for one in (first, second)):
            raise not_found("这两个分析结果", "assessments")
    if store.comparison(first, second).is_dir():
        return ComparisonAnswer(**compared(store, first, second, who))
    with database.write() as session:
        # Without an idempotency key: those are the callers', and one that was cancelled or failed would stay.
        body = job_body(Jobs(session, who).following("compare", {"from": first, "to": second}))
    headers = {"Location": f"/v1/jobs/{body.id}", "Retry-After": "2"}
    return JSONResponse(body.model_dump(mode="json"), status.HTTP_202_ACCEPTED, headers)


def _view(assessment_id: str, who: Caller, database: Database, store: Store) -> Assessment:
    with database.read() as session:
        if Assessments(session, who).get(assessment_id) is None:
            raise not_found("这个分析结果", "assessment")
    return visible(store, assessment_id, who)


def _program(text: dict[str, Any]) -> dict[str, Any]:
    """A text as a row of the programs table, read as its cells are: 高职专科 is the level associate.

    Raises:
        Problem: a value that the column does not take.
    """
    row: dict[str, Any] = dict.fromkeys((column.name for column in TABLES["programs"].columns), None)
    for column in TABLES["programs"].columns:
        try:
            if text.get(column.name) is not None:
                row[column.name] = parse_cell(column, text[column.name])
        except BadCell as fault:
            said, expected = text[column.name], "、".join(column.choices)
            raise Problem(
                "unusable-input",
                f"{column.name}（{column.zh}）是“{said}”：{fault.remedy.zh}{expected}",
                f"{column.name} is {said!r}: {fault.remedy.en} {', '.join(column.choices)}".rstrip(),
            ) from None
    return row


def _counts(programs: pd.DataFrame, seen: set[str]) -> dict[str, int]:
    counts = programs.loc[programs["program_id"].isin(seen), "flag"].value_counts()
    return {flag: int(counts.get(flag, 0)) for flag in FLAGS}
