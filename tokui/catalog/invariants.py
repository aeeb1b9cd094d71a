from __future__ import annotations

from tokui.core.invariants import invariant

invariant(
    "prices-do-not-overlap",
    "A product has at most one price per currency and day.",
    """SELECT later.id FROM catalog_price later JOIN catalog_price earlier
          ON earlier.product_id = later.product_id AND earlier.currency = later.currency
         AND earlier.from_on < later.from_on AND (earlier.to_on IS NULL OR earlier.to_on >= later.from_on)""",
)
