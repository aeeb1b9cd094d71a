"""Counting attempts per window, exactly and across processes: sign-in and REST limits."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Allowance:
    limit: int
    remaining: int
    reset_seconds: int

    @property
    def is_spent(self) -> bool:
        return self.remaining < 0


def hit(key: str, *, limit: int, window_seconds: int) -> Allowance:
    """Count one attempt. By the wall clock: an attacker does not live on the test clock."""
    now = int(time.time())
    window = now - now % window_seconds
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_throttle (key, window_start, hits) VALUES (%s, %s, 1) ON CONFLICT (key) DO UPDATE SET "
            "hits = CASE WHEN core_throttle.window_start = excluded.window_start THEN core_throttle.hits + 1 "
            "ELSE 1 END, "
            "window_start = excluded.window_start RETURNING hits",
            [key, window],
        )
        row = cursor.fetchone()
    return Allowance(limit, limit - (row[0] if row else 1), window + window_seconds - now)


def forget(key: str) -> None:
    """Start again at zero: after a successful sign-in."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_throttle WHERE key = %s", [key])
