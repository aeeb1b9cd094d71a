"""Sales from files: columns found by their headings, a preview with every refused row, then all at once in batches.

A row is refused with sheet, row, column, value and reason, as in the import of customers. A file that carries slip
numbers (伝票番号) may come again, or overlap: what is known adds nothing.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import SALES_RECORD
from tokui.catalog.models import Product
from tokui.core import clock, files, inbox, states
from tokui.core.actors import SYSTEM, Actor
from tokui.core.errors import Invalid
from tokui.core.money import EXPONENTS
from tokui.core.refused import ValueRefused
from tokui.core.tables import (
    Row,
    TableFile,
    TableRefused,
    batches,
    column_letters,
    data_rows,
    find_header,
    open_table,
)
from tokui.core.values.dates import parse_day
from tokui.core.values.numbers import parse_amount, parse_decimal
from tokui.core.values.texts import parse_text
from tokui.customers.models import Customer
from tokui.invoices.columns import columns_of, remembered, require_columns
from tokui.invoices.models import SaleImport, SaleImportRow
from tokui.invoices.recording import NewSale, SaleRefused, World, complete, record_sales

BATCH = 2_000
MOST_REFUSED_KEPT = 1_000

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
KINDS = {
    "10": "standard",
    "8": "reduced",
    "軽": "reduced",
    "非課税": "exempt",
    "不課税": "out_of_scope",
    "対象外": "out_of_scope",
}


@dataclass(frozen=True)
class Refused:
    """A row that is not taken: where it stands, its value, and the reason as {code, found, expected} or words."""

    sheet: str
    row: int
    column: str
    value: str
    reason: dict[str, str]


@dataclass
class Read:
    """One row as a sale, or why it is none."""

    row: Row
    sale: NewSale | None = None
    refused: Refused | None = None


@dataclass(frozen=True)
class Directory:
    """Codes and names of this organization, for looking up what rows refer to."""

    customers: Mapping[str, UUID]
    names: Mapping[str, UUID | None]
    products: Mapping[str, UUID]
    businesses: Mapping[str, UUID]


def import_sales_file(path: str | Path, *, by: Actor = SYSTEM) -> SaleImport:
    """Store a file, look at it and apply it in one go; refused rows stay listed on the import."""
    file = Path(path)
    batch = receive_sales(file.read_bytes(), name=file.name, by=by)
    return apply_sales(check_sales(batch, by=by), by=by)


@transaction.atomic
def receive_sales(content: bytes, *, name: str, by: Actor) -> SaleImport:
    """Keep the raw bytes of a file of sales; nothing is read yet."""
    access.require(by, SALES_RECORD)
    parcel = inbox.receive(content, source="sales", name=name, by=by)
    return SaleImport.objects.create(parcel=parcel, name=name[:200], created_at=clock.now(), created_by=by.name)


@transaction.atomic
def check_sales(batch: SaleImport, *, by: Actor, mapping: Mapping[str, str] | None = None) -> SaleImport:
    """Preview: read every row, count what is new and known, and keep each refused row with its reason."""
    access.require(by, SALES_RECORD)
    if batch.state in (SaleImport.State.READY, SaleImport.State.REFUSED):
        states.move(batch, to=SaleImport.State.UPLOADED)
    SaleImportRow.objects.filter(batch=batch).delete()
    try:
        table = _table(batch)
        batch.headings, proposed = columns_of(batch, VOCABULARY)
        batch.mapping = dict(mapping) if mapping else remembered(batch) or proposed
        require_columns(batch.mapping, WANTED)
        _count(batch, table)
    except TableRefused as refused:
        told = {"code": refused.code.value, "sheet": refused.sheet, "found": refused.found}
        states.move(batch, to=SaleImport.State.REFUSED, refusal=told)
        return batch
    batch.save()
    states.move(batch, to=SaleImport.State.READY, refusal=None)
    return batch


@transaction.atomic
def apply_sales(batch: SaleImport, *, by: Actor) -> SaleImport:
    """Record the rows that were not refused: all of them in one transaction, a batch of rows at a time."""
    access.require(by, SALES_RECORD)
    if batch.state != SaleImport.State.READY:
        return batch
    states.move(batch, to=SaleImport.State.APPLYING)
    batch.new_count = batch.known_count = batch.late_count = 0
    for rows in _in_batches(_reads(_table(batch), batch.mapping)):
        sales = [read.sale for read in rows if read.sale]
        recorded = record_sales(sales, by=by)
        batch.new_count += len(recorded.ids)
        batch.known_count += recorded.known_count
        batch.late_count += len(recorded.late)
    batch.save()
    states.move(batch, to=SaleImport.State.APPLIED, finished_at=clock.now())
    return batch


def _in_batches(reads: Iterator[Read]) -> Iterator[list[Read]]:
    while some := list(islice(reads, BATCH)):
        yield some


def _table(batch: SaleImport) -> TableFile:
    return open_table(io.BytesIO(files.read(batch.parcel.file)), name=batch.name)


def _count(batch: SaleImport, table: TableFile) -> None:
    batch.row_count = batch.new_count = batch.known_count = batch.refused_count = batch.total_minor = 0
    for rows in _in_batches(_reads(table, batch.mapping)):
        good = [read.sale for read in rows if read.sale]
        bad = [read.refused for read in rows if read.refused]
        known = _known({(one.source, one.external_id) for one in good if one.external_id})
        batch.row_count += len(rows)
        batch.known_count += known
        batch.new_count += len(good) - known
        batch.refused_count += len(bad)
        room = max(MOST_REFUSED_KEPT - (batch.refused_count - len(bad)), 0)
        SaleImportRow.objects.bulk_create(
            SaleImportRow(
                organization_id=batch.organization_id,
                batch=batch,
                sheet=one.sheet[:60],
                row=one.row,
                column=one.column[:80],
                value=one.value[:200],
                reason=one.reason,
            )
            for one in bad[:room]
        )


def _known(keys: set[tuple[str, str | None]]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM invoices_saleline JOIN unnest(%s::text[], %s::text[]) AS given (source, external_id) "
            "USING (source, external_id)",
            [[key[0] for key in keys], [key[1] for key in keys]],
        )
        return int(cursor.fetchone()[0])


def _reads(table: TableFile, mapping: Mapping[str, str]) -> Iterator[Read]:
    directory = _directory()
    slips: Counter[str] = Counter()
    for sheet in table.sheets:
        try:
            header = find_header(sheet, VOCABULARY)
        except TableRefused:
            if len(table.sheets) == 1:
                raise
            continue
        places = {name: header.names.index(heading) for name, heading in mapping.items() if heading in header.names}
        if "sold_on" not in places:
            continue
        for rows in batches(data_rows(sheet, header), BATCH):
            reads = [_read(row, places, header.names, directory) for row in rows]
            for read in reads:
                _count_slip(read, slips)
            yield from _checked(reads, places)


def _count_slip(read: Read, slips: Counter[str]) -> None:
    """A slip number stands on each of its lines: the line's place on the slip makes it its own."""
    if read.sale and read.sale.external_id:
        slip = read.sale.external_id
        slips[slip] += 1
        read.sale = replace(read.sale, external_id=f"{slip}#{slips[slip]}")


