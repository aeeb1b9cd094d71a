"""Finding documents and sales: by day, amount and counterparty and any two together (電子帳簿保存法), and sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection, models
from django.db.models import F, Q, QuerySet

from tokui.catalog.models import Price
from tokui.core.values import normalise_text
from tokui.customers.index import wanted
from tokui.customers.models import Customer
from tokui.invoices.closing import closing_days
from tokui.invoices.models import Invoice, Receipt, SaleLine


@dataclass(frozen=True)
class InvoiceSearch:
    """Conditions that hold together; an empty one does not restrict. Amounts in minor units, days included."""

    from_on: date | None = None
    to_on: date | None = None
    least_minor: int | None = None
    most_minor: int | None = None
    customer_id: UUID | None = None
    counterparty: str = ""
    number: str = ""
    state: str = ""
    business_id: UUID | None = None
    kind: str = ""
    delivery: str = ""
    run_id: UUID | None = None
    is_sent: bool | None = None
    today: date | None = None


def find_invoices(search: InvoiceSearch) -> QuerySet[Invoice]:
    """Documents that fit a search, with customer and business. `state` may also be open, overdue or paid."""
    rows = Invoice.objects.select_related("customer", "business")
    if search.from_on:
        rows = rows.filter(issued_on__gte=search.from_on)
    if search.to_on:
        rows = rows.filter(issued_on__lte=search.to_on)
    if search.least_minor is not None:
        rows = rows.filter(total_minor__gte=search.least_minor)
    if search.most_minor is not None:
        rows = rows.filter(total_minor__lte=search.most_minor)
    if search.customer_id:
        rows = rows.filter(customer_id=search.customer_id)
    if search.counterparty:
        rows = rows.filter(customer_id__in=_customers(search.counterparty))
    if search.number:
        rows = rows.filter(number__gte=search.number, number__lt=search.number + "\U0010ffff")
    if search.business_id:
        rows = rows.filter(business_id=search.business_id)
    if search.kind:
        rows = rows.filter(kind=search.kind)
    if search.delivery:
        rows = rows.filter(delivery=search.delivery)
    if search.run_id:
        rows = rows.filter(closing_run_id=search.run_id)
    if search.is_sent is not None:
        rows = rows.filter(sent_at__isnull=not search.is_sent)
    return _in_state(rows, search)


def typed_number(typed: str) -> str:
    """A document's number as it is kept, from what somebody types (ｉｎｖ－2611); "" for what cannot be one."""
    number = normalise_text(typed).upper()
    return number if len(number) > 1 and number.isascii() and any(letter.isdigit() for letter in number) else ""


def _in_state(rows: QuerySet[Invoice], search: InvoiceSearch) -> QuerySet[Invoice]:
    is_open = Q(state=Invoice.State.ISSUED) & ~Q(settled_minor=F("total_minor"))
    if search.state == "open":
        return rows.filter(is_open)
    if search.state == "overdue":
        return rows.filter(is_open, due_on__lt=search.today, kind__in=["invoice", "opening"])
    if search.state == "paid":
        return rows.filter(state=Invoice.State.ISSUED, settled_minor=F("total_minor"))
    return rows.filter(state=search.state) if search.state else rows


@dataclass(frozen=True)
class ReceiptSearch:
    """Conditions on receipts that hold together, as those on documents."""

    from_on: date | None = None
    to_on: date | None = None
    least_minor: int | None = None
    most_minor: int | None = None
    counterparty: str = ""
    number: str = ""
    business_id: UUID | None = None
    invoice_id: UUID | None = None
    customer_id: UUID | None = None


def find_receipts(search: ReceiptSearch) -> QuerySet[Receipt]:
    """Receipts (領収書の控え) that fit a search, with customer, business and invoice."""
    rows = Receipt.objects.select_related("customer", "business", "invoice")
    if search.from_on:
        rows = rows.filter(issued_on__gte=search.from_on)
    if search.to_on:
        rows = rows.filter(issued_on__lte=search.to_on)
    if search.least_minor is not None:
        rows = rows.filter(amount_minor__gte=search.least_minor)
    if search.most_minor is not None:
        rows = rows.filter(amount_minor__lte=search.most_minor)
    if search.counterparty:
        rows = rows.filter(customer_id__in=_customers(search.counterparty))
    if search.number:
        rows = rows.filter(number__gte=search.number, number__lt=search.number + "\U0010ffff")
    for name in ("business_id", "invoice_id", "customer_id"):
        if getattr(search, name):
            rows = rows.filter(**{name: getattr(search, name)})
    return rows


#: More documents than this are not summed while somebody waits.
MOST_SUMMED = 20_000


@dataclass(frozen=True)
class Sum:
    """What documents of a currency sum to: their number, totals and open amounts in minor units."""

    currency: str
    count: int
    total_minor: int
    open_minor: int


