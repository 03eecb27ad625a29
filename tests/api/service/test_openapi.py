"""The interface as described, and held to its description."""

import difflib
import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as openapi_checks

from api.http.description import described
from tests.api.service.conftest import Service

FILE = Path(__file__).parents[3] / "docs" / "openapi.json"
EXAMPLES = 5


def test_the_committed_description_is_that_of_the_code() -> None:
    now, committed = described(), FILE.read_text(encoding="utf-8")
    changes = list(
        difflib.unified_diff(committed.splitlines(), now.splitlines(), "docs/openapi.json", "code", lineterm="")
    )
    assert not changes, "the interface changed; if that is meant: make openapi\n" + "\n".join(changes[:80])


def test_every_operation_has_a_summary_and_every_body_an_example() -> None:
    document = json.loads(described())
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


schema = schemathesis.openapi.from_path(FILE)
CHECKS = [
    not_a_server_error, openapi_checks.status_code_conformance, openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]  # fmt: skip


@pytest.fixture(scope="module")
def authorization(city_service: Service) -> str:
    return str(city_service.client("admin").headers["Authorization"])


@schema.exclude(path_regex="/events$").parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_gets_a_fault_or_an_undocumented_answer(
    case: Any, city_service: Service, authorization: str
) -> None:
    # A real id, so that not every call ends at 404.
    if "assessment_id" in (case.path_parameters or {}):
        case.path_parameters["assessment_id"] = city_service.assessment
    answer = case.call(app=city_service.app, headers={"Authorization": authorization})
    case.validate_response(answer, checks=CHECKS, transport_kwargs={"app": city_service.app})