def _directory() -> Directory:
    customers, names = {}, {}
    for key, code, name in Customer.objects.values_list("pk", "code", "name").iterator(chunk_size=10_000):
        customers[code] = key
        squeezed = "".join(name.split())
        names[squeezed] = None if squeezed in names else key
    products = dict(Product.objects.values_list("code", "pk"))
    return Directory(customers, names, products, dict(Business.objects.values_list("code", "pk")))


def _checked(reads: list[Read], places: Mapping[str, int]) -> Iterator[Read]:
    """Look up prices, tax and businesses for a batch at once; what the verb would refuse is refused here by its row."""
    good = [read for read in reads if read.sale]
    world = World.around([read.sale for read in good if read.sale]) if good else None
    for read in reads:
        if read.sale and world:
            try:
                complete(read.sale, world)
            except SaleRefused as refused:
                column = column_letters(places.get(str(refused.field), places["sold_on"]))
                reason = {"code": "not_possible", "words": refused.message}
                read.refused = Refused(read.row.sheet, read.row.number, column, "", reason)
                read.sale = None
        yield read


def _read(row: Row, places: Mapping[str, int], headings: tuple[str, ...], directory: Directory) -> Read:
    read, current = Read(row), ""
    told: dict[str, Any] = {}
    try:
        for current, index in places.items():
            if not row.text(index):
                continue
            told[current] = _cell(current, row, index, str(told.get("currency", "JPY")))
        current = "customer_code" if "customer_code" in places else "customer_name"
        read.sale = _sale(told, directory)
    except ValueRefused as refused:
        reason = {"code": refused.code.value, "found": str(refused.found), "expected": str(refused.expected)}
        read.refused = _refused(row, places, headings, current, reason)
    except Invalid as refused:
        field_name = refused.field or current
        read.refused = _refused(row, places, headings, field_name, {"code": "not_known", "words": refused.message})
    return read


