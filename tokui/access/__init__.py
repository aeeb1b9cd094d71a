"""The front door: users, roles, permissions, API keys, sign-in."""

from __future__ import annotations

from tokui.core.actors import Actor
from tokui.core.errors import NotPermitted


def require(by: Actor, permission: str) -> None:
    """First line of every verb: the actor holds the permission, or the verb refuses."""
    if not by.can(permission):
        raise NotPermitted
