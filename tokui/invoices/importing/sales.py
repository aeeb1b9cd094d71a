"""Sales from files. A line is known again by its slip number and its place on the slip; without a slip number by what
it says, and by how many lines before it say the same: a file that comes twice, or overlaps, adds nothing twice, and
two equal lines in one file stay two."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from tokui.catalog.queries import rates
from tokui.core.actors import Actor
from tokui.core.events import emit_many
from tokui.core.importing import Judged, Road, register
from tokui.core.tables import Layout, Problem, ReadRow, Row, reason
from tokui.invoices.events import SaleDeleted, SaleImportUndone, SalesImported
from tokui.invoices.importing.reading import VOCABULARY, WANTED, Directory, fingerprint, read_sale, sale_of
from tokui.invoices.models import Invoice, SaleImport, SaleImportMapping, SaleImportRow, SaleLine
from tokui.invoices.recording import NewSale, World, record_lines, worked_out
from tokui.invoices.totals import refresh_totals

#: Where a fault of the verb stands in a file, the first column that the file has.
COLUMNS_OF = {
    "customer": ("customer_code", "customer_name"),
    "product": ("product_code",),
    "business": ("business_code",),
    "unit_minor": ("unit_price", "product_code", "amount"),
    "amount": ("amount_included", "amount"),
    "tax_kind": ("rate",),
}
TAKEN_BACK_AT_ONCE = 2_000


@dataclass(slots=True)
class Entry:
    """A row with the sale it tells of, the slip it stands on, and the id by which it is known again."""

    read: ReadRow
    slip: str
    external_id: str = ""
    sale: NewSale | None = None
    line: SaleLine | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded under an id."""

    customer_id: UUID
    sold_on: date
    quantity_milli: int
    unit_minor: int
    amount_minor: int

    def says(self, sale: NewSale) -> bool:
        """Whether the file tells the same; what it does not tell is not compared."""
        told = ((sale.unit_minor, self.unit_minor), (sale.amount_minor, self.amount_minor))
        same = all(given is None or given == kept for given, kept in told)
        return same and (sale.customer_id, sale.sold_on, sale.quantity_milli) == (
            self.customer_id,
            self.sold_on,
            self.quantity_milli,
        )


class SalePlanner:
    """Judges rows of sales in order.

    A slip (伝票) is one document: when one of its lines cannot be recorded, none is, wherever in the file they stand,
    so that no invoice ever carries half a slip. The corrected file then brings the slip whole. Every line counts for
    the places on its slip, also one that is refused, so a line keeps its id when another one is corrected.
    """

    def __init__(self, held: frozenset[str]) -> None:
        self.held = set(held)
        self.rates = rates()
        self.counted: Counter[bytes] = Counter()

    def skip(self, rows: Sequence[tuple[Layout, Row]]) -> None:
        self._entries(rows)

    def judge(self, rows: Sequence[tuple[Layout, Row]]) -> Judged:
        entries = self._entries(rows)
        self._complete(entries)
        recorded = _recorded([entry.external_id for entry in entries if entry.line])
        self._compare(entries, recorded)
        judged = Judged()
        for entry in entries:
            self._settle(judged, entry, recorded)
        return judged

    def write(self, judged: Judged, batch: Any, *, by: Actor) -> Counter[str]:
        lines: list[SaleLine] = judged.work
        for line in lines:
            line.created_in_id = batch.pk
        written = record_lines(lines, by=by)
        counts = Counter(judged.counts)
        counts["new_count"] = len(written.ids)
        counts["known_count"] += written.known_count
        counts["late_count"] = len(written.late)
        return counts

    def _entries(self, rows: Sequence[tuple[Layout, Row]]) -> list[Entry]:
        reads = [read_sale(layout, row) for layout, row in rows]
        here = Directory.around(reads)
        entries = []
        for read in reads:
            entry = Entry(read, read.values.get("external_id", ""))
            entry.sale = sale_of(read, here, self.rates)
            if entry.slip:
                entry.external_id = self._numbered(entry.slip)
            elif entry.sale:
                entry.external_id = self._numbered(f"row:{fingerprint(entry.sale)}")
            entries.append(entry)
        return entries

    def _numbered(self, name: str) -> str:
        """The name with its place among equal ones. Sixteen bytes are kept of each, not the name."""
        key = hashlib.blake2b(name.encode(), digest_size=16).digest()
        self.counted[key] += 1
        return f"{name}#{self.counted[key]}"

    def _complete(self, entries: Sequence[Entry]) -> None:
        sales = [entry.sale for entry in entries if entry.sale]
        if not sales:
            return
        world = World.around(sales)
        for entry in entries:
            if entry.sale is None:
                continue
            line, faults = worked_out(replace(entry.sale, external_id=entry.external_id), world)
            for fault in faults:
                entry.read.object_to(_column(entry.read, fault.field), fault.why)
            entry.line = line

    def _compare(self, entries: Sequence[Entry], recorded: Mapping[str, Recorded]) -> None:
        """Lines of a slip that say something else than what is recorded are refused, and slips with a bad line held."""
        for entry in entries:
            known = recorded.get(entry.external_id)
            if entry.slip and known and entry.sale and not known.says(entry.sale):
                told = f"{known.sold_on.isoformat()} {known.amount_minor:,}"
                entry.read.object_to("external_id", "recorded_otherwise", entry.slip, told)
            if entry.slip and entry.read.problems:
                self.held.add(entry.slip)

    def _settle(self, judged: Judged, entry: Entry, recorded: Mapping[str, Recorded]) -> None:
        if entry.slip in self.held and not entry.read.problems:
            entry.read.object_to("external_id", "slip_held", entry.slip)
        if entry.read.problems or entry.line is None:
            judged.refuse(entry.read.row, entry.read.problems)
        elif entry.external_id in recorded:
            why = reason("slip_known" if entry.slip else "row_known", entry.slip)
            judged.known.append((entry.read.row, Problem("", entry.line.description[:200], why)))
            judged.counts["known_count"] += 1
        else:
            judged.work.append(entry.line)
            judged.counts["new_count"] += 1


