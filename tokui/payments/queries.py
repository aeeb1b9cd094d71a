"""Reads that cross tables: who stood where on a day and as known at an instant, and the evidence for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField, Exists, ExpressionWrapper, F, OuterRef, QuerySet

from tokui.banking.models import Deposit
from tokui.core import clock
from tokui.core.tenancy import require_organization
from tokui.payments.models import Allocation, CustomerStanding, ReturnToDo
from tokui.payments.policy import policy_of_organization
from tokui.payments.standing import InvoiceSituation, Standing, customer_standing, invoice_standing


@dataclass(frozen=True)
class InvoiceLine:
    """An invoice as it stood: the sums behind it and the standing they make."""

    invoice_id: UUID
    customer_id: UUID
    number: str
    issued_on: date
    due_on: date
    currency: str
    total_minor: int
    standing: Standing


@dataclass(frozen=True)
class CustomerLine:
    """A customer as it stood on a day. Amounts in minor units of the organization's currency."""

    customer_id: UUID
    code: str
    name: str
    standing: Standing
    advance_minor: int
    oldest_due_on: date | None
    last_paid_on: date | None


def invoice_standings(
    *, customers: Sequence[UUID] | None = None, as_of: date | None = None, known_at: datetime | None = None
) -> list[InvoiceLine]:
    """Every issued invoice as it stood on a day, from what was known at an instant; oldest due first.

    `as_of` counts by business days (default today), `known_at` by the moment of recording (default now).
    """
    on = as_of or clock.today()
    grace = policy_of_organization().grace_days
    lines = []
    for row in _situations(customers, on, known_at):
        situation = InvoiceSituation(
            total_minor=row["total_minor"],
            settled_minor=row["paid_minor"],
            due_on=row["due_on"],
            grace_days=grace,
            credit_minor=row["credit_minor"],
            written_off_minor=row["given_minor"],
        )
        lines.append(
            InvoiceLine(
                row["id"],
                row["customer_id"],
                row["number"],
                row["issued_on"],
                row["due_on"],
                row["currency"],
                row["total_minor"],
                invoice_standing(situation, on),
            )
        )
    return lines


def customer_standings(
    *, customers: Sequence[UUID] | None = None, as_of: date | None = None, known_at: datetime | None = None
) -> list[CustomerLine]:
    """Every customer with an invoice or an advance as it stood on a day, by code. The pure rule over stored facts."""
    on = as_of or clock.today()
    grace = policy_of_organization().grace_days
    situations: dict[UUID, list[InvoiceSituation]] = defaultdict(list)
    oldest: dict[UUID, date] = {}
    for row in _situations(customers, on, known_at):
        situation = InvoiceSituation(
            total_minor=row["total_minor"],
            settled_minor=row["paid_minor"],
            due_on=row["due_on"],
            grace_days=grace,
            credit_minor=row["credit_minor"],
            written_off_minor=row["given_minor"],
        )
        situations[row["customer_id"]].append(situation)
        if invoice_standing(situation, on).open_minor > 0:
            oldest[row["customer_id"]] = min(row["due_on"], oldest.get(row["customer_id"], row["due_on"]))
    held = _advances(customers, on, known_at)
    last = _last_paid(customers, on, known_at)
    names = _names(set(situations) | set(held))
    return [
        CustomerLine(
            key,
            code,
            name,
            customer_standing(situations[key], on, advance_minor=held.get(key, 0)),
            held.get(key, 0),
            oldest.get(key),
            last.get(key),
        )
        for key, code, name in names
    ]


def standing_of(
    customer_id: UUID, *, as_of: date | None = None, known_at: datetime | None = None
) -> CustomerLine | None:
    """One customer's standing; None when there is no invoice and no advance."""
    return next(iter(customer_standings(customers=[customer_id], as_of=as_of, known_at=known_at)), None)


