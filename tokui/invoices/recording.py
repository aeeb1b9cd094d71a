"""Recording sales: from the screen, a file or a program, one code path, in sets, each external id once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import SALES_RECORD
from tokui.catalog.models import Price, Product
from tokui.catalog.queries import rates
from tokui.catalog.tax import NoTaxRate, TaxKind, TaxRate, rate_on
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.days import ClosingRule
from tokui.core.errors import Invalid
from tokui.core.events import emit, emit_many
from tokui.core.ids import uuid7_many
from tokui.core.locks import lock
from tokui.core.money import EXPONENTS
from tokui.core.staging import drop_stage, stage
from tokui.core.tenancy import require_organization
from tokui.customers.models import Customer
from tokui.invoices.events import SaleChanged, SaleDeleted, SalesRecorded
from tokui.invoices.models import Invoice, SaleLine
from tokui.invoices.refused import SaleAlreadyInvoiced, SaleOnDraft
from tokui.invoices.tax import line_amount
from tokui.invoices.totals import refresh_totals

MOST_MINOR = 90_000_000_000_000
MOST_QUANTITY_MILLI = 1_000_000_000_000

#: Why a sale cannot be recorded, by code: files keep the code, and every reader gets the sentence in their language.
REASONS: dict[str, Promise] = {
    "unknown_customer": gettext_lazy("No customer has this code or name."),
    "unknown_product": gettext_lazy("There is no such product."),
    "business_missing": gettext_lazy("Say which business sold this."),
    "currency_not_known": gettext_lazy("This currency is not known."),
    "description_missing": gettext_lazy("Say what was sold."),
    "tax_kind_not_known": gettext_lazy("This kind of tax is not known."),
    "no_tax_rate": gettext_lazy("There was no such tax rate on this day."),
    "no_price": gettext_lazy("There is no price for this day; give one."),
    "quantity_too_large": gettext_lazy("This quantity is too large."),
    "amount_too_large": gettext_lazy("This amount is too large."),
}


@dataclass(frozen=True)
class NewSale:
    """One thing sold. What is None comes from the product, its price of the day, or the customer.

    `quantity_milli` is in thousandths, `unit_minor` and `amount_minor` in minor units; an amount that is given stands,
    otherwise it is quantity times price, cut to the minor unit.
    """

    customer_id: UUID
    sold_on: date
    description: str = ""
    quantity_milli: int = 1_000
    unit_minor: int | None = None
    amount_minor: int | None = None
    product_id: UUID | None = None
    business_id: UUID | None = None
    tax_kind: str | None = None
    rate_bp: int | None = None
    tax_included: bool | None = None
    currency: str = "JPY"
    unit: str | None = None
    revenue_account: str | None = None
    channel: str | None = None
    region: str | None = None
    source: str = "screen"
    external_id: str | None = None
    created_in_id: UUID | None = None


@dataclass(frozen=True)
class Late:
    """A sale whose period is already invoiced: it goes on the invoice of `next_closing_on`."""

    line_id: UUID
    sold_on: date
    next_closing_on: date


@dataclass(frozen=True)
class Recorded:
    """The keys of the new lines in order, how many were known already, and which came too late for their period."""

    ids: tuple[UUID, ...]
    known_count: int
    late: tuple[Late, ...]


class SaleRefused(Invalid):
    """{reason}"""

    def __init__(self, index: int, field: str, why: str) -> None:
        self.index, self.why = index, why
        super().__init__(field=field, reason=str(REASONS[why]))


@transaction.atomic
def record_sales(sales: Sequence[NewSale], *, by: Actor, invoice: Invoice | None = None) -> Recorded:
    """Record a set of sales. A source's external id that is known already adds nothing.

    Refuses the whole set with SaleRefused, which names the index and the field of the first that is not right.
    `invoice` attaches the lines to a draft.
    """
    access.require(by, SALES_RECORD)
    if not sales:
        return Recorded((), 0, ())
    world = World.around(sales)
    lines = [complete(sale, world, index) for index, sale in enumerate(sales)]
    return record_lines(lines, by=by, invoice=invoice)


def record_lines(lines: Sequence[SaleLine], *, by: Actor, invoice: Invoice | None = None) -> Recorded:
    """Write lines that are complete, in a constant number of statements; permission was asked before."""
    ids = _insert(lines, by, invoice)
    late = () if invoice else late_lines(ids)
    if ids:
        facts = SalesRecorded(len(ids), lines[0].source, len(late))
        emit_many([facts], about=[ids[0]], about_type="invoices.saleline", by=by)
    return Recorded(tuple(ids), len(lines) - len(ids), late)


@dataclass(frozen=True)
class World:
    """What a set of sales refers to, read once."""

    customers: dict[UUID, Customer]
    products: dict[UUID, Product]
    prices: dict[tuple[UUID, str], list[Price]]
    businesses: dict[UUID, Business]
    rates: tuple[TaxRate, ...]

    @classmethod
    def around(cls, sales: Sequence[NewSale]) -> World:
        customers = Customer.objects.in_bulk({sale.customer_id for sale in sales})
        products = Product.objects.in_bulk({sale.product_id for sale in sales if sale.product_id})
        prices: dict[tuple[UUID, str], list[Price]] = {}
        for price in Price.objects.filter(product_id__in=list(products)):
            prices.setdefault((price.product_id, price.currency), []).append(price)
        return cls(customers, products, prices, Business.objects.in_bulk(), rates())

    def price(self, product_id: UUID, currency: str, day: date) -> Price | None:
        for price in self.prices.get((product_id, currency), []):
            if price.from_on <= day and (price.to_on is None or day <= price.to_on):
                return price
        return None

    def business(self, sale: NewSale, customer: Customer, product: Product | None) -> Business | None:
        wanted = sale.business_id or (product and product.business_id) or customer.business_id
        if wanted:
            return self.businesses.get(wanted)
        active = [one for one in self.businesses.values() if one.is_active]
        return active[0] if len(active) == 1 else None


@dataclass(frozen=True)
class Fault:
    """What keeps a sale from being recorded: the field, and a code of REASONS."""

    field: str
    why: str


def complete(sale: NewSale, world: World, index: int = 0) -> SaleLine:
    """The line that a sale becomes, checked. Raises SaleRefused for the first thing that is not right."""
    line, faults = worked_out(sale, world)
    if line is None:
        raise SaleRefused(index, faults[0].field, faults[0].why)
    return line


def worked_out(sale: NewSale, world: World) -> tuple[SaleLine | None, list[Fault]]:
    """The line that a sale becomes, or everything that is not right about it."""
    faults: list[Fault] = []
    customer = world.customers.get(sale.customer_id)
    if customer is None:
        return None, [Fault("customer", "unknown_customer")]
    product = world.products.get(sale.product_id) if sale.product_id else None
    if sale.product_id and product is None:
        faults.append(Fault("product", "unknown_product"))
    business = world.business(sale, customer, product)
    if business is None:
        faults.append(Fault("business", "business_missing"))
    if sale.currency not in EXPONENTS:
        faults.append(Fault("currency", "currency_not_known"))
    description = " ".join((sale.description or (product.name if product else "")).split())
    if not description:
        faults.append(Fault("description", "description_missing"))
    kind, rate_bp = _tax(sale, product, world, faults)
    unit_minor, included = _price(sale, customer, product, world)
    amount_minor = _amount(sale, unit_minor, faults)
    if faults or business is None or unit_minor is None or amount_minor is None:
        return None, faults
    line = SaleLine(
        organization_id=customer.organization_id,
        customer_id=customer.pk,
        business_id=business.pk,
        product_id=product.pk if product else None,
        sold_on=sale.sold_on,
        description=description[:200],
        quantity_milli=sale.quantity_milli,
        unit=(sale.unit if sale.unit is not None else product.unit if product else "")[:10],
        unit_minor=unit_minor,
        tax_included=included,
        tax_kind=kind,
        rate_bp=rate_bp,
        amount_minor=amount_minor,
        currency=sale.currency,
        revenue_account=sale.revenue_account or (product.revenue_account if product else "sales"),
        channel=sale.channel if sale.channel is not None else product.channel if product else "",
        region=sale.region if sale.region is not None else product.region if product else "",
        source=sale.source[:30],
        external_id=sale.external_id or None,
        created_in_id=sale.created_in_id,
    )
    return line, []


def _tax(sale: NewSale, product: Product | None, world: World, faults: list[Fault]) -> tuple[str, int]:
    kind = sale.tax_kind or (product.tax_kind if product else TaxKind.STANDARD.value)
    if kind not in set(TaxKind):
        faults.append(Fault("tax_kind", "tax_kind_not_known"))
        return kind, 0
    if sale.rate_bp is not None:
        return kind, sale.rate_bp
    try:
        return kind, rate_on(TaxKind(kind), sale.sold_on, rates=world.rates)
    except NoTaxRate:
        faults.append(Fault("sold_on", "no_tax_rate"))
        return kind, 0


def _price(sale: NewSale, customer: Customer, product: Product | None, world: World) -> tuple[int | None, bool]:
    """What one unit costs, None where nothing says so, and whether tax is in it."""
    price = world.price(product.pk, sale.currency, sale.sold_on) if product else None
    included = sale.tax_included
    if included is None:
        by_price = price is not None and sale.unit_minor is None and sale.amount_minor is None
        included = price.tax_included if price and by_price else customer.tax_display == Customer.TaxDisplay.INCLUDED
    if sale.unit_minor is not None:
        return sale.unit_minor, included
    if sale.amount_minor is not None:
        whole = sale.quantity_milli and sale.amount_minor * 1_000 % sale.quantity_milli == 0
        return (sale.amount_minor * 1_000 // sale.quantity_milli if whole else sale.amount_minor), included
    return (price.unit_minor if price else None), included


def _amount(sale: NewSale, unit_minor: int | None, faults: list[Fault]) -> int | None:
    """The amount of the line. What is too large is told of what was given: the quantity, the price or the amount."""
    if unit_minor is None:
        faults.append(Fault("unit_minor", "no_price"))
        return None
    if abs(sale.quantity_milli) > MOST_QUANTITY_MILLI:
        faults.append(Fault("quantity", "quantity_too_large"))
        return None
    amount = sale.amount_minor if sale.amount_minor is not None else line_amount(sale.quantity_milli, unit_minor)
    if max(abs(amount), abs(unit_minor)) > MOST_MINOR:
        faults.append(Fault("amount" if sale.amount_minor is not None else "unit_minor", "amount_too_large"))
        return None
    return amount


COLUMNS = {
    "id": "uuid",
    "customer_id": "uuid",
    "business_id": "uuid",
    "product_id": "uuid",
    "sold_on": "date",
    "description": "text",
    "quantity_milli": "bigint",
    "unit": "text",
    "unit_minor": "bigint",
    "tax_included": "boolean",
    "tax_kind": "text",
    "rate_bp": "int",
    "amount_minor": "bigint",
    "currency": "text",
    "revenue_account": "text",
    "channel": "text",
    "region": "text",
    "source": "text",
    "external_id": "text",
    "created_in_id": "uuid",
}


def _insert(lines: Sequence[SaleLine], by: Actor, invoice: Invoice | None) -> list[UUID]:
    for key, line in zip(uuid7_many(len(lines)), lines, strict=True):
        line.pk = key
    names = ", ".join(COLUMNS)
    stage("sales_to_record", COLUMNS, ([getattr(line, name) for name in COLUMNS] for line in lines))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO invoices_saleline (organization_id, {names}, invoice_id, recorded_at, recorded_by)
            SELECT %s, {names}, %s, %s, %s FROM sales_to_record ORDER BY id
            ON CONFLICT (organization_id, source, external_id) WHERE external_id IS NOT NULL DO NOTHING
            RETURNING id
            """,
            [require_organization(), invoice.pk if invoice else None, clock.now(), by.name],
        )
        found = [row[0] for row in cursor.fetchall()]
    drop_stage("sales_to_record")
    return found


