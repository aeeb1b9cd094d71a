"""The root of the REST API: who may come in, how refusals are told, and which room answers what."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError
from ninja.utils import check_csrf

from tokui.core.errors import Refusal
from tokui.core.problems import problem

DESCRIPTION = """Everything that people do on Tokui's pages, programs do here.

**Authentication**: `Authorization: Bearer tk_…` with an API key from the settings page.
**Amounts** are integers in the currency's minor unit; **days** are ISO dates in the organization's time zone.
**Ids** are prefixed (`cus_…`, `inv_…`). **Paging**: `limit` and `cursor`; answers carry `next_cursor` until the end.
**Idempotency**: send `Idempotency-Key` with every POST; the same key with the same content is answered once.
**Errors** are `application/problem+json` with a stable `code`; `errors` lists fields.
**Limits**: `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` come with every answer.
"""


def signed_in(request: HttpRequest) -> Any:
    """An API key, or a person's session (then unsafe methods need the CSRF token, as pages do)."""
    visit = getattr(request, "visit", None)
    if visit and visit.membership and request.method not in ("GET", "HEAD") and check_csrf(request):
        return None
    return visit


api = NinjaAPI(
    title="Tokui",
    version="1",
    description=DESCRIPTION,
    auth=signed_in,
    urls_namespace="api",
    docs_url="/",
    openapi_url="/openapi.json",
)


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problem(refusal.status, refusal.code, refusal.message, field=refusal.field)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, trouble: ValidationError) -> HttpResponse:
    errors = [
        {
            "field": ".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0]),
            "code": one["type"],
            "message": one["msg"],
        }
        for one in trouble.errors
    ]
    return problem(422, "invalid_request", "Some fields are not right.", errors=errors)


@api.exception_handler(AuthenticationError)
def stranger(request: HttpRequest, trouble: AuthenticationError) -> HttpResponse:
    return problem(401, "not_signed_in", "Send an API key: Authorization: Bearer tk_…")


@api.get("/me", tags=["access"], summary="Who am I, and what may I do?")
def me(request: HttpRequest) -> dict[str, Any]:
    visit = request.visit  # type: ignore[attr-defined]
    return {
        "organization": visit.organization.slug,
        "kind": visit.actor.kind,
        "name": visit.actor.name,
        "role": visit.actor.role,
        "permissions": sorted(visit.actor.permissions),
    }
