"""The closing run: one invoice per payer and business, tax once per rate, no gaps, once however often it runs."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tokui.access.models import Business
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.errors import NotPermitted
from tokui.core.invariants import find_offences
from tokui.core.models import Event
from tokui.invoices.closing import close_sales
from tokui.invoices.models import ClosingProblem, Invoice, InvoiceTax, SaleLine
from tokui.invoices.recording import NewSale, record_sales
from tokui.invoices.refused import ClosingDayInFuture
from tokui.invoices.tests.world import DAY, business, make_customer, make_product, sell
from tokui.ledger import queries
from tokui.ledger.periods import PeriodClosed, close_month


@pytest.fixture(autouse=True)
def _november():
    with clock.at(clock.at_day(date(2026, 11, 2))):
        yield


def test_the_lines_of_a_month_become_one_invoice_with_tax_once_per_rate(organization):
    customer = make_customer()
    for amount, kind in ((60_000, "standard"), (134_400, "standard"), (64_800, "standard"), (9_600, "standard")):
        sell(customer, amount, tax_kind=kind)
    sell(customer, 39_600, tax_kind="reduced")
    closed = close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get()
    assert (closed.invoice_count, closed.line_count, closed.total_minor) == (1, 5, 338_448)
    assert (invoice.net_minor, invoice.tax_minor, invoice.total_minor) == (308_400, 30_048, 338_448)
    assert (invoice.number, invoice.state, invoice.issued_on, invoice.due_on) == (
        "INV-2610-0001",
        "issued",
        DAY,
        date(2026, 11, 30),
    )
    taxes = {(tax.tax_kind, tax.rate_bp): (tax.net_minor, tax.tax_minor) for tax in InvoiceTax.objects.all()}
    assert taxes == {("standard", 1000): (268_800, 26_880), ("reduced", 800): (39_600, 3_168)}
    assert set(SaleLine.objects.values_list("invoice_id", flat=True)) == {invoice.pk}


def test_an_issued_invoice_stands_in_the_books_and_on_the_timeline(organization):
    customer = make_customer()
    sell(customer, 1_000)
    sell(customer, 2_000, revenue_account="service")
    close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get()
    assert queries.balance(f"customers:{customer.pk}:receivable") == 3_300
    assert queries.balance("revenue:sales:10") == -1_000
    assert queries.balance("revenue:service:10") == -2_000
    assert queries.balance("tax:10") == -300
    event = Event.objects.get(type="invoices.InvoiceIssued")
    assert (event.about_id, event.customer_id, event.payload["total_minor"]) == (invoice.pk, customer.pk, 3_300)
    assert find_offences() == []


def test_running_again_adds_nothing(organization):
    sell(make_customer())
    first, second = close_sales(DAY, by=SYSTEM), close_sales(DAY, by=SYSTEM)
    assert (first.invoice_count, second.invoice_count) == (1, 0)
    assert Invoice.objects.count() == 1


def test_a_sale_that_comes_after_the_closing_waits_for_the_next_and_says_so(organization):
    customer = make_customer()
    sell(customer)
    close_sales(DAY, by=SYSTEM)
    recorded = record_sales([NewSale(customer.pk, date(2026, 10, 20), "遅れた伝票", unit_minor=500)], by=SYSTEM)
    assert [late.next_closing_on for late in recorded.late] == [date(2026, 11, 30)]
    assert close_sales(DAY, by=SYSTEM).invoice_count == 0
    with clock.at(clock.at_day(date(2026, 12, 1))):
        sell(customer, on=date(2026, 11, 5))
        closed = close_sales(date(2026, 11, 30), by=SYSTEM)
    assert (closed.invoice_count, closed.line_count, closed.late_count) == (1, 2, 1)
    assert find_offences() == []


def test_customers_of_another_closing_day_are_left_alone(organization):
    sell(make_customer("甲", closing_day=20))
    sell(make_customer("乙", closing_day=31), on=date(2026, 9, 1))
    sell(make_customer("丙", closing_day=None))
    assert close_sales(date(2026, 10, 20), by=SYSTEM).invoice_count == 1
    assert Invoice.objects.get().customer.name == "甲"


def test_a_closing_day_that_the_month_lacks_falls_on_its_end(organization):
    sell(make_customer("甲", closing_day=30), on=date(2026, 2, 27))
    sell(make_customer("乙", closing_day=28), on=date(2026, 2, 27))
    assert close_sales(date(2026, 2, 28), by=SYSTEM).invoice_count == 2
    assert set(Invoice.objects.values_list("period_from", flat=True)) == {date(2026, 1, 31), date(2026, 1, 29)}


def test_sales_of_those_who_are_paid_for_go_on_the_payers_invoice(organization):
    guardian = make_customer("太田 由紀", kind="person")
    for name in ("太田 翔", "太田 凛"):
        sell(make_customer(name, kind="person", bill_to_id=guardian.pk, closing_day=None), 22_000)
    sell(guardian, 500)
    close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get()
    assert (invoice.customer_id, invoice.net_minor) == (guardian.pk, 44_500)
    assert invoice.snapshot["kind"] == "person"


def test_each_business_and_each_currency_has_its_own_invoice_and_series(organization):
    shop = Business.objects.create(organization_id=organization.pk, code="shop", name="ひより道具店")
    customer = make_customer()
    sell(customer, business_id=business().pk)
    sell(customer, business_id=shop.pk)
    sell(customer, business_id=shop.pk, currency="USD")
    close_sales(DAY, by=SYSTEM)
    assert sorted(Invoice.objects.values_list("number", flat=True)) == [
        "INV-2610-0001",
        "SHOP-INV-2610-0001",
        "SHOP-INV-2610-0002",
    ]
    assert find_offences() == []


def test_a_payer_whose_lines_sum_below_zero_is_parked_and_the_rest_go_on(organization):
    good, bad = make_customer("甲"), make_customer("乙")
    sell(good)
    sell(bad, -5_000)
    closed = close_sales(DAY, by=SYSTEM)
    assert (closed.invoice_count, closed.problem_count) == (1, 1)
    problem = ClosingProblem.objects.get()
    assert (problem.customer_id, problem.code, problem.amount_minor, problem.line_count) == (
        bad.pk,
        "below_zero",
        -5_500,
        1,
    )
    sell(bad, 7_000)
    assert close_sales(DAY, by=SYSTEM).invoice_count == 1
    assert ClosingProblem.objects.get().resolved_at is not None
    assert find_offences() == []


def test_a_payer_on_whom_the_database_refuses_is_parked_alone(organization):
    customers = [make_customer(f"得意先{n}") for n in range(5)]
    for customer in customers:
        sell(customer)
    huge = NewSale(customers[2].pk, DAY, "過大", unit_minor=90_000_000_000_000)
    record_sales([huge] * 110, by=SYSTEM)  # the sum times the rate leaves a bigint
    closed = close_sales(DAY, by=SYSTEM)
    assert (closed.invoice_count, closed.problem_count) == (4, 1)
    assert ClosingProblem.objects.get().code == "impossible"
    numbers = sorted(Invoice.objects.values_list("sequence", flat=True))
    assert numbers == [1, 2, 3, 4]
    assert find_offences() == []


def test_a_closed_month_and_a_day_ahead_are_refused(organization, accountant, viewer):
    sell(make_customer())
    with pytest.raises(NotPermitted):
        close_sales(DAY, by=viewer)
    with pytest.raises(ClosingDayInFuture):
        close_sales(date(2026, 11, 30), by=accountant)
    close_month(DAY, by=accountant)
    with pytest.raises(PeriodClosed):
        close_sales(DAY, by=accountant)
    assert not Invoice.objects.exists()


def test_the_due_day_moves_off_a_bank_holiday_as_the_payer_wishes(organization):
    before = make_customer("甲", due_months=1, due_day=29, due_shift="before")
    after = make_customer("乙", due_months=1, due_day=29, due_shift="after")
    for customer in (before, after):
        sell(customer)
    close_sales(DAY, by=SYSTEM)
    assert Invoice.objects.get(customer=before).due_on == date(2026, 11, 27)
    assert Invoice.objects.get(customer=after).due_on == date(2026, 11, 30)


def test_prices_with_tax_are_shared_among_accounts_to_the_yen(organization):
    customer = make_customer(tax_display="included")
    for account in ("a", "b", "c"):
        sell(customer, 100, revenue_account=account)
    close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get()
    assert (invoice.net_minor, invoice.tax_minor) == (273, 27)
    shares = [-queries.balance(f"revenue:{account}:10") for account in ("a", "b", "c")]
    assert (sum(shares), max(shares) - min(shares) <= 1) == (273, True)


def test_an_invoice_of_zero_has_a_number_but_no_entry_and_is_paid(organization):
    customer = make_customer()
    sell(customer, 1_000)
    sell(customer, -1_000)
    close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get()
    assert (invoice.total_minor, invoice.entry_id, invoice.paid_on) == (0, None, DAY)
    assert find_offences() == []


def test_the_statements_of_a_run_do_not_grow_with_its_invoices(organization):
    product = make_product()

    def statements(count: int, day: date) -> int:
        customers = [make_customer(f"得意先{day.day}-{n:03}", closing_day=day.day) for n in range(count)]
        record_sales([NewSale(one.pk, date(2026, 9, 1), product_id=product.pk) for one in customers] * 3, by=SYSTEM)
        with CaptureQueriesContext(connection) as captured:
            assert close_sales(day, by=SYSTEM).invoice_count == count
        return len(captured)

    statements(1, date(2026, 10, 5))
    assert statements(10, date(2026, 10, 10)) == statements(40, date(2026, 10, 20)) <= 100


def test_the_preview_names_each_document_as_the_run_will_make_it_held_ones_first(organization):
    from tokui.invoices.previewing import waiting_invoices

    good, bad = make_customer("良い"), make_customer("返品")
    sell(good, 1_005)
    sell(good, 1_005, on=date(2026, 9, 8))
    sell(bad, -500)
    held, fine = waiting_invoices(DAY)
    assert (held.customer, held.is_held, fine.customer, fine.is_held) == ("返品", True, "良い", False)
    close_sales(DAY, by=SYSTEM)
    made = Invoice.objects.get()
    assert (fine.line_count, fine.late_count) == (2, 1)
    assert (fine.net_minor, fine.tax_minor, fine.total_minor, fine.due_on) == (
        made.net_minor,
        made.tax_minor,
        made.total_minor,
        made.due_on,
    )
    assert ClosingProblem.objects.get().customer_id == held.customer_id
