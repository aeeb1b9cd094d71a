"""Words for the facts that pure modules return: fields, refused values, refused files. In the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from tokui.core.refused import Code, ValueRefused
from tokui.core.tables import TableCode, TableRefused

FIELD_WORDS: dict[str, Promise] = {
    "id": lazy("Tokui ID"),
    "version": lazy("Version"),
    "code": lazy("Customer code"),
    "kind": lazy("Kind"),
    "name": lazy("Name"),
    "kana": lazy("Kana"),
    "legal_form": lazy("Legal form"),
    "corporate_number": lazy("Corporate number"),
    "registration_number": lazy("Registration number (T-number)"),
    "email": lazy("Mail address"),
    "phone": lazy("Phone"),
    "postal_code": lazy("Postal code"),
    "address": lazy("Address"),
    "business_id": lazy("Business"),
    "owner_id": lazy("Person in charge"),
    "bill_to_id": lazy("Billed to"),
    "closing_day": lazy("Closing day"),
    "due_months": lazy("Months until due"),
    "due_day": lazy("Due day"),
    "due_shift": lazy("When the due day is a bank holiday"),
    "delivery": lazy("Delivery of invoices"),
    "tax_display": lazy("Tax display"),
    "tax_rounding": lazy("Rounding of tax"),
    "is_active": lazy("Active"),
    "tags": lazy("Tags"),
    "custom": lazy("Own fields"),
    "terms": lazy("Payment terms"),
    "note": lazy("Note"),
}
#: Fields that only files have.
IMPORT_FIELD_WORDS: dict[str, Promise] = {
    "family_name": lazy("Family name"),
    "given_name": lazy("Given name"),
    "family_kana": lazy("Kana of the family name"),
    "given_kana": lazy("Kana of the given name"),
    "prefecture": lazy("Prefecture"),
    "city": lazy("City"),
    "street": lazy("Street"),
    "building": lazy("Building"),
    "business": lazy("Business"),
    "owner": lazy("Person in charge"),
    "bill_to": lazy("Code of who pays"),
    "terms": lazy("Payment terms"),
    "note": lazy("Note"),
}
KIND_WORDS: dict[str, Promise] = {
    "person": lazy("Person"),
    "company": lazy("Company"),
    "school": lazy("School"),
    "government": lazy("Government office"),
    "nonprofit": lazy("Non-profit organization"),
}
CHOICE_WORDS: dict[str, dict[str, Promise]] = {
    "kind": KIND_WORDS,
    "due_shift": {
        "before": lazy("Business day before"),
        "after": lazy("Business day after"),
        "none": lazy("The day itself"),
    },
    "delivery": {"mail": lazy("By mail"), "paper": lazy("On paper"), "none": lazy("Not sent")},
    "tax_display": {"excluded": lazy("Tax excluded"), "included": lazy("Tax included")},
    "tax_rounding": {"down": lazy("Round down"), "up": lazy("Round up"), "half_up": lazy("Round half up")},
}
RELATIONSHIP_WORDS: dict[str, tuple[Promise, Promise]] = {
    # (how the other is called seen from its `to` side, and from its `from` side)
    "guardian": (lazy("Guardian"), lazy("Child")),
    "employee": (lazy("Employee"), lazy("Employer")),
    "parent_company": (lazy("Parent company"), lazy("Subsidiary")),
    "partner": (lazy("Partner"), lazy("Partner")),
    "referrer": (lazy("Referred by"), lazy("Referred")),
    "pays_for": (lazy("Payer"), lazy("Pays for")),
}
POINT_WORDS: dict[str, Promise] = {
    "mail": lazy("Mail address"),
    "phone": lazy("Phone"),
    "postal": lazy("Postal address"),
    "social": lazy("Social account"),
}
CUSTOM_KIND_WORDS: dict[str, Promise] = {
    "text": lazy("Text"),
    "number": lazy("Number"),
    "money": lazy("Amount"),
    "date": lazy("Date"),
    "choice": lazy("Choice"),
    "boolean": lazy("Yes or no"),
}

_VALUE: dict[Code, Promise] = {
    Code.EMPTY: lazy("Enter a value, for example %(expected)s."),
    Code.TOO_LONG: lazy("Too long: at most %(expected)s characters."),
    Code.NOT_A_NUMBER: lazy("“%(found)s” is not a number."),
    Code.OUT_OF_RANGE: lazy("“%(found)s” is not possible here. Possible: %(expected)s"),
    Code.TOO_PRECISE: lazy("“%(found)s” has more decimals than can be kept."),
    Code.UNKNOWN_CURRENCY: lazy("“%(found)s” is not a currency."),
    Code.OTHER_CURRENCY: lazy("“%(found)s” is in another currency than expected."),
    Code.NOT_A_DATE: lazy("“%(found)s” is not a date. Write it like %(expected)s."),
    Code.NO_SUCH_DAY: lazy("“%(found)s”: the calendar has no such day."),
    Code.NO_SUCH_ERA: lazy("“%(found)s”: that era did not have this day."),
    Code.YEAR_MISSING: lazy("“%(found)s”: the year is missing."),
    Code.NOT_A_TIME: lazy("“%(found)s” is not a time of day."),
    Code.NOT_A_BOOLEAN: lazy("“%(found)s” is neither yes nor no."),
    Code.NOT_A_PHONE: lazy("“%(found)s” is not a phone number."),
    Code.LOST_LEADING_ZERO: lazy("“%(found)s” seems to have lost its first zero. Probably %(expected)s."),
    Code.LOST_DIGITS: lazy("“%(found)s” was cut by a spreadsheet; digits are lost."),
    Code.NOT_A_POSTAL_CODE: lazy("“%(found)s” is not a postal code. It has seven digits."),
    Code.NOT_A_MAIL_ADDRESS: lazy("“%(found)s” is not a mail address."),
    Code.NOT_A_CORPORATE_NUMBER: lazy("“%(found)s” is not a corporate number. It has thirteen digits."),
    Code.NOT_A_REGISTRATION_NUMBER: lazy("“%(found)s” is not a registration number. It is T and thirteen digits."),
    Code.WRONG_CHECK_DIGIT: lazy("The check digit of “%(found)s” is wrong; a digit was mistyped."),
    Code.FORBIDDEN_CHARACTER: lazy("The character %(found)s cannot stand here."),
    Code.NOT_A_PAYMENT_TERM: lazy("“%(found)s” is not a payment term. Write it like %(expected)s."),
    Code.NOT_A_PUBLIC_ID: lazy("“%(found)s” is not an id of Tokui."),
}
#: Reasons of our own, beside those of the parsers.
_OWN: dict[str, Promise] = {
    "unknown_business": lazy("There is no business “%(found)s”."),
    "unknown_owner": lazy("Nobody here is called “%(found)s”."),
    "unknown_bill_to": lazy("There is no customer with the code “%(found)s”."),
    "unknown_id": lazy("There is no customer with the id “%(found)s”."),
    "unknown_field": lazy("There is no such field."),
    "twice_in_file": lazy("“%(found)s” stands in the file twice; see row %(expected)s."),
    "changed_since_export": lazy("Changed in Tokui after the export (version %(expected)s); the file has %(found)s."),
    "code_of_another": lazy("The code “%(found)s” belongs to another customer."),
    "bill_to_cycle": lazy("“%(found)s” would end up paying for itself."),
    "not_reverted": lazy("Changed or used after the import; kept as it is."),
}
_TABLE: dict[TableCode, Promise] = {
    TableCode.EMPTY: lazy("The file is empty."),
    TableCode.UNKNOWN_FORMAT: lazy("This is neither a workbook nor a text table. Save it as XLSX or CSV."),
    TableCode.UNKNOWN_ENCODING: lazy("The characters of this file are in no encoding that can be read."),
    TableCode.UNDECODABLE: lazy("A character cannot be read; the file mixes encodings or is damaged."),
    TableCode.NUL: lazy("The file holds NUL characters; it is damaged or not a table."),
    TableCode.BROKEN_QUOTES: lazy("A quoted cell is not closed."),
    TableCode.CELL_TOO_LONG: lazy("A cell is longer than %(expected)s characters."),
    TableCode.ROW_TOO_LONG: lazy("A row is longer than %(expected)s characters."),
    TableCode.TOO_MANY_COLUMNS: lazy("There are more than %(expected)s columns."),
    TableCode.TOO_MANY_CELLS: lazy("The workbook spans more cells than can be read. Save it as CSV."),
    TableCode.ZIP_BOMB: lazy("The workbook unpacks to far more than its size; it is not opened."),
    TableCode.XML_ENTITIES: lazy(
        "The workbook declares XML entities, which no office program writes; it is not opened."
    ),
    TableCode.DAMAGED: lazy("The workbook is damaged."),
    TableCode.PASSWORD: lazy("The workbook is protected by a password. Save it without one."),
    TableCode.NO_SUCH_SHEET: lazy("There is no sheet called “%(found)s”."),
    TableCode.NO_HEADER: lazy("No row looks like column headings."),
}


def refusal_words(refused: ValueRefused) -> str:
    """Why a value was refused."""
    return str(_VALUE[refused.code]) % {"found": refused.found, "expected": refused.expected}


def reason_words(reason: Mapping[str, Any]) -> str:
    """A stored reason {code, found, expected} of an import's row."""
    code = str(reason.get("code", ""))
    facts = {"found": reason.get("found", ""), "expected": reason.get("expected", "")}
    sentence = _OWN.get(code)
    if sentence is None:
        sentence = _VALUE.get(Code(code)) if code in set(Code) else None
    return str(sentence) % facts if sentence is not None else code


def table_words(reason: Mapping[str, Any]) -> str:
    """Why a file was refused, with its place: {code, sheet, row, column, found, expected}."""
    code = str(reason.get("code", ""))
    facts = {"found": reason.get("found", ""), "expected": reason.get("expected", "")}
    sentence = str(_TABLE[TableCode(code)]) % facts if code in set(TableCode) else code
    return f"{_place(reason)}{sentence}"


def _place(reason: Mapping[str, Any]) -> str:
    parts = [str(reason["sheet"])] if reason.get("sheet") else []
    if reason.get("row"):
        parts.append(_("row %(row)s") % {"row": reason["row"]})
    if reason.get("column"):
        parts.append(_("column %(column)s") % {"column": reason["column"]})
    return f"{' '.join(parts)}: " if parts else ""


def table_facts(refused: TableRefused) -> dict[str, Any]:
    """A refused file as plain values, kept with the import."""
    return {
        "code": refused.code.value,
        "sheet": refused.sheet,
        "row": refused.row,
        "column": refused.column,
        "found": refused.found,
        "expected": refused.expected,
    }
