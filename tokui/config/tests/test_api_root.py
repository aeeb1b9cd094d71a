"""The root of REST: keys, limits, idempotency, problems, events."""

from __future__ import annotations

import pytest
from django.test import Client

from tokui.access.actions import create_api_key
from tokui.access.permissions import ALL
from tokui.config import api_middleware


@pytest.fixture
def program(owner) -> Client:
    secret = create_api_key("tests", scopes=ALL, by=owner).secret
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_without_a_key_the_answer_is_a_problem_that_says_what_to_send(client, organization):
    answer = client.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_signed_in"


def test_every_answer_says_how_many_requests_are_left(program, monkeypatch):
    monkeypatch.setattr(api_middleware, "REQUESTS_PER_MINUTE", 2)
    assert program.get("/api/v1/me").headers["RateLimit-Remaining"] == "1"
    assert program.get("/api/v1/me").headers["RateLimit-Remaining"] == "0"
    spent = program.get("/api/v1/me")
    assert (spent.status_code, spent.json()["code"]) == (429, "too_many_requests")
    assert int(spent.headers["Retry-After"]) > 0


def test_the_specification_is_openapi_3_1_and_public(client, db):
    specification = client.get("/api/v1/openapi.json").json()
    assert specification["openapi"].startswith("3.1")
    assert "/api/v1/events" in specification["paths"]


def test_events_refuse_a_cursor_that_is_not_ours(program):
    answer = program.get("/api/v1/events", {"cursor": "made-up"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "cursor"


def test_a_bad_parameter_is_named(program):
    answer = program.get("/api/v1/events", {"limit": "many"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "limit"
