"""What jobs do: one function a kind. Files are written aside and renamed; rows join the transaction that ends the job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from api.access import Caller
from api.settings import Settings
from api.state.database import Database
from api.store import Store

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Work:
    """One job and what it may use.

    Attributes:
        progress: called with (step, done, of); raises `Stopped` where the job is to stop.
    """

    job_id: str
    request: Mapping[str, Any]
    caller: Caller
    database: Database
    store: Store
    settings: Settings
    progress: Progress


@dataclass(frozen=True)
class Outcome:
    """What a job leaves: the result its row shows, and the rows to be kept with it."""

    result: dict[str, Any]
    keep: Callable[[Session], None] = lambda session: None


Task = Callable[[Work], Outcome]


def tasks() -> Mapping[str, Task]:
    """Kind of job -> function."""
    from api.work.assess import assess_tables, demo
    from api.work.compare import compare_assessments
    from api.work.inspect import inspect_upload
    from api.work.recompute import recompute
    from api.work.report import write_report

    return {
        "assess": assess_tables,
        "demo": demo,
        "inspect": inspect_upload,
        "compare": compare_assessments,
        "recompute": recompute,
        "report": write_report,
    }
