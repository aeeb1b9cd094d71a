"""The days on which Japanese banks work.

Closed by 銀行法施行令5条: Saturday, Sunday, national holidays, December 31 to January 3.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from holidays.countries.japan import Japan

from tokui.core.refused import Code, ValueRefused

FIRST_YEAR, LAST_YEAR = 1949, 2099  # what the equinox tables of `holidays` cover
_DAY = timedelta(days=1)


class Shift(StrEnum):
    """What happens to a due day on which the banks are closed."""

    NONE = "none"
    """It stays."""
    BEFORE = "before"
    """前営業日: the last business day before it."""
    AFTER = "after"
    """翌営業日: the first business day after it."""


def is_business_day(day: date) -> bool:
    """Whether Japanese banks work on the day. Raises ValueRefused(OUT_OF_RANGE) outside 1949 to 2099."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def shifted(day: date, shift: Shift) -> date:
    """The day itself if it is a business day, else moved as `shift` says."""
    if shift is Shift.BEFORE:
        return business_day_on_or_before(day)
    if shift is Shift.AFTER:
        return business_day_on_or_after(day)
    return day


def business_day_on_or_after(day: date) -> date:
    """The day itself or the first business day after it."""
    while not is_business_day(day):
        day += _DAY
    return day


def business_day_on_or_before(day: date) -> date:
    """The day itself or the last business day before it."""
    while not is_business_day(day):
        day -= _DAY
    return day


def next_business_day(day: date) -> date:
    """翌営業日: the first business day after the day, never the day itself."""
    return business_day_on_or_after(day + _DAY)


def previous_business_day(day: date) -> date:
    """前営業日: the last business day before the day, never the day itself."""
    return business_day_on_or_before(day - _DAY)


def add_business_days(day: date, count: int) -> date:
    """`count` business days later (earlier below zero); a closed day counts as the business day it waits for.

    Zero gives the day itself or, if the banks are closed, the next business day.
    """
    if count >= 0:
        day = business_day_on_or_after(day)
        for _ in range(count):
            day = next_business_day(day)
        return day
    for _ in range(-count):
        day = previous_business_day(day)
    return day


def business_days_between(start: date, end: date) -> int:
    """Business days from `start` up to but not including `end`; below zero when `end` is earlier."""
    if end < start:
        return -business_days_between(end, start)
    return sum(is_business_day(start + timedelta(days=step)) for step in range((end - start).days))


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The year's weekdays and weekends on which banks are closed for another reason than the weekend."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueRefused(Code.OUT_OF_RANGE, year, f"{FIRST_YEAR}-{LAST_YEAR}")
    return frozenset(Japan(categories=("public", "bank"), years=year, expand=False))
