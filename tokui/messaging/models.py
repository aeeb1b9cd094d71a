"""What we say: outgoing mail, from the intent to its fate."""

from __future__ import annotations

from typing import Any

from django.db import models

from tokui.core.models import StoredFile
from tokui.core.tenancy import Owned, OwnedForeignKey


class OutgoingMail(Owned):
    """One mail. It is committed as queued before any byte leaves; what became of it stands here.

    `about_*` and `customer_id` are plain keys of higher rooms.
    """

    PREFIX = "mail"

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"

    MOVES = {
        (State.QUEUED, State.SENDING),
        (State.SENDING, State.SENT),
        (State.SENDING, State.QUEUED),
        (State.SENDING, State.FAILED),
        (State.FAILED, State.QUEUED),
    }

    to = models.CharField(max_length=254)
    sender_name = models.CharField(max_length=120, default="", blank=True)
    reply_to = models.CharField(max_length=254, default="", blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(default="", blank=True)
    about_type = models.CharField(max_length=40, default="", blank=True)
    about_id = models.UUIDField(null=True)
    customer_id = models.UUIDField(null=True)
    state: Any = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.SmallIntegerField(default=0)
    trouble = models.CharField(max_length=300, default="", blank=True)
    queued_at = models.DateTimeField()
    queued_by = models.CharField(max_length=120)
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-queued_at", "-id"], name="messaging_mail_recent"),
            models.Index(fields=["organization", "about_id"], name="messaging_mail_about"),
            models.Index(
                fields=["organization", "state", "queued_at"],
                condition=~models.Q(state="sent"),
                name="messaging_mail_waiting",
            ),
        ]


class MailAttachment(Owned):
    """A stored file that goes with a mail."""

    mail = OwnedForeignKey(OutgoingMail, related_name="attachments", db_index=False)
    file = OwnedForeignKey(StoredFile, related_name="+", db_index=False)
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "mail", "name"], name="messaging_attachment_once")
        ]
