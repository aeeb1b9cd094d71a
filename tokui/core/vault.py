"""Encryption of secrets and of personal values in history: AES-256-GCM with the key's id in the ciphertext."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from tokui.core import clock
from tokui.core.models import PersonalKey
from tokui.core.tenancy import require_organization

VERSION = b"\x01"


def encrypt(plain: bytes, context: bytes = b"") -> bytes:
    """Seal bytes under the installation's key; `context` must be given again to open them."""
    return _seal(_installation_key(), plain, context)


def decrypt(sealed: bytes, context: bytes = b"") -> bytes:
    return _open(_installation_key(), sealed, context)


def encrypt_personal(subject_id: UUID, text: str) -> str:
    """Seal a person's past value under that person's own key, for an event's payload."""
    return base64.b64encode(_seal(_personal_key(subject_id, create=True), text.encode(), subject_id.bytes)).decode()


def encrypt_personal_many(texts: Mapping[UUID, str]) -> dict[UUID, str]:
    """Seal one text for each of many persons in a constant number of statements."""
    rows = PersonalKey.objects.filter(subject_id__in=list(texts)).values_list("subject_id", "wrapped_key")
    keys = {subject: decrypt(bytes(wrapped), subject.bytes) for subject, wrapped in rows}
    fresh = {subject: AESGCM.generate_key(256) for subject in texts if subject not in keys}
    if fresh:
        now, organization = clock.now(), require_organization()
        PersonalKey.objects.bulk_create(
            PersonalKey(
                organization_id=organization,
                subject_id=subject,
                wrapped_key=encrypt(key, subject.bytes),
                created_at=now,
            )
            for subject, key in fresh.items()
        )
    keys |= fresh
    return {
        subject: base64.b64encode(_seal(keys[subject], text.encode(), subject.bytes)).decode()
        for subject, text in texts.items()
    }


def decrypt_personal(subject_id: UUID, sealed: str) -> str | None:
    """The value again, or None once the person's key was destroyed."""
    try:
        key = _personal_key(subject_id, create=False)
    except PersonalKey.DoesNotExist:
        return None
    return _open(key, base64.b64decode(sealed), subject_id.bytes).decode()


def decrypt_personal_many(sealed: Mapping[tuple[UUID, UUID], str]) -> dict[UUID, str | None]:
    """Values again, by the first part of their key {(event, subject): sealed}; None once the person's key was destroyed."""
    rows = PersonalKey.objects.filter(subject_id__in={subject for _name, subject in sealed})
    keys = {row.subject_id: decrypt(bytes(row.wrapped_key), row.subject_id.bytes) for row in rows}
    return {
        name: _open(keys[subject], base64.b64decode(text), subject.bytes).decode() if subject in keys else None
        for (name, subject), text in sealed.items()
    }


def _personal_key(subject_id: UUID, *, create: bool) -> bytes:
    row = PersonalKey.objects.filter(subject_id=subject_id).first()
    if row is None:
        if not create:
            raise PersonalKey.DoesNotExist
        fresh = AESGCM.generate_key(256)
        wrapped = encrypt(fresh, subject_id.bytes)
        row = PersonalKey.objects.create(subject_id=subject_id, wrapped_key=wrapped, created_at=clock.now())
    return decrypt(bytes(row.wrapped_key), subject_id.bytes)


def _installation_key() -> bytes:
    return hashlib.sha256(b"tokui vault" + settings.TOKUI_VAULT_KEY.encode()).digest()


def _seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    nonce = os.urandom(12)
    return VERSION + _key_id(key) + nonce + AESGCM(key).encrypt(nonce, plain, context)


def _open(key: bytes, sealed: bytes, context: bytes) -> bytes:
    if sealed[:1] != VERSION or sealed[1:5] != _key_id(key):
        raise ValueError("sealed under another key")
    return AESGCM(key).decrypt(sealed[5:17], sealed[17:], context)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"id" + key).digest()[:4]
