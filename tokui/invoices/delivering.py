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
from tokui.customers.models import Customer
from tokui.invoices import numbering
from tokui.invoices.documents import render_pdf
from tokui.invoices.events import DeliveryNoteIssued
from tokui.invoices.models import DeliveryNote, NumberSeries, SaleLine
from tokui.invoices.papers import addressee, addressee_now, delivery_content
from tokui.invoices.refused import CurrencyMixed, CustomersMixed


@transaction.atomic
def issue_delivery_note(line_ids: Sequence[UUID], *, by: Actor, on: date | None = None) -> DeliveryNote:
    """A delivery note for sales of one customer (or payer), business and currency, dated `on` or the last day of sale among them.

    It has a number where its business has a series for delivery notes, and takes nothing from the sales: they are
    closed or invoiced as before.
    """
    access.require(by, SALES_RECORD)
    lines = _lines(line_ids)
    first, receiver = lines[0], _receiver(lines)
    on = on or max(line.sold_on for line in lines)
    block = _block(first.business_id, on)
    number = block.number() if block else None
    content = replace(delivery_content(lines, on), number=number or "", addressee=addressee(addressee_now(receiver)))
    invoices = {line.invoice_id for line in lines}
    name = f"{number or f'delivery-{on:%Y%m%d}'}.pdf"
    note = DeliveryNote.objects.create(
        number=number,
        series_id=block.series_id if block else None,
        series_period=block.period if block else None,
        sequence=block.first if block else None,
        business_id=first.business_id,
        customer=receiver,
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
    rows = SaleLine.objects.filter(pk__in=list(line_ids)).select_related("customer__bill_to", "business")
    lines = sorted(rows, key=lambda line: (line.sold_on, line.pk))
    if not lines or len(lines) != len(set(line_ids)):
        raise NotFound
    if len({line.business_id for line in lines}) > 1:
        raise CustomersMixed
    if len({line.currency for line in lines}) > 1:
        raise CurrencyMixed
    return lines


def _receiver(lines: Sequence[SaleLine]) -> Customer:
    """Who bought; where several did for whom one pays, that one."""
    buyers: dict[UUID, Customer] = {line.customer_id: line.customer for line in lines}
    if len(buyers) > 1:
        buyers = {payer.pk: payer for payer in (one.bill_to or one for one in buyers.values())}
    if len(buyers) > 1:
        raise CustomersMixed
    return next(iter(buyers.values()))


def _block(business_id: UUID, on: date) -> numbering.Block | None:
    kind = NumberSeries.Kind.DELIVERY
    if not NumberSeries.objects.filter(business_id=business_id, kind=kind).exists():
        return None
    return numbering.take_numbers(kind, {business_id: 1}, on)[business_id]
