"""What people call the states of a mail, and the disc that stands before each."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tokui.messaging.models import OutgoingMail

State = OutgoingMail.State
STATES: dict[str, str | Promise] = {
    State.QUEUED: _("Waiting to be sent"),
    State.SENDING: _("Being sent"),
    State.SENT: _("Sent"),
    State.FAILED: _("Could not be delivered"),
}
DISCS = {State.QUEUED: "open", State.SENDING: "wait", State.SENT: "paid", State.FAILED: "failed"}
