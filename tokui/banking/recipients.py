"""Whose file is it: the account that a bank file names, or the one whose saved columns read it."""

from __future__ import annotations

from collections.abc import Sequence

from tokui.banking.models import BankAccount
from tokui.banking.reading import column_mapping, shelf
from tokui.banking.refusals import FileRefused
from tokui.banking.statements import ReadOptions, StatementAccount, StatementFile
from tokui.core import clock

#: A larger file is not read twice; its account has to be chosen.
LOOKED_INTO_BYTES = 4 * 1024 * 1024
HEAD_BYTES = 1024
SURE_DIGITS = 7


def accounts_of(
    content: bytes, accounts: Sequence[BankAccount], *, name: str, format: str = "auto"
) -> list[BankAccount]:
    """The accounts to which a file may belong, best known first: one when it is certain, several when a person must say.

    A file that names its account belongs to that one only. A CSV that names none belongs to the account whose saved
    columns read it, else to the accounts whose own format it is, else to any.
    """
    if len(accounts) <= 1 or len(content) > LOOKED_INTO_BYTES:
        return list(accounts)
    file = _read(content, name, format, None)
    if file is None:
        fitting = [one for one in accounts if one.mapping and _read(content, name, format, one) is not None]
        return fitting or _mentioned(content, accounts) or list(accounts)
    named = [one for one in accounts if any(_is_named(one, part) for part in file.accounts)]
    if named or any(part.account_number for part in file.accounts):
        return named
    own = [one for one in accounts if one.authoritative_format == file.format]
    return own or list(accounts)


def _read(content: bytes, name: str, format: str, account: BankAccount | None) -> StatementFile | None:
    """What a file says, or None for one that cannot be read."""
    mapping = column_mapping(account.mapping) if account and account.mapping else None
    if mapping and format not in ("auto", "csv"):
        return None
    try:
        return shelf().read(content, format, today=clock.today(), name=name, options=ReadOptions(mapping=mapping))
    except FileRefused:
        return None


def _mentioned(content: bytes, accounts: Sequence[BankAccount]) -> list[BankAccount]:
    """Accounts whose number stands at the top of a damaged file: it is refused there, where it is looked for."""
    top = content[:HEAD_BYTES]
    return [one for one in accounts if len(one.number) >= SURE_DIGITS and one.number.encode() in top]


def _is_named(account: BankAccount, part: StatementAccount) -> bool:
    pairs = [(part.account_number, account.number), (part.bank_code, account.bank_code)]
    pairs += [(part.branch_code, account.branch_code)]
    told = [(found, ours) for found, ours in pairs if found and ours]
    return bool(part.account_number and account.number) and all(
        found.lstrip("0") == ours.lstrip("0") for found, ours in told
    )
