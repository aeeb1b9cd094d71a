"""Reading the catalog: prices of a day, rates of a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from tokui.catalog import tax
from tokui.catalog.models import Price, Product, TaxRate


def price_on(product_id: UUID, day: date, *, currency: str = "JPY") -> Price | None:
    """The price of one unit on the day of supply, or None where none is set."""
    return prices_on([product_id], day, currency=currency).get(product_id)


def prices_on(product_ids: Iterable[UUID], day: date, *, currency: str = "JPY") -> dict[UUID, Price]:
    """The prices of a set of products on one day."""
    found = Price.objects.filter(product_id__in=list(product_ids), currency=currency, from_on__lte=day)
    return {price.product_id: price for price in found if price.to_on is None or price.to_on >= day}


def rates() -> tuple[tax.TaxRate, ...]:
    """All tax rates: the law's as this release knows it, and those that the organization added later."""
    added = list(TaxRate.objects.order_by("kind", "from_on"))
    known = list(tax.RATES)
    for row in added:
        kind = tax.TaxKind(row.kind)
        known = [_ended(rate, kind, row.from_on) for rate in known]
        known.append(tax.TaxRate(kind, row.rate_bp, row.from_on))
    return tuple(known)


def _ended(rate: tax.TaxRate, kind: tax.TaxKind, from_on: date) -> tax.TaxRate:
    if rate.kind != kind or rate.to_on is not None:
        return rate
    return tax.TaxRate(rate.kind, rate.rate, rate.from_on, from_on - timedelta(days=1))


def search_products(typed: str) -> QuerySet[Product]:
    """Products whose code or name holds every word that was typed. A catalog is small enough to be read through."""
    rows = Product.objects.all()
    for word in typed.replace("\0", "").split()[:5]:
        word = word[:80]
        rows = rows.filter(Q(code__icontains=word) | Q(name__icontains=word) | Q(name_en__icontains=word))
    return rows
