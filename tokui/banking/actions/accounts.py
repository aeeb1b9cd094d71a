"""Opening and changing the accounts on which money arrives."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import BANK_MANAGE
from tokui.banking.bank_master import bank_name, branch_name
from tokui.banking.events import BankAccountAdded, BankAccountChanged
from tokui.banking.models import BankAccount
from tokui.banking.reading import format_codes
from tokui.banking.refused import AccountCodeTaken
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.core.events import emit
from tokui.core.locks import lock
from tokui.core.money import EXPONENTS

CHANGEABLE = frozenset(
    {"name", "bank_code", "bank_name", "branch_code", "branch_name", "account_type", "number", "holder"}
    | {"authoritative_format", "date_basis", "mapping", "is_active"}
)


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """A bank account as a person states it. Names of bank and branch come from the bank master where left empty."""

    code: str
    name: str
    bank_code: str = ""
    branch_code: str = ""
    account_type: str = "1"
    number: str = ""
    holder: str = ""
    currency: str = "JPY"


@transaction.atomic
def add_account(new: NewAccount, *, by: Actor) -> BankAccount:
    """Add a bank account. Raises AccountCodeTaken, Invalid(code, currency, bank_code, branch_code, number)."""
    access.require(by, BANK_MANAGE)
    values = asdict(new)
    _check(values)
    if BankAccount.objects.filter(code=new.code).exists():
        raise AccountCodeTaken(code=new.code)
    values["bank_name"] = bank_name(new.bank_code)
    values["branch_name"] = branch_name(new.bank_code, new.branch_code)
    account = BankAccount.objects.create(**values, created_at=clock.now())
    emit(BankAccountAdded(account.pk, account.code), about=account, by=by)
    return account


@transaction.atomic
def change_account(account: BankAccount, changes: dict[str, Any], *, by: Actor) -> BankAccount:
    """Change what an account says of itself; its code and currency stay, because the books refer to them."""
    access.require(by, BANK_MANAGE)
    lock(account)
    changed = {name: value for name, value in changes.items() if name in CHANGEABLE and getattr(account, name) != value}
    for name, value in changed.items():
        setattr(account, name, value)
    _check(
        {"code": account.code, "currency": account.currency, **{name: getattr(account, name) for name in CHANGEABLE}}
    )
    if changed.keys() & {"bank_code", "branch_code"}:
        account.bank_name = bank_name(account.bank_code)
        account.branch_name = branch_name(account.bank_code, account.branch_code)
    if changed:
        account.save()
        emit(BankAccountChanged(account.pk, tuple(sorted(changed))), about=account, by=by)
    return account


def _check(values: dict[str, Any]) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,19}", values["code"]):
        raise Invalid(field="code", reason=_("Use 1 to 20 lower-case letters, digits, - or _."))
    if not values["name"].strip():
        raise Invalid(field="name", reason=_("Give the account a name."))
    if values["currency"] not in EXPONENTS:
        raise Invalid(field="currency", reason=_("Use a currency code such as JPY."))
    if values["account_type"] not in ("", "1", "2", "4", "9"):
        raise Invalid(field="account_type", reason=_("Use 1, 2, 4 or 9."))
    for name, length in (("bank_code", 4), ("branch_code", 3)):
        if values[name] and not re.fullmatch(rf"[0-9]{{{length}}}", values[name]):
            raise Invalid(field=name, reason=_("Use {length} digits.").format(length=length))
    if values["number"] and not re.fullmatch(r"[0-9]{1,10}", values["number"]):
        raise Invalid(field="number", reason=_("Use up to 10 digits."))
    if values.get("authoritative_format") and values["authoritative_format"] not in format_codes():
        raise Invalid(field="authoritative_format", reason=_("Choose one of the formats."))
