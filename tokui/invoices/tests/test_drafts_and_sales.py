"""A sale on a draft: changing it changes the draft, and never gives it to somebody else. Withholding by the customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.invariants import find_offences
from tokui.invoices import refused
from tokui.invoices.actions import (
    InvoiceTerms,
    NewSale,
    change_sale,
    close_sales,
    delete_sale,
    draft_from_sales,
    draft_invoice,
    issue_invoice,
)
from tokui.invoices.models import Invoice, SaleLine
from tokui.invoices.papers import content_of
from tokui.invoices.queries import InvoiceSearch, find_invoices
from tokui.invoices.tests.world import DAY, make_customer, sell

NOW = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _november(organization):
    with clock.at(clock.at_day(NOW)):
        yield


def test_changing_or_deleting_a_sale_on_a_draft_brings_its_totals_up_to_date(organization):
    customer = make_customer()
    first, second = sell(customer, 1_000), sell(customer, 2_000)
    draft = draft_from_sales([first, second], by=SYSTEM)
    change_sale(SaleLine.objects.get(pk=first), NewSale(customer.pk, NOW, "急須", unit_minor=5_000), by=SYSTEM)
    draft.refresh_from_db()
    assert (draft.net_minor, draft.total_minor) == (7_000, 7_700)
    delete_sale(SaleLine.objects.get(pk=second), by=SYSTEM)
    draft.refresh_from_db()
    assert draft.total_minor == 5_500
    assert find_offences() == []


def test_a_sale_on_a_draft_is_not_given_to_another_payer_or_currency(organization):
    customer = make_customer()
    draft = draft_from_sales([sell(customer, 1_000)], by=SYSTEM)
    line = SaleLine.objects.get()
    sale = NewSale(customer.pk, NOW, "急須", unit_minor=5_000)
    with pytest.raises(refused.SaleOnDraft):
        change_sale(line, replace(sale, customer_id=make_customer("別の会社").pk), by=SYSTEM)
    with pytest.raises(refused.SaleOnDraft):
        change_sale(line, replace(sale, currency="USD"), by=SYSTEM)
    child = make_customer("子会社", bill_to_id=customer.pk)
    change_sale(line, replace(sale, customer_id=child.pk), by=SYSTEM)
    draft.refresh_from_db()
    assert draft.total_minor == 5_500
    issue_invoice(draft, by=SYSTEM)
    with pytest.raises(refused.SaleAlreadyInvoiced):
        change_sale(SaleLine.objects.get(), sale, by=SYSTEM)


def test_a_closing_run_withholds_for_customers_who_do(organization):
    customer, other = make_customer("出版社", withholds=True), make_customer("書店")
    for one in (customer, other):
        sell(one, 100_000)
    sell(customer, 100_000, currency="USD")
    close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get(customer=customer, currency="JPY")
    assert (invoice.withholding_minor, invoice.payable_minor) == (10_210, 99_790)
    assert content_of(invoice).payable_minor == 99_790
    assert {one.withholding_minor for one in Invoice.objects.exclude(pk=invoice.pk)} == {0}
    assert find_offences() == []


def test_nothing_is_withheld_outside_yen(organization):
    customer = make_customer()
    sale = NewSale(customer.pk, NOW, "Fee", unit_minor=10_000, currency="USD")
    with pytest.raises(refused.WithholdingOutsideYen):
        draft_invoice(customer.pk, [sale], terms=InvoiceTerms(withholds=True), by=SYSTEM)


@pytest.mark.parametrize("typed", ["INV-2610-0001", "2610-0001", "0001", "inv-2610", "10-0001"])
def test_a_document_is_found_by_the_beginning_and_by_the_end_of_its_number(organization, typed):
    sell(make_customer(), 1_000)
    close_sales(DAY, by=SYSTEM)
    assert [one.number for one in find_invoices(InvoiceSearch(text=typed))] == ["INV-2610-0001"]


def test_a_number_that_ends_otherwise_is_not_found(organization):
    sell(make_customer(), 1_000)
    close_sales(DAY, by=SYSTEM)
    assert not find_invoices(InvoiceSearch(text="2610-0002")).exists()
    assert not find_invoices(InvoiceSearch(number="610-000")).exists()
