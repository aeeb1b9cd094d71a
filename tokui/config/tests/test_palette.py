"""The command palette across the rooms: names, amounts, settings."""

from __future__ import annotations

from django.test import Client

from tokui.access.tests.world import make_member
from tokui.payments.tests.world import make_customer, make_deposit, make_invoice


def found(client: Client, typed: str) -> str:
    answer = client.get("/palette", {"q": typed})
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_amount_finds_its_invoices_and_deposits_however_it_is_typed(page):
    invoice = make_invoice(make_customer("青木 悟", "アオキ サトル"), 13_200)
    deposit = make_deposit(13_200, "ナゾ イチ")
    for typed in ("13200", "13,200", "¥13,200", "１３２００"):
        shown = found(page, typed)
        assert f"/invoices/{invoice.public_id}" in shown, typed
        assert f"/deposits/{deposit.public_id}" in shown, typed
    assert f"/invoices/{invoice.public_id}" not in found(page, "13201")


def test_a_name_shows_the_customer_with_balance_and_what_can_be_done(page):
    customer = make_customer("青木 悟", "アオキ サトル")
    invoice = make_invoice(customer, 24_200)
    shown = found(page, "アオキ")
    assert f"/customers/{customer.public_id}" in shown
    assert "アオキ サトル" in shown
    assert 'value="24200"' in shown
    assert f"/invoices/{invoice.public_id}" in shown
    assert f"/customers/{customer.public_id}/ledger" in shown
    assert "/invoices/new?customer=" in shown


def test_two_customers_of_one_name_offer_no_action_of_either(page):
    for name in ("中村 修", "中村 治"):
        make_customer(name, "ナカムラ オサム")
    assert "/invoices/new?customer=" not in found(page, "ナカムラ")


def test_settings_are_found_by_the_words_that_people_use(page, organization):
    for typed, url in (("てすう", "/settings/payments"), ("手数料", "/settings/payments"), ("税率", "/settings/tax-rates"),
                       ("決算", "/settings/organization"), ("振込先", "/settings/invoice-terms"),
                       ("元帳", "/ledger"), ("設定", "/settings/members")):  # fmt: skip
        assert f'href="{url}' in found(page, typed), typed
    viewer = Client()
    viewer.force_login(make_member("viewer").user)
    assert "/settings/members" not in found(viewer, "設定")


def test_an_unknown_condition_is_a_note_on_the_whole_list(page):
    customer = make_customer("青木 悟", "アオキ サトル")
    answer = page.get("/customers?state=overdue")
    assert answer.status_code == 422
    assert customer.public_id in answer.content.decode()
    assert "条件を読み取れなかったため" in answer.content.decode()
    assert "state=overdue" not in answer.content.decode(), "nothing on the page asks with it again"
