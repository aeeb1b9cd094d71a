"""Bytes by content: uploads and issued documents, stored once, under their organization."""

from __future__ import annotations

import hashlib
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tokui.core import clock
from tokui.core.models import StoredFile
from tokui.core.tenancy import require_organization


def store(content: bytes, *, name: str, content_type: str) -> StoredFile:
    """Keep bytes for ever under their hash; the same content and name twice is one file."""
    digest = hashlib.sha256(content).digest()
    found = StoredFile.objects.filter(sha256=digest, name=name[:200]).first()
    if found:
        return found
    path = f"{require_organization()}/{digest.hex()[:2]}/{digest.hex()}"
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(content))
    kept, _ = StoredFile.objects.get_or_create(  # two uploads at once: the second finds the first
        sha256=digest,
        name=name[:200],
        defaults={
            "size_bytes": len(content),
            "content_type": content_type,
            "path": path,
            "created_at": clock.now(),
        },
    )
    return kept


def open_file(file: StoredFile) -> IO[bytes]:
    return default_storage.open(file.path)


def read(file: StoredFile) -> bytes:
    with open_file(file) as stream:
        return stream.read()
