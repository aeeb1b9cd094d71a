"""Open receivables from the old system as a file (期首売掛金の取り込み): a preview with each refused row, then all at once."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import INVOICES_ISSUE
from tokui.core import clock, files, inbox, states
from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.core.refused import ValueRefused
from tokui.core.tables import Row, TableRefused, data_rows, find_header, open_table
from tokui.core.values.dates import parse_day
from tokui.core.values.numbers import parse_amount
from tokui.core.values.texts import parse_text
from tokui.customers.models import Customer
from tokui.invoices.columns import Directory, columns_of, directory, remembered, require_columns
from tokui.invoices.drafting import due_on
from tokui.invoices.models import Invoice, SaleImport, SaleImportRow
from tokui.invoices.openings import NewOpening, bring_openings

VOCABULARY: dict[str, tuple[str, ...]] = {
    "customer_code": (
        "顧客コード",
        "得意先コード",
        "取引先コード",
        "会員番号",
        "顧客番号",
        "Customer code",
        "Customer",
    ),
    "customer_name": ("顧客名", "得意先名", "取引先名", "会社名", "氏名", "名前", "Customer name", "Name"),
    "number": ("請求書番号", "請求番号", "伝票番号", "番号", "管理番号", "Invoice number", "Number"),
    "issued_on": ("請求日", "発行日", "計上日", "売上日", "日付", "Invoice date", "Issued on", "Date"),
    "due_on": ("支払期限", "期日", "入金予定日", "支払期日", "回収予定日", "Due date", "Due on", "Due"),
    "open_minor": (
        "残高",
        "未回収額",
        "未入金額",
        "売掛金残高",
        "売掛残高",
        "金額",
        "Open amount",
        "Balance",
        "Amount",
    ),
    "subject": ("件名", "摘要", "内容", "Subject", "Description"),
    "business_code": ("事業", "事業コード", "部門", "Business"),
}
WANTED = (("customer_code", "customer_name"), ("number",), ("issued_on",), ("open_minor",))
MOST_REFUSED_KEPT = 1_000


@dataclass(frozen=True)
class Refused:
    """A row that is not taken: the field, and the reason as {code, found, expected} or words."""

    field: str
    reason: dict[str, str]


@dataclass(frozen=True)
class Read:
    row: Row
    opening: NewOpening | None = None
    refused: Refused | None = None
    is_known: bool = False


@transaction.atomic
def receive_openings(content: bytes, *, name: str, by: Actor) -> SaleImport:
    """Keep the raw bytes of a file of receivables, and propose which column holds what."""
    access.require(by, INVOICES_ISSUE)
    parcel = inbox.receive(content, source="openings", name=name, by=by)
    batch = SaleImport(
        parcel=parcel, kind=SaleImport.Kind.OPENINGS, name=name[:200], created_at=clock.now(), created_by=by.name
    )
    batch.save(force_insert=True)
    return batch


@transaction.atomic
def check_openings(batch: SaleImport, *, by: Actor, mapping: Mapping[str, str] | None = None) -> SaleImport:
    """Preview: count what would be brought over and what is here already; keep each refused row with its reason."""
    access.require(by, INVOICES_ISSUE)
    if batch.state in (SaleImport.State.READY, SaleImport.State.REFUSED):
        states.move(batch, to=SaleImport.State.UPLOADED)
    SaleImportRow.objects.filter(batch=batch).delete()
    try:
        batch.headings, proposed = columns_of(batch, VOCABULARY)
        batch.mapping = dict(mapping) if mapping else remembered(batch) or proposed
        require_columns(batch.mapping, WANTED)
        _count(batch, read_rows(batch))
    except TableRefused as refused:
        told = {"code": refused.code.value, "sheet": refused.sheet, "found": refused.found}
        states.move(batch, to=SaleImport.State.REFUSED, refusal=told)
        return batch
    batch.save()
    states.move(batch, to=SaleImport.State.READY, refusal=None)
    return batch


@transaction.atomic
def apply_openings(batch: SaleImport, *, by: Actor) -> SaleImport:
    """Bring the rows over that were not refused, as issued documents with their old numbers; all or none."""
    access.require(by, INVOICES_ISSUE)
    if batch.state != SaleImport.State.READY:
        return batch
    states.move(batch, to=SaleImport.State.APPLYING)
    reads = read_rows(batch)
    fresh = [read.opening for read in reads if read.opening and not read.is_known]
    bring_openings(fresh, by=by)
    batch.new_count = len(fresh)
    batch.known_count = sum(read.is_known for read in reads)
    batch.save()
    states.move(batch, to=SaleImport.State.APPLIED, finished_at=clock.now())
    return batch


def read_rows(batch: SaleImport) -> list[Read]:
    """Every row of the file as a receivable, or why it is none; numbers that are taken or twice in it are refused."""
    table = open_table(io.BytesIO(files.read(batch.parcel.file)), name=batch.name)
    here = directory()
    reads: list[Read] = []
    for sheet in table.sheets:
        try:
            header = find_header(sheet, VOCABULARY)
        except TableRefused:
            if len(table.sheets) == 1:
                raise
            continue
        places = {name: header.names.index(told) for name, told in batch.mapping.items() if told in header.names}
        reads += [_read(row, places, here) for row in data_rows(sheet, header)]
    return _against_the_books(_with_due_days(reads))


def _read(row: Row, places: Mapping[str, int], here: Directory) -> Read:
    told: dict[str, Any] = {}
    current = ""
    try:
        for current, index in places.items():
            if row.text(index):
                told[current] = _cell(current, row, index)
        return Read(row, _opening(told, here))
    except ValueRefused as refused:
        reason = {"code": refused.code.value, "found": str(refused.found), "expected": str(refused.expected)}
        return Read(row, refused=Refused(current, reason))
    except Invalid as refused:
        return Read(row, refused=Refused(refused.field or current, {"code": "not_known", "words": refused.message}))


def _cell(name: str, row: Row, index: int) -> Any:
    cell = row.cells[index]
    if name in ("issued_on", "due_on"):
        return parse_day(cell)
    if name == "open_minor":
        return parse_amount(cell, "JPY").minor
    return parse_text(cell, longest=40 if name == "number" else 120)


def _opening(told: Mapping[str, Any], here: Directory) -> NewOpening:
    customer = here.customer(told.get("customer_code"), told.get("customer_name"))
    for name in ("number", "issued_on", "open_minor"):
        if name not in told:
            raise Invalid(field=name, reason=_("This is missing."))
    if told["open_minor"] == 0:
        raise Invalid(field="open_minor", reason=_("A balance of zero leaves nothing to bring over."))
    business = told.get("business_code")
    if business and business not in here.businesses:
        raise Invalid(field="business_code", reason=_("There is no such business."))
    return NewOpening(
        customer_id=customer,
        number=told["number"],
        issued_on=told["issued_on"],
        due_on=told.get("due_on", date.min),
        open_minor=told["open_minor"],
        business_id=here.businesses[business] if business else None,
        subject=told.get("subject", ""),
    )


def _with_due_days(reads: list[Read]) -> list[Read]:
    """Where the file names no due day, the customer's rule does."""
    wanted: set[UUID] = {read.opening.customer_id for read in reads if read.opening}
    customers = Customer.objects.select_related("bill_to").in_bulk(wanted)
    made = []
    for read in reads:
        if read.opening and read.opening.due_on == date.min:
            customer = customers[read.opening.customer_id]
            day = due_on(customer.bill_to or customer, read.opening.issued_on)
            read = replace(read, opening=replace(read.opening, due_on=day))
        made.append(read)
    return made


