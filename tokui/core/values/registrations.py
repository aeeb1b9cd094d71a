"""法人番号 and 登録番号 (T-number) with their check digit. Well formed is not registered: only the register knows."""

from __future__ import annotations

import re
from decimal import Decimal

from tokui.core.numerals import narrow
from tokui.core.refused import Code, ValueRefused
from tokui.core.tables.shapes import Cell, cell_text


def check_digit(base: str) -> int:
    """The check digit of twelve digits: 9 - (sum of Pn x Qn mod 9), Qn being 1 and 2 in turn from the right.

    Source: 法人番号の指定等に関する省令 (財務省令); it cannot tell 0 from 9.
    """
    if not re.fullmatch("[0-9]{12}", base):
        raise ValueRefused(Code.NOT_A_CORPORATE_NUMBER, base, "12")
    return 9 - sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(base))) % 9


def is_corporate_number(text: str) -> bool:
    """Whether the text is thirteen ASCII digits of which the first is the check digit of the rest."""
    return re.fullmatch("[0-9]{13}", text) is not None and int(text[0]) == check_digit(text[1:])


def is_registration_number(text: str) -> bool:
    """Whether the text is T and thirteen digits with the same check digit; it holds for sole traders too."""
    return text[:1] == "T" and is_corporate_number(text[1:])


def parse_corporate_number(value: Cell) -> str:
    """Thirteen digits from `4-0110-0109-8993`, full-width digits or a workbook's number.

    Raises ValueRefused: EMPTY, NOT_A_CORPORATE_NUMBER, WRONG_CHECK_DIGIT.
    """
    digits = _squeezed(value, "4011001098993")
    if not re.fullmatch("[0-9]{13}", digits):
        raise ValueRefused(Code.NOT_A_CORPORATE_NUMBER, value, "4011001098993")
    if not is_corporate_number(digits):
        raise ValueRefused(Code.WRONG_CHECK_DIGIT, value, str(check_digit(digits[1:])))
    return digits


def parse_registration_number(value: Cell) -> str:
    """T and thirteen digits. Raises ValueRefused: EMPTY, NOT_A_REGISTRATION_NUMBER, WRONG_CHECK_DIGIT.

    The official JP PINT samples fail the check digit, so an importer of others' invoices may treat that as a warning.
    """
    text = _squeezed(value, "T4011001098993").upper()
    if not re.fullmatch("T[0-9]{13}", text):
        raise ValueRefused(Code.NOT_A_REGISTRATION_NUMBER, value, "T4011001098993")
    if not is_registration_number(text):
        raise ValueRefused(Code.WRONG_CHECK_DIGIT, value, str(check_digit(text[2:])))
    return text


def _squeezed(value: Cell, expected: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueRefused(Code.NOT_A_CORPORATE_NUMBER, value, expected)
    text = re.sub(r"[\s\-−‐–ー]", "", narrow(cell_text(value)))
    if not text:
        raise ValueRefused(Code.EMPTY, value, expected)
    return text.removesuffix(".0")
