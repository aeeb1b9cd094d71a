"""Finding documents and sales: by day, amount and counterparty and any two together (電子帳簿保存法), and sums."""

from __future__ import annotations

import unicodedata
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
from tokui.invoices.models import FormerName, Invoice, Receipt


@dataclass(frozen=True)
class InvoiceSearch:
    """Conditions that hold together; an empty one does not restrict. Amounts in minor units, days included.

    `number` is the beginning or the end of one; `text` is a number or a counterparty, as a person types it.
    """

    from_on: date | None = None
    to_on: date | None = None
    least_minor: int | None = None
    most_minor: int | None = None
    customer_id: UUID | None = None
    counterparty: str = ""
    number: str = ""
    text: str = ""
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
    if search.text:
        rows = rows.filter(_called(search.text))
    if search.counterparty:
        rows = rows.filter(customer_id__in=_customers(search.counterparty))
    if search.number:
        rows = rows.filter(_numbered(search.number))
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
    text: str = ""
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
        rows = rows.filter(_begins(search.number))
    if search.text:
        named = Q(customer_id__in=_customers(search.text))
        rows = rows.filter(_begins(search.text.upper()) | named)
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


def _called(text: str) -> Q:
    """What looks like a document's number (INV-2610-…, 0024) may also be a customer's code."""
    looks_like_number = text.isascii() and any(letter.isdigit() for letter in text) and " " not in text
    named = Q(customer_id__in=_customers(text))
    return _numbered(text.upper()) | named if looks_like_number else named


def _numbered(part: str) -> Q:
    """By the beginning or the end of the number, each through an index of its own."""
    end = part[::-1]
    begins = Q(number__gte=part, number__lt=part + LAST)
    return begins | Q(number_reversed__gte=end, number_reversed__lt=end + LAST)


def _begins(part: str) -> Q:
    return Q(number__gte=part, number__lt=part + LAST)


LAST = "\U0010ffff"
#: A name that fits more customers than this is too short to search documents by.
MOST_CUSTOMERS = 2_000


def _customers(text: str) -> list[UUID]:
    """Customers by name, kana or code, through the customers' own index, and by a name that documents were issued to.

    One character finds a code only.
    """
    former = list(FormerName.objects.filter(key__contains=name_key_of(text)).values_list("customer_id", flat=True))
    return [*_customers_now(text), *former[:MOST_CUSTOMERS]]


def name_key_of(text: str) -> str:
    """A name as it is compared: without width, case and spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _customers_now(text: str) -> list[UUID]:
    looked = wanted(text)
    if not looked.is_searchable:
        return list(Customer.objects.filter(code=text.strip()).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id FROM customers_search(%s, %s, %s)",
            [list(looked.grams), list(looked.words), MOST_CUSTOMERS],
        )
        return [row[0] for row in cursor.fetchall()]


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
