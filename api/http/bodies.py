"""Bodies that several resources share: paging, jobs, moments."""

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Header, Query
from pydantic import BaseModel, ConfigDict, Field

from api.state.models import Job

Offset = Annotated[int, Query(ge=0, le=10_000_000, description="Rows to skip.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="Rows at most.")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key with the same request is accepted once; repeat it after a lost answer.",
    ),
]
T = TypeVar("T")
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$", examples=["3f2a9c0d4b1e8f67"])]


class Page(BaseModel, Generic[T]):
    """Some rows of a list, and how many there are."""

    total: int
    offset: int
    items: list[T]


class Words(BaseModel):
    """One sentence in both languages."""

    zh: str
    en: str


class JobBody(BaseModel):
    """A job: queued, running, done, failed or cancelled."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: str = Field(examples=["assess"])
    state: str = Field(examples=["running"])
    step: str = Field(description="What it is doing.", examples=["score"])
    done: int
    of: int
    attempt: int = Field(description="How often a worker has taken it up.")
    cancel: bool = Field(description="Whether it was told to stop.")
    result: dict[str, Any] | None = Field(examples=[{"assessment": "3f2a9c0d4b1e8f67"}])
    fault: Words | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


def job_body(job: Job) -> JobBody:
    return JobBody.model_validate(job)
