"""REST for figures: receivables by age and by expected day, a customer's ledger, and how good the matcher is."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from tokui import access
from tokui.access.permissions import PAYMENTS_VIEW
from tokui.core import clock
from tokui.core.days import add_months
from tokui.core.ids import public_id
from tokui.customers.models import Customer
from tokui.payments.reports import AgedRow, aged_receivables, customer_ledger, expected_receipts
from tokui.payments.scorecard import Group, scorecard, scorecards, undone_postings
from tokui.ui.rest import Currency, Day, Given, caller, find

router = Router(tags=["standing"])
MOST_ROWS = 1000


class AgedFilter(Given):
    as_of: Day | None = Field(None, description="As it stood at the end of this day; today when left out")
    currency: Currency = "JPY"


class AgedOut(Schema):
    """What is owed by how late it is, in minor units."""

    not_due: int
    days_30: int = Field(description="1 to 30 days late")
    days_60: int
    days_90: int
    older: int
    total: int


class AgedCustomerOut(AgedOut):
    customer: str = Field(description="`cus_…`")
    code: str
    name: str


class AgedReportOut(Schema):
    as_of: date
    currency: str
    total: AgedOut = Field(description="Of all customers")
    customers: list[AgedCustomerOut] = Field(description="The largest debts first, at most 1,000")


class ExpectedFilter(Given):
    currency: Currency = "JPY"
    days: int = Field(90, ge=0, le=730, description="How far ahead")


class ExpectedOut(Schema):
    due_on: date
    count: int
    open_minor: int
    is_late: bool


class LedgerFilter(Given):
    from_on: Day | None = Field(None, description="Twelve months when left out")
    to_on: Day | None = Field(None, description="Today when left out")
    currency: Currency = "JPY"


class MovementOut(Schema):
    on: date
    kind: str = Field(description="invoice, credit_note, opening, payment, fee, discount, write_off or withholding")
    number: str
    text: str
    billed_minor: int
    received_minor: int
    balance_minor: int


class LedgerOut(Schema):
    """Every movement of a customer's receivable, with the balance after it (得意先元帳)."""

    customer: str
    from_on: date
    to_on: date
    currency: str
    opening_minor: int
    movements: list[MovementOut]
    closing_minor: int


class ScoreFilter(Given):
    by: Literal["month", "grade", "reason"] = "month"
    days: int = Field(365, ge=1, le=3650)


class ScoreOut(Schema):
    """Counts of decisions. A share is null until enough was decided for a percentage to say something."""

    automatic: int
    automatic_undone: int
    confirmed: int
    changed: int
    declined: int
    by_hand: int
    precision: float | None = Field(description="Of what was posted by itself, the share that nobody took back")
    proposals_right: float | None = Field(description="Of what a person judged, the share confirmed as proposed")
    recall: float | None = Field(description="Of what ended on invoices, the share that needed nobody")


class ScoreGroupOut(ScoreOut):
    key: str = Field(
        description="`2026-11`, the grade, or the code of the leading reason; empty where nothing was proposed"
    )


class UndoneOut(Schema):
    decision: str
    deposit: str
    undone_by: str
    undone_at: datetime


class ScoreReportOut(Schema):
    total: ScoreOut
    groups: list[ScoreGroupOut]
    undone: list[UndoneOut] = Field(description="Posted by itself and taken back, the latest 50")


@router.get("/receivables/aged", response=AgedReportOut, summary="Receivables by age")
def aged(request: HttpRequest, given: Query[AgedFilter]) -> dict[str, Any]:
    access.require(caller(request), PAYMENTS_VIEW)
    on = given.as_of or clock.today()
    rows, total = aged_receivables(on, currency=given.currency)
    return {
        "as_of": on,
        "currency": given.currency,
        "total": _aged(total),
        "customers": [_aged(row) for row in rows[:MOST_ROWS]],
    }


@router.get("/receivables/expected", response=list[ExpectedOut], summary="Expected receipts by day")
def expected(request: HttpRequest, given: Query[ExpectedFilter]) -> list[Any]:
    """What is late comes first."""
    access.require(caller(request), PAYMENTS_VIEW)
    return list(expected_receipts(currency=given.currency, days=given.days))


@router.get("/customers/{customer_id}/ledger", response=LedgerOut, summary="A customer's ledger")
def ledger(request: HttpRequest, customer_id: str, given: Query[LedgerFilter]) -> dict[str, Any]:
    access.require(caller(request), PAYMENTS_VIEW)
    customer = find(Customer.objects.all(), customer_id)
    to_on = given.to_on or clock.today()
    from_on = given.from_on or add_months(to_on.replace(day=1), -11)
    opening, movements = customer_ledger(customer, from_on, to_on, currency=given.currency)
    return {
        "customer": customer.public_id,
        "from_on": from_on,
        "to_on": to_on,
        "currency": given.currency,
        "opening_minor": opening,
        "movements": [asdict(one) for one in movements],
        "closing_minor": movements[-1].balance_minor if movements else opening,
    }


@router.get("/matching-score", response=ScoreReportOut, summary="How good matching is")
def score(request: HttpRequest, given: Query[ScoreFilter]) -> dict[str, Any]:
    access.require(caller(request), PAYMENTS_VIEW)
    undone = [
        {
            "decision": public_id("dec", one.pk),
            "deposit": public_id("dep", one.deposit_id),
            "undone_by": one.undone_by,
            "undone_at": one.undone_at,
        }
        for one in undone_postings(given.days)
    ]
    groups = [_score(one) for one in scorecards(given.by, given.days)]
    return {"total": _score(Group("", scorecard(given.days))), "groups": groups, "undone": undone}


def _aged(row: AgedRow) -> dict[str, Any]:
    return asdict(row) | {"customer": public_id("cus", row.customer_id), "total": row.total}


def _score(group: Group) -> dict[str, Any]:
    shares = {name: group.card.share(name) for name in ("precision", "proposals_right", "recall")}
    return asdict(group.card) | shares | {"key": group.key}
