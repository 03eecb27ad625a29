"""Around every request: its id, one line of log, its figures for /metrics, and the headers that browsers go by."""

import re
import secrets
import time

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problem import MEDIA_TYPE, body_of
from api.logs import log

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
        too_large = False

        async def out(message: Message) -> None:
            nonlocal status, too_large
            if message["type"] == "http.response.start":
                status = message["status"]
                if too_large := status == 413 and (b"content-type", PLAIN) in message["headers"]:
                    message["headers"] = [(b"content-type", MEDIA_TYPE.encode())]
                known = {k.lower() for k, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in headers.items() if k.lower().encode() not in known),
                    (REQUEST_ID.encode(), request_id.encode()),
                ]
            elif too_large:
                # The server library refuses a large body before any handler; its words are made ours.
                said = ("请求内容超过上限", "the body of the request is larger than accepted")
                message = {"type": "http.response.body", "body": body_of("too-large", *said, request_id)}
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
