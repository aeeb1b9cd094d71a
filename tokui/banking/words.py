"""Refusals of files, deviations and methods in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.banking.models import Deposit
from tokui.banking.reading import format_codes, format_name
from tokui.banking.statements import Kind

METHODS = {
    Deposit.Method.CASH: gettext_lazy("Cash"),
    Deposit.Method.TRANSFER: gettext_lazy("Bank transfer"),
    Deposit.Method.OFFSET: gettext_lazy("Offset"),
    Deposit.Method.NOTE: gettext_lazy("Promissory note"),
    Deposit.Method.DENSAI: gettext_lazy("Densai"),
    Deposit.Method.OTHER: gettext_lazy("Other"),
    Deposit.Method.IMPORTED: gettext_lazy("Result list"),
}
ACCOUNT_TYPES = {
    "1": gettext_lazy("Ordinary account"),
    "2": gettext_lazy("Current account"),
    "4": gettext_lazy("Savings account"),
    "9": gettext_lazy("Other account"),
}
KINDS = {
    Kind.TRANSFER: gettext_lazy("Transfer"),
    Kind.CASH: gettext_lazy("Cash"),
    Kind.CHEQUE: gettext_lazy("Cheque"),
    Kind.DIRECT_DEBIT: gettext_lazy("Direct debit"),
    Kind.FEE: gettext_lazy("Fee"),
    Kind.INTEREST: gettext_lazy("Interest"),
    Kind.OTHER: gettext_lazy("Other"),
    Kind.CORRECTION: gettext_lazy("Correction"),
}
REASONS = {
    "typed_twice": gettext_lazy("Typed in twice"),
    "wrong_amount": gettext_lazy("Wrong amount"),
    "wrong_customer": gettext_lazy("Wrong customer"),
    "not_received": gettext_lazy("The money did not come after all"),
    "other": gettext_lazy("Another reason"),
}
#: Why a whole file is taken back.
FILE_REASONS = {
    "wrong_account": gettext_lazy("Put on the wrong account"),
    "wrong_file": gettext_lazy("The wrong file"),
    "wrong_columns": gettext_lazy("Read by the wrong columns"),
    "other": gettext_lazy("Another reason"),
}
#: Why nothing is posted for a deposit without a person.
HOLDS = {
    "virtual_account_closed": gettext_lazy("Its virtual account was nobody's on that day."),
    "virtual_account_reused": gettext_lazy("Its virtual account was another customer's before."),
}
PROOFS = {
    "balances": gettext_lazy("Proved by its balances"),
    "totals": gettext_lazy("Proved by its counts and totals"),
    "none": gettext_lazy("Not proved: the format has neither balances nor totals"),
}
VIRTUAL_STATES = {
    "free": gettext_lazy("Free"),
    "assigned": gettext_lazy("In use"),
    "resting": gettext_lazy("Resting"),
    "closed": gettext_lazy("Closed"),
}
#: Columns of a result list.
RESULT_FIELDS = {
    "customer": gettext_lazy("Customer code"),
    "amount": gettext_lazy("Amount"),
    "day": gettext_lazy("Day"),
    "reference": gettext_lazy("Invoice or order number"),
    "external_id": gettext_lazy("The system's own number"),
    "result": gettext_lazy("Result"),
}
STATES = {
    "open": gettext_lazy("Not reconciled"),
    "settled": gettext_lazy("Reconciled"),
    "cancelled": gettext_lazy("Cancelled"),
}

_REFUSALS = {
    "empty": gettext_lazy("The file is empty."),
    "too_large": gettext_lazy("The file is larger than any bank's file."),
    "too_many_lines": gettext_lazy("The file has more rows than any bank's file."),
    "too_many_columns": gettext_lazy("A row has more columns than any bank writes."),
    "cell_too_long": gettext_lazy("A cell is longer than any bank writes."),
    "unknown_format": gettext_lazy(
        "No bank's format was recognised. Save the columns on the account, or choose the format."
    ),
    "unknown_header": gettext_lazy("The headings are not those of this bank."),
    "nul_byte": gettext_lazy("The file is damaged (NUL byte)."),
    "undecodable": gettext_lazy("The characters cannot be read: the file is damaged or mixes encodings."),
    "reencoded": gettext_lazy("The file was saved as UTF-16, which moves its fields. Bring it as the bank sent it."),
    "ebcdic": gettext_lazy("The file is in EBCDIC. Ask the bank for JIS."),
    "wrong_type": gettext_lazy("This is a Zengin file of another kind."),
    "wrong_length": gettext_lazy("A record has the wrong length."),
    "wrong_order": gettext_lazy("Records stand in an impossible order."),
    "truncated": gettext_lazy("The file was cut off before its end."),
    "after_end": gettext_lazy("Something follows the end of the file."),
    "not_a_number": gettext_lazy("A field of digits holds something else."),
    "not_positive": gettext_lazy("An amount is zero or negative."),
    "number_too_large": gettext_lazy("A number is too large."),
    "too_precise": gettext_lazy("An amount has more decimals than its currency."),
    "unknown_code": gettext_lazy("A coded field holds an unknown value."),
    "invalid_date": gettext_lazy("A date does not exist."),
    "missing_field": gettext_lazy("A necessary field is empty."),
    "ambiguous_amount": gettext_lazy("A row has money both in and out."),
    "count_differs": gettext_lazy("The file counts other rows than it has."),
    "total_differs": gettext_lazy("The total of the file differs from its rows."),
    "balance_differs": gettext_lazy("Opening balance and rows do not make the closing balance."),
    "balance_broken": gettext_lazy("The balance breaks: a row is missing or was changed."),
    "account_broken": gettext_lazy("The parts of one account in this file do not go on from each other."),
    "currency_mixed": gettext_lazy("A row is in another currency."),
    "malformed": gettext_lazy("The file breaks the grammar of its format."),
    "xml_doctype": gettext_lazy("The XML carries a document type. Bank files have none."),
    "xml_entities": gettext_lazy("The XML declares entities of its own."),
    "xml_external": gettext_lazy("The XML asks to fetch something from elsewhere."),
    "mapping_needed": gettext_lazy("A CSV of an unknown layout: save its columns on the account."),
    "mapping_wrong": gettext_lazy("The saved columns do not fit this file."),
    "other_account": gettext_lazy("The file belongs to another account."),
    "unknown_accounts": gettext_lazy("The file holds accounts that are not registered here."),
    "period_closed": gettext_lazy("The month is closed in the books. Reopen it, then read the file again."),
}
_DEVIATIONS = {
    "line_end": gettext_lazy("Other line ends than usual"),
    "end_of_file_mark": gettext_lazy("An end mark after the last record"),
    "trimmed": gettext_lazy("Trailing spaces were cut"),
    "padded": gettext_lazy("Spaces beyond the end of a record"),
    "reencoded": gettext_lazy("The file was saved again in another encoding"),
    "byte_order_mark": gettext_lazy("A byte order mark at the start"),
    "unusual_character": gettext_lazy("A character that the format does not allow"),
    "blank_number": gettext_lazy("Spaces where digits should stand"),
    "blank_line": gettext_lazy("Empty lines"),
    "missing_end": gettext_lazy("The end record is missing"),
    "end_count": gettext_lazy("The end record counts wrongly"),
    "western_year": gettext_lazy("A western year where an era year should stand"),
    "assumed_year": gettext_lazy("A date without a year"),
    "outside_period": gettext_lazy("A row outside the period of the file"),
    "total_row": gettext_lazy("A row of totals was left out"),
    "zero_row": gettext_lazy("A row without money was left out"),
    "negative_amount": gettext_lazy("A negative amount was read as a correction"),
    "not_booked": gettext_lazy("An announced entry was left out"),
    "extra_cells": gettext_lazy("Cells beyond the headings"),
    "newest_first": gettext_lazy("The rows stood from new to old"),
    "closed_month": gettext_lazy("A row of a closed month counts on the first open day"),
    "other_type": gettext_lazy("The file names another kind of account"),
    "unbalanced_details": gettext_lazy("Details that do not add up to their entry"),
}
_ROW_REFUSALS = {
    "unknown_result": gettext_lazy("Nobody has said whether this word means paid."),
    "period_closed": gettext_lazy("The month is closed in the books."),
    "unknown_customer": gettext_lazy("There is no customer with this code."),
    "column_missing": gettext_lazy("This column is missing."),
    "out_of_range": gettext_lazy("Not a possible value."),
    "empty": gettext_lazy("Nothing stands here."),
    "not_a_number": gettext_lazy("Not an amount."),
    "not_a_date": gettext_lazy("Not a date."),
    "no_such_day": gettext_lazy("There is no such day."),
    "no_header": gettext_lazy("The headings were not found."),
    "too_precise": gettext_lazy("More decimals than the currency has."),
    "other_currency": gettext_lazy("An amount in another currency."),
    "no_such_era": gettext_lazy("The era did not have this day."),
    "year_missing": gettext_lazy("The year is missing."),
    "unknown_format": gettext_lazy("Neither a CSV nor a workbook."),
    "unknown_encoding": gettext_lazy("The characters cannot be read."),
    "undecodable": gettext_lazy("The characters cannot be read."),
    "nul": gettext_lazy("The file is damaged (NUL byte)."),
    "broken_quotes": gettext_lazy("A quoted cell is not closed."),
    "damaged": gettext_lazy("The workbook is damaged."),
    "password": gettext_lazy("The workbook is protected by a password."),
    "zip_bomb": gettext_lazy("The workbook unpacks to too much."),
    "xml_entities": gettext_lazy("The XML declares entities of its own."),
    "too_many_columns": gettext_lazy("Too many columns."),
    "too_many_cells": gettext_lazy("Too many cells."),
    "cell_too_long": gettext_lazy("A cell is too long."),
    "row_too_long": gettext_lazy("A row is too long."),
}


def refusal_word(code: str) -> str:
    """Why a file was refused, in a sentence."""
    return str(_REFUSALS.get(code, code))


def refusal_sentence(refusal: Mapping[str, Any]) -> str:
    """Why a file was refused, for one line: the sentence, the place, and what stood there against what was expected."""
    said = [refusal_word(refusal["code"])]
    if refusal.get("line"):
        said.append(_("Line %(line)s.") % {"line": refusal["line"]})
    if refusal.get("expected") and refusal.get("found"):
        said.append(_("Expected %(expected)s, found %(found)s.") % refusal)
    elif refusal.get("found"):
        said.append(_("Found %(found)s.") % refusal)
    return " ".join(said)


def reason_word(code: str) -> str:
    """Why a deposit was taken back."""
    return str(REASONS.get(code, code))


def deviation_word(code: str) -> str:
    return str(_DEVIATIONS.get(code, code))


def row_refusal_word(code: str) -> str:
    return str(_ROW_REFUSALS.get(code, code))


def format_choices() -> list[tuple[str, str]]:
    return [(code, format_name(code)) for code in format_codes()]
