"""Papers: what is printed is what was issued; receipts once; mail with a link; statements of what a file brought."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core import mail as outbox
from pypdf import PdfReader

from tokui.core import clock, files
from tokui.core.actors import SYSTEM
from tokui.core.invariants import find_offences
from tokui.core.jobs import run_pending
from tokui.core.models import Event
from tokui.customers.actions import change_customers
from tokui.customers.drafts import CustomerChange
from tokui.invoices import refused
from tokui.invoices.actions import close_sales, credit_invoice, settle_invoices
from tokui.invoices.importing import import_sales_file
from tokui.invoices.links import close_links, open_link
from tokui.invoices.models import Invoice, PublicLink, SaleImportRow, SaleLine
from tokui.invoices.papers import content_of, pdf_of, print_pdf
from tokui.invoices.queries import InvoiceSearch, find_invoices
from tokui.invoices.receipts import issue_receipt, receipt_pdf, reissue_receipt
from tokui.invoices.sending import send_invoice, send_invoices
from tokui.invoices.tests.world import DAY, make_customer, make_product, sell
from tokui.invoices.waiting import preview_closing
from tokui.messaging.models import OutgoingMail

NOW = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _november(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with clock.at(clock.at_day(NOW)):
        yield


def make_invoice(amount: int = 100_000, **fields) -> Invoice:
    customer = make_customer(**fields)
    sell(customer, amount)
    close_sales(DAY, by=SYSTEM)
    return Invoice.objects.get(customer=customer)


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_a_pdf_shows_the_numbers_of_the_invoice_and_stays_the_same_file(organization):
    invoice = make_invoice()
    file = pdf_of(invoice)
    printed = text_of(files.read(file))
    assert "110,000" in printed
    assert "INV-2610-0001" in printed
    invoice.refresh_from_db()
    assert pdf_of(invoice).pk == file.pk == invoice.document_id
    assert find_offences() == []


def test_a_document_keeps_the_addressee_as_issued(organization):
    invoice = make_invoice()
    change_customers([CustomerChange(invoice.customer_id, {"name": "株式会社 南斗企画"})], by=SYSTEM)
    assert content_of(Invoice.objects.get(pk=invoice.pk)).addressee.name == "株式会社 北斗企画"


def test_contents_of_many_are_read_in_a_constant_number_of_statements(organization, django_assert_num_queries):
    from tokui.invoices.papers import contents_of

    invoices = [make_invoice(name=f"得意先{n}") for n in range(3)]
    with django_assert_num_queries(3):
        contents = contents_of(invoices)
    assert [content.number for content in contents] == [invoice.number for invoice in invoices]
    assert len(PdfReader(io.BytesIO(print_pdf(invoices))).pages) == 3


def test_a_credit_note_names_the_invoice_it_corrects(organization):
    invoice = make_invoice()
    note = credit_invoice(invoice, reason="返品", by=SYSTEM)
    assert "INV-2610-0001" in text_of(files.read(pdf_of(note)))


def test_a_receipt_is_for_what_was_received_and_only_once(organization):
    invoice = make_invoice()
    with pytest.raises(refused.ReceiptBeyondReceived):
        issue_receipt(invoice, by=SYSTEM)
    settle_invoices([(invoice.pk, 110_000, NOW)], received={invoice.pk: 110_000}, by=SYSTEM)
    receipt = issue_receipt(invoice, purpose="設計料", on_paper=True, by=SYSTEM)
    assert (receipt.number, receipt.amount_minor, receipt.tax_minor, receipt.stamp_duty_minor) == (
        "RC-2611-0001",
        110_000,
        10_000,
        200,
    )
    with pytest.raises(refused.ReceiptBeyondReceived):
        issue_receipt(invoice, by=SYSTEM)
    assert "再 発 行" not in text_of(files.read(receipt_pdf(receipt)))
    assert "再 発 行" in text_of(reissue_receipt(receipt, by=SYSTEM))


def test_a_mailed_invoice_carries_its_pdf_and_a_link_that_opens_it(organization):
    invoice = make_invoice()
    send_invoice(invoice, by=SYSTEM)
    run_pending()
    sent = outbox.outbox[0]
    assert (sent.to, sent.attachments[0][0]) == (["keiri@example.jp"], "INV-2610-0001.pdf")
    secret = sent.body.split("/i/")[1].split()[0]
    assert open_link(secret).pk == invoice.pk
    open_link(secret)
    assert Event.objects.filter(type="invoices.InvoiceOpened").count() == 1
    assert PublicLink.objects.get().opened_count == 2
    assert OutgoingMail.objects.get().state == "sent"
    close_links(invoice, by=SYSTEM)
    with pytest.raises(refused.LinkExpired):
        open_link(secret)


def test_an_invoice_without_an_address_is_told_and_the_others_go(organization):
    good, bad = make_invoice(name="甲"), make_invoice(name="乙", email="")
    sent, troubles = send_invoices([good.pk, bad.pk], by=SYSTEM)
    assert (sent, list(troubles)) == (1, [bad.pk])


def test_invoices_are_found_by_day_amount_and_counterparty_and_any_two(organization):
    first, second = make_invoice(name="株式会社 北斗企画"), make_invoice(200_000, name="南洋商事株式会社")

    def found(**conditions):
        return set(find_invoices(InvoiceSearch(**conditions)).values_list("pk", flat=True))

    assert found(from_on=DAY, to_on=DAY) == {first.pk, second.pk}
    assert found(least_minor=110_001) == {second.pk}
    assert found(counterparty="北斗") == {first.pk}
    assert found(counterparty="北斗", least_minor=110_001) == set()
    assert found(most_minor=110_000, from_on=DAY) == {first.pk}
    assert found(number="INV-2610") == {first.pk, second.pk}
    assert found(state="overdue", today=date(2026, 12, 1)) == {first.pk, second.pk}
    assert found(state="overdue", today=NOW) == set()


def test_the_preview_of_a_closing_counts_what_the_run_then_does(organization):
    for name in ("甲", "乙"):
        sell(make_customer(name), 1_000)
    preview = preview_closing(DAY)
    closed = close_sales(DAY, by=SYSTEM)
    assert (preview.payers, preview.lines, preview.net_minor) == (closed.invoice_count, closed.line_count, 2_000)
    assert preview_closing(DAY).payers == 0


FILE = """売上明細 10月,,,,,
得意先コード,売上日,伝票番号,商品コード,数量,単価,税率
{code},令和8年10月8日,S-1,A1,2,"1,000",10%
{code},2026/10/9,S-1,,１,500,8
{code},2026/10/10,S-2,A1,▲1,,
X-99,2026/10/10,S-3,A1,1,,
{code},2026/13/10,S-4,A1,1,,
{code},2026/10/10,S-5,,1,,
"""


def test_a_file_of_sales_is_taken_row_by_row_and_refused_rows_say_why(organization, tmp_path):
    customer, _product = make_customer(), make_product()
    file = tmp_path / "uriage.csv"
    file.write_bytes(FILE.format(code=customer.code).encode("cp932"))
    batch = import_sales_file(file)
    assert (batch.state, batch.row_count, batch.new_count, batch.refused_count) == ("applied", 6, 1, 5)
    assert list(SaleLine.objects.order_by("sold_on").values_list("amount_minor", "external_id")) == [
        (-1_000, "S-2#1"),
    ]
    told = {(row.row, row.column): row.value for row in SaleImportRow.objects.all()}
    assert told[(6, "A 得意先コード")] == "X-99"
    assert told[(7, "B 売上日")] == "2026/13/10"
    again = import_sales_file(file)
    assert (again.new_count, again.known_count) == (0, 1)
