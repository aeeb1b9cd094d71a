"""A month end among companies: closed on the twentieth, due at the end of the next month, and everything around it."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from tests.stories.books import assert_books_balance
from tests.stories.telling import at_the_office, become_a_qualified_issuer, drop_file, standing_of
from tokui.access.models import Business
from tokui.banking.models import BankAccount
from tokui.banking.tests.world import make_account, paid
from tokui.core import files
from tokui.core.actors import Actor
from tokui.customers.actions import create_customer
from tokui.customers.drafts import CustomerDraft
from tokui.customers.models import Customer
from tokui.invoices.actions import (
    CreditLine,
    InvoiceTerms,
    NewSale,
    close_sales,
    credit_invoice,
    draft_invoice,
    issue_invoice,
    record_sales,
)
from tokui.invoices.models import Invoice
from tokui.invoices.statements import Account, statement_content
from tokui.ledger.exporting import NothingToExport, make_export
from tokui.ledger.journals import Books, Layout
from tokui.ledger.periods import PeriodClosed, close_month
from tokui.payments.models import Allocation, Suggestion
from tokui.payments.reports import aged_receivables

CLOSING, NEXT_CLOSING = date(2026, 11, 20), date(2026, 12, 20)
NEW_YEAR = date(2027, 1, 4)
HOKUTO, SAKURA, TADOKORO, YUNAGI = "株式会社 北斗企画", "さくら台こども園", "田所医院", "有限会社 夕凪出版"


def company(name: str, kana: str, *, by: Actor, **fields: object) -> Customer:
    """A customer that is closed on the twentieth and pays at the end of the next month (20日締め翌月末払い)."""
    terms = {"kind": "company", "closing_day": 20, "due_months": 1, "due_day": 31, "due_shift": "after", **fields}
    return create_customer(CustomerDraft(name=name, kana=kana, **terms), by=by)  # type: ignore[arg-type]


def deliver(customer: Customer, what: str, pieces: int, price: int, on: date, *, by: Actor) -> list[date]:
    """Record a slip; returns the closings on which it will be invoiced because its own is over."""
    sale = NewSale(customer.pk, on, what, quantity_milli=pieces * 1_000, unit_minor=price)
    return [late.next_closing_on for late in record_sales([sale], by=by).late]


def rows_of(content: bytes, encoding: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding))))


def open_the_shop(by: Actor) -> tuple[BankAccount, dict[str, Customer]]:
    """Three companies that buy on account, and a publisher for whom the shop designs."""
    with at_the_office(date(2026, 10, 21)):
        become_a_qualified_issuer("ひより道具店", by=by)
        return make_account(), {
            HOKUTO: company(HOKUTO, "ホクトキカク", by=by),
            SAKURA: company(SAKURA, "サクラダイコドモエン", by=by, kind="school"),
            TADOKORO: company(TADOKORO, "タドコロイイン", by=by),
            YUNAGI: company(YUNAGI, "ユウナギシユツパン", by=by),
        }


def close_the_twentieth(buyers: dict[str, Customer], by: Actor) -> dict[str, Invoice]:
    """What was delivered since the last closing becomes one invoice for each of the three."""
    with at_the_office(CLOSING):
        assert deliver(buyers[HOKUTO], "鉢カバー 素焼き風", 150, 2_000, date(2026, 10, 28), by=by) == []
        assert deliver(buyers[SAKURA], "積み木セット", 8, 8_500, date(2026, 11, 13), by=by) == []
        assert deliver(buyers[TADOKORO], "ほうじ茶 来客用", 24, 1_200, date(2026, 11, 6), by=by) == []
        closed = close_sales(CLOSING, by=by)
        assert (closed.invoice_count, closed.late_count, closed.problem_count) == (3, 0, 0)
    return {row.customer.name: row for row in Invoice.objects.select_related("customer")}


def give_a_box_back(toys: Invoice, by: Actor) -> None:
    """One of eight boxes comes back: a credit note lowers what is owed."""
    with at_the_office(date(2026, 11, 27)):
        box = CreditLine(toys.lines.get().pk, quantity_milli=1_000)
        note = credit_invoice(toys, [box], reason="破損のため1点返品", by=by)
        assert (note.total_minor, note.corrects_id, toys.open_minor) == (-9_350, toys.pk, 65_450)


def bill_the_design(publisher: Customer, by: Actor) -> Invoice:
    """A single invoice of which the publisher must keep income tax back (源泉徴収)."""
    with at_the_office(date(2026, 11, 30)):
        fee = NewSale(publisher.pk, date(2026, 11, 30), "装丁デザイン料", unit_minor=100_000)
        terms = InvoiceTerms(withholds=True, due_on=date(2026, 12, 25))
        design = issue_invoice(draft_invoice(publisher.pk, [fee], terms=terms, by=by), by=by)
        assert (design.total_minor, design.withholding_minor) == (110_000, 10_210)
        return design


def take_the_money(account: BankAccount, big: Invoice, design: Invoice, by: Actor) -> None:
    """At Christmas the publisher pays what the tax left; after the holidays one pays short by the bank's fee, one what
    the credit note left, and one forgets. None of it needs a person."""
    with at_the_office(date(2026, 12, 25)):
        drop_file(account, paid("ユ)ユウナギシユツパン", 99_790, date(2026, 12, 25)), by=by)
        kept = Allocation.objects.get(invoice=design, kind="withholding")
        assert (kept.amount_minor, kept.is_automatic) == (10_210, True)
    with at_the_office(NEW_YEAR):
        lines = paid("カ)ホクトキカク", 329_340, NEW_YEAR), paid("サクラダイコドモエン", 65_450, NEW_YEAR)
        drop_file(account, *lines, by=by)
        parts = Allocation.objects.filter(invoice=big).values_list("kind", "amount_minor")
        assert sorted(parts) == [("fee", 660), ("payment", 329_340)]
        assert not Suggestion.objects.exists()
        assert {standing_of(name) for name in (HOKUTO, SAKURA, YUNAGI)} == {("paid", 0)}


def look_at_the_accounts(buyers: dict[str, Customer]) -> None:
    """The aged table shows who is late; the school's statement shows the invoice, the box, the money, and nothing left."""
    (row,), totals = aged_receivables()
    assert (row.name, row.days_30, row.not_due) == (TADOKORO, 31_680, 25_300)
    assert totals.total == row.total == 56_980
    statement = statement_content(Account(buyers[SAKURA], Business.objects.get()), date(2026, 11, 1), date(2027, 1, 15))
    assert statement.opening_minor == 0
    assert [(one.charged_minor, one.received_minor, one.balance_minor) for one in statement.entries] == [
        (74_800, 0, 74_800),
        (0, 9_350, 65_450),
        (0, 65_450, 0),
    ]