def sums_of(rows: QuerySet[Invoice]) -> tuple[list[Sum], bool]:
    """Sums per currency without drafts, and whether there were more than `MOST_SUMMED` documents, summed no further."""
    keys = rows.exclude(state=Invoice.State.DRAFT).order_by("-issued_on", "-id").values("pk")[:MOST_SUMMED]
    found = (
        Invoice.objects.filter(pk__in=keys)
        .values_list("currency")
        .annotate(count=models.Count("pk"), total=models.Sum("total_minor"), settled=models.Sum("settled_minor"))
        .order_by("currency")
    )
    sums = [Sum(currency, count, total, total - settled) for currency, count, total, settled in found]
    return sums, sum(one.count for one in sums) == MOST_SUMMED


#: A name that fits more customers than this is too short to search documents by.
MOST_CUSTOMERS = 2_000


def _customers(text: str) -> list[UUID]:
    """Customers by name, kana or code, through the customers' own index; one character finds a code only."""
    looked = wanted(text)
    if not looked.is_searchable:
        return list(Customer.objects.filter(code=text.strip()).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id FROM customers_search(%s, %s, %s)",
            [list(looked.grams), list(looked.words), MOST_CUSTOMERS],
        )
        return [row[0] for row in cursor.fetchall()]


@dataclass(frozen=True)
class ClosingPreview:
    """What a closing run would do: payers, lines and sums, and the lines that came too late for their period."""

    payers: int
    lines: int
    late: int
    net_minor: int
    below_zero: int


def preview_closing(on: date) -> ClosingPreview:
    """Count what a run on this day would invoice, without tax; nothing is locked or written."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH waiting AS (
                SELECT payer.id AS payer_id, line.business_id, line.currency, line.sold_on, line.amount_minor
                  FROM invoices_saleline line
                  JOIN customers_customer customer ON customer.id = line.customer_id
                  JOIN customers_customer payer ON payer.id = coalesce(customer.bill_to_id, customer.id)
                 WHERE line.invoice_id IS NULL AND line.sold_on <= %(on)s AND payer.closing_day = ANY(%(days)s)
                   AND NOT EXISTS (SELECT 1 FROM invoices_invoice earlier
                        WHERE earlier.customer_id = payer.id AND earlier.business_id = line.business_id
                          AND earlier.currency = line.currency AND earlier.closing_on >= %(on)s
                          AND earlier.state <> 'void')
            ), grouped AS (
                SELECT payer_id, business_id, currency, count(*) AS lines, sum(amount_minor) AS net,
                       count(*) FILTER (WHERE sold_on <= (%(on)s::date - interval '1 month')::date) AS late
                  FROM waiting GROUP BY payer_id, business_id, currency
            )
            SELECT count(*), coalesce(sum(lines), 0)::int, coalesce(sum(late), 0)::int,
                   coalesce(sum(net), 0)::bigint, count(*) FILTER (WHERE net < 0) FROM grouped
            """,
            {"on": on, "days": closing_days(on)},
        )
        return ClosingPreview(*cursor.fetchone())


def waiting_days(limit: int = 6) -> list[tuple[date, int]]:
    """Closing days that have passed with sales still open, newest first, with the number of lines."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT day::date, count(*)::int FROM (
                SELECT line.sold_on, payer.closing_day FROM invoices_saleline line
                  JOIN customers_customer customer ON customer.id = line.customer_id
                  JOIN customers_customer payer ON payer.id = coalesce(customer.bill_to_id, customer.id)
                 WHERE line.invoice_id IS NULL AND payer.closing_day IS NOT NULL LIMIT 20000) AS waiting
             CROSS JOIN LATERAL (
                SELECT least(month + (closing_day - 1) * interval '1 day', month + interval '1 month - 1 day') AS day
                  FROM (SELECT date_trunc('month', sold_on) AS month) AS sold) AS closing
             GROUP BY day ORDER BY day DESC LIMIT %s
            """,
            [limit],
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


def open_sales() -> QuerySet[SaleLine]:
    return SaleLine.objects.filter(invoice=None).select_related("customer", "business")


def prices_sold_at(prices: Sequence[Price]) -> set[UUID]:
    """Of these prices those at which a sale was recorded: of the product, in the currency, for that amount, in its days."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT price.id FROM catalog_price price
             WHERE price.id = ANY(%s) AND EXISTS (
                   SELECT FROM invoices_saleline line
                    WHERE line.product_id = price.product_id AND line.sold_on >= price.from_on
                      AND line.sold_on <= coalesce(price.to_on, 'infinity') AND line.currency = price.currency
                      AND line.unit_minor = price.unit_minor)
            """,
            [[price.pk for price in prices]],
        )
        return {row[0] for row in cursor.fetchall()}
