"""Structured logs. They hold ids, counts, times and names of faults, never a value of a table or the text of an exception."""

import logging
import sys
import traceback
from typing import Any

import structlog

from api.settings import Settings

log = structlog.get_logger("duikou")


def configure_logs(settings: Settings) -> None:
    """One line an event on stderr; what was bound to the context, such as the request id, goes along."""
    level = getattr(logging, settings.log_level.upper())
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def where(fault: BaseException) -> dict[str, Any]:
    """The kind of a fault and where it arose; its text may quote a table, so that stays out."""
    frames = traceback.extract_tb(fault.__traceback__)[-6:]
    return {"fault": type(fault).__name__, "at": [f"{f.filename}:{f.lineno} {f.name}" for f in frames]}
