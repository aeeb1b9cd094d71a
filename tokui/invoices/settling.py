"""What is settled on documents: the only place that writes `settled_minor`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import connection, transaction

from tokui import access
from tokui.access.permissions import INVOICES_ISSUE
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import NotFound
from tokui.core.events import emit, emit_many
from tokui.core.locks import lock_all
from tokui.invoices.events import CreditApplied, InvoicePaid, InvoiceReopened
from tokui.invoices.models import CreditApplication, Invoice
from tokui.invoices.refused import InvoiceNotIssued, InvoiceSettledBeyondTotal

ABOUT = "invoices.invoice"


@transaction.atomic
def settle_invoices(changes: Sequence[tuple[UUID, int, date]], *, by: Actor) -> None:
    """Settle or release amounts on documents: (invoice, change in minor units, the day it counts), in one statement.

    Called by those who have asked for permission and keep the reasons (allocations). Rows are locked in key order.
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
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE invoices_invoice invoice SET settled_minor = settled_minor + change.delta,
                   paid_on = CASE WHEN settled_minor + change.delta = total_minor AND state = 'issued'
                                  THEN change.day END
              FROM unnest(%s::uuid[], %s::bigint[], %s::date[]) AS change (id, delta, day) WHERE invoice.id = change.id
            """,
            [list(deltas), list(deltas.values()), [days[key] for key in deltas]],
        )
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


@transaction.atomic
def apply_credit(note: Invoice, invoice: Invoice, amount_minor: int, *, on: date, by: Actor) -> CreditApplication:
    """Use a credit note on an invoice of the same customer: both are settled, the books stay."""
    access.require(by, INVOICES_ISSUE)
    if note.customer_id != invoice.customer_id or note.currency != invoice.currency:
        raise NotFound
    if note.kind != Invoice.Kind.CREDIT_NOTE or amount_minor <= 0:
        raise InvoiceNotIssued
    settle_invoices([(invoice.pk, amount_minor, on), (note.pk, -amount_minor, on)], by=by)
    return record_application(note, invoice, amount_minor, on=on, by=by)


def record_application(note: Invoice, invoice: Invoice, amount_minor: int, *, on: date, by: Actor) -> CreditApplication:
    application = CreditApplication.objects.create(
        credit_note=note,
        invoice=invoice,
        amount_minor=amount_minor,
        on=on,
        recorded_at=clock.now(),
        recorded_by=by.name,
    )
    emit(CreditApplied(invoice.pk, invoice.customer_id, note.pk, amount_minor), about=invoice, by=by)
    return application
