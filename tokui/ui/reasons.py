"""Words for the facts that pure modules refuse by: a value, a row of a file, a file. In the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.core.refused import Code, ValueRefused
from tokui.core.tables import TableCode

VALUE_WORDS: dict[Code, Promise] = {
    Code.EMPTY: gettext_lazy("Enter a value, for example %(expected)s."),
    Code.TOO_LONG: gettext_lazy("Too long: at most %(expected)s characters."),
    Code.NOT_A_NUMBER: gettext_lazy("“%(found)s” is not a number."),
    Code.OUT_OF_RANGE: gettext_lazy("“%(found)s” is not possible here. Possible: %(expected)s"),
    Code.TOO_PRECISE: gettext_lazy("“%(found)s” has more decimals than can be kept."),
    Code.UNKNOWN_CURRENCY: gettext_lazy("“%(found)s” is not a currency."),
    Code.OTHER_CURRENCY: gettext_lazy("“%(found)s” is in another currency than expected."),
    Code.NOT_A_DATE: gettext_lazy("“%(found)s” is not a date. Write it like %(expected)s."),
    Code.NO_SUCH_DAY: gettext_lazy("“%(found)s”: the calendar has no such day."),
    Code.NO_SUCH_ERA: gettext_lazy("“%(found)s”: that era did not have this day."),
    Code.YEAR_MISSING: gettext_lazy("“%(found)s”: the year is missing."),
    Code.NOT_A_TIME: gettext_lazy("“%(found)s” is not a time of day."),
    Code.NOT_A_BOOLEAN: gettext_lazy("“%(found)s” is neither yes nor no."),
    Code.NOT_A_PHONE: gettext_lazy("“%(found)s” is not a phone number."),
    Code.LOST_LEADING_ZERO: gettext_lazy("“%(found)s” seems to have lost its first zero. Probably %(expected)s."),
    Code.LOST_DIGITS: gettext_lazy("“%(found)s” was cut by a spreadsheet; digits are lost."),
    Code.NOT_A_POSTAL_CODE: gettext_lazy("“%(found)s” is not a postal code. It has seven digits."),
    Code.NOT_A_MAIL_ADDRESS: gettext_lazy("“%(found)s” is not a mail address."),
    Code.NOT_A_CORPORATE_NUMBER: gettext_lazy("“%(found)s” is not a corporate number. It has thirteen digits."),
    Code.NOT_A_REGISTRATION_NUMBER: gettext_lazy(
        "“%(found)s” is not a registration number. It is T and thirteen digits."
    ),
    Code.WRONG_CHECK_DIGIT: gettext_lazy("The check digit of “%(found)s” is wrong; a digit was mistyped."),
    Code.FORBIDDEN_CHARACTER: gettext_lazy("The character %(found)s cannot stand here."),
    Code.NOT_A_PAYMENT_TERM: gettext_lazy("“%(found)s” is not a payment term. Write it like %(expected)s."),
    Code.DUE_BEFORE_CLOSING: gettext_lazy(
        "Due on day %(found)s of the same month, but closed on day %(expected)s: the due day lies before the closing day. "
        "Choose a later month or a later day."
    ),
    Code.NOT_A_PUBLIC_ID: gettext_lazy("“%(found)s” is not an id of Tokui."),
}
#: What is wrong with a cell before its value is looked at.
CELL_WORDS: dict[str, Promise] = {
    "formula_without_value": gettext_lazy(
        "The cell holds a formula without its result. Open the workbook in Excel and save it once more."
    ),
}
TABLE_WORDS: dict[TableCode, Promise] = {
    TableCode.EMPTY: gettext_lazy("The file is empty."),
    TableCode.UNKNOWN_FORMAT: gettext_lazy("This is neither a workbook nor a text table. Save it as XLSX or CSV."),
    TableCode.UNKNOWN_ENCODING: gettext_lazy("The characters of this file are in no encoding that can be read."),
    TableCode.UNDECODABLE: gettext_lazy("A character cannot be read; the file mixes encodings or is damaged."),
    TableCode.NUL: gettext_lazy("The file holds NUL characters; it is damaged or not a table."),
    TableCode.BROKEN_QUOTES: gettext_lazy("A quoted cell is not closed."),
    TableCode.CELL_TOO_LONG: gettext_lazy("A cell is longer than %(expected)s characters."),
    TableCode.ROW_TOO_LONG: gettext_lazy("A row is longer than %(expected)s characters."),
    TableCode.TOO_MANY_COLUMNS: gettext_lazy("There are more than %(expected)s columns."),
    TableCode.TOO_MANY_CELLS: gettext_lazy("The workbook spans more cells than can be read. Save it as CSV."),
    TableCode.ZIP_BOMB: gettext_lazy("The workbook unpacks to far more than its size; it is not opened."),
    TableCode.XML_ENTITIES: gettext_lazy(
        "The workbook declares XML entities, which no office program writes; it is not opened."
    ),
    TableCode.DAMAGED: gettext_lazy("The workbook is damaged."),
    TableCode.PASSWORD: gettext_lazy("The workbook is protected by a password. Save it without one."),
    TableCode.NO_SUCH_SHEET: gettext_lazy("There is no sheet called “%(found)s”."),
    TableCode.NO_HEADER: gettext_lazy("No row looks like column headings."),
    TableCode.NO_ROWS: gettext_lazy("There are headings, but no rows below them."),
}


def refusal_words(refused: ValueRefused) -> str:
    """Why a value was refused."""
    return _value_words(refused.code, {"found": refused.found, "expected": refused.expected})


def _value_words(code: Code, told: Mapping[str, Any]) -> str:
    """A bare number that bounds a value is its largest; a list or a span speaks for itself."""
    bound = str(told["expected"])
    if code is Code.OUT_OF_RANGE and bound.isdecimal():
        return _("“%(found)s” is not possible here. At most %(expected)s.") % {**told, "expected": f"{int(bound):,}"}
    return str(VALUE_WORDS[code]) % told


def reason_words(reason: Mapping[str, Any], own: Mapping[str, Promise]) -> str:
    """A stored reason {code, found, expected} of a row: a room's own, or that of a parser."""
    code = str(reason.get("code", ""))
    facts = {"found": reason.get("found", ""), "expected": reason.get("expected", "")}
    if code in own or code in CELL_WORDS:
        return str(own.get(code) or CELL_WORDS[code]) % facts
    return _value_words(Code(code), facts) if code in set(Code) else code


def table_words(reason: Mapping[str, Any]) -> str:
    """Why a file was refused, with its place: {code, sheet, row, column, found, expected}."""
    code = str(reason.get("code", ""))
    facts = {"found": reason.get("found", ""), "expected": reason.get("expected", "")}
    sentence = str(TABLE_WORDS[TableCode(code)]) % facts if code in set(TableCode) else code
    return f"{_place(reason)}{sentence}"


def _place(reason: Mapping[str, Any]) -> str:
    parts = [str(reason["sheet"])] if reason.get("sheet") else []
    if reason.get("row"):
        parts.append(_("row %(row)s") % {"row": reason["row"]})
    if reason.get("column"):
        parts.append(_("column %(column)s") % {"column": reason["column"]})
    return f"{' '.join(parts)}: " if parts else ""
