"""Pages beside the workbench: giving up, advances, one return, the score, and by what transfers are recognised."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tokui.access.tests.world import make_member
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.customers.actions import learn_payer_name, revoke_payer_name
from tokui.payments.actions import (
    Use,
    allocate,
    ask_return,
    keep_as_advance,
    learn_remitter_code,
    match_all,
    release,
)
from tokui.payments.models import Allocation, Approval, Decision, PayerSign, ReturnToDo
from tokui.payments.policy import change_policy, policy_of_organization
from tokui.payments.scorecard import scorecards
from tokui.payments.tests.world import DAY, assert_books_balance, make_customer, make_deposit, make_invoice


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.at(clock.at_day(DAY, 10)):
        yield


def text_of(page, path):
    answer = page.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_invoice_is_given_up_from_its_page_and_above_the_limit_it_waits(page):
    invoice = make_invoice(make_customer(), 24_200)
    path = f"/invoices/{invoice.public_id}/write-off"
    assert path in text_of(page, f"/invoices/{invoice.public_id}")
    assert path in text_of(page, f"/customers/{invoice.customer.public_id}")
    assert 'value="24,200"' in text_of(page, path)
    assert page.post(path, {"kind": "discount", "amount": "２００", "reason": "端数"}).status_code == 302
    assert Allocation.objects.get().amount_minor == 200
    for bad in ({"amount": "千円"}, {"amount": "99999999"}, {"reason": " "}, {"kind": "gift"}):
        answer = page.post(path, {"kind": "write_off", "amount": "100", "reason": "倒産", **bad})
        assert answer.status_code == 422, bad
    assert page.post(path, {"kind": "write_off", "amount": "24,000", "reason": "倒産"}).status_code == 302
    assert Approval.objects.get().amount_minor == 24_000
    assert "/approvals" in text_of(page, f"/invoices/{invoice.public_id}")
    assert_books_balance()


def test_an_advance_is_used_on_the_customers_page_and_proposed_today(page):
    customer = make_customer()
    keep_as_advance(make_deposit(30_000), customer, by=SYSTEM)
    assert "/advances" not in text_of(page, "/")
    invoice = make_invoice(customer, 24_200)
    assert 'href="/advances"' in text_of(page, "/")
    assert customer.name in text_of(page, "/advances")
    path = f"/customers/{customer.public_id}/advance"
    assert path in text_of(page, f"/customers/{customer.public_id}")
    assert 'value="24,200"' in text_of(page, path)
    assert page.post(path, {invoice.public_id: "24,201"}).status_code == 422
    assert page.post(path, {invoice.public_id: "24,200"}).status_code == 302
    invoice.refresh_from_db()
    assert invoice.open_minor == 0
    assert "5,800" in text_of(page, path)
    assert customer.name not in text_of(page, "/advances")
    assert_books_balance()


def test_what_is_left_of_an_advance_is_sent_back(page):
    customer = make_customer()
    deposit = make_deposit(30_000)
    keep_as_advance(deposit, customer, by=SYSTEM)
    advance = Allocation.objects.get()
    path = f"/advances/{advance.public_id}/refund"
    assert path in text_of(page, f"/customers/{customer.public_id}/advance")
    values = {"amount": "10,000", "account": str(deposit.account_id), "on": DAY.isoformat(), "note": "過入金"}
    assert page.get(path).status_code == 200
    assert page.post(path, {**values, "on": "2099-01-01"}).status_code == 422
    assert page.post(path, {**values, "account": ""}).status_code == 422
    assert page.post(path, values).status_code == 302
    assert Allocation.objects.get(kind="refund").amount_minor == 10_000
    assert_books_balance()


def test_a_return_is_sent_back_in_part_with_day_and_note_and_the_rest_is_reconciled(page):
    deposit = make_deposit(1_000, "ｼﾗﾅｲ ﾋﾄ")
    todo = ask_return(deposit, why="mistake", by=SYSTEM)
    path = f"/returns/{todo.public_id}"
    assert path in text_of(page, "/returns")
    values = {
        "amount": "400",
        "account": str(deposit.account_id),
        "on": DAY.isoformat(),
        "note": "誤振込",
        "customer": "",
    }
    assert page.get(path).status_code == 200
    for bad in ({"on": "2099-01-01"}, {"amount": "1,001"}, {"customer": "C-99999"}, {"account": ""}):
        assert page.post(path, {**values, "what": "refund", **bad}).status_code == 422, bad
    assert page.post(path, {**values, "what": "keep"}).status_code == 422
    assert page.post(path, {**values, "what": "refund"}).status_code == 302
    row = Allocation.objects.get()
    assert (row.amount_minor, row.memo, row.customer_id) == (400, "誤振込", None)
    assert page.post(path, {**values, "what": "drop"}).status_code == 302
    assert ReturnToDo.objects.get().state == "dropped"
    assert page.get(path).status_code == 200
    assert f"/reconciliation/{deposit.public_id}" in text_of(page, "/reconciliation")
    assert_books_balance()


def test_the_score_counts_by_month_grade_and_reason_and_names_what_was_undone(page):
    assert page.get("/reconciliation/score").status_code == 200
    customer = make_customer()
    for number in range(3):
        make_invoice(customer, 1_000 + number)
        make_deposit(1_000 + number)
    match_all()
    undone = Decision.objects.order_by("pk").first()
    release(undone.pk, by=SYSTEM)
    [month] = scorecards("month")
    assert (month.key, month.card.automatic, month.card.automatic_undone) == ("2026-11", 3, 1)
    assert [(one.key, one.card.automatic) for one in scorecards("reason")] == [("name_equal", 3)]
    assert [one.key for one in scorecards("grade")] == ["certain"]
    text = text_of(page, "/reconciliation/score")
    assert f"/reconciliation/{undone.deposit.public_id}" in text
    assert "66." not in text  # three decisions make no percentage
    assert "/reconciliation/score" in text_of(page, "/reconciliation")


def test_a_percentage_is_shown_where_enough_was_decided(organization):
    deposit = make_deposit(100)
    for number in range(200):
        Decision.objects.create(
            deposit=deposit,
            outcome="automatic",
            grade="certain",
            by="Tokui",
            at=clock.now(),
            undone_at=clock.now() if number == 0 else None,
        )
    [month] = scorecards("month")
    assert month.card.share("precision") == 0.995
    assert month.card.share("proposals_right") is None


def test_the_score_page_takes_few_statements(page, django_assert_max_num_queries):
    with django_assert_max_num_queries(17):
        page.get("/reconciliation/score")


def test_the_customers_page_tells_by_what_transfers_are_recognised_and_what_was_forgotten(page):
    customer = make_customer()
    deposit = make_deposit(100)
    name = learn_payer_name(customer, raw="ﾔﾏﾉ ﾊﾅｺ", bank_account_id=deposit.account_id, by=SYSTEM)
    forgotten = learn_payer_name(customer, raw="ﾐｽﾞﾉ ﾀﾛｳ", by=SYSTEM)
    revoke_payer_name(forgotten, by=SYSTEM)
    path = f"/customers/{customer.public_id}"
    assert page.post(f"{path}/remitter-codes", {"value": "１２３４５６７８９０"}).status_code == 302
    sign = PayerSign.objects.get()
    assert (sign.value, sign.confirmed_by) == ("1234567890", "佐藤 真理")
    text = text_of(page, path)
    for wanted in ("1234567890", deposit.account.name, "ヤマノ ハナコ", "ミズノ タロウ"):
        assert wanted in text
    assert page.post(f"/remitter-codes/{sign.public_id}/revocation").status_code == 302
    sign.refresh_from_db()
    assert (sign.revoked_by, sign.revoked_at) == ("佐藤 真理", clock.now())
    assert "1234567890" in text_of(page, path)  # among the forgotten
    assert name.revoked_at is None


def test_a_fee_that_stays_open_is_said_to_be_wrongly_deducted(page):
    change_policy({"fee_bearer": "payer"}, by=SYSTEM)
    customer = make_customer()
    make_invoice(customer, 24_200)
    make_deposit(23_760)
    match_all()
    assert "取適法" in text_of(page, f"/customers/{customer.public_id}")
    other = make_customer("別人", "ベツジン")
    invoice = make_invoice(other, 24_200)
    allocate(make_deposit(20_000, "ﾀﾞﾚｶ"), [Use(invoice.pk, 20_000)], by=SYSTEM)
    assert "取適法" not in text_of(page, f"/customers/{other.public_id}")


def test_the_policy_form_knows_both_thresholds(page):
    values = {
        "fee_tolerances": "440, 660",
        "fee_bearer": "us",
        "certain_threshold": "75",
        "likely_threshold": "75",
        "grace_days": "0",
        "write_off_limit_minor": "1000",
    }
    assert page.post("/settings/payments", values).status_code == 422
    assert page.post("/settings/payments", {**values, "likely_threshold": "60"}).status_code == 302
    assert policy_of_organization().likely_threshold == 60


def test_a_viewer_sees_the_score_but_gives_up_nothing(client, organization):
    client.force_login(make_member("viewer").user)
    customer = make_customer()
    invoice = make_invoice(customer)
    keep_as_advance(make_deposit(500, on=DAY - timedelta(1)), customer, by=SYSTEM)
    todo = ask_return(make_deposit(50), why="mistake", by=SYSTEM)
    assert client.get("/reconciliation/score").status_code == 200
    for path in (
        f"/invoices/{invoice.public_id}/write-off",
        f"/customers/{customer.public_id}/advance",
        f"/returns/{todo.public_id}",
        "/advances",
    ):
        assert client.get(path).status_code == 403, path
    code = learn_remitter_code(customer, "123", by=SYSTEM)
    assert client.post(f"/remitter-codes/{code.public_id}/revocation").status_code == 403
    shown = client.get(f"/customers/{customer.public_id}").content.decode()
    assert "/write-off" not in shown
    assert "/remitter-codes" not in shown
