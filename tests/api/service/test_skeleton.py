"""From an empty state to the first flags over HTTP."""

from tests.api.service.conftest import Service


def test_the_demo_is_accepted_done_and_readable(service: Service) -> None:
    client = service.client("planner")
    accepted = client.post("/v1/assessments/demo", headers={"Idempotency-Key": "first"})
    assert accepted.status_code == 202
    job = client.get(accepted.headers["location"]).json()
    assert job["state"] == "queued"
    again = client.post("/v1/assessments/demo", headers={"Idempotency-Key": "first"})
    assert again.json()["id"] == job["id"]
    service.work()
    done = client.get(accepted.headers["location"]).json()
    assert (done["state"], done["result"]) == ("done", {"assessment": job["id"]})
    [found] = client.get("/v1/assessments").json()["items"]
    assert found["id"] == job["id"]
    assert sum(found["flags"].values()) == 182
