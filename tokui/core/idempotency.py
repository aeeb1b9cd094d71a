"""The same request twice has one effect: `Idempotency-Key`, as in Stripe's style."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse

from tokui.core import clock
from tokui.core.errors import IdempotencyKeyReused, UnusableIdempotencyKey
from tokui.core.ids import uuid7
from tokui.core.models import IdempotencyRecord
from tokui.core.tenancy import require_organization

HEADER = "Idempotency-Key"
#: Printable, without a space at either end: what every proxy passes on as it is.
KEY = re.compile("[!-~]([ -~]{0,118}[!-~])?")


def once(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer a request, or give the stored answer again if its key was seen with the same content.

    Runs in the request's transaction: a second request with the key waits on the unique index until the first has
    committed. Answers of 400 and above are rolled back by the caller, so a corrected request may use the key again.
    Raises UnusableIdempotencyKey, IdempotencyKeyReused.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return answer()
    if not KEY.fullmatch(key):
        raise UnusableIdempotencyKey(field=HEADER)
    digest = _digest(request)
    if not _claim(key, digest):
        return _again(key, digest)
    response = answer()
    IdempotencyRecord.objects.filter(key=key).update(
        status=response.status_code, body=response.content.decode(response.charset or "utf-8", "replace")
    )
    return response


def _digest(request: HttpRequest) -> bytes:
    """What the request says. Uploads are hashed field by field and file by file, so that none is read into memory."""
    found = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if not (request.content_type or "").startswith("multipart/"):
        found.update(request.body)
        return found.digest()
    for name, values in sorted(request.POST.lists()):
        found.update(json.dumps([name, values]).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            found.update(json.dumps([name, file.name]).encode())
            for block in file.chunks():
                found.update(block)
            file.seek(0)
    return found.digest()


def _claim(key: str, digest: bytes) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_idempotencyrecord (id, organization_id, key, request_hash, body, created_at) "
            "VALUES (%s, %s, %s, %s, '', %s) ON CONFLICT DO NOTHING",
            [uuid7(), require_organization(), key, digest, clock.now()],
        )
        return bool(cursor.rowcount == 1)


def _again(key: str, digest: bytes) -> HttpResponse:
    record = IdempotencyRecord.objects.get(key=key)
    if bytes(record.request_hash) != digest:
        raise IdempotencyKeyReused
    response = HttpResponse(record.body, status=record.status or 200, content_type="application/json; charset=utf-8")
    response["Idempotent-Replayed"] = "true"
    return response
