"""The state on SQLite and PostgreSQL: schema, jobs under contention, the audit log."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.access import SERVICE, Caller
from api.state.audit import Audit
from api.state.database import Database
from api.state.jobs import Conflict, Jobs, Lease
from api.state.keys import Keys
from api.state.models import Base, Job, Key, now
from tests.api.service.databases import database_url

OWNER = Caller("k" * 16, "owner", "planner")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with database_url(request.param, tmp_path) as url:
        database = Database(url)
        database.migrate()
        yield database
        database.close()


def test_the_schema_is_that_of_the_models_however_often_it_is_brought_up(database: Database) -> None:
    threads = [
        threading.Thread(target=Database(str(database.engine.url.render_as_string(False))).migrate) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_every_job_is_done_by_exactly_one_of_many_workers(database: Database) -> None:
    with database.write() as session:
        for number in range(40):
            Jobs(session, OWNER).submit("demo", {"number": number})
    done: list[int] = []
    lock = threading.Lock()

    def work(name: str) -> None:
        while True:
            with database.write() as session:
                job = Lease(session, name, 60).take(5)
            if job is None:
                return
            with lock:
                done.append(job.request["number"])
            with database.write() as session:
                assert Lease(session, name, 60).end(job.id, job.attempt, "done", {})

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == list(range(40))


def test_a_lease_that_runs_out_goes_to_another_and_the_late_result_is_not_kept(database: Database) -> None:
    with database.write() as session:
        job, _ = Jobs(session, OWNER).submit("demo", {})
    with database.write() as session:
        assert Lease(session, "slow", 0.0).take(5) is not None
    with database.write() as session:
        again = Lease(session, "quick", 60).take(5)
        assert again is not None
        assert (again.id, again.attempt) == (job.id, 2)
    with database.write() as session:
        slow = Lease(session, "slow", 60)
        assert not slow.beat(job.id, 1, "draw", 1, 2)
        assert not slow.end(job.id, 1, "done", {"by": "slow"})
        assert Lease(session, "quick", 60).end(job.id, 2, "done", {"by": "quick"})
    with database.read() as session:
        assert session.get_one(Job, job.id).result == {"by": "quick"}


def test_a_job_that_ends_every_worker_fails_at_last(database: Database) -> None:
    with database.write() as session:
        job, _ = Jobs(session, OWNER).submit("demo", {})
    for attempt in range(3):
        with database.write() as session:
            assert Lease(session, f"w{attempt}", -1).take(3) is not None
    with database.write() as session:
        assert Lease(session, "w", 60).take(3) is None
    with database.read() as session:
        found = session.get_one(Job, job.id)
        assert (found.state, found.attempt) == ("failed", 3)
        assert found.fault


def test_cancelling_ends_a_waiting_job_and_tells_a_running_one(database: Database) -> None:
    with database.write() as session:
        waiting, _ = Jobs(session, OWNER).submit("demo", {})
        assert Jobs(session, OWNER).cancel(waiting.id).state == "cancelled"  # type: ignore[union-attr]
        running, _ = Jobs(session, OWNER).submit("demo", {})
    with database.write() as session:
        assert Lease(session, "w", 60).take(5).id == running.id  # type: ignore[union-attr]
        Jobs(session, OWNER).cancel(running.id)
    with database.write() as session:
        assert not Lease(session, "w", 60).beat(running.id, 1, "draw", 1, 2)


def test_an_idempotency_key_is_its_owners_and_for_one_request(database: Database) -> None:
    with database.write() as session:
        first, _ = Jobs(session, OWNER).submit("demo", {"a": 1}, "once")
        assert Jobs(session, OWNER).submit("demo", {"a": 1}, "once") == (first, False)
        with pytest.raises(Conflict):
            Jobs(session, OWNER).submit("demo", {"a": 2}, "once")
        other, new = Jobs(session, SERVICE).submit("demo", {"a": 2}, "once")
        assert new
        assert other.id != first.id


def test_the_audit_log_chains_under_contention_and_tells_of_every_tampering(database: Database) -> None:
    def write(name: str) -> None:
        for _ in range(5):
            with database.write() as session:
                Keys(session, SERVICE).create(name, "viewer")

    threads = [threading.Thread(target=write, args=(f"t{n}",)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert Audit(session, SERVICE).faults() == (25, [])
    with pytest.raises(DBAPIError, match="append only"), database.write() as session:
        session.execute(text("UPDATE audit SET action = 'x' WHERE number = 3"))
    with pytest.raises(DBAPIError, match="append only"), database.write() as session:
        session.execute(text("DELETE FROM audit WHERE number = 25"))
    drop = ["audit_no_update", "audit_no_delete"] if database.engine.dialect.name == "sqlite" else ["audit_append_only"]
    where = "" if database.engine.dialect.name == "sqlite" else " ON audit"
    with database.write() as session:
        for trigger in drop:
            session.execute(text(f"DROP TRIGGER {trigger}{where}"))
    for change, told in (
        ("UPDATE audit SET action = 'x' WHERE number = 3", "line 3 was changed"),
        ("DELETE FROM audit WHERE number = 10", "lines 10 to 10 are missing"),
        ("DELETE FROM audit WHERE number = 25", "the log should end at line 25"),
    ):
        with database.write() as session:
            session.execute(text(change))
        with database.read() as session:
            assert any(told in fault["en"] for fault in Audit(session, SERVICE).faults()[1]), told


def test_moments_come_back_as_they_went_in(database: Database) -> None:
    until = now() + timedelta(days=3)
    with database.write() as session:
        key, _ = Keys(session, SERVICE).create("x", "viewer", expires_at=until)
    with database.read() as session:
        assert session.get_one(Key, key.id).expires_at == until
