"""Row locks, always taken in floor order, then key order, so that two verbs cannot wait for each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


def lock(row: Row) -> Row:
    """Lock one row and refresh it from the database."""
    row.refresh_from_db(from_queryset=type(row)._default_manager.select_for_update())
    return row


def lock_all(queryset: models.QuerySet[Row]) -> list[Row]:
    """Lock rows of one table in key order."""
    return list(queryset.order_by("pk").select_for_update())


def advisory_lock(name: str, keys: Iterable[UUID | str] = ()) -> None:
    """Hold a named lock until the transaction ends: for work of which only one may run at a time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [":".join([name, *(str(key) for key in keys)])]
        )
