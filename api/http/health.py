"""/livez, /readyz, /metrics: for whoever runs the service."""

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy import text

from api.http.callers import TheDatabase
from api.http.problem import Problem, responses

router = APIRouter(tags=["operations"])


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


class Ready(BaseModel):
    """What the service rests on."""

    status: str = "ready"
    version: str
    database: str
    encoder: str | None


@router.get("/livez", summary="The process answers")
def livez() -> Alive:
    return Alive()


@router.get("/readyz", summary="Database and encoder are there", responses=responses("not-ready"))
def readyz(request: Request, database: TheDatabase) -> Ready:
    """Fingerprint of the encoder that match uses, or nothing while it is still being loaded."""
    from importlib.metadata import version

    try:
        with database.read() as session:
            session.execute(text("SELECT number FROM audit_head"))
    except Exception:
        raise Problem("not-ready", "数据库不可用", "the database does not answer") from None
    return Ready(
        version=version("duikou"), database=database.engine.dialect.name, encoder=request.app.state.encoder.fingerprint
    )


@router.get(
    "/metrics", summary="Figures for Prometheus", response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)  # fmt: skip
def metrics(request: Request) -> Any:
    return Response(generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
