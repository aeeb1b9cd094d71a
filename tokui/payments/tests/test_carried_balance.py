"""繰越方式: what a closing invoice says about before is what the documents and the money say."""

from __future__ import annotations

from datetime import date

import pytest

from tokui.access.models import Business
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.invariants import find_offences
from tokui.invoices.actions import close_sales, credit_invoice, draft_from_sales, issue_invoice, void_invoice
from tokui.invoices.documents import CarriedBalance
from tokui.invoices.drafting import InvoiceTerms
from tokui.invoices.issuers import change_terms
from tokui.invoices.models import Invoice
from tokui.invoices.papers import content_of
from tokui.invoices.tests.world import business, make_customer, sell
from tokui.payments.actions.allocating import Use, allocate
from tokui.payments.actions.releasing import release
from tokui.payments.tests.world import make_deposit

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _carries(organization):
    with clock.at(clock.at_day(date(2026, 10, 2))):
        change_terms(business(), by=SYSTEM, carries_balance=True)
        yield


def close(on: date, run_on: date, customer=None) -> Invoice:
    with clock.at(clock.at_day(run_on)):
        close_sales(on, by=SYSTEM)
    return Invoice.objects.exclude(state="void").get(closing_on=on, business=business(), currency="JPY")


def pay(invoice: Invoice, amount: int, on: date, known_on: date | None = None, kind: str = "payment"):
    with clock.at(clock.at_day(known_on or on)):
        return allocate(make_deposit(amount, on=on), [Use(invoice.pk, amount, kind)], by=SYSTEM)


def carried(invoice: Invoice) -> tuple[int, int, int, int]:
    found = content_of(invoice).carried
    assert isinstance(found, CarriedBalance)
    return found.previous_minor, found.received_minor, found.adjusted_minor, found.carried_minor


def test_each_closing_begins_with_what_the_one_before_asked_for(organization):
    customer = make_customer()
    sell(customer, 100_000, on=SEPTEMBER)
    first = close(SEPTEMBER, date(2026, 10, 2))
    pay(first, 60_000, date(2026, 10, 20))
    sell(customer, 50_000, on=date(2026, 10, 8))
    second = close(OCTOBER, date(2026, 11, 2))
    sell(customer, 1_000, on=date(2026, 11, 8))
    third = close(NOVEMBER, date(2026, 12, 1))
    assert carried(first) == (0, 0, 0, 0)
    assert carried(second) == (110_000, 60_000, 0, 50_000)
    assert second.payable_minor == content_of(second).payable_minor == 105_000
    assert carried(third) == (105_000, 0, 0, 105_000)
    assert find_offences() == []


def test_another_currency_and_another_business_stay_out_of_it(organization):
    other = Business.objects.create(organization_id=organization.pk, code="zz", name="別の事業")
    customer = make_customer()
    sell(customer, 10_000, on=SEPTEMBER, business_id=business().pk)
    sell(customer, 77_700, on=SEPTEMBER, business_id=business().pk, currency="USD")
    sell(customer, 30_000, on=SEPTEMBER, business_id=other.pk)
    close(SEPTEMBER, date(2026, 10, 2))
    sell(customer, 1_000, on=OCTOBER, business_id=business().pk)
    assert carried(close(OCTOBER, date(2026, 11, 2))) == (11_000, 0, 0, 11_000)
    assert find_offences() == []


def test_a_single_invoice_of_the_period_is_no_negative_receipt(organization):
    customer = make_customer()
    sell(customer, 10_000, on=SEPTEMBER)
    close(SEPTEMBER, date(2026, 10, 2))
    line = sell(customer, 5_000, on=date(2026, 10, 5))
    with clock.at(clock.at_day(date(2026, 10, 6))):
        issue_invoice(draft_from_sales([line], terms=InvoiceTerms(), by=SYSTEM), by=SYSTEM)
    sell(customer, 1_000, on=OCTOBER)
    assert carried(close(OCTOBER, date(2026, 11, 2))) == (11_000, 0, 5_500, 16_500)


