"""The verbs of dated prices: set, correct, withdraw."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import zip_longest

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import CATALOG_EDIT
from tokui.catalog.events import PriceCorrected, PriceSet, PriceWithdrawn
from tokui.catalog.models import Price, Product
from tokui.catalog.registry import used_prices
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, Refusal
from tokui.core.events import emit
from tokui.core.locks import lock
from tokui.core.money import EXPONENTS


class PriceBeginsAlready(Refusal):
    """There is already a price of this product from {day}. Correct that one, or choose another day."""


class PriceUsed(Refusal):
    """Something was sold at this price. Set a new price from a later day."""


@transaction.atomic
def set_price(
    product: Product, *, unit_minor: int, from_on: date, by: Actor, currency: str = "JPY", tax_included: bool = False
) -> Price:
    """Let a price hold from a day until further notice, or until the next price that is already set begins.

    The price of before ends on the day before. `unit_minor` is in minor units of the currency, per unit.
    """
    access.require(by, CATALOG_EDIT)
    if currency not in EXPONENTS:
        raise Invalid(field="currency", reason=_("This currency is not known."))
    lock(product)
    if Price.objects.filter(product=product, currency=currency, from_on=from_on).exists():
        raise PriceBeginsAlready(day=from_on.isoformat(), field="from_on")
    price = Price.objects.create(
        product=product, currency=currency, unit_minor=unit_minor, tax_included=tax_included, from_on=from_on
    )
    _join_days(product, currency)
    price.refresh_from_db()
    emit(PriceSet(product.pk, currency, unit_minor, tax_included, from_on), about=product, by=by)
    return price


@transaction.atomic
def correct_price(price: Price, *, unit_minor: int, tax_included: bool, by: Actor) -> Price:
    """Correct a mistyped price. Refuses with PriceUsed once something was sold at it."""
    access.require(by, CATALOG_EDIT)
    product = lock(price.product)
    lock(price)
    if (price.unit_minor, price.tax_included) == (unit_minor, tax_included):
        return price
    _refuse_used(price)
    before = price.unit_minor
    price.unit_minor, price.tax_included = unit_minor, tax_included
    price.save(update_fields=["unit_minor", "tax_included"])
    facts = PriceCorrected(product.pk, price.currency, before, unit_minor, tax_included, price.from_on)
    emit(facts, about=product, by=by)
    return price


@transaction.atomic
def withdraw_price(price: Price, *, by: Actor) -> None:
    """Take a price away as if it had never been set. Refuses with PriceUsed once something was sold at it."""
    access.require(by, CATALOG_EDIT)
    product = lock(price.product)
    lock(price)
    _refuse_used(price)
    emit(PriceWithdrawn(product.pk, price.currency, price.unit_minor, price.from_on), about=product, by=by)
    price.delete()
    _join_days(product, price.currency)


def _refuse_used(price: Price) -> None:
    if used_prices([price]):
        raise PriceUsed


def _join_days(product: Product, currency: str) -> None:
    """Each price ends on the day before the next one begins."""
    prices = list(Price.objects.filter(product=product, currency=currency).order_by("from_on"))
    Price.objects.bulk_update(joined(prices), ["to_on"])


def joined(prices: list[Price]) -> list[Price]:
    """Prices of one product and currency in the order of their days: those whose last day had to change."""
    changed = []
    for price, following in zip_longest(prices, prices[1:]):
        to_on = following.from_on - timedelta(days=1) if following else None
        if price.to_on != to_on:
            price.to_on = to_on
            changed.append(price)
    return changed
