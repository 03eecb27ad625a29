"""One real server with its worker, a small city of two fields, and the system's Chromium."""

import csv
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import pytest
import uvicorn
from playwright.sync_api import BrowserContext, Page

from api.access import SERVICE
from api.http.app import create_app
from api.settings import Settings
from api.state.database import Database
from api.state.jobs import Jobs
from api.state.keys import Keys
from api.store import Store
from api.work.assess import write_assessment
from api.work.tasks import Work
from api.work.worker import Worker
from corpora import read
from corpora.starter import ILLUSTRATIVE, example
from matcher import Assessment, assess

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FIELDS = ("土木建筑大类", "生物与化工大类")
DAY = "2026-10-15"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The browser that the system has; nothing is downloaded."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser: install one of {', '.join(BROWSERS)}")
    return {**browser_type_launch_args, "executable_path": found, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def tables() -> dict[str, pd.DataFrame]:
    """The illustrative city, two fields of it."""
    found = {kind: read(file, kind) for kind, file in example("city").items()}
    programs = found["programs"][found["programs"]["major_group"].isin(FIELDS)]
    demands = found["demands"][found["demands"]["field"].isin(FIELDS)]
    outcomes = found["outcomes"][found["outcomes"]["program_id"].isin(programs["program_id"])]
    kept = {kind: found[kind] for kind in ("coverage", "chains", "flows")}
    return {"programs": programs, "outcomes": outcomes, "demands": demands, **kept}


@dataclass
class Service:
    """A running service: its address, a key of the bureau, and an assessment that is there from the start."""

    url: str
    key: str
    assessment: str


@pytest.fixture(scope="session")
def service(tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Served on a free port, jobs done by a worker beside it."""
    settings = Settings(data=tmp_path_factory.mktemp("service"), log_level="error", lease_seconds=600)
    app = create_app(settings)
    database: Database = app.state.database
    database.migrate()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with database.write() as session:
        key = Keys(session, SERVICE).create("市教育局", "bureau")[1]
    found = keep_assessment(
        settings, database, assess(**tables, as_of=DAY, label=ILLUSTRATIVE, encoder=app.state.encoder.get())
    )
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    stop = threading.Event()
    worker = Worker(settings, database)

    def work() -> None:
        while not stop.is_set():
            if not worker.run_one():
                stop.wait(0.1)

    threads = [threading.Thread(target=server.run), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    while not server.started:
        threads[0].join(0.05)
    yield Service(f"http://127.0.0.1:{port}", key, found)
    stop.set()
    server.should_exit = True
    for thread in threads:
        thread.join()
    database.close()


def keep_assessment(settings: Settings, database: Database, result: Assessment) -> str:
    """Keeps an assessment as a job would, and returns its id."""
    with database.write() as session:
        job, _ = Jobs(session, SERVICE).submit("demo", {})
        job.state, job_id = "done", job.id
    store = Store(settings.data, settings.kept_in_memory)
    work = Work(job_id, {}, SERVICE, database, store, settings, lambda step, done, of: None)
    outcome = write_assessment(work, result, "两个领域")
    with database.write() as session:
        outcome.keep(session)
    return job_id


@pytest.fixture
def desk(service: Service, context: BrowserContext) -> Iterator[Page]:
    """A page of somebody of the bureau who has logged in; fails if anything was asked of another machine."""
    asked: list[str] = []
    faults: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.set_default_timeout(20_000)
    page.goto(f"{service.url}/?lang=zh")
    page.get_by_label("访问密钥").fill(service.key)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/assessments/*")
    yield page
    elsewhere = [url for url in asked if urlsplit(url).netloc != urlsplit(service.url).netloc]
    assert not elsewhere
    assert not faults


@pytest.fixture(scope="session")
def files(tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The tables as a clerk hands them in: programs with a header nobody knows and one row twice."""
    folder = tmp_path_factory.mktemp("files")
    found = {}
    for kind, table in tables.items():
        shown = table
        if kind == "programs":
            shown = pd.concat([table, table.head(1)]).rename(columns={"name": "咱们这儿的叫法"})
        found[kind] = folder / f"{kind}.csv"
        shown.to_csv(found[kind], index=False, encoding="gb18030", quoting=csv.QUOTE_MINIMAL)
    return found
