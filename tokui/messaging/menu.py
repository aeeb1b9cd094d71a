"""What messaging puts into the menu, the palette and the start page."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.access.permissions import MESSAGES_SEND
from tokui.messaging.models import OutgoingMail
from tokui.ui.navigation import Count, Entry, register
from tokui.ui.palette import Command, command
from tokui.ui.today import Card, card

MOST = 100


def failed_count(request: HttpRequest) -> Count | None:
    number = OutgoingMail.objects.filter(state=OutgoingMail.State.FAILED)[:MOST].count()
    return Count(number, hot=True, capped=number == MOST) if number else None


register(
    Entry("workings", gettext_lazy("Outbox"), "messaging:outbox", "send", 40, MESSAGES_SEND, count=failed_count, go="o")
)
command(
    Command(
        gettext_lazy("Look into the outbox"), "messaging:outbox", "send", MESSAGES_SEND, words="メール 送信 mail 失敗"
    )
)


@card(order=30, permission=MESSAGES_SEND)
def failed_mails(request: HttpRequest) -> Card | None:
    """Mails that could not be delivered wait for a person."""
    found = OutgoingMail.objects.filter(state=OutgoingMail.State.FAILED).defer("text", "html").order_by("-queued_at")
    rows = list(found[:MOST])
    if not rows:
        return None
    return Card(
        _("Mails that could not be delivered"),
        f"{reverse('messaging:outbox')}?state=failed",
        "mail",
        _("See why, correct the address or send again."),
        count=len(rows),
        tone="shu",
        rows=[(row.to, row.trouble[:40], reverse("messaging:mail", args=[row.public_id])) for row in rows[:3]],
    )
