"""The books name what stands behind their entries."""

from __future__ import annotations

from datetime import date

from tokui.core import clock
from tokui.payments.actions import match_all
from tokui.payments.tests.world import make_customer, make_deposit, make_invoice


def test_the_journal_names_customer_document_and_payer(page):
    invoice = make_invoice(make_customer("青木 悟", "アオキ サトル"), 24_200)
    deposit = make_deposit(24_200, "アオキ サトル")
    match_all()
    today = clock.today()
    shown = page.get(f"/ledger?from={invoice.issued_on}&to={today}").content.decode()
    assert f'<a class="plain" href="/invoices/{invoice.public_id}">{invoice.number}</a>' in shown
    assert f'<a class="plain" href="/deposits/{deposit.public_id}">{deposit.payer_raw}</a>' in shown
    assert f'title="{deposit.debit_account}">{deposit.account.name}</small>' in shown, "the bank account by its name"
    assert shown.count(invoice.number) >= 2, "the entry of the invoice and that of its allocation"


def test_the_journal_asks_as_often_for_many_entries_as_for_few(page, django_assert_max_num_queries):
    day = clock.today()

    def count() -> int:
        with django_assert_max_num_queries(60) as asked:
            assert page.get(f"/ledger?from={day.replace(day=1)}&to={day}").status_code == 200
        return len(asked)

    customer = make_customer("青木 悟", "アオキ サトル")
    make_invoice(customer, 24_200, issued_on=day)
    make_deposit(100, "ナゾ", on=day)
    count()
    few = count()
    for n in range(6):
        make_invoice(customer, 24_200 + n, issued_on=day)
        make_deposit(100 + n, "ナゾ", on=day)
    assert count() == few


def test_the_fiscal_year_begins_in_the_month_of_the_organization(page):
    make_invoice(make_customer("青木 悟", "アオキ サトル"), 24_200)
    with clock.at(clock.at_day(date(2026, 11, 28))):
        assert "?from=2026-04-01&amp;to=2027-03-31" in page.get("/ledger").content.decode()
        page.post("/settings/organization", {"name": "株式会社あおば", "language": "ja", "first_month": "12"})
        assert "?from=2025-12-01&amp;to=2026-11-30" in page.get("/ledger").content.decode()
