"""Undoing an import: what nobody touched since goes back, the rest is named (decision 20)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from tokui.core import clock, states
from tokui.core.actors import Actor
from tokui.core.events import emit, emit_many
from tokui.core.models import Event, Organization
from tokui.core.tables import reason
from tokui.core.tenancy import organization_scope, require_organization
from tokui.customers.actions.bond_sets import unbind
from tokui.customers.actions.record import ABOUT, BillToCycle, CodeTaken, apply_changes
from tokui.customers.custom import CustomKind, Typed, value_of
from tokui.customers.drafts import REFERENCES, CustomerChange
from tokui.customers.events import CustomerRemoved, ImportUndone
from tokui.customers.importing.records import opened
from tokui.customers.models import Customer, CustomField, Import, ImportRow

BATCH = 1_000
#: What the importer itself made of a customer, to be deleted with it: table and the column that names the customer.
OWN_TABLES = (
    ("customers_customerkey", "customer_id"),
    ("customers_tagging", "customer_id"),
    ("customers_customvalue", "customer_id"),
    ("customers_note", "customer_id"),
    ("customers_contactpoint", "customer_id"),
    ("customers_contactperson", "customer_id"),
    ("customers_payername", "customer_id"),
    ("customers_relationship", "to_customer_id"),
    ("customers_searchentry", "id"),
    ("customers_customer", "id"),
)


def undo_batches(organization: UUID, import_id: UUID, by: Actor) -> None:
    """Take an import back, batch by batch; resumes where a killed worker stopped."""
    while _one(organization, import_id, by, _revert_changes):
        pass
    # A payer goes only after those who are billed to it: sweep until a sweep takes nothing away any more.
    while _sweep(organization, import_id, by, _remove_created):
        pass
    _sweep(organization, import_id, by, _name_kept)
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


def _sweep(
    organization: UUID, import_id: UUID, by: Actor, work: Callable[[Import, Sequence[Customer], Actor], int]
) -> int:
    """Walk through the customers that the import made, the latest first; how many were worked on."""
    last: UUID | None = None
    count = 0
    while True:
        with organization_scope(organization):
            batch = Import.objects.select_for_update().get(pk=import_id)
            created = Customer.objects.filter(created_in=batch)
            rows = list(
                (created.filter(pk__lt=last) if last else created)
                .order_by("-pk")
                .select_for_update(of=("self",))[:BATCH]
            )
            if batch.state != Import.State.UNDOING or not rows:
                return count
            last = rows[-1].pk
            count += work(batch, rows, by)
            batch.save(update_fields=["reverted_count", "kept_count"])


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
    before = opened(batch, row.before)
    made, person = before.pop("made", {}), before.pop("person", None)
    for name in REFERENCES:
        if before.get(name):
            before[name] = UUID(before[name])
    if "custom" in before:
        before["custom"] = _custom(before["custom"])
    try:
        with transaction.atomic():
            if before:
                apply_changes([CustomerChange(customer.pk, before)], by=by, import_id=batch.pk)
            unbind(customer, made, person, opened(batch, row.after).get("person", {}), by=by)
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


def _remove_created(batch: Import, rows: Sequence[Customer], by: Actor) -> int:
    touched = _touched(rows, batch)
    removed = _delete([row for row in rows if row.pk not in touched])
    emit_many(
        [CustomerRemoved(row.pk, row.code, batch.pk) for row in removed],
        about=[row.pk for row in removed],
        about_type=ABOUT,
        by=by,
    )
    batch.reverted_count += len(removed)
    return len(removed)


def _touched(rows: Sequence[Customer], batch: Import) -> set[UUID]:
    """Changed since, or the subject of any event that is not this import's: a note, an invoice, a payment."""
    keys = [row.pk for row in rows]
    events = Event.objects.filter(customer_id__in=keys).exclude(type="customers.CustomerCreated")
    mine = str(batch.pk)
    return {row.pk for row in rows if row.version != 1} | {
        key for key, payload in events.values_list("customer_id", "payload") if key and payload.get("import_id") != mine
    }


def _delete(rows: Sequence[Customer]) -> list[Customer]:
    """Delete those that nothing refers to; a set that holds a referred one is halved until it is found."""
    if not rows:
        return []
    keys = [row.pk for row in rows]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, column in OWN_TABLES:
                cursor.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [keys])
    except IntegrityError:
        if len(rows) == 1:
            return []
        half = len(rows) // 2
        return _delete(rows[:half]) + _delete(rows[half:])
    return list(rows)


def _name_kept(batch: Import, rows: Sequence[Customer], by: Actor) -> int:
    kept = ImportRow.Outcome.KEPT
    known = set(ImportRow.objects.filter(batch=batch, outcome=kept).values_list("customer_id", flat=True))
    told = [row for row in rows if row.pk not in known]
    batch.kept_count += len(told)
    ImportRow.objects.bulk_create(
        ImportRow(
            organization_id=require_organization(),
            batch=batch,
            sheet="",
            row=0,
            outcome=kept,
            customer_id=row.pk,
            value=row.name[:200],
            reason=reason("not_reverted", row.name),
        )
        for row in told
    )
    return len(told)
