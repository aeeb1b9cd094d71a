"""Amounts, quantities and rates."""

from __future__ import annotations

from decimal import Decimal

from tokui.core.money import EXPONENTS, Money, parse_money
from tokui.core.numerals import Numeral, parse_numeral
from tokui.core.refused import Code, ValueRefused
from tokui.core.tables.shapes import Cell, cell_text

LARGEST = 2**63 - 1


def parse_amount(value: Cell, currency: str) -> Money:
    """An amount in the expected currency, in its major unit: `1,320`, `▲500`, `(500)`, `¥500`, 500 of a workbook.

    Raises ValueRefused as `parse_money` does.
    """
    _refuse_other_kinds(value)
    return parse_money(cell_text(value), currency)


def parse_currency(value: Cell) -> str:
    """An ISO 4217 code in use, in any case. Raises ValueRefused: UNKNOWN_CURRENCY."""
    code = cell_text(value).strip().upper()
    if code not in EXPONENTS:
        raise ValueRefused(Code.UNKNOWN_CURRENCY, value, "JPY")
    return code


def parse_whole(value: Cell) -> int:
    """A whole number of things. `3.0` is 3; `3.5` is refused as TOO_PRECISE. 個, 件 and the like are refused."""
    numeral = _bare_numeral(value)
    number = numeral.minor(0)
    if number is None:
        raise ValueRefused(Code.TOO_PRECISE, value, "0")
    if abs(number) > LARGEST:
        raise ValueRefused(Code.OUT_OF_RANGE, value, str(LARGEST))
    return number


def parse_decimal(value: Cell, *, scale: int) -> Decimal:
    """A number with at most `scale` decimals that count, exact. Raises ValueRefused: TOO_PRECISE, NOT_A_NUMBER."""
    return _scaled(value, _bare_numeral(value), scale)


def parse_percent(value: Cell, *, scale: int = 2) -> Decimal:
    """A rate in percent: `10%`, `１０％` and `10` are 10, the 0.08 that a workbook keeps for a cell shown as 8 % is 8.

    Only a workbook's own number below one is taken for a fraction; the text `0.5` is half a percent.
    """
    _refuse_other_kinds(value)
    if isinstance(value, Decimal) and abs(value) < 1:
        value *= 100
    numeral = parse_numeral(cell_text(value))
    if numeral.prefix or numeral.suffix not in ("", "%", "パーセント"):
        raise ValueRefused(Code.NOT_A_NUMBER, value, "10%")
    return _scaled(value, numeral, scale)


def _bare_numeral(value: Cell) -> Numeral:
    _refuse_other_kinds(value)
    numeral = parse_numeral(cell_text(value))
    if numeral.prefix or numeral.suffix:
        raise ValueRefused(Code.NOT_A_NUMBER, value, "1,234")
    return numeral


def _scaled(value: Cell, numeral: Numeral, scale: int) -> Decimal:
    units = numeral.minor(scale)
    if units is None:
        raise ValueRefused(Code.TOO_PRECISE, value, str(scale))
    if abs(units) > LARGEST:
        raise ValueRefused(Code.OUT_OF_RANGE, value, str(LARGEST))
    return Decimal(units).scaleb(-scale)


def _refuse_other_kinds(value: Cell) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueRefused(Code.NOT_A_NUMBER, value, "1,234")
