"""Schemathesis against our own OpenAPI document: no answer outside of it, and never a 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tokui.config.api import api
from tokui.config.wsgi import application

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SPECIFICATION = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
SCHEMA = schemathesis.openapi.from_dict(SPECIFICATION)
SCHEMA.app = application
OPERATIONS = {operation.label: operation for operation in (found.ok() for found in SCHEMA.get_all_operations())}


@pytest.fixture
def key(owner: Any) -> Iterator[str]:
    """An API key; and the application in this thread on this connection, as Django's own test client would call it."""
    from tokui.access.actions import create_api_key
    from tokui.access.permissions import ALL

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield create_api_key("schemathesis", scopes=ALL, by=owner).secret
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_operation_keeps_to_the_specification(label: str, key: str) -> None:
    operation = OPERATIONS[label]

    @settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def keeps(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

    keeps()


def test_the_specification_is_openapi_3_1_and_names_every_problem() -> None:
    assert SPECIFICATION["openapi"].startswith("3.1")
    for path, operations in SPECIFICATION["paths"].items():
        for method, operation in operations.items():
            assert {"401", "403", "404", "422", "429"} <= set(operation["responses"]), f"{method} {path}"
            assert operation.get("summary"), f"{method} {path}"