def hand_the_books_over(by: Actor) -> None:
    """The same entries go to each of three programs, in its own layout, and only once."""
    period = {"from_on": date(2026, 11, 1), "to_on": date(2026, 12, 31), "books": Books.TAX_INCLUDED, "by": by}
    exports = {layout: make_export(layout, **period) for layout in Layout}  # type: ignore[arg-type]
    assert {export.entry_count for export in exports.values()} == {exports[Layout.FREEE].entry_count}
    yayoi = rows_of(files.read(exports[Layout.YAYOI].file), "cp932")
    freee = rows_of(files.read(exports[Layout.FREEE].file), "utf-8")
    forward = rows_of(files.read(exports[Layout.MONEYFORWARD].file), "utf-8")
    assert {len(row) for row in yayoi} == {25}, "no headings, 25 columns"
    assert freee[0][:3] == ["[表題行]", "日付", "伝票番号"]
    assert forward[0][:2] == ["取引No", "取引日"]
    assert len(yayoi) == len(freee) - 1 == len(forward) - 1
    assert "330000" in {row[8] for row in yayoi}
    with pytest.raises(NothingToExport):
        make_export(Layout.YAYOI, **period)  # type: ignore[arg-type]


def test_a_month_end_among_companies_closes_to_the_yen(owner, accountant):
    account, buyers = open_the_shop(owner)
    invoices = close_the_twentieth(buyers, accountant)
    big, tea = invoices[HOKUTO], invoices[TADOKORO]
    assert (big.total_minor, big.due_on) == (330_000, NEW_YEAR), "the banks are closed from 31 December to 3 January"

    # A slip of before the closing comes after it: it goes on the next invoice, and says so at once.
    with at_the_office(date(2026, 11, 24)):
        assert deliver(buyers[TADOKORO], "干菓子 詰合せ", 10, 2_300, date(2026, 11, 18), by=owner) == [NEXT_CLOSING]
    give_a_box_back(invoices[SAKURA], accountant)
    design = bill_the_design(buyers[YUNAGI], accountant)
    with at_the_office(NEXT_CLOSING):
        closed = close_sales(NEXT_CLOSING, by=accountant)
        assert (closed.invoice_count, closed.line_count, closed.late_count) == (1, 1, 1)

    take_the_money(account, big, design, accountant)
    with at_the_office(date(2027, 1, 15)):
        look_at_the_accounts(buyers)
        hand_the_books_over(accountant)

        # November is closed: nothing is booked in it any more, and the discount counts today.
        close_month(date(2026, 11, 1), by=owner)
        with pytest.raises(PeriodClosed):
            credit_invoice(tea, reason="値引", by=accountant, on=date(2026, 11, 30))
        assert credit_invoice(tea, reason="値引", by=accountant).issued_on == date(2027, 1, 15)
    assert_books_balance()