def late_lines(ids: Sequence[UUID]) -> tuple[Late, ...]:
    """Lines up to a closing day that is already invoiced for their payer and business.

    Each step is a look-up by key for the one before (OFFSET 0 keeps the planner from turning that round): customers
    that were entered a moment ago have no statistics, and it would pair each of them with every other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT line.id, line.sold_on, payer.closing_day, closed.closing_on
              FROM unnest(%s::uuid[]) AS wanted (id)
             CROSS JOIN LATERAL (SELECT id, customer_id, business_id, currency, sold_on FROM invoices_saleline
                                  WHERE id = wanted.id OFFSET 0) AS line
             CROSS JOIN LATERAL (SELECT coalesce(bill_to_id, id) AS payer_id FROM customers_customer
                                  WHERE id = line.customer_id OFFSET 0) AS customer
             CROSS JOIN LATERAL (SELECT id, closing_day FROM customers_customer
                                  WHERE id = customer.payer_id OFFSET 0) AS payer
              JOIN LATERAL (SELECT max(closing_on) AS closing_on FROM invoices_invoice
                             WHERE customer_id = payer.id AND business_id = line.business_id
                               AND currency = line.currency AND closing_on >= line.sold_on AND state <> 'void')
                   AS closed ON closed.closing_on IS NOT NULL
             WHERE payer.closing_day IS NOT NULL ORDER BY line.id
            """,
            [list(ids)],
        )
        found = cursor.fetchall()
    return tuple(Late(row[0], row[1], ClosingRule(row[2]).next_closing(row[3])) for row in found)


