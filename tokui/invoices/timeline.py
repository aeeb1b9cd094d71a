"""How the events of invoices are told on a customer's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.core.ids import public_id
from tokui.core.models import Event
from tokui.customers.timeline import Line, tell_simply, tells
from tokui.ui.amounts import grouped


def _numbered(icon: str, title: str | Promise, tone: str = "") -> Callable[[Sequence[Event]], Mapping[UUID, Line]]:
    """A teller of events that carry a document's number and, mostly, its total."""

    def tell(events: Sequence[Event]) -> Mapping[UUID, Line]:
        return {event.pk: Line(icon, str(title) % _words(event), tone, url=_url(event)) for event in events}

    return tell


def _words(event: Event) -> dict[str, str]:
    payload = event.payload
    amount = payload.get("total_minor", payload.get("amount_minor", 0))
    return {
        "number": payload.get("number", ""),
        "total": f"¥{grouped(int(amount), 'JPY')}",
        "reason": payload.get("reason", ""),
    }


def _url(event: Event) -> str:
    if event.about_type != "invoices.invoice":
        return ""
    return reverse("invoices:page", args=[public_id("inv", event.about_id)])


tells("invoices.InvoiceIssued", group="money")(
    _numbered("doc", gettext_lazy("Invoice %(number)s over %(total)s was issued"))
)
tells("invoices.CreditNoteIssued", group="money")(
    _numbered("doc", gettext_lazy("Credit note %(number)s over %(total)s was issued"))
)
tells("invoices.InvoiceVoided", group="money")(
    _numbered("x", gettext_lazy("Invoice %(number)s was voided: %(reason)s"), "bad")
)
tells("invoices.ReceiptIssued", group="money")(
    _numbered("check", gettext_lazy("Receipt %(number)s over %(total)s was written"))
)
tells("invoices.ReceiptCancelled", group="money")(
    _numbered("x", gettext_lazy("Receipt %(number)s was cancelled, because the money was taken back"), "bad")
)
tells("invoices.CreditApplied", group="money")(_numbered("link", gettext_lazy("A credit note settled %(total)s")))
tells("invoices.CreditTakenBack", group="money")(
    _numbered("undo", gettext_lazy("The use of a credit note over %(total)s was taken back"), "bad")
)
tells("invoices.CreditRefunded", group="money")(
    _numbered("bank", gettext_lazy("Of credit note %(number)s %(total)s was paid out"))
)
tells("invoices.ReceiptReissued", group="money")(_numbered("check", gettext_lazy("Receipt %(number)s was given again")))

tells("invoices.ReceiptHandedOut", group="money")(
    _numbered("check", gettext_lazy("The original of receipt %(number)s was handed out"))
)
tells("invoices.DeliveryNoteIssued", group="money")(
    _numbered("doc", gettext_lazy("A delivery note over %(total)s was issued"))
)


def _linked(icon: str, title: str | Promise, tone: str = "") -> Callable[[Sequence[Event]], Mapping[UUID, Line]]:
    def tell(events: Sequence[Event]) -> Mapping[UUID, Line]:
        return {event.pk: Line(icon, _(str(title)), tone, url=_url(event)) for event in events}

    return tell


tells("invoices.InvoicePaid", group="money")(_linked("check", gettext_lazy("The invoice is paid"), "in"))
tells("invoices.InvoiceReopened", group="money")(_linked("undo", gettext_lazy("The invoice is open again"), "bad"))
tells("invoices.InvoiceSent", group="talk")(_linked("send", gettext_lazy("The invoice was sent by mail")))
tells("invoices.InvoiceOpened", group="talk")(_linked("eye", gettext_lazy("The customer opened the invoice"), "in"))
tell_simply("invoices.InvoiceDrafted", "edit", gettext_lazy("An invoice was drafted"), group="money")
tell_simply("invoices.DraftChanged", "edit", gettext_lazy("A draft was changed"), group="money")
tell_simply("invoices.LinksClosed", "lock", gettext_lazy("Links to a document were closed"), group="talk")
tell_simply("invoices.DraftDeleted", "trash", gettext_lazy("A draft was deleted"), group="money")
tell_simply("invoices.SaleChanged", "edit", gettext_lazy("A sale was changed"), group="money")
tell_simply("invoices.SaleDeleted", "trash", gettext_lazy("A sale was deleted"), group="money")
tell_simply("messaging.MailQueued", "mail", gettext_lazy("A mail was put in the outbox"), group="talk")
tell_simply("messaging.MailSent", "send", gettext_lazy("A mail was delivered to the server"), group="talk")
tell_simply("messaging.MailFailed", "alert", gettext_lazy("A mail could not be delivered"), group="talk", tone="bad")
