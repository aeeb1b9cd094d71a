"""Months, fiscal years and billing periods. A period is half-open, as PostgreSQL's daterange."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

#: The years of which a business day can be: typing errors lie outside, and so do the ends of the calendar.
YEARS = range(1900, 2200)

_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Period:
    """The days from `starts_on` up to but not including `ends_before`; never empty."""

    starts_on: date
    ends_before: date

    def __post_init__(self) -> None:
        if self.ends_before <= self.starts_on:
            raise ValueError(f"a period must hold a day: {self.starts_on} to {self.ends_before}")

    @property
    def ends_on(self) -> date:
        """The last day."""
        return self.ends_before - _DAY

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_before

    def __len__(self) -> int:
        return (self.ends_before - self.starts_on).days

    def __iter__(self) -> Iterator[date]:
        return (self.starts_on + timedelta(days=step) for step in range(len(self)))

    def overlaps(self, other: Period) -> bool:
        """Whether any day belongs to both."""
        return self.starts_on < other.ends_before and other.starts_on < self.ends_before

    def intersection(self, other: Period) -> Period | None:
        """The days that belong to both, or None."""
        if not self.overlaps(other):
            return None
        return Period(max(self.starts_on, other.starts_on), min(self.ends_before, other.ends_before))


def month_of(day: date) -> Period:
    """The calendar month of the day."""
    return Period(day.replace(day=1), month_end(day) + _DAY)


def month_end(day: date) -> date:
    """The last day of the day's month."""
    return on_day_of_month(day.year, day.month, 31)


def on_day_of_month(year: int, month: int, day: int) -> date:
    """The `day` (1 to 31) of a month, or its last day where the month is shorter: 31 always means month end."""
    if not 1 <= day <= 31:
        raise ValueError(f"a day of the month is 1 to 31, not {day}")
    return date(year, month, min(day, monthrange(year, month)[1]))


def add_months(day: date, count: int) -> date:
    """The same day of a later (earlier) month, or that month's last day.

    Always count from the anchor: adding one month twice to January 31 loses the month end, adding two keeps it.
    """
    months = day.year * 12 + day.month - 1 + count
    return on_day_of_month(months // 12, months % 12 + 1, day.day)


def anchored_period(anchor: date, number: int, *, months: int = 1) -> Period:
    """Billing period `number` (0 is the first) of `months` months each, computed from the anchor and nothing else."""
    if months < 1:
        raise ValueError("a period lasts at least a month")
    return Period(add_months(anchor, number * months), add_months(anchor, (number + 1) * months))


def fiscal_month(day: date, *, closing_day: int = 31) -> Period:
    """The month of the books to which the day belongs, when they close on `closing_day` (31 is the month end)."""
    closing = on_day_of_month(day.year, day.month, closing_day)
    if closing < day:
        closing = _months_closing(day, 1, closing_day)
        return Period(on_day_of_month(day.year, day.month, closing_day) + _DAY, closing + _DAY)
    return Period(_months_closing(day, -1, closing_day) + _DAY, closing + _DAY)


def fiscal_year(day: date, *, first_month: int = 4) -> Period:
    """The fiscal year of the day, beginning on the first of `first_month` (April in most Japanese companies)."""
    year = day.year if day.month >= first_month else day.year - 1
    return Period(date(year, first_month, 1), date(year + 1, first_month, 1))


def _months_closing(day: date, count: int, closing_day: int) -> date:
    month = add_months(day.replace(day=1), count)
    return on_day_of_month(month.year, month.month, closing_day)
