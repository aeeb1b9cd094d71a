"""Two at once: closing runs, single issues, the same file of sales. One effect, no gap, nothing for `tokui check`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tokui.access.actions import found_organization
from tokui.catalog.tax import TaxKind
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.ids import uuid7
from tokui.core.invariants import find_offences
from tokui.core.tenancy import organization_scope
from tokui.invoices.actions import NewSale, close_sales, draft_invoice, issue_invoice, record_sales
from tokui.invoices.models import Invoice, InvoiceTax, SaleLine
from tokui.invoices.tax import Rounding, TaxedAmount, tax_totals
from tokui.invoices.tests.world import DAY, make_customer

NOW = clock.at_day(date(2026, 11, 2))


@pytest.fixture
def merchant(django_db_blocker):
    """An organization that is really committed, so that other connections see it; its name is its own."""
    with django_db_blocker.unblock():
        with clock.at(NOW):
            organization = found_organization("同時", slug=f"at-once-{uuid7().hex[-12:]}")
        yield organization
        with connection.cursor() as cursor:  # other tests work off the queue and would meet these
            cursor.execute("DELETE FROM procrastinate_jobs WHERE args->>'organization' = %s", [str(organization.pk)])
        connections.close_all()


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run works in threads with connections of their own; returns results or exceptions in order."""
    results: list[object] = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(place: int) -> None:
        gate.wait(10)
        try:
            with clock.at(NOW):
                results[place] = works[place]()
        except Exception as trouble:
            results[place] = trouble
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_two_closing_runs_at_once_are_one(merchant):
    with organization_scope(merchant.pk), clock.at(NOW):
        for n in range(12):
            record_sales([NewSale(make_customer(f"得意先{n}").pk, DAY, "皿", unit_minor=1_000)], by=SYSTEM)
    runs = at_once(*[lambda: close_sales(DAY, by=SYSTEM, organization=merchant.pk)] * 3)
    assert sum(run.invoice_count for run in runs) == 12, runs
    with organization_scope(merchant.pk):
        assert sorted(Invoice.objects.values_list("sequence", flat=True)) == list(range(1, 13))
        assert find_offences() == []


def test_invoices_issued_at_once_take_numbers_without_gap_or_repetition(merchant):
    def issue_one() -> None:
        with organization_scope(merchant.pk):
            customer = make_customer("得意先")
            sale = NewSale(customer.pk, DAY, "皿", unit_minor=1_000)
            issue_invoice(draft_invoice(customer.pk, [sale], by=SYSTEM), by=SYSTEM)

    assert at_once(*[issue_one] * 4) == [None] * 4
    with organization_scope(merchant.pk):
        assert sorted(Invoice.objects.values_list("sequence", flat=True)) == [1, 2, 3, 4]
        assert find_offences() == []


def test_a_draft_issued_twice_at_once_is_issued_once(merchant):
    with organization_scope(merchant.pk), clock.at(NOW):
        customer = make_customer("得意先")
        draft = draft_invoice(customer.pk, [NewSale(customer.pk, DAY, "皿", unit_minor=1_000)], by=SYSTEM)

    def issue() -> str:
        with organization_scope(merchant.pk):
            return str(issue_invoice(Invoice.objects.get(pk=draft.pk), by=SYSTEM).number)

    results = at_once(issue, issue)
    assert sorted(type(result).__name__ for result in results) == ["InvoiceNotDraft", "str"]


def test_the_same_sales_recorded_at_once_are_recorded_once(merchant):
    with organization_scope(merchant.pk), clock.at(NOW):
        customer = make_customer("得意先")
    sales = [
        NewSale(customer.pk, DAY, "皿", unit_minor=n, source="shop", external_id=f"order-{n}") for n in range(1, 30)
    ]

    def record() -> int:
        with organization_scope(merchant.pk):
            return len(record_sales(sales, by=SYSTEM).ids)

    assert sum(at_once(record, record)) == len(sales)
    with organization_scope(merchant.pk):
        assert SaleLine.objects.count() == len(sales)


LINES = st.lists(
    st.tuples(
        st.sampled_from(["standard", "reduced", "exempt", "out_of_scope", "export"]),
        st.integers(-50_000, 10_000_000),
        st.booleans(),
        st.sampled_from(["sales", "service", "fees"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, rounding=st.sampled_from(list(Rounding)))
def test_the_run_comes_to_the_totals_of_the_one_rule_whatever_the_lines(organization, lines, rounding):
    with clock.at(NOW):
        customer = make_customer("得意先", tax_rounding=rounding.value)
        sales = [
            NewSale(
                customer.pk, DAY, "品", unit_minor=amount, tax_kind=kind, tax_included=included, revenue_account=account
            )
            for kind, amount, included, account in lines
        ]
        record_sales(sales, by=SYSTEM)
        close_sales(DAY, customers=[customer.pk], by=SYSTEM)
        rates = {"standard": 1_000, "reduced": 800}
        amounts = [
            TaxedAmount(TaxKind(kind), rates.get(kind, 0), amount, included) for kind, amount, included, _a in lines
        ]
        expected = tax_totals(amounts, rounding=rounding)
        invoice = Invoice.objects.filter(customer=customer).first()
        if expected.total_minor < 0:
            assert invoice is None
            return
        assert invoice is not None
        assert (invoice.net_minor, invoice.tax_minor) == (expected.net_minor, expected.tax_minor)
        told = {
            (tax.tax_kind, tax.rate_bp, tax.net_minor, tax.tax_minor)
            for tax in InvoiceTax.objects.filter(invoice=invoice)
        }
        assert told == {(one.kind.value, one.rate, one.net_minor, one.tax_minor) for one in expected.per_rate}
        assert find_offences() == []
