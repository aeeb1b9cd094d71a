"""The root of the REST API: who may come in, how refusals are told, and which room answers what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, NinjaAPI, Query, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.utils import check_csrf

from tokui import access
from tokui.access.permissions import CUSTOMERS_VIEW
from tokui.config.api_parameters import known_parameters_only
from tokui.config.field_words import field_words
from tokui.core.errors import Refusal
from tokui.core.models import Event
from tokui.core.problems import problem
from tokui.ui.rest import Paged, Paging, caller, key_of, page, shown_id

DESCRIPTION = """Everything that people do on Tokui's pages, programs do here.

**Authentication**: `Authorization: Bearer tk_…` with an API key from the settings page.
**Amounts** are integers in the currency's minor unit; **days** are ISO dates in the organization's time zone.
**Ids** are prefixed (`cus_…`, `inv_…`). **Paging**: `limit` and `cursor`; answers carry `next_cursor` until the end.
**Idempotency**: send `Idempotency-Key` with every POST; the same key with the same content is answered once.
**Errors** are `application/problem+json` with a stable `code`; `errors` lists fields. Unknown parameters are
refused by name.
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
    "413": "The request is too large.",
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
api.add_decorator(known_parameters_only(signed_in), mode="view")


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problem(refusal.status, refusal.code, refusal.message, field=refusal.field)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, trouble: ValidationError) -> HttpResponse:
    errors = [
        {
            "field": ".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0]),
            "code": one["type"],
            "message": field_words(one["type"], one["msg"], one.get("ctx") or {}),
        }
        for one in trouble.errors
    ]
    return problem(422, "invalid_request", _("Some fields are not right."), errors=errors)


@api.exception_handler(AuthenticationError)
def stranger(request: HttpRequest, trouble: AuthenticationError) -> HttpResponse:
    return problem(401, "not_signed_in", _("Send an API key: Authorization: Bearer tk_…"))


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, trouble: HttpError) -> HttpResponse:
    return problem(trouble.status_code, "unreadable_request", _("The request cannot be read."))


@api.exception_handler(RequestDataTooBig)
def too_large(request: HttpRequest, trouble: RequestDataTooBig) -> HttpResponse:
    return problem(413, "request_too_large", _("The request is too large."))


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


class EventFilter(Paging):
    type: str = Field("", max_length=80, description="Only this type, e.g. `invoices.InvoiceIssued`")
    customer: str = Field("", max_length=40, description="Only this customer's, `cus_…`")


@api.get("/events", response=Paged[EventOut], tags=["events"], summary="What happened, newest first")
def list_events(request: HttpRequest, given: Query[EventFilter]) -> dict[str, Any]:
    """Only what happened before every transaction that is still running: a later page never shows an earlier event."""
    access.require(caller(request), CUSTOMERS_VIEW)
    rows = Event.objects.extra(where=["transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"])
    if given.type:
        rows = rows.filter(type=given.type)
    if given.customer:
        rows = rows.filter(customer_id=key_of(given.customer, "cus", "customer"))
    found = page(rows, given, order=("-recorded_at", "-id"))
    return found | {"data": [_event(row) for row in found["data"]]}


def _event(row: Event) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "type": row.type,
        "about": f"{row.about_type}:{row.about_id}",
        "customer": shown_id("cus", row.customer_id),
        "occurred_at": row.occurred_at,
        "recorded_at": row.recorded_at,
        "by": row.by_name,
        "data": row.payload,
    }


api.add_router("", "tokui.customers.api_shared.router")
api.add_router("/customers", "tokui.customers.api.router")
api.add_router("/customers", "tokui.customers.api_parts.router")
api.add_router("/relationships", "tokui.customers.api.relationships")
api.add_router("/imports", "tokui.customers.api.imports")
api.add_router("", "tokui.banking.api.router")
api.add_router("", "tokui.banking.api_virtual.router")
api.add_router("", "tokui.banking.api_results.router")
api.add_router("", "tokui.ledger.api.router")
api.add_router("", "tokui.payments.api.router")
api.add_router("", "tokui.catalog.api.router")
api.add_router("", "tokui.invoices.api.router")
