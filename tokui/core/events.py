"""Events: what happened, and who listens.

`emit` writes one Event and defers its handlers as jobs in the caller's transaction; `emit_many` does it for a set in
one statement. `@on` handlers run later, in batches, once per event. `@within` handlers run in the announcing verb's
transaction and take the whole batch: for numbers that must be true together.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models

from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.ids import uuid7_many
from tokui.core.models import Event
from tokui.core.tenancy import require_organization

EventClass = TypeVar("EventClass", bound=type)

#: Event name -> its frozen dataclass; `tokui explain events` lists it.
EVENTS: dict[str, type] = {}
LATER: dict[type, list[Handler]] = defaultdict(list)
WITHIN: dict[type, list[Callable[[Sequence[Any], Actor], None]]] = defaultdict(list)
BATCH = 500


@dataclass(frozen=True)
class Announced:
    """An event as a handler receives it: the facts and the row's bookkeeping."""

    id: UUID
    facts: Any
    occurred_at: datetime
    by: str


@dataclass(frozen=True)
class Handler:
    name: str
    run: Callable[[Sequence[Announced]], None]


def event(cls: EventClass) -> EventClass:
    """Register a frozen dataclass as an event; its name is `<room>.<ClassName>`."""
    EVENTS[event_name(cls)] = cls
    return cls


@cache
def event_name(cls: type) -> str:
    return f"{cls.__module__.split('.')[1]}.{cls.__name__}"


def on(cls: type) -> Callable[[Callable[[Sequence[Announced]], None]], Callable[[Sequence[Announced]], None]]:
    """Let a function hear an event later, as a job, once, in batches."""

    def register(function: Callable[[Sequence[Announced]], None]) -> Callable[[Sequence[Announced]], None]:
        LATER[cls].append(Handler(f"{function.__module__}.{function.__name__}", function))
        return function

    return register


def within(cls: type) -> Callable[[Callable[[Sequence[Any], Actor], None]], Callable[[Sequence[Any], Actor], None]]:
    """Let a function hear an event within the announcing transaction, as a set. It never calls outside."""

    def register(function: Callable[[Sequence[Any], Actor], None]) -> Callable[[Sequence[Any], Actor], None]:
        WITHIN[cls].append(function)
        return function

    return register


def emit(facts: Any, *, about: models.Model, by: Actor, occurred_at: datetime | None = None) -> UUID:
    """Record that something happened to a row, and tell those who listen."""
    return emit_many([facts], about=[about.pk], about_type=about._meta.label_lower, by=by, occurred_at=occurred_at)[0]


def emit_many(
    facts: Sequence[Any],
    *,
    about: Sequence[UUID],
    about_type: str,
    by: Actor,
    occurred_at: datetime | None = None,
) -> list[UUID]:
    """Record a set of events of one class in one statement, and tell those who listen."""
    if not facts:
        return []
    ids = uuid7_many(len(facts))
    customers = [getattr(one, "customer_id", None) for one in facts]
    _insert(
        ids, type(facts[0]), about_type, list(about), customers, [to_payload(one) for one in facts], by, occurred_at
    )
    tell(type(facts[0]), facts, ids, by)
    return ids


def tell(cls: type, facts: Sequence[Any], ids: Sequence[UUID], by: Actor) -> None:
    """Call the listeners of events that are already written (a verb may have written them by SQL of its own)."""
    from tokui.core.jobs import defer_handler

    for listen in WITHIN[cls]:
        listen(facts, by)
    for handler in LATER[cls]:
        defer_handler(handler.name, ids)


def _insert(
    ids: list[UUID],
    cls: type,
    about_type: str,
    about: list[UUID],
    customers: list[UUID | None],
    payloads: list[str],
    by: Actor,
    occurred_at: datetime | None,
) -> None:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_event (id, organization_id, type, about_type, about_id, customer_id, occurred_at,
                                    recorded_at, by_kind, by_id, by_name, payload, transaction_id)
            SELECT id, %s, %s, %s, about_id, customer_id, %s, %s, %s, %s, %s, payload::jsonb,
                   pg_current_xact_id()::text::bigint
              FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[]) AS row (id, about_id, customer_id, payload)
            """,
            [
                *(
                    require_organization(),
                    event_name(cls),
                    about_type,
                    occurred_at or now,
                    now,
                    by.kind,
                    by.id,
                    by.name,
                ),
                *(ids, about, customers, payloads),
            ],
        )


def read_events(ids: Iterable[UUID]) -> list[Announced]:
    rows = Event.objects.filter(pk__in=list(ids)).order_by("occurred_at", "pk")
    return [Announced(row.pk, from_payload(row.type, row.payload), row.occurred_at, row.by_name) for row in rows]


def to_payload(facts: Any) -> str:
    """The JSON text of an event's plain values: ids, numbers, dates, words."""
    values = {field.name: _plain(getattr(facts, field.name)) for field in dataclasses.fields(facts)}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def from_payload(name: str, payload: dict[str, Any]) -> Any:
    """The event back from its stored payload; fields that a later version added take their defaults."""
    cls = EVENTS[name]
    hints = _hints(cls)
    return cls(**{key: _typed(hints[key], value) for key, value in payload.items() if key in hints})


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        hint = next(one for one in typing.get_args(hint) if one is not type(None))
    if typing.get_origin(hint) is tuple:
        return tuple(_typed(typing.get_args(hint)[0], one) for one in value)
    if hint is UUID:
        return UUID(value)
    if hint is datetime or hint is date:
        return hint.fromisoformat(value)
    return value
