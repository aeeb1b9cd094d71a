"""How days and spans of time are written. Pure: no Django; the language is an argument.

Source: DESIGN, section 7: 期日は 11月27日(金)、表では 11/27; in English 27 Nov 2026.
"""

from __future__ import annotations

from datetime import date, timedelta

WEEKDAYS_JA = "月火水木金土日"
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

FORMS = ("long", "full", "short", "month")


def written(day: date, form: str, language: str) -> str:
    """A day in one of the forms: long 11月27日(金), full 2026年11月27日(金), short 11/27, month 2026年11月."""
    if form not in FORMS:
        raise ValueError(f"no form of a day is called '{form}'")
    if form == "short":
        return f"{day.month}/{day.day:02d}" if language == "ja" else f"{day.day} {MONTHS_EN[day.month - 1]}"
    return _japanese(day, form) if language == "ja" else _english(day, form)


def _japanese(day: date, form: str) -> str:
    if form == "month":
        return f"{day.year}年{day.month}月"
    spoken = f"{day.month}月{day.day}日({WEEKDAYS_JA[day.weekday()]})"
    return f"{day.year}年{spoken}" if form == "full" else spoken


def _english(day: date, form: str) -> str:
    month = MONTHS_EN[day.month - 1]
    return f"{month} {day.year}" if form == "month" else f"{day.day} {month} {day.year}"


def span(passed: timedelta) -> tuple[str, int]:
    """The unit and the number in which a past span is told: ("minutes", 5). Under a minute is ("now", 0).

    Anything in the future is "now" too: clocks of two machines differ by seconds. Seven days and more are told as
    a date by the caller.
    """
    seconds = int(passed.total_seconds())
    if seconds < 60:
        return ("now", 0)
    if seconds < 3600:
        return ("minutes", seconds // 60)
    if seconds < 86400:
        return ("hours", seconds // 3600)
    return ("days", seconds // 86400)
