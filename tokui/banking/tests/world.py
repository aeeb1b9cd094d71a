"""Bank accounts and files for tests, written as banks write them and read by the real connectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tokui.banking.actions import NewAccount, add_account, import_statement
from tokui.banking.models import BankAccount, Statement
from tokui.banking.statements import Kind, StatementAccount, StatementLine
from tokui.connectors.zengin import to_zengin, write_01, write_03
from tokui.core.actors import SYSTEM, Actor

DAY = date(2026, 11, 20)


def make_account(code: str = "main", **changes: str) -> BankAccount:
    values = {"name": "みどり銀行 本店", "bank_code": "0001", "branch_code": "001", "number": "1234567"} | changes
    return add_account(NewAccount(code=code, **values), by=SYSTEM)


def paid(
    payer: str, amount: int, on: date = DAY, *, cancels: bool = False, code: str = "", edi: str = "", n: int = 1
) -> StatementLine:
    return StatementLine(
        number=n,
        booked_on=on,
        value_on=on,
        amount_minor=amount,
        direction="out" if cancels else "in",
        kind=Kind.CORRECTION if cancels else Kind.TRANSFER,
        payer_name=to_zengin(payer),
        payer_code=code,
        edi=edi,
        cancels=cancels,
    )


def notice_of(*accounts: tuple[str, Sequence[StatementLine]], branch: str = "001") -> bytes:
    """A Zengin 01 file of several batches: (account number, its lines)."""
    made = [replace(_account(lines, number, None, None), branch_code=branch) for number, lines in accounts]
    return write_01(made, created_on=DAY)


def notice(
    *lines: StatementLine, number: str = "1234567", from_on: date | None = None, to_on: date | None = None
) -> bytes:
    """A Zengin 01 file (振込入金通知)."""
    return write_01([_account(lines, number, from_on, to_on)], created_on=DAY)


def statement(opening: int, *lines: StatementLine, from_on: date | None = None, to_on: date | None = None) -> bytes:
    """A Zengin 03 file (入出金取引明細), whose balances prove it."""
    account = _account(lines, "1234567", from_on, to_on)
    closing = opening + sum(line.signed_minor for line in lines)
    return write_03([replace(account, opening_minor=opening, closing_minor=closing)], created_on=DAY)


def take(
    content: bytes, account: BankAccount, *, by: Actor = SYSTEM, name: str = "file.txt", format: str = "auto"
) -> Statement:
    return import_statement(content, account=account, name=name, format=format, by=by, at_once=True)


def _account(lines: Sequence[StatementLine], number: str, from_on: date | None, to_on: date | None) -> StatementAccount:
    days = [line.booked_on for line in lines] or [DAY]
    return StatementAccount(
        bank_code="0001",
        branch_code="001",
        account_type="1",
        account_number=number,
        holder=to_zengin("カ)アオバ"),
        from_on=from_on or min(days),
        to_on=to_on or max(days),
        lines=tuple(lines),
    )
