"""How a pure parser says no: a code, what was found and what was expected. Words are made at the door."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Why a value was refused. The text after each member is its meaning, for people who translate it."""

    EMPTY = "empty"
    """Nothing was there."""
    TOO_LONG = "too_long"
    """Longer than a value of this kind can be."""
    NOT_A_NUMBER = "not_a_number"
    """Cannot be read as a number in exactly one way."""
    OUT_OF_RANGE = "out_of_range"
    """A number, but larger or smaller than we can keep."""
    TOO_PRECISE = "too_precise"
    """Has more decimals than the currency or column keeps; nothing is rounded silently."""
    UNKNOWN_CURRENCY = "unknown_currency"
    """Not an ISO 4217 code in use."""
    OTHER_CURRENCY = "other_currency"
    """Carries the mark of another currency than the expected one."""
    NOT_A_DATE = "not_a_date"
    """Cannot be read as a date."""
    NO_SUCH_DAY = "no_such_day"
    """Reads like a date, but the calendar has no such day (2027-02-30)."""
    NO_SUCH_ERA = "no_such_era"
    """The era did not have that day (平成31年5月1日), or the letter names no era."""
    YEAR_MISSING = "year_missing"
    """A month and day without a year, and no year was given to complete it."""
    NOT_A_TIME = "not_a_time"
    """Cannot be read as a time of day."""
    NOT_A_BOOLEAN = "not_a_boolean"
    """Neither a yes nor a no."""
    NOT_A_PHONE = "not_a_phone"
    """Not a possible phone number of the expected country."""
    LOST_LEADING_ZERO = "lost_leading_zero"
    """A phone number or postal code whose first zero a spreadsheet took away; `expected` is the likely value."""
    LOST_DIGITS = "lost_digits"
    """A spreadsheet wrote the number in exponent form (9.01E+09), so digits are gone."""
    NOT_A_POSTAL_CODE = "not_a_postal_code"
    """Not seven digits."""
    NOT_A_MAIL_ADDRESS = "not_a_mail_address"
    """Not one mail address of the form local@domain."""
    NOT_A_CORPORATE_NUMBER = "not_a_corporate_number"
    """Not thirteen digits (法人番号)."""
    NOT_A_REGISTRATION_NUMBER = "not_a_registration_number"
    """Not a T and thirteen digits (適格請求書発行事業者の登録番号)."""
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    """Well formed, but the check digit contradicts the other digits."""
    FORBIDDEN_CHARACTER = "forbidden_character"
    """Holds a control character that no text field may hold."""
    NOT_A_PAYMENT_TERM = "not_a_payment_term"
    """Not a closing or due rule that we know (月末締め翌月末払い)."""
    DUE_BEFORE_CLOSING = "due_before_closing"
    """Money would be due before the day on which it is asked for (25日締め当月10日払い); `expected` is the closing day."""
    NOT_A_PUBLIC_ID = "not_a_public_id"
    """Not an id of the expected kind (cus_…)."""


class ValueRefused(ValueError):
    """A value that people typed or a file held cannot be taken as it is."""

    def __init__(self, code: Code, found: object, expected: str = "") -> None:
        """`found` is kept shortened, as it was; `expected` is an example or the likely value, never a sentence."""
        self.code = code
        self.found = shortened(str(found))
        self.expected = expected
        super().__init__(code.value, self.found, expected)

    def __str__(self) -> str:
        wanted = f", expected {self.expected}" if self.expected else ""
        return f"{self.code.value}: {self.found!r}{wanted}"


def shortened(text: str, *, limit: int = 80) -> str:
    """The beginning of a text, so that a 10 MB cell never travels inside an error; NUL and lone surrogates, which
    neither PostgreSQL nor UTF-8 holds, made visible."""
    plain = text[: limit + 1].replace("\0", "␀").encode("utf-8", "replace").decode()
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"
