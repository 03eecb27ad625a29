"""/v1/jobs: how far work is, by polling or as events, and its cancellation."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.access import Caller
from api.http.bodies import Id, JobBody, Limit, Offset, Page, job_body
from api.http.callers import TheDatabase, Viewer
from api.http.problem import not_found, responses
from api.state.database import Database
from api.state.jobs import ENDED, Jobs

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
JobId = Annotated[Id, Path(description="Of a job.")]
State = Literal["queued", "running", "done", "failed", "cancelled"]
POLL_SECONDS = 0.5
# A stream ends by itself after so long; browsers connect again.
STREAM_SECONDS = 600


@router.get("", summary="Jobs, the latest first")
def list_jobs(
    who: Viewer, database: TheDatabase, state: State | None = None, offset: Offset = 0, limit: Limit = 50
) -> Page[JobBody]:
    with database.read() as session:
        rows, total = Jobs(session, who).page(state, offset, limit)
        return Page(total=total, offset=offset, items=[job_body(row) for row in rows])


def job_of(job_id: JobId, who: Viewer, database: TheDatabase) -> JobBody:
    """The job, or the problem that there is none."""
    return _read(database, who, job_id)


TheJob = Annotated[JobBody, Depends(job_of)]


@router.get("/{job_id}", summary="One job", responses=responses("not-found"))
def read_job(job: TheJob) -> JobBody:
    return job


@router.delete("/{job_id}", summary="Cancel a job", responses=responses("not-found"))
def cancel_job(job_id: JobId, who: Viewer, database: TheDatabase) -> JobBody:
    """A waiting job ends at once, a running one at its next step. One that has ended stays as it is."""
    with database.write() as session:
        job = Jobs(session, who).cancel(job_id)
        if job is None:
            raise not_found("这个作业", "job")
        return job_body(job)


@router.get(
    "/{job_id}/events", summary="A job's progress as server-sent events", response_class=EventSourceResponse,
    responses=responses("not-found"),
)  # fmt: skip
async def job_events(job: TheJob, who: Viewer, database: TheDatabase) -> AsyncIterator[ServerSentEvent]:
    """One event `job` whenever something changes; the last one is done, failed or cancelled."""
    end = time.monotonic() + STREAM_SECONDS
    yield ServerSentEvent(data=job, event="job")
    while job.state not in ENDED and time.monotonic() < end:
        await asyncio.sleep(POLL_SECONDS)
        now = await run_in_threadpool(_read, database, who, job.id)
        if now != job:
            job = now
            yield ServerSentEvent(data=job, event="job")


def _read(database: Database, who: Caller, job_id: str) -> JobBody:
    with database.read() as session:
        job = Jobs(session, who).get(job_id)
        if job is None:
            raise not_found("这个作业", "job")
        return job_body(job)
