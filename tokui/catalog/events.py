from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tokui.core.events import event


@event
@dataclass(frozen=True)
class ProductCreated:
    product_id: UUID
    code: str


@event
@dataclass(frozen=True)
class ProductChanged:
    product_id: UUID
    fields: tuple[str, ...]


@event
@dataclass(frozen=True)
class PriceSet:
    product_id: UUID
    currency: str
    unit_minor: int
    tax_included: bool
    from_on: date


@event
@dataclass(frozen=True)
class PriceCorrected:
    """A price at which nothing was sold yet was mistyped; it holds for the same days."""

    product_id: UUID
    currency: str
    before_minor: int
    unit_minor: int
    tax_included: bool
    from_on: date


@event
@dataclass(frozen=True)
class PriceWithdrawn:
    """A price at which nothing was sold was taken away; the one before it holds on."""

    product_id: UUID
    currency: str
    unit_minor: int
    from_on: date


@event
@dataclass(frozen=True)
class ProductsImported:
    import_id: UUID
    new_count: int
    changed_count: int
    refused_count: int


@event
@dataclass(frozen=True)
class ProductsExported:
    product_count: int
    form: str


@event
@dataclass(frozen=True)
class TaxRateAdded:
    kind: str
    rate_bp: int
    from_on: date
