"""The outbox: what was sent, what waits, what could not be delivered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tokui.access.doors import visited
from tokui.access.permissions import MESSAGES_SEND
from tokui.core.errors import NotFound
from tokui.core.ids import parse_public_id
from tokui.messaging import actions
from tokui.messaging.models import MailAttachment, OutgoingMail
from tokui.ui.doors import page_of, render_page, sent_on

STATES = {
    "queued": ("wait", gettext_lazy("Waiting")),
    "sending": ("wait", gettext_lazy("Being sent")),
    "sent": ("paid", gettext_lazy("Sent")),
    "failed": ("failed", gettext_lazy("Failed")),
}


@visited(MESSAGES_SEND)
def index(request: HttpRequest) -> HttpResponse:
    rows = OutgoingMail.objects.all()
    state = request.GET.get("state", "")
    if state in STATES:
        rows = rows.filter(state=state)
    page = page_of(rows, order=("-queued_at", "-id"), after=request.GET.get("after", ""))
    shown = [(row, *STATES[row.state]) for row in page.rows]
    context = {
        "page": page,
        "rows": shown,
        "state": state,
        "states": [(key, word) for key, (_disc, word) in STATES.items()],
    }
    return render_page(request, "messaging/outbox.html", context)


@visited(MESSAGES_SEND)
def mail(request: HttpRequest, key: str) -> HttpResponse:
    found = _mail_of(key)
    attachments = MailAttachment.objects.filter(mail=found).order_by("name")
    context = {
        "mail": found,
        "attachments": attachments,
        "disc": STATES[found.state][0],
        "word": STATES[found.state][1],
    }
    return render(request, "messaging/mail.html", context)


@visited(MESSAGES_SEND)
@require_POST
def again(request: HttpRequest, key: str) -> HttpResponse:
    found = actions.resend(_mail_of(key), by=request.visit.actor)  # type: ignore[attr-defined]
    return sent_on(request, reverse("messaging:mail", args=[found.public_id]), _("The mail waits to be sent again."))


def _mail_of(text: str) -> OutgoingMail:
    try:
        found = OutgoingMail.objects.filter(pk=parse_public_id(text, OutgoingMail.PREFIX)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound
    return found