def _against_the_books(reads: list[Read]) -> list[Read]:
    numbers = Counter(read.opening.number for read in reads if read.opening)
    taken = {
        one.number: (one.kind, one.total_minor) for one in Invoice.objects.filter(number__in=list(numbers)).iterator()
    }
    return [_checked(read, numbers, taken) for read in reads]


def _checked(read: Read, numbers: Counter[str], taken: Mapping[str | None, tuple[str, int]]) -> Read:
    if read.opening is None:
        return read
    if numbers[read.opening.number] > 1:
        words = _("This number stands in the file more than once.")
        return Read(read.row, refused=Refused("number", {"code": "twice", "words": words}))
    found = taken.get(read.opening.number)
    if found in ((kind, read.opening.open_minor) for kind in (Invoice.Kind.OPENING, Invoice.Kind.CREDIT_NOTE)):
        return replace(read, is_known=True)
    if found:
        words = _("There is already a document with this number.")
        return Read(read.row, refused=Refused("number", {"code": "taken", "words": words}))
    return read


def _count(batch: SaleImport, reads: list[Read]) -> None:
    bad = [(read.row, read.refused) for read in reads if read.refused]
    fresh = [read.opening for read in reads if read.opening and not read.is_known]
    batch.row_count, batch.refused_count, batch.new_count = len(reads), len(bad), len(fresh)
    batch.known_count = len(reads) - len(bad) - len(fresh)
    batch.total_minor = sum(one.open_minor for one in fresh)
    SaleImportRow.objects.bulk_create(
        SaleImportRow(
            organization_id=batch.organization_id,
            batch=batch,
            sheet=row.sheet[:60],
            row=row.number,
            column=(batch.mapping.get(refused.field) or "")[:80],
            value=_value(row, batch, refused.field)[:200],
            reason=refused.reason,
        )
        for row, refused in bad[:MOST_REFUSED_KEPT]
    )


def _value(row: Row, batch: SaleImport, field: str) -> str:
    heading = batch.mapping.get(field)
    return row.text(batch.headings.index(heading)) if heading in batch.headings else ""
