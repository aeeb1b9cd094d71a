"""Customers, products and sales for tests, made by the real verbs."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from tokui.access.models import Business
from tokui.catalog.actions import ProductFields, create_product, set_price
from tokui.catalog.models import Product
from tokui.core.actors import SYSTEM
from tokui.customers.actions import create_customers
from tokui.customers.drafts import CustomerDraft
from tokui.customers.models import Customer
from tokui.invoices.recording import NewSale, record_sales

DAY = date(2026, 10, 31)


def make_customer(name: str = "株式会社 北斗企画", **fields: Any) -> Customer:
    fields = {"closing_day": 31, "kind": "company", "email": "keiri@example.jp", **fields}
    ids = create_customers([CustomerDraft(name=name, **fields)], by=SYSTEM)
    return Customer.objects.get(pk=getattr(ids[0], "pk", ids[0]))


def make_product(code: str = "A1", **fields: Any) -> Product:
    price = fields.pop("price", 1_000)
    included = fields.pop("tax_included", False)
    product = create_product(ProductFields(code=code, name=fields.pop("name", "器 飯碗"), **fields), by=SYSTEM)
    set_price(product, unit_minor=price, tax_included=included, from_on=date(2020, 1, 1), by=SYSTEM)
    return product


def business() -> Business:
    return Business.objects.order_by("code").first()  # type: ignore[return-value]


def sell(customer: Customer, amount: int = 1_000, on: date = date(2026, 10, 8), **fields: Any) -> UUID:
    fields = {"description": "急須 黒釉", "unit_minor": amount, **fields}
    return record_sales([NewSale(customer.pk, on, **fields)], by=SYSTEM).ids[0]