def _refused(
    row: Row, places: Mapping[str, int], headings: tuple[str, ...], name: str, reason: dict[str, str]
) -> Refused:
    index = places.get(name)
    if index is None:
        return Refused(row.sheet, row.number, "", "", reason)
    return Refused(row.sheet, row.number, headings[index] or column_letters(index), row.text(index), reason)


def _cell(name: str, row: Row, index: int, currency: str) -> Any:
    cell = row.cells[index]
    if name == "sold_on":
        return parse_day(cell)
    if name in ("amount", "amount_included", "unit_price"):
        return parse_amount(cell, currency if currency in EXPONENTS else "JPY").minor
    if name == "quantity":
        return int(parse_decimal(cell, scale=3) * 1_000)
    return parse_text(cell, longest=200).strip()


def _sale(told: Mapping[str, Any], directory: Directory) -> NewSale:
    customer = directory.customers.get(told.get("customer_code", ""))
    if customer is None and "customer_code" not in told:
        customer = directory.names.get("".join(str(told.get("customer_name", "")).split()))
    if customer is None:
        raise Invalid(
            field="customer_code" if "customer_code" in told else "customer_name",
            reason=_("No customer has this code or name."),
        )
    if "sold_on" not in told:
        raise Invalid(field="sold_on", reason=_("The day is missing."))
    code = told.get("product_code")
    product = directory.products.get(code) if code else None
    if code and product is None and "description" not in told:
        raise Invalid(field="product_code", reason=_("There is no such product."))
    business = told.get("business_code")
    if business and business not in directory.businesses:
        raise Invalid(field="business_code", reason=_("There is no such business."))
    included = told.get("amount_included")
    return NewSale(
        customer_id=customer,
        sold_on=told["sold_on"],
        description=str(told.get("description", "")),
        quantity_milli=told.get("quantity", 1_000),
        unit_minor=told.get("unit_price"),
        amount_minor=included if included is not None else told.get("amount"),
        product_id=product,
        business_id=directory.businesses.get(business) if business else None,
        tax_kind=_kind(told.get("rate")),
        tax_included=True if included is not None else None,
        currency=str(told.get("currency", "JPY")),
        unit=told.get("unit"),
        channel=told.get("channel"),
        region=told.get("region"),
        source="file",
        external_id=told.get("external_id"),
    )


def _kind(rate: str | None) -> str | None:
    if not rate:
        return None
    text = str(rate).replace("％", "%").rstrip("%")
    text = {"0.1": "10", "0.08": "8"}.get(text, text)
    for mark, kind in KINDS.items():
        if text == mark or (len(mark) > 2 and mark in text) or (mark == "軽" and mark in text):
            return kind
    raise Invalid(field="rate", reason=_("This rate of tax is not known."))
