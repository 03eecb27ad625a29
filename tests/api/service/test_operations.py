"""What whoever runs the service relies on."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.settings import Settings, read_settings
from api.welcome import first_start, greeting
from corpora.faults import Unusable
from tests.api.service.conftest import Service

DOCS = Path(__file__).parents[3] / "docs"


def test_every_setting_is_documented_with_its_default() -> None:
    page = (DOCS / "service.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        [line] = [line for line in page.splitlines() if line.startswith(f"| `DUIKOU_{name.upper()}` |")]
        if name != "data":
            default = field.default
            shown = (
                str(default).lower() if isinstance(default, bool) else "empty" if default in ("", ()) else str(default)
            )
            assert f"| {shown} |" in line, line


def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUIKOU_PORT", "eighty")
    with pytest.raises(Unusable, match="DUIKOU_PORT"):
        read_settings()


def test_a_request_is_known_by_its_id_and_told_without_its_values(
    make_service: Callable[..., Service], capsys: pytest.CaptureFixture[str]
) -> None:
    service = make_service(log_level="info", log_format="json")
    client = service.client("planner")
    upload = {"file": ("秘密名单.csv", "专业编号,专业名称,课程\nP77,秘密专业,秘密课程\n".encode())}
    answer = client.post(
        "/v1/corpora", files=upload, data={"kind": "programs"}, headers={"X-Request-Id": "from-the-proxy-1"}
    )
    service.work()
    client.get("/v1/assessments/0000000000000000/programs/P77?q=秘密")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert answer.headers["x-request-id"] == "from-the-proxy-1"
    [told] = [line for line in lines if line.get("request") == "from-the-proxy-1"]
    assert (told["route"], told["status"], told["method"]) == ("/v1/corpora", 202, "POST")
    assert {"job taken", "job ended"} <= {line["event"] for line in lines}
    assert "秘密" not in json.dumps(lines, ensure_ascii=False)
    assert "P77" not in json.dumps(lines)
    assert "duikou_" not in json.dumps(lines)


def test_metrics_count_by_route_and_not_by_address(service: Service) -> None:
    client = service.client()
    for number in range(3):
        client.get(f"/v1/jobs/{number:016x}")
    text = client.get("/metrics").text
    assert 'duikou_requests_total{method="GET",route="/v1/jobs/{job_id}",status="404"} 3.0' in text
    assert "0000000000000001" not in text


def test_readyz_tells_of_database_and_encoder(city_service: Service) -> None:
    with TestClient(city_service.app) as client:
        city_service.app.state.encoder.get()
        ready = client.get("/readyz").json()
    assert (ready["status"], ready["database"]) == ("ready", "sqlite")
    assert ready["encoder"]


def test_readyz_says_so_when_the_database_is_gone(make_service: Callable[..., Service]) -> None:
    service = make_service()
    with service.database.write() as session:
        session.connection().exec_driver_sql("DROP TABLE audit_head")
    assert TestClient(service.app).get("/readyz").status_code == 503


def test_pages_of_other_sites_may_not_frame_or_script_it(service: Service) -> None:
    headers = service.client().get("/v1/jobs").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_page_of_the_api_fetches_nothing_from_elsewhere(service: Service) -> None:
    client = TestClient(service.app)
    page = client.get("/docs").text
    for address in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert client.get(f"/docs-files/{address}").status_code == 200
    assert "https://" not in page


def test_the_first_start_gives_one_key_and_something_to_look_at(make_service: Callable[..., Service]) -> None:
    service = make_service()
    token = first_start(service.database, service.settings)
    said = "\n".join(greeting(service.settings, token, "zh"))
    assert token
    assert said.count(token) == 1
    assert "http://127.0.0.1:8000/" in said
    client = TestClient(service.app, headers={"Authorization": f"Bearer {token}"})
    assert [job["kind"] for job in client.get("/v1/jobs").json()["items"]] == ["demo"]
    assert first_start(service.database, service.settings) is None
    assert client.get("/v1/jobs").json()["total"] == 1
    free = make_service(open_access=True)
    assert first_start(free.database, free.settings) is None
    assert "免密钥" in "\n".join(greeting(free.settings, None, "zh"))
