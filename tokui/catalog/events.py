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
class TaxRateAdded:
    kind: str
    rate_bp: int
    from_on: date
