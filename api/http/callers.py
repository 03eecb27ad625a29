"""Who is asking: a key in the header, or a browser that logged in. What each operation asks for stands in its signature."""

import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from api.access import OPEN, Caller, Role
from api.http.problem import Problem
from api.settings import LOOPBACK, Settings
from api.state.database import Database
from api.state.keys import caller_of, session_of
from api.store import Store

COOKIE = "duikou_session"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
SAFE = ("GET", "HEAD", "OPTIONS")
# Declared for the documentation of the API; the values are read below.
_bearer = HTTPBearer(auto_error=False, description="Authorization: Bearer duikou_…")
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="A browser that logged in at /v1/session")


class Limiter:
    """Counts requests by key or address, in this process."""

    def __init__(self, settings: Settings) -> None:
        self._windows = FixedWindowRateLimiter(MemoryStorage())
        self.each, self.login = parse(settings.rate), parse(settings.login_rate)

    def count(self, limit: RateLimitItem, who: str) -> None:
        """One more.

        Raises:
            Problem: too many.
        """
        if not self._windows.hit(limit, who):
            self._refuse(limit, who)

    def check(self, limit: RateLimitItem, who: str) -> None:
        """As `count`, without counting."""
        if not self._windows.test(limit, who):
            self._refuse(limit, who)

    def _refuse(self, limit: RateLimitItem, who: str) -> None:
        wait = max(1, round(self._windows.get_window_stats(limit, who).reset_time - time.time()))
        raise Problem(
            "too-many-requests", f"请在 {wait} 秒后再试", f"try again in {wait} seconds", {"Retry-After": str(wait)}
        )


# Coroutines where nothing is waited for: FastAPI hands every plain function to a thread of its own.
async def settings_of(request: Request) -> Settings:
    return request.app.state.settings


async def database_of(request: Request) -> Database:
    return request.app.state.database


async def store_of(request: Request) -> Store:
    return request.app.state.store


def address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def caller(
    request: Request, bearer: Annotated[Any, Security(_bearer)], cookie: Annotated[str | None, Security(_cookie)]
) -> Caller:
    """The caller; its key, or its browser's session, decides.

    Raises:
        Problem: no key, a wrong one, one that ended, or too many requests.
    """
    limiter: Limiter = request.app.state.limiter
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    found: Caller | None = None
    if bearer is not None:
        limiter.check(limiter.login, address(request))
        with database.read() as session:
            found = caller_of(session, bearer.credentials)
        if found is None:
            limiter.count(limiter.login, address(request))
    elif cookie:
        with database.read() as session:
            known = session_of(session, cookie)
        if known is not None:
            found, request.state.csrf = known
            request.state.session = cookie
    elif settings.open_access:
        _only_at_home(request)
        found, request.state.csrf = OPEN, request.app.state.open_csrf
    if found is None:
        raise Problem(
            "no-key",
            "请在请求头 Authorization: Bearer 中给出有效密钥，或先登录",
            "send a valid key as Authorization: Bearer, or log in",
            {"WWW-Authenticate": "Bearer"},
        )
    limiter.count(limiter.each, found.key_id)
    request.state.caller = found
    return found


async def guarded(request: Request, who: Annotated[Caller, Depends(caller)]) -> Caller:
    """The caller; a browser's request that changes something carries the token of its session, or is refused."""
    expected: str | None = getattr(request.state, "csrf", None)
    if request.method in SAFE or expected is None:
        return who
    given = request.headers.get(CSRF_HEADER)
    kind = request.headers.get("content-type", "")
    if given is None and kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        given = str((await request.form()).get(CSRF_FIELD, ""))
    if given is None and who is OPEN and "origin" not in request.headers:
        # A program on this machine; a browser would have sent its origin.
        return who
    if given is None or not secrets.compare_digest(given.encode(), expected.encode()):
        raise Problem(
            "not-allowed",
            f"浏览器请求缺少有效的表单令牌（{CSRF_HEADER}）；请刷新页面",
            f"a browser's request without the token of its session ({CSRF_HEADER}); load the page again",
        )
    return who


def at_least(role: Role) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the caller, refused below a role."""

    async def check(who: Annotated[Caller, Depends(guarded)]) -> Caller:
        if not who.is_at_least(role):
            raise Problem("not-allowed", f"需要 {role} 或更高角色的密钥", f"a key of role {role} or above is needed")
        return who

    return check


Viewer = Annotated[Caller, Depends(at_least("viewer"))]
Planner = Annotated[Caller, Depends(at_least("planner"))]
Bureau = Annotated[Caller, Depends(at_least("bureau"))]
Admin = Annotated[Caller, Depends(at_least("admin"))]
TheDatabase = Annotated[Database, Depends(database_of)]
TheStore = Annotated[Store, Depends(store_of)]
TheSettings = Annotated[Settings, Depends(settings_of)]


def _only_at_home(request: Request) -> None:
    """Without keys only this machine is served: a page elsewhere must not reach it under another name."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    if host not in LOOPBACK or address(request) not in (*LOOPBACK, "testclient"):
        raise Problem("not-allowed", "无密钥方式只限本机访问", "without keys only this machine is served")
