"""Jobs: accepted when the row is kept, done by whoever holds the lease, taken up again when a lease runs out."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from api.access import Caller
from api.state.audit import Audit
from api.state.models import Job, now

ENDED: Final = ("done", "failed", "cancelled")
STATES: Final = ("queued", "running", *ENDED)


class Conflict(Exception):
    """An idempotency key that came before with another request."""


class Jobs:
    """Repository of jobs: a caller sees its own, the bureau without a scope sees all."""

    def __init__(self, session: Session, caller: Caller) -> None:
        self._session, self._caller = session, caller

    def submit(self, kind: str, request: dict[str, Any], idempotency_key: str | None = None) -> tuple[Job, bool]:
        """The job of a request, and whether it is new: the same idempotency key and request give the same job.

        Raises:
            Conflict: the key came before with another request.
        """
        if idempotency_key is not None and (known := self.with_key(idempotency_key)) is not None:
            if (known.kind, known.request) != (kind, request):
                raise Conflict
            return known, False
        job = Job(kind=kind, request=request, key_id=self._caller.key_id, idempotency_key=idempotency_key)
        self._session.add(job)
        self._session.flush()
        Audit(self._session, self._caller).append(f"job.{kind}", job.id)
        return job, True

    def following(self, kind: str, request: dict[str, Any]) -> Job:
        """The caller's job of this request that is still to end, else a new one."""
        going = select(Job).where(
            Job.key_id == self._caller.key_id, Job.kind == kind, Job.state.not_in(ENDED), Job.cancel.is_(False)
        )
        known = next((job for job in self._session.scalars(going) if job.request == request), None)
        return known or self.submit(kind, request)[0]

    def with_key(self, idempotency_key: str) -> Job | None:
        """The caller's job of this idempotency key."""
        found = select(Job).where(Job.key_id == self._caller.key_id, Job.idempotency_key == idempotency_key)
        return self._session.scalars(found).one_or_none()

    def get(self, job_id: str) -> Job | None:
        return self._session.scalars(self._visible().where(Job.id == job_id)).one_or_none()

    def page(self, state: str | None, offset: int, limit: int) -> tuple[Sequence[Job], int]:
        """Jobs, the latest first, and how many there are."""
        found = self._visible() if state is None else self._visible().where(Job.state == state)
        total = self._session.scalar(select(func.count()).select_from(found.subquery())) or 0
        return self._session.scalars(found.order_by(Job.created_at.desc()).offset(offset).limit(limit)).all(), total

    def cancel(self, job_id: str) -> Job | None:
        """A waiting job ends at once, a running one at its next step; one that has ended stays as it is."""
        job = self._session.scalars(self._visible().where(Job.id == job_id).with_for_update()).one_or_none()
        if job is None or job.state in ENDED:
            return job
        job.cancel = True
        if job.state == "queued":
            job.state, job.ended_at = "cancelled", now()
        Audit(self._session, self._caller).append("job.cancel", job_id)
        return job

    def _visible(self) -> Select[Job]:
        if self._caller.is_at_least("bureau") and not self._caller.scoped:
            return select(Job)
        return select(Job).where(Job.key_id == self._caller.key_id)


class Lease:
    """What a worker does with jobs; no caller asks for it."""

    def __init__(self, session: Session, worker: str, seconds: float) -> None:
        self._session, self._worker, self._seconds = session, worker, seconds

    def take(self, attempts: int) -> Job | None:
        """The oldest job that waits or whose worker has fallen silent; one that ended too many workers fails here."""
        silent = and_(Job.state == "running", Job.lease_until < now())
        waiting = select(Job).where(or_(Job.state == "queued", silent)).order_by(Job.created_at, Job.id)
        while job := self._session.scalars(waiting.limit(1).with_for_update(skip_locked=True)).one_or_none():
            if job.cancel:
                job.state, job.ended_at = "cancelled", now()
            elif job.attempt >= attempts:
                job.state, job.ended_at = "failed", now()
                job.fault = {
                    "zh": f"执行它的进程 {attempts} 次中途终止，不再重试",
                    "en": f"its worker ended {attempts} times in the middle; not tried again",
                }
            else:
                job.state, job.worker, job.attempt = "running", self._worker, job.attempt + 1
                job.started_at = job.started_at or now()
                job.lease_until = now() + timedelta(seconds=self._seconds)
                return job
            self._session.flush()
        return None

    def beat(self, job_id: str, attempt: int, step: str, done: int, of: int) -> bool:
        """Keeps the lease and tells how far it is; False where the job is to stop: cancelled, or somebody else's by now."""
        job = self._own(job_id, attempt)
        if job is None:
            return False
        job.step, job.done, job.of = step, done, of
        job.lease_until = now() + timedelta(seconds=self._seconds)
        return not job.cancel

    def end(self, job_id: str, attempt: int, state: str, result: Any = None, fault: Any = None) -> bool:
        """Writes the end of a job; False where the lease was lost, so that another worker's result stands."""
        job = self._own(job_id, attempt)
        if job is None:
            return False
        job.state, job.result, job.fault, job.ended_at, job.lease_until = state, result, fault, now(), None
        return True

    def back(self, job_id: str, attempt: int) -> None:
        """Puts a job back that its worker cannot finish, as when the service stops; the attempt does not count."""
        if job := self._own(job_id, attempt):
            job.state, job.lease_until, job.attempt = "queued", None, attempt - 1

    def _own(self, job_id: str, attempt: int) -> Job | None:
        held = (Job.id == job_id, Job.worker == self._worker, Job.attempt == attempt, Job.state == "running")
        return self._session.scalars(select(Job).where(*held).with_for_update()).one_or_none()
