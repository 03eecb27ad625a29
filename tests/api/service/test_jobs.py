"""Jobs as their owner follows them, and as workers do them."""

import json
import shutil
import threading
import time
from collections.abc import Callable

from fastapi.testclient import TestClient

from api.access import SERVICE, Caller
from api.state.assessments import Assessments
from api.state.jobs import Jobs, Lease
from api.state.models import AssessmentRow
from api.work.worker import Worker
from tests.api.service.conftest import Service


def _until(wanted: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_progress_is_told_as_events_until_a_cancelled_job_stops_at_its_next_step(service: Service) -> None:
    client = service.client("planner")
    job = client.post("/v1/assessments/demo").json()["id"]
    worker = threading.Thread(target=service.work)
    worker.start()
    events = []
    with client.stream("GET", f"/v1/jobs/{job}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("data: "):
                events.append(json.loads(line.removeprefix("data: ")))
                if events[-1]["of"] and not events[-1]["cancel"]:
                    client.delete(f"/v1/jobs/{job}")
    worker.join()
    assert events[0]["id"] == job
    assert "running" in [event["state"] for event in events]
    assert events[-1]["state"] == "cancelled"
    assert client.get("/v1/jobs/0000000000000000/events").status_code == 404
    assert client.get("/v1/assessments").json()["total"] == 0
    assert client.delete(f"/v1/jobs/{job}").json()["state"] == "cancelled"


def test_a_job_of_a_worker_that_fell_silent_is_done_by_the_next(make_service: Callable[..., Service]) -> None:
    service = make_service(lease_seconds=0.2)
    client = service.client("planner")
    table = {"file": ("a.csv", "专业编号,专业名称,课程\nP1,护理,基础护理\n".encode())}
    job = client.post("/v1/corpora", files=table, data={"kind": "programs"}).json()["id"]
    with service.database.write() as session:
        assert Lease(session, "dead", 0.2).take(5) is not None
    time.sleep(0.3)
    service.work()
    found = client.get(f"/v1/jobs/{job}").json()
    assert (found["state"], found["attempt"]) == ("done", 2)


def test_a_worker_told_to_end_puts_its_job_back(service: Service) -> None:
    client = service.client("planner")
    job = client.post("/v1/assessments/demo").json()["id"]
    worker = Worker(service.settings, service.database)
    thread = threading.Thread(target=worker.run)
    thread.start()
    _until(lambda: client.get(f"/v1/jobs/{job}").json()["state"] == "running")
    worker.stop()
    thread.join()
    found = client.get(f"/v1/jobs/{job}").json()
    assert (found["state"], found["attempt"]) == ("queued", 0)


def test_a_bug_in_a_job_tells_where_to_look_and_not_what_it_read(service: Service) -> None:
    # A job of a kind that this version does not know, as after going back to an older one.
    with service.database.write() as session:
        job, _ = Jobs(session, SERVICE).submit("from the future", {})
    service.work()
    found = service.client("admin").get(f"/v1/jobs/{job.id}").json()
    assert found["state"] == "failed"
    assert found["fault"]["zh"].startswith("内部错误")


def test_jobs_are_their_owners(service: Service) -> None:
    one, other, bureau = service.client("planner"), service.client("planner"), service.client("bureau")
    job = one.post("/v1/assessments/demo").json()["id"]
    assert other.get(f"/v1/jobs/{job}").status_code == 404
    assert other.delete(f"/v1/jobs/{job}").status_code == 404
    assert bureau.get(f"/v1/jobs/{job}").status_code == 200
    scoped = service.client("bureau", institutions=("A",))
    assert scoped.get(f"/v1/jobs/{job}").status_code == 404
    caller = Caller("0" * 16, "nobody", "viewer")
    with service.database.read() as session:
        assert Jobs(session, caller).page(None, 0, 10) == ([], 0)


def test_a_comparison_is_computed_once_and_then_read(city_service: Service) -> None:
    client: TestClient = city_service.client("planner")
    query = {"from": city_service.assessment, "to": city_service.assessment}
    first = client.get("/v1/compare", params=query)
    if first.status_code == 202:
        city_service.work()
    found = client.get("/v1/compare", params=query)
    assert (found.status_code, found.json()["programs"]) == (200, [])


def test_a_comparison_that_was_cancelled_or_failed_is_computed_when_asked_for_again(city_service: Service) -> None:
    client, store, base = city_service.client("planner"), city_service.app.state.store, city_service.assessment
    # An assessment whose folder is missing for a while.
    with city_service.database.write() as session:
        known = session.get_one(AssessmentRow, base)
        other = AssessmentRow(id="0" * 15 + "1", title="x", as_of=known.as_of, policy=known.policy, job_id=known.job_id,
                              key_id=known.key_id)  # fmt: skip
        Assessments(session, SERVICE).add(other, [])
    query = {"from": base, "to": other.id}
    # A caller's own key is no comparison's.
    named = client.post("/v1/assessments/demo", headers={"Idempotency-Key": f"compare:{base}:{other.id}"})
    client.delete(named.headers["location"])
    ask = lambda: client.get("/v1/compare", params=query)  # noqa: E731
    first = ask()
    assert first.status_code == 202, first.text
    assert ask().json()["id"] == first.json()["id"], "one that waits is followed"
    client.delete(first.headers["location"])
    second = ask()
    city_service.work()
    assert client.get(second.headers["location"]).json()["state"] == "failed"
    third = ask()
    assert len({answer.json()["id"] for answer in (named, first, second, third)}) == 4
    shutil.copytree(store.assessment(base), store.assessment(other.id))
    city_service.work()
    assert (ask().status_code, ask().json()["programs"]) == (200, [])
