"""Money on a virtual account is its customer's, unless the number is nobody's or was another's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tokui.banking.actions import (
    NewNumber,
    assign_virtual_account,
    close_virtual_account,
    free_virtual_account,
    register_virtual_accounts,
    release_virtual_account,
)
from tokui.banking.models import Deposit, VirtualAccount
from tokui.banking.refused import VirtualAccountInUse, VirtualAccountNotAssigned, VirtualAccountTaken
from tokui.banking.tests.world import make_account, notice, notice_of, paid, statement, take
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.errors import Invalid, NotPermitted
from tokui.core.jobs import run_pending
from tokui.payments.models import PayerSign, Suggestion
from tokui.payments.tests.world import DAY, assert_books_balance, make_customer, make_invoice

NUMBER = "5000001"


@pytest.fixture(autouse=True)
def _on_the_day(db):
    with clock.at(clock.at_day(DAY, 10)):
        yield


def make_number(number: str = NUMBER) -> VirtualAccount:
    from tokui.banking.models import BankAccount

    account = BankAccount.objects.first() or make_account()
    [made] = register_virtual_accounts(account, [NewNumber(number=number, branch_code="101")], by=SYSTEM)
    return made


def money_on(number: str = NUMBER, amount: int = 24_200, payer: str = "ベツノ ナマエ", on=DAY) -> Deposit:
    """A Zengin 01 whose batch names the virtual account instead of the main one."""
    virtual = VirtualAccount.objects.get(number=number)
    read = take(notice_of((number, [paid(payer, amount, on)]), branch="101"), virtual.account)
    assert read.state == "read", read.refusal
    run_pending()
    return Deposit.objects.get(line__statement=read)


def test_money_on_a_customer_s_number_is_theirs_whatever_name_stands_beside_it(organization):
    customer = make_customer()
    invoice = make_invoice(customer)
    assign_virtual_account(make_number(), customer, by=SYSTEM)
    deposit = money_on()
    assert (deposit.virtual_account, deposit.hold, deposit.state) == ("0001-101-5000001", "", "settled")
    invoice.refresh_from_db()
    assert invoice.open_minor == 0
    assert not PayerSign.objects.filter(kind="virtual_account").exists()
    assert_books_balance()


@pytest.mark.parametrize("change", [release_virtual_account, close_virtual_account])
def test_money_on_a_number_that_was_given_back_waits_and_says_why(organization, change):
    customer = make_customer()
    make_invoice(customer)
    virtual = assign_virtual_account(make_number(), customer, by=SYSTEM, valid_from=DAY - timedelta(30))
    change(virtual, by=SYSTEM)
    deposit = money_on(payer="オオタ ユキ")
    assert (deposit.hold, deposit.state) == ("virtual_account_closed", "open")
    best = Suggestion.objects.get(deposit=deposit, rank=0)
    assert (best.customer_id, best.grade) == (customer.pk, "likely")
    assert "virtual_account_closed" in {reason["code"] for reason in best.reasons}


def test_money_on_a_number_that_was_another_s_before_waits_and_says_why(organization):
    former, customer = make_customer("前田 一", "マエダ ハジメ"), make_customer()
    make_invoice(customer)
    virtual = assign_virtual_account(make_number(), former, by=SYSTEM, valid_from=DAY - timedelta(90))
    free_virtual_account(release_virtual_account(virtual, by=SYSTEM), by=SYSTEM)
    virtual.refresh_from_db()
    assign_virtual_account(virtual, customer, by=SYSTEM)
    deposit = money_on()
    assert (deposit.hold, deposit.state) == ("virtual_account_reused", "open")
    assert Suggestion.objects.get(deposit=deposit, rank=0).customer_id == customer.pk


def test_money_before_the_number_was_given_out_waits(organization):
    assign_virtual_account(make_number(), make_customer(), by=SYSTEM)
    assert money_on(on=DAY - timedelta(1)).hold == "virtual_account_closed"


def test_a_number_of_one_invoice_pays_that_invoice(organization):
    customer = make_customer()
    make_invoice(customer, due_on=DAY)
    second = make_invoice(customer, due_on=DAY + timedelta(30))
    assign_virtual_account(make_number(), customer, by=SYSTEM, invoice_number=second.number)
    assert money_on().state == "settled"
    second.refresh_from_db()
    assert second.open_minor == 0


def test_a_number_in_the_edi_text_is_known(organization):
    customer = make_customer()
    make_invoice(customer)
    virtual = assign_virtual_account(make_number(), customer, by=SYSTEM)
    take(notice(paid("ダレカ", 24_200, edi="101-5000001")), virtual.account)
    assert Deposit.objects.get().virtual_account == virtual.code


def test_a_notice_beside_the_statement_tells_through_which_number_the_money_came(organization):
    customer = make_customer()
    make_invoice(customer)
    virtual = assign_virtual_account(make_number(), customer, by=SYSTEM)
    take(statement(0, paid("ベツノ ナマエ", 24_200)), virtual.account)
    run_pending()
    assert Deposit.objects.get().state == "open"
    read = take(notice_of((NUMBER, [paid("ベツノ ナマエ", 24_200)]), branch="101"), virtual.account)
    run_pending()
    deposit = Deposit.objects.get()
    assert (read.enriched_count, deposit.virtual_account, deposit.state) == (1, virtual.code, "settled")
    assert_books_balance()


def test_a_pool_holds_each_number_once(organization, viewer):
    make_number()
    with pytest.raises(VirtualAccountTaken):
        make_number()
    with pytest.raises(Invalid):
        make_number("12")
    with pytest.raises(NotPermitted):
        register_virtual_accounts(make_account("sub"), [NewNumber(number="5000002")], by=viewer)


def test_a_number_is_given_to_one_customer_at_a_time(organization):
    virtual = assign_virtual_account(make_number(), make_customer(), by=SYSTEM)
    with pytest.raises(VirtualAccountInUse):
        assign_virtual_account(virtual, make_customer(), by=SYSTEM)
    with pytest.raises(VirtualAccountNotAssigned):
        release_virtual_account(make_number("5000002"), by=SYSTEM)


def test_equal_payments_on_two_numbers_are_two_deposits(organization):
    account = make_account()
    numbers = [NewNumber(number=one, branch_code="101") for one in (NUMBER, "5000002")]
    register_virtual_accounts(account, numbers, by=SYSTEM)
    for number in (NUMBER, "5000002"):
        money_on(number)
    assert Deposit.objects.count() == 2
