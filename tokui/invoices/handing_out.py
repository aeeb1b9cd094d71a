"""Giving receipts away: the original leaves the house once, whatever follows carries the mark 再発行.

Two unmarked papers for one payment could be presented twice. The file kept for our own books is no third: it stays here.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Sum

from tokui import access
from tokui.access.permissions import INVOICES_ISSUE
from tokui.core import clock, files
from tokui.core.actors import Actor
from tokui.core.events import emit
from tokui.core.locks import lock
from tokui.invoices.events import ReceiptHandedOut
from tokui.invoices.models import Invoice, Receipt
from tokui.invoices.receipts import receipt_pdf, reissue_receipt
from tokui.invoices.refused import ReceiptAlreadyHandedOut, ReceiptIsCancelled


def left_to_receipt(invoice: Invoice) -> int:
    """What was received on an invoice and has no receipt yet, in minor units."""
    given = Receipt.objects.filter(invoice=invoice, cancelled_at=None).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    return invoice.received_minor - int(given)


@transaction.atomic
def hand_out_receipt(receipt: Receipt, *, by: Actor) -> bytes:
    """The original as PDF, once. Refuses with ReceiptAlreadyHandedOut; then `reissue_receipt` gives a marked one."""
    access.require(by, INVOICES_ISSUE)
    lock(receipt)
    if receipt.cancelled_at:
        raise ReceiptIsCancelled(number=receipt.number)
    if receipt.handed_out_at:
        raise ReceiptAlreadyHandedOut(number=receipt.number)
    receipt.handed_out_at = clock.now()
    receipt.save(update_fields=["handed_out_at"])
    content = files.read(receipt_pdf(receipt))
    emit(ReceiptHandedOut(receipt.pk, receipt.customer_id, receipt.number), about=receipt, by=by)
    return content


@transaction.atomic
def next_copy(receipt: Receipt, *, by: Actor) -> bytes:
    """What may be given away now: the original the first time, a marked one every further time."""
    lock(receipt)
    return reissue_receipt(receipt, by=by) if receipt.handed_out_at else hand_out_receipt(receipt, by=by)
