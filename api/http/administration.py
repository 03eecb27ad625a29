"""/v1/keys and /v1/audit: for admins."""

import json
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, status
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.http.bodies import Id, Limit, Offset, Page
from api.http.callers import Admin, TheDatabase
from api.http.problem import not_found, responses
from api.state.audit import Audit
from api.state.keys import Keys
from api.state.models import now

router = APIRouter(prefix="/v1", tags=["access"])
Names = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=200)]


class KeyRequest(BaseModel):
    """A new key: what it may do, and which programs it is for."""

    name: str = Field(min_length=1, max_length=200, examples=["某职业技术学院"])
    role: Literal["viewer", "planner", "bureau", "admin"]
    regions: Names = []
    institutions: Names = []
    days: int | None = Field(
        default=None, ge=1, le=3650, description="Valid for so many days; without end if left out."
    )

    @model_validator(mode="after")
    def _admins_see_all(self) -> "KeyRequest":
        if self.role == "admin" and (self.regions or self.institutions):
            raise ValueError("an admin makes keys and cannot be held to a scope")
        return self


class KeyBody(BaseModel):
    """A key, without its token."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    role: str
    regions: list[str]
    institutions: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class NewKeyBody(KeyBody):
    """A new key with its token, shown this once."""

    token: str


class EntryBody(BaseModel):
    """One line of the audit log."""

    number: int
    at: str
    key_id: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


@router.post("/keys", summary="Make a key", status_code=status.HTTP_201_CREATED)
def create_key(body: KeyRequest, who: Admin, database: TheDatabase) -> NewKeyBody:
    """The token is in this answer and nowhere else: only its hash is kept."""
    until = now() + timedelta(days=body.days) if body.days else None
    with database.write() as session:
        key, token = Keys(session, who).create(body.name, body.role, body.regions, body.institutions, until)
        return NewKeyBody(**KeyBody.model_validate(key).model_dump(), token=token)


@router.get("/keys", summary="Keys")
def list_keys(who: Admin, database: TheDatabase) -> Page[KeyBody]:
    with database.read() as session:
        items = [KeyBody.model_validate(key) for key in Keys(session, who).all()]
    return Page(total=len(items), offset=0, items=items)


@router.delete("/keys/{key_id}", summary="End a key", responses=responses("not-found"))
def revoke_key(key_id: Annotated[Id, Path(description="Of a key.")], who: Admin, database: TheDatabase) -> KeyBody:
    """At once, with the browsers that logged in with it."""
    with database.write() as session:
        key = Keys(session, who).revoke(key_id)
        if key is None:
            raise not_found("这个密钥", "key")
        return KeyBody.model_validate(key)


@router.get("/audit", summary="The audit log, the latest line first")
def list_audit(who: Admin, database: TheDatabase, offset: Offset = 0, limit: Limit = 50) -> list[EntryBody]:
    """Every line carries the hash of the one before; `duikou audit verify` re-checks them all."""
    with database.read() as session:
        return [
            EntryBody(
                number=e.number,
                at=e.at,
                key_id=e.key_id,
                action=e.action,
                subject=e.subject,
                detail=json.loads(e.detail),
                hash=e.hash,
            )
            for e in Audit(session, who).page(offset, limit)
        ]
