"""The only source of time. Everything that asks for "now" or "today" asks here.

In production the clock is the wall. With `TOKUI_TEST_CLOCK=1` the installation keeps an offset in the
database, so that `tokui clock advance` moves every process at once; inside `at(...)` (tests, the demo's
seeding) time stands still at the instant given.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("tokui_clock_frozen", default=None)
_offset: ContextVar[timedelta] = ContextVar("tokui_clock_offset", default=timedelta(0))

TOKYO = ZoneInfo("Asia/Tokyo")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    frozen = _frozen.get()
    if frozen is not None:
        return frozen
    return datetime.now(UTC) + _offset.get()


def today(zone: ZoneInfo = TOKYO) -> date:
    """The present business day in a zone (Japan unless told otherwise)."""
    return now().astimezone(zone).date()


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let time stand still at an aware instant inside the block."""
    if instant.tzinfo is None:
        raise ValueError("clock.at needs an aware datetime")
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def at_day(day: date, hour: int = 9, zone: ZoneInfo = TOKYO) -> datetime:
    """The instant at which a business day reaches an hour; for `at(at_day(...))`."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)


def set_offset(offset: timedelta) -> None:
    """Shift this process's clock against the wall; only `core.shared_clock` calls it."""
    _offset.set(offset)
