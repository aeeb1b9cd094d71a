"""What must never be false: each room lists its invariants, `tokui check` runs them all. It never repairs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Invariant:
    """A read-only query whose every row is an offence."""

    name: str
    sentence: str
    sql: str
    room: str = ""


@dataclass(frozen=True)
class Finding:
    invariant: Invariant
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


INVARIANTS: list[Invariant] = []
SHOWN = 20


def invariant(name: str, sentence: str, sql: str) -> None:
    """Declare that a query must return no row."""
    room = sys._getframe(1).f_globals["__name__"].split(".")[1]
    INVARIANTS.append(Invariant(name, sentence, sql, room))


def find_offences(room: str = "") -> list[Finding]:
    """Run every invariant (or one room's) over what the running role may see; the first 20 offending rows of each."""
    found = []
    with connection.cursor() as cursor:
        for one in (each for each in INVARIANTS if not room or each.room == room):
            cursor.execute(one.sql)
            rows = cursor.fetchmany(SHOWN)
            if rows:
                found.append(Finding(one, tuple(column.name for column in cursor.description or ()), tuple(rows)))
    return found


invariant(
    "handled-events-exist",
    "Every claim of a handler belongs to an event of the same organization.",
    "SELECT handled.id FROM core_handled handled LEFT JOIN core_event event ON event.id = handled.event_id "
    "AND event.organization_id = handled.organization_id WHERE event.id IS NULL",
)
invariant(
    "jobs-name-organizations",
    "Every waiting job belongs to an organization that exists.",
    "SELECT job.id, job.task_name FROM procrastinate_jobs job WHERE job.status = 'todo' AND job.args ? 'organization' "
    "AND NOT EXISTS (SELECT 1 FROM core_organization o WHERE o.id::text = job.args->>'organization')",
)
