"""Writing the books: entries in sets, and their reversal. There is no verb that changes a posting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import NotFound, Refusal
from tokui.core.ids import uuid7_many
from tokui.core.staging import drop_stage, stage
from tokui.core.tenancy import require_organization
from tokui.ledger import models
from tokui.ledger.periods import refuse_closed, share_books

STAGE_COLUMNS = {
    "entry_id": "uuid",
    "on_day": "date",
    "kind": "text",
    "source_type": "text",
    "source_id": "uuid",
    "customer_id": "uuid",
    "memo": "text",
    "debit": "text",
    "credit": "text",
    "amount_minor": "bigint",
    "currency": "text",
}
STAGE = "ledger_entries_to_post"
DAY = list(STAGE_COLUMNS).index("on_day")


class EntryAlreadyReversed(Refusal):
    """This entry has already been reversed."""


@dataclass(frozen=True)
class Posting:
    """A positive amount in minor units from the credit account to the debit account."""

    debit: str
    credit: str
    amount_minor: int


@dataclass(frozen=True)
class Entry:
    """One fact for the books; `on` is the day it counts. Accounts are readable paths such as `bank:main`."""

    on: date
    kind: str
    source_type: str
    source_id: UUID
    postings: tuple[Posting, ...]
    customer_id: UUID | None = None
    memo: str = ""
    currency: str = "JPY"


@transaction.atomic
def post_entries(entries: Sequence[Entry], *, by: Actor) -> list[UUID]:
    """Write a set of facts into the books, one statement per table; returns their keys in order.

    The calling verb has asked for permission. Refuses with PeriodClosed when a day lies in a closed month.
    """
    if not entries:
        return []
    if any(not entry.postings for entry in entries):
        raise ValueError("an entry needs at least one posting")
    ids = uuid7_many(len(entries))
    rows = (
        (
            *(key, entry.on, entry.kind, entry.source_type, entry.source_id, entry.customer_id, entry.memo[:200]),
            *(posting.debit, posting.credit, posting.amount_minor, entry.currency),
        )
        for key, entry in zip(ids, entries, strict=True)
        for posting in entry.postings
    )
    if len(entries) <= SMALL:
        _write_small(list(rows), by)
    else:
        stage(STAGE, STAGE_COLUMNS, rows)
        post_from_stage(STAGE, by=by)
        drop_stage(STAGE)
    return ids


#: Up to here the rows travel inside the statement; a temporary table costs a catalogue change.
SMALL = 200


def post_from_stage(stage_table: str, *, by: Actor) -> int:
    """Post a big set from a temporary table with `STAGE_COLUMNS`, one row per posting; returns the postings written.

    Rows of one entry repeat its columns. `stage_table` is a name written by us, never by a user.
    """
    share_books()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT on_day FROM {stage_table}")
        refuse_closed(row[0] for row in cursor.fetchall())
        cursor.execute(f"SELECT count(*) FROM {stage_table}")
        count = int(cursor.fetchone()[0])
    _write(f"SELECT {', '.join(STAGE_COLUMNS)} FROM {stage_table}", [], count, by)
    return count


def _write_small(rows: Sequence[Sequence[Any]], by: Actor) -> None:
    share_books()
    refuse_closed({row[DAY] for row in rows})
    casts = ", ".join(f"%s::{kind}[]" for kind in STAGE_COLUMNS.values())
    names = ", ".join(STAGE_COLUMNS)
    columns = [list(column) for column in zip(*rows, strict=True)]
    _write(f"SELECT {names} FROM unnest({casts}) AS given ({names})", columns, len(rows), by)


def _write(source: str, values: list[Any], count: int, by: Actor) -> None:
    """Entries and postings of a source of `count` rows, whose days lie in open months."""
    organization = require_organization()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO ledger_entry (id, organization_id, "on", kind, source_type, source_id, customer_id, memo,
                                      recorded_at, recorded_by)
            SELECT DISTINCT ON (entry_id) entry_id, %s, on_day, kind, source_type, source_id, customer_id, memo, %s, %s
              FROM ({source}) AS source ORDER BY entry_id
            """,
            [organization, clock.now(), by.name, *values],
        )
        cursor.execute(
            f"""
            INSERT INTO ledger_posting (id, organization_id, entry_id, "on", debit, credit, amount_minor, currency)
            SELECT key.id, %s, entry_id, on_day, debit, credit, amount_minor, currency
              FROM (SELECT *, row_number() OVER () AS number FROM ({source}) AS source) AS source
              JOIN unnest(%s::uuid[]) WITH ORDINALITY AS key (id, number) USING (number)
            """,
            [organization, *values, uuid7_many(count)],
        )


@transaction.atomic
def reverse_entries(entry_ids: Sequence[UUID], *, on: date, reason: str, by: Actor) -> list[UUID]:
    """Undo entries by entries with the sides exchanged, on a day of an open month; each at most once.

    Returns the reversing entries' keys in the order given.
    """
    if not entry_ids:
        return []
    share_books()
    refuse_closed([on])
    _refuse_reversed(entry_ids)
    ids = uuid7_many(len(entry_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger_entry (id, organization_id, "on", kind, source_type, source_id, customer_id, memo,
                                      reverses_id, recorded_at, recorded_by)
            SELECT key.id, old.organization_id, %s, 'reversal', old.source_type, old.source_id, old.customer_id, %s,
                   old.id, %s, %s
              FROM unnest(%s::uuid[], %s::uuid[]) AS key (id, old_id) JOIN ledger_entry old ON old.id = key.old_id
            """,
            [on, reason[:200], clock.now(), by.name, ids, list(entry_ids)],
        )
        if cursor.rowcount != len(entry_ids):
            raise NotFound
        cursor.execute("SELECT count(*) FROM ledger_posting WHERE entry_id = ANY(%s)", [list(entry_ids)])
        count = int(cursor.fetchone()[0])
        cursor.execute(
            """
            INSERT INTO ledger_posting (id, organization_id, entry_id, "on", debit, credit, amount_minor, currency)
            SELECT fresh.id, old.organization_id, old.new_id, %s, old.credit, old.debit, old.amount_minor, old.currency
              FROM (SELECT posting.*, key.id AS new_id, row_number() OVER (ORDER BY key.id, posting.place) AS number
                      FROM unnest(%s::uuid[], %s::uuid[]) AS key (id, old_id)
                      JOIN ledger_posting posting ON posting.entry_id = key.old_id) AS old
              JOIN unnest(%s::uuid[]) WITH ORDINALITY AS fresh (id, number) USING (number)
            """,
            [on, ids, list(entry_ids), uuid7_many(count)],
        )
    return ids


def _refuse_reversed(entry_ids: Sequence[UUID]) -> None:
    if len(set(entry_ids)) != len(entry_ids) or models.Entry.objects.filter(reverses_id__in=list(entry_ids)).exists():
        raise EntryAlreadyReversed
