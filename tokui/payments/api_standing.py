"""REST for standing: who has paid and who has not, as of any day and as known at any moment, with the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from tokui import access
from tokui.access.permissions import PAYMENTS_VIEW
from tokui.core import clock
from tokui.core.ids import public_id
from tokui.customers.models import Customer
from tokui.payments.explained import Account, evidence_of
from tokui.payments.models import CustomerStanding
from tokui.payments.queries import CustomerLine, customer_standings, standing_of
from tokui.payments.standing import State, customer_standing
from tokui.payments.standings import keep_current
from tokui.ui.rest import Day, Given, Id, Instant, Paged, Paging, caller, find, key_of, page_until, place_after

router = Router(tags=["standing"])
ORDER = ("code",)
#: Customers reckoned at a time while a page fills: enough for a few pages, little enough for memory.
CHUNK = 500


class Moment(Given):
    as_of: Day | None = Field(None, description="As it stood at the end of this day; today when left out")
    known_at: Instant | None = Field(None, description="From what was known then, e.g. `2026-11-20T09:00:00+09:00`")


class StandingFilter(Paging, Moment):
    state: State | None = Field(None, description="Only customers in this state")
    customer: Id = Field("", description="Only this customer, `cus_…`")


class EvidenceFilter(Moment):
    settled: bool = Field(default=False, description="Show invoices of which nothing is open as well")


class StandingOut(Schema):
    """Where a customer stood: the most urgent state of its invoices, and their sums."""

    customer: str = Field(description="`cus_…`")
    code: str
    name: str
    state: State
    open_minor: int
    overdue_minor: int
    days_overdue: int
    credit_minor: int = Field(description="In the customer's favour, advances included")
    advance_minor: int
    oldest_due_on: date | None
    last_paid_on: date | None
    next_change_on: date | None = Field(description="When time alone changes the state; null: never")


class FactOut(Schema):
    """What happened to an invoice, and what was open after it."""

    kind: str = Field(description="invoice, payment, fee, discount, write_off, withholding or credit_note")
    source: str = Field(description="The row it is from: `inv_…` or `alc_…`")
    on: date
    amount_minor: int
    left_minor: int


class InvoiceStandingOut(Schema):
    """An invoice as it stood, and the facts that add up to it."""

    invoice: str = Field(description="`inv_…`")
    number: str
    issued_on: date
    due_on: date
    currency: str
    total_minor: int
    state: State
    open_minor: int
    overdue_minor: int
    days_overdue: int
    credit_minor: int
    next_change_on: date | None
    facts: list[FactOut]


class ExplainedStandingOut(StandingOut):
    as_of: date
    known_at: datetime
    invoices: list[InvoiceStandingOut]


@router.get("/standing", response=Paged[StandingOut], summary="Who has paid, and who has not")
def list_standings(request: HttpRequest, given: Query[StandingFilter]) -> dict[str, Any]:
    """Customers with an invoice or an advance, by code."""
    access.require(caller(request), PAYMENTS_VIEW)
    found = list(islice(_lines(given), given.limit + 1))
    shown = page_until(found, given, order=ORDER, place=lambda line: [line.code])
    return shown | {"data": [_standing(line) for line in shown["data"]]}


@router.get("/standing/{customer_id}", response=ExplainedStandingOut, summary="One customer's standing, with evidence")
def read_standing(request: HttpRequest, customer_id: str, given: Query[EvidenceFilter]) -> dict[str, Any]:
    access.require(caller(request), PAYMENTS_VIEW)
    customer = find(Customer.objects.all(), customer_id)
    on, known = given.as_of or clock.today(), given.known_at or clock.now()
    line = standing_of(customer.pk, as_of=on, known_at=known) or _nothing(customer, on)
    accounts = evidence_of(customer.pk, as_of=on, known_at=known, with_settled=given.settled)
    return _standing(line) | {"as_of": on, "known_at": known, "invoices": [_account(one) for one in accounts]}


def _lines(given: StandingFilter) -> Iterator[CustomerLine]:
    """Standings by code from behind the cursor, reckoned in chunks as far as they are asked for."""
    after = place_after(given, ORDER)
    customers = Customer.objects.order_by("code")
    if after is not None:
        customers = customers.filter(code__gt=after[0])
    if given.customer:
        customers = customers.filter(pk=key_of(given.customer, "cus", "customer"))
    if given.state and not given.known_at and (given.as_of or clock.today()) == clock.today():
        keep_current()
        customers = customers.filter(pk__in=CustomerStanding.objects.filter(state=given.state).values("customer"))
    while chunk := list(customers.values_list("pk", "code")[:CHUNK]):
        keys = [key for key, _code in chunk]
        for line in customer_standings(customers=keys, as_of=given.as_of, known_at=given.known_at):
            if given.state in (None, line.standing.state):
                yield line
        customers = customers.filter(code__gt=chunk[-1][1])


def _nothing(customer: Customer, on: date) -> CustomerLine:
    """A customer without invoices owes nothing."""
    return CustomerLine(customer.pk, customer.code, customer.name, customer_standing([], on), 0, None, None)


def _standing(line: CustomerLine) -> dict[str, Any]:
    return asdict(line.standing) | {
        "customer": public_id("cus", line.customer_id),
        "code": line.code,
        "name": line.name,
        "advance_minor": line.advance_minor,
        "oldest_due_on": line.oldest_due_on,
        "last_paid_on": line.last_paid_on,
    }


def _account(account: Account) -> dict[str, Any]:
    line = account.line
    return asdict(line.standing) | {
        "invoice": public_id("inv", line.invoice_id),
        "number": line.number,
        "issued_on": line.issued_on,
        "due_on": line.due_on,
        "currency": line.currency,
        "total_minor": line.total_minor,
        "facts": [asdict(fact) for fact in account.facts],
    }
