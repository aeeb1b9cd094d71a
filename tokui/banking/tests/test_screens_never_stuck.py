"""Pages for wrong files, cancellations without a payer, files of several accounts, and virtual accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tokui.banking.actions import NewNumber, register_virtual_accounts
from tokui.banking.models import Deposit, Statement, StatementLine, VirtualAccount
from tokui.banking.tests.browsing import make_customer, signed_in, text_of, upload
from tokui.banking.tests.world import DAY, make_account, notice, notice_of, paid, statement, take
from tokui.core import clock
from tokui.core.actors import SYSTEM


@pytest.fixture(autouse=True)
def _on_the_day(db):
    with clock.at(clock.at_day(DAY, 10)):
        yield


def make_unpaired() -> StatementLine:
    account = make_account()
    take(statement(0, paid("ヤマダ", 100, DAY - timedelta(1))), account)
    take(statement(100, replace(paid("x", 100, cancels=True), payer_name="")), account)
    return StatementLine.objects.get(cancels=True)


def test_a_cancellation_without_a_payer_is_asked_about_from_the_start_page_to_its_answer(page):
    line, deposit = make_unpaired(), Deposit.objects.get()
    address = f"/bank/lines/{line.public_id}/cancellation"
    assert address in text_of(page.get("/"))
    assert address in text_of(page.get(f"/bank/statements/{line.statement.public_id}"))
    assert deposit.public_id in text_of(page.get(address))
    assert page.post(address).status_code == 422
    assert page.post(address, {"deposit": deposit.public_id}).status_code == 302
    deposit.refresh_from_db()
    assert deposit.state == "cancelled"
    assert address not in text_of(page.get("/"))
    assert page.post(f"{address}/undoing").status_code == 302
    assert page.post(address, {"_none": "1"}).status_code == 302
    deposit.refresh_from_db()
    assert deposit.state == "open"
    assert page.post(address, {"_none": "1"}).status_code == 422


def test_a_wrong_file_is_taken_back_on_its_page_and_read_again(page):
    read = take(notice(paid("ヤマダ", 100)), make_account())
    address = f"/bank/statements/{read.public_id}"
    assert page.post(f"{address}/taking-back").status_code == 422
    assert page.post(f"{address}/taking-back", {"reason": "wrong_account"}).status_code == 302
    assert Deposit.objects.get().state == "cancelled"
    assert page.get(address).context["why"]
    again = page.post(f"{address}/again", {"format": "auto"})["Location"]
    assert again != address
    assert page.get(again).context["statement"].deposit_count == 1


def test_a_file_of_several_accounts_is_taken_without_a_question(page):
    make_account()
    make_account("sub", number="7654321")
    response = upload(page, notice_of(("1234567", [paid("ヤマダ", 100)]), ("7654321", [paid("スズキ", 200)])))
    assert response.status_code == 302
    assert [one.account.code for one in page.get(response["Location"]).context["siblings"]] == ["sub"]
    assert Statement.objects.filter(state="read").count() == 2


def test_the_same_bytes_on_two_accounts_are_warned_about(page):
    mapping = {"date": ["date"], "amount": "amount"}
    first, second = (make_account(code, number="") for code in ("main", "sub"))
    for account in (first, second):
        account.mapping = mapping
        account.save()
        take(b"date,amount\n2026-11-18,5\n", account)
    shown = page.get(f"/bank/statements/{second.statements.get().public_id}")
    assert [one.account_id for one in shown.context["doubles"]] == [first.pk]


def test_a_pool_is_registered_and_a_number_given_out_from_the_customer_s_page(page):
    account, customer = make_account(), make_customer("山田商店")
    address = f"/bank/{account.public_id}/virtual-accounts"
    wrong = page.post(address, {"numbers": "12"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["numbers"])
    assert page.post(address, {"numbers": "5000001-5000003\n5000009", "branch_code": "101"}).status_code == 302
    assert VirtualAccount.objects.count() == 4
    virtual = VirtualAccount.objects.order_by("code").first()
    assert virtual.code in text_of(page.get(f"/customers/{customer.public_id}"))
    given = f"/bank/virtual-accounts/{virtual.public_id}"
    response = page.post(f"{given}/assignment", {"customer": customer.code, "_from": "customer"})
    assert response["Location"] == f"/customers/{customer.public_id}"
    assert page.post(f"{given}/state", {"state": "resting"}).status_code == 302
    virtual.refresh_from_db()
    assert (virtual.state, virtual.former_customer) == ("resting", customer)
    assert [row.pk for row in page.get(address, {"state": "resting"}).context["page"].rows] == [virtual.pk]


def test_who_may_not_keep_the_bank_neither_takes_files_back_nor_gives_numbers_out(organization):
    line = make_unpaired()
    client = signed_in("sales")
    for address in (
        f"/bank/lines/{line.public_id}/cancellation",
        f"/bank/statements/{line.statement.public_id}/taking-back",
        f"/bank/{line.account.public_id}/virtual-accounts",
    ):
        assert client.post(address, {"_none": "1", "reason": "other", "numbers": "5000001"}).status_code == 403
    assert not VirtualAccount.objects.exists()


def test_the_pool_asks_as_often_for_many_numbers_as_for_one(page):
    account = make_account()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert page.get(f"/bank/{account.public_id}/virtual-accounts").status_code == 200
        return len(queries)

    register_virtual_accounts(account, [NewNumber(number="5000000")], by=SYSTEM)
    asked()
    few = asked()
    register_virtual_accounts(account, [NewNumber(number=f"500001{n}") for n in range(9)], by=SYSTEM)
    assert asked() == few


def test_branches_are_proposed_by_name(page):
    shown = text_of(page.get("/bank/names", {"bank_code": "0001", "branch_code": "丸"}))
    assert 'datalist id="branches"' in shown
    assert "丸" in shown.split('id="branches"')[1]
