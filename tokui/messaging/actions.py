"""Sending mail: the intent is committed first, then the mail goes, then its fate is written down."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from datetime import timedelta
from email.utils import formataddr
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import MESSAGES_SEND
from tokui.core import clock, states
from tokui.core.actors import SYSTEM, Actor
from tokui.core.errors import Invalid, Refusal
from tokui.core.events import emit
from tokui.core.files import read
from tokui.core.locks import lock
from tokui.core.models import StoredFile
from tokui.core.tenancy import organization_scope
from tokui.messaging.events import MailFailed, MailQueued, MailSent
from tokui.messaging.models import MailAttachment, OutgoingMail

#: As many as `core.jobs` tries, with waits of 3, 9, 27 … seconds up to an hour in all.
MOST_ATTEMPTS = 8


class MailDeferred(Exception):
    """The mail did not go this time: its outcome is written, the job is to be tried again later."""


class MailNotFailed(Refusal):
    """Only a mail that could not be delivered can be sent again."""


@transaction.atomic
def queue_mail(
    to: str,
    *,
    subject: str,
    text: str,
    by: Actor,
    html: str = "",
    attachments: Sequence[tuple[str, StoredFile]] = (),
    about: tuple[str, UUID] | None = None,
    customer_id: UUID | None = None,
    sender_name: str = "",
    reply_to: str = "",
) -> OutgoingMail:
    """Put a mail into the outbox; a job sends it after this transaction. `about` is a type and a key."""
    access.require(by, MESSAGES_SEND)
    mail = OutgoingMail.objects.create(
        to=_address(to, "to"),
        sender_name=_one_line(sender_name)[:120],
        reply_to=_address(reply_to, "reply_to") if reply_to else "",
        subject=_one_line(subject)[:200],
        text=text,
        html=html,
        about_type=about[0] if about else "",
        about_id=about[1] if about else None,
        customer_id=customer_id,
        queued_at=clock.now(),
        queued_by=by.name,
    )
    MailAttachment.objects.bulk_create(
        [
            MailAttachment(organization_id=mail.organization_id, mail=mail, file=file, name=name[:120])
            for name, file in attachments
        ]
    )
    emit(MailQueued(mail.pk, customer_id), about=mail, by=by)
    _defer(mail)
    return mail


@transaction.atomic
def resend(mail: OutgoingMail, *, by: Actor) -> OutgoingMail:
    """Try a failed mail again, from the first attempt on."""
    access.require(by, MESSAGES_SEND)
    lock(mail)
    if mail.state != OutgoingMail.State.FAILED:
        raise MailNotFailed
    states.move(mail, to=OutgoingMail.State.QUEUED, attempts=0, trouble="")
    _defer(mail)
    return mail


def deliver(organization: UUID, mail_id: UUID) -> None:
    """Send one mail. A mail that another worker took, or that was sent, is left alone.

    A worker that dies between sending and writing leaves the mail in `sending`, and `fail_stuck` gives it to a person:
    it may have arrived, so it is never sent again by itself.
    """
    with organization_scope(organization):
        mail = OutgoingMail.objects.select_for_update().filter(pk=mail_id, state=OutgoingMail.State.QUEUED).first()
        if mail is None:
            return
        states.move(mail, to=OutgoingMail.State.SENDING, attempts=mail.attempts + 1, sending_at=clock.now())
        message = _message(mail)
    trouble = _send(message)
    with organization_scope(organization):
        _write_outcome(lock(mail), trouble)
    if mail.state == OutgoingMail.State.QUEUED:
        raise MailDeferred(mail.trouble)


def fail_stuck() -> int:
    """Mark mails whose worker died while sending as failed, so that a person decides; returns how many."""
    stuck = OutgoingMail.objects.select_for_update().filter(
        state=OutgoingMail.State.SENDING, sending_at__lt=clock.now() - timedelta(hours=1)
    )
    found = list(stuck)
    for mail in found:
        states.move(
            mail, to=OutgoingMail.State.FAILED, trouble=_("The worker stopped while sending; it may have arrived.")
        )
        emit(MailFailed(mail.pk, mail.attempts, mail.customer_id), about=mail, by=SYSTEM)
    return len(found)


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    address = settings.DEFAULT_FROM_EMAIL
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=formataddr((mail.sender_name, address)) if mail.sender_name else address,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={"Message-ID": f"<{mail.pk.hex}.{mail.attempts}@tokui>"},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for attached in MailAttachment.objects.filter(mail=mail).select_related("file").order_by("name"):
        message.attach(attached.name, read(attached.file), attached.file.content_type)
    return message


def _send(message: EmailMultiAlternatives) -> tuple[str, bool] | None:
    """None when it went; else the trouble and whether trying again is pointless."""
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refused:
        return str(refused)[:300], True
    except smtplib.SMTPResponseException as refused:
        return str(refused)[:300], refused.smtp_code >= 500
    except (OSError, smtplib.SMTPException) as trouble:
        return f"{type(trouble).__name__}: {trouble}"[:300], False
    return None


def _write_outcome(mail: OutgoingMail, trouble: tuple[str, bool] | None) -> None:
    if trouble is None:
        states.move(mail, to=OutgoingMail.State.SENT, sent_at=clock.now(), trouble="")
        emit(MailSent(mail.pk, mail.customer_id), about=mail, by=SYSTEM)
        return
    text, is_permanent = trouble
    if is_permanent or mail.attempts >= MOST_ATTEMPTS:
        states.move(mail, to=OutgoingMail.State.FAILED, trouble=text)
        emit(MailFailed(mail.pk, mail.attempts, mail.customer_id), about=mail, by=SYSTEM)
        return
    states.move(mail, to=OutgoingMail.State.QUEUED, trouble=text)


def _defer(mail: OutgoingMail) -> None:
    from tokui.messaging.tasks import send_mail

    send_mail.later(mail=str(mail.pk))


def _address(text: str, field: str) -> str:
    address = text.strip()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid(field=field, reason=_("This is not a mail address.")) from None
    return address


def _one_line(text: str) -> str:
    return " ".join(text.split())
