"""Receipts that lost their ground: the money was taken back, so they are cancelled (取消). They stay in their series."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.events import emit_many
from tokui.core.locks import lock_all
from tokui.invoices.events import ReceiptCancelled
from tokui.invoices.models import Invoice, Receipt

#: Why a receipt was cancelled.
TAKEN_BACK = "taken_back"


def cancel_receipts_beyond(invoice_ids: Sequence[UUID], *, by: Actor) -> None:
    """Cancel the newest receipts of invoices until the others sum to no more than was received."""
    if not invoice_ids:
        return
    rows = lock_all(Receipt.objects.filter(invoice_id__in=list(invoice_ids), cancelled_at=None))
    if not rows:
        return
    left: dict[UUID | None, int] = {
        one.pk: one.received_minor for one in Invoice.objects.filter(pk__in=list(invoice_ids)).only("received_minor")
    }
    cancelled = []
    for row in sorted(rows, key=lambda row: (row.issued_at, row.number)):
        left[row.invoice_id] -= row.amount_minor
        if left[row.invoice_id] < 0:
            left[row.invoice_id] += row.amount_minor
            cancelled.append(row)
    changes = {"cancelled_at": clock.now(), "cancelled_by": by.name, "cancelled_because": TAKEN_BACK}
    Receipt.objects.filter(pk__in=[row.pk for row in cancelled]).update(**changes)
    facts = [
        ReceiptCancelled(row.pk, row.customer_id, row.number, row.amount_minor, row.invoice_id) for row in cancelled
    ]
    emit_many(facts, about=[row.pk for row in cancelled], about_type="invoices.receipt", by=by)
