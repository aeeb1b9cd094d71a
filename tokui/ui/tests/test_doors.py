from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory

from tokui.ui import doors
from tokui.ui.tests.world import visitor
from tokui.ui.views import palette

pytestmark = [pytest.mark.urls("tokui.ui.tests.urls"), pytest.mark.usefixtures("registries")]


def asked(**headers: str) -> HttpRequest:
    request = RequestFactory().get("/", headers={"host": "localhost", **headers})
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    request.visit = visitor()
    return request


def test_htmx_gets_the_fragment_and_everyone_else_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def record(_request: HttpRequest, template: str, _context: Any, status: int) -> HttpResponse:
        drawn.append(template)
        return HttpResponse(status=status)

    monkeypatch.setattr(doors, "render", record)
    for headers in (
        {},
        {"HX-Request": "true"},
        {"HX-Request": "true", "HX-Boosted": "true"},
        {"HX-Request": "true", "HX-History-Restore-Request": "true"},
    ):
        response = doors.render_page(asked(**headers), "customers/list.html")
        assert response["Vary"] == "HX-Request"
    assert drawn == ["customers/list.html", "customers/_list.html", "customers/list.html", "customers/list.html"]


def test_toasts_add_up_in_one_header_that_is_plain_ascii() -> None:
    response = HttpResponse(headers={"HX-Trigger": '{"changed": 1}'})
    doors.toast(response, "消し込みました", undo="/allocations/1/release")
    doors.toast(response, "領収書を送りました")
    told = json.loads(response["HX-Trigger"])
    assert told["changed"] == 1
    assert [each["message"] for each in told["tokui:toast"]] == ["消し込みました", "領収書を送りました"]
    assert told["tokui:toast"][0]["undo"] == "/allocations/1/release"
    assert response["HX-Trigger"].isascii()


def test_a_refusal_is_a_toast_for_htmx_and_a_page_with_the_way_back_otherwise() -> None:
    toast = doors.refusal_response(asked(**{"HX-Request": "true"}), "入金済みです", status=409)
    assert toast.status_code == 409 and toast.content == b"" and '"bad"' in toast["HX-Trigger"]
    page = doors.refusal_response(asked(), "<入金済み>", status=409, back="/invoices")
    assert page.status_code == 409
    assert "&lt;入金済み&gt;" in page.content.decode() and 'href="/invoices"' in page.content.decode()


def test_after_a_change_the_next_page_tells_it_and_can_undo_it() -> None:
    request = asked()
    response = doors.sent_on(request, "/customers", "保存しました", undo="/undo/1")
    assert response.status_code == 302 and response["Location"] == "/customers"
    [message] = get_messages(request)
    assert (message.message, message.extra_tags) == ("保存しました", "undo:/undo/1")
    assert doors.sent_on(asked(**{"HX-Request": "true"}), "/customers")["HX-Redirect"] == "/customers"


def test_strangers_find_nothing_in_the_palette() -> None:
    request = RequestFactory().get("/ui/palette", {"q": "太\0田"})
    assert b'role="option"' not in palette(request).content


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "503", "ui/refused"])
def test_error_pages_stand_without_a_request(name: str) -> None:
    html = render_to_string(f"{name}.html")
    assert '<html lang="ja">' in html and "<h1" in html and "<script" not in html


@pytest.mark.parametrize("name", ["base", "public", "ui/sign_in_base"])
def test_pages_hold_nothing_that_a_strict_policy_forbids(name: str) -> None:
    html = render_to_string(f"{name}.html", {}, asked())
    assert "<style" not in html and " onclick" not in html and "javascript:" not in html
    assert html.count("<script") == html.count('<script type="module" src="') + html.count("htmx-2")
