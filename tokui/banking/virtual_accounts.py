"""Virtual accounts (振込専用口座): how files spell them, and whose money came through one on a day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from tokui.banking.models import BankAccount, VirtualAccount
from tokui.banking.statements import StatementLine as FileLine

CLOSED, REUSED = "virtual_account_closed", "virtual_account_reused"
#: Branch and number within other text; seven digits alone could be an invoice's number.
_IN_TEXT = re.compile(r"(?<!\d)(\d{4}-?)?(\d{3})-?(\d{7})(?!\d)")
_DIGITS = re.compile(r"\D")


def virtual_code(bank: str, branch: str, number: str) -> str:
    """How a virtual account is named everywhere: `0005-101-5000001`, `101-5000001`, or its IBAN."""
    return "-".join(part for part in (bank, branch, number) if part)


def spellings(written: str) -> tuple[str, ...]:
    """What a bank's spelling may mean, the fullest first: bank, branch and number run together, or parts of them."""
    plain = written.strip().upper().replace(" ", "")
    digits = _DIGITS.sub("", plain)
    found = [plain]
    if len(digits) == 14:
        found.append(virtual_code(digits[:4], digits[4:7], digits[7:]))
    if len(digits) in (10, 14):
        found.append(virtual_code("", digits[-10:-7], digits[-7:]))
    if len(digits) == 7:
        found.append(digits)
    return tuple(found)


@dataclass(frozen=True)
class KnownNumbers:
    """The virtual accounts that a file speaks of, by every way in which it may spell them."""

    by_spelling: dict[str, VirtualAccount] = field(default_factory=dict)

    def of(self, line: FileLine) -> tuple[str, str]:
        """(virtual account, why nothing may be posted for it) of a payment; ("", "") where it came to the main one.

        A number that nobody registered is kept as the file spells it.
        """
        for text in (line.virtual_account, *_numbers_in(line.edi)):
            for spelling in spellings(text) if text else ():
                found = self.by_spelling.get(spelling)
                if found is not None:
                    return found.code, hold_of(found, line.booked_on)
        return line.virtual_account.strip()[:34], ""


def hold_of(number: VirtualAccount, day: date) -> str:
    """Why money on a number may not be posted by itself: nobody's on that day, or once somebody else's."""
    is_in_use = (
        number.state == VirtualAccount.State.ASSIGNED
        and (number.valid_from is None or number.valid_from <= day)
        and (number.valid_to is None or day <= number.valid_to)
    )
    if not is_in_use:
        return CLOSED
    is_reused = number.former_customer_id is not None and number.former_customer_id != number.customer_id
    return REUSED if is_reused else ""


def known_numbers(account: BankAccount, lines: Sequence[FileLine]) -> KnownNumbers:
    """Look up what a file's lines name, with one statement; a spelling that two numbers share names none."""
    texts = {text for line in lines for text in (line.virtual_account, *_numbers_in(line.edi)) if text}
    wanted = {spelling for text in texts for spelling in spellings(text)}
    if not wanted:
        return KnownNumbers()
    rows = VirtualAccount.objects.filter(account=account)
    rows = rows.filter(Q(code__in=wanted) | Q(number__in={one[-7:] for one in wanted} | wanted))
    found: dict[str, VirtualAccount | None] = {}
    for row in rows:
        for spelling in {row.code, virtual_code("", row.branch_code, row.number), row.number}:
            found[spelling] = row if spelling not in found else None
    return KnownNumbers({spelling: row for spelling, row in found.items() if row is not None})


def _numbers_in(text: str) -> Iterable[str]:
    return (virtual_code("", branch, number) for _bank, branch, number in _IN_TEXT.findall(text))
