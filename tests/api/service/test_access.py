"""Keys, browsers, limits: who gets in."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.access import SERVICE
from api.settings import Settings
from api.state.keys import Keys
from api.state.models import now
from tests.api.service.conftest import Service


def test_without_a_key_nothing_is_told_but_whether_it_runs(service: Service) -> None:
    bare = TestClient(service.app)
    for path, operations in service.app.openapi()["paths"].items():
        for method in operations:
            address = path.format_map(dict.fromkeys(("assessment_id", "job_id", "report_id", "corpus_id", "key_id"), "0" * 16)
                                      | {"program_id": "P", "name": "default"})  # fmt: skip
            status = bare.request(
                method, address, json={"key": "duikou_wrong"} if method == "post" else None
            ).status_code
            expected = 200 if path in ("/livez", "/readyz", "/metrics") else 401
            assert status == expected, (method, path)


def test_a_token_is_shown_once_and_kept_as_a_hash(service: Service) -> None:
    made = service.client().post("/v1/keys", json={"name": "市教育局", "role": "bureau", "regions": ["中心城区"]})
    token = made.json()["token"]
    database = service.settings.data / "duikou.sqlite"
    kept = b"".join(file.read_bytes() for file in (database, Path(f"{database}-wal")))
    assert token.encode() not in kept
    assert token not in service.client().get("/v1/keys").text + service.client().get("/v1/audit").text
    who = TestClient(service.app, headers={"Authorization": f"Bearer {token}"}).get("/v1/session").json()
    assert (who["role"], who["regions"], who["name"]) == ("bureau", ["中心城区"], "市教育局")


def test_keys_end_at_once_when_revoked_and_by_themselves_when_expired(service: Service) -> None:
    with service.database.write() as session:
        key, token = Keys(session, SERVICE).create("short", "viewer", expires_at=now() + timedelta(hours=1))
    client = TestClient(service.app, headers={"Authorization": f"Bearer {token}"})
    assert client.get("/v1/session").status_code == 200
    with service.database.write() as session:
        session.get_one(type(key), key.id).expires_at = now() - timedelta(seconds=1)
    assert client.get("/v1/session").status_code == 401
    made = service.client().post("/v1/keys", json={"name": "x", "role": "viewer"}).json()
    client = TestClient(service.app, headers={"Authorization": f"Bearer {made['token']}"})
    browser = TestClient(service.app)
    assert browser.post("/v1/session", json={"key": made["token"]}).status_code == 200
    service.client().delete(f"/v1/keys/{made['id']}")
    assert (client.get("/v1/session").status_code, browser.get("/v1/session").status_code) == (401, 401)


def test_a_browser_logs_in_and_changes_nothing_without_its_token(service: Service) -> None:
    key = service.client().post("/v1/keys", json={"name": "规划处", "role": "planner"}).json()["token"]
    browser = TestClient(service.app)
    answer = browser.post("/v1/session", json={"key": key})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    csrf = answer.json()["csrf"]
    assert browser.get("/v1/session").json()["csrf"] == csrf
    assert browser.post("/v1/assessments/demo").status_code == 403
    assert browser.post("/v1/assessments/demo", headers={"X-CSRF-Token": "guess"}).status_code == 403
    assert browser.post("/v1/assessments/demo", headers={"X-CSRF-Token": csrf}).status_code == 202
    # A form carries it as a field.
    upload = {"file": ("a.csv", b"x", "text/csv")}
    assert browser.post("/v1/corpora", files=upload, data={"kind": "programs"}).status_code == 403
    assert browser.post("/v1/corpora", files=upload, data={"kind": "programs", "csrf": csrf}).status_code == 202
    assert browser.delete("/v1/session", headers={"X-CSRF-Token": csrf}).status_code == 204
    assert browser.get("/v1/session").status_code == 401


def test_guessing_and_flooding_are_slowed(make_service: Callable[..., Service]) -> None:
    service = make_service(rate="20/minute", login_rate="3/minute")
    guess = TestClient(service.app, headers={"Authorization": "Bearer duikou_guess"})
    answers = [guess.get("/v1/session") for _ in range(5)]
    assert [a.status_code for a in answers] == [401, 401, 401, 429, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    browser = TestClient(service.app)
    assert browser.post("/v1/session", json={"key": "duikou_guess"}).status_code == 429


def test_one_key_may_not_crowd_out_the_others(make_service: Callable[..., Service]) -> None:
    service = make_service(rate="20/minute")
    busy, other = service.client("viewer"), service.client("viewer")
    assert [busy.get("/v1/jobs").status_code for _ in range(22)].count(429) == 2
    assert other.get("/v1/jobs").status_code == 200


def test_without_keys_only_this_machine_is_served(make_service: Callable[..., Service]) -> None:
    with pytest.raises(ValueError, match="open_access is refused"):
        Settings(host="0.0.0.0", open_access=True)
    service = make_service(open_access=True)
    local = TestClient(service.app, base_url="http://127.0.0.1:8000")
    assert local.post("/v1/assessments/demo").status_code == 202
    # A page elsewhere, by its own name for this machine or by a form of its own.
    rebound = TestClient(service.app, base_url="http://evil.example:8000")
    assert rebound.get("/v1/session").status_code == 403
    assert local.post("/v1/assessments/demo", headers={"Origin": "https://evil.example"}).status_code == 403
    csrf = local.get("/v1/session").json()["csrf"]
    own = {"Origin": "http://127.0.0.1:8000", "X-CSRF-Token": csrf}
    assert local.post("/v1/assessments/demo", headers=own).status_code == 202


def test_other_sites_get_nothing_unless_named(make_service: Callable[..., Service]) -> None:
    asked = {"Origin": "https://planner.example", "Access-Control-Request-Method": "GET"}
    closed = TestClient(make_service().app).options("/v1/jobs", headers=asked)
    assert "access-control-allow-origin" not in closed.headers
    named = TestClient(make_service(cors=["https://planner.example"]).app)
    assert named.options("/v1/jobs", headers=asked).headers["access-control-allow-origin"] == "https://planner.example"
    other = named.options("/v1/jobs", headers={**asked, "Origin": "https://other.example"})
    assert "access-control-allow-origin" not in other.headers


def test_large_bodies_are_refused_before_they_are_read(make_service: Callable[..., Service]) -> None:
    service = make_service(body_kb=4, upload_mb=1)
    client = service.client()
    large = client.post("/v1/keys", json={"name": "x" * 10_000, "role": "viewer"})
    assert (large.status_code, large.headers["content-type"]) == (413, "application/problem+json")
    file = {"file": ("a.csv", b"x" * (1 << 20) + b"y", "text/csv")}
    assert client.post("/v1/corpora", files=file, data={"kind": "programs"}).status_code == 413
