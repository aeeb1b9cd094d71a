"""A price at which something was sold stays what it was; one that nobody paid may be mended."""

from __future__ import annotations

from datetime import date

import pytest

from tokui.catalog.actions import PriceUsed, correct_price, set_price, withdraw_price
from tokui.core.actors import SYSTEM
from tokui.invoices.recording import NewSale, record_sales
from tokui.invoices.tests.world import make_customer, make_product


def test_a_price_at_which_something_was_sold_is_neither_corrected_nor_withdrawn(organization):
    customer, product = make_customer(), make_product()
    price = product.prices.get()
    later = set_price(product, unit_minor=1_200, from_on=date(2026, 12, 1), by=SYSTEM)
    record_sales([NewSale(customer.pk, date(2026, 10, 1), product_id=product.pk)], by=SYSTEM)
    with pytest.raises(PriceUsed):
        correct_price(price, unit_minor=900, tax_included=False, by=SYSTEM)
    with pytest.raises(PriceUsed):
        withdraw_price(price, by=SYSTEM)
    withdraw_price(later, by=SYSTEM)
    price.refresh_from_db()
    assert (price.unit_minor, price.to_on) == (1_000, None)


def test_a_sale_at_another_price_leaves_a_mistyped_one_free_to_be_mended(organization):
    customer, product = make_customer(), make_product(price=10_000)
    record_sales([NewSale(customer.pk, date(2026, 10, 1), product_id=product.pk, unit_minor=1_000)], by=SYSTEM)
    assert correct_price(product.prices.get(), unit_minor=1_000, tax_included=False, by=SYSTEM).unit_minor == 1_000
