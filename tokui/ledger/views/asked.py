"""What an address of the books asks for: days, months, cursors. Nonsense is refused by field, never a crash."""

from __future__ import annotations

import calendar
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid


def actor(request: HttpRequest) -> Actor:
    return request.visit.actor  # type: ignore[attr-defined, no-any-return]


def day_asked(request: HttpRequest, name: str, default: date) -> date:
    text = request.GET.get(name, "")
    if not text:
        return default
    try:
        found = date.fromisoformat(text)
    except ValueError as trouble:
        raise Invalid(field=name, reason=_("This is not a day.")) from trouble
    if not 1900 <= found.year <= 2999:
        raise Invalid(field=name, reason=_("This is not a day."))
    return found


def period_asked(request: HttpRequest) -> tuple[date, date]:
    """`from` and `to`; without them this month."""
    today = clock.today()
    from_on = day_asked(request, "from", today.replace(day=1))
    to_on = day_asked(request, "to", max(month_end(today), from_on))
    if to_on < from_on:
        raise Invalid(field="to", reason=_("The period ends before it begins."))
    return from_on, to_on


def month_asked(text: str) -> date:
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError as trouble:
        raise Invalid(field="month", reason=_("This is not a month.")) from trouble
    if not 1900 <= found.year <= 2999:
        raise Invalid(field="month", reason=_("This is not a month."))
    return found


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def month_before(first: date) -> date:
    return date.fromordinal(first.replace(day=1).toordinal() - 1).replace(day=1)


def bad_cursor() -> Invalid:
    return Invalid(field="after", reason=_("This cursor is not valid."))
