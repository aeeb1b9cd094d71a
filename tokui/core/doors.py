"""Finding the organization of a request that has no session: by the keyed hash of the secret it carries."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from uuid import UUID

from django.conf import settings
from django.db import connection

from tokui.core.models import DoorKey
from tokui.core.tenancy import require_organization


def new_secret(prefix: str) -> str:
    """A secret to hand out once: 160 random bits behind a readable prefix."""
    return f"{prefix}_{secrets.token_hex(20)}"


def hash_of(secret: str) -> bytes:
    """Keyed with the installation's secret, so that a stolen table cannot be searched offline."""
    return hmac.new(settings.SECRET_KEY.encode(), secret.encode(), hashlib.sha256).digest()


def open_door(kind: str, secret: str) -> DoorKey:
    """Let a secret lead to the running transaction's organization."""
    return DoorKey.objects.create(organization_id=require_organization(), kind=kind, hash=hash_of(secret))


def close_door(kind: str, hash_value: bytes) -> None:
    DoorKey.objects.filter(kind=kind, hash=hash_value).delete()


def organization_behind(kind: str, secret: str) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_door(%s, %s)", [kind, hash_of(secret)])
        row = cursor.fetchone()
    return row[0] if row else None
