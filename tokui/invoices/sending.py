"""Sending documents: a mail with the PDF and a link that needs no sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from tokui import access
from tokui.access.permissions import MESSAGES_SEND
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Refusal
from tokui.core.events import emit
from tokui.invoices.events import InvoiceSent
from tokui.invoices.letters import language_of, letter_of
from tokui.invoices.links import make_link
from tokui.invoices.models import Invoice
from tokui.invoices.papers import pdf_of
from tokui.invoices.refused import CustomerHasNoAddress, InvoiceIsVoid, InvoiceNotIssued
from tokui.messaging.actions import queue_mail
from tokui.messaging.models import OutgoingMail


@transaction.atomic
def send_invoice(invoice: Invoice, *, by: Actor, to: str = "") -> OutgoingMail:
    """Mail an issued document with its PDF and a read-only link; without an address, to the customer's own.

    Refuses with InvoiceIsVoid: what is sent of a voided invoice is the document that reverses it.
    """
    access.require(by, MESSAGES_SEND)
    if invoice.state == Invoice.State.DRAFT:
        raise InvoiceNotIssued
    if invoice.state == Invoice.State.VOID:
        raise InvoiceIsVoid(number=invoice.number)
    address = to.strip() or invoice.customer.email
    if not address:
        raise CustomerHasNoAddress(name=invoice.customer.name)
    link = settings.TOKUI_BASE_URL + reverse("invoices:public", args=[make_link(invoice)])
    subject, text = letter_of(invoice, link)
    mail = queue_mail(
        address,
        subject=subject,
        text=text,
        html=render_to_string(
            "invoices/mail.html",
            {"invoice": invoice, "paragraphs": text.split("\n\n"), "link": link, "language": language_of(invoice)},
        ),
        attachments=[(f"{invoice.number}.pdf", pdf_of(invoice))],
        about=("invoices.invoice", invoice.pk),
        customer_id=invoice.customer_id,
        sender_name=invoice.business.legal_name or invoice.business.name,
        reply_to=invoice.business.email,
        by=by,
    )
    Invoice.objects.filter(pk=invoice.pk).update(sent_at=clock.now())
    emit(InvoiceSent(invoice.pk, invoice.customer_id, mail.pk), about=invoice, by=by)
    return mail


def send_invoices(invoice_ids: Sequence[UUID], *, by: Actor) -> tuple[int, dict[UUID, str]]:
    """Mail a set of documents; returns how many went to the outbox, and why the others did not."""
    sent, refused = 0, {}
    chosen = Invoice.objects.filter(pk__in=list(invoice_ids)).select_related("customer", "business").order_by("number")
    for invoice in chosen:
        try:
            with transaction.atomic():
                send_invoice(invoice, by=by)
        except Refusal as refusal:
            refused[invoice.pk] = refusal.message
        else:
            sent += 1
    return sent, refused
