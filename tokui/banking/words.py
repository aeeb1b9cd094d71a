"""Refusals of files, deviations and methods in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as lazy

from tokui.banking.models import Deposit
from tokui.banking.reading import format_codes, format_name
from tokui.banking.statements import Kind

METHODS = {
    Deposit.Method.CASH: lazy("Cash"),
    Deposit.Method.TRANSFER: lazy("Bank transfer"),
    Deposit.Method.OFFSET: lazy("Offset"),
    Deposit.Method.NOTE: lazy("Promissory note"),
    Deposit.Method.DENSAI: lazy("Densai"),
    Deposit.Method.OTHER: lazy("Other"),
    Deposit.Method.IMPORTED: lazy("Result list"),
}
ACCOUNT_TYPES = {
    "1": lazy("Ordinary account"),
    "2": lazy("Current account"),
    "4": lazy("Savings account"),
    "9": lazy("Other account"),
}
KINDS = {
    Kind.TRANSFER: lazy("Transfer"),
    Kind.CASH: lazy("Cash"),
    Kind.CHEQUE: lazy("Cheque"),
    Kind.DIRECT_DEBIT: lazy("Direct debit"),
    Kind.FEE: lazy("Fee"),
    Kind.INTEREST: lazy("Interest"),
    Kind.OTHER: lazy("Other"),
    Kind.CORRECTION: lazy("Correction"),
}
REASONS = {
    "typed_twice": lazy("Typed in twice"),
    "wrong_amount": lazy("Wrong amount"),
    "wrong_customer": lazy("Wrong customer"),
    "not_received": lazy("The money did not come after all"),
    "other": lazy("Another reason"),
}
#: Columns of a result list.
RESULT_FIELDS = {
    "customer": lazy("Customer code"),
    "amount": lazy("Amount"),
    "day": lazy("Day"),
    "reference": lazy("Invoice or order number"),
    "external_id": lazy("The system's own number"),
    "result": lazy("Result"),
}
STATES = {"open": lazy("Not reconciled"), "settled": lazy("Reconciled"), "cancelled": lazy("Cancelled")}

_REFUSALS = {
    "empty": lazy("The file is empty."),
    "too_large": lazy("The file is larger than any bank's file."),
    "too_many_lines": lazy("The file has more rows than any bank's file."),
    "too_many_columns": lazy("A row has more columns than any bank writes."),
    "cell_too_long": lazy("A cell is longer than any bank writes."),
    "unknown_format": lazy("No bank's format was recognised. Save the columns on the account, or choose the format."),
    "unknown_header": lazy("The headings are not those of this bank."),
    "nul_byte": lazy("The file is damaged (NUL byte)."),
    "undecodable": lazy("The characters cannot be read: the file is damaged or mixes encodings."),
    "ebcdic": lazy("The file is in EBCDIC. Ask the bank for JIS."),
    "wrong_type": lazy("This is a Zengin file of another kind."),
    "wrong_length": lazy("A record has the wrong length."),
    "wrong_order": lazy("Records stand in an impossible order."),
    "truncated": lazy("The file was cut off before its end."),
    "after_end": lazy("Something follows the end of the file."),
    "not_a_number": lazy("A field of digits holds something else."),
    "not_positive": lazy("An amount is zero or negative."),
    "number_too_large": lazy("A number is too large."),
    "too_precise": lazy("An amount has more decimals than its currency."),
    "unknown_code": lazy("A coded field holds an unknown value."),
    "invalid_date": lazy("A date does not exist."),
    "missing_field": lazy("A necessary field is empty."),
    "ambiguous_amount": lazy("A row has money both in and out."),
    "count_differs": lazy("The file counts other rows than it has."),
    "total_differs": lazy("The total of the file differs from its rows."),
    "balance_differs": lazy("Opening balance and rows do not make the closing balance."),
    "balance_broken": lazy("The balance breaks: a row is missing or was changed."),
    "currency_mixed": lazy("A row is in another currency."),
    "malformed": lazy("The file breaks the grammar of its format."),
    "xml_doctype": lazy("The XML carries a document type. Bank files have none."),
    "xml_entities": lazy("The XML declares entities of its own."),
    "xml_external": lazy("The XML asks to fetch something from elsewhere."),
    "mapping_needed": lazy("A CSV of an unknown layout: save its columns on the account."),
    "mapping_wrong": lazy("The saved columns do not fit this file."),
    "other_account": lazy("The file belongs to another account."),
}
_DEVIATIONS = {
    "line_end": lazy("Other line ends than usual"),
    "end_of_file_mark": lazy("An end mark after the last record"),
    "trimmed": lazy("Trailing spaces were cut"),
    "padded": lazy("Spaces beyond the end of a record"),
    "reencoded": lazy("The file was saved again in another encoding"),
    "byte_order_mark": lazy("A byte order mark at the start"),
    "unusual_character": lazy("A character that the format does not allow"),
    "blank_number": lazy("Spaces where digits should stand"),
    "blank_line": lazy("Empty lines"),
    "missing_end": lazy("The end record is missing"),
    "end_count": lazy("The end record counts wrongly"),
    "western_year": lazy("A western year where an era year should stand"),
    "assumed_year": lazy("A date without a year"),
    "outside_period": lazy("A row outside the period of the file"),
    "total_row": lazy("A row of totals was left out"),
    "zero_row": lazy("A row without money was left out"),
    "negative_amount": lazy("A negative amount was read as a correction"),
    "not_booked": lazy("An announced entry was left out"),
    "extra_cells": lazy("Cells beyond the headings"),
    "newest_first": lazy("The rows stood from new to old"),
    "unbalanced_details": lazy("Details that do not add up to their entry"),
}
_ROW_REFUSALS = {
    "unknown_customer": lazy("There is no customer with this code."),
    "column_missing": lazy("This column is missing."),
    "out_of_range": lazy("Not a possible value."),
    "empty": lazy("Nothing stands here."),
    "not_a_number": lazy("Not an amount."),
    "not_a_date": lazy("Not a date."),
    "no_such_day": lazy("There is no such day."),
    "no_header": lazy("The headings were not found."),
    "too_precise": lazy("More decimals than the currency has."),
    "other_currency": lazy("An amount in another currency."),
    "no_such_era": lazy("The era did not have this day."),
    "year_missing": lazy("The year is missing."),
    "unknown_format": lazy("Neither a CSV nor a workbook."),
    "unknown_encoding": lazy("The characters cannot be read."),
    "undecodable": lazy("The characters cannot be read."),
    "nul": lazy("The file is damaged (NUL byte)."),
    "broken_quotes": lazy("A quoted cell is not closed."),
    "damaged": lazy("The workbook is damaged."),
    "password": lazy("The workbook is protected by a password."),
    "zip_bomb": lazy("The workbook unpacks to too much."),
    "xml_entities": lazy("The XML declares entities of its own."),
    "too_many_columns": lazy("Too many columns."),
    "too_many_cells": lazy("Too many cells."),
    "cell_too_long": lazy("A cell is too long."),
    "row_too_long": lazy("A row is too long."),
}


def refusal_word(code: str) -> str:
    """Why a file was refused, in a sentence."""
    return str(_REFUSALS.get(code, code))


def reason_word(code: str) -> str:
    """Why a deposit was taken back."""
    return str(REASONS.get(code, code))


def deviation_word(code: str) -> str:
    return str(_DEVIATIONS.get(code, code))


def row_refusal_word(code: str) -> str:
    return str(_ROW_REFUSALS.get(code, code))


def format_choices() -> list[tuple[str, str]]:
    return [(code, format_name(code)) for code in format_codes()]
