"""Bringing a set of rows to PostgreSQL fast: COPY into a temporary table, then the verb's own INSERT ... SELECT.

COPY straight into a table under row level security is refused for the application's role, and rightly so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def stage(name: str, columns: dict[str, str], rows: Iterable[Sequence[Any]]) -> int:
    """Fill a temporary table (dropped at commit) with rows; columns map names to SQL types. Returns the count.

    Text values must not hold NUL; PostgreSQL refuses them.
    """
    listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    names = ", ".join(f'"{column}"' for column in columns)
    count = 0
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({listed}) ON COMMIT DROP")
        with cursor.copy(f"COPY {name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
        cursor.execute(f"ANALYZE {name}")
    return count


def drop_stage(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
