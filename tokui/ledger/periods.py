"""Which months of the books are closed, and the locks between those who post and those who close."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import LEDGER_CLOSE
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.days import add_months
from tokui.core.errors import Invalid, Refusal
from tokui.core.events import emit
from tokui.core.tenancy import require_organization
from tokui.ledger.events import MonthClosed, MonthReopened
from tokui.ledger.models import ClosedMonth, Entry
from tokui.ui.days import written


class PeriodClosed(Refusal):
    """The books of {month} are closed. Reopen the month first, or use a later day."""


class MonthAlreadyClosed(Refusal):
    """The books of {month} are already closed."""


class MonthNotClosed(Refusal):
    """The books of {month} are open."""


@transaction.atomic
def close_month(month: date, *, by: Actor) -> ClosedMonth:
    """Lock a month of the books (月次締め): from now on nothing can be posted on its days."""
    access.require(by, LEDGER_CLOSE)
    first = month.replace(day=1)
    hold_books_alone()
    if ClosedMonth.objects.filter(month=first, reopened_at=None).exists():
        raise MonthAlreadyClosed(month=month_said(first))
    if first > clock.today():
        raise Invalid(field="month", reason=_("A month that has not begun cannot be closed."))
    closed = ClosedMonth.objects.create(month=first, closed_at=clock.now(), closed_by=by.name)
    emit(MonthClosed(first), about=closed, by=by)
    return closed


@transaction.atomic
def reopen_month(month: date, *, reason: str, by: Actor) -> ClosedMonth:
    """Unlock a closed month; the reason stays on record beside who closed and who opened it."""
    access.require(by, LEDGER_CLOSE)
    if not reason.strip():
        raise Invalid(field="reason", reason=_("Say why the month is opened again."))
    first = month.replace(day=1)
    hold_books_alone()
    closed = ClosedMonth.objects.select_for_update().filter(month=first, reopened_at=None).first()
    if closed is None:
        raise MonthNotClosed(month=month_said(first))
    closed.reopened_at, closed.reopened_by, closed.reason = clock.now(), by.name, reason.strip()[:200]
    closed.save(update_fields=["reopened_at", "reopened_by", "reason"])
    emit(MonthReopened(first, closed.reason), about=closed, by=by)
    return closed


def refuse_closed(days: Iterable[date]) -> None:
    """Raise PeriodClosed when one of the days lies in a closed month. Call it after `share_books`."""
    months = {day.replace(day=1) for day in days}
    closed = ClosedMonth.objects.filter(month__in=months, reopened_at=None).order_by("month").first()
    if closed:
        raise PeriodClosed(month=month_said(closed.month))


def is_closed(day: date) -> bool:
    return ClosedMonth.objects.filter(month=day.replace(day=1), reopened_at=None).exists()


def open_days(days: Iterable[date]) -> dict[date, date]:
    """For each day the one on which it can still be booked: itself, or the first day after its closed months, but
    never later than today. Call it after `share_books`."""
    wanted = set(days)
    if not wanted:
        return {}
    closed = ClosedMonth.objects.filter(month__gte=min(wanted).replace(day=1), reopened_at=None)
    months = set(closed.values_list("month", flat=True))
    return {day: _first_open(day, months) for day in wanted}


def _first_open(day: date, closed: set[date]) -> date:
    found = day
    while found.replace(day=1) in closed:
        found = (found.replace(day=28) + timedelta(days=4)).replace(day=1)
    return found if found == day else min(found, clock.today())


def share_books() -> None:
    """Post beside others; whoever closes a month or folds the daily totals waits for us, and we for them."""
    _advise("pg_advisory_xact_lock_shared")


def hold_books_alone() -> None:
    """Wait until nobody posts, and let nobody post until this transaction ends."""
    _advise("pg_advisory_xact_lock")


def _advise(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [f"ledger.books:{require_organization()}"])


def next_to_close() -> date | None:
    """The oldest month since the first entry that is not closed; None while the books are empty."""
    first = Entry.objects.order_by("on", "id").values_list("on", flat=True).first()
    if first is None:
        return None
    closed = set(ClosedMonth.objects.filter(reopened_at=None).values_list("month", flat=True))
    month = first.replace(day=1)
    while month in closed:
        month = add_months(month, 1)
    return month


def month_text(month: date) -> str:
    """As programs write a month: 2026-10."""
    return f"{month:%Y-%m}"


def month_said(month: date) -> str:
    """As people of the active language say it: 2026年10月."""
    return written(month, "month", (get_language() or "ja").split("-")[0])
