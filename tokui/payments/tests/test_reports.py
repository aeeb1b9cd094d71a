"""The figures of receivables: by age, by expected day, and a customer's account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tokui.core import clock
from tokui.payments.actions import Use, allocate
from tokui.payments.reports import aged_receivables, customer_ledger, expected_receipts
from tokui.payments.tests.world import DAY, assert_books_balance, make_customer, make_deposit, make_invoice


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.at(clock.at_day(DAY, 10)):
        yield


@pytest.fixture
def debtor(organization):
    """Owes 1,000 that is not due, and 2,000 to 5,000 that are 10, 45, 75 and 120 days late."""
    customer = make_customer()
    for amount, late in ((1000, -7), (2000, 10), (3000, 45), (4000, 75), (5000, 120)):
        issued = DAY - timedelta(max(late, 0) + 20)
        make_invoice(customer, amount, due_on=DAY - timedelta(late), issued_on=issued)
    return customer


def test_receivables_are_sorted_by_their_age(debtor):
    (row,), totals = aged_receivables()
    assert (row.not_due, row.days_30, row.days_60, row.days_90, row.older) == (1000, 2000, 3000, 4000, 5000)
    assert row.total == totals.total == 15_000


def test_the_table_can_be_asked_for_a_day_before_a_payment(debtor, owner):
    oldest = debtor_invoice(debtor, 5000)
    allocate(make_deposit(5000), [Use(oldest.pk, 5000)], by=owner)
    assert aged_receivables()[1].older == 0
    assert aged_receivables(DAY - timedelta(1))[1].older == 5000
    assert_books_balance()


def test_expected_receipts_stand_on_their_due_days_and_late_ones_come_first(debtor):
    days = expected_receipts()
    assert [(day.open_minor, day.is_late) for day in days] == [
        (5000, True),
        (4000, True),
        (3000, True),
        (2000, True),
        (1000, False),
    ]
    assert days[-1].due_on == DAY + timedelta(7)


def test_what_was_paid_is_expected_no_more(debtor, owner):
    coming = debtor_invoice(debtor, 1000)
    allocate(make_deposit(1000), [Use(coming.pk, 1000)], by=owner)
    assert all(day.is_late for day in expected_receipts())


def test_the_customers_account_runs_from_the_balance_brought_forward_to_what_is_owed(debtor, owner):
    allocate(make_deposit(700), [Use(debtor_invoice(debtor, 2000).pk, 700)], by=owner)
    opening, movements = customer_ledger(debtor, DAY - timedelta(40), DAY)
    assert opening == 3000 + 4000 + 5000
    assert [(one.billed_minor, one.received_minor) for one in movements] == [(2000, 0), (1000, 0), (0, 700)]
    assert movements[-1].balance_minor == 14_300


def debtor_invoice(customer, total):
    from tokui.invoices.models import Invoice

    return Invoice.objects.get(customer=customer, total_minor=total)
