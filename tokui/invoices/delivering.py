"""Delivery notes (納品書): handed over with the goods, before or after the sales are invoiced; the file is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db import transaction

from tokui import access
from tokui.access.permissions import SALES_RECORD
from tokui.core import clock, files
from tokui.core.actors import Actor
from tokui.core.errors import NotFound
from tokui.core.events import emit
from tokui.core.locks import lock_all
from tokui.invoices import numbering
from tokui.invoices.documents import render_pdf
from tokui.invoices.events import DeliveryNoteIssued
from tokui.invoices.models import DeliveryNote, NumberSeries, SaleLine
from tokui.invoices.papers import delivery_content
from tokui.invoices.refused import CurrencyMixed, CustomersMixed


@transaction.atomic
def issue_delivery_note(line_ids: Sequence[UUID], *, by: Actor, on: date | None = None) -> DeliveryNote:
    """A delivery note for sales of one customer, business and currency, dated `on` or the last day of sale among them.

    It has a number where its business has a series for delivery notes, and takes nothing from the sales: they are
    closed or invoiced as before.
    """
    access.require(by, SALES_RECORD)
    lines = _lines(line_ids)
    first = lines[0]
    on = on or max(line.sold_on for line in lines)
    number = _number(first.business_id, on)
    content = replace(delivery_content(lines, on), number=number or "")
    invoices = {line.invoice_id for line in lines}
    name = f"{number or f'delivery-{on:%Y%m%d}'}.pdf"
    note = DeliveryNote.objects.create(
        number=number,
        business_id=first.business_id,
        customer_id=first.customer_id,
        invoice_id=invoices.pop() if len(invoices) == 1 else None,
        issued_on=on,
        currency=first.currency,
        total_minor=content.total_minor,
        sales=[line.public_id for line in lines],
        document=files.store(render_pdf(content), name=name, content_type="application/pdf"),
        issued_at=clock.now(),
        issued_by=by.name,
    )
    emit(DeliveryNoteIssued(note.pk, note.customer_id, number or "", note.total_minor), about=note, by=by)
    return note


def _lines(line_ids: Sequence[UUID]) -> list[SaleLine]:
    lock_all(SaleLine.objects.filter(pk__in=list(line_ids)))
    rows = SaleLine.objects.filter(pk__in=list(line_ids)).select_related("customer", "business")
    lines = sorted(rows, key=lambda line: (line.sold_on, line.pk))
    if not lines or len(lines) != len(set(line_ids)):
        raise NotFound
    if len({(line.customer_id, line.business_id) for line in lines}) > 1:
        raise CustomersMixed
    if len({line.currency for line in lines}) > 1:
        raise CurrencyMixed
    return lines


def _number(business_id: UUID, on: date) -> str | None:
    kind = NumberSeries.Kind.DELIVERY
    if not NumberSeries.objects.filter(business_id=business_id, kind=kind).exists():
        return None
    return numbering.take_numbers(kind, {business_id: 1}, on)[business_id].number()
