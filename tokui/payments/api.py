"""REST: suggestions, allocations, standing. The verbs ask for permission; here is only the shape."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from tokui import access
from tokui.access.permissions import PAYMENTS_VIEW
from tokui.banking.api import Cursor, Limit, actor, by_id, paged
from tokui.banking.models import Deposit
from tokui.core.ids import public_id
from tokui.customers.models import Customer
from tokui.invoices.models import Invoice
from tokui.payments import actions
from tokui.payments.evidence import evidence_of
from tokui.payments.models import Allocation, CustomerStanding, Suggestion
from tokui.payments.queries import CustomerLine, InvoiceLine, customer_standings, invoice_standings
from tokui.payments.standings import keep_current
from tokui.payments.words import sentence

router = Router(tags=["payments"])
LARGEST = 9_000_000_000_000_000


class ReasonOut(Schema):
    code: str
    weight: int
    fields: dict[str, Any]
    sentence: str


class PartOut(Schema):
    invoice: str
    amount_minor: int


class SuggestionOut(Schema):
    """A way to use a deposit. `score` orders answers; it is not a probability."""

    id: str
    deposit: str
    rank: int
    customer: str | None
    grade: str
    score: int
    reasons: list[ReasonOut]
    allocations: list[PartOut]
    fee_minor: int
    over_minor: int
    short_minor: int


class SuggestionPage(Schema):
    data: list[SuggestionOut]
    next_cursor: str | None


class UseIn(Schema):
    model_config = {"extra": "forbid"}

    invoice: str = Field(max_length=40, description="inv_…")
    amount_minor: int = Field(gt=0, le=LARGEST)
    kind: Literal["payment", "fee", "discount", "write_off", "withholding"] = "payment"


class AllocationIn(Schema):
    """How a deposit is used: payments take from it, the other kinds close what is missing."""

    model_config = {"extra": "forbid"}

    deposit: str = Field(max_length=40, description="dep_…")
    uses: list[UseIn] = Field([], max_length=200)
    advance_minor: int = Field(0, ge=0, le=LARGEST, description="Kept as an advance of `customer`")
    customer: str | None = Field(None, max_length=40, description="cus_…")
    memo: str = Field("", max_length=200)


class AllocationOut(Schema):
    """One allocation. Those with one `decision` were made together and are released together."""

    id: str
    decision: str
    deposit: str | None
    invoice: str | None
    customer: str
    kind: str
    amount_minor: int
    currency: str
    on: date
    recorded_at: datetime
    by: str
    automatic: bool
    reasons: list[ReasonOut]
    released_on: date | None


class AllocationPage(Schema):
    data: list[AllocationOut]
    next_cursor: str | None


class StandingOut(Schema):
    """Where a customer stands on a day. Amounts in minor units of the organization's currency."""

    customer: str
    code: str
    name: str
    state: str
    open_minor: int
    overdue_minor: int
    days_overdue: int
    advance_minor: int
    oldest_due_on: date | None
    last_paid_on: date | None


class StandingPage(Schema):
    data: list[StandingOut]
    next_cursor: str | None


class FactOut(Schema):
    """One fact behind an invoice's standing, with the bank's row or the person it is from."""

    on: date
    kind: str
    amount_minor: int
    left_minor: int
    source: str
    by: str
    deposit: str | None
    file: str
    line: int | None
    released: bool


class InvoiceStandingOut(Schema):
    invoice: str
    number: str
    due_on: date
    currency: str
    total_minor: int
    state: str
    open_minor: int
    days_overdue: int
    next_change_on: date | None
    evidence: list[FactOut]


class CustomerStandingOut(StandingOut):
    as_of: date | None
    invoices: list[InvoiceStandingOut]


