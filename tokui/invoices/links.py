"""Links that open a document without signing in: made for a mail, valid for some time, counted, closed by a person."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from tokui import access
from tokui.access.permissions import MESSAGES_SEND
from tokui.core import clock, doors
from tokui.core.actors import SYSTEM, Actor
from tokui.core.events import emit
from tokui.core.locks import lock, lock_all
from tokui.invoices.events import InvoiceOpened, LinksClosed
from tokui.invoices.issuers import terms_of
from tokui.invoices.models import Invoice, PublicLink
from tokui.invoices.refused import LinkExpired

DOOR = "invoice"


def make_link(invoice: Invoice) -> str:
    """A new secret that leads to this document without signing in; only its hash is kept."""
    secret = doors.new_secret("i")
    door = doors.open_door(DOOR, secret)
    days = terms_of(invoice.business).link_days
    PublicLink.objects.create(
        invoice=invoice,
        hash=door.hash,
        created_at=clock.now(),
        valid_until=clock.today() + timedelta(days=days) if days else None,
    )
    return secret


@transaction.atomic
def open_link(secret: str, *, counts: bool = True) -> Invoice:
    """The document behind a secret, within its organization's scope; the first opening is told."""
    link = (
        valid_links(clock.today())
        .select_for_update(of=("self",))
        .select_related("invoice__customer", "invoice__business")
        .filter(hash=doors.hash_of(secret))
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


def valid_links(today: date) -> QuerySet[PublicLink]:
    """The links that still open their document on a day."""
    return PublicLink.objects.filter(Q(valid_until=None) | Q(valid_until__gte=today), revoked_at=None)


@transaction.atomic
def close_links(invoice: Invoice, *, by: Actor) -> int:
    """Close every link to a document; returns how many were still open. Whoever holds one asks for a new mail."""
    access.require(by, MESSAGES_SEND)
    lock(invoice)
    return _close(invoice, lock_all(PublicLink.objects.filter(invoice=invoice, revoked_at=None)), by)


@transaction.atomic
def close_link(link: PublicLink, *, by: Actor) -> None:
    """Close one link, as when a mail went to the wrong address. Closing it again changes nothing."""
    access.require(by, MESSAGES_SEND)
    lock(link)
    if link.revoked_at is None:
        _close(link.invoice, [link], by)


def _close(invoice: Invoice, links: list[PublicLink], by: Actor) -> int:
    if not links:
        return 0
    for link in links:
        doors.close_door(DOOR, bytes(link.hash))
    keys = [link.pk for link in links]
    PublicLink.objects.filter(pk__in=keys).update(revoked_at=clock.now(), revoked_by=by.name)
    emit(LinksClosed(invoice.pk, invoice.customer_id, len(links)), about=invoice, by=by)
    return len(links)
