"""The installation-wide test clock: shown, set and advanced by `tokui clock`, refused unless enabled."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from tokui.core import clock
from tokui.core.errors import Refusal
from tokui.core.models import Setting

NAME = "test_clock_offset_seconds"


class ClockNotEnabled(Refusal):
    """The test clock is off. Start with TOKUI_TEST_CLOCK=1 in an installation that holds no real business."""


def load() -> None:
    """Take over the stored offset; called at the start of every request and job. Free when the clock is off."""
    if settings.TOKUI_TEST_CLOCK:
        clock.set_offset(_stored())


def set_to(instant: datetime) -> None:
    """Move the whole product to an instant; time goes on from there."""
    _require_enabled()
    offset = _current()  # read first: until then this process's clock may still stand on the real day
    _store(instant - (clock.now() - offset))


def advance(by: timedelta) -> None:
    """Move the whole product forward (or back)."""
    _require_enabled()
    _store(_current() + by)


def _current() -> timedelta:
    load()
    return _stored()


def _stored() -> timedelta:
    row = Setting.objects.filter(pk=NAME).first()
    return timedelta(seconds=float(row.value)) if row else timedelta(0)


def _store(offset: timedelta) -> None:
    Setting.objects.update_or_create(pk=NAME, defaults={"value": str(offset.total_seconds())})
    clock.set_offset(offset)


def _require_enabled() -> None:
    if not settings.TOKUI_TEST_CLOCK:
        raise ClockNotEnabled
