"""Mail of accounts: links for people who have no session. Customer mail is the room `messaging`."""

from __future__ import annotations

import base64

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from tokui.access.models import User
from tokui.core import vault
from tokui.core.jobs import RETRY, defer_global

INVITATION = b"invitation"


def send_password_link(user: User) -> None:
    """Send the link in a moment, as a job of its own: how long a page takes must not tell who is known."""
    defer_global("tokui.access.password_mail", user=str(user.pk))


@app.task(name="tokui.access.password_mail", retry=RETRY)
def password_mail(user: str) -> None:
    """The link is made here, not by the page, so that no queue ever holds it."""
    person = User.objects.get(pk=user)
    path = reverse("access:new_password", args=[person.public_id, default_token_generator.make_token(person)])
    with translation.override(person.language):
        text = _("Someone asked for a new password for Tokui. If it was you, open this link within three hours:")
        end = _("If it was not you, nothing has changed and you need not do anything.")
        body = f"{text}\n\n{settings.TOKUI_BASE_URL}{path}\n\n{end}\n"
        send_mail(_("A new password for Tokui"), body, None, [person.email])


def send_invitation(email: str, organization: str, inviter: str, link: str, language: str) -> None:
    """The link is a secret, so the queue holds it sealed."""
    sealed = base64.b64encode(vault.encrypt(link.encode(), INVITATION)).decode()
    defer_global(
        "tokui.access.invitation_mail",
        email=email,
        organization=organization,
        inviter=inviter,
        sealed=sealed,
        language=language,
    )


@app.task(name="tokui.access.invitation_mail", retry=RETRY)
def invitation_mail(email: str, organization: str, inviter: str, sealed: str, language: str) -> None:
    link = vault.decrypt(base64.b64decode(sealed), INVITATION).decode()
    with translation.override(language):
        subject = _("You are invited to %(organization)s on Tokui") % {"organization": organization}
        text = _("%(inviter)s invites you to work with %(organization)s on Tokui. The link is valid for 7 days:") % {
            "inviter": inviter,
            "organization": organization,
        }
        send_mail(subject, f"{text}\n\n{link}\n", None, [email])
