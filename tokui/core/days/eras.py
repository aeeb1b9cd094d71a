"""Japanese eras in both directions, and years of which a file gives only two digits or none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from tokui.core.numerals import narrow
from tokui.core.refused import Code, ValueRefused

# Before 明治6年1月1日 the calendar was lunisolar (太政官布告第337号), so those days cannot be converted by arithmetic.
GREGORIAN_SINCE = date(1873, 1, 1)
FARTHEST_YEARS = 15


@dataclass(frozen=True)
class Era:
    """An era. The day of change in 1912 and in 1926 belongs to both eras, hence `ended_on` is given."""

    letter: str
    name: str
    short: str
    started_on: date
    ended_on: date

    def year_of(self, day: date) -> int:
        """The era's year, 1 for 元年."""
        return day.year - self.started_on.year + 1


ERAS = (
    Era("M", "明治", "明", date(1868, 1, 25), date(1912, 7, 30)),
    Era("T", "大正", "大", date(1912, 7, 30), date(1926, 12, 25)),
    Era("S", "昭和", "昭", date(1926, 12, 25), date(1989, 1, 7)),
    Era("H", "平成", "平", date(1989, 1, 8), date(2019, 4, 30)),
    Era("R", "令和", "令", date(2019, 5, 1), date.max),
)
_BY_NAME = {name: era for era in ERAS for name in (era.letter, era.name, era.short)} | {
    "㍾": ERAS[0],
    "㍽": ERAS[1],
    "㍼": ERAS[2],
    "㍻": ERAS[3],
    "㋿": ERAS[4],
}
_ERA = "(?P<era>明治|大正|昭和|平成|令和|[明大昭平令㍾㍽㍼㍻㋿MTSHR])"
_YEAR = r"(?P<year>元|[0-9]{1,2})"
_WAREKI = re.compile(rf"{_ERA}\s*{_YEAR}\s*[年./-]\s*(?P<month>[0-9]{{1,2}})\s*[月./-]\s*(?P<day>[0-9]{{1,2}})\s*日?")
_ERA_YEAR = re.compile(rf"{_ERA}\s*{_YEAR}\s*年?度?")


@dataclass(frozen=True)
class Wareki:
    """A day as its era counts it."""

    era: Era
    year: int
    month: int
    day: int


def era_of(day: date) -> Era:
    """The era of the day; the new one on a day of change. Raises ValueRefused(NO_SUCH_ERA) before 1873."""
    if day < GREGORIAN_SINCE:
        raise ValueRefused(Code.NO_SUCH_ERA, day.isoformat(), GREGORIAN_SINCE.isoformat())
    return next(era for era in reversed(ERAS) if day >= era.started_on)


def to_wareki(day: date) -> Wareki:
    """The day in its era. Raises ValueRefused(NO_SUCH_ERA) before 1873."""
    era = era_of(day)
    return Wareki(era, era.year_of(day), day.month, day.day)


def format_wareki(day: date, *, short: bool = False) -> str:
    """令和8年11月2日, with 元年 for the first year; short: R8.11.2 and R1.5.1."""
    wareki = to_wareki(day)
    if short:
        return f"{wareki.era.letter}{wareki.year}.{wareki.month}.{wareki.day}"
    year = "元" if wareki.year == 1 else str(wareki.year)
    return f"{wareki.era.name}{year}年{wareki.month}月{wareki.day}日"


def parse_wareki(text: str) -> date:
    """令和8年11月2日, R8.11.2, H31/4/30, 令和元年５月１日.

    Raises ValueRefused: NOT_A_DATE, NO_SUCH_DAY, or NO_SUCH_ERA for a day outside its era (平成31年5月1日), then with
    the right writing as `expected`.
    """
    match = _WAREKI.fullmatch(narrow(text).strip().upper())
    if match is None:
        raise ValueRefused(Code.NOT_A_DATE, text, "令和8年11月2日")
    return from_wareki(match["era"], _year_number(match["year"]), int(match["month"]), int(match["day"]))


