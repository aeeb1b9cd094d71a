"""Whose is it: the accounts that a bank file names, part by part, or the one whose saved columns read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokui.banking.models import BankAccount, VirtualAccount
from tokui.banking.reading import column_mapping, shelf
from tokui.banking.refusals import FileRefused
from tokui.banking.statements import ReadOptions, StatementAccount, StatementFile
from tokui.core import clock

#: A larger file is not read twice; its account has to be chosen.
LOOKED_INTO_BYTES = 4 * 1024 * 1024
HEAD_BYTES = 1024
SURE_DIGITS = 7


class OtherAccount(FileRefused):
    """The file is of another account than the one chosen. field: what differs, found: the file's, expected: ours."""

    def __init__(self, field: str, found: str, expected: str | None, *, code: str = "other_account") -> None:
        Exception.__init__(self, field, found, expected)
        self.field, self.found, self.expected, self.line, self.column = field, found, expected, None, None
        self.word = code


@dataclass(frozen=True)
class Share:
    """What a file says of one account of ours."""

    account: BankAccount
    parts: tuple[StatementAccount, ...]


def shares_of(file: StatementFile, chosen: BankAccount) -> list[Share]:
    """The file's parts by the accounts they belong to, the chosen one first. A part that does not say whose it is
    belongs to the chosen one; one that names a virtual account, to the account behind it.

    Raises OtherAccount when nothing is of the chosen account, or when a part is of an account that is not ours.
    """
    accounts = [chosen, *BankAccount.objects.exclude(pk=chosen.pk).order_by("code")]
    numbers = _virtual_numbers(file)
    found: dict[object, list[StatementAccount]] = {chosen.pk: []}
    strange: dict[str, StatementAccount] = {}
    for part in file.accounts:
        owner, mine = _owner(part, accounts, numbers)
        if owner is None:
            strange[part.account_number or ""] = part
        else:
            found.setdefault(owner.pk, []).append(mine)
    if len(strange) == 1 and not chosen.number and not found[chosen.pk]:
        found[chosen.pk] = [part for part in file.accounts if part.account_number in strange]
        _refuse_other(found[chosen.pk][0], chosen)
        strange = {}
    if len(file.accounts) > len(strange) > 0 or len(strange) > 1:
        raise OtherAccount("account_number", ", ".join(sorted(strange)), None, code="unknown_accounts")
    if not found[chosen.pk] and file.accounts:
        _refuse_other(file.accounts[0], chosen)
        raise OtherAccount("account_number", file.accounts[0].account_number or "", chosen.number or chosen.code)
    return [Share(one, tuple(found[one.pk])) for one in accounts if one.pk in found]


def accounts_of(
    content: bytes, accounts: Sequence[BankAccount], *, name: str, format: str = "auto"
) -> list[BankAccount]:
    """The accounts to which a file may belong, best known first: one when it is certain, several when a person must say.

    A file that names its accounts belongs to those only, and the first stands for all of them. A CSV that names none
    belongs to the account whose saved columns read it, else to the accounts whose own format it is, else to any.
    """
    if len(accounts) <= 1 or len(content) > LOOKED_INTO_BYTES:
        return list(accounts)
    file = _read(content, name, format, None)
    if file is None:
        fitting = [one for one in accounts if one.mapping and _read(content, name, format, one) is not None]
        return fitting or _mentioned(content, accounts) or list(accounts)
    if any(part.account_number for part in file.accounts):
        return _named(file, accounts)
    own = [one for one in accounts if one.authoritative_format == file.format]
    return own or list(accounts)


def _named(file: StatementFile, accounts: Sequence[BankAccount]) -> list[BankAccount]:
    """The first account that the file names; several only where one part could be of either."""
    numbers = _virtual_numbers(file)
    for part in file.accounts:
        fitting = [one for one in accounts if _is_named(one, part)]
        through = numbers.get(part.account_number or "")
        if fitting or through is not None:
            return fitting or [one for one in accounts if through and one.pk == through.account_id]
    return []


def _owner(
    part: StatementAccount, accounts: Sequence[BankAccount], numbers: dict[str, VirtualAccount]
) -> tuple[BankAccount | None, StatementAccount]:
    """The account of a part (the chosen one stands first), and the part as it counts there."""
    if not part.account_number:
        _refuse_other(part, accounts[0])
        return accounts[0], part
    owner = next((one for one in accounts if _is_named(one, part)), None)
    through = numbers.get(part.account_number)
    if owner is not None or through is None or not _is_branch(through, part):
        return owner, part
    lines = tuple(replace(line, virtual_account=line.virtual_account or through.code) for line in part.lines)
    return next((one for one in accounts if one.pk == through.account_id), None), replace(part, lines=lines)


def _virtual_numbers(file: StatementFile) -> dict[str, VirtualAccount]:
    numbers = {part.account_number for part in file.accounts if part.account_number}
    rows = VirtualAccount.objects.filter(number__in=numbers).order_by("code") if numbers else []
    return {row.number: row for row in rows}


def _is_branch(number: VirtualAccount, part: StatementAccount) -> bool:
    pairs = [(part.bank_code, number.bank_code), (part.branch_code, number.branch_code)]
    return all(found == ours for found, ours in pairs if found and ours)


def _refuse_other(part: StatementAccount, ours: BankAccount) -> None:
    pairs = [("bank_code", part.bank_code, ours.bank_code), ("branch_code", part.branch_code, ours.branch_code)]
    pairs += [("account_number", part.account_number, ours.number), ("currency", part.currency, ours.currency)]
    for field, found, expected in pairs:
        if found and expected and found.lstrip("0") != expected.lstrip("0"):
            raise OtherAccount(field, found, expected)


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
    pairs += [(part.branch_code, account.branch_code), (part.currency, account.currency)]
    told = [(found, ours) for found, ours in pairs if found and ours]
    return bool(part.account_number and account.number) and all(
        found.lstrip("0") == ours.lstrip("0") for found, ours in told
    )
