"""Open receivables from the old system as a file (期首売掛金の取り込み), one document a row under its old number."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tokui.core.actors import Actor
from tokui.core.importing import Judged, Road, register
from tokui.core.tables import Cell, Layout, Problem, ReadRow, Row, reason
from tokui.core.values import parse_amount, parse_day, parse_text
from tokui.customers.models import Customer
from tokui.invoices.drafting import due_on
from tokui.invoices.events import OpeningsImported
from tokui.invoices.importing.reading import Directory
from tokui.invoices.models import Invoice, SaleImport, SaleImportMapping, SaleImportRow
from tokui.invoices.openings import NewOpening, bring_checked

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
REQUIRED = ("number", "issued_on", "open_minor")


@dataclass(slots=True)
class Entry:
    read: ReadRow
    opening: NewOpening | None = None
    is_known: bool = False


class OpeningPlanner:
    """Judges rows of receivables in order. A number that stands in the file twice is refused wherever it stands."""

    def __init__(self, held: frozenset[str]) -> None:
        self.held = set(held)
        self.seen: set[bytes] = set()

    def skip(self, rows: Sequence[tuple[Layout, Row]]) -> None:
        for layout, row in rows:
            self._see(_read(layout, row).values.get("number"))

    def judge(self, rows: Sequence[tuple[Layout, Row]]) -> Judged:
        reads = [_read(layout, row) for layout, row in rows]
        here = Directory.around(reads)
        for read in reads:
            self._see(read.values.get("number"))
        entries = _with_due_days([Entry(read, _opening(read, here)) for read in reads])
        _against_the_books(entries)
        judged = Judged()
        for entry in entries:
            self._settle(judged, entry)
        return judged

    def write(self, judged: Judged, batch: Any, *, by: Actor) -> Counter[str]:
        bring_checked(judged.work, by=by)
        return judged.counts

    def _see(self, number: str | None) -> None:
        if not number:
            return
        key = hashlib.blake2b(number.encode(), digest_size=16).digest()
        if key in self.seen:
            self.held.add(number)
        self.seen.add(key)

    def _settle(self, judged: Judged, entry: Entry) -> None:
        read, number = entry.read, entry.read.values.get("number", "")
        if number in self.held:
            read.object_to("number", "twice_in_file", number)
        if read.problems or entry.opening is None:
            judged.refuse(read.row, read.problems)
        elif entry.is_known:
            judged.known.append((read.row, Problem("", number, reason("opening_known", number))))
            judged.counts["known_count"] += 1
        else:
            judged.work.append(entry.opening)
            judged.counts["new_count"] += 1
            judged.counts["total_minor"] += entry.opening.open_minor


def _read(layout: Layout, row: Row) -> ReadRow:
    read = ReadRow(row, layout)
    for name in layout.places:
        read.take(name, lambda cell, name=name: _cell(name, cell))  # type: ignore[misc]
    return read


def _cell(name: str, cell: Cell) -> Any:
    if name in ("issued_on", "due_on"):
        return parse_day(cell)
    if name == "open_minor":
        return parse_amount(cell, "JPY").minor
    return parse_text(cell, longest=40 if name == "number" else 120)


def _opening(read: ReadRow, here: Directory) -> NewOpening | None:
    customer, business = here.customer(read), here.business(read)
    values = read.values
    for name in REQUIRED:
        if name not in values and not read.is_refused(name):
            read.object_to(name, "missing")
    if values.get("open_minor", 1) == 0:
        read.object_to("open_minor", "nothing_owed")
    if read.problems or customer is None:
        return None
    return NewOpening(
        customer_id=customer,
        number=values["number"],
        issued_on=values["issued_on"],
        due_on=values.get("due_on", date.min),
        open_minor=values["open_minor"],
        business_id=business,
        subject=values.get("subject", ""),
    )


def _with_due_days(entries: list[Entry]) -> list[Entry]:
    """Where the file names no due day, the customer's rule does."""
    lacking = [entry for entry in entries if entry.opening and entry.opening.due_on == date.min]
    customers = Customer.objects.select_related("bill_to").in_bulk(
        {entry.opening.customer_id for entry in lacking if entry.opening}
    )
    for entry in lacking:
        if entry.opening:
            customer = customers[entry.opening.customer_id]
            day = due_on(customer.bill_to or customer, entry.opening.issued_on)
            entry.opening = replace(entry.opening, due_on=day)
    return entries


def _against_the_books(entries: Sequence[Entry]) -> None:
    """A receivable with this number and amount is here already; any other document with it keeps the number."""
    numbers = [entry.opening.number for entry in entries if entry.opening]
    taken: Mapping[str | None, Invoice] = {row.number: row for row in Invoice.objects.filter(number__in=numbers)}
    for entry in entries:
        found = taken.get(entry.opening.number) if entry.opening else None
        if found is None or entry.opening is None:
            continue
        is_balance = found.kind in (Invoice.Kind.OPENING, Invoice.Kind.CREDIT_NOTE)
        is_same = is_balance and found.total_minor == entry.opening.open_minor
        entry.is_known = is_same and found.state == Invoice.State.ISSUED
        if not entry.is_known:
            entry.read.object_to("number", "number_taken", entry.opening.number)


OPENINGS = register(
    Road(
        name=SaleImport.Kind.OPENINGS.value,
        source="openings",
        imports=SaleImport,
        rows=SaleImportRow,
        mappings=SaleImportMapping,
        vocabulary=VOCABULARY,
        wanted=WANTED,
        planner=OpeningPlanner,
        fixed={"kind": SaleImport.Kind.OPENINGS.value},
        applied=lambda batch: OpeningsImported(batch.pk, batch.new_count, batch.known_count, batch.refused_count),
    )
)
