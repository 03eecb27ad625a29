"""The service on an empty state of its own; jobs are done by a worker in the test, by real processes where that matters."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.access import SERVICE, Role
from api.http.app import create_app
from api.settings import Settings
from api.state.database import Database
from api.state.jobs import Jobs, Lease
from api.state.keys import Keys
from api.work.assess import write_assessment
from api.work.tasks import Work
from api.work.worker import Worker
from matcher import Assessment


class Service:
    """An application, its state, and what tests do with them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.app = create_app(settings)
        self.database: Database = self.app.state.database
        self.database.migrate()
        self.assessment = ""

    def client(
        self, role: Role = "admin", regions: tuple[str, ...] = (), institutions: tuple[str, ...] = ()
    ) -> TestClient:
        """A client with a new key."""
        with self.database.write() as session:
            token = Keys(session, SERVICE).create(f"{role} of a test", role, regions, institutions)[1]
        return TestClient(self.app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False)

    def work(self) -> None:
        """Does every job that waits."""
        worker = Worker(self.settings, self.database)
        while worker.run_one():
            pass


@pytest.fixture
def make_service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    made: list[Service] = []

    def make(**settings: object) -> Service:
        given = {"data": tmp_path / f"data{len(made)}", "log_level": "error", **settings}
        made.append(Service(Settings(**given)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for service in made:
        service.database.close()


@pytest.fixture
def service(make_service: Callable[..., Service]) -> Service:
    return make_service()


@pytest.fixture(scope="module")
def city_service(tmp_path_factory: pytest.TempPathFactory, city: Assessment) -> Iterator[Service]:
    """A service that holds the pilot city's assessment, as a job would have left it; tests only add to it."""
    service = Service(Settings(data=tmp_path_factory.mktemp("city"), log_level="error", rate="100000/minute"))
    store = service.app.state.store
    with service.database.write() as session:
        job, _ = Jobs(session, SERVICE).submit("demo", {})
        lease = Lease(session, "fixture", 60)
        taken = lease.take(1)
        assert taken is not None
        work = Work(job.id, {}, SERVICE, service.database, store, service.settings, lambda *_: None)
        outcome = write_assessment(work, city, "示例城市")
        assert lease.end(job.id, 1, "done", outcome.result)
        outcome.keep(session)
    service.assessment = job.id
    yield service
    service.database.close()
