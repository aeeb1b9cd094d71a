"""Receipts (領収書): once per payment, again only with the mark 再発行, with the stamp duty that paper needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db import transaction
from django.db.models import Sum

from tokui import access
from tokui.access.permissions import INVOICES_ISSUE
from tokui.core import clock, files
from tokui.core.actors import Actor
from tokui.core.events import emit
from tokui.core.locks import lock
from tokui.core.models import StoredFile
from tokui.invoices import numbering
from tokui.invoices.documents import render_pdf
from tokui.invoices.duties import stamp_duty
from tokui.invoices.events import ReceiptIssued, ReceiptReissued
from tokui.invoices.issuers import issuer_of
from tokui.invoices.models import Invoice, InvoiceTax, NumberSeries, Receipt
from tokui.invoices.papers import receipt_content
from tokui.invoices.refused import InvoiceNotIssued, ReceiptBeyondReceived, ReceiptIsCancelled


@transaction.atomic
def issue_receipt(
    invoice: Invoice,
    *,
    by: Actor,
    amount_minor: int | None = None,
    received_on: date | None = None,
    addressee: str = "",
    purpose: str = "",
    method: str = "",
    on_paper: bool = False,
    by_credit_card: bool = False,
) -> Receipt:
    """A receipt for the money received on an invoice; without an amount, for all that has no receipt yet.

    What was credited, given up or withheld is no money. Refuses with ReceiptBeyondReceived when receipts would sum to more than was received. Stamp duty (印紙税) is reckoned
    for yen on paper, from the sum without the tax that the receipt states.
    """
    access.require(by, INVOICES_ISSUE)
    lock(invoice)
    if invoice.state != Invoice.State.ISSUED or invoice.kind == Invoice.Kind.CREDIT_NOTE:
        raise InvoiceNotIssued
    given = Receipt.objects.filter(invoice=invoice, cancelled_at=None).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    available = invoice.received_minor - given
    amount = available if amount_minor is None else amount_minor
    if not 0 < amount <= available:
        raise ReceiptBeyondReceived(received=f"{available:,}", number=invoice.number)
    is_whole = amount == invoice.total_minor
    tax = invoice.tax_minor if is_whole else 0
    on = clock.today()
    block = numbering.take_numbers(NumberSeries.Kind.RECEIPT, {invoice.business_id: 1}, on)[invoice.business_id]
    duty = stamp_duty(amount, tax_shown_minor=tax, on_paper=on_paper, by_credit_card=by_credit_card)
    receipt = Receipt.objects.create(
        number=block.number(),
        series_id=block.series_id,
        series_period=block.period,
        sequence=block.first,
        business_id=invoice.business_id,
        customer_id=invoice.customer_id,
        invoice=invoice,
        issuer=issuer_of(invoice.business),
        issued_on=on,
        received_on=received_on or invoice.paid_on or on,
        currency=invoice.currency,
        amount_minor=amount,
        tax_minor=tax,
        purpose=purpose.strip()[:80] or f"{invoice.subject or invoice.number}",
        method=method.strip()[:40],
        on_paper=on_paper,
        stamp_duty_minor=duty if invoice.currency == "JPY" else 0,
        snapshot=_snapshot(invoice, addressee, _rates(invoice) if is_whole else []),
        issued_at=clock.now(),
        issued_by=by.name,
    )
    emit(ReceiptIssued(receipt.pk, receipt.customer_id, receipt.number, amount), about=receipt, by=by)
    return receipt


@transaction.atomic
def reissue_receipt(receipt: Receipt, *, by: Actor) -> bytes:
    """The receipt again, marked 再発行 so that it cannot be presented twice; the number stays. Returns the PDF."""
    access.require(by, INVOICES_ISSUE)
    lock(receipt)
    if receipt.cancelled_at:
        raise ReceiptIsCancelled(number=receipt.number)
    receipt.reissued_count += 1
    receipt.save(update_fields=["reissued_count"])
    emit(ReceiptReissued(receipt.pk, receipt.customer_id, receipt.number), about=receipt, by=by)
    return render_pdf(receipt_content(receipt, reissued=True))


@transaction.atomic
def receipt_pdf(receipt: Receipt) -> StoredFile:
    """The original's PDF, kept by its hash like an invoice's."""
    if receipt.document_id:
        return StoredFile.objects.get(pk=receipt.document_id)
    content = render_pdf(replace(receipt_content(receipt, reissued=False), mark=""))
    file = files.store(content, name=f"{receipt.number}.pdf", content_type="application/pdf")
    Receipt.objects.filter(pk=receipt.pk).update(document=file)
    return file


def _snapshot(invoice: Invoice, addressee: str, rates: list[list[object]]) -> dict[str, object]:
    """What the receipt keeps of the invoice; whoever asks for another addressee gets only that name, without address."""
    kept = {**(invoice.snapshot or {}), "rates": rates}
    name = addressee.strip()[:120]
    return {**kept, "name": name, "postal_code": "", "address": ""} if name and name != kept.get("name") else kept


def _rates(invoice: Invoice) -> list[list[object]]:
    return [
        [
            *(tax.tax_kind, tax.rate_bp),
            *(tax.net_minor + tax.tax_minor if tax.tax_included else tax.net_minor, tax.tax_minor, tax.tax_included),
        ]
        for tax in InvoiceTax.objects.filter(invoice=invoice).order_by("-rate_bp")
    ]