def test_a_credit_note_and_a_discount_are_adjustments(organization):
    customer = make_customer()
    sell(customer, 10_000, on=SEPTEMBER)
    first = close(SEPTEMBER, date(2026, 10, 2))
    pay(first, 11_000, date(2026, 10, 20))
    with clock.at(clock.at_day(date(2026, 10, 21))):
        credit_invoice(first, reason="返品", by=SYSTEM)
    sell(customer, 20_000, on=OCTOBER)
    second = close(OCTOBER, date(2026, 11, 2))
    assert carried(second) == (11_000, 11_000, -11_000, -11_000)
    assert content_of(second).payable_minor == 11_000
    with clock.at(clock.at_day(date(2026, 11, 20))):
        allocate(
            make_deposit(10_500, on=date(2026, 11, 20)),
            [Use(second.pk, 10_500), Use(second.pk, 500, "discount")],
            by=SYSTEM,
        )
    sell(customer, 1_000, on=date(2026, 11, 21))
    assert carried(close(NOVEMBER, date(2026, 12, 1))) == (11_000, 10_500, -500, 0)
    assert find_offences() == []


def test_a_voided_closing_invoice_that_is_closed_again_counts_once(organization):
    customer = make_customer()
    sell(customer, 10_000, on=SEPTEMBER)
    first = close(SEPTEMBER, date(2026, 10, 2))
    pay(first, 11_000, date(2026, 10, 3))
    with clock.at(clock.at_day(date(2026, 10, 5))):
        void_invoice(first, reason="宛名の誤り", reopens_sales=True, by=SYSTEM)
    again = close(SEPTEMBER, date(2026, 10, 6))
    assert carried(again) == (0, 0, 0, 0)
    sell(customer, 1_000, on=OCTOBER)
    assert carried(close(OCTOBER, date(2026, 11, 2))) == (11_000, 0, 0, 11_000)
    assert find_offences() == []


def test_money_that_became_known_after_the_closing_is_received_on_the_next(organization):
    """The bank's file of the 30th is read on the 5th: the closing of the 30th cannot have known it."""
    customer = make_customer()
    sell(customer, 10_000, on=date(2026, 8, 31))
    august = close(date(2026, 8, 31), date(2026, 9, 1))
    sell(customer, 20_000, on=SEPTEMBER)
    assert carried(close(SEPTEMBER, date(2026, 10, 2))) == (11_000, 0, 0, 11_000)
    pay(august, 11_000, SEPTEMBER, known_on=date(2026, 10, 5))
    sell(customer, 1_000, on=OCTOBER)
    assert carried(close(OCTOBER, date(2026, 11, 2))) == (33_000, 11_000, 0, 22_000)


def test_money_taken_back_after_a_closing_that_counted_it_is_taken_off_the_next(organization):
    customer = make_customer()
    sell(customer, 10_000, on=date(2026, 8, 31))
    august = close(date(2026, 8, 31), date(2026, 9, 1))
    made = pay(august, 11_000, date(2026, 9, 20))
    sell(customer, 20_000, on=SEPTEMBER)
    assert carried(close(SEPTEMBER, date(2026, 10, 2))) == (11_000, 11_000, 0, 0)
    with clock.at(clock.at_day(date(2026, 10, 9))):
        release(made.decision_id, by=SYSTEM)
    sell(customer, 1_000, on=OCTOBER)
    assert carried(close(OCTOBER, date(2026, 11, 2))) == (22_000, -11_000, 0, 33_000)


def test_what_was_open_before_the_first_such_closing_is_the_previous_amount(organization):
    customer = make_customer()
    change_terms(business(), by=SYSTEM, carries_balance=False)
    sell(customer, 10_000, on=SEPTEMBER)
    first = close(SEPTEMBER, date(2026, 10, 2))
    change_terms(business(), by=SYSTEM, carries_balance=True)
    pay(first, 4_000, date(2026, 10, 20))
    sell(customer, 1_000, on=OCTOBER)
    assert carried(close(OCTOBER, date(2026, 11, 2))) == (11_000, 4_000, 0, 7_000)
