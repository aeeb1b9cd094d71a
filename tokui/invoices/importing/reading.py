"""Rows of a file as sales, or everything that keeps them from being one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tokui.access.models import Business
from tokui.catalog.models import Product
from tokui.catalog.tax import TaxRate, kind_told
from tokui.core.tables import Layout, ReadRow, Row, cell_text
from tokui.core.values import parse_amount, parse_currency, parse_day, parse_decimal, parse_text
from tokui.customers.models import Customer, CustomerKey
from tokui.customers.names import name_key
from tokui.invoices.recording import NewSale

VOCABULARY: dict[str, tuple[str, ...]] = {
    "customer_code": (
        "顧客コード",
        "得意先コード",
        "取引先コード",
        "会員番号",
        "顧客番号",
        "生徒番号",
        "Customer code",
        "Customer",
    ),
    "customer_name": ("顧客名", "得意先名", "取引先名", "会社名", "氏名", "名前", "生徒氏名", "Customer name", "Name"),
    "sold_on": ("売上日", "取引日", "日付", "納品日", "計上日", "伝票日付", "Date", "Sold on", "Sale date"),
    "product_code": ("商品コード", "品番", "品目コード", "コース", "Product code", "SKU", "Item code"),
    "description": ("品名", "商品名", "内容", "摘要", "品目", "件名", "Description", "Item", "Product"),
    "quantity": ("数量", "個数", "Quantity", "Qty"),
    "unit": ("単位", "Unit"),
    "unit_price": ("単価", "税抜単価", "Unit price", "Price"),
    "amount": ("金額", "売上金額", "税抜金額", "小計", "Amount", "Total"),
    "amount_included": ("税込金額", "税込", "Amount incl. tax"),
    "rate": ("税率", "消費税率", "Tax rate"),
    "business_code": ("事業", "事業コード", "部門", "Business"),
    "external_id": ("伝票番号", "売上番号", "注文番号", "管理番号", "Slip number", "Order number", "External ID"),
    "channel": ("チャネル", "販路", "Channel"),
    "region": ("地域", "エリア", "Region"),
    "currency": ("通貨", "Currency"),
}
#: What must be there: a customer, a day, and what it cost.
WANTED = (("customer_code", "customer_name"), ("sold_on",), ("amount", "amount_included", "unit_price", "product_code"))
AMOUNTS = ("unit_price", "amount", "amount_included")
LONGEST = {"unit": 10, "channel": 30, "region": 30, "external_id": 100}


def read_sale(layout: Layout, row: Row) -> ReadRow:
    """The cells of a row, the currency before the amounts, because it says how many decimals they have."""
    read = ReadRow(row, layout)
    read.take("currency", parse_currency)
    if not read.problems:
        currency = read.values.get("currency", "JPY")
        for name in AMOUNTS:
            read.take(name, lambda cell: parse_amount(cell, currency).minor)
    read.take("sold_on", parse_day)
    read.take("quantity", lambda cell: int(parse_decimal(cell, scale=3) * 1_000))
    read.take("rate", lambda cell: cell)
    for name in layout.places:
        if name not in ("currency", "sold_on", "quantity", "rate", *AMOUNTS):
            read.take(name, lambda cell, name=name: parse_text(cell, longest=LONGEST.get(name, 200)))  # type: ignore[misc]
    return read


@dataclass(frozen=True)
class Directory:
    """What the rows of one batch refer to, by how the file calls it. A name that two bear is None."""

    customers: dict[str, UUID]
    names: dict[str, UUID | None]
    products: dict[str, UUID]
    businesses: dict[str, UUID]

    @classmethod
    def around(cls, reads: Iterable[ReadRow]) -> Directory:
        """Looked up with one statement each, whatever the number of rows or customers."""
        told = [read.values for read in reads]
        codes = {values["customer_code"] for values in told if "customer_code" in values}
        names = {values.get("customer_name", "") for values in told if "customer_code" not in values}
        products = {values["product_code"] for values in told if "product_code" in values}
        return cls(
            dict(Customer.objects.filter(code__in=codes).values_list("code", "pk")) if codes else {},
            _named({name for name in names if name}),
            dict(Product.objects.filter(code__in=products).values_list("code", "pk")) if products else {},
            _businesses(),
        )

    def customer(self, read: ReadRow) -> UUID | None:
        """By code, or where the row has none by name. What nobody, or more than one, is called is an objection."""
        code, name = read.values.get("customer_code"), read.values.get("customer_name")
        if code:
            found = self.customers.get(code)
            if found is None:
                read.object_to("customer_code", "unknown_customer", code)
            return found
        field = "customer_name" if "customer_name" in read.layout.places else "customer_code"
        if not name:
            read.object_to(field, "missing")
            return None
        key = squeezed(name)
        if self.names.get(key) is None:
            read.object_to(field, "name_of_several" if key in self.names else "unknown_customer", name)
        return self.names.get(key)

    def business(self, read: ReadRow) -> UUID | None:
        word = read.values.get("business_code")
        if word and squeezed(word) not in self.businesses:
            read.object_to("business_code", "unknown_business", word)
        return self.businesses.get(squeezed(word)) if word else None


def squeezed(text: str) -> str:
    return "".join(text.split())


def _named(names: set[str]) -> dict[str, UUID | None]:
    """Customers by their whole name, spaces aside, found through the index of the keys of names."""
    keys = {name_key(name).strict for name in names}
    if not keys:
        return {}
    found: dict[str, UUID | None] = {}
    held = CustomerKey.objects.filter(key__in=keys, kind=CustomerKey.Kind.STRICT, source=CustomerKey.Source.NAME)
    for customer, name in held.values_list("customer_id", "customer__name").distinct():
        key = squeezed(name)
        found[key] = None if found.get(key, customer) != customer else customer
    return found


def _businesses() -> dict[str, UUID]:
    rows = list(Business.objects.values_list("pk", "code", "name"))
    return {squeezed(word): key for key, *words in rows for word in reversed(words)}


def sale_of(read: ReadRow, here: Directory, rates: tuple[TaxRate, ...]) -> NewSale | None:
    """The sale that a row tells of; what keeps it from being one is told on the row."""
    values = read.values
    customer, business = here.customer(read), here.business(read)
    if "sold_on" not in values and not read.is_refused("sold_on"):
        read.object_to("sold_on", "missing")
    kind = _kind(read, rates)
    code = values.get("product_code")
    product = here.products.get(code) if code else None
    if code and product is None and "description" not in values:
        read.object_to("product_code", "unknown_product", code)
    if read.problems or customer is None:
        return None
    included = values.get("amount_included")
    return NewSale(
        customer_id=customer,
        sold_on=values["sold_on"],
        description=values.get("description", ""),
        quantity_milli=values.get("quantity", 1_000),
        unit_minor=values.get("unit_price"),
        amount_minor=included if included is not None else values.get("amount"),
        product_id=product,
        business_id=business,
        tax_kind=kind,
        tax_included=True if included is not None else None,
        currency=values.get("currency", "JPY"),
        unit=values.get("unit"),
        channel=values.get("channel"),
        region=values.get("region"),
        source="file",
    )


def _kind(read: ReadRow, rates: tuple[TaxRate, ...]) -> str | None:
    cell, day = read.values.get("rate"), read.values.get("sold_on")
    if cell is None or day is None:
        return None
    kind = kind_told(cell, day, rates=rates)
    if kind is None:
        read.object_to("rate", "unknown_rate", cell_text(cell))
    return kind.value if kind else None


def fingerprint(sale: NewSale) -> str:
    """What makes two rows without a slip number the same sale: customer, day, what, how many, for how much.

    Only what the file itself says counts, so that a price or a name that changes here leaves it as it is.
    """
    parts: tuple[Any, ...] = (sale.customer_id, sale.sold_on, sale.product_id, squeezed(sale.description))
    parts += (sale.quantity_milli, sale.unit_minor, sale.amount_minor, sale.currency)
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:40]