def standing_rows(
    as_of: date | None = None, state: str | None = None, customer: str | None = None
) -> Iterator[dict[str, Any]]:
    """Plain rows for the command line and exports; `customer` is a code."""
    for line in customer_standings(as_of=as_of, customers=_by_code(customer) if customer else None):
        if state and line.standing.state != state:
            continue
        yield {
            "code": line.code,
            "name": line.name,
            "state": line.standing.state.value,
            "open_minor": line.standing.open_minor,
            "overdue_minor": line.standing.overdue_minor,
            "days_overdue": line.standing.days_overdue,
            "advance_minor": line.advance_minor,
            "oldest_due_on": line.oldest_due_on.isoformat() if line.oldest_due_on else None,
            "last_paid_on": line.last_paid_on.isoformat() if line.last_paid_on else None,
        }


def deposits_to_reconcile() -> QuerySet[Deposit]:
    """Open deposits of which anything is left beside what waits to be sent back."""
    left = ExpressionWrapper(OuterRef("amount_minor") - OuterRef("applied_minor"), output_field=BigIntegerField())
    returning = ReturnToDo.objects.filter(deposit=OuterRef("pk"), state=ReturnToDo.State.OPEN, amount_minor__gte=left)
    return Deposit.objects.filter(~Exists(returning), state=Deposit.State.OPEN)


def held_advances(customer: UUID | None = None) -> QuerySet[Allocation]:
    """Advances that are not used up."""
    rows = Allocation.objects.filter(kind=Allocation.Kind.ADVANCE, released_at=None, used_minor__lt=F("amount_minor"))
    return rows.filter(customer=customer) if customer else rows


def usable_advances() -> QuerySet[CustomerStanding]:
    """Standings of customers who owe something while money of theirs is held."""
    holders = held_advances().values("customer")
    return CustomerStanding.objects.filter(customer__in=holders, open_minor__gt=0)


#: Live at the day and known at the instant: a fact counts from its day until it was taken back, and was written before.
_LIVE = """allocation."on" <= %(on)s AND allocation.recorded_at <= %(known)s
   AND NOT (coalesce(allocation.released_on <= %(on)s, false) AND coalesce(allocation.released_at <= %(known)s, false))"""

SITUATIONS = f"""
WITH one AS (
    SELECT invoice.id, invoice.customer_id, invoice.number, invoice.issued_on, invoice.due_on, invoice.currency,
           invoice.total_minor, invoice.business_id FROM invoices_invoice invoice
     WHERE invoice.organization_id = %(organization)s AND invoice.state <> 'draft' AND invoice.kind <> 'credit_note'
       AND invoice.issued_on <= %(on)s AND coalesce(invoice.issued_at, invoice.created_at) <= %(known)s
       AND (%(customers)s::uuid[] IS NULL OR invoice.customer_id = ANY(%(customers)s))
       AND (invoice.state = 'issued' OR NOT EXISTS (
            SELECT 1 FROM invoices_invoice back WHERE back.organization_id = %(organization)s AND back.corrects_id = invoice.id
               AND back.issued_on <= %(on)s AND coalesce(back.issued_at, back.created_at) <= %(known)s))
), paid AS (
    SELECT allocation.invoice_id,
           sum(amount_minor) FILTER (WHERE kind IN ('payment', 'withholding')) AS paid_minor,
           sum(amount_minor) FILTER (WHERE kind IN ('fee', 'discount', 'write_off')) AS given_minor
      FROM payments_allocation allocation JOIN one ON one.id = allocation.invoice_id
     WHERE allocation.organization_id = %(organization)s AND {_LIVE} GROUP BY allocation.invoice_id
), credited AS (
    SELECT application.invoice_id, sum(application.amount_minor) AS credit_minor
      FROM invoices_creditapplication application JOIN one ON one.id = application.invoice_id
     WHERE application.organization_id = %(organization)s AND application."on" <= %(on)s
       AND application.recorded_at <= %(known)s GROUP BY application.invoice_id
)
SELECT one.*, coalesce(paid_minor, 0)::bigint AS paid_minor, coalesce(given_minor, 0)::bigint AS given_minor,
       coalesce(credit_minor, 0)::bigint AS credit_minor
  FROM one LEFT JOIN paid ON paid.invoice_id = one.id LEFT JOIN credited ON credited.invoice_id = one.id
 ORDER BY one.due_on, one.number
"""