def _column(read: ReadRow, field: str) -> str:
    return next((name for name in COLUMNS_OF.get(field, ()) if name in read.layout.places), field)


def _recorded(ids: Sequence[str]) -> dict[str, Recorded]:
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT external_id, customer_id, sold_on, quantity_milli, unit_minor, amount_minor FROM invoices_saleline "
            "WHERE source = 'file' AND external_id = ANY(%s)",
            [list(ids)],
        )
        return {row[0]: Recorded(*row[1:]) for row in cursor.fetchall()}


def take_back(batch: SaleImport, by: Actor) -> bool:
    """Delete a set of the lines that an import brought and that are on no issued document; at last name the others."""
    lines = list(
        SaleLine.objects.filter(created_in=batch)
        .exclude(invoice__state__in=(Invoice.State.ISSUED, Invoice.State.VOID))
        .order_by("pk")
        .select_for_update(of=("self",))[:TAKEN_BACK_AT_ONCE]
    )
    if not lines:
        _name_kept(batch)
        return False
    keys = [line.pk for line in lines]
    facts = [SaleDeleted(line.pk, line.customer_id, line.amount_minor) for line in lines]
    emit_many(facts, about=keys, about_type="invoices.saleline", by=by)
    SaleLine.objects.filter(pk__in=keys).delete()
    for draft in Invoice.objects.filter(pk__in={line.invoice_id for line in lines if line.invoice_id}):
        refresh_totals(draft)
    batch.reverted_count += len(lines)
    return True


def _name_kept(batch: SaleImport) -> None:
    kept = (
        SaleLine.objects.filter(created_in=batch)
        .order_by("pk")
        .values_list("sold_on", "description", "invoice__number")
    )
    rows = _kept_rows(batch, kept.iterator(chunk_size=TAKEN_BACK_AT_ONCE))
    while some := list(islice(rows, TAKEN_BACK_AT_ONCE)):
        SaleImportRow.objects.bulk_create(some)
        batch.kept_count += len(some)


def _kept_rows(batch: SaleImport, kept: Iterator[tuple[date, str, str | None]]) -> Iterator[SaleImportRow]:
    for sold_on, description, number in kept:
        yield SaleImportRow(
            organization_id=batch.organization_id,
            batch=batch,
            outcome=SaleImportRow.Outcome.KEPT,
            value=f"{sold_on.isoformat()} {description}"[:200],
            reason=reason("line_invoiced", number),
        )


SALES = register(
    Road(
        name=SaleImport.Kind.SALES.value,
        source="sales",
        imports=SaleImport,
        rows=SaleImportRow,
        mappings=SaleImportMapping,
        vocabulary=VOCABULARY,
        wanted=WANTED,
        planner=SalePlanner,
        fixed={"kind": SaleImport.Kind.SALES.value},
        applied=lambda batch: SalesImported(batch.pk, batch.new_count, batch.known_count, batch.refused_count),
        take_back=take_back,
        undone=lambda batch: SaleImportUndone(batch.pk, batch.reverted_count, batch.kept_count),
    )
)
