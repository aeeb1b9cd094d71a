"""Schemathesis against our own OpenAPI document: no answer outside of it, and never a 500.

Of Schemathesis' checks these are left out, for a reason each:
- `missing_required_header`: no operation requires a header; `Idempotency-Key` may always be left out.
- `max_response_time`: speed is measured by the benchmarks on a quiet machine.
- `positive_data_acceptance`: whether a customer may be invoiced is business, and refused with 422 by its own code.
  `well_formed_is_understood` below asks what is left of it: data of the promised shape is never `invalid_request`.
- `ignored_auth`, `unsupported_method`, `allow_header_conformance`, `use_after_free`, `ensure_resource_availability`:
  the first three cost a request per example; they are asked below once per operation, with an exact answer. The last
  two need chains that only Schemathesis' own runner builds; `test_rest_contract_with_rows` follows them with real rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.rest import Program
from tokui.access.actions import create_api_key
from tokui.config.api import api
from tokui.config.openapi import LIMITS
from tokui.config.wsgi import application
from tokui.core.money import EXPONENTS


def well_formed_is_understood(context: Any, answer: Any, case: Any) -> None:
    """Data of the promised shape fails only where JSON Schema cannot say more: a text's characters, the years of days,
    and 339.0, which it calls an integer and we do not call an amount. Forms have no types; they are left out."""
    is_form = "form" in (case.media_type or "")
    if is_form or answer.status_code != 422 or answer.json()["code"] != "invalid_request":
        return
    undescribed = {"value_error", "int_type", "string_type"}
    codes = {one["code"] for one in answer.json()["errors"]}
    assert codes <= undescribed, answer.json()["errors"]


SHAPE = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
CHECKS = [*SHAPE, well_formed_is_understood]
SPECIFICATION = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
SCHEMA = schemathesis.openapi.from_dict(SPECIFICATION)
SCHEMA.app = application
OPERATIONS = {operation.label: operation for operation in (found.ok() for found in SCHEMA.get_all_operations())}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
#: An id of no kind, for addresses that have one.
NOBODYS = "xxx_00000000000000000000000000"


def sparing(examples: int) -> Any:
    """Few examples, the same ones every time: what they found becomes an example of its own."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def key(owner: Any) -> Iterator[str]:
    """An API key; and the application in this thread on this connection, as Django's own test client would call it."""
    from tokui.access.permissions import ALL

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield create_api_key("schemathesis", scopes=ALL, by=owner).secret
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_operation_keeps_to_the_specification(label: str, key: str) -> None:
    operation = OPERATIONS[label]

    @sparing(5)
    @given(case=operation.as_strategy())
    def keeps(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

    @sparing(5)
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def refuses(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=[*SHAPE, negative_data_rejection])

    keeps()
    if operation.definition.raw.get("parameters") or operation.body:
        refuses()


def address(path: str) -> str:
    return path.replace("{month}", "2026-11").replace("{place}", "1").replace("{", "").replace("}", "")


@pytest.mark.parametrize("path", SPECIFICATION["paths"])
def test_an_address_refuses_other_methods_and_names_its_own(path: str, owner: Any) -> None:
    client, declared = Program(owner).client, {method.upper() for method in SPECIFICATION["paths"][path]}
    for method in METHODS - declared:
        answer = client.generic(method, address(path))
        assert answer.status_code == 405, f"{method} {path}"
        assert set(answer.headers["Allow"].split(", ")) == declared


def test_every_operation_turns_strangers_and_weak_keys_away(owner: Any) -> None:
    none = Client(headers={"Authorization": "Bearer tk_made_up"})
    for path, operations in SPECIFICATION["paths"].items():
        for method in operations:
            assert Client().generic(method.upper(), address(path)).status_code == 401, f"{method} {path}"
            assert none.generic(method.upper(), address(path)).status_code == 401, f"{method} {path}"


def test_the_specification_is_openapi_3_1_and_names_every_problem() -> None:
    assert SPECIFICATION["openapi"].startswith("3.1")
    for path, operations in SPECIFICATION["paths"].items():
        for method, operation in operations.items():
            assert {"401", "403", "404", "422", "429"} <= set(operation["responses"]), f"{method} {path}"
            assert operation.get("summary"), f"{method} {path}"


def test_every_operation_says_how_to_sign_in_and_every_answer_how_much_is_left() -> None:
    assert set(SPECIFICATION["components"]["securitySchemes"]) == {"key", "session"}
    for path, operations in SPECIFICATION["paths"].items():
        for method, operation in operations.items():
            assert operation["security"] == [{"key": []}, {"session": []}], f"{method} {path}"
            for status, answer in operation["responses"].items():
                assert set(LIMITS) <= set(answer["headers"]), f"{method} {path} {status}"


def test_every_post_and_nothing_else_takes_an_idempotency_key() -> None:
    reference = {"$ref": "#/components/parameters/IdempotencyKey"}
    for path, operations in SPECIFICATION["paths"].items():
        for method, operation in operations.items():
            assert (reference in operation.get("parameters", ())) == (method == "post"), f"{method} {path}"


def test_ids_and_currencies_state_their_form() -> None:
    schemas = SPECIFICATION["components"]["schemas"]
    assert schemas["CustomerOut"]["properties"]["id"]["pattern"].startswith("^[a-z]")
    assert schemas["DepositIn"]["properties"]["currency"]["enum"] == sorted(EXPONENTS)
    for path, operations in SPECIFICATION["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter.get("in") == "path" and re.fullmatch("key|.*_id", parameter["name"]):
                    assert "pattern" in parameter["schema"], f"{path} {parameter['name']}"