_ADVANCES = f"""
SELECT customer_id, sum(CASE WHEN kind = 'advance' THEN amount_minor ELSE -amount_minor END)::bigint AS minor FROM (
    SELECT allocation.customer_id, allocation.kind, allocation.amount_minor FROM payments_allocation allocation
     WHERE allocation.organization_id = %(organization)s AND (kind = 'advance' OR from_advance_id IS NOT NULL) AND {_LIVE}
       AND (%(customers)s::uuid[] IS NULL OR allocation.customer_id = ANY(%(customers)s))
     UNION ALL
    SELECT note.customer_id, 'advance', -note.total_minor - coalesce((SELECT sum(amount_minor) FROM invoices_creditapplication used
            WHERE used.organization_id = %(organization)s AND used.credit_note_id = note.id AND used."on" <= %(on)s
              AND used.recorded_at <= %(known)s), 0) - coalesce((SELECT sum(amount_minor) FROM invoices_creditrefund refund
            WHERE refund.organization_id = %(organization)s AND refund.credit_note_id = note.id AND refund."on" <= %(on)s
              AND refund.recorded_at <= %(known)s), 0)
      FROM invoices_invoice note WHERE note.organization_id = %(organization)s AND note.kind = 'credit_note'
       AND note.state = 'issued' AND note.issued_on <= %(on)s AND coalesce(note.issued_at, note.created_at) <= %(known)s
       AND NOT EXISTS (SELECT 1 FROM invoices_invoice voided WHERE voided.organization_id = %(organization)s
            AND voided.id = note.corrects_id AND voided.state = 'void')
       AND (%(customers)s::uuid[] IS NULL OR note.customer_id = ANY(%(customers)s))
) held GROUP BY customer_id HAVING sum(CASE WHEN kind = 'advance' THEN amount_minor ELSE -amount_minor END) > 0
"""

_LAST_PAID = f"""
SELECT customer_id, max("on") AS last_on FROM payments_allocation allocation
 WHERE allocation.organization_id = %(organization)s AND kind = 'payment' AND {_LIVE}
   AND (%(customers)s::uuid[] IS NULL OR allocation.customer_id = ANY(%(customers)s)) GROUP BY customer_id
"""


def _situations(customers: Sequence[UUID] | None, on: date, known_at: datetime | None) -> list[dict[str, Any]]:
    return fetched(SITUATIONS, **_moment(customers, on, known_at))


def _advances(customers: Sequence[UUID] | None, on: date, known_at: datetime | None) -> dict[UUID, int]:
    return {row["customer_id"]: row["minor"] for row in fetched(_ADVANCES, **_moment(customers, on, known_at))}


def _last_paid(customers: Sequence[UUID] | None, on: date, known_at: datetime | None) -> dict[UUID, date]:
    return {row["customer_id"]: row["last_on"] for row in fetched(_LAST_PAID, **_moment(customers, on, known_at))}


def _moment(customers: Sequence[UUID] | None, on: date, known_at: datetime | None) -> dict[str, Any]:
    wanted = None if customers is None else list(customers)
    return {"customers": wanted, "on": on, "known": known_at or clock.now()}


def _names(keys: set[UUID]) -> list[tuple[UUID, str, str]]:
    rows = fetched(
        "SELECT id, code, name FROM customers_customer WHERE organization_id = %(organization)s AND id = ANY(%(keys)s) "
        "ORDER BY code",
        keys=list(keys),
    )
    return [(row["id"], row["code"], row["name"]) for row in rows]


def _by_code(code: str) -> list[UUID]:
    sql = "SELECT id FROM customers_customer WHERE organization_id = %(organization)s AND code = %(code)s"
    return [row["id"] for row in fetched(sql, code=code)]


def fetched_tuples(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """Rows as they come, within the running organization."""
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values, "organization": require_organization()})
        return list(cursor.fetchall())


def fetched(sql: str, **values: Any) -> list[dict[str, Any]]:
    """Rows as dictionaries, within the running organization."""
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values, "organization": require_organization()})
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
