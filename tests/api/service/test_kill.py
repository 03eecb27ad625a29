"""Worker and server killed in the middle of jobs: nothing accepted is lost, nothing half-written is seen."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from api.access import SERVICE
from api.state.audit import Audit
from api.state.database import Database
from api.state.keys import Keys
from corpora.starter import example
from matcher import load_assessment
from matcher.verify import verify_folder
from tests.api.service.databases import database_url

CHILDREN = Path("/proc/self/task")
pytestmark = pytest.mark.skipif(not CHILDREN.exists(), reason="finds the worker's process in /proc")
# Links instead of texts, so that a job computes and needs no encoder; draws, so that it takes a moment.
KINDS = ("programs", "outcomes", "demands", "coverage", "chains", "flows")
DRAWS = 60


class Server:
    """`duikou serve` as a process of its own, with one worker beside it."""

    def __init__(self, folder: Path, url: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._environment = os.environ | {
            "DUIKOU_DATA": str(folder), "DUIKOU_DATABASE": url, "DUIKOU_LEASE_SECONDS": "2", "DUIKOU_ATTEMPTS": "50",
            "DUIKOU_RATE": "100000/minute", "DUIKOU_PORT": str(self.port), "DUIKOU_WORKERS": "1", "DUIKOU_LOG_LEVEL": "error",
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-c", "from api.cli import main; main()", "serve"]
        self.process = subprocess.Popen(
            command,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[3],
        )
        until(lambda: answers(f"http://127.0.0.1:{self.port}/livez"))

    def worker(self) -> int | None:
        """The process id of the worker, if it is there at the moment."""
        assert self.process
        found = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        ids = [int(pid) for file in found for pid in file.read_text().split()]
        return ids[0] if ids else None

    def kill(self, which: str) -> None:
        assert self.process
        if which == "server":
            self.process.kill()
            self.process.wait()
            self.start()
        elif pid := self.worker():
            os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


def answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def until(wanted: Callable[[], bool], seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Server, httpx.Client, Database, Path]]:
    with database_url(request.param, tmp_path) as url:
        database = Database(url)
        database.migrate()
        with database.write() as session:
            token = Keys(session, SERVICE).create("test", "admin")[1]
        running = Server(tmp_path / "data", url)
        base = f"http://127.0.0.1:{running.port}"
        try:
            running.start()
            with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
                yield running, client, database, tmp_path / "data"
        finally:
            running.stop()
            database.close()


def links() -> bytes:
    """Given links: every program to some demands."""
    programs, demands = (
        [line.split(",")[0] for line in example("city")[kind].read_text("utf-8-sig").splitlines()[1:] if "," in line]
        for kind in ("programs", "demands")
    )
    programs = [p for p in programs if p.startswith("P")]
    current = [d for d in demands if d.endswith("-2026")]
    pairs = [(p, current[(i * 7 + j * 13) % len(current)]) for i, p in enumerate(programs) for j in range(6)]
    return ("program_id,demand_id,p\n" + "".join(f"{p},{d},0.8\n" for p, d in dict.fromkeys(pairs))).encode()


def run(server: tuple[Server, httpx.Client, Database, Path], kills: int, seed: int) -> None:
    running, client, database, folder = server
    chance = random.Random(seed)
    accepted: list[str] = []
    uploads: list[tuple[str, bytes]] = []
    reviews: list[str] = []

    def send(method: str, path: str, **request: Any) -> Any:
        """Sent again under the same idempotency key until it is answered, as a careful client does."""
        headers = {"Idempotency-Key": f"{path}-{chance.random()}"} if method == "post" and path != "reviews" else {}
        while True:
            try:
                answer = client.request(method, path, headers=headers, **request)
            except httpx.HTTPError:
                time.sleep(0.1)
                continue
            assert answer.status_code < 300, answer.text
            return answer.json()

    def upload(kind: str, content: bytes) -> str:
        job = send("post", "/v1/corpora", files={"file": (f"{kind}.csv", content)}, data={"kind": kind})["id"]
        accepted.append(job)
        uploads.append((job, content))
        return str(job)

    def done(job: str) -> bool:
        return bool(send("get", f"/v1/jobs/{job}")["state"] in ("done", "failed", "cancelled"))

    files = example("city")
    tables = {kind: files[kind].read_bytes() for kind in KINDS} | {"matches": links()}
    jobs = {kind: upload(kind, content) for kind, content in tables.items()}
    until(lambda: all(done(job) for job in jobs.values()))
    corpora = {kind: [send("get", f"/v1/jobs/{job}")["result"]["corpus"]] for kind, job in jobs.items()}
    request = {"title": "t", "corpora": corpora, "as_of": "2026-10-15", "draws": DRAWS, "counterfactuals": False}
    for number in range(kills):
        job = send("post", "/v1/assessments", json={**request, "seed": number})["id"]
        accepted.append(job)
        upload("programs", f"program_id,name,courses\nP{number},护理,基础护理\n".encode())
        seen = send("get", "/v1/assessments")["items"]
        for row in seen:
            assert send("get", f"/v1/assessments/{row['id']}/programs")["total"] == 182
        if seen:
            body = {"kind": "override", "program_id": "P040", "decision": "maintain", "text": f"第 {number} 次"}
            reviews.append(send("post", f"/v1/assessments/{seen[0]['id']}/reviews", json=body)["id"])
        until(lambda job=job: done(job) or send("get", f"/v1/jobs/{job}")["state"] == "running")  # type: ignore[misc]
        time.sleep(chance.uniform(0, 1.5))
        running.kill("server" if number % 2 else "worker")
    until(lambda: all(done(job) for job in accepted), 600)
    states = {job: send("get", f"/v1/jobs/{job}") for job in accepted}
    assert {state["state"] for state in states.values()} == {"done"}, states
    for job, content in uploads:
        corpus = send("get", f"/v1/corpora/{states[job]['result']['corpus']}")
        assert corpus["state"] == "ready"
        assert (folder / "uploads" / corpus["id"] / corpus["file"]).read_bytes() == content
    kept = {row["id"] for row in send("get", "/v1/assessments", params={"limit": 100})["items"]}
    assert {job for job in accepted if "assessment" in states[job]["result"]} <= kept
    told = {r["id"] for a in kept for r in send("get", f"/v1/assessments/{a}/reviews")["items"]}
    assert set(reviews) <= told
    for assessment in kept & set(accepted):
        assert len(load_assessment(folder / "assessments" / assessment).programs) == 182
    assert verify_folder(folder / "assessments" / accepted[len(jobs)]) == []
    with database.read() as session:
        assert Audit(session, SERVICE).faults()[1] == []


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_nothing_accepted_is_lost_when_worker_and_server_are_killed(
    server: tuple[Server, httpx.Client, Database, Path],
) -> None:
    run(server, kills=2, seed=1)


@pytest.mark.nightly
@pytest.mark.parametrize("server", ["sqlite", "postgresql"], indirect=True)
def test_nothing_accepted_is_lost_in_twenty_kills(server: tuple[Server, httpx.Client, Database, Path]) -> None:
    run(server, kills=20, seed=2)
