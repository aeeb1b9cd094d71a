from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tokui.access.permissions import MESSAGES_SEND
from tokui.messaging.models import OutgoingMail
from tokui.ui.navigation import Entry, register
from tokui.ui.today import Card, card

register(Entry("workings", _("Outbox"), "messaging:outbox", "send", 30, permission=MESSAGES_SEND))


@card(order=50, permission=MESSAGES_SEND)
def failed_mails(request: HttpRequest) -> Card | None:
    """Mails that could not be delivered."""
    count = OutgoingMail.objects.filter(state=OutgoingMail.State.FAILED)[:1000].count()
    if not count:
        return None
    url = f"{reverse('messaging:outbox')}?state=failed"
    sentence = _("These mails could not be delivered.")
    return Card(_("Failed mails"), url, "mail", sentence=sentence, count=count, tone="shu", action=_("Look at them"))
