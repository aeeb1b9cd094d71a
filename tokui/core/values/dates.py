"""Days and times of day, in every writing that a Japanese office uses, and the serial numbers of spreadsheets."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import IntEnum

from tokui.core.days.eras import ERAS, parse_wareki
from tokui.core.numerals import narrow
from tokui.core.refused import Code, ValueRefused
from tokui.core.tables.shapes import Cell

# A lone small number in a column of dates is a slip of the finger rather than a day of 1900.
SMALLEST_SERIAL = 1_000
LARGEST_SERIAL = 2_958_465  # 9999-12-31
_SECONDS = 86_400

_CLOCK = r"(?:[T\s]\s*(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?))?"
_WEEKDAY = r"\s*(?:\([月火水木金土日](?:曜日?)?\)|[月火水木金土日]曜日?)?\s*"
_FULL = re.compile(
    r"(?P<year>[0-9]{4})\s*(?:(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"
    rf"|年\s*(?P<kanji_month>[0-9]{{1,2}})\s*月\s*(?P<kanji_day>[0-9]{{1,2}})\s*日){_WEEKDAY}{_CLOCK}"
)
_YEARLESS = re.compile(
    rf"(?P<month>[0-9]{{1,2}})(?:\s*月\s*(?P<kanji_day>[0-9]{{1,2}})\s*日|/(?P<day>[0-9]{{1,2}})){_WEEKDAY}"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH = re.compile(
    r"(?:(?P<name>[a-z]{3,9})\.?\s+(?P<day>[0-9]{1,2})|(?P<day_first>[0-9]{1,2})\s+(?P<name_after>[a-z]{3,9})\.?)"
    r",?\s+(?P<year>[0-9]{4})"
)
_TIME = re.compile(
    r"(?P<half>午前|午後|am|pm)?\s*(?P<hour>[0-9]{1,2})\s*(?::|時)\s*(?:(?P<minute>[0-9]{1,2})\s*分?)?"
    r"(?:\s*:?\s*(?P<second>[0-9]{1,2})(?:\.(?P<fraction>[0-9]{1,6}))?\s*秒?)?\s*(?P<half_after>am|pm)?"
)


class DateSystem(IntEnum):
    """From which year a workbook counts its days."""

    SINCE_1900 = 1900
    """Excel for Windows. It counts a February 29, 1900 that never was, as number 60."""
    SINCE_1904 = 1904
    """Old Excel for Macintosh; day 0 is January 1, 1904."""


def parse_day(value: Cell, *, year: int | None = None, system: DateSystem = DateSystem.SINCE_1900) -> date:
    """`2026/11/2`, `2026年11月2日(月)`, `令和8年11月2日`, `R8.11.2`, `20261102`, `Nov 2, 2026`, a workbook's date.

    Serial numbers from 1,000 on count in `system`. `11月2日` and `11/2` need `year`. A time of day is dropped.
    Raises ValueRefused: EMPTY, NOT_A_DATE (also for `11/2/2026` and `02-11-26`, which people read in two ways),
    NO_SUCH_DAY, NO_SUCH_ERA, YEAR_MISSING.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueRefused(Code.NOT_A_DATE, value, "2026-11-02")
    text = narrow(value if isinstance(value, str) else format(value, "f")).strip()
    if not text:
        raise ValueRefused(Code.EMPTY, value, "2026-11-02")
    if re.fullmatch(r"[0-9]+(\.[0-9]*)?", text):
        return _day_of_number(text, system)
    if text[0].upper() in "MTSHR" or text[0] in "明大昭平令㍾㍽㍼㍻㋿":
        return _day_of_era(text)
    return _day_of_text(text, year)


