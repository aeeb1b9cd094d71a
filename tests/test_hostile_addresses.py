"""Characters that PostgreSQL cannot hold, at every address that takes conditions: a clear refusal, never a crash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.rest import Program
from tests.test_rest_contract import SPECIFICATION
from tokui.access.models import User

#: A NUL, and one in the name; half a surrogate pair cannot be spelt in an address: it is read as U+FFFD.
HOSTILE = ("q=%00", "customer=a%00b", "code=x&code=%00", "%00=x")


def addresses(patterns: Any = None, prefix: str = "/") -> Iterator[str]:
    """Every address of the pages without a variable part."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(one.pattern).removeprefix("^").removesuffix("$")
        if hasattr(one, "url_patterns"):
            yield from addresses(one.url_patterns, path)
        elif "<" not in path and not path.startswith("/api/"):
            yield path


PAGES = sorted(set(addresses()))


@pytest.fixture
def page(owner: Any) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=owner.id))
    return client


@pytest.mark.parametrize("path", PAGES)
def test_every_page_refuses_what_cannot_be_kept(page: Client, path: str) -> None:
    for query in HOSTILE:
        answer = page.get(f"{path}?{query}")
        assert answer.status_code == 422, f"{path}?{query}"


def listing() -> list[tuple[str, str]]:
    """(path, parameter) of every list of the REST API."""
    found = []
    for path, operations in SPECIFICATION["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", ()):
            if "{" not in path and parameter["in"] == "query":
                found.append((path.removeprefix("/api/v1"), parameter["name"]))
    return found


def test_there_are_lists_to_ask() -> None:
    assert "/customers" in PAGES
    assert ("/customers", "tag") in listing()


@pytest.mark.parametrize(("path", "name"), listing())
def test_every_list_for_programs_refuses_what_cannot_be_kept(owner: Any, path: str, name: str) -> None:
    program = Program(owner)
    answer = program.client.get(f"/api/v1{path}?{name}=%00")
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/problem+json")
    assert [one["field"] for one in answer.json()["errors"]] == [name]


@pytest.mark.parametrize("path", ["/customers/%00", "/customers/cus_%00/edit", "/api/v1/customers/%00/notes"])
def test_an_address_of_what_cannot_be_is_not_found(page: Client, path: str) -> None:
    assert page.get(path).status_code == 404


@pytest.mark.parametrize("name", ["name", "email", "custom.memo", "tags"])
def test_a_form_refuses_what_cannot_be_kept(page: Client, name: str) -> None:
    assert page.post("/customers/new", {"name": "甲", name: "a\0b"}).status_code == 422


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
@pytest.mark.parametrize("field", ["name", "address", "code", "email"])
def test_json_refuses_what_cannot_be_kept(owner: Any, text: str, field: str) -> None:
    program = Program(owner)
    body = json.dumps({"name": "甲", field: text})
    answer = program.client.post("/api/v1/customers", body, content_type="application/json")
    assert answer.status_code == 422
    assert field in answer.content.decode()
