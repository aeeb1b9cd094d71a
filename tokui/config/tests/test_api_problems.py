"""Programs get problem documents, whatever happens; and fields by the names that they sent."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.rest import Program
from tokui.access.actions import create_api_key
from tokui.access.permissions import ALL
from tokui.customers.models import Customer


@pytest.fixture
def program(owner) -> Program:
    return Program(owner)


def told(answer) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"/problems/{body['code']}"
    assert body["title"] != body["detail"]
    assert "RateLimit-Remaining" in answer.headers
    return answer.status_code, body["code"]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/nothing", "/api/v1/customers/a/b/c"])
def test_no_such_address_is_a_problem(program, path):
    assert told(program.client.get(path)) == (404, "no_such_address")


def test_a_method_that_an_address_does_not_take_is_a_problem_that_names_the_others(program):
    answer = program.client.delete("/api/v1/customers")
    assert told(answer) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}


def test_a_crash_is_a_problem_in_the_readers_language_and_changes_nothing(owner, monkeypatch):
    secret = create_api_key("tests", scopes=ALL, by=owner).secret
    headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "ja"}
    client = Client(raise_request_exception=False, headers=headers)
    told_before = Customer.objects.count()

    def breaks(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tokui.customers.api._told", breaks)
    answer = client.post("/api/v1/customers", {"name": "青葉商事"}, content_type="application/json")

    assert told(answer) == (500, "internal_error")
    assert "記録" in answer.json()["detail"]
    assert "ZeroDivisionError" not in answer.content.decode()
    assert Customer.objects.count() == told_before


def test_pages_keep_their_own_page_for_what_is_not_there(page):
    assert page.get("/nothing").headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/customers", {"name": "甲", "nope": 1}, "nope"),
        ("/sale_lines", {"sales": [{"customer": "cus_1", "sold_on": "never"}]}, "sales.0.sold_on"),
        ("/sale_lines", {}, "sales"),
        ("/deposits", {"amount_minor": "many"}, "amount_minor"),
    ],
)
def test_a_field_is_called_as_the_program_called_it(program, path, body, field):
    answer = program.post(path, body)
    assert told(answer) == (422, "invalid_request")
    assert field in [one["field"] for one in answer.json()["errors"]]


@pytest.mark.parametrize("key", ["", " ", "ä", "x" * 121])
def test_a_key_that_cannot_be_kept_is_refused_and_not_cut(program, key):
    answer = program.client.post(
        "/api/v1/customers", {"name": "甲"}, "application/json", headers={"Idempotency-Key": key}
    )
    assert told(answer) == (422, "unusable_idempotency_key")
    assert not Customer.objects.exists()


@pytest.mark.parametrize("path", ["imports", "sale_imports", "opening_imports", "product_imports"])
def test_a_file_beyond_the_limit_is_refused_before_it_is_read(program, settings, path):
    settings.TOKUI_UPLOAD_LIMIT_BYTES = 10
    answer = program.send(f"/{path}", SimpleUploadedFile("a.csv", b"12345678901"))
    assert told(answer) == (422, "invalid")
    assert answer.json()["errors"][0]["field"] == "file"


@pytest.mark.parametrize(
    ("language", "message"),
    [("ja", "年は1900〜2199の範囲で指定してください。"), ("en", "The year must lie between 1900 and 2199.")],
)
def test_what_is_wrong_with_a_field_is_said_in_the_readers_language(program, language, message):
    headers = {"Accept-Language": language}
    answer = program.client.post("/api/v1/closing_runs", {"on": "9999-12-31"}, "application/json", headers=headers)
    assert [one["message"] for one in answer.json()["errors"]] == [message]
