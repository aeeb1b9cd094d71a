"""The world that the browser sees: made once, by the real verbs, and committed."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

ROLES = ("owner", "accountant", "viewer")


def build() -> None:
    from tokui.access.actions import change_profile, found_organization
    from tokui.access.tests.world import make_member
    from tokui.core.tenancy import organization_scope

    organization = found_organization("株式会社あおば", slug="aoba")
    with organization_scope(organization.pk):
        for role in ROLES:
            for language in ("ja", "en"):
                member = make_member(role, email=f"{role}-{language}@example.jp")
                change_profile(member.user, name=member.user.name, language=language, single_keys=True)


@cache
def cookie_of(role: str, language: str) -> str:
    """A session of a member, as sign-in would make it; one user per role and language."""
    from tokui.access.models import User

    user = User.objects.get(email=f"{role}-{language}@example.jp")
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)
