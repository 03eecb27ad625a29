"""The service on an empty state of its own; jobs are done by a worker in the test, by real processes where that matters."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.access import SERVICE, Role
from api.http.app import create_app
from api.settings import Settings
from api.state.database import Database
from api.state.keys import Keys
from api.work.worker import Worker


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


@pytest.fixture(scope="session")
def city_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that has assessed the pilot city; tests only add to it."""
    service = Service(Settings(data=tmp_path_factory.mktemp("city"), log_level="error", rate="100000/minute"))
    accepted = service.client("planner").post("/v1/assessments/demo")
    assert accepted.status_code == 202
    service.work()
    service.assessment = accepted.json()["id"]
    yield service
    service.database.close()
