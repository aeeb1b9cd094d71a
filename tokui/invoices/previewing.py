"""What a closing run would issue, document by document: who, how many lines, tax, total, due day, and what is held back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from tokui.catalog.tax import TaxKind
from tokui.core.days import DueRule, Shift
from tokui.core.ids import public_id
from tokui.customers.models import Customer
from tokui.invoices.closing import closing_days, period_start
from tokui.invoices.tax import Rounding, TaxedAmount, tax_totals

PAGE_SIZE = 100


@dataclass(frozen=True)
class WaitingInvoice:
    """A document that the run would make; held back when returns exceed the sales. Amounts in minor units."""

    customer_id: UUID
    customer: str
    business: str
    currency: str
    line_count: int
    late_count: int
    net_minor: int
    tax_minor: int
    due_on: date

    @property
    def total_minor(self) -> int:
        return self.net_minor + self.tax_minor

    @property
    def is_held(self) -> bool:
        return self.total_minor < 0

    @property
    def public_id(self) -> str:
        return public_id(Customer.PREFIX, self.customer_id)


def waiting_invoices(on: date, *, page: int = 1) -> list[WaitingInvoice]:
    """A page of the documents of a closing day, those held back first, then by reading. Two statements."""
    groups = _rows(_GROUPS, on=on, days=closing_days(on), most=PAGE_SIZE, skip=(page - 1) * PAGE_SIZE)
    payers = sorted({group["payer_id"] for group in groups})
    lines: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for line in _rows(_LINES, on=on, payers=payers):
        lines[line["payer_id"], line["business_id"], line["currency"]].append(line)
    return [_invoice(group, lines[group["payer_id"], group["business_id"], group["currency"]], on) for group in groups]


def _invoice(group: dict[str, Any], lines: list[dict[str, Any]], on: date) -> WaitingInvoice:
    amounts = [
        TaxedAmount(TaxKind(line["tax_kind"]), line["rate_bp"], line["amount_minor"], line["tax_included"])
        for line in lines
    ]
    totals = tax_totals(amounts, rounding=Rounding(group["tax_rounding"]))
    begins = period_start(on, group["closing_day"])
    due = DueRule(group["due_months"], group["due_day"], Shift(group["due_shift"])).due_on(on)
    return WaitingInvoice(
        group["payer_id"],
        group["name"],
        group["business"],
        group["currency"],
        len(lines),
        sum(line["sold_on"] < begins for line in lines),
        totals.net_minor,
        totals.tax_minor,
        max(due, on),
    )


def _rows(sql: str, **values: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_GROUPS = """
SELECT payer.id AS payer_id, payer.name, payer.tax_rounding, payer.closing_day, payer.due_months, payer.due_day,
       payer.due_shift, business.id AS business_id, business.name AS business, line.currency
  FROM invoices_saleline line
  JOIN customers_customer customer ON customer.id = line.customer_id
  JOIN customers_customer payer ON payer.id = coalesce(customer.bill_to_id, customer.id)
  JOIN access_business business ON business.id = line.business_id
 WHERE line.invoice_id IS NULL AND line.sold_on <= %(on)s AND payer.closing_day = ANY(%(days)s)
   AND NOT EXISTS (SELECT 1 FROM invoices_invoice earlier
        WHERE earlier.customer_id = payer.id AND earlier.business_id = line.business_id
          AND earlier.currency = line.currency AND earlier.closing_on >= %(on)s AND earlier.state <> 'void')
 GROUP BY payer.id, business.id, line.currency
 ORDER BY sum(line.amount_minor) < 0 DESC, payer.sort_kana, payer.id, business.code, line.currency
 LIMIT %(most)s OFFSET %(skip)s
"""

_LINES = """
SELECT coalesce(customer.bill_to_id, customer.id) AS payer_id, line.business_id, line.currency, line.sold_on, line.tax_kind,
       line.rate_bp, line.amount_minor, line.tax_included
  FROM customers_customer customer JOIN invoices_saleline line ON line.customer_id = customer.id
 WHERE line.invoice_id IS NULL AND line.sold_on <= %(on)s
   AND (customer.id = ANY(%(payers)s) AND customer.bill_to_id IS NULL OR customer.bill_to_id = ANY(%(payers)s))
"""
