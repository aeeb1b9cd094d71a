"""The long work of an import: a check that writes nothing but its findings, an apply and an undo that resume.

Each batch is one transaction that also moves the import's cursor, so a worker killed anywhere leaves whole batches, and
of two workers that start the same import the second finds the cursor moved and stops.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction

from tokui.core import clock, inbox, states
from tokui.core.actors import Actor
from tokui.core.events import emit
from tokui.core.files import open_file
from tokui.core.ids import uuid7_many
from tokui.core.models import Parcel
from tokui.core.staging import drop_stage, stage
from tokui.core.tables import Problem, TableRefused, open_table, reason, table_facts
from tokui.core.tenancy import organization_scope, require_organization
from tokui.core.vault import encrypt
from tokui.customers.actions.record import BillToCycle, apply_changes, insert_customers, refuse_cycles
from tokui.customers.drafts import CustomerChange
from tokui.customers.events import ImportApplied
from tokui.customers.importing.columns import vocabulary
from tokui.customers.importing.plans import Plan, Planner
from tokui.customers.importing.rows import CustomerRow, customer_rows
from tokui.customers.models import Customer, CustomField, Import, ImportRow

BATCH = 5_000
Item = TypeVar("Item")


def check_batch(organization: UUID, import_id: UUID) -> None:
    """Count what an import would do, and name every row that it would refuse. Nothing of a customer changes."""
    with organization_scope(organization):
        batch = Import.objects.select_for_update().get(pk=import_id)
        if batch.state != Import.State.CHECKING:
            return
        ImportRow.objects.filter(batch=batch).delete()
        try:
            with transaction.atomic():
                counts = _check_rows(batch)
        except TableRefused as refused:
            states.move(batch, to=Import.State.REFUSED, refusal=table_facts(refused))
            return
        states.move(batch, to=Import.State.READY, field="state", **counts)


def _check_rows(batch: Import) -> dict[str, Any]:
    counts: dict[str, Any] = dict.fromkeys(
        ("row_count", "new_count", "changed_count", "unchanged_count", "refused_count", "conflict_count"), 0
    )
    planner = Planner()
    with open_file(batch.parcel.file) as stream, closing(_rows_of(batch, stream)) as found:
        for rows in _chunks(found, BATCH):
            plan = planner.plan(rows, lock=False)
            counts["row_count"] += len(rows)
            for name, number in _counts(plan).items():
                counts[name] += number
            _record(batch, plan)
    return counts


def apply_batches(organization: UUID, import_id: UUID, by: Actor) -> None:
    """Apply an import from where it stands to its end."""
    with organization_scope(organization):
        batch = Import.objects.select_related("parcel__file").get(pk=import_id)
        if batch.state != Import.State.APPLYING:
            return
        planner, known = Planner(), _known()
    with open_file(batch.parcel.file) as stream, closing(_rows_of(batch, stream, known)) as rows:
        planner.skip(islice(rows, batch.cursor))
        at = batch.cursor
        for chunk in _chunks(rows, BATCH):
            with organization_scope(organization):
                if not _apply_chunk(import_id, at, chunk, planner, by):
                    return
            at += len(chunk)
    with organization_scope(organization):
        _finish(import_id, at, by)


def _apply_chunk(import_id: UUID, at: int, rows: Sequence[CustomerRow], planner: Planner, by: Actor) -> bool:
    batch = Import.objects.select_for_update().get(pk=import_id)
    if batch.state != Import.State.APPLYING or batch.cursor != at:
        return False  # another worker was faster
    plan = planner.plan(rows, lock=True)
    _create(batch, plan, by)
    _change(batch, plan, by)
    _record(batch, plan)
    for name, number in _counts(plan).items():
        setattr(batch, name, getattr(batch, name) + number)
    batch.cursor = at + len(rows)
    batch.row_count = max(batch.row_count, batch.cursor)
    batch.save()
    return True


def _create(batch: Import, plan: Plan, by: Actor) -> None:
    ids = insert_customers([draft for _row, draft in plan.new], by=by, created_in=batch.pk)
    payers: dict[UUID, str] = {}
    notes: list[tuple[UUID, str]] = []
    for key, (row, _draft) in zip(ids, plan.new, strict=True):
        if id(row) in plan.pending_payers:
            payers[key] = plan.pending_payers[id(row)]
        if row.note:
            notes.append((key, row.note))
    _write_notes(notes, by)
    if payers:
        _set_payers(plan, dict(zip(ids, (row for row, _draft in plan.new), strict=True)), payers)


def _set_payers(plan: Plan, rows: dict[UUID, CustomerRow], payers: dict[UUID, str]) -> None:
    """Customers of this batch that are billed to customers of this batch. A circle is told, not made."""
    try:
        with transaction.atomic():
            _bill(payers)
    except BillToCycle:
        for key, code in payers.items():
            try:
                with transaction.atomic():
                    _bill({key: code})
            except BillToCycle:
                plan.refused.append((rows[key], Problem("bill_to", code, reason("bill_to_cycle", code))))


def _bill(payers: dict[UUID, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer row SET bill_to_id = payer.id "
            "FROM unnest(%s::uuid[], %s::text[]) AS wanted (id, code), customers_customer payer "
            "WHERE row.id = wanted.id AND payer.code = wanted.code AND payer.id <> row.id "
            "AND payer.organization_id = %s",
            [list(payers), list(payers.values()), require_organization()],
        )
    refuse_cycles(list(payers))


def _write_notes(notes: Sequence[tuple[UUID, str]], by: Actor) -> None:
    if not notes:
        return
    ids = uuid7_many(len(notes))
    stage(
        "notes_in",
        {"id": "uuid", "customer_id": "uuid", "text": "text"},
        ((key, *note) for key, note in zip(ids, notes, strict=True)),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_note (id, organization_id, customer_id, text, written_by, created_at) "
            "SELECT id, %s, customer_id, text, %s, %s FROM notes_in",
            [require_organization(), by.name, clock.now()],
        )
    drop_stage("notes_in")


def _change(batch: Import, plan: Plan, by: Actor) -> None:
    changes = [(row, _with_payer(plan, row, change), before) for row, change, before in plan.changed]
    try:
        with transaction.atomic():
            changed = (
                apply_changes([change for _row, change, _b in changes], by=by, import_id=batch.pk) if changes else []
            )
    except BillToCycle:
        changed, changes = _change_singly(batch, plan, changes, by)
    versions = {row.pk: row.version for row in changed}
    ImportRow.objects.bulk_create(
        ImportRow(
            organization_id=require_organization(),
            batch=batch,
            sheet=row.sheet[:60],
            row=row.number,
            outcome=ImportRow.Outcome.CHANGED,
            customer_id=change.customer_id,
            before=encrypt(json.dumps(before, default=_plain).encode(), batch.pk.bytes),
            version_after=versions.get(change.customer_id),
        )
        for row, change, before in changes
        if change.customer_id in versions
    )


def _change_singly(batch: Import, plan: Plan, changes: Sequence[Any], by: Actor) -> tuple[list[Customer], list[Any]]:
    """One of the changes makes a customer pay for itself: find it, and apply the others."""
    changed: list[Customer] = []
    kept = []
    for row, change, before in changes:
        try:
            with transaction.atomic():
                changed += apply_changes([change], by=by, import_id=batch.pk)
            kept.append((row, change, before))
        except BillToCycle:
            plan.refused.append((row, Problem("bill_to", "", reason("bill_to_cycle", row.values.get("name", "")))))
    plan.changed = kept
    return changed, kept


def _with_payer(plan: Plan, row: CustomerRow, change: CustomerChange) -> CustomerChange:
    code = plan.pending_payers.get(id(row))
    payer = Customer.objects.filter(code=code).values_list("pk", flat=True).first() if code else None
    return CustomerChange(change.customer_id, {**change.values, "bill_to_id": payer}) if payer else change


def _finish(import_id: UUID, at: int, by: Actor) -> None:
    batch = Import.objects.select_for_update().get(pk=import_id)
    if batch.state != Import.State.APPLYING or batch.cursor != at:
        return
    states.move(batch, to=Import.State.APPLIED, finished_at=clock.now(), row_count=at)
    parcel = Parcel.objects.get(pk=batch.parcel_id)
    if parcel.state == Parcel.State.RECEIVED:
        inbox.understood(parcel)
    facts = ImportApplied(batch.pk, batch.new_count, batch.changed_count, batch.refused_count)
    emit(facts, about=batch, by=by)


def _counts(plan: Plan) -> dict[str, int]:
    return {
        "new_count": len(plan.new),
        "changed_count": len(plan.changed),
        "unchanged_count": plan.unchanged,
        "refused_count": len({id(row) for row, _problem in plan.refused}),
        "conflict_count": len(plan.conflicts),
    }


def _record(batch: Import, plan: Plan) -> None:
    """Keep every refused row and every conflict with its place and reason."""
    told = [(ImportRow.Outcome.REFUSED, one) for one in plan.refused]
    told += [(ImportRow.Outcome.CONFLICT, one) for one in plan.conflicts]
    ImportRow.objects.bulk_create(
        ImportRow(
            organization_id=require_organization(),
            batch=batch,
            sheet=row.sheet[:60],
            row=row.number,
            outcome=outcome,
            customer_id=row.id,
            column=problem.column[:80],
            value=problem.value[:200],
            reason=problem.reason,
        )
        for outcome, (row, problem) in told
    )


def _rows_of(batch: Import, stream: Any, known: Any = None) -> Generator[CustomerRow, None, None]:
    table = open_table(getattr(stream, "file", stream), name=batch.name, encoding=batch.encoding or None)
    return customer_rows(table, batch.mapping, known or _known())


def _known() -> Any:
    return vocabulary(dict(CustomField.objects.filter(is_active=True).values_list("key", "label")))


def _chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    items = iter(items)
    while chunk := list(islice(items, size)):
        yield chunk


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