def parse_time(value: Cell) -> time:
    """`9:30`, `09:30:15`, `９時３０分`, `午後3時`, `3:30 PM`, a workbook's time.

    Raises ValueRefused: EMPTY, NOT_A_TIME.
    """
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value
    if isinstance(value, Decimal) and 0 <= value < 1:  # the fraction of a day that a workbook keeps
        minutes, second = divmod(round(value * _SECONDS) % _SECONDS, 60)
        return time(minutes // 60, minutes % 60, second)
    if not isinstance(value, str):
        raise ValueRefused(Code.NOT_A_TIME, value, "09:30")
    text = narrow(value).strip().lower()
    if not text:
        raise ValueRefused(Code.EMPTY, value, "09:30")
    match = _TIME.fullmatch(text)
    if match is None or ("時" not in text and match["minute"] is None) or (match["half"] and match["half_after"]):
        raise ValueRefused(Code.NOT_A_TIME, value, "09:30")
    try:
        fraction = int((match["fraction"] or "0").ljust(6, "0"))
        return time(_hour(match), int(match["minute"] or 0), int(match["second"] or 0), fraction)
    except ValueError:
        raise ValueRefused(Code.NOT_A_TIME, value, "09:30") from None


def from_serial(serial: int, system: DateSystem = DateSystem.SINCE_1900) -> date:
    """The day of a spreadsheet's serial number. Raises ValueRefused: NO_SUCH_DAY (60 since 1900), OUT_OF_RANGE."""
    if system is DateSystem.SINCE_1904:
        start, least = date(1904, 1, 1), 0
    else:
        start, least = (date(1899, 12, 31) if serial < 60 else date(1899, 12, 30)), 1
        if serial == 60:
            raise ValueRefused(Code.NO_SUCH_DAY, "1900-02-29", "1900-03-01")
    if not least <= serial or serial > (date.max - start).days:
        raise ValueRefused(Code.OUT_OF_RANGE, serial, str(LARGEST_SERIAL))
    return start + timedelta(days=serial)


def to_serial(day: date, system: DateSystem = DateSystem.SINCE_1900) -> int:
    """The serial number of a day. Raises ValueRefused(OUT_OF_RANGE) before the system's first day."""
    if system is DateSystem.SINCE_1904:
        serial, least = (day - date(1904, 1, 1)).days, 0
    else:
        serial, least = (day - date(1899, 12, 30)).days, 1
        serial -= serial <= 60
    if serial < least:
        raise ValueRefused(Code.OUT_OF_RANGE, day, str(int(system)))
    return serial


def _day_of_number(text: str, system: DateSystem) -> date:
    whole = text.partition(".")[0]
    if len(whole) == 8:
        return _day(int(whole[:4]), int(whole[4:6]), int(whole[6:]), text)
    if len(whole) > 8 or not SMALLEST_SERIAL <= int(whole) <= LARGEST_SERIAL:
        raise ValueRefused(Code.NOT_A_DATE, text, "2026-11-02")
    return from_serial(int(whole), system)


def _day_of_era(text: str) -> date:
    bare = re.sub(rf"{_WEEKDAY}$", "", text)
    try:
        return parse_wareki(bare)
    except ValueRefused as refused:
        # "March 3, 2026" and "Sep 3, 2026" begin with the letter of an era too.
        if refused.code is Code.NOT_A_DATE and (match := _ENGLISH.fullmatch(text.lower())):
            return _day_of_english(match, text)
        raise ValueRefused(refused.code, text, refused.expected or ERAS[-1].name) from None


def _day_of_text(text: str, year: int | None) -> date:
    if match := _FULL.fullmatch(text):
        if match["clock"]:
            parse_time(match["clock"])
        month, day = match["month"] or match["kanji_month"], match["day"] or match["kanji_day"]
        return _day(int(match["year"]), int(month), int(day), text)
    if match := _YEARLESS.fullmatch(text):
        if year is None:
            raise ValueRefused(Code.YEAR_MISSING, text, "2026-11-02")
        return _day(year, int(match["month"]), int(match["day"] or match["kanji_day"]), text)
    if match := _ENGLISH.fullmatch(text.lower()):
        return _day_of_english(match, text)
    raise ValueRefused(Code.NOT_A_DATE, text, "2026-11-02")


def _day_of_english(match: re.Match[str], text: str) -> date:
    name = match["name"] or match["name_after"]
    if name[:3] not in _MONTHS:
        raise ValueRefused(Code.NOT_A_DATE, text, "2026-11-02")
    return _day(int(match["year"]), _MONTHS.index(name[:3]) + 1, int(match["day"] or match["day_first"]), text)


def _day(year: int, month: int, day: int, found: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueRefused(Code.NO_SUCH_DAY, found, "2026-11-02") from None


def _hour(match: re.Match[str]) -> int:
    hour, half = int(match["hour"]), match["half"] or match["half_after"]
    if half is None:
        return hour
    if hour > 12:
        raise ValueError("an hour of half a day is at most 12")
    return hour % 12 + (12 if half in ("午後", "pm") else 0)
