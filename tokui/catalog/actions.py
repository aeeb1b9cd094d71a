"""The verbs of the catalog: products, new tax rates, and from `pricing` their dated prices."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import CATALOG_EDIT, SETTINGS_MANAGE
from tokui.catalog import tax
from tokui.catalog.events import ProductChanged, ProductCreated, TaxRateAdded
from tokui.catalog.models import Product, TaxRate
from tokui.catalog.pricing import PriceBeginsAlready, PriceUsed, correct_price, set_price, withdraw_price
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound, Refusal
from tokui.core.events import emit
from tokui.core.locks import lock

__all__ = [
    "PriceBeginsAlready",
    "PriceUsed",
    "ProductCodeTaken",
    "ProductFields",
    "add_tax_rate",
    "change_product",
    "correct_price",
    "create_product",
    "product_fields",
    "set_price",
    "withdraw_price",
]


class ProductCodeTaken(Refusal):
    """There is already a product with the code {code}."""


@dataclass(frozen=True)
class ProductFields:
    """What a product consists of; `revenue_account` is the part behind `revenue:` in the books."""

    code: str
    name: str
    name_en: str = ""
    unit: str = ""
    revenue_account: str = "sales"
    tax_kind: str = "standard"
    business_id: UUID | None = None
    channel: str = ""
    region: str = ""
    is_active: bool = True


@transaction.atomic
def create_product(given: ProductFields, *, by: Actor) -> Product:
    """Add a product to the catalog; its code is its own."""
    access.require(by, CATALOG_EDIT)
    _check(given)
    if Product.objects.filter(code=given.code).exists():
        raise ProductCodeTaken(code=given.code, field="code")
    product = Product.objects.create(**asdict(given), created_at=clock.now())
    emit(ProductCreated(product.pk, product.code), about=product, by=by)
    return product


@transaction.atomic
def change_product(product: Product, given: ProductFields, *, by: Actor) -> Product:
    """Change a product. Sale lines that are recorded keep what they were recorded with."""
    access.require(by, CATALOG_EDIT)
    _check(given)
    lock(product)
    if Product.objects.filter(code=given.code).exclude(pk=product.pk).exists():
        raise ProductCodeTaken(code=given.code, field="code")
    changed = [one.name for one in fields(given) if getattr(product, one.name) != getattr(given, one.name)]
    if not changed:
        return product
    for name in changed:
        setattr(product, name, getattr(given, name))
    product.save(update_fields=changed)
    emit(ProductChanged(product.pk, tuple(changed)), about=product, by=by)
    return product


@transaction.atomic
def add_tax_rate(kind: str, *, rate_bp: int, from_on: date, by: Actor) -> TaxRate:
    """Record a rate that begins on a day: a change of law that this release does not know yet."""
    access.require(by, SETTINGS_MANAGE)
    if kind not in tax.TAXED_KINDS:
        raise Invalid(field="kind", reason=_("Only the standard and the reduced rate can change."))
    if not 0 <= rate_bp <= tax.RATE_SCALE:
        raise Invalid(field="rate_bp", reason=_("A rate lies between 0 and 100 percent."))
    if from_on <= max(rate.from_on for rate in tax.RATES):
        raise Invalid(field="from_on", reason=_("This day lies before the rates that are already in force."))
    if TaxRate.objects.filter(kind=kind, from_on=from_on).exists():
        raise Invalid(field="from_on", reason=_("A rate from this day is already recorded."))
    rate = TaxRate.objects.create(kind=kind, rate_bp=rate_bp, from_on=from_on)
    emit(TaxRateAdded(kind, rate_bp, from_on), about=rate, by=by)
    return rate


def _check(given: ProductFields) -> None:
    if not given.code.strip():
        raise Invalid(field="code", reason=_("A product needs a code."))
    if not given.name.strip():
        raise Invalid(field="name", reason=_("A product needs a name."))
    if not re.fullmatch(r"[a-z0-9_-]{1,30}", given.revenue_account):
        raise Invalid(
            field="revenue_account", reason=_("Use small letters, digits, hyphen and underscore for the account.")
        )
    if given.tax_kind not in set(tax.TaxKind):
        raise Invalid(field="tax_kind", reason=_("This kind of tax is not known."))
    if given.business_id and not Business.objects.filter(pk=given.business_id).exists():
        raise NotFound(field="business")


def product_fields(product: Product) -> dict[str, Any]:
    """A product's changeable values, for forms and partial changes."""
    return {one.name: getattr(product, one.name) for one in fields(ProductFields)}
