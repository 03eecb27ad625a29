"""Does jobs, one at a time: takes a lease, keeps it while working, writes the end of the job with its rows.

A worker that is killed loses nothing: its lease runs out and another takes the job up again.
"""

import os
import secrets
import socket
import threading
from collections.abc import Callable

from api.access import OPEN, SERVICE, Caller
from api.logs import log, where
from api.settings import Settings
from api.state.database import Database
from api.state.jobs import Lease
from api.state.keys import caller_by_id
from api.state.models import Job
from api.store import Store
from api.work.tasks import Work, tasks
from corpora import BadTable
from corpora.faults import Unusable

POLL_SECONDS = 0.5
BEAT_SECONDS = 1.0
INTERNAL = {
    "zh": "内部错误；日志中有作业编号与出错位置",
    "en": "internal fault; the log has the job's id and where it arose",
}


class Stopped(Exception):
    """The job is to stop: it was cancelled, another worker has it, or the service ends."""


class Worker:
    """Does jobs until told to stop."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database
        self._store = Store(settings.data, kept=1)
        self._stop = threading.Event()
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"

    def stop(self) -> None:
        """Puts the present job back and ends."""
        self._stop.set()

    def run(self) -> None:
        """Until `stop`."""
        while not self._stop.is_set():
            if not self.run_one():
                self._stop.wait(POLL_SECONDS)

    def run_one(self) -> bool:
        """Does the next job, if there is one."""
        seconds = self._settings.lease_seconds
        with self._database.write() as session:
            job = Lease(session, self.name, seconds).take(self._settings.attempts)
            if job is None:
                return False
            caller = {SERVICE.key_id: SERVICE, OPEN.key_id: OPEN}.get(job.key_id) or caller_by_id(session, job.key_id)
        log.info("job taken", job=job.id, kind=job.kind, attempt=job.attempt)
        with Heart(self._database, self.name, seconds, job, self._stop) as heart:
            self._do(job, caller, heart)
        return True

    def _do(self, job: Job, caller: Caller, heart: "Heart") -> None:
        state, result, fault = "failed", None, None
        keep: Callable[..., None] = lambda session: None  # noqa: E731
        work = Work(job.id, job.request, caller, self._database, self._store, self._settings, heart.progress)
        try:
            outcome = tasks()[job.kind](work)
            heart.progress(heart.step, 1, 1)
            state, result, keep = "done", outcome.result, outcome.keep
        except Stopped:
            state = "cancelled"
        except BadTable as bad:
            fault = {"zh": bad.message("zh"), "en": bad.message("en")}
        except Unusable as bad:
            fault = {"zh": bad.zh, "en": bad.en}
        except Exception as bug:
            log.error("job failed", job=job.id, kind=job.kind, **where(bug))
            fault = INTERNAL
        heart.close()
        with self._database.write() as session:
            lease = Lease(session, self.name, self._settings.lease_seconds)
            if state == "cancelled" and self._stop.is_set():
                lease.back(job.id, job.attempt)
                state = "put back"
            elif lease.end(job.id, job.attempt, state, result, fault):
                keep(session)
        log.info("job ended", job=job.id, kind=job.kind, state=state)


class Heart:
    """Keeps the lease of one job from a thread of its own, and tells the job when to stop."""

    def __init__(self, database: Database, worker: str, seconds: float, job: Job, stop: threading.Event) -> None:
        self._database, self._worker, self._seconds, self._job, self._ending = database, worker, seconds, job, stop
        self._at: tuple[str, int, int] = (job.step, 0, 0)
        self._lost = False
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)

    def __enter__(self) -> "Heart":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def step(self) -> str:
        return self._at[0]

    def progress(self, step: str, done: int, of: int) -> None:
        """How far the job is.

        Raises:
            Stopped: it is to stop here.
        """
        self._at = (step, done, of)
        if self._lost or self._ending.is_set():
            raise Stopped

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(min(BEAT_SECONDS, self._seconds / 4)):
            try:
                with self._database.write() as session:
                    lease = Lease(session, self._worker, self._seconds)
                    self._lost |= not lease.beat(self._job.id, self._job.attempt, *self._at)
            except Exception as fault:
                # The database may be away for a moment; the lease decides whether that was too long.
                log.warning("no heartbeat", job=self._job.id, **where(fault))
