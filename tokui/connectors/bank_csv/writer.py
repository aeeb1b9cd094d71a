"""Write a bank's CSV as that bank does: for demonstrations, round trips and moving between systems."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Literal

from tokui.banking.refusals import FileRefused, Refused
from tokui.banking.statements import StatementAccount, StatementLine
from tokui.connectors.amounts import decimals_of
from tokui.connectors.bank_csv.profiles import Profile

TYPE_NAMES = {"1": "普通", "2": "当座", "4": "貯蓄"}


def write_bank_csv(profile: Profile, account: StatementAccount, lines: Sequence[StatementLine] | None = None) -> bytes:
    """The bytes of `account` (or of `lines` of it) in a bank's layout: its code, quotes, dates, order of columns.

    Balances are computed from `account.opening_minor` where the lines have none. What the layout has no column for
    is left out. Raises UNDECODABLE for a character that the bank's code lacks, TOO_PRECISE for other currencies.
    """
    if decimals_of(account.currency):
        raise FileRefused(Refused.TOO_PRECISE, field="currency", found=account.currency, expected="JPY")
    text = io.StringIO(newline="")
    text.write("".join(f"{line}\r\n" for line in profile.preamble))
    quoting: Literal[0, 1] = csv.QUOTE_ALL if profile.quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(text, quoting=quoting, lineterminator="\r\n")
    writer.writerow(profile.header)
    balance = account.opening_minor
    for number, line in enumerate(account.lines if lines is None else lines, start=1):
        balance = balance + line.signed_minor if balance is not None else None
        after = line.balance_minor if line.balance_minor is not None else balance
        cells = _cells(profile, account, line, number, after)
        writer.writerow([cells.get(column, "") for column in profile.header])
    return _encoded(text.getvalue(), profile.encoding)


def _cells(
    profile: Profile, account: StatementAccount, line: StatementLine, number: int, balance: int | None
) -> dict[str | int, str]:
    mapping = profile.mapping
    incoming = line.direction == "in"
    values = {
        mapping.value_date: _day(profile, line.value_on),
        mapping.amount: _amount(profile, line.signed_minor),
        mapping.money_in: _amount(profile, line.amount_minor) if incoming else "",
        mapping.money_out: "" if incoming else _amount(profile, line.amount_minor),
        mapping.payer: line.payer_name,
        mapping.balance: "" if balance is None else _amount(profile, balance),
        mapping.native_id: line.native_id or str(number),
        mapping.bank_name: line.bank_name,
        mapping.branch_name: line.branch_name,
        mapping.reference: line.reference or str(number),
        mapping.account: f"{TYPE_NAMES.get(account.account_type or '', '')} {account.account_number or ''}".strip(),
    }
    cells = {column: text for column, text in values.items() if column is not None}
    day = line.booked_on
    parts = (str(day.year), str(day.month), str(day.day)) if len(mapping.date) == 3 else (_day(profile, day),)
    cells |= dict(zip(mapping.date, parts, strict=True))
    cells |= dict.fromkeys(mapping.texts[:1], line.text)
    return cells | dict(profile.fixed)


def _day(profile: Profile, day: date | None) -> str:
    return "" if day is None else profile.day_pattern.format(day)


def _amount(profile: Profile, minor: int) -> str:
    digits = f"{abs(minor):,}" if profile.thousands else str(abs(minor))
    return ("-" if minor < 0 else "") + profile.amount_prefix + digits


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise FileRefused(Refused.UNDECODABLE, line=line, found=text[error.start], expected=encoding) from error
