"""What a document says is true where it is read: void and draft, numbers that can be copied, who is addressed, when."""

from __future__ import annotations

import io
from datetime import date

import pytest
from pypdf import PdfReader

from tokui.access.models import Business
from tokui.core import clock, files
from tokui.core.actors import SYSTEM
from tokui.customers.actions import add_contact_person, change_customers
from tokui.customers.drafts import CustomerChange
from tokui.invoices import refused
from tokui.invoices.actions import (
    CreditLine,
    NewSale,
    close_sales,
    credit_invoice,
    draft_invoice,
    void_invoice,
)
from tokui.invoices.issuers import change_terms
from tokui.invoices.letters import letter_of
from tokui.invoices.models import Invoice
from tokui.invoices.papers import content_of, pdf_of, print_pdf, shown_pdf
from tokui.invoices.screen import on_screen
from tokui.invoices.sending import make_link, send_invoice
from tokui.invoices.statements import Account, accounts_of, statement_content
from tokui.invoices.tests.world import DAY, business, make_customer, sell

NOW = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _november(organization):
    with clock.at(clock.at_day(NOW)):
        yield


def make_invoice(amount: int = 100_000, on: date = date(2026, 10, 8), **fields) -> Invoice:
    customer = make_customer(**fields)
    sell(customer, amount, on=on)
    close_sales(DAY, by=SYSTEM)
    return Invoice.objects.get(customer=customer)


def make_draft(**fields) -> Invoice:
    customer = make_customer(**fields)
    return draft_invoice(customer.pk, [NewSale(customer.pk, NOW, "設計料", unit_minor=1_000)], by=SYSTEM)


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_a_voided_invoice_says_so_wherever_it_is_handed_out_and_the_original_stays(organization, client):
    invoice = make_invoice()
    original = files.read(pdf_of(invoice))
    secret = make_link(invoice)
    note = void_invoice(invoice, reason="二重", by=SYSTEM)
    invoice.refresh_from_db()
    assert "取消" in text_of(shown_pdf(invoice)).replace(" ", "")
    assert note.number in text_of(shown_pdf(invoice)).replace(" ", "")
    assert f"取消 {note.number}" in client.get(f"/i/{secret}").content.decode()
    assert "取消" in text_of(client.get(f"/i/{secret}/pdf").content).replace(" ", "")
    assert files.read(pdf_of(invoice)) == original


def test_a_void_invoice_printed_for_the_first_time_is_stored_as_it_was_issued(organization):
    invoice = make_invoice()
    void_invoice(invoice, reason="二重", by=SYSTEM)
    invoice.refresh_from_db()
    assert "取消" not in text_of(files.read(pdf_of(invoice)))


def test_a_draft_is_marked_is_not_stored_and_not_printed_with_others(organization):
    draft, invoice = make_draft(name="甲"), make_invoice(name="乙")
    assert "下書き" in text_of(shown_pdf(draft)).replace(" ", "")
    assert len(PdfReader(io.BytesIO(print_pdf([draft, invoice]))).pages) == 1
    with pytest.raises(refused.InvoiceNotIssued):
        print_pdf([draft])
    with pytest.raises(refused.InvoiceNotIssued):
        pdf_of(draft)


def test_numbers_and_mail_addresses_can_be_copied_from_page_and_pdf(organization):
    Business.objects.filter(pk=business().pk).update(email="invoice-department@aoba-juku.example.jp")
    invoice = make_invoice()
    paper = str(on_screen(content_of(invoice)))
    assert "\\u200b" not in paper
    assert "invoice-department@aoba-juku.example.jp" in paper
    printed = text_of(shown_pdf(invoice))
    assert "invoice-department@aoba-juku.example.jp" in printed
    assert "\u200b" not in printed


@pytest.mark.parametrize(
    ("fields", "honorific"),
    [
        ({"name": "株式会社 北斗企画"}, "御中"),
        ({"name": "太田 由紀", "kind": "person"}, "様"),
        ({"name": "山本法律事務所 山本一郎", "honorific": "sama"}, "様"),
        ({"name": "太田 由紀", "kind": "person", "honorific": "none"}, ""),
    ],
)
def test_mail_and_document_address_the_customer_alike(organization, fields, honorific):
    invoice = make_invoice(**fields)
    subject, text = letter_of(invoice, "https://example.jp/i/x")
    assert text.startswith(f"{fields['name']} {honorific}".rstrip() + "\n")
    assert "¥110,000" in text
    assert business().email in text
    assert subject == f"【{business().legal_name or business().name}】請求書 {invoice.number} のご送付"
    assert content_of(invoice).addressee.honorific.value == honorific


def test_documents_and_mail_go_to_the_person_who_takes_them(organization):
    customer = make_customer()
    add_contact_person(customer, "佐々木 健", department="経理部", title="主任", takes_documents=True, by=SYSTEM)
    add_contact_person(customer, "林 花", department="購買部", by=SYSTEM)
    sell(customer, 100_000)
    close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get()
    to = content_of(invoice).addressee
    assert (to.department, to.person) == ("経理部 主任", "佐々木 健")
    assert letter_of(invoice, "x")[1].startswith("株式会社 北斗企画\n経理部 主任 佐々木 健 様\n")
    assert "経理部 主任 佐々木 健 様" in text_of(shown_pdf(invoice))


