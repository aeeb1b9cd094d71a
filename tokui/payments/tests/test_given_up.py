"""What is given up of an invoice is given up of its rates: discounts are returns, bad debts are bad debts of sales."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from tokui.core import clock, files
from tokui.core.actors import SYSTEM
from tokui.core.invariants import find_offences
from tokui.invoices.actions import close_sales
from tokui.invoices.models import Invoice
from tokui.invoices.tests.world import DAY, make_customer, sell
from tokui.ledger.exporting import make_export
from tokui.ledger.journals import Books, Layout
from tokui.payments.actions.allocating import Use, allocate
from tokui.payments.tests.world import make_deposit

NOW = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _november(organization):
    with clock.at(clock.at_day(NOW)):
        yield


def exported(*uses: tuple[str, int]) -> list[list[str]]:
    """An invoice of 11,000 at 10 % and 5,400 at 8 %, settled by a payment and what is given up; its yayoi file."""
    customer = make_customer()
    sell(customer, 10_000)
    sell(customer, 5_000, tax_kind="reduced")
    close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get()
    paid = 16_400 - sum(amount for _kind, amount in uses)
    parts = [Use(invoice.pk, paid), *(Use(invoice.pk, amount, kind) for kind, amount in uses)]
    allocate(make_deposit(paid, "ホクトキカク", on=NOW), parts, by=SYSTEM)
    made = make_export(Layout.YAYOI, from_on=NOW, to_on=NOW, books=Books.TAX_INCLUDED, by=SYSTEM)
    return list(csv.reader(io.StringIO(files.read(made.file).decode("cp932"))))


def test_a_discount_is_returned_sales_of_each_rate(organization):
    given = [(row[4], row[7], int(row[8])) for row in exported(("discount", 820)) if row[4] == "売上値引高"]
    assert given == [("売上値引高", "課税売返込10%", 550), ("売上値引高", "課税売返込軽減8%", 270)]
    assert find_offences() == []


def test_a_bad_debt_is_that_of_taxed_sales(organization):
    given = [(row[7], int(row[8])) for row in exported(("write_off", 820)) if row[4] == "貸倒損失"]
    assert given == [("課税売倒込10%", 550), ("課税売倒込軽減8%", 270)]


def test_a_deposit_names_its_payer_and_its_account(organization):
    (row,) = (row for row in exported() if row[10] == "仮受金" and row[4] == "普通預金")
    assert "ホクトキカク" in row[16]
    assert row[5] != ""
