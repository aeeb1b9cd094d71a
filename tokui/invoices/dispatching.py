"""Ordering the printing or mailing of documents in sets (一括発送): chosen once, worked off in parts behind the page."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform

from tokui import access
from tokui.access.permissions import INVOICES_VIEW, MESSAGES_SEND
from tokui.core import clock
from tokui.core.actors import Actor, actor_facts
from tokui.core.events import emit
from tokui.invoices.events import DispatchOrdered
from tokui.invoices.models import Dispatch, DispatchPart, Invoice
from tokui.invoices.refused import NothingToDispatch
from tokui.invoices.tasks import work_off_dispatch

PRINTED_PER_FILE = 300
MAILED_PER_PART = 50
#: What each way of sending asks for, and how many documents make a part of it.
PERMISSIONS = {Dispatch.How.PRINT: INVOICES_VIEW, Dispatch.How.MAIL: MESSAGES_SEND}
PART_SIZES = {Dispatch.How.PRINT: PRINTED_PER_FILE, Dispatch.How.MAIL: MAILED_PER_PART}


@transaction.atomic
def dispatch_invoices(
    chosen: QuerySet[Invoice], *, how: str, by: Actor, order: str = Dispatch.Order.NUMBER
) -> Dispatch:
    """Order the printing or mailing of all documents in a query; drafts are left out. The work follows as a job.

    Printed files are in `order`, so that a stack can go into windowed envelopes as the post wants it.
    """
    access.require(by, PERMISSIONS[Dispatch.How(how)])
    keys = list(in_order(chosen.exclude(state=Invoice.State.DRAFT), order).values_list("pk", flat=True))
    if not keys:
        raise NothingToDispatch
    dispatch = Dispatch.objects.create(
        how=how, order=order, document_count=len(keys), ordered_at=clock.now(), ordered_by=by.name
    )
    size = PART_SIZES[Dispatch.How(how)]
    DispatchPart.objects.bulk_create(
        [
            DispatchPart(
                organization_id=dispatch.organization_id,
                dispatch=dispatch,
                place=place,
                invoices=[str(key) for key in keys[start : start + size]],
            )
            for place, start in enumerate(range(0, len(keys), size), start=1)
        ]
    )
    emit(DispatchOrdered(dispatch.pk, how, len(keys)), about=dispatch, by=by)
    work_off_dispatch.later(dispatch=str(dispatch.pk), by=actor_facts(by))
    return dispatch


def in_order(rows: QuerySet[Invoice], order: str) -> QuerySet[Invoice]:
    """By number, by the postal code on the document, or by the customer's code."""
    if order == Dispatch.Order.POSTAL_CODE:
        return rows.annotate(postal=KeyTextTransform("postal_code", "snapshot")).order_by("postal", "number")
    if order == Dispatch.Order.CUSTOMER_CODE:
        return rows.order_by("customer__code", "number")
    return rows.order_by("number")
