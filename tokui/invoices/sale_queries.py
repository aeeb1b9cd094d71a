"""Finding sales by their dimensions, and summing them: by product, channel, region or business, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from tokui.access.models import Business
from tokui.catalog.models import Product
from tokui.core.days import add_months
from tokui.core.tenancy import require_organization
from tokui.invoices.models import SaleLine
from tokui.invoices.tax import Rounding, sql_net_of

#: What receivables from the old system are recorded as; they were sold there.
NOT_SOLD_HERE = "opening"
#: In a filter: where the dimension says nothing.
NONE = "none"
COLUMNS = {"product": "product_id", "channel": "channel", "region": "region", "business": "business_id"}
MOST_ROWS = 100


@dataclass(frozen=True)
class SaleSearch:
    """Conditions that hold together; None or empty does not restrict, NONE asks for an empty dimension. Days included."""

    from_on: date | None = None
    to_on: date | None = None
    customer_id: UUID | None = None
    customer_code: str = ""
    product: UUID | str | None = None
    business_id: UUID | None = None
    channel: str = ""
    region: str = ""
    currency: str = ""
    is_waiting: bool | None = None
    import_id: UUID | None = None


def find_sales(search: SaleSearch) -> QuerySet[SaleLine]:
    """Sale lines that fit a search; receivables brought from the old system are none."""
    rows = SaleLine.objects.exclude(source=NOT_SOLD_HERE)
    exact: dict[str, Any] = {
        "customer_id": search.customer_id,
        "customer__code": search.customer_code,
        "business_id": search.business_id,
        "currency": search.currency,
        "created_in_id": search.import_id,
        "sold_on__gte": search.from_on,
        "sold_on__lte": search.to_on,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if search.product:
        rows = rows.filter(product=None) if search.product == NONE else rows.filter(product_id=search.product)
    for name, value in (("channel", search.channel), ("region", search.region)):
        if value:
            rows = rows.filter(**{name: "" if value == NONE else value})
    return rows if search.is_waiting is None else rows.filter(invoice__isnull=search.is_waiting)


@dataclass
class ReportRow:
    """What one value of a dimension sold: net amounts by month, in minor units. `key` is what a filter takes."""

    key: str
    label: str
    months: dict[date, int] = field(default_factory=dict)

    @property
    def total_minor(self) -> int:
        return sum(self.months.values())


@dataclass(frozen=True)
class Report:
    """Sales of one currency; beyond the largest hundred, the rest is one row without a key."""

    currency: str
    months: tuple[date, ...]
    rows: tuple[ReportRow, ...]

    def total_minor(self, month: date) -> int:
        return sum(row.months.get(month, 0) for row in self.rows)


def report_sales(dimension: str, months: Sequence[date]) -> list[Report]:
    """Sales without tax by a dimension and month of sale, a report for each currency, the largest rows first.

    Of prices with tax the tax is taken out line by line, half up; an invoice rounds once for all its lines (インボイス),
    so its total can differ by a few minor units. Credit notes lower the month in which they were written.
    """
    found: dict[str, dict[str, ReportRow]] = {}
    for value, month, currency, net in _sums(COLUMNS[dimension], months[0], add_months(months[-1], 1)):
        key = str(value) if value else NONE
        row = found.setdefault(currency, {}).setdefault(key, ReportRow(key, ""))
        row.months[month] = net
    _label(dimension, [row for rows in found.values() for row in rows.values()])
    order = sorted(found, key=lambda currency: (currency != "JPY", currency))
    return [Report(currency, tuple(months), _largest(list(found[currency].values()))) for currency in order]


def _sums(column: str, from_on: date, before: date) -> list[tuple[Any, date, str, int]]:
    net = f"CASE WHEN tax_included THEN {sql_net_of('amount_minor', 'rate_bp', Rounding.HALF_UP)} ELSE amount_minor END"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {column}, date_trunc('month', sold_on)::date, currency, sum({net})::bigint
              FROM invoices_saleline
             WHERE organization_id = %s AND sold_on >= %s AND sold_on < %s AND source <> %s
             GROUP BY 1, 2, 3
            """,
            [require_organization(), from_on, before, NOT_SOLD_HERE],
        )
        return list(cursor.fetchall())


def _label(dimension: str, rows: Sequence[ReportRow]) -> None:
    """Names of products and businesses, whose filters take public ids; channels and regions are their own names."""
    models: dict[str, Any] = {"product": Product, "business": Business}
    if dimension not in models:
        for row in rows:
            row.label = "" if row.key == NONE else row.key
        return
    known = models[dimension].objects.in_bulk({UUID(row.key) for row in rows if row.key != NONE})
    for row in rows:
        if row.key != NONE:
            one = known[UUID(row.key)]
            row.key, row.label = one.public_id, one.name


def _largest(rows: list[ReportRow]) -> tuple[ReportRow, ...]:
    ordered = sorted(rows, key=lambda row: (-row.total_minor, row.label))
    if len(ordered) <= MOST_ROWS:
        return tuple(ordered)
    others = ReportRow("", "")
    for row in ordered[MOST_ROWS:]:
        for month, net in row.months.items():
            others.months[month] = others.months.get(month, 0) + net
    return (*ordered[:MOST_ROWS], others)
