"""A row of a product list as values, and the headings by which such lists call them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from tokui.catalog.tax import TaxRate, kind_told
from tokui.core.tables import Layout, ReadRow, Row, cell_text
from tokui.core.values import parse_amount, parse_boolean, parse_currency, parse_day, parse_text

#: Our own export's headings are among them, the Japanese one and the English one first of its kind.
VOCABULARY: dict[str, tuple[str, ...]] = {
    "code": ("商品コード", "品番", "品目コード", "コード", "Product code", "SKU", "Item code", "Code"),
    "name": ("商品名", "品名", "品目名", "名称", "Product name", "Name", "Item"),
    "name_en": ("英語名", "英語品名", "Name in English", "English name"),
    "unit": ("単位", "Unit"),
    "tax_kind": ("税区分", "消費税区分", "課税区分", "税率", "Tax kind", "Consumption tax", "Tax"),
    "business": ("事業", "事業コード", "部門", "Business"),
    "revenue_account": ("売上科目", "収益科目", "売上勘定", "Revenue account", "Account"),
    "channel": ("販路", "チャネル", "Channel"),
    "region": ("地域", "エリア", "Region"),
    "is_active": ("取扱中", "取扱", "販売中", "有効", "Active"),
    "price": ("単価", "価格", "販売単価", "標準単価", "Unit price", "Price"),
    "currency": ("通貨", "Currency"),
    "tax_included": ("税込", "内税", "Tax included"),
    "from_on": ("適用開始日", "価格開始日", "適用日", "Price from", "From"),
}
WANTED = (("code",),)
LONGEST = {"code": 30, "name": 120, "name_en": 120, "unit": 10, "channel": 30, "region": 30, "business": 120}
LONGEST_ACCOUNT = 30


def read_product(layout: Layout, row: Row, today: date, rates: Sequence[TaxRate]) -> ReadRow:
    """The cells of a row; the currency before the price, because it says how many decimals that has."""
    read = ReadRow(row, layout)
    read.take("currency", parse_currency)
    if not read.problems:
        currency = read.values.get("currency", "JPY")
        read.take("price", lambda cell: parse_amount(cell, currency).minor)
    read.take("from_on", parse_day)
    read.take("tax_included", parse_boolean)
    read.take("is_active", parse_boolean)
    read.take("revenue_account", lambda cell: parse_text(cell, longest=LONGEST_ACCOUNT))
    account = read.values.get("revenue_account", "sales")
    if not re.fullmatch(r"[a-z0-9_-]+", account):
        read.object_to("revenue_account", "account_form", account)
    read.take("tax_kind", cell_text)
    for name, longest in LONGEST.items():
        read.take(name, lambda cell, longest=longest: parse_text(cell, longest=longest))  # type: ignore[misc]
    _take_kind(read, today, rates)
    return read


def _take_kind(read: ReadRow, today: date, rates: Sequence[TaxRate]) -> None:
    if "tax_kind" not in read.values:
        return
    cell = read.row.cells[read.layout.places["tax_kind"]]
    kind = kind_told(cell, today, rates=rates)
    if kind is None:
        read.object_to("tax_kind", "unknown_tax_kind", read.values["tax_kind"])
    else:
        read.values["tax_kind"] = kind.value
