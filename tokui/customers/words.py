"""Words for the facts that pure modules return: fields, refused values, refused files. In the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.core.refused import Code, ValueRefused
from tokui.core.tables import TableCode, TableRefused

FIELD_WORDS: dict[str, Promise] = {
    "id": gettext_lazy("Tokui ID"),
    "version": gettext_lazy("Version"),
    "code": gettext_lazy("Customer code"),
    "kind": gettext_lazy("Kind"),
    "name": gettext_lazy("Name"),
    "kana": gettext_lazy("Kana"),
    "legal_form": gettext_lazy("Legal form"),
    "corporate_number": gettext_lazy("Corporate number"),
    "registration_number": gettext_lazy("Registration number (T-number)"),
    "email": gettext_lazy("Mail address"),
    "phone": gettext_lazy("Phone"),
    "postal_code": gettext_lazy("Postal code"),
    "address": gettext_lazy("Address"),
    "business_id": gettext_lazy("Business"),
    "owner_id": gettext_lazy("Person in charge"),
    "bill_to_id": gettext_lazy("Billed to"),
    "closing_day": gettext_lazy("Closing day"),
    "due_months": gettext_lazy("Months until due"),
    "due_day": gettext_lazy("Due day"),
    "due_shift": gettext_lazy("When the due day is a bank holiday"),
    "delivery": gettext_lazy("Delivery of invoices"),
    "tax_display": gettext_lazy("Tax display"),
    "tax_rounding": gettext_lazy("Rounding of tax"),
    "honorific": gettext_lazy("Form of address on documents"),
    "document_language": gettext_lazy("Language of documents"),
    "withholds": gettext_lazy("Withholds income tax from what is paid"),
    "is_active": gettext_lazy("Active"),
    "tags": gettext_lazy("Tags"),
    "custom": gettext_lazy("Own fields"),
    "terms": gettext_lazy("Payment terms"),
    "note": gettext_lazy("Note"),
}
#: Fields that only files have.
IMPORT_FIELD_WORDS: dict[str, Promise] = {
    "family_name": gettext_lazy("Family name"),
    "given_name": gettext_lazy("Given name"),
    "family_kana": gettext_lazy("Kana of the family name"),
    "given_kana": gettext_lazy("Kana of the given name"),
    "prefecture": gettext_lazy("Prefecture"),
    "city": gettext_lazy("City"),
    "street": gettext_lazy("Street"),
    "building": gettext_lazy("Building"),
    "business": gettext_lazy("Business"),
    "owner": gettext_lazy("Person in charge"),
    "bill_to": gettext_lazy("Code of who pays"),
    "terms": gettext_lazy("Payment terms"),
    "note": gettext_lazy("Note"),
    "phone2": gettext_lazy("Second phone"),
    "mobile": gettext_lazy("Mobile phone"),
    "fax": gettext_lazy("Fax number"),
    "email2": gettext_lazy("Second mail address"),
    "contact_name": gettext_lazy("Contact person"),
    "contact_kana": gettext_lazy("Kana of the contact person"),
    "contact_department": gettext_lazy("Department of the contact person"),
    "contact_title": gettext_lazy("Title of the contact person"),
    "contact_email": gettext_lazy("Mail address of the contact person"),
    "contact_phone": gettext_lazy("Phone of the contact person"),
    "payer_names": gettext_lazy("Payer names"),
    "guardian": gettext_lazy("Code of the guardian"),
    "parent_company": gettext_lazy("Code of the parent company"),
}
#: The fields of a file in the order in which people look for them.
IMPORT_GROUPS: list[tuple[Promise, tuple[str, ...]]] = [
    (
        gettext_lazy("Customer"),
        (
            *("name", "kana", "code", "family_name", "given_name", "family_kana", "given_kana", "kind", "legal_form"),
            *("corporate_number", "registration_number", "business", "owner", "tags", "is_active", "note"),
        ),
    ),
    (
        gettext_lazy("Contacts"),
        (
            *("email", "phone", "mobile", "phone2", "fax", "email2"),
            *("postal_code", "address", "prefecture", "city", "street", "building"),
        ),
    ),
    (
        gettext_lazy("Contact person"),
        ("contact_name", "contact_kana", "contact_department", "contact_title", "contact_email", "contact_phone"),
    ),
    (
        gettext_lazy("Billing"),
        (
            *("bill_to", "payer_names", "terms", "closing_day", "due_months", "due_day", "due_shift"),
            *("delivery", "tax_display", "tax_rounding"),
        ),
    ),
    (gettext_lazy("Relationships"), ("guardian", "parent_company")),
    (gettext_lazy("Export from Tokui"), ("id", "version")),
]
KIND_WORDS: dict[str, Promise] = {
    "person": gettext_lazy("Person"),
    "company": gettext_lazy("Company"),
    "school": gettext_lazy("School"),
    "government": gettext_lazy("Government office"),
    "nonprofit": gettext_lazy("Non-profit organization"),
}
CHOICE_WORDS: dict[str, dict[str, str | Promise]] = {
    "kind": {**KIND_WORDS},
    "due_shift": {
        "before": gettext_lazy("Business day before"),
        "after": gettext_lazy("Business day after"),
        "none": gettext_lazy("The day itself"),
    },
    "delivery": {"mail": gettext_lazy("By mail"), "paper": gettext_lazy("On paper"), "none": gettext_lazy("Not sent")},
    "tax_display": {"excluded": gettext_lazy("Tax excluded"), "included": gettext_lazy("Tax included")},
    "honorific": {
        "usual": gettext_lazy("By kind of customer"),
        "onchu": "御中",
        "sama": "様",
        "none": gettext_lazy("None of both"),
    },
    "document_language": {"ja": gettext_lazy("Japanese"), "en": gettext_lazy("English")},
    "tax_rounding": {
        "down": gettext_lazy("Round down"),
        "up": gettext_lazy("Round up"),
        "half_up": gettext_lazy("Round half up"),
    },
}
RELATIONSHIP_WORDS: dict[str, tuple[Promise, Promise]] = {
    # (how the other is called seen from its `to` side, and from its `from` side)
    "guardian": (gettext_lazy("Guardian"), gettext_lazy("Child")),
    "employee": (gettext_lazy("Employee"), gettext_lazy("Employer")),
    "parent_company": (gettext_lazy("Parent company"), gettext_lazy("Subsidiary")),
    "partner": (gettext_lazy("Partner"), gettext_lazy("Partner")),
    "referrer": (gettext_lazy("Referred by"), gettext_lazy("Referred")),
    "pays_for": (gettext_lazy("Payer"), gettext_lazy("Pays for")),
}
POINT_WORDS: dict[str, Promise] = {
    "mail": gettext_lazy("Mail address"),
    "phone": gettext_lazy("Phone"),
    "postal": gettext_lazy("Postal address"),
    "social": gettext_lazy("Social account"),
}
CUSTOM_KIND_WORDS: dict[str, Promise] = {
    "text": gettext_lazy("Text"),
    "number": gettext_lazy("Number"),
    "money": gettext_lazy("Amount"),
    "date": gettext_lazy("Date"),
    "choice": gettext_lazy("Choice"),
    "boolean": gettext_lazy("Yes or no"),
}

_VALUE: dict[Code, Promise] = {
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
    Code.NOT_A_PUBLIC_ID: gettext_lazy("“%(found)s” is not an id of Tokui."),
}
#: Reasons of our own, beside those of the parsers.
_OWN: dict[str, Promise] = {
    "unknown_business": gettext_lazy("There is no business “%(found)s”."),
    "unknown_owner": gettext_lazy("Nobody here is called “%(found)s”."),
    "unknown_bill_to": gettext_lazy("There is no customer with the code “%(found)s”."),
    "unknown_id": gettext_lazy("There is no customer with the id “%(found)s”."),
    "unknown_field": gettext_lazy("There is no such field."),
    "twice_in_file": gettext_lazy("“%(found)s” stands in the file twice."),
    "changed_since_export": gettext_lazy(
        "Changed in Tokui after the export (version %(expected)s); the file has %(found)s."
    ),
    "code_of_another": gettext_lazy("The code “%(found)s” belongs to another customer."),
    "bill_to_cycle": gettext_lazy("“%(found)s” would end up paying for itself."),
    "relative_cycle": gettext_lazy("“%(found)s” would stand above itself."),
    "not_a_payer_name": gettext_lazy("“%(found)s” is too short to recognise a payer by."),
    "formula_without_value": gettext_lazy(
        "The cell holds a formula without its result. Open the workbook in Excel and save it once more."
    ),
    "not_reverted": gettext_lazy("Changed or used after the import; kept as it is."),
}
_TABLE: dict[TableCode, Promise] = {
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
    return str(_VALUE[code]) % told


def reason_words(reason: Mapping[str, Any]) -> str:
    """A stored reason {code, found, expected} of an import's row."""
    code = str(reason.get("code", ""))
    facts = {"found": reason.get("found", ""), "expected": reason.get("expected", "")}
    if code in _OWN:
        return str(_OWN[code]) % facts
    return _value_words(Code(code), facts) if code in set(Code) else code


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
