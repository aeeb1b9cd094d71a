"""The first bank account on the invoices: banking and invoices do not know each other, this room sees both."""

from __future__ import annotations

from tokui.access.models import Business
from tokui.banking.models import BankAccount
from tokui.core.actors import Actor
from tokui.invoices.issuers import change_terms, terms_of

#: Account types as documents spell them, by the bank's digit.
TYPES = {"1": "普通", "2": "当座", "4": "貯蓄"}


def printed(account: BankAccount) -> dict[str, str]:
    """The account as a document prints it (お振込先), or nothing where bank, number or holder are not known."""
    told = {
        "bank_name": account.bank_name,
        "bank_code": account.bank_code,
        "branch_name": account.branch_name,
        "branch_code": account.branch_code,
        "account_type": TYPES.get(account.account_type, ""),
        "account_number": account.number,
        "holder": account.holder,
    }
    needed = ("bank_name", "branch_name", "account_type", "account_number", "holder")
    return told if all(told[name] for name in needed) else {}


def businesses_without_bank() -> list[Business]:
    """The businesses whose invoices do not say where to pay."""
    return [one for one in Business.objects.filter(is_active=True).order_by("code") if not terms_of(one).banks]


def print_on_invoices(account: BankAccount, *, by: Actor) -> list[Business]:
    """Print the account on the coming invoices of every business that names none."""
    told = printed(account)
    lacking = businesses_without_bank() if told else []
    for business in lacking:
        change_terms(business, banks=[told], by=by)
    return lacking
