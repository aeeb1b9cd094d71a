"""Phone numbers, postal codes and mail addresses."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

import phonenumbers

from tokui.core.numerals import narrow
from tokui.core.refused import Code, ValueRefused
from tokui.core.tables.shapes import Cell, cell_text

LONGEST_ADDRESS, LONGEST_LOCAL_PART = 254, 64  # RFC 5321
_DASHES = re.compile("[−‐‑–—―ーｰ]")
_FLOATED = re.compile(r"[0-9]+\.0+")
_EXPONENT = re.compile(r"[0-9]+(\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,30}|\([0-9][0-9 ()./-]{4,30}")
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def parse_phone(value: Cell, *, region: str = "JP") -> str:
    """A phone number in E.164 (+81312345678); without a country code it is read as one of `region`.

    Raises ValueRefused: EMPTY, NOT_A_PHONE (also with an extension), LOST_DIGITS for `9.01E+09`, and
    LOST_LEADING_ZERO for 9012345678 in Japan, with the likely number as `expected`: a person decides, because
    `312345678` may as well have lost another digit.
    """
    text = _contact_text(value, "03-1234-5678")
    if not _PHONE.fullmatch(text):
        raise ValueRefused(Code.NOT_A_PHONE, value, "03-1234-5678")
    if region == "JP" and text[0] not in "+0(" and (likely := _valid(f"0{text}", region)):
        raise ValueRefused(Code.LOST_LEADING_ZERO, value, likely)
    number = _valid(text, region)
    if number is None:
        raise ValueRefused(Code.NOT_A_PHONE, value, "03-1234-5678")
    return number


def parse_postal_code(value: Cell) -> str:
    """A Japanese postal code as seven digits: `〒100-0001`, `１０００００１`.

    Raises ValueRefused: EMPTY, NOT_A_POSTAL_CODE, and LOST_LEADING_ZERO for the 600001 that a spreadsheet makes of
    060-0001, with the likely code as `expected`.
    """
    text = _contact_text(value, "100-0001").removeprefix("〒").strip()
    digits = text.replace("-", "", 1) if re.fullmatch("[0-9]{3}-[0-9]{4}", text) else text
    if re.fullmatch("[0-9]{7}", digits):
        return digits
    if re.fullmatch("[1-9][0-9]{5}", digits):
        raise ValueRefused(Code.LOST_LEADING_ZERO, value, f"0{digits}")
    raise ValueRefused(Code.NOT_A_POSTAL_CODE, value, "100-0001")


def format_postal_code(digits: str) -> str:
    """100-0001 from 1000001."""
    return f"{digits[:3]}-{digits[3:]}"


def parse_mail_address(value: Cell) -> str:
    """One mail address in NFKC and lower case, its domain in ASCII (IDNA), as it is stored and compared.

    Dots may stand together or before the @, against RFC 5321: old Japanese mobile addresses have them.
    Raises ValueRefused: EMPTY, TOO_LONG, NOT_A_MAIL_ADDRESS.
    """
    text = unicodedata.normalize("NFKC", cell_text(value)).strip().lower()
    if not text:
        raise ValueRefused(Code.EMPTY, value, "name@example.jp")
    if len(text) > LONGEST_ADDRESS:
        raise ValueRefused(Code.TOO_LONG, value, str(LONGEST_ADDRESS))
    local, _, domain = text.rpartition("@")
    domain = _ascii_domain(domain)
    labels = domain.split(".")
    if (
        not _LOCAL.fullmatch(local)
        or len(local) > LONGEST_LOCAL_PART
        or len(labels) < 2
        or not all(_LABEL.fullmatch(label) for label in labels)
        or labels[-1].isdigit()
    ):
        raise ValueRefused(Code.NOT_A_MAIL_ADDRESS, value, "name@example.jp")
    return f"{local}@{domain}"


def _contact_text(value: Cell, expected: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueRefused(Code.FORBIDDEN_CHARACTER, value, expected)
    text = _DASHES.sub("-", narrow(cell_text(value)).strip())
    if not text:
        raise ValueRefused(Code.EMPTY, value, expected)
    if _EXPONENT.fullmatch(text):
        raise ValueRefused(Code.LOST_DIGITS, value, expected)
    return text.partition(".")[0] if _FLOATED.fullmatch(text) else text


def format_phone(number: str) -> str:
    """A stored number as people write it at home: +819012345678 is 090-1234-5678; others with their country."""
    try:
        parsed = phonenumbers.parse(number, "JP")
    except phonenumbers.NumberParseException:
        return number
    home = parsed.country_code == phonenumbers.country_code_for_region("JP")
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def _valid(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii") if domain else ""
    except UnicodeError:
        return ""
