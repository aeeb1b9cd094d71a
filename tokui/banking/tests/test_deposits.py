"""Deposits by hand, from result lists, and their use."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from tokui.banking.actions import (
    NewDeposit,
    apply_deposits,
    cancel_deposit,
    import_results,
    record_deposit,
)
from tokui.banking.actions.results import Words
from tokui.banking.models import Deposit
from tokui.banking.refused import DepositFromBank, DepositNotOpen, DepositUsed
from tokui.banking.tests.world import DAY, make_account, notice, paid, take
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.errors import Invalid, NotPermitted
from tokui.core.invariants import find_offences
from tokui.core.models import Event, Parcel
from tokui.customers.actions import create_customer
from tokui.customers.drafts import CustomerDraft
from tokui.customers.models import Customer
from tokui.ledger.periods import close_month
from tokui.ledger.queries import balance


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.at(clock.at_day(DAY, 10)):
        yield


def make_customer(code: str = "C-00001", name: str = "山田 太郎", kana: str = "ヤマダ タロウ") -> Customer:
    return create_customer(CustomerDraft(code=code, name=name, kana=kana), by=SYSTEM)


@pytest.mark.parametrize(
    ("method", "debit"),
    [("cash", "cash"), ("offset", "offset"), ("note", "notes"), ("densai", "notes"), ("other", "other")],
)
def test_money_by_hand_is_posted_to_what_holds_it(accountant, method, debit):
    record_deposit(NewDeposit(amount_minor=500, received_on=DAY, method=method), by=accountant)
    assert balance(debit) == 500
    assert balance("unapplied") == -500
    assert find_offences() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_minor": 0}, "amount"),
        ({"amount_minor": -1}, "amount"),
        ({"received_on": DAY + timedelta(1)}, "received_on"),
        ({"method": "barter"}, "method"),
        ({"method": "transfer"}, "account"),
    ],
)
def test_an_impossible_deposit_is_refused_by_field(accountant, changes, field):
    with pytest.raises(Invalid) as refused:
        record_deposit(NewDeposit(**{"amount_minor": 500, "received_on": DAY, **changes}), by=accountant)
    assert refused.value.field == field


def test_a_known_payer_stands_on_the_customers_timeline(accountant):
    customer = make_customer()
    record_deposit(NewDeposit(amount_minor=500, received_on=DAY, customer=customer), by=accountant)
    assert Event.objects.get(type="banking.DepositRecorded").customer_id == customer.pk


def test_a_viewer_may_not_record_money(viewer):
    with pytest.raises(NotPermitted):
        record_deposit(NewDeposit(amount_minor=500, received_on=DAY), by=viewer)


def test_no_more_is_used_than_a_deposit_holds(accountant):
    deposit = record_deposit(NewDeposit(amount_minor=500, received_on=DAY), by=accountant)
    apply_deposits([(deposit.pk, 500)])
    deposit.refresh_from_db()
    assert deposit.state == Deposit.State.SETTLED
    with pytest.raises(DepositUsed):
        apply_deposits([(deposit.pk, 1)])
    apply_deposits([(deposit.pk, -200)])
    deposit.refresh_from_db()
    assert (deposit.state, deposit.left_minor) == (Deposit.State.OPEN, 200)
    with pytest.raises(DepositUsed):
        apply_deposits([(deposit.pk, -301)])


def test_the_database_itself_refuses_overuse(accountant):
    deposit = record_deposit(NewDeposit(amount_minor=500, received_on=DAY), by=accountant)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deposit.objects.filter(pk=deposit.pk).update(applied_minor=501)


def test_a_mistyped_deposit_is_cancelled_once_and_cannot_be_used(accountant):
    deposit = record_deposit(NewDeposit(amount_minor=500, received_on=DAY), by=accountant)
    cancel_deposit(deposit, by=accountant)
    cancel_deposit(deposit, by=accountant)
    assert balance("cash") == 0
    with pytest.raises(DepositNotOpen):
        apply_deposits([(deposit.pk, 1)])
    assert find_offences() == []


def test_only_the_bank_cancels_what_the_bank_sent(accountant):
    take(notice(paid("ヤマダ", 100)), make_account())
    with pytest.raises(DepositFromBank):
        cancel_deposit(Deposit.objects.get(), by=accountant)


RESULTS = '会員番号,決済日,金額,請求書番号,決済番号,結果\nC-00001,2026/11/18,"1,320",INV-7,p1,成功\nC-00001,2026/11/19,500,,p2,失敗\n'


def test_a_result_list_of_an_unconnected_system_makes_deposits_of_known_customers(accountant):
    customer = make_customer()
    done = import_results(RESULTS.encode("cp932"), source="konbini", name="r.csv", by=accountant)
    assert (done.recorded, done.known, done.unpaid) == (1, 0, 1)
    deposit = Deposit.objects.get()
    assert (deposit.customer_id, deposit.amount_minor, deposit.text) == (customer.pk, 1320, "INV-7")
    assert balance("gateway:konbini") == 1320
    again = import_results(RESULTS.encode("utf-8"), source="konbini", name="r2.csv", by=accountant)
    assert (again.recorded, again.known) == (0, 1)
    assert find_offences() == []


def test_a_result_list_with_one_unknown_customer_records_nothing_and_names_the_row(accountant):
    make_customer()
    content = RESULTS + "C-09999,2026/11/19,500,,p3,成功\n"
    done = import_results(content.encode(), source="konbini", name="r.csv", by=accountant)
    (row,) = done.refused
    assert (row.row, row.value, row.code) == (4, "C-09999", "unknown_customer")
    assert Deposit.objects.count() == 0
    kept = Parcel.objects.get(pk=done.parcel_id)
    assert (kept.state, kept.refusal["rows"][0]["value"]) == ("refused", "C-09999")


def test_equal_rows_without_a_number_of_their_own_are_different_payments(accountant):
    make_customer()
    table = "会員番号,決済日,金額\nC-00001,2026/11/18,500\nC-00001,2026/11/18,500\n"
    done = import_results(table.encode(), source="konbini", name="r.csv", by=accountant)
    assert (done.recorded, done.known) == (2, 0)
    longer = import_results(
        (table + "C-00001,2026/11/18,500\n").encode(), source="konbini", name="s.csv", by=accountant
    )
    assert (longer.recorded, longer.known) == (1, 2)


@pytest.mark.parametrize("word", ["承認", "保留", "x"])
def test_a_result_that_nobody_has_explained_is_refused_by_its_word(accountant, word):
    make_customer()
    table = f"会員番号,決済日,金額,結果\nC-00001,2026/11/18,500,{word}\n"
    done = import_results(table.encode(), source="card", name="r.csv", by=accountant)
    assert [(row.value, row.code) for row in done.refused] == [(word, "unknown_result")]
    assert not Deposit.objects.exists()
    told = Words(paid=frozenset({word}))
    again = import_results(table.encode(), source="card", name="r.csv", by=accountant, words=told)
    assert again.recorded == 1
    assert Parcel.objects.get(pk=again.parcel_id).state == "understood"


@pytest.mark.parametrize(
    ("word", "is_paid"), [("決済成功", True), ("ＯＫ", True), ("0", True), ("失敗（期限切れ）", False)]
)
def test_known_words_of_result_lists_mean_what_they_say(word, is_paid):
    assert Words().says(word) is is_paid


def test_every_refused_row_is_named(accountant):
    rows = "".join(f"C-{n:05d},2026/11/18,500\n" for n in range(150))
    done = import_results(f"会員番号,決済日,金額\n{rows}".encode(), source="card", name="r.csv", by=accountant)
    assert len(done.refused) == 150


def test_a_list_with_other_headings_is_kept_and_read_once_its_columns_are_told(accountant):
    make_customer()
    content = "だれ,いつ,いくら\nC-00001,2026/11/18,500\n".encode()
    done = import_results(content, source="card", name="r.csv", by=accountant)
    assert {row.code for row in done.refused} == {"column_missing"}
    assert done.headings == ("だれ", "いつ", "いくら")
    told = {"customer": "だれ", "day": "いつ", "amount": "いくら"}
    assert import_results(content, source="card", name="r.csv", by=accountant, columns=told).recorded == 1


def test_a_list_of_a_closed_month_says_so(accountant):
    make_customer()
    close_month(date(2026, 10, 1), by=SYSTEM)
    done = import_results(
        "会員番号,決済日,金額\nC-00001,2026/10/18,500\n".encode(), source="card", name="r.csv", by=accountant
    )
    assert [row.code for row in done.refused] == ["period_closed"]
