"""Sending documents: a mail with the PDF and a link that needs no sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import MESSAGES_SEND
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Refusal
from tokui.core.events import emit
from tokui.core.money import EXPONENTS
from tokui.invoices.documents import words as say
from tokui.invoices.events import InvoiceSent
from tokui.invoices.issuers import terms_of
from tokui.invoices.links import make_link
from tokui.invoices.models import Invoice
from tokui.invoices.papers import pdf_of
from tokui.invoices.refused import CustomerHasNoAddress, InvoiceNotIssued
from tokui.messaging.actions import queue_mail
from tokui.messaging.models import OutgoingMail


@transaction.atomic
def send_invoice(invoice: Invoice, *, by: Actor, to: str = "") -> OutgoingMail:
    """Mail an issued document with its PDF and a read-only link; without an address, to the customer's own."""
    access.require(by, MESSAGES_SEND)
    if invoice.state == Invoice.State.DRAFT:
        raise InvoiceNotIssued
    address = to.strip() or invoice.customer.email
    if not address:
        raise CustomerHasNoAddress(name=invoice.customer.name)
    link = settings.TOKUI_BASE_URL + reverse("invoices:public", args=[make_link(invoice)])
    subject, text = _letter(invoice, link)
    mail = queue_mail(
        address,
        subject=subject,
        text=text,
        html=render_to_string(
            "invoices/mail.html", {"invoice": invoice, "paragraphs": text.split("\n\n"), "link": link}
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


def _letter(invoice: Invoice, link: str) -> tuple[str, str]:
    """Subject and text, in Japanese or the sender's own words, in which {number}, {total}, {due} … are filled in."""
    terms = terms_of(invoice.business)
    with translation.override("ja"):
        words = {
            "number": invoice.number or "",
            "name": invoice.customer.name,
            "sender": invoice.business.legal_name or invoice.business.name,
            "total": say.money(invoice.payable_minor, invoice.currency, EXPONENTS[invoice.currency]),
            "due": say.long_day(invoice.due_on, "ja"),
            "link": link,
        }
        subject = terms.mail_subject or _("Invoice {number} from {sender}")
        text = terms.mail_text or _(
            "Dear {name},\n\nThank you for your business. Please find our invoice {number} over {total} attached.\n\n"
            "It is due on {due}. You can also read it here: {link}"
        )
    return _filled(subject, words), _filled(text, words)


def _filled(text: str, words: dict[str, str]) -> str:
    """Only the names above are replaced: text that people write is never a format string."""
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text
