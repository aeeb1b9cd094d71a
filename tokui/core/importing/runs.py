"""The long work of an import: a check that writes nothing but its findings, an apply and an undo that resume.

Each batch is one transaction that also moves the import's cursor, so a worker killed anywhere leaves whole batches, and
of two workers that start the same import the second finds the cursor moved and stops.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from tokui.core import clock, inbox, states
from tokui.core.actors import Actor
from tokui.core.events import emit
from tokui.core.files import open_file
from tokui.core.importing.models import TableImport, TableImportRow
from tokui.core.importing.roads import MOST_KNOWN_LISTED, Judged, Road, chunks
from tokui.core.models import Parcel
from tokui.core.tables import Layout, Problem, Row, TableCode, TableRefused, open_table, placed_rows, table_facts
from tokui.core.tenancy import organization_scope, require_organization

State = TableImport.State
Rows = Iterator[tuple[Layout, Row]]


def run_check(road: Road, organization: UUID, key: UUID | str) -> None:
    """Count what an import would do, and name every row that it would refuse. Nothing else is written."""
    with organization_scope(organization):
        batch = _locked(road, key)
        if batch.state != State.CHECKING:
            return
        try:
            with transaction.atomic():
                found = _checked(road, batch)
        except TableRefused as refused:
            road.rows.objects.filter(batch=batch).delete()
            states.move(batch, to=State.REFUSED, refusal=table_facts(refused))
            return
        states.move(batch, to=State.READY, field="state", **found)


def _checked(road: Road, batch: Any) -> dict[str, Any]:
    """A group that one of its rows spoils is known only at the end of the file: then the file is read once more."""
    held: frozenset[str] = frozenset()
    while True:
        counts, found = _read_through(road, batch, held)
        if found == held:
            return {**counts, "held": sorted(held), "cursor": 0}
        held = found


def _read_through(road: Road, batch: Any, held: frozenset[str]) -> tuple[dict[str, int], frozenset[str]]:
    road.rows.objects.filter(batch=batch).delete()
    names = ("row_count", "new_count", "changed_count", "known_count", "refused_count", "total_minor")
    counts = Counter(dict.fromkeys((name for name in names if hasattr(batch, name)), 0))
    planner = road.planner(held)
    with _opened(road, batch) as rows:
        for some in chunks(rows):
            judged = planner.judge(some)
            _tell(road, batch, judged, listed=counts["known_count"])
            counts["row_count"] += len(some)
            counts.update(judged.counts)
    if not counts["row_count"]:
        raise TableRefused(TableCode.NO_ROWS)
    return dict(counts), frozenset(planner.held)


def run_apply(road: Road, organization: UUID, key: UUID | str, by: Actor) -> None:
    """Take an import over from where it stands to its end."""
    with organization_scope(organization):
        batch = road.imports._default_manager.select_related("parcel__file").get(pk=key)
        if batch.state != State.APPLYING:
            return
        planner, at = road.planner(frozenset(batch.held)), batch.cursor
    with _opened(road, batch) as rows:
        for some in chunks(islice(rows, at)):
            with organization_scope(organization):
                planner.skip(some)
        for some in chunks(rows):
            with organization_scope(organization):
                if not _applied(road, key, at, some, planner, by):
                    return
            at += len(some)
    with organization_scope(organization):
        _finish(road, key, at, by)


def _applied(road: Road, key: UUID | str, at: int, rows: Sequence[tuple[Layout, Row]], planner: Any, by: Actor) -> bool:
    batch = _locked(road, key)
    if batch.state != State.APPLYING or batch.cursor != at:
        return False  # another worker was faster
    judged = planner.judge(rows)
    counts = planner.write(judged, batch, by=by)
    _tell(road, batch, judged, listed=batch.known_count)
    for name, number in counts.items():
        if name != "total_minor":  # what the check summed up stays as it was looked at
            setattr(batch, name, getattr(batch, name) + number)
    batch.cursor = at + len(rows)
    batch.row_count = max(batch.row_count, batch.cursor)
    batch.save()
    return True


def _finish(road: Road, key: UUID | str, at: int, by: Actor) -> None:
    batch = _locked(road, key)
    if batch.state != State.APPLYING or batch.cursor != at:
        return
    states.move(batch, to=State.APPLIED, finished_at=clock.now(), row_count=at)
    parcel = Parcel.objects.get(pk=batch.parcel_id)
    if parcel.state == Parcel.State.RECEIVED:
        inbox.understood(parcel)
    emit(road.applied(batch), about=batch, by=by)


def run_take_back(road: Road, organization: UUID, key: UUID | str, by: Actor) -> None:
    """Take an import back, a set of rows at a time; resumes where a killed worker stopped."""
    if road.take_back is None or road.undone is None:
        raise LookupError(f"imports of {road.name} cannot be taken back")
    more = True
    while more:
        with organization_scope(organization):
            batch = _locked(road, key)
            if batch.state != State.UNDOING:
                return
            more = road.take_back(batch, by)
            batch.save(update_fields=["reverted_count", "kept_count"])
            if not more:
                states.move(batch, to=State.UNDONE, finished_at=clock.now())
                emit(road.undone(batch), about=batch, by=by)


def _tell(road: Road, batch: Any, judged: Judged, *, listed: int) -> None:
    """Keep every refused row with its place and reasons, and the first of those that are known already."""
    outcome = TableImportRow.Outcome
    told = [(outcome.REFUSED, *one) for one in judged.refused]
    told += [(outcome.KNOWN, *one) for one in judged.known[: max(MOST_KNOWN_LISTED - listed, 0)]]
    road.rows.objects.bulk_create(_row(road, batch, *one) for one in told)


def _row(road: Road, batch: Any, outcome: TableImportRow.Outcome, row: Row, problem: Problem) -> Any:
    return road.rows(
        organization_id=require_organization(),
        batch=batch,
        sheet=row.sheet[:60],
        row=row.number,
        outcome=outcome,
        column=problem.column[:80],
        value=problem.value[:200],
        reason=problem.reason,
    )


@contextmanager
def _opened(road: Road, batch: Any) -> Iterator[Rows]:
    with open_file(batch.parcel.file) as stream:
        table = open_table(raw_of(stream), name=batch.name, encoding=batch.encoding or None)
        with closing(placed_rows(table, batch.mapping, road.vocabulary, road.wanted)) as rows:
            yield rows


def raw_of(stream: Any) -> Any:
    """Django's file wraps the real one, which the readers of tables want."""
    return getattr(stream, "file", stream)


def _locked(road: Road, key: UUID | str) -> Any:
    return road.imports._default_manager.select_for_update().get(pk=key)
