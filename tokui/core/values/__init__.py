"""Values as people type them and spreadsheets mangle them. Each parser gives the one value or raises ValueRefused.

Parsers take a cell of any kind: text from a form or CSV, or the number, date or truth value of a workbook.
"""

from tokui.core.refused import Code, ValueRefused
from tokui.core.values.contacts import (
    format_phone,
    format_postal_code,
    parse_mail_address,
    parse_phone,
    parse_postal_code,
)
from tokui.core.values.dates import DateSystem, from_serial, parse_day, parse_time, to_serial
from tokui.core.values.numbers import parse_amount, parse_currency, parse_decimal, parse_percent, parse_whole
from tokui.core.values.registrations import (
    check_digit,
    is_corporate_number,
    is_registration_number,
    parse_corporate_number,
    parse_registration_number,
)
from tokui.core.values.texts import normalise_kana, normalise_text, parse_boolean, parse_kana, parse_text

__all__ = [
    "Code",
    "DateSystem",
    "ValueRefused",
    "check_digit",
    "format_phone",
    "format_postal_code",
    "from_serial",
    "is_corporate_number",
    "is_registration_number",
    "normalise_kana",
    "normalise_text",
    "parse_amount",
    "parse_boolean",
    "parse_corporate_number",
    "parse_currency",
    "parse_day",
    "parse_decimal",
    "parse_kana",
    "parse_mail_address",
    "parse_percent",
    "parse_phone",
    "parse_postal_code",
    "parse_registration_number",
    "parse_text",
    "parse_time",
    "parse_whole",
    "to_serial",
]
