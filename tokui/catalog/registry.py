"""What the catalog asks of higher rooms: whether anything was sold at a price."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from tokui.catalog.models import Price

#: Given prices, the keys of those at which something was sold.
PriceUse = Callable[[Sequence[Price]], set[UUID]]
PRICE_USES: list[PriceUse] = []


def price_use(asked: PriceUse) -> PriceUse:
    """Register who knows about sales at a price."""
    PRICE_USES.append(asked)
    return asked


def used_prices(prices: Sequence[Price]) -> set[UUID]:
    """The keys of the prices at which something was sold; each registered room answers for all of them at once."""
    return set().union(*(asked(prices) for asked in PRICE_USES)) if prices else set()
