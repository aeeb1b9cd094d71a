"""Undoing an import: what nobody touched since goes back, the rest is named (decision 20)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from tokui.core import clock, states
from tokui.core.actors import Actor
from tokui.core.events import emit, emit_many
from tokui.core.models import Event, Organization
from tokui.core.tables import reason
from tokui.core.tenancy import organization_scope, require_organization
from tokui.core.vault import decrypt
from tokui.customers.actions.record import ABOUT, BillToCycle, CodeTaken, apply_changes
from tokui.customers.custom import CustomKind, Typed, value_of
from tokui.customers.drafts import REFERENCES, CustomerChange
from tokui.customers.events import CustomerRemoved, ImportUndone
from tokui.customers.models import Customer, CustomField, Import, ImportRow

BATCH = 1_000
#: What the importer itself made of a customer, to be deleted with it.
OWN_TABLES = (
    "customers_customerkey",
    "customers_tagging",
    "customers_customvalue",
    "customers_note",
)


def undo_batches(organization: UUID, import_id: UUID, by: Actor) -> None:
    """Take an import back, batch by batch; resumes where a killed worker stopped."""
    while _one(organization, import_id, by, _revert_changes):
        pass
    last: list[UUID | None] = [None]
    while _one(organization, import_id, by, lambda batch, by: _remove_created(batch, by, last)):
        pass
    with organization_scope(organization):
        batch = Import.objects.select_for_update().get(pk=import_id)
        if batch.state == Import.State.UNDOING:
            states.move(batch, to=Import.State.UNDONE, finished_at=clock.now())
            emit(ImportUndone(batch.pk, batch.reverted_count, batch.kept_count), about=batch, by=by)


def _one(organization: UUID, import_id: UUID, by: Actor, work: Any) -> bool:
    with organization_scope(organization):
        batch = Import.objects.select_for_update().get(pk=import_id)
        if batch.state != Import.State.UNDOING:
            return False
        more = bool(work(batch, by))
        batch.save(update_fields=["reverted_count", "kept_count"])
        return more


def _revert_changes(batch: Import, by: Actor) -> bool:
    rows = list(ImportRow.objects.filter(batch=batch, outcome=ImportRow.Outcome.CHANGED).order_by("id")[:BATCH])
    if not rows:
        return False
    keys = [row.customer_id for row in rows if row.customer_id]
    current = {row.pk: row for row in Customer.objects.filter(pk__in=keys).order_by("pk").select_for_update()}
    for row in rows:
        customer = current.get(row.customer_id) if row.customer_id else None
        untouched = customer is not None and customer.version == row.version_after
        if untouched and customer is not None and _revert(customer, row, batch, by):
            row.outcome = ImportRow.Outcome.REVERTED
            batch.reverted_count += 1
        else:
            row.outcome, row.reason = ImportRow.Outcome.KEPT, reason("not_reverted", customer.name if customer else "")
            batch.kept_count += 1
    ImportRow.objects.bulk_update(rows, ["outcome", "reason"])
    return True


def _revert(customer: Customer, row: ImportRow, batch: Import, by: Actor) -> bool:
    before = json.loads(decrypt(bytes(row.before or b""), batch.pk.bytes))
    for name in REFERENCES:
        if before.get(name):
            before[name] = UUID(before[name])
    if "custom" in before:
        before["custom"] = _custom(before["custom"])
    try:
        with transaction.atomic():
            apply_changes([CustomerChange(customer.pk, before)], by=by, import_id=batch.pk)
    except (BillToCycle, CodeTaken, IntegrityError):
        return False
    return True


def _custom(stored: dict[str, list[Any]]) -> dict[str, Any]:
    fields = {field.key: CustomKind(field.kind) for field in CustomField.objects.filter(key__in=stored)}
    currency = Organization.objects.values_list("currency", flat=True).get(pk=require_organization())
    return {
        key: day if day else value_of(fields[key], Typed(text, number), currency)
        for key, (text, number, day) in stored.items()
        if key in fields
    }


def _remove_created(batch: Import, by: Actor, last: list[UUID | None]) -> bool:
    created = Customer.objects.filter(created_in=batch)
    if last[0] is not None:
        created = created.filter(pk__gt=last[0])
    rows = list(created.order_by("pk").select_for_update(of=("self",))[:BATCH])
    if not rows:
        return False
    last[0] = rows[-1].pk
    known = set(
        ImportRow.objects.filter(batch=batch, outcome=ImportRow.Outcome.KEPT).values_list("customer_id", flat=True)
    )
    touched = _touched(rows)
    removed = _delete([row for row in rows if row.pk not in touched])
    emit_many(
        [CustomerRemoved(row.pk, row.code, batch.pk) for row in removed],
        about=[row.pk for row in removed],
        about_type=ABOUT,
        by=by,
    )
    gone = {row.pk for row in removed}
    kept = [row for row in rows if row.pk not in gone and row.pk not in known]
    batch.reverted_count += len(removed)
    batch.kept_count += len(kept)
    _name_kept(batch, kept)
    return True


def _touched(rows: Sequence[Customer]) -> set[UUID]:
    """Changed since, or the subject of any event but their creation: a note, an invoice, a payment."""
    keys = [row.pk for row in rows]
    events = Event.objects.filter(customer_id__in=keys).exclude(type="customers.CustomerCreated")
    return {row.pk for row in rows if row.version != 1} | {
        key for key in events.values_list("customer_id", flat=True) if key
    }


def _delete(rows: Sequence[Customer]) -> list[Customer]:
    """Delete those that nothing refers to; a set that holds a referred one is halved until it is found."""
    if not rows:
        return []
    keys = [row.pk for row in rows]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for table in OWN_TABLES:
                cursor.execute(f"DELETE FROM {table} WHERE customer_id = ANY(%s)", [keys])
            cursor.execute("DELETE FROM customers_searchentry WHERE id = ANY(%s)", [keys])
            cursor.execute("DELETE FROM customers_customer WHERE id = ANY(%s)", [keys])
    except IntegrityError:
        if len(rows) == 1:
            return []
        half = len(rows) // 2
        return _delete(rows[:half]) + _delete(rows[half:])
    return list(rows)


def _name_kept(batch: Import, rows: Sequence[Customer]) -> None:
    ImportRow.objects.bulk_create(
        ImportRow(
            organization_id=require_organization(),
            batch=batch,
            sheet="",
            row=0,
            outcome=ImportRow.Outcome.KEPT,
            customer_id=row.pk,
            value=row.name[:200],
            reason=reason("not_reverted", row.name),
        )
        for row in rows
    )
