"""Mail: committed before it is sent, tried again when it did not go, shown with its fate."""

from __future__ import annotations

import smtplib

import pytest
from django.core import mail as outbox
from django.core.mail.backends.base import BaseEmailBackend

from tokui.core.actors import SYSTEM
from tokui.core.errors import Invalid, NotPermitted
from tokui.core.models import Event
from tokui.messaging import actions
from tokui.messaging.models import OutgoingMail


class Broken(BaseEmailBackend):
    """A server that answers as the test wants."""

    trouble: Exception = OSError("no route")

    def send_messages(self, messages):
        raise type(self).trouble


def queue(**fields) -> OutgoingMail:
    given = {"subject": "請求書", "text": "本文", "by": SYSTEM, **fields}
    return actions.queue_mail(given.pop("to", "a@example.jp"), **given)


def deliver(mail: OutgoingMail) -> OutgoingMail:
    actions.deliver(mail.organization_id, mail.pk)
    mail.refresh_from_db()
    return mail


def test_a_mail_waits_until_it_is_sent_and_goes_once(organization, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail = queue(sender_name="株式会社あおば", reply_to="b@example.jp")
    assert (mail.state, len(outbox.outbox)) == ("queued", 0)
    deliver(mail)
    deliver(mail)
    assert (mail.state, mail.attempts, len(outbox.outbox)) == ("sent", 1, 1)
    assert outbox.outbox[0].reply_to == ["b@example.jp"]
    assert set(Event.objects.filter(about_id=mail.pk).values_list("type", flat=True)) == {
        "messaging.MailQueued",
        "messaging.MailSent",
    }


def test_a_mail_that_does_not_go_is_tried_again_and_at_last_given_to_a_person(organization, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    Broken.trouble = OSError("no route")
    mail = queue()
    for attempt in range(1, actions.MOST_ATTEMPTS):
        with pytest.raises(actions.MailDeferred):
            deliver(mail)
        mail.refresh_from_db()
        assert (mail.state, mail.attempts) == ("queued", attempt)
    deliver(mail)
    assert (mail.state, "no route" in mail.trouble) == ("failed", True)


def test_an_address_that_the_server_refuses_fails_at_once_and_can_be_sent_again(organization, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    Broken.trouble = smtplib.SMTPRecipientsRefused({"a@example.jp": (550, b"unknown")})
    mail = deliver(queue())
    assert mail.state == "failed"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    actions.resend(mail, by=SYSTEM)
    assert deliver(mail).state == "sent"
    with pytest.raises(actions.MailNotFailed):
        actions.resend(mail, by=SYSTEM)


@pytest.mark.parametrize("to", ["", "nobody", "a@b@c", "a@example.jp\nBcc: x@example.jp"])
def test_what_is_no_address_is_refused(organization, to):
    with pytest.raises(Invalid):
        queue(to=to)


def test_a_subject_cannot_smuggle_headers(organization):
    assert queue(subject="x\nBcc: y@example.jp").subject == "x Bcc: y@example.jp"


def test_a_viewer_may_not_send(organization, viewer):
    with pytest.raises(NotPermitted):
        queue(by=viewer)