def test_a_credit_note_and_a_reversal_have_their_own_words_and_a_void_invoice_is_not_sent(organization):
    first, second = make_invoice(name="甲"), make_invoice(name="乙")
    credit = credit_invoice(first, reason="返品", by=SYSTEM)
    subject, text = letter_of(credit, "x")
    assert "返還請求書" in subject
    assert first.number in text
    assert "¥110,000" in text
    assert "お支払" not in text
    reversal = void_invoice(second, reason="二重", by=SYSTEM)
    assert second.number in letter_of(reversal, "x")[0]
    assert "取消" in letter_of(reversal, "x")[0]
    second.refresh_from_db()
    with pytest.raises(refused.InvoiceIsVoid):
        send_invoice(second, by=SYSTEM)
    send_invoice(reversal, by=SYSTEM)


def test_a_credit_note_names_the_days_of_the_original_supply(organization):
    customer = make_customer()
    for on in (date(2026, 10, 3), date(2026, 10, 20), date(2026, 10, 29)):
        sell(customer, 10_000, on=on)
    close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get()
    lines = list(invoice.lines.order_by("sold_on"))
    part = credit_invoice(invoice, [CreditLine(line.pk) for line in lines[:2]], reason="返品", by=SYSTEM)
    one = credit_invoice(invoice, [CreditLine(lines[2].pk)], reason="返品", by=SYSTEM)
    assert "2026/10/03 – 2026/10/20" in text_of(shown_pdf(part))
    assert content_of(one).original_period == (date(2026, 10, 29), date(2026, 10, 29))


def test_documents_of_a_customer_abroad_are_english_and_so_is_their_mail(organization):
    invoice = make_invoice(name="Hokuto Ltd.", document_language="en")
    assert "Amount due" in text_of(shown_pdf(invoice))
    subject, text = letter_of(invoice, "x")
    assert subject.startswith("Invoice INV-")
    assert text.startswith("Dear Hokuto Ltd.,")
    (account,) = accounts_of(invoice.customer)
    assert statement_content(account, date(2026, 10, 1), NOW).entries[0].description == "Invoice"


def test_the_statement_is_that_of_one_business_and_one_currency(organization, page):
    shop = Business.objects.create(organization_id=organization.pk, code="zz", name="別の事業")
    customer = make_customer()
    sell(customer, 10_000, business_id=business().pk)
    sell(customer, 20_000, business_id=shop.pk)
    sell(customer, 30_000, business_id=shop.pk, currency="USD")
    close_sales(DAY, by=SYSTEM)
    told = {}
    for account in accounts_of(customer):
        content = statement_content(account, date(2026, 10, 1), NOW)
        told[account.name] = (content.issuer.trade_name or content.issuer.name, content.closing_minor, content.currency)
    assert told[f"{business().code}/JPY"][1:] == (11_000, "JPY")
    assert told["zz/JPY"] == ("別の事業", 22_000, "JPY")
    assert told["zz/USD"] == ("別の事業", 33_000, "USD")
    shown = page.get(f"/statements/{customer.public_id}?account=zz/USD")
    assert "USD 330.00" in text_of(shown.content)


def test_a_statement_shows_voids_and_credits_and_no_use_of_credit_within_itself(organization):
    invoice = make_invoice()
    credit_invoice(invoice, reason="返品", by=SYSTEM)
    account = Account(invoice.customer, business())
    content = statement_content(account, date(2026, 10, 1), NOW)
    assert [(entry.description, entry.balance_minor) for entry in content.entries] == [
        ("ご請求", 110_000),
        ("返還・取消", 0),
    ]
    assert statement_content(account, date(2026, 11, 1), NOW).opening_minor == 110_000


def test_a_document_is_found_by_the_name_it_was_issued_to(organization):
    from tokui.invoices.queries import InvoiceSearch, find_invoices

    invoice = make_invoice()
    change_customers(
        [CustomerChange(invoice.customer_id, {"name": "株式会社 南斗企画", "kana": "ナントキカク"})], by=SYSTEM
    )
    assert list(find_invoices(InvoiceSearch(counterparty="北斗企画"))) == [invoice]
    assert list(find_invoices(InvoiceSearch(counterparty="南斗"))) == [invoice]
    assert list(find_invoices(InvoiceSearch(counterparty="西斗"))) == []


def test_the_balance_carried_forward_is_what_the_mail_asks_for(organization):
    change_terms(business(), carries_balance=True, by=SYSTEM)
    customer = make_customer()
    sell(customer, 10_000, on=date(2026, 9, 8))
    close_sales(date(2026, 9, 30), by=SYSTEM)
    sell(customer, 1_000)
    close_sales(DAY, by=SYSTEM)
    assert "¥12,100" in letter_of(Invoice.objects.get(closing_on=DAY), "x")[1]
