"""Virtual accounts (振込専用口座): a pool of the bank's numbers, given to customers and taken from them again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import BANK_MANAGE
from tokui.banking.events import VirtualAccountAssigned, VirtualAccountReleased, VirtualAccountsRegistered
from tokui.banking.models import BankAccount, VirtualAccount
from tokui.banking.refused import VirtualAccountInUse, VirtualAccountNotAssigned, VirtualAccountTaken
from tokui.banking.virtual_accounts import virtual_code
from tokui.core import clock, states
from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.core.events import emit
from tokui.core.ids import uuid7_many
from tokui.core.locks import lock
from tokui.core.tenancy import require_organization
from tokui.customers.models import Customer

MOST = 10_000
_NUMBER = re.compile(r"[0-9]{7}|[A-Z]{2}[0-9]{2}[0-9A-Z]{8,30}")

State = VirtualAccount.State


@dataclass(frozen=True, kw_only=True)
class NewNumber:
    """A number of the bank's: seven digits with bank and branch (the account's own where left empty), or an IBAN."""

    number: str
    branch_code: str = ""
    bank_code: str = ""


@transaction.atomic
def register_virtual_accounts(account: BankAccount, numbers: Sequence[NewNumber], *, by: Actor) -> list[VirtualAccount]:
    """Add numbers that the bank has put before an account to its pool. Raises Invalid(number, branch_code, bank_code),
    VirtualAccountTaken."""
    access.require(by, BANK_MANAGE)
    lock(account)
    if not 0 < len(numbers) <= MOST:
        raise Invalid(field="numbers", reason=_("Register 1 to 10,000 numbers at once."))
    made = [_row(account, new, key) for new, key in zip(numbers, uuid7_many(len(numbers)), strict=True)]
    known = VirtualAccount.objects.filter(code__in=[row.code for row in made]).order_by("code").first()
    codes = {row.code for row in made}
    if known is not None or len(codes) < len(made):
        twice = next((row.code for at, row in enumerate(made) if row.code in {one.code for one in made[:at]}), "")
        raise VirtualAccountTaken(code=known.code if known else twice)
    VirtualAccount.objects.bulk_create(made, batch_size=2000)
    emit(VirtualAccountsRegistered(account.pk, len(made)), about=account, by=by)
    return made


@transaction.atomic
def assign_virtual_account(
    virtual: VirtualAccount, customer: Customer, *, by: Actor, valid_from: date | None = None, invoice_number: str = ""
) -> VirtualAccount:
    """Give a free number to a customer, for all their payments or for one invoice. Raises VirtualAccountInUse.

    `valid_from` is the first day on which money on it is theirs; today unless told otherwise.
    """
    access.require(by, BANK_MANAGE)
    lock(virtual)
    if virtual.state != State.FREE:
        raise VirtualAccountInUse(code=virtual.code)
    first = valid_from or clock.today()
    states.move(
        virtual,
        to=State.ASSIGNED,
        customer_id=customer.pk,
        invoice_number=invoice_number[:40],
        valid_from=first,
        valid_to=None,
    )
    emit(VirtualAccountAssigned(virtual.pk, customer.pk, virtual.code, first), about=virtual, by=by)
    return virtual


def release_virtual_account(virtual: VirtualAccount, *, by: Actor) -> VirtualAccount:
    """Take a number from its customer and let it rest (quarantine): what still comes in on it waits for a person."""
    return _give_back(virtual, State.RESTING, by)


def free_virtual_account(virtual: VirtualAccount, *, by: Actor) -> VirtualAccount:
    """End the rest of a number. Money that comes in for its next customer still waits for a person, because whoever
    had it before may pay into it."""
    return _give_back(virtual, State.FREE, by)


def close_virtual_account(virtual: VirtualAccount, *, by: Actor) -> VirtualAccount:
    """Close a number for good. What still comes in on it waits for a person."""
    return _give_back(virtual, State.CLOSED, by)


@transaction.atomic
def _give_back(virtual: VirtualAccount, to: VirtualAccount.State, by: Actor) -> VirtualAccount:
    access.require(by, BANK_MANAGE)
    lock(virtual)
    if (virtual.state, to) not in VirtualAccount.MOVES:
        raise (
            VirtualAccountNotAssigned(code=virtual.code)
            if to == State.RESTING
            else VirtualAccountInUse(code=virtual.code)
        )
    holder = virtual.customer_id
    changes: dict[str, Any] = {}
    if holder is not None:
        last = max(clock.today() - timedelta(days=1), virtual.valid_from or date.min)
        changes = {"customer_id": None, "former_customer_id": holder, "valid_to": last, "invoice_number": ""}
    states.move(virtual, to=to, **changes)
    emit(VirtualAccountReleased(virtual.pk, holder, virtual.code, to.value), about=virtual, by=by)
    return virtual


def _row(account: BankAccount, new: NewNumber, key: UUID) -> VirtualAccount:
    number = new.number.strip().upper().replace(" ", "")
    if not _NUMBER.fullmatch(number):
        raise Invalid(field="number", reason=_("Use 7 digits, or an IBAN."))
    is_iban = not number.isdigit()
    bank, branch = ("", "") if is_iban else (new.bank_code or account.bank_code, new.branch_code or account.branch_code)
    for name, value, length in (("bank_code", bank, 4), ("branch_code", branch, 3)):
        if value and not re.fullmatch(rf"[0-9]{{{length}}}", value):
            raise Invalid(field=name, reason=_("Use {length} digits.").format(length=length))
    return VirtualAccount(
        id=key,
        organization_id=require_organization(),
        account=account,
        code=virtual_code(bank, branch, number),
        bank_code=bank,
        branch_code=branch,
        number=number,
    )
