"""Reads about people that rooms above ask for."""

from __future__ import annotations

from uuid import UUID

from tokui.access.models import Membership
from tokui.access.permissions import MATRIX
from tokui.core.tenancy import require_organization


def people_who_may(permission: str) -> set[UUID]:
    """The users of this organization whose role holds a permission."""
    roles = [role for role, held in MATRIX.items() if permission in held]
    rows = Membership.objects.filter(
        organization_id=require_organization(), role__in=roles, is_active=True, user__is_active=True
    )
    return set(rows.values_list("user_id", flat=True))
