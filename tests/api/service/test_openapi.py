"""The interface as described, and held to its description."""

import difflib
import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from api.http.app import create_app
from api.settings import Settings
from tests.api.service.conftest import Service

FILE = Path(__file__).parents[3] / "docs" / "openapi.json"
EXAMPLES = 8


def described(settings: Settings) -> str:
    return json.dumps(create_app(settings).openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_the_committed_description_is_that_of_the_code(tmp_path: Path) -> None:
    now, committed = described(Settings(data=tmp_path)), FILE.read_text(encoding="utf-8")
    changes = list(
        difflib.unified_diff(committed.splitlines(), now.splitlines(), "docs/openapi.json", "code", lineterm="")
    )
    assert not changes, "the interface changed; if that is meant: make openapi\n" + "\n".join(changes[:80])


def test_every_operation_has_a_summary_and_every_body_an_example(tmp_path: Path) -> None:
    document = json.loads(described(Settings(data=tmp_path)))
    schemas = document["components"]["schemas"]

    def has_example(node: Any) -> bool:
        if isinstance(node, dict):
            if "$ref" in node:
                return has_example(schemas[node["$ref"].rsplit("/", 1)[1]])
            return "example" in node or "examples" in node or any(has_example(v) for v in node.values())
        return isinstance(node, list) and any(has_example(v) for v in node)

    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            for content in operation.get("requestBody", {}).get("content", {}).values():
                assert has_example(content) or "form-data" in str(operation["requestBody"]), (method, path)
            codes = set(operation["responses"])
            assert {"401", "422", "500"} <= codes, (method, path)


@pytest.fixture(scope="module")
def interface(city_service: Service) -> Any:
    found = schemathesis.openapi.from_asgi("/openapi.json", city_service.app)
    # Real ids, so that not every call ends at 404.
    found.config.generation.allow_x00 = True
    return found


schema = schemathesis.pytest.from_fixture("interface")


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_no_request_gets_a_fault_or_an_undocumented_answer(case: Any, city_service: Service) -> None:
    if case.operation.path.endswith("/events"):
        pytest.skip("a stream")
    if "assessment_id" in (case.path_parameters or {}):
        case.path_parameters["assessment_id"] = city_service.assessment
    token = _token(city_service)
    answer = case.call(headers={"Authorization": f"Bearer {token}"})
    case.validate_response(
        answer,
        checks=[
            schemathesis.checks.not_a_server_error,
            schemathesis.specs.openapi.checks.status_code_conformance,
            schemathesis.specs.openapi.checks.content_type_conformance,
            schemathesis.specs.openapi.checks.response_schema_conformance,
        ],
    )


_tokens: dict[int, str] = {}


def _token(service: Service) -> str:
    if id(service) not in _tokens:
        _tokens[id(service)] = service.client("admin").headers["Authorization"].removeprefix("Bearer ")
    return _tokens[id(service)]
