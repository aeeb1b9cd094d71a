"""Credit notes in use: on open invoices, at the next closing, paid out; and how they are printed."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from tokui.core import clock, files
from tokui.core.actors import SYSTEM
from tokui.core.errors import Invalid, NotFound, NotPermitted
from tokui.core.invariants import find_offences
from tokui.core.models import Event
from tokui.invoices import refused
from tokui.invoices.actions import (
    CreditLine,
    CreditUse,
    InvoiceTerms,
    NewOpening,
    NewSale,
    apply_credit,
    apply_credits,
    bring_openings,
    close_sales,
    credit_invoice,
    draft_invoice,
    issue_invoice,
    refund_credit,
    settle_invoices,
    take_back_credit,
    void_invoice,
)
from tokui.invoices.issuers import change_terms
from tokui.invoices.models import CreditApplication, Invoice
from tokui.invoices.papers import content_of, pdf_of
from tokui.invoices.tests.world import DAY, business, make_customer, sell
from tokui.ledger import queries as ledger

NOW = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _november(organization):
    with clock.at(clock.at_day(NOW)):
        yield


def make_invoice(customer, amount: int = 10_000, **terms) -> Invoice:
    draft = draft_invoice(
        customer.pk,
        [NewSale(customer.pk, date(2026, 10, 8), "顧問料", unit_minor=amount)],
        terms=InvoiceTerms(**terms),
        by=SYSTEM,
    )
    return issue_invoice(draft, by=SYSTEM)


def pay(invoice: Invoice) -> None:
    """As an allocation settles it; payments keeps the reasons, so its own invariants are not asked here."""
    amount = invoice.open_minor
    settle_invoices([(invoice.pk, amount, NOW)], received={invoice.pk: amount}, by=SYSTEM)


def credited(customer, amount: int = 10_000) -> Invoice:
    """A credit note over 11,000 that nothing has used, because its invoice was paid."""
    invoice = make_invoice(customer, amount)
    pay(invoice)
    note = credit_invoice(Invoice.objects.get(pk=invoice.pk), reason="返品", by=SYSTEM)
    assert note.open_minor == -11_000
    return note


def text_of(invoice: Invoice) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(files.read(pdf_of(invoice)))).pages)


def test_a_credit_note_settles_the_customers_next_invoice_in_part(organization):
    customer = make_customer()
    note, invoice = credited(customer), make_invoice(customer, 50_000)
    apply_credit(note, invoice, 11_000, on=NOW, by=SYSTEM)
    note.refresh_from_db()
    invoice.refresh_from_db()
    assert (note.open_minor, invoice.open_minor, invoice.received_minor) == (0, 44_000, 0)
    assert Event.objects.filter(type="invoices.CreditApplied", about_id=invoice.pk).count() == 1


def test_one_credit_note_is_shared_by_several_invoices_in_a_constant_number_of_statements(
    organization, django_assert_num_queries
):
    customer = make_customer()
    note = credited(customer)
    invoices = [make_invoice(customer, 1_000) for _place in range(5)]
    with django_assert_num_queries(12):
        apply_credits([CreditUse(note.pk, one.pk, 1_100) for one in invoices], on=NOW, by=SYSTEM)
    note.refresh_from_db()
    assert note.open_minor == -5_500
    assert {one.open_minor for one in Invoice.objects.filter(pk__in=[one.pk for one in invoices])} == {0}


def test_a_credit_is_refused_beyond_what_is_left_for_others_and_for_what_is_no_credit_note(organization, viewer):
    customer = make_customer()
    note, invoice = credited(customer), make_invoice(customer, 50_000)
    with pytest.raises(refused.CreditUsedUp):
        apply_credit(note, invoice, 11_001, on=NOW, by=SYSTEM)
    with pytest.raises(refused.NotACreditNote):
        apply_credit(note, invoice, 0, on=NOW, by=SYSTEM)
    with pytest.raises(refused.NotACreditNote):
        apply_credit(invoice, note, 100, on=NOW, by=SYSTEM)
    with pytest.raises(refused.CreditElsewhere):
        apply_credit(note, make_invoice(make_customer("別の会社")), 100, on=NOW, by=SYSTEM)
    with pytest.raises(refused.InvoiceSettledBeyondTotal):
        apply_credit(note, make_invoice(customer, 100), 111, on=NOW, by=SYSTEM)
    with pytest.raises(NotPermitted):
        apply_credit(note, invoice, 100, on=NOW, by=viewer)
    assert not CreditApplication.objects.exists()


def test_a_use_is_taken_back_and_the_credit_used_elsewhere(organization):
    customer = make_customer()
    note, first, second = credited(customer), make_invoice(customer, 50_000), make_invoice(customer, 60_000)
    apply_credit(note, first, 11_000, on=NOW, by=SYSTEM)
    take_back_credit(note, first, by=SYSTEM)
    apply_credit(note, second, 11_000, on=NOW, by=SYSTEM)
    assert [Invoice.objects.get(pk=one.pk).open_minor for one in (note, first, second)] == [0, 55_000, 55_000]
    assert list(CreditApplication.objects.order_by("id").values_list("amount_minor", flat=True)) == [
        11_000,
        -11_000,
        11_000,
    ]
    with pytest.raises(NotFound):
        take_back_credit(note, first, by=SYSTEM)


def test_a_credit_is_paid_out_against_the_receivable(organization, viewer):
    customer = make_customer()
    note = credited(customer)
    account = f"customers:{customer.pk}:receivable"
    before = ledger.balance(account)
    refund = refund_credit(note, account="cash", amount_minor=4_000, by=SYSTEM)
    assert (ledger.balance(account) - before, ledger.balance("cash")) == (4_000, -4_000)
    assert (refund.amount_minor, refund.on) == (4_000, NOW)
    with pytest.raises(refused.CreditUsedUp):
        refund_credit(note, account="cash", amount_minor=7_001, by=SYSTEM)
    with pytest.raises(Invalid):
        refund_credit(note, account="bank:nowhere", by=SYSTEM)
    with pytest.raises(refused.NotACreditNote):
        refund_credit(make_invoice(customer), account="cash", by=SYSTEM)
    with pytest.raises(NotPermitted):
        refund_credit(note, account="cash", by=viewer)
    refund_credit(note, account="cash", by=SYSTEM)
    note.refresh_from_db()
    assert note.open_minor == 0
    assert Event.objects.filter(type="invoices.CreditRefunded", about_id=note.pk).count() == 2


def test_the_next_closing_uses_waiting_credits_and_prints_what_is_left_to_pay(organization):
    customer = make_customer()
    note = credited(customer)
    change_terms(business(), uses_credits=True, by=SYSTEM)
    sell(customer, 50_000)
    sell(make_customer("別の会社"), 3_000)
    close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get(customer=customer, closing_on=DAY)
    assert invoice.open_minor == 55_000, "the note was issued after the closing day"
    sell(customer, 20_000, on=date(2026, 11, 20))
    with clock.at(clock.at_day(date(2026, 12, 1))):
        close_sales(date(2026, 11, 30), by=SYSTEM)
    invoice = Invoice.objects.get(customer=customer, closing_on=date(2026, 11, 30))
    note.refresh_from_db()
    assert (note.open_minor, invoice.open_minor, invoice.payable_minor) == (0, 11_000, 11_000)
    assert content_of(invoice).payable_minor == 11_000
    printed = text_of(invoice)
    assert "返還額の充当" in printed
    assert "11,000" in printed


def test_a_closing_leaves_credits_alone_unless_the_business_chose_it_and_never_uses_more_than_is_owed(organization):
    customer = make_customer()
    note = credited(customer)
    sell(customer, 1_000, on=date(2026, 11, 20))
    with clock.at(clock.at_day(date(2026, 12, 1))):
        close_sales(date(2026, 11, 30), by=SYSTEM)
        note.refresh_from_db()
        assert note.open_minor == -11_000
        change_terms(business(), uses_credits=True, by=SYSTEM)
        sell(customer, 1_000, on=date(2026, 12, 1))
    with clock.at(clock.at_day(date(2027, 1, 4))):
        close_sales(date(2026, 12, 31), by=SYSTEM)
    note.refresh_from_db()
    assert (note.open_minor, Invoice.objects.get(closing_on=date(2026, 12, 31)).open_minor) == (-9_900, 0)


def test_an_invoice_credited_in_part_is_not_voided_but_credited_to_the_end(organization):
    customer = make_customer()
    invoice = make_invoice(customer)
    pay(invoice)
    invoice = Invoice.objects.get(pk=invoice.pk)
    line = invoice.lines.get()
    credit_invoice(invoice, [CreditLine(line.pk, amount_minor=4_000)], reason="値引", by=SYSTEM)
    with pytest.raises(refused.InvoiceCredited):
        void_invoice(invoice, reason="二重", by=SYSTEM)
    credit_invoice(invoice, [CreditLine(line.pk, amount_minor=6_000)], reason="返品", by=SYSTEM)
    assert sum(Invoice.objects.filter(kind="credit_note").values_list("total_minor", flat=True)) == -11_000


def test_a_credit_note_of_a_withheld_fee_prints_what_goes_back(organization):
    customer = make_customer()
    invoice = make_invoice(customer, 100_000, withholds=True)
    note = credit_invoice(invoice, reason="契約の取消", by=SYSTEM)
    printed = text_of(note)
    assert "差引返還額" in printed
    assert "99,790" in printed
    assert "120,210" not in printed
    assert find_offences() == []


def test_credits_in_parts_withhold_exactly_what_the_invoice_did(organization):
    """20.42 % above a million: two halves of a fee do not withhold what the whole did, so the rest is reckoned."""
    invoice = make_invoice(make_customer(), 1_500_000, withholds=True)
    assert invoice.withholding_minor == 204_200
    line = invoice.lines.get()
    first = credit_invoice(invoice, [CreditLine(line.pk, amount_minor=600_000)], reason="減額", by=SYSTEM)
    second = credit_invoice(invoice, [CreditLine(line.pk, amount_minor=900_000)], reason="取消", by=SYSTEM)
    assert (first.withholding_minor, second.withholding_minor) == (-112_310, -91_890)


def test_the_page_of_a_credit_note_offers_open_invoices_and_paying_it_out(page):
    customer = make_customer()
    note, invoice = credited(customer), make_invoice(customer, 50_000)
    shown = page.get(f"/invoices/{note.public_id}").content.decode()
    assert invoice.number in shown
    assert 'name="account"' in shown
    answer = page.post(f"/invoices/{invoice.public_id}/applications", {"note": note.public_id, "amount": "1,000"})
    assert answer.status_code == 302
    assert note.number in page.get(f"/invoices/{invoice.public_id}").content.decode()
    page.post(f"/invoices/{invoice.public_id}/applications/reversal", {"note": note.public_id})
    page.post(f"/invoices/{note.public_id}/refunds", {"account": "cash", "amount": ""})
    assert [Invoice.objects.get(pk=one.pk).open_minor for one in (note, invoice)] == [0, 55_000]
    assert page.post(f"/invoices/{note.public_id}/refunds", {"account": "cash", "amount": "x"}).status_code == 422


def test_rest_uses_takes_back_and_pays_out_a_credit_note(page):
    customer = make_customer()
    note, invoice = credited(customer), make_invoice(customer, 50_000)
    path = f"/api/v1/invoices/{invoice.public_id}/applications"
    made = page.post(path, {"credit_note": note.public_id}, content_type="application/json")
    assert (made.status_code, made.json()["amount_minor"]) == (201, 11_000)
    again = page.post(path, {"credit_note": note.public_id, "amount_minor": 1}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "credit_used_up")
    assert page.delete(f"{path}/{note.public_id}").status_code == 204
    assert [one["amount_minor"] for one in page.get(path).json()["data"]] == [11_000, -11_000]
    paid_out = page.post(
        f"/api/v1/invoices/{note.public_id}/refunds", {"account": "cash"}, content_type="application/json"
    )
    assert paid_out.json() == {
        "credit_note": note.public_id,
        "amount_minor": 11_000,
        "on": "2026-11-02",
        "account": "cash",
    }


def test_a_credit_balance_from_the_old_books_is_used_on_a_later_invoice(organization):
    customer = make_customer()
    new = NewOpening(customer.pk, "OLD-77", date(2026, 9, 30), date(2026, 9, 30), -11_000)
    (key,) = bring_openings([new], by=SYSTEM)
    credit = Invoice.objects.get(pk=key)
    assert (credit.kind, credit.number, credit.open_minor) == ("credit_note", "OLD-77", -11_000)
    assert ledger.balance(f"customers:{customer.pk}:receivable") == -11_000
    invoice = make_invoice(customer, 50_000)
    apply_credit(credit, invoice, 11_000, on=NOW, by=SYSTEM)
    assert Invoice.objects.get(pk=invoice.pk).open_minor == 44_000
    with pytest.raises(Invalid):
        bring_openings([replace(new, number="OLD-78", open_minor=0)], by=SYSTEM)
    assert find_offences() == []
