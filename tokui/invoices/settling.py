"""What is settled on documents: the only place that writes `settled_minor` and `received_minor`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import connection, transaction

from tokui.core.actors import Actor
from tokui.core.errors import NotFound
from tokui.core.events import emit_many
from tokui.core.locks import lock_all
from tokui.invoices.cancelling import cancel_receipts_beyond
from tokui.invoices.events import InvoicePaid, InvoiceReopened
from tokui.invoices.models import Invoice
from tokui.invoices.refused import InvoiceNotIssued, InvoiceSettledBeyondTotal

ABOUT = "invoices.invoice"


@transaction.atomic
def settle_invoices(
    changes: Sequence[tuple[UUID, int, date]], *, by: Actor, received: Mapping[UUID, int] | None = None
) -> None:
    """Settle or release amounts on documents: (invoice, change in minor units, the day it counts), in one statement.

    `received` says how much of each change is money, for which receipts are written; when money is taken back, the
    receipts written for it are cancelled. Called by those who have asked for permission and keep the reasons (allocations). Rows are locked in key order.
    Refuses with InvoiceSettledBeyondTotal, with InvoiceNotIssued for a draft, or for more on a voided invoice.
    Tells of every invoice that became paid or was opened again.
    """
    if not changes:
        return
    deltas: dict[UUID, int] = defaultdict(int)
    days: dict[UUID, date] = {}
    for invoice_id, delta, on in changes:
        deltas[invoice_id] += delta
        days[invoice_id] = max(on, days.get(invoice_id, on))
    before = _lock(deltas)
    _refuse(before, deltas)
    money = received or {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE invoices_invoice invoice SET settled_minor = settled_minor + change.delta,
                   received_minor = received_minor + change.money,
                   paid_on = CASE WHEN settled_minor + change.delta = total_minor AND state = 'issued'
                                  THEN change.day END
              FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::date[]) AS change (id, delta, money, day)
             WHERE invoice.id = change.id
            """,
            [
                *(list(deltas), list(deltas.values())),
                *([money.get(key, 0) for key in deltas], [days[key] for key in deltas]),
            ],
        )
    cancel_receipts_beyond([key for key, change in money.items() if change < 0], by=by)
    _tell(before, deltas, days, by)


def _lock(deltas: dict[UUID, int]) -> dict[UUID, Invoice]:
    fields = ("id", "number", "kind", "state", "customer_id", "total_minor", "settled_minor")
    found = {one.pk: one for one in lock_all(Invoice.objects.filter(pk__in=list(deltas)).only(*fields))}
    if len(found) != len(deltas):
        raise NotFound
    return found


def _refuse(before: dict[UUID, Invoice], deltas: dict[UUID, int]) -> None:
    for key, delta in deltas.items():
        invoice = before[key]
        if invoice.state == Invoice.State.DRAFT or (invoice.state == Invoice.State.VOID and delta > 0):
            raise InvoiceNotIssued
        after = invoice.settled_minor + delta
        low, high = sorted((0, invoice.total_minor))
        if not low <= after <= high:
            raise InvoiceSettledBeyondTotal(number=invoice.number)


def _tell(before: dict[UUID, Invoice], deltas: dict[UUID, int], days: dict[UUID, date], by: Actor) -> None:
    paid, reopened = [], []
    for key, invoice in before.items():
        if invoice.state != Invoice.State.ISSUED or invoice.kind == Invoice.Kind.CREDIT_NOTE:
            continue
        was, now = invoice.open_minor == 0, invoice.open_minor == deltas[key]
        if now and not was:
            paid.append(InvoicePaid(key, invoice.customer_id, days[key]))
        elif was and not now:
            reopened.append(InvoiceReopened(key, invoice.customer_id))
    emit_many(paid, about=[one.invoice_id for one in paid], about_type=ABOUT, by=by)
    emit_many(reopened, about=[one.invoice_id for one in reopened], about_type=ABOUT, by=by)
