"""What a visitor sees when a page is closed, missing, or was asked for with nonsense."""

from __future__ import annotations

from django.test import Client

from tokui.access.tests.world import make_member

MENU = 'class="nav"'


def test_a_closed_page_keeps_the_menu_and_says_so_in_words_of_looking(organization):
    client = Client()
    client.force_login(make_member("viewer").user)
    answer = client.get("/settings/members")
    shown = answer.content.decode()
    assert answer.status_code == 403
    assert "この画面を見る権限がありません" in shown
    assert MENU in shown
    assert "data-back" in shown


def test_a_missing_page_keeps_the_menu_for_members_only(page):
    known, stranger = page.get("/no-such-page"), Client().get("/no-such-page")
    assert (known.status_code, stranger.status_code) == (404, 404)
    assert MENU in known.content.decode()
    assert MENU not in stranger.content.decode()
    assert "data-back" not in stranger.content.decode(), "a stranger's page has no scripts"


def test_a_missing_record_is_a_missing_page(page):
    answer = page.get("/bank/acc_00000000000000000000000000")
    assert (answer.status_code, "ここには何もありません" in answer.content.decode()) == (404, True)


def test_a_list_asked_with_nonsense_offers_itself_without_conditions(page):
    answer = page.get("/outbox?state=flown")
    assert answer.status_code == 422
    assert MENU in answer.content.decode()
    assert '<a class="btn" href="/outbox">条件を外して表示</a>' in answer.content.decode()


def test_a_refused_change_is_told_as_not_done(page):
    answer = page.post("/ledger/months/closing", {"month": "2999-01"})
    assert answer.status_code == 422
    assert "実行されませんでした" in answer.content.decode()
    assert "条件を外して表示" not in answer.content.decode()
