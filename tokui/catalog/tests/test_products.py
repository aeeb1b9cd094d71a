"""Products, their dated prices, and rates of tax that an organization adds."""

from __future__ import annotations

from datetime import date

import pytest

from tokui.catalog.actions import (
    PriceBeginsAlready,
    ProductCodeTaken,
    ProductFields,
    add_tax_rate,
    change_product,
    correct_price,
    create_product,
    set_price,
    withdraw_price,
)
from tokui.catalog.models import Product
from tokui.catalog.queries import price_on, rates
from tokui.catalog.tax import TaxKind, rate_on
from tokui.core.errors import Invalid, NotFound, NotPermitted
from tokui.core.ids import uuid7
from tokui.core.invariants import find_offences
from tokui.core.models import Event


def make(code: str = "A1", by=None, **fields) -> Product:
    return create_product(ProductFields(code=code, name="器", **fields), by=by)


def test_a_product_is_entered_and_changed_and_its_code_stays_its_own(owner):
    product = make(by=owner)
    change_product(product, ProductFields(code="A1", name="器 飯碗", unit="個"), by=owner)
    assert (product.name, product.unit) == ("器 飯碗", "個")
    with pytest.raises(ProductCodeTaken):
        make(by=owner)
    assert Event.objects.filter(type="catalog.ProductChanged").count() == 1


@pytest.mark.parametrize(
    "fields",
    [{"code": " "}, {"name": ""}, {"revenue_account": "売上"}, {"tax_kind": "none"}],
)
def test_a_product_that_breaks_a_rule_is_refused(owner, fields):
    with pytest.raises(Invalid):
        create_product(ProductFields(**{"code": "A", "name": "x", **fields}), by=owner)
    with pytest.raises(NotFound):
        create_product(ProductFields("A", "x", business_id=uuid7()), by=owner)


def test_prices_hold_from_their_day_until_the_next_whatever_the_order_of_entry(owner):
    product = make(by=owner)
    for unit, day in ((1_000, date(2026, 1, 1)), (1_200, date(2026, 10, 1)), (1_100, date(2026, 4, 1))):
        set_price(product, unit_minor=unit, from_on=day, by=owner)
    days = (date(2025, 12, 31), date(2026, 3, 31), date(2026, 4, 1), date(2026, 9, 30), date(2027, 1, 1))
    found = [price_on(product.pk, day) for day in days]
    assert [price and price.unit_minor for price in found] == [None, 1_000, 1_100, 1_100, 1_200]
    assert find_offences() == []
    with pytest.raises(PriceBeginsAlready):
        set_price(product, unit_minor=1, from_on=date(2026, 4, 1), by=owner)
    with pytest.raises(Invalid):
        set_price(product, unit_minor=1, from_on=date(2026, 5, 1), currency="XXX", by=owner)


def test_a_change_of_law_is_a_row(owner, accountant):
    add_tax_rate("standard", rate_bp=1_200, from_on=date(2030, 4, 1), by=owner)
    known = rates()
    assert rate_on(TaxKind.STANDARD, date(2030, 3, 31), rates=known) == 1_000
    assert rate_on(TaxKind.STANDARD, date(2030, 4, 1), rates=known) == 1_200
    assert rate_on(TaxKind.REDUCED, date(2030, 4, 1), rates=known) == 800
    for kind, rate, day in (
        ("exempt", 100, date(2031, 1, 1)),
        ("standard", 10_001, date(2031, 1, 1)),
        ("standard", 900, date(2018, 1, 1)),
        ("standard", 900, date(2030, 4, 1)),
    ):
        with pytest.raises(Invalid):
            add_tax_rate(kind, rate_bp=rate, from_on=day, by=owner)
    with pytest.raises(NotPermitted):
        add_tax_rate("standard", rate_bp=900, from_on=date(2031, 1, 1), by=accountant)


def test_a_mistyped_price_is_corrected_and_a_wrong_one_withdrawn(owner, viewer):
    product = make(by=owner)
    first = set_price(product, unit_minor=10_000, from_on=date(2026, 1, 1), by=owner)
    second = set_price(product, unit_minor=1_200, from_on=date(2026, 10, 1), by=owner)
    correct_price(first, unit_minor=1_000, tax_included=True, by=owner)
    assert [(one.unit_minor, one.tax_included) for one in product.prices.order_by("from_on")] == [
        (1_000, True),
        (1_200, False),
    ]
    for verb in (correct_price, withdraw_price):
        with pytest.raises(NotPermitted):
            verb(first, by=viewer, **({"unit_minor": 1, "tax_included": False} if verb is correct_price else {}))
    withdraw_price(second, by=owner)
    assert price_on(product.pk, date(2027, 1, 1)).unit_minor == 1_000
    set_price(product, unit_minor=1_300, from_on=date(2026, 10, 1), by=owner)
    assert find_offences() == []
    told = ("catalog.PriceCorrected", "catalog.PriceWithdrawn")
    assert [Event.objects.filter(type=kind).count() for kind in told] == [1, 1]
