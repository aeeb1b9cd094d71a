"""The workbench and the pages of standing: every door opens, every key does one thing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.payments.actions import ask_return, keep_as_advance, match_all
from tokui.payments.models import Allocation, Approval, ReturnToDo
from tokui.payments.policy import change_policy
from tokui.payments.tests.world import DAY, assert_books_balance, make_customer, make_deposit, make_invoice


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.at(clock.at_day(DAY, 10)):
        yield


def post(page, path, **values):
    return page.post(path, values, headers={"HX-Request": "true"})


def waiting_world():
    change_policy({"posts_certain": False}, by=SYSTEM)
    customer = make_customer()
    invoice, deposit = make_invoice(customer), make_deposit(24200)
    match_all()
    return customer, invoice, deposit


def test_the_bench_shows_the_deposit_its_candidate_and_the_reasons(page):
    customer, invoice, _deposit = waiting_world()
    text = page.get("/reconciliation").content.decode()
    for wanted in (
        customer.name,
        invoice.number,
        "24,200",
        'data-key="Enter"',
        'data-key="s"',
        'data-key="a"',
        'data-key="/"',
    ):
        assert wanted in text
    assert "%" not in text.split('class="why"')[1].split("</ul>")[0]  # words, no uncalibrated percentages


def test_one_key_confirms_and_leads_to_the_next_deposit_and_z_undoes(page):
    _customer, invoice, deposit = waiting_world()
    following = make_deposit(999, "ﾂｷﾞﾉ ﾋﾄ", on=DAY - timedelta(1))
    answer = post(page, f"/reconciliation/{deposit.public_id}/allocation", pick="0")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert f"/reconciliation/{following.public_id}/allocation" in text
    invoice.refresh_from_db()
    assert invoice.open_minor == 0
    decision = Allocation.objects.get().decision
    assert f"/reconciliation/decisions/{decision}/release" in answer.headers["HX-Trigger"]
    undone = post(page, f"/reconciliation/decisions/{decision}/release")
    assert f"/reconciliation/{deposit.public_id}/allocation" in undone.content.decode()
    invoice.refresh_from_db()
    assert invoice.open_minor == 24200
    assert_books_balance()


def test_a_double_press_confirms_once_and_says_so(page):
    _customer, _invoice, deposit = waiting_world()
    post(page, f"/reconciliation/{deposit.public_id}/allocation", pick="0")
    again = post(page, f"/reconciliation/{deposit.public_id}/allocation", pick="0")
    assert again.status_code == 200
    assert '"tone": "bad"' in again.headers["HX-Trigger"]
    assert Allocation.objects.count() == 1


def test_a_split_settles_what_was_typed_and_keeps_the_rest(page):
    customer = make_customer()
    one, two = make_invoice(customer, 1000), make_invoice(customer, 2000)
    deposit = make_deposit(2500)
    match_all()
    shown = page.get(f"/reconciliation/{deposit.public_id}/split?customer={customer.public_id}").content.decode()
    assert one.public_id in shown
    values = {
        one.public_id: "１，０００",
        two.public_id: "1,200",
        "mode": "split",
        "customer": customer.public_id,
        "rest": "advance",
    }
    assert page.post(f"/reconciliation/{deposit.public_id}/allocation", values).status_code == 200
    assert sorted(Allocation.objects.values_list("kind", "amount_minor")) == [
        ("advance", 300),
        ("payment", 1000),
        ("payment", 1200),
    ]
    assert_books_balance()


def test_nonsense_in_a_split_is_refused_in_words_and_changes_nothing(page):
    customer = make_customer()
    invoice, deposit = make_invoice(customer, 1000), make_deposit(2500, "ﾀﾞﾚｶ")
    for text in ("千円", "-5", "1001", "1.5"):
        values = {invoice.public_id: text, "mode": "split", "customer": customer.public_id}
        answer = page.post(f"/reconciliation/{deposit.public_id}/allocation", values, headers={"HX-Request": "true"})
        assert '"tone": "bad"' in answer.headers["HX-Trigger"]
    assert not Allocation.objects.exists()


def test_another_invoice_is_found_by_number_and_by_kana(page):
    customer = make_customer("北山 商店", "キタヤマ ショウテン")
    invoice, deposit = make_invoice(customer, 1000, number="INV-2611-4711"), make_deposit(1000, "ﾀﾞﾚｶ")
    for words in ("INV-2611-4711", "26114711", "きた"):
        found = page.get(f"/reconciliation/{deposit.public_id}/search", {"q": words}).content.decode()
        assert customer.name in found, words
    assert invoice.number


def test_an_unknown_deposit_is_not_found(page):
    assert page.get("/reconciliation/dep_00000000000000000000000000").status_code == 404
    assert page.get("/reconciliation/nonsense").status_code == 404


def test_a_deposit_is_kept_as_advance_or_put_on_the_list_of_returns(page):
    customer, _invoice, deposit = waiting_world()
    post(page, f"/reconciliation/{deposit.public_id}/advance")
    assert Allocation.objects.get().kind == "advance"
    other = make_deposit(500)
    post(page, f"/reconciliation/{other.public_id}/return", why="paid_twice")
    assert ReturnToDo.objects.get().why == "paid_twice"
    assert customer.name in page.get("/reconciliation?show=done").content.decode()


def test_all_certain_ones_are_confirmed_by_one_button(page):
    waiting_world()
    post(page, "/reconciliation/confirm-certain")
    assert Allocation.objects.count() == 1


@pytest.mark.parametrize(
    "path",
    [
        "/standing",
        "/standing?state=overdue",
        "/standing?as_of=2026-11-19",
        "/receivables/aged",
        "/receivables/expected",
        "/approvals",
        "/returns",
        "/settings/payments",
        "/bank",
        "/bank/new",
        "/statements",
        "/deposits",
        "/deposits?state=open",
        "/deposits/new",
        "/deposits/results",
        "/reconciliation?show=done",
    ],
)
def test_every_page_opens_with_and_without_rows(page, path):
    assert page.get(path).status_code == 200
    customer, invoice, deposit = waiting_world()
    late = make_invoice(
        make_customer("遅い 客", "オソイ キャク"), 700, issued_on=DAY - timedelta(40), due_on=DAY - timedelta(20)
    )
    Approval.objects.create(
        invoice=late, kind="write_off", amount_minor=700, reason="倒産", asked_by="佐藤", asked_at=clock.now()
    )
    ask_return(make_deposit(50), why="mistake", customer=customer, by=SYSTEM)
    keep_as_advance(make_deposit(60), customer, by=SYSTEM)
    assert page.get(path).status_code == 200
    assert invoice.number
    assert deposit.pk


def test_a_stranger_is_led_to_sign_in_and_a_viewer_may_look_but_not_confirm(client, organization):
    from tokui.access.tests.world import make_member

    _customer, _invoice, deposit = waiting_world()
    assert client.get("/reconciliation").status_code == 302
    client.force_login(make_member("viewer").user)
    assert client.get("/reconciliation").status_code == 200
    assert post(client, f"/reconciliation/{deposit.public_id}/allocation", pick="0").status_code == 403
    assert client.get("/statements").status_code == 403


def test_the_ledger_of_a_customer_ends_with_what_is_owed(page):
    customer = make_customer()
    make_invoice(customer, 1000)
    make_deposit(400)
    text = page.get(f"/customers/{customer.public_id}/ledger").content.decode()
    assert "1,000" in text
    assert customer.name in text


def test_cash_is_recorded_at_the_counter(page):
    customer = make_customer()
    values = {"amount": "1,500", "method": "cash", "received_on": DAY.isoformat(), "customer": customer.code}
    assert page.post("/deposits/new", values, follow=True).status_code == 200
    bad = page.post("/deposits/new", {**values, "amount": "千"})
    assert bad.status_code == 422


def test_the_customers_page_and_list_know_the_standing(page):
    customer = make_customer()
    make_invoice(customer, 1000, issued_on=DAY - timedelta(30), due_on=DAY - timedelta(5))
    text = page.get(f"/customers/{customer.public_id}").content.decode()
    assert "1,000" in text
    listed = page.get("/customers?standing=overdue&sort=balance").content.decode()
    assert customer.name in listed
    assert customer.name not in page.get("/customers?standing=paid").content.decode()


def test_the_customers_list_folds_standing_balance_and_day_into_two_lines(page):
    customer = make_customer()
    make_invoice(customer, 1000, issued_on=DAY - timedelta(30), due_on=DAY - timedelta(5))
    row = page.get("/customers").content.decode().split(f'id="customer-{customer.public_id}"')[1].split("</tr>")[0]
    for look, wanted in (("soft f3", "5"), ("num acct f2", "1,000"), ("soft f4", "11/15")):
        assert wanted in row.split(f'<td class="{look}">')[1].split("</td>")[0]


def test_the_customers_list_has_views_of_its_own_with_counts_and_a_total_after_the_rows(page):
    for n in range(3):
        invoice = make_invoice(make_customer(), 1000 + n, issued_on=DAY - timedelta(30), due_on=DAY - timedelta(n))
        assert invoice.open_minor
    shown = page.get("/customers").content.decode()
    assert "standing=overdue&amp;sort=overdue" in shown
    counts = page.get("/customers/views/counts").content.decode()
    assert counts.count('class="count">2<') == 1  # two are late, all three need a look
    assert counts.count('class="count">3<') == 1
    closing = page.get("/customers/totals?standing=overdue").content.decode()
    assert 'value="2003"' in closing
    assert 'class="num acct f2"' in closing