@transaction.atomic
def change_sale(line: SaleLine, sale: NewSale, *, by: Actor) -> SaleLine:
    """Change a sale that is not on an issued invoice yet; the totals of its draft follow.

    Refuses with SaleOnDraft what would give the draft's line to another payer, business or currency.
    """
    access.require(by, SALES_RECORD)
    draft = _locked_draft(line)
    fresh = complete(sale, World.around([sale]))
    of_line = (_payer_id(fresh.customer_id), fresh.business_id, fresh.currency)
    if draft and of_line != (draft.customer_id, draft.business_id, draft.currency):
        raise SaleOnDraft
    kept = {"id", "source", "external_id", "created_in_id"}
    values: dict[str, Any] = {name: getattr(fresh, name) for name in COLUMNS if name not in kept}
    for name, value in values.items():
        setattr(line, name, value)
    line.save(update_fields=list(values))
    if draft:
        refresh_totals(draft)
    emit(SaleChanged(line.pk, line.customer_id, line.amount_minor), about=line, by=by)
    return line


@transaction.atomic
def delete_sale(line: SaleLine, *, by: Actor) -> None:
    """Take back a sale that is not on an issued invoice yet; the totals of its draft follow."""
    access.require(by, SALES_RECORD)
    draft = _locked_draft(line)
    emit(SaleDeleted(line.pk, line.customer_id, line.amount_minor), about=line, by=by)
    line.delete()
    if draft:
        refresh_totals(draft)


def _locked_draft(line: SaleLine) -> Invoice | None:
    """Lock a sale and the draft it is on, the document first, as those do who issue it."""
    draft = Invoice.objects.select_for_update().filter(pk=line.invoice_id).first() if line.invoice_id else None
    lock(line)
    if line.invoice_id and (draft is None or draft.state != Invoice.State.DRAFT):
        raise SaleAlreadyInvoiced
    return draft if line.invoice_id else None


def _payer_id(customer_id: UUID) -> UUID:
    customer = Customer.objects.only("bill_to_id").get(pk=customer_id)
    return customer.bill_to_id or customer.pk
