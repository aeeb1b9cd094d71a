"""What waits for a closing run: the days named are those on which a run takes what is counted."""

from __future__ import annotations

from datetime import date

import pytest

from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.invoices.actions import close_sales
from tokui.invoices.tests.world import DAY, make_customer, sell
from tokui.invoices.waiting import preview_closing, waiting_days


@pytest.fixture(autouse=True)
def _november(organization):
    with clock.at(clock.at_day(date(2026, 11, 25))):
        yield


def test_a_sale_after_the_closing_day_waits_for_the_next_month(organization):
    customer = make_customer(closing_day=20)
    sell(customer, on=date(2026, 10, 21))
    assert waiting_days() == [(date(2026, 11, 20), 1)]


def test_a_sale_of_a_day_that_is_invoiced_waits_for_the_next_closing(organization):
    customer = make_customer()
    sell(customer)
    close_sales(DAY, by=SYSTEM)
    sell(customer, on=date(2026, 10, 9))
    assert waiting_days() == [(date(2026, 11, 30), 1)]


def test_each_day_counts_what_a_run_on_it_would_take(organization):
    for place, day in enumerate((20, 31, 31, 15, 30)):
        customer = make_customer(f"得意先{place}", closing_day=day)
        for on in (date(2026, 9, 1), date(2026, 10, 2), date(2026, 10, 28), date(2026, 11, 21)):
            sell(customer, on=on)
    close_sales(date(2026, 10, 20), by=SYSTEM)
    days = waiting_days(limit=20)
    assert [on for on, _lines in days] == sorted({on for on, _lines in days}, reverse=True)
    assert days == [(on, preview_closing(on).lines) for on, _lines in days]
    assert dict(days)[date(2026, 11, 30)] == 12


def test_late_is_what_was_sold_before_the_payers_period(organization):
    sell(make_customer("甲", closing_day=20), on=date(2026, 10, 20))
    sell(make_customer("乙", closing_day=20), on=date(2026, 10, 21))
    assert preview_closing(date(2026, 11, 20)).late == 1
    sell(make_customer("丙"), on=date(2027, 1, 31))
    assert preview_closing(date(2027, 2, 28)).late == 1
    assert close_sales(date(2026, 11, 20), by=SYSTEM).late_count == 1


def test_who_is_paid_for_waits_for_the_payers_day_and_who_has_none_does_not_wait(organization):
    guardian = make_customer("太田 由紀", closing_day=10)
    sell(make_customer("太田 翔", bill_to_id=guardian.pk, closing_day=31), on=date(2026, 11, 3))
    sell(make_customer("丙", closing_day=None), on=date(2026, 11, 3))
    assert waiting_days() == [(date(2026, 11, 10), 1)]
