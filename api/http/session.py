"""/v1/session: who is asking, and how a browser logs in and out."""

from typing import Annotated

from fastapi import APIRouter, Request, Response, status
from pydantic import BaseModel, Field

from api.access import Caller
from api.http.callers import COOKIE, Limiter, TheDatabase, Viewer, address
from api.http.problem import Problem, responses
from api.settings import Settings
from api.state.database import Database
from api.state.keys import caller_of, close_session, open_session

router = APIRouter(prefix="/v1/session", tags=["access"])


class LoginRequest(BaseModel):
    """A key, in exchange for a cookie."""

    key: Annotated[str, Field(min_length=1, max_length=200, examples=["duikou_…"])]


class SessionBody(BaseModel):
    """Who is asking."""

    key_id: str
    name: str
    role: str
    regions: list[str]
    institutions: list[str]
    csrf: str | None = Field(
        description="What forms and scripts of this browser send along; none for a key in the header."
    )


@router.post("", summary="Log a browser in", responses=responses("no-key"))
def log_in(body: LoginRequest, request: Request, response: Response, database: TheDatabase) -> SessionBody:
    """Sets a cookie that no script can read and no other site can send."""
    who, csrf = start_session(request, response, database, body.key)
    return _body(who, csrf)


@router.get("", summary="Who is asking")
def read_session(request: Request, who: Viewer) -> SessionBody:
    return _body(who, getattr(request.state, "csrf", None))


@router.delete("", summary="Log a browser out", status_code=status.HTTP_204_NO_CONTENT)
def log_out(request: Request, response: Response, who: Viewer, database: TheDatabase) -> None:
    end_session(request, response, database)


def start_session(request: Request, response: Response, database: Database, key: str) -> tuple[Caller, str]:
    """Logs in with a key and sets the cookie; the caller, and the token its forms must carry.

    Raises:
        Problem: no such key, or too many wrong ones from this address.
    """
    limiter: Limiter = request.app.state.limiter
    settings: Settings = request.app.state.settings
    limiter.check(limiter.login, address(request))
    with database.write() as session:
        who = caller_of(session, key)
        if who is not None:
            cookie, row = open_session(session, who, settings.session_hours)
    if who is None:
        limiter.count(limiter.login, address(request))
        raise Problem("no-key", "密钥无效、已吊销或已过期", "this key is unknown, revoked or expired")
    response.set_cookie(
        COOKIE, cookie, max_age=int(settings.session_hours * 3600), httponly=True, samesite="strict",
        secure=request.url.scheme == "https", path="/",
    )  # fmt: skip
    return who, row.csrf


def end_session(request: Request, response: Response, database: Database) -> None:
    """Logs out and takes the cookie back."""
    cookie = getattr(request.state, "session", None)
    if cookie is not None:
        with database.write() as session:
            close_session(session, cookie)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


def _body(who: Caller, csrf: str | None) -> SessionBody:
    return SessionBody(
        key_id=who.key_id, name=who.name, role=who.role, regions=list(who.regions), institutions=list(who.institutions),
        csrf=csrf,
    )  # fmt: skip