@router.get("/suggestions", response=SuggestionPage, summary="What the matcher proposes")
def list_suggestions(
    request: HttpRequest, deposit: Annotated[str, Query(max_length=40)] = "", limit: Limit = 50, cursor: Cursor = ""
) -> dict[str, Any]:
    access.require(actor(request), PAYMENTS_VIEW)
    rows = Suggestion.objects.all()
    rows = rows.filter(deposit=by_id(Deposit, deposit, "deposit")) if deposit else rows
    page, following = paged(rows, ("deposit_id", "rank", "id"), limit, cursor)
    return {"data": [_suggestion(row) for row in page], "next_cursor": following}


@router.post("/suggestions/{suggestion}/confirm", response={201: list[AllocationOut]}, summary="Post a suggestion")
def confirm_suggestion(request: HttpRequest, suggestion: str) -> Status[list[dict[str, Any]]]:
    made = actions.confirm_suggestion(by_id(Suggestion, suggestion), by=actor(request))
    return Status(201, [_allocation(row) for row in Allocation.objects.filter(decision=made.decision_id).order_by("id")])


@router.get("/allocations", response=AllocationPage, summary="What paid what, newest first")
def list_allocations(
    request: HttpRequest,
    deposit: Annotated[str, Query(max_length=40)] = "",
    invoice: Annotated[str, Query(max_length=40)] = "",
    customer: Annotated[str, Query(max_length=40)] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> dict[str, Any]:
    access.require(actor(request), PAYMENTS_VIEW)
    rows = Allocation.objects.all()
    rows = rows.filter(deposit=by_id(Deposit, deposit, "deposit")) if deposit else rows
    rows = rows.filter(invoice=by_id(Invoice, invoice, "invoice")) if invoice else rows
    rows = rows.filter(customer=by_id(Customer, customer, "customer")) if customer else rows
    page, following = paged(rows, ("-recorded_at", "-id"), limit, cursor)
    return {"data": [_allocation(row) for row in page], "next_cursor": following}


@router.post("/allocations", response={201: list[AllocationOut]}, summary="Use a deposit")
def create_allocation(request: HttpRequest, given: AllocationIn) -> Status[list[dict[str, Any]]]:
    """A write-off or discount above the limit waits for approval and is not among the answer."""
    uses = [actions.Use(by_id(Invoice, one.invoice, "uses").pk, one.amount_minor, one.kind) for one in given.uses]
    made = actions.allocate(
        by_id(Deposit, given.deposit, "deposit"),
        uses,
        by=actor(request),
        advance_minor=given.advance_minor,
        advance_customer=by_id(Customer, given.customer, "customer") if given.customer else None,
        memo=given.memo,
    )
    return Status(201, [_allocation(row) for row in Allocation.objects.filter(decision=made.decision_id).order_by("id")])


@router.post("/allocations/{allocation}/release", response=list[AllocationOut], summary="Take a decision back")
def release_allocation(request: HttpRequest, allocation: str) -> list[dict[str, Any]]:
    """Releases every allocation of the same decision and reverses their postings."""
    row = by_id(Allocation, allocation)
    actions.release(row.decision, by=actor(request))
    return [_allocation(one) for one in Allocation.objects.filter(decision=row.decision).order_by("id")]


@router.get("/standing", response=StandingPage, summary="Who has paid, and who has not")
def list_standing(
    request: HttpRequest,
    state: Annotated[str, Query(max_length=20)] = "",
    as_of: Annotated[date | None, Query(description="A business day; today when left out")] = None,
    known_at: Annotated[datetime | None, Query(description="From what was known at this instant")] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Today page by page; a past day (or what was known then) in one answer without a cursor."""
    access.require(actor(request), PAYMENTS_VIEW)
    if as_of is not None or known_at is not None:
        lines = customer_standings(as_of=as_of, known_at=known_at)
        found = [_line(one) for one in lines if not state or one.standing.state == state]
        return {"data": found, "next_cursor": None}
    keep_current()
    rows = CustomerStanding.objects.select_related("customer")
    page, following = paged(rows.filter(state=state) if state else rows, ("-open_minor", "-customer_id"), limit, cursor)
    today = customer_standings(customers=[row.customer_id for row in page])
    by_customer = {one.customer_id: one for one in today}
    found = [_line(by_customer[row.customer_id]) for row in page if row.customer_id in by_customer]
    return {"data": found, "next_cursor": following}


@router.get("/standing/{customer}", response=CustomerStandingOut, summary="One customer's standing with its evidence")
def get_standing(
    request: HttpRequest,
    customer: str,
    as_of: Annotated[date | None, Query()] = None,
    known_at: Annotated[datetime | None, Query()] = None,
) -> dict[str, Any]:
    access.require(actor(request), PAYMENTS_VIEW)
    row = by_id(Customer, customer)
    lines = customer_standings(customers=[row.pk], as_of=as_of, known_at=known_at)
    invoices = invoice_standings(customers=[row.pk], as_of=as_of, known_at=known_at)
    head = _line(lines[0]) if lines else _nothing(row)
    return {**head, "as_of": as_of, "invoices": [_invoice(one, as_of) for one in invoices[-200:]]}


def _suggestion(row: Suggestion) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "deposit": public_id("dep", row.deposit_id),
        "customer": public_id("cus", row.customer_id) if row.customer_id else None,
        "reasons": [_reason(one) for one in row.reasons],
        "allocations": [{"invoice": public_id("inv", UUID(key)), "amount_minor": amount} for key, amount in row.allocations],
        **{name: getattr(row, name) for name in ("rank", "grade", "score", "fee_minor", "over_minor", "short_minor")},
    }


def _reason(one: dict[str, Any]) -> dict[str, Any]:
    return {"code": one["code"], "weight": one["weight"], "fields": one.get("fields", {}), "sentence": sentence(one)}


def _allocation(row: Allocation) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "decision": str(row.decision),
        "deposit": public_id("dep", row.deposit_id) if row.deposit_id else None,
        "invoice": public_id("inv", row.invoice_id) if row.invoice_id else None,
        "customer": public_id("cus", row.customer_id),
        "automatic": row.is_automatic,
        "reasons": [_reason(one) for one in row.reasons],
        **{name: getattr(row, name) for name in ("kind", "amount_minor", "currency", "on", "recorded_at", "by", "released_on")},
    }


def _line(one: CustomerLine) -> dict[str, Any]:
    return {
        "customer": public_id("cus", one.customer_id),
        "code": one.code,
        "name": one.name,
        "state": one.standing.state.value,
        "open_minor": one.standing.open_minor,
        "overdue_minor": one.standing.overdue_minor,
        "days_overdue": one.standing.days_overdue,
        "advance_minor": one.advance_minor,
        "oldest_due_on": one.oldest_due_on,
        "last_paid_on": one.last_paid_on,
    }


def _nothing(row: Customer) -> dict[str, Any]:
    zeros = dict.fromkeys(("open_minor", "overdue_minor", "days_overdue", "advance_minor"), 0)
    days = {"oldest_due_on": None, "last_paid_on": None}
    return {"customer": row.public_id, "code": row.code, "name": row.name, "state": "paid", **zeros, **days}


def _invoice(one: InvoiceLine, as_of: date | None) -> dict[str, Any]:
    facts = [
        {
            "deposit": public_id("dep", fact.deposit_id) if fact.deposit_id else None,
            "file": fact.file_name,
            "line": fact.line_number,
            **{name: getattr(fact, name) for name in ("on", "kind", "amount_minor", "left_minor", "source", "by", "released")},
        }
        for fact in evidence_of(one.invoice_id, as_of=as_of)
    ]
    return {
        "invoice": public_id("inv", one.invoice_id),
        "state": one.standing.state.value,
        "open_minor": one.standing.open_minor,
        "days_overdue": one.standing.days_overdue,
        "next_change_on": one.standing.next_change_on,
        "evidence": facts,
        **{name: getattr(one, name) for name in ("number", "due_on", "currency", "total_minor")},
    }
