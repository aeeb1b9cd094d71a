"""The long work of an import: a check that writes nothing but its findings, an apply and an undo that resume.

Each batch is one transaction that also moves the import's cursor, so a worker killed anywhere leaves whole batches, and
of two workers that start the same import the second finds the cursor moved and stops.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from tokui.core import clock, inbox, states
from tokui.core.actors import Actor
from tokui.core.events import emit
from tokui.core.files import open_file
from tokui.core.models import Parcel
from tokui.core.tables import TableCode, TableRefused, open_table, table_facts
from tokui.core.tenancy import organization_scope
from tokui.customers.events import ImportApplied
from tokui.customers.importing.applying import apply_plan
from tokui.customers.importing.columns import vocabulary
from tokui.customers.importing.plans import Plan, Planner
from tokui.customers.importing.records import decisions_of, record_changes, record_told
from tokui.customers.importing.rows import CustomerRow, customer_rows
from tokui.customers.models import CustomField, Import, ImportRow

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
            record_changes(batch, plan, plan.changed, {}, {})
            record_told(batch, plan)
    if not counts["row_count"]:
        raise TableRefused(TableCode.NO_ROWS)
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
    if at == 0:  # what the check told is told anew; decisions wait for their row
        ImportRow.objects.filter(batch=batch, decision="").delete()
    exported = [row.id for row in rows if row.id and row.version is not None]
    decisions = decisions_of(batch, exported) if exported else {}
    chosen = {(key, one.version_seen) for key, one in decisions.items() if one.decision == ImportRow.Decision.FILE}
    plan = planner.plan(rows, lock=True, decided=chosen)
    if decisions:
        ImportRow.objects.filter(pk__in=[one.pk for one in decisions.values()]).delete()
    apply_plan(batch, plan, decisions, by)
    for name, number in _counts(plan).items():
        setattr(batch, name, getattr(batch, name) + number)
    batch.cursor = at + len(rows)
    batch.row_count = max(batch.row_count, batch.cursor)
    batch.save()
    return True


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


def _rows_of(batch: Import, stream: Any, known: Any = None) -> Generator[CustomerRow, None, None]:
    table = open_table(getattr(stream, "file", stream), name=batch.name, encoding=batch.encoding or None)
    return customer_rows(table, batch.mapping, known or _known())


def _known() -> Any:
    return vocabulary(dict(CustomField.objects.filter(is_active=True).values_list("key", "label")))


def _chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    items = iter(items)
    while chunk := list(islice(items, size)):
        yield chunk
