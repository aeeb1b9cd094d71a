"""What a page may know about its visitor. The room `access` sets `request.visit`; strangers have none."""

from __future__ import annotations

from django.http import HttpRequest


def may(request: HttpRequest | None, permission: str) -> bool:
    """Whether the visitor holds a permission. An empty permission is held by everyone, strangers included."""
    if not permission:
        return True
    visit = getattr(request, "visit", None)
    return bool(visit and visit.actor.can(permission))
