"""Errors for programs: RFC 9457 problem documents with a stable code."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse


def problem(
    status: int, code: str, detail: str, *, field: str | None = None, errors: list[dict[str, Any]] | None = None
) -> HttpResponse:
    """`detail` is for people and follows the request's language; `code` is for programs and never changes."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "status": status,
        "code": code,
        "title": detail,
        "detail": detail,
    }
    if field:
        errors = [{"field": field, "code": code, "message": detail}]
    if errors:
        body["errors"] = errors
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type="application/problem+json")
