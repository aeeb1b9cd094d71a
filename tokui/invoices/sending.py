"""Sending documents: a mail with the PDF and a link that needs no sign-in, and what the customer did with it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse

from tokui import access
from tokui.access.permissions import MESSAGES_SEND
from tokui.core import clock, doors
from tokui.core.actors import SYSTEM, Actor
from tokui.core.errors import Refusal
from tokui.core.events import emit
from tokui.invoices.events import InvoiceOpened, InvoiceSent
from tokui.invoices.letters import language_of, letter_of
from tokui.invoices.models import Invoice, PublicLink
from tokui.invoices.papers import pdf_of
from tokui.invoices.refused import CustomerHasNoAddress, InvoiceIsVoid, InvoiceNotIssued, LinkExpired
from tokui.messaging.actions import queue_mail
from tokui.messaging.models import OutgoingMail

DOOR = "invoice"


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


def make_link(invoice: Invoice) -> str:
    """A new secret that leads to this document without signing in; only its hash is kept."""
    secret = doors.new_secret("i")
    door = doors.open_door(DOOR, secret)
    PublicLink.objects.create(invoice=invoice, hash=door.hash, created_at=clock.now())
    return secret


def revoke_links(invoice: Invoice) -> None:
    """Close every link to a document."""
    for link in PublicLink.objects.filter(invoice=invoice, revoked_at=None):
        doors.close_door(DOOR, bytes(link.hash))
    PublicLink.objects.filter(invoice=invoice, revoked_at=None).update(revoked_at=clock.now())


@transaction.atomic
def open_link(secret: str, *, counts: bool = True) -> Invoice:
    """The document behind a secret, within its organization's scope; the first opening is told."""
    link = (
        PublicLink.objects.select_for_update()
        .select_related("invoice__customer", "invoice__business")
        .filter(hash=doors.hash_of(secret), revoked_at=None)
        .first()
    )
    if link is None:
        raise LinkExpired
    if counts:
        now = clock.now()
        is_first = not PublicLink.objects.filter(invoice=link.invoice, opened_count__gt=0).exists()
        PublicLink.objects.filter(pk=link.pk).update(
            opened_count=F("opened_count") + 1, first_opened_at=link.first_opened_at or now, last_opened_at=now
        )
        if is_first:
            emit(InvoiceOpened(link.invoice_id, link.invoice.customer_id), about=link.invoice, by=SYSTEM)
    invoice: Invoice = link.invoice
    return invoice
