"""Amounts and days as banks and people write them. Amounts become integers in the currency's minor unit."""

import re
import unicodedata
from datetime import date, datetime, timedelta

from tokui.banking.refusals import FileRefused, Refused

MAX_DIGITS = 16  # a quadrillion yen in a 64-bit integer, with room for sums

# ISO 4217: decimals of the currencies that do not have two.
_NO_DECIMALS = [
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "UYI",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
]
_THREE_DECIMALS = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
_FOUR_DECIMALS = ["CLF", "UYW"]
_DECIMALS = dict.fromkeys(_NO_DECIMALS, 0) | dict.fromkeys(_THREE_DECIMALS, 3) | dict.fromkeys(_FOUR_DECIMALS, 4)

_MINUS = str.maketrans(dict.fromkeys("－−–—‐‑ー▲△", "-"))
_AMOUNT = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?", re.ASCII)
_PARTS = re.compile(r"(\d{4})[/.\-年](\d{1,2})[/.\-月](\d{1,2})日?", re.ASCII)
_ERA = re.compile(r"(令和|平成|昭和|[RHS])\s*(\d{1,2}|元)[/.\-年](\d{1,2})[/.\-月](\d{1,2})日?", re.ASCII)
_YEARLESS = re.compile(r"(\d{1,2})[/.\-月](\d{1,2})日?", re.ASCII)
_ERA_BASE = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}


def decimals_of(currency: str) -> int:
    return _DECIMALS.get(currency, 2)


def minor_amount(text: str, currency: str, *, line: int | None = None, field: str | None = None) -> int | None:
    """A written amount in minor units of `currency`, signed; None when the cell is empty or a lone dash.

    Understands 1,234, ¥1,234, \\1,234, 1,234円, (500), ▲500, full-width digits and minus signs. Raises NOT_A_NUMBER,
    TOO_PRECISE or NUMBER_TOO_LARGE.
    """
    if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS - 4:
        return to_minor(text, currency, line=line, field=field)
    plain = unicodedata.normalize("NFKC", text).strip().translate(_MINUS)
    if not plain.strip("-* "):
        return None
    bare = re.sub(r"[\\¥円\s'*]", "", plain)
    if bare.startswith("(") and bare.endswith(")"):
        bare = "-" + bare[1:-1]
    if not _AMOUNT.fullmatch(bare):
        raise FileRefused(Refused.NOT_A_NUMBER, line=line, field=field, found=text)
    return to_minor(bare.replace(",", ""), currency, line=line, field=field)


def to_minor(plain: str, currency: str, *, line: int | None = None, field: str | None = None) -> int:
    """A plain decimal ("-1234.50") in minor units, exactly: no float, no rounding."""
    whole, _, fraction = plain.removeprefix("-").removeprefix("+").partition(".")
    decimals = decimals_of(currency)
    fraction = fraction.rstrip("0")
    if not ((whole + fraction).isascii() and whole.isdigit() and (fraction + "0").isdigit()):
        raise FileRefused(Refused.NOT_A_NUMBER, line=line, field=field, found=plain)
    if len(fraction) > decimals:
        raise FileRefused(Refused.TOO_PRECISE, line=line, field=field, found=plain, expected=str(decimals))
    digits = whole + fraction.ljust(decimals, "0")
    if len(digits.lstrip("0")) > MAX_DIGITS:
        raise FileRefused(Refused.NUMBER_TOO_LARGE, line=line, field=field, found=plain, expected=str(MAX_DIGITS))
    return -int(digits) if plain.startswith("-") else int(digits)


def day(text: str, today: date, pattern: str = "auto") -> tuple[date, bool] | None:
    """A written day and whether its year had to be assumed; None when it is no day.

    "auto" understands YYYYMMDD, Y/M/D with / . - or 年月日, 令和8年1月2日, R8.1.2, and M月D日 without a year, which is
    the latest such day that is not more than a week after `today`.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if pattern != "auto":
        return _by_pattern(plain, pattern)
    plain = plain.split(" ")[0] if plain[:4].isdigit() else plain
    if re.fullmatch(r"\d{8}", plain, re.ASCII):
        return _sure(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
    if parts := _PARTS.fullmatch(plain):
        return _sure(*(int(part) for part in parts.groups()))
    if era := _ERA.fullmatch(plain):
        year = 1 if era[2] == "元" else int(era[2])
        return _sure(_ERA_BASE[era[1]] + year, int(era[3]), int(era[4]))
    if yearless := _YEARLESS.fullmatch(plain):
        return _latest(int(yearless[1]), int(yearless[2]), today)
    return None


def _by_pattern(plain: str, pattern: str) -> tuple[date, bool] | None:
    try:
        return datetime.strptime(plain, pattern).date(), False  # noqa: DTZ007 a bank's day has no zone
    except ValueError:
        return None


def _sure(year: int, month: int, day_of_month: int) -> tuple[date, bool] | None:
    try:
        return date(year, month, day_of_month), False
    except ValueError:
        return None


def _latest(month: int, day_of_month: int, today: date) -> tuple[date, bool] | None:
    for year in range(today.year + 1, today.year - 9, -1):  # 29 February may be eight years back
        found = _sure(year, month, day_of_month)
        if found and found[0] <= today + timedelta(days=7):
            return found[0], True
    return None
