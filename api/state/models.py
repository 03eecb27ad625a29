"""The tables of the service's own state. Assessments are folders; rows here point at them.

Identifiers are 16 hexadecimal digits, times are UTC.
"""

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """UTC in and out; databases without time zones keep it bare."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return secrets.token_hex(8)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


class Key(Base):
    """An API key: role, scope and the hash of its token."""

    __tablename__ = "keys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(10))
    regions: Mapped[list[str]]
    institutions: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class BrowserSession(Base):
    """A browser that logged in with a key: the hash of its cookie, and the token its forms carry."""

    __tablename__ = "sessions"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("keys.id"))
    csrf: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]


class Entry(Base):
    """One line of the audit log; `hash` covers the line and the hash of the one before. Never changed, never removed."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(40))
    key_id: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    detail: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The last line of the audit log: whoever appends locks this row first."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class Job(Base):
    """Work that was accepted: the row is the acceptance, whoever does it."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("key_id", "idempotency_key"),
        Index("jobs_waiting", "state", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    request: Mapped[dict[str, Any]]
    key_id: Mapped[str] = mapped_column(String(16))
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default="queued")
    step: Mapped[str] = mapped_column(String(40), default="")
    done: Mapped[int] = mapped_column(default=0)
    of: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    cancel: Mapped[bool] = mapped_column(default=False)
    result: Mapped[dict[str, Any] | None]
    fault: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class CorpusRow(Base):
    """An uploaded table: checked by a job, then a snapshot by its content."""

    __tablename__ = "corpora"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    file: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(16))
    mapping: Mapped[dict[str, Any]]
    accept_good_rows: Mapped[bool] = mapped_column(default=False)
    job_id: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(10), default="checking")
    snapshot: Mapped[str | None] = mapped_column(String(64))
    rows: Mapped[int | None]
    bad_rows: Mapped[int | None]
    issues: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class AssessmentRow(Base):
    """An assessment that is there: its folder is `assessments/<id>` and holds everything."""

    __tablename__ = "assessments"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    as_of: Mapped[str] = mapped_column(String(10))
    policy: Mapped[str] = mapped_column(String(100))
    label: Mapped[dict[str, Any] | None]
    parent: Mapped[str | None] = mapped_column(ForeignKey("assessments.id"))
    job_id: Mapped[str] = mapped_column(String(16))
    key_id: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(default=now)


class AssessmentShare(Base):
    """How many programs of one region and institution have one flag: what a scope sees of an assessment, in SQL."""

    __tablename__ = "assessment_shares"

    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    region: Mapped[str] = mapped_column(String(100), primary_key=True)
    institution: Mapped[str] = mapped_column(String(200), primary_key=True)
    flag: Mapped[str] = mapped_column(String(30), primary_key=True)
    programs: Mapped[int]


class Round(Base):
    """An announcement of withdrawals (公示): until when schools may state their case."""

    __tablename__ = "rounds"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessments.id"), index=True)
    announced_on: Mapped[str] = mapped_column(String(10))
    statements_until: Mapped[str] = mapped_column(String(10))
    key_id: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(default=now)


class Review(Base):
    """What people say about one program of an assessment; the advice itself is never touched."""

    __tablename__ = "reviews"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessments.id"), index=True)
    program_id: Mapped[str] = mapped_column(String(200), index=True)
    region: Mapped[str] = mapped_column(String(100))
    institution: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    demand_id: Mapped[str | None] = mapped_column(String(200))
    decision: Mapped[str | None] = mapped_column(String(30))
    answers: Mapped[str | None] = mapped_column(ForeignKey("reviews.id"))
    text: Mapped[str] = mapped_column(Text)
    key_id: Mapped[str] = mapped_column(String(16))
    reviewer: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=now)


class Report(Base):
    """A report that was asked for, and its file once it is there."""

    __tablename__ = "reports"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessments.id"))
    format: Mapped[str] = mapped_column(String(10))
    lang: Mapped[str] = mapped_column(String(2))
    edition: Mapped[str] = mapped_column(String(10))
    key_id: Mapped[str] = mapped_column(String(16))
    job_id: Mapped[str] = mapped_column(String(16))
    file: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=now)
