"""Working off a dispatch, part by part, each in one transaction: a file to print, or some mails.

A worker that dies in the middle leaves whole parts behind, and the next one goes on with the first that is not done. A
part done twice at once waits for the first and then finds it done.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from tokui.core import clock, files, states
from tokui.core.actors import Actor
from tokui.core.errors import Refusal
from tokui.core.events import emit
from tokui.core.locks import lock
from tokui.core.tenancy import organization_scope
from tokui.invoices import sending
from tokui.invoices.events import DispatchFinished
from tokui.invoices.models import Dispatch, DispatchPart, Invoice
from tokui.invoices.papers import print_pdf
from tokui.invoices.refused import MailedMeanwhile


def work_off(organization: UUID, dispatch: UUID, by: Actor) -> None:
    """Do every part that is not done, each in a transaction of its own, then close the dispatch."""
    with organization_scope(organization):
        places = DispatchPart.objects.filter(dispatch=dispatch, done_at=None).order_by("place")
        waiting = list(places.values_list("pk", flat=True))
    for part in waiting:
        with organization_scope(organization):
            _work_off_part(part, by)
    with organization_scope(organization):
        _finish(dispatch, by)


@transaction.atomic
def _work_off_part(key: UUID, by: Actor) -> None:
    part = DispatchPart.objects.select_for_update(of=("self",)).select_related("dispatch").get(pk=key)
    if part.done_at:
        return
    invoices = _invoices(part)
    if part.dispatch.how == Dispatch.How.PRINT:
        _print(part, invoices)
    else:
        _mail(part, invoices, by)
    part.done_at = clock.now()
    part.save(update_fields=["file", "done_count", "refused", "done_at"])
    Dispatch.objects.filter(pk=part.dispatch_id).update(
        done_count=F("done_count") + part.done_count, refused_count=F("refused_count") + len(part.refused)
    )


def _invoices(part: DispatchPart) -> list[Invoice]:
    found = Invoice.objects.select_related("customer", "business").in_bulk([UUID(key) for key in part.invoices])
    return [found[UUID(key)] for key in part.invoices]


def _print(part: DispatchPart, invoices: Sequence[Invoice]) -> None:
    name = f"{part.dispatch.public_id}-{part.place}.pdf"
    part.file = files.store(print_pdf(invoices), name=name, content_type="application/pdf")
    part.done_count = len(invoices)


def _mail(part: DispatchPart, invoices: Sequence[Invoice], by: Actor) -> None:
    for invoice in invoices:
        try:
            with transaction.atomic():
                _send_once(part, invoice, by)
        except Refusal as refusal:
            part.refused.append(_refused(invoice, refusal))
        else:
            part.done_count += 1


def _send_once(part: DispatchPart, invoice: Invoice, by: Actor) -> None:
    """A second dispatch ordered by a double click finds the mail of the first."""
    lock(invoice)
    if invoice.sent_at and invoice.sent_at >= part.dispatch.ordered_at:
        raise MailedMeanwhile(number=invoice.number)
    sending.send_invoice(invoice, by=by)


def _refused(invoice: Invoice, refusal: Refusal) -> dict[str, Any]:
    return {"id": invoice.public_id, "number": invoice.number, "reason": refusal.message}


def _finish(key: UUID, by: Actor) -> None:
    dispatch = Dispatch.objects.get(pk=key)
    lock(dispatch)
    if dispatch.state == Dispatch.State.DONE or dispatch.parts.filter(done_at=None).exists():
        return
    states.move(dispatch, to=Dispatch.State.DONE, finished_at=clock.now())
    emit(
        DispatchFinished(dispatch.pk, dispatch.how, dispatch.done_count, dispatch.refused_count), about=dispatch, by=by
    )