def parse_era_year(text: str) -> int:
    """The Gregorian year of 令和8年, R8 or 平成元年度. Raises ValueRefused: NOT_A_DATE, NO_SUCH_ERA."""
    match = _ERA_YEAR.fullmatch(narrow(text).strip().upper())
    if match is None:
        raise ValueRefused(Code.NOT_A_DATE, text, "令和8年")
    era, number = _BY_NAME[match["era"]], _year_number(match["year"])
    year = era.started_on.year + number - 1
    if number < 1 or not GREGORIAN_SINCE.year <= year <= era.ended_on.year:
        raise ValueRefused(Code.NO_SUCH_ERA, text, "令和8年")
    return year


def from_wareki(era: str, year: int, month: int, day: int) -> date:
    """A day from an era (letter, name or short name) and its year. Raises ValueRefused: NO_SUCH_ERA, NO_SUCH_DAY."""
    found = f"{era}{year}.{month}.{day}"
    named = _BY_NAME.get(era.upper())
    if named is None or year < 1:
        raise ValueRefused(Code.NO_SUCH_ERA, found, "R8.11.2")
    try:
        result = date(named.started_on.year + year - 1, month, day)
    except ValueError:
        raise ValueRefused(Code.NO_SUCH_DAY, found, "R8.11.2") from None
    if not max(named.started_on, GREGORIAN_SINCE) <= result <= named.ended_on:
        expected = format_wareki(result, short=True) if result >= GREGORIAN_SINCE else GREGORIAN_SINCE.isoformat()
        raise ValueRefused(Code.NO_SUCH_ERA, found, expected)
    return result


def resolve_wareki_year(number: int, on: date) -> int:
    """The Gregorian year meant by a two-digit era year without its era: the one nearest to `on`.

    Zengin files write 08 for 令和8. Raises ValueRefused(NO_SUCH_ERA) when no era has such a year within 15 years.
    """
    years = (era.started_on.year + number - 1 for era in ERAS)
    possible = [year for era, year in zip(ERAS, years, strict=True) if number >= 1 and year <= era.ended_on.year]
    nearest = min(possible, key=lambda year: abs(year - on.year), default=None)
    if nearest is None or abs(nearest - on.year) > FARTHEST_YEARS:
        raise ValueRefused(Code.NO_SUCH_ERA, number, str(era_of(on).year_of(on)))
    return nearest


def parse_wareki_digits(text: str, on: date) -> date:
    """Six digits YYMMDD with an era year whose era is not written, read as near to `on` as possible (080131).

    Raises ValueRefused: NOT_A_DATE, NO_SUCH_DAY, NO_SUCH_ERA.
    """
    if not re.fullmatch("[0-9]{6}", text):
        raise ValueRefused(Code.NOT_A_DATE, text, "080131")
    number, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    possible, in_calendar = [], False
    for era in ERAS:
        try:
            candidate = date(era.started_on.year + number - 1, month, day)
        except ValueError:
            continue
        in_calendar = True
        if number >= 1 and max(era.started_on, GREGORIAN_SINCE) <= candidate <= era.ended_on:
            possible.append(candidate)
    nearest = min(possible, key=lambda candidate: abs(candidate - on), default=None)
    if nearest is None or abs(nearest.year - on.year) > FARTHEST_YEARS:
        raise ValueRefused(Code.NO_SUCH_ERA if in_calendar else Code.NO_SUCH_DAY, text, "080131")
    return nearest


def nearest_month_day(month: int, day: int, on: date) -> date:
    """The day nearest to `on` with this month and day (MMDD in a file without a year); of two equals, the later.

    Raises ValueRefused(NO_SUCH_DAY), also for February 29 where no leap year is near.
    """
    possible = []
    for year in (on.year + 1, on.year, on.year - 1):
        try:
            possible.append(date(year, month, day))
        except ValueError:
            continue
    if not possible:
        raise ValueRefused(Code.NO_SUCH_DAY, f"{month:02d}{day:02d}", "1231")
    return min(possible, key=lambda candidate: abs(candidate - on))


def _year_number(text: str) -> int:
    return 1 if text == "元" else int(text)
