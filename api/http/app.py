"""The service over HTTP: `create_app(settings)`; `duikou serve` runs it."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi_offline import FastAPIOffline
from pydantic.json_schema import models_json_schema
from starlette.middleware.cors import CORSMiddleware
from threadpoolctl import threadpool_limits

from api.http import (
    administration,
    assessments,
    corpora,
    health,
    jobs,
    policies,
    questions,
    reports,
    results,
    reviews,
    session,
)  # fmt: skip
from api.http.callers import Limiter
from api.http.encoding import SharedEncoder
from api.http.matching import Matching
from api.http.middleware import Around, Metrics
from api.http.problem import ProblemBody, add_handlers, responses
from api.http.reading import Unchanged
from api.logs import configure_logs
from api.pages import routes as pages
from api.settings import Settings, read_settings
from api.state.database import Database
from api.store import Store

DESCRIPTION = """
对口：职业教育专业与产业需求的匹配分析。 Matches vocational programs with the skill demands of industry chains.

Send a key as `Authorization: Bearer duikou_…`. Everything that takes long is a job: the answer is 202, its `Location` tells how far it is.
Errors are `application/problem+json` in one shape everywhere.
"""
DOCS_FILES = "/docs-files"
EVERYWHERE = (
    "unusable-input",
    "no-key",
    "not-allowed",
    "too-large",
    "invalid-request",
    "too-many-requests",
    "internal",
)


def create_app(settings: Settings) -> FastAPI:
    """The application on the state that the settings name; its database is brought up to date at start."""
    configure_logs(settings)
    database = Database(settings.database_url)
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database.migrate()
        app.state.encoder.load_later()
        # Products of a question are small: threads that share one wait for each other, and for whoever else computes.
        with threadpool_limits(1, user_api="blas"):
            yield
        app.state.matching.close()
        database.close()

    # The page of the API with its files from an installed package: nothing is fetched from elsewhere.
    app = FastAPIOffline(
        title="Duikou 对口",
        version=version("duikou"),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url="/docs",
        redoc_url=None,
        static_url=DOCS_FILES,
        responses=responses(*EVERYWHERE),
    )
    app.state.settings, app.state.database, app.state.metrics = settings, database, metrics
    app.state.store = Store(settings.data, settings.kept_in_memory)
    app.state.limiter, app.state.encoder = Limiter(settings), SharedEncoder()
    app.state.turns = questions.Turns()
    app.state.matching = Matching(app.state.encoder)
    app.state.open_csrf = secrets.token_urlsafe(32)
    for module in (assessments, results, reviews, questions, reports, jobs, policies, session, administration, health):
        app.include_router(module.router, max_body_size=settings.body_kb << 10)
    # The form around a file is a little larger than the file.
    app.include_router(corpora.router, max_body_size=(settings.upload_mb << 20) + (1 << 16))

    @app.exception_handler(Unchanged)
    async def _unchanged(request: Request, fault: Unchanged) -> Response:
        return Response(status_code=304, headers={"ETag": fault.etag, "Cache-Control": "private, no-cache"})

    pages.install(app)
    app.openapi = lambda: _with_problems(app)  # type: ignore[method-assign]
    add_handlers(app)
    if settings.cors:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(settings.cors), allow_methods=["*"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"],
            expose_headers=["ETag", "Location", "X-Request-Id"],
        )  # fmt: skip
    app.add_middleware(Around, metrics=metrics)
    return app


def _with_problems(app: FastAPI) -> dict[str, Any]:
    """The description of the API, with the one body of all errors."""
    document = FastAPI.openapi(app)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    if "ProblemBody" not in schemas:
        _, found = models_json_schema([(ProblemBody, "serialization")], ref_template="#/components/schemas/{model}")
        schemas.update(found["$defs"])
    return document


def app_of_environment() -> FastAPI:
    """For servers that start several processes."""
    return create_app(read_settings())
