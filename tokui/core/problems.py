"""Errors for programs: RFC 9457 problem documents with a stable code."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext, gettext_lazy

CONTENT_TYPE = "application/problem+json"
#: The kind of problem by status. What is wrong this time stands in `detail`.
TITLES = {
    400: gettext_lazy("Unreadable request"),
    401: gettext_lazy("Not signed in"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("Method not allowed"),
    409: gettext_lazy("Not possible in this state"),
    413: gettext_lazy("Too large"),
    422: gettext_lazy("Not acceptable as given"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Server error"),
}


def problem(
    status: int, code: str, detail: str, *, field: str | None = None, errors: list[dict[str, Any]] | None = None
) -> HttpResponse:
    """`detail` is for people and follows the request's language; `code` is for programs and never changes, and with it
    `type`, a name in the form of an address (RFC 9457, 3.1.1)."""
    body: dict[str, Any] = {
        "type": f"/problems/{code}",
        "status": status,
        "code": code,
        "title": str(TITLES[status]) if status in TITLES else gettext("Error"),
        "detail": detail,
    }
    if field:
        errors = [{"field": field, "code": code, "message": detail}]
    if errors:
        body["errors"] = errors
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)


def is_problem(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "") == CONTENT_TYPE
