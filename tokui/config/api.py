"""The root of the REST API: who may come in, how refusals are told, and which room answers what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Query, Schema
from ninja.errors import AuthenticationError, ValidationError
from ninja.utils import check_csrf

from tokui import access
from tokui.access.permissions import CUSTOMERS_VIEW
from tokui.core.errors import Invalid, Refusal
from tokui.core.ids import parse_public_id, public_id
from tokui.core.models import Event
from tokui.core.problems import problem
from tokui.ui.paging import InvalidCursor, page_of

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


PROBLEM = {
    "type": "object",
    "required": ["type", "status", "code", "title", "detail"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for programs"},
        "title": {"type": "string"},
        "detail": {"type": "string", "description": "For people, in their language"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {"field": {"type": "string"}, "code": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
PROBLEMS = {
    "400": "The request cannot be read.",
    "401": "No valid API key.",
    "403": "The key may not do this.",
    "404": "There is no such record.",
    "409": "The state of the record forbids it.",
    "422": "Some fields are not right.",
    "429": "Too many requests.",
}


class TokuiAPI(NinjaAPI):
    def get_openapi_schema(self, **options: Any) -> Any:
        """The specification, with the problems that every operation can answer."""
        schema = super().get_openapi_schema(**options)
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
        reference = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, description in PROBLEMS.items():
                    operation["responses"].setdefault(status, {"description": description, "content": reference})
        return schema


api = TokuiAPI(
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


class EventOut(Schema):
    """Something that happened; `data` has the event's own fields."""

    id: str
    type: str
    about: str
    customer: str | None
    occurred_at: datetime
    recorded_at: datetime
    by: str
    data: dict[str, Any]


class EventPage(Schema):
    data: list[EventOut]
    next_cursor: str | None


@api.get("/events", response=EventPage, tags=["events"], summary="What happened, newest first")
def list_events(
    request: HttpRequest,
    type: Annotated[str, Query(description="Only this type, e.g. `invoices.InvoiceIssued`", max_length=80)] = "",
    customer: Annotated[str, Query(description="Only this customer's, `cus_…`", max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(max_length=300)] = "",
) -> dict[str, Any]:
    """Only what happened before every transaction that is still running: a later page never shows an earlier event."""
    access.require(request.visit.actor, CUSTOMERS_VIEW)  # type: ignore[attr-defined]
    rows = Event.objects.extra(where=["transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"])
    if type:
        rows = rows.filter(type=type)
    if customer:
        rows = rows.filter(customer_id=_key(customer, "cus", "customer"))
    try:
        page = page_of(rows, order=("-recorded_at", "-id"), after=cursor, size=limit)
    except InvalidCursor as trouble:
        raise Invalid(field="cursor", reason=_("This cursor is not one of ours.")) from trouble
    return {"data": [_event(row) for row in page.rows], "next_cursor": page.next_cursor or None}


def _event(row: Event) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "type": row.type,
        "about": f"{row.about_type}:{row.about_id}",
        "customer": public_id("cus", row.customer_id) if row.customer_id else None,
        "occurred_at": row.occurred_at,
        "recorded_at": row.recorded_at,
        "by": row.by_name,
        "data": row.payload,
    }


def _key(text: str, prefix: str, field: str) -> UUID:
    try:
        return parse_public_id(text, prefix)
    except ValueError as trouble:
        raise Invalid(field=field, reason=_("This is not an id of that kind.")) from trouble


api.add_router("/customers", "tokui.customers.api.router")
api.add_router("/relationships", "tokui.customers.api.relationships")
api.add_router("/imports", "tokui.customers.api.imports")
api.add_router("", "tokui.catalog.api.router")
