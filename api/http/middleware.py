"""Around every request: its id, one line of log, its figures for /metrics, and the headers that browsers go by."""

import re
import secrets
import time

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problem import answer
from api.logs import log
from api.pages.visit import PageRoute, error_page

REQUEST_ID = "X-Request-Id"
PLAIN = b"text/plain; charset=utf-8"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
DOCS = "/docs"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Everything that a page needs comes from this service.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
}

# The page of the API starts itself by a script of its own.
DOCS_HEADERS = HEADERS | {
    "Content-Security-Policy": HEADERS["Content-Security-Policy"].replace(
        "script-src 'self'", "script-src 'self' 'unsafe-inline'"
    )
}


class Metrics:
    """What /metrics tells; a registry of its own, so that several apps can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "duikou_requests", "Requests by route, method and status.", ("route", "method", "status"),
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "duikou_request_seconds", "Seconds to the end of the answer.", ("route",), registry=self.registry
        )


class Around:
    """Pure ASGI, so that streams pass through as they come."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((v.decode("latin-1") for k, v in scope["headers"] if k == REQUEST_ID.lower().encode()), "")
        request_id = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        scope["request_id"] = request_id
        status, started = 500, time.perf_counter()

        headers = DOCS_HEADERS if scope["path"] == DOCS else HEADERS
        refusal: Response | None = None

        async def out(message: Message) -> None:
            nonlocal status, refusal
            if message["type"] == "http.response.start":
                status = message["status"]
                if status == 413 and (b"content-type", PLAIN) in message["headers"]:
                    refusal = _too_large(Request(scope))
                    message["headers"] = refusal.raw_headers
                known = {k.lower() for k, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in headers.items() if k.lower().encode() not in known),
                    (REQUEST_ID.encode(), request_id.encode()),
                ]
            elif refusal is not None:
                message = {"type": "http.response.body", "body": refusal.body}
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request_id):
            try:
                await self._app(scope, receive, out)
            finally:
                # The route's pattern, not the path: a path may name a program.
                route = getattr(scope.get("route"), "path", "unmatched")
                seconds = time.perf_counter() - started
                self._metrics.requests.labels(route, scope["method"], str(status)).inc()
                self._metrics.seconds.labels(route).observe(seconds)
                who = scope.get("state", {}).get("caller")
                log.info(
                    "request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1),
                    key=who.key_id if who else None,
                )  # fmt: skip


def _too_large(request: Request) -> Response:
    """The server library refuses a large body in its own words, whatever a handler answers; these are ours."""
    if isinstance(request.scope.get("route"), PageRoute):
        return error_page(request, 413)
    return answer(request, "too-large", "请求内容超过上限", "the body of the request is larger than accepted")
