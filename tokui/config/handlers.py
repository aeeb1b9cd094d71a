"""What rooms of one floor tell each other about: only this room sees both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.urls import reverse

from tokui.banking.models import BankAccount
from tokui.customers.models import Customer
from tokui.customers.queries import search
from tokui.ledger.registry import Party, name_banks, name_customers


def parties(ids: Iterable[UUID]) -> Mapping[UUID, Party]:
    """How the books call customers."""
    rows = Customer.objects.filter(pk__in=list(ids)).only("code", "name", "organization_id")
    return {row.pk: Party(row.code, row.name, reverse("customers:customer", args=[row.public_id])) for row in rows}


def find(typed: str) -> list[UUID]:
    """Customers that a typed word means: the one with that code, else the first of the search."""
    exact = list(Customer.objects.filter(code=typed).values_list("pk", flat=True))
    return exact or list(search(typed, most=20).ids)


def banks() -> Mapping[str, str]:
    """How the books call the bank accounts of the organization."""
    return {account.ledger_account: account.name for account in BankAccount.objects.all()}


name_customers(parties, find)
name_banks(banks)
