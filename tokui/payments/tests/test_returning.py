"""Money that came twice or by mistake: kept out of reconciliation, sent back whole or in part, kept, or used after all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tokui.banking.tests.world import make_account
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.errors import Invalid, StateChanged
from tokui.core.models import Event
from tokui.ledger.queries import balance
from tokui.payments.actions import (
    Use,
    allocate,
    ask_return,
    confirm_certain,
    drop_return,
    keep_as_advance,
    keep_return,
    match_all,
    match_deposits,
    refund,
    refund_advance,
    release,
)
from tokui.payments.bench import bench, next_after
from tokui.payments.models import Allocation, CustomerStanding, ReturnToDo, Suggestion
from tokui.payments.policy import change_policy
from tokui.payments.refused import AdvanceTooSmall, MoreThanToReturn, OtherAccountCurrency
from tokui.payments.tests.world import DAY, assert_books_balance, make_customer, make_deposit, make_invoice


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.at(clock.at_day(DAY, 10)):
        yield


def asked(amount=1000, customer=None, **more):
    return ask_return(make_deposit(amount, "ｼﾗﾅｲ ﾋﾄ"), why="mistake", customer=customer, by=SYSTEM, **more)


def test_money_paid_twice_is_sent_back_or_kept(accountant):
    customer = make_customer()
    first, second = make_deposit(1000), make_deposit(700)
    todo = ask_return(first, why="paid_twice", customer=customer, by=accountant)
    refund(todo, account=first.account, customer=customer, on=DAY, by=accountant)
    assert balance("bank:main") == 700
    todo = ask_return(second, why="mistake", customer=customer, by=accountant)
    keep_return(todo, customer=customer, by=accountant)
    assert CustomerStanding.objects.get(customer=customer).advance_minor == 700
    assert balance("unapplied") == 0
    assert_books_balance()


def test_what_waits_to_be_sent_back_is_not_matched_and_not_on_the_bench(accountant):
    customer = make_customer()
    make_invoice(customer, 24_200)
    deposit = make_deposit(24_200)
    other = make_deposit(300, "ﾀﾞﾚｶ", on=DAY - timedelta(1))
    todo = ask_return(deposit, why="mistake", customer=customer, by=accountant)
    assert match_all().posted == 0
    assert match_deposits([deposit.pk]).looked_at == 0
    shown = bench(None)
    assert [row.deposit for row in shown.rows] == [other]
    assert shown.open_count.number == 1
    assert next_after(deposit) == other.pk
    refund(todo, account=deposit.account, on=DAY, by=accountant)
    assert balance("bank:main") == 300
    assert_books_balance()


def test_what_was_certain_before_it_was_put_on_the_list_is_not_confirmed_with_the_rest(accountant):
    change_policy({"posts_certain": False}, by=SYSTEM)
    customer = make_customer()
    make_invoice(customer, 24_200)
    deposit = make_deposit(24_200)
    match_all()
    ask_return(deposit, why="mistake", customer=customer, by=accountant)
    assert confirm_certain(by=accountant).posted == 0
    assert bench(None).certain_count == 0


def test_of_a_part_to_be_sent_back_only_the_rest_is_proposed(accountant):
    customer = make_customer()
    make_invoice(customer, 24_200)
    deposit = make_deposit(30_000)
    todo = ask_return(deposit, why="mistake", customer=customer, amount_minor=5_800, by=accountant)
    assert match_all().posted == 0  # a person has looked at it
    best = Suggestion.objects.get(deposit=deposit, rank=0)
    assert (best.grade, [amount for _invoice, amount in best.allocations], best.over_minor) == ("likely", [24_200], 0)
    assert bench(None).deposit == deposit
    refund(todo, account=deposit.account, on=DAY, by=accountant)
    assert_books_balance()


def test_who_uses_the_money_after_all_takes_it_off_the_list(accountant):
    customer = make_customer()
    invoice, deposit = make_invoice(customer, 24_200), make_deposit(30_000)
    todo = ask_return(deposit, why="mistake", by=accountant)
    made = allocate(deposit, [Use(invoice.pk, 24_200)], by=accountant)
    todo.refresh_from_db()
    assert (todo.state, todo.amount_minor) == ("open", 5_800)
    assert_books_balance()
    deposit.refresh_from_db()
    keep_as_advance(deposit, customer, by=accountant)
    todo.refresh_from_db()
    assert (todo.state, todo.done_by) == ("dropped", accountant.name)
    release(made.decision_id, by=accountant)
    assert_books_balance()


def test_returned_money_that_is_dropped_is_proposed_again_but_never_posted_by_itself(accountant):
    customer = make_customer()
    make_invoice(customer, 24_200)
    deposit = make_deposit(24_200)
    todo = ask_return(deposit, why="mistake", by=accountant)
    drop_return(todo, by=accountant)
    assert Suggestion.objects.get(deposit=deposit, rank=0).grade == "likely"
    assert match_all().posted == 0
    assert Suggestion.objects.get(deposit=deposit, rank=0).grade == "likely"
    assert Event.objects.filter(type="payments.ReturnDropped").count() == 1
    with pytest.raises(StateChanged):
        drop_return(todo, by=accountant)


def test_a_part_is_sent_back_and_the_rest_stays_on_the_list(accountant):
    customer = make_customer()
    todo = asked(1000, customer)
    refund(todo, account=todo.deposit.account, on=DAY, amount_minor=400, note="手数料を引いて返金", by=accountant)
    todo.refresh_from_db()
    assert (todo.state, todo.amount_minor) == ("open", 600)
    assert Allocation.objects.get().memo == "手数料を引いて返金"
    with pytest.raises(MoreThanToReturn):
        refund(todo, account=todo.deposit.account, on=DAY, amount_minor=601, by=accountant)
    refund(todo, account=todo.deposit.account, on=DAY, by=accountant)
    with pytest.raises(StateChanged):
        refund(todo, account=todo.deposit.account, on=DAY, by=accountant)
    assert balance("unapplied") == 0
    assert_books_balance()


def test_a_refund_has_a_day_that_has_come_and_an_account_of_its_currency(accountant):
    todo = asked()
    for day in (date(2099, 1, 1), DAY + timedelta(1), DAY - timedelta(1)):
        with pytest.raises(Invalid):
            refund(todo, account=todo.deposit.account, on=day, by=accountant)
    dollars = make_account("usd", currency="USD")
    with pytest.raises(OtherAccountCurrency):
        refund(todo, account=dollars, on=DAY, by=accountant)
    assert not Allocation.objects.exists()


def test_a_stranger_gets_the_money_back_without_becoming_a_customer(accountant):
    todo = asked()
    refund(todo, account=todo.deposit.account, on=DAY, by=accountant)
    row = Allocation.objects.get()
    assert (row.kind, row.customer_id, todo.state) == ("refund", None, "refunded")
    assert (balance("bank:main"), balance("unapplied")) == (0, 0)
    assert_books_balance()
    release(row.decision, by=accountant)
    assert balance("unapplied") == -1000
    assert_books_balance()


def test_an_overpayment_kept_as_an_advance_can_still_be_sent_back(accountant):
    customer = make_customer()
    invoice, deposit = make_invoice(customer, 1000), make_deposit(1500)
    allocate(deposit, [Use(invoice.pk, 1000)], advance_minor=500, by=accountant)
    advance = Allocation.objects.get(kind="advance")
    made = refund_advance(advance, account=deposit.account, on=DAY, amount_minor=300, note="過入金", by=accountant)
    assert (made.kind, made.from_advance_id, made.memo) == ("refund", advance.pk, "過入金")
    assert CustomerStanding.objects.get(customer=customer).advance_minor == 200
    assert (balance(f"customers:{customer.pk}:advance"), balance("bank:main")) == (-200, 1200)
    advance.refresh_from_db()
    with pytest.raises(AdvanceTooSmall):
        refund_advance(advance, account=deposit.account, on=DAY, amount_minor=201, by=accountant)
    with pytest.raises(Invalid):
        refund_advance(advance, account=deposit.account, on=DAY + timedelta(1), by=accountant)
    assert_books_balance()
    release(made.decision, by=accountant)
    assert CustomerStanding.objects.get(customer=customer).advance_minor == 500
    assert_books_balance()


def test_the_same_payment_the_next_day_goes_to_the_list_of_returns_by_itself(organization):
    customer = make_customer()
    make_invoice(customer, 24_200)
    make_deposit(24_200)
    assert match_all().posted == 1
    with clock.at(clock.at_day(DAY + timedelta(1))):
        again = make_deposit(24_200, on=DAY + timedelta(1))
        assert match_all().posted == 0
    todo = ReturnToDo.objects.get()
    assert (todo.deposit_id, todo.why, todo.customer_id, todo.amount_minor) == (
        again.pk,
        "paid_twice",
        customer.pk,
        24_200,
    )
    assert "paid_twice" in [reason["code"] for reason in Suggestion.objects.get(deposit=again, rank=0).reasons]
    assert Event.objects.filter(type="payments.ReturnAsked", customer_id=customer.pk).count() == 1
    assert bench(None).rows == []
    assert_books_balance()


def test_a_repetition_is_never_certain_even_where_another_invoice_is_open(organization):
    customer = make_customer()
    make_invoice(customer, 24_200)
    make_deposit(24_200)
    match_all()
    make_invoice(customer, 24_200)
    again = make_deposit(24_200)
    assert match_all().posted == 0
    best = Suggestion.objects.get(deposit=again, rank=0)
    assert best.grade == "likely"
    assert "paid_twice" in [reason["code"] for reason in best.reasons]
    assert not ReturnToDo.objects.exists()


def test_who_pays_the_same_every_month_is_not_held_up(organization):
    customer = make_customer()
    make_invoice(customer, 24_200, issued_on=DAY - timedelta(40), due_on=DAY - timedelta(25))
    make_deposit(24_200, on=DAY - timedelta(31))
    match_all()
    make_invoice(customer, 24_200)
    make_deposit(24_200)
    assert match_all().posted == 1


def test_who_pays_next_month_before_the_invoice_is_doubted_but_not_put_on_the_list(organization):
    customer = make_customer()
    make_invoice(customer, 24_200, issued_on=DAY - timedelta(40), due_on=DAY - timedelta(25))
    make_deposit(24_200, on=DAY - timedelta(31))
    match_all()
    early = make_deposit(24_200)
    assert match_all().posted == 0
    assert "paid_twice" in [reason["code"] for reason in Suggestion.objects.get(deposit=early, rank=0).reasons]
    assert not ReturnToDo.objects.exists()
    assert bench(None).rows[0].note


def test_what_a_person_said_was_not_paid_twice_is_not_put_on_the_list_again(accountant):
    customer = make_customer()
    make_invoice(customer, 24_200)
    make_deposit(24_200)
    match_all()
    make_deposit(24_200)
    match_all()
    drop_return(ReturnToDo.objects.get(), by=accountant)
    match_all()
    assert not ReturnToDo.objects.filter(state="open").exists()
