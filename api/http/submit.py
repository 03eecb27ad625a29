"""Accepting work: the row of the job is written before the answer 202 goes out."""

from typing import Any

from fastapi import Response
from sqlalchemy.orm import Session

from api.access import Caller
from api.http.bodies import JobBody, job_body
from api.http.problem import Problem
from api.state.jobs import Conflict, Jobs


def submit(
    session: Session, who: Caller, response: Response, kind: str, request: dict[str, Any], idempotency_key: str | None
) -> tuple[JobBody, bool]:
    """The job of a request, whether it is new, and where to follow it in the answer's Location.

    Raises:
        Problem: the idempotency key came before with another request.
    """
    try:
        job, new = Jobs(session, who).submit(kind, request, idempotency_key)
    except Conflict:
        raise key_reused() from None
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job_body(job), new


def key_reused() -> Problem:
    return Problem(
        "conflict",
        "此 Idempotency-Key 已用于另一个请求；请换一个",
        "this Idempotency-Key came before with another request; use another one",
    )
