"""Figures of receivables: by age, by expected day, and one customer's account with its running balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from tokui.core import clock
from tokui.core.tables import write_csv
from tokui.customers.models import Customer
from tokui.invoices.models import Invoice
from tokui.payments.queries import SITUATIONS, fetched

BUCKETS = ("not_due", "days_30", "days_60", "days_90", "older")


@dataclass(frozen=True)
class AgedRow:
    """What one customer owes, by how late it is. Amounts in minor units."""

    customer_id: UUID
    code: str
    name: str
    not_due: int
    days_30: int
    days_60: int
    days_90: int
    older: int

    @property
    def total(self) -> int:
        return self.late + self.not_due

    @property
    def late(self) -> int:
        return self.days_30 + self.days_60 + self.days_90 + self.older

    @property
    def by_age(self) -> tuple[int, int, int, int, int, str]:
        """What the oldest-first order compares: the most that is oldest, then the next age."""
        return (self.older, self.days_90, self.days_60, self.days_30, self.not_due, self.code)


@dataclass(frozen=True)
class ExpectedDay:
    """What should come on a day."""

    due_on: date
    count: int
    open_minor: int
    is_late: bool


@dataclass(frozen=True)
class Movement:
    """A line of the customer ledger (得意先元帳): what was billed, what was received, what is owed after it."""

    on: date
    kind: str
    number: str
    text: str
    billed_minor: int
    received_minor: int
    balance_minor: int


def aged_receivables(
    as_of: date | None = None, *, currency: str = "JPY", business: UUID | None = None, only_late: bool = False
) -> tuple[list[AgedRow], AgedRow]:
    """Customers with open invoices on a day, the oldest debts first, and the totals of all of them."""
    on = as_of or clock.today()
    rows = fetched(_AGED, on=on, known=clock.now(), customers=None, currency=currency, business=business)
    made = [AgedRow(row["id"], row["code"], row["name"], *(int(row[name] or 0) for name in BUCKETS)) for row in rows]
    made = sorted((row for row in made if row.late or not only_late), key=lambda row: row.by_age, reverse=True)
    sums = [sum(getattr(row, name) for row in made) for name in BUCKETS]
    return made, AgedRow(UUID(int=0), "", "", *sums)


def write_aged(target: BinaryIO, rows: Sequence[AgedRow]) -> int:
    """The table as CSV that Excel opens, amounts in minor units; returns how many lines."""
    heading = (_("Customer code"), _("Customer"), _("Not due yet"), _("1–30 days"), _("31–60 days"), _("61–90 days"))
    lines = ((row.code, row.name, *(getattr(row, name) for name in BUCKETS), row.total) for row in rows)
    return write_csv(target, [(*heading, _("Over 90 days"), _("Total")), *lines])


def expected_receipts(*, currency: str = "JPY", days: int = 90) -> list[ExpectedDay]:
    """Open invoices summed by the day on which they are due; what is late comes first."""
    rows = fetched(_EXPECTED, currency=currency, days=days, today=clock.today())
    return [ExpectedDay(row["due_on"], row["count"], row["open_minor"], row["due_on"] < clock.today()) for row in rows]


def expected_on(day: date, *, currency: str = "JPY", limit: int = 100) -> list[Invoice]:
    """The open invoices that are due on a day, the largest first."""
    rows = Invoice.objects.filter(state=Invoice.State.ISSUED, due_on=day, currency=currency)
    opened = rows.exclude(kind=Invoice.Kind.CREDIT_NOTE).exclude(settled_minor=F("total_minor"))
    return list(opened.select_related("customer").order_by(F("settled_minor") - F("total_minor"), "number")[:limit])


def customer_ledger(
    customer: Customer, from_on: date, to_on: date, *, currency: str = "JPY"
) -> tuple[int, list[Movement]]:
    """The balance brought forward and every movement of a customer's receivable within the days."""
    rows = fetched(_LEDGER, customer=customer.pk, to_on=to_on, currency=currency)
    balance = opening = 0
    movements = []
    for row in rows:
        balance += row["billed"] - row["received"]
        if row["on_day"] < from_on:
            opening = balance
            continue
        values = (row["on_day"], row["kind"], row["number"], row["text"], row["billed"], row["received"], balance)
        movements.append(Movement(*values))
    return opening, movements


_AGED = f"""
WITH open AS (
    SELECT customer_id, due_on, total_minor - paid_minor - given_minor - credit_minor AS left_minor
      FROM ({SITUATIONS}) situation WHERE currency = %(currency)s AND (%(business)s::uuid IS NULL OR business_id = %(business)s)
)
SELECT customer.id, customer.code, customer.name,
       sum(left_minor) FILTER (WHERE due_on >= %(on)s) AS not_due,
       sum(left_minor) FILTER (WHERE due_on < %(on)s AND %(on)s - due_on <= 30) AS days_30,
       sum(left_minor) FILTER (WHERE %(on)s - due_on BETWEEN 31 AND 60) AS days_60,
       sum(left_minor) FILTER (WHERE %(on)s - due_on BETWEEN 61 AND 90) AS days_90,
       sum(left_minor) FILTER (WHERE %(on)s - due_on > 90) AS older
  FROM open JOIN customers_customer customer ON customer.organization_id = %(organization)s AND customer.id = open.customer_id
 WHERE left_minor > 0 GROUP BY customer.id, customer.code, customer.name
"""

_EXPECTED = """
SELECT due_on, count(*) AS count, sum(total_minor - settled_minor)::bigint AS open_minor FROM invoices_invoice
 WHERE organization_id = %(organization)s AND state = 'issued' AND kind <> 'credit_note' AND settled_minor <> total_minor
   AND currency = %(currency)s AND due_on <= %(today)s::date + %(days)s GROUP BY due_on ORDER BY due_on
"""

_LEDGER = """
SELECT * FROM (
    SELECT issued_on AS on_day, kind, coalesce(number, '') AS number, subject AS text,
           greatest(total_minor, 0) AS billed, greatest(-total_minor, 0) AS received, issued_at AS at, id
      FROM invoices_invoice WHERE organization_id = %(organization)s AND customer_id = %(customer)s AND state <> 'draft'
       AND currency = %(currency)s AND issued_on <= %(to_on)s
     UNION ALL
    SELECT allocation."on", allocation.kind, coalesce(invoice.number, ''), coalesce(nullif(deposit.payer_raw, ''), allocation.memo),
           0, allocation.amount_minor, allocation.recorded_at, allocation.id
      FROM payments_allocation allocation
      JOIN invoices_invoice invoice ON invoice.organization_id = %(organization)s AND invoice.id = allocation.invoice_id
      LEFT JOIN banking_deposit deposit ON deposit.organization_id = %(organization)s AND deposit.id = allocation.deposit_id
     WHERE allocation.organization_id = %(organization)s AND allocation.customer_id = %(customer)s
       AND allocation.currency = %(currency)s AND allocation."on" <= %(to_on)s AND allocation.released_at IS NULL
) movement ORDER BY on_day, at, id
"""
