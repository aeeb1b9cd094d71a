"""Every request runs in one transaction, as one actor, within one organization."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from tokui.access.actions import actor_of
from tokui.access.models import ApiKey, Membership
from tokui.core import clock, doors, shared_clock
from tokui.core.actors import Actor
from tokui.core.errors import Refusal
from tokui.core.models import Organization
from tokui.core.tenancy import organization_scope

Answer = Callable[[HttpRequest], HttpResponse]
SESSION_ORGANIZATION = "organization"
LANGUAGES = ("ja", "en")


@dataclass(frozen=True)
class Visit:
    """Who comes, and where: set on `request.visit` when somebody is signed in or shows a key."""

    actor: Actor
    organization: Organization
    membership: Membership | None = None


def clock_middleware(get_response: Answer) -> Answer:
    def middleware(request: HttpRequest) -> HttpResponse:
        shared_clock.load()
        return get_response(request)

    return middleware


def language_middleware(get_response: Answer) -> Answer:
    """The user's own language; for strangers the cookie they chose, else what the browser asks for, else Japanese."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with translation.override(_language(request)):
            request.LANGUAGE_CODE = translation.get_language() or "ja"
            response = get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
            return response

    return middleware


def _language(request: HttpRequest) -> str:
    if request.user.is_authenticated:
        return request.user.language
    chosen = request.COOKIES.get("tokui_language", "")
    if chosen in LANGUAGES:
        return chosen
    asked = request.headers.get("Accept-Language", "")
    return "en" if asked.lower().startswith("en") else "ja"


def organization_middleware(get_response: Answer) -> Answer:
    """Find the visitor, then answer inside the organization's transaction; errors roll it back."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.visit = None  # type: ignore[attr-defined]
        secret = _bearer(request)
        if secret:
            organization_id = doors.organization_behind("api_key", secret)
            if organization_id is None:
                return get_response(request)
            with organization_scope(organization_id):
                request.visit = _visit_by_key(secret)  # type: ignore[attr-defined]
                return _answer(request, get_response)
        membership = _membership(request)
        if membership is None:
            return get_response(request)
        with organization_scope(membership.organization_id):
            request.visit = Visit(  # type: ignore[attr-defined]
                actor_of(membership.user, membership.role), membership.organization, membership
            )
            return _answer(request, get_response)

    return middleware


def _answer(request: HttpRequest, get_response: Answer) -> HttpResponse:
    try:
        response = get_response(request)
    except Refusal:
        transaction.set_rollback(True)
        raise
    if response.status_code >= 400:
        transaction.set_rollback(True)
    return response


def _bearer(request: HttpRequest) -> str:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" and secret.strip().startswith("tk_") else ""


def _visit_by_key(secret: str) -> Visit | None:
    key = ApiKey.objects.select_related("organization").filter(hash=doors.hash_of(secret), revoked_at=None).first()
    if key is None:
        return None
    if key.last_used_on != clock.today():
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=clock.today())
    actor = Actor(
        kind="api_key",
        id=key.pk,
        name=key.name,
        role="api_key",
        permissions=frozenset(key.scopes),
        person_id=key.created_by_id,
    )
    return Visit(actor, key.organization)


def _membership(request: HttpRequest) -> Membership | None:
    if not request.user.is_authenticated:
        return None
    mine = Membership.objects.select_related("organization", "user").filter(user=request.user, is_active=True)
    chosen = request.session.get(SESSION_ORGANIZATION)
    if chosen:
        found = mine.filter(organization_id=chosen).first()
        if found:
            return found
    return mine.order_by("created_at").first()
