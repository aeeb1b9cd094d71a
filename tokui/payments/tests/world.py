"""Customers who owe, and money that comes, made by the real verbs."""

from __future__ import annotations

from datetime import date, timedelta

from tokui.banking.actions import NewDeposit, record_deposit
from tokui.banking.models import BankAccount, Deposit
from tokui.banking.tests.world import make_account
from tokui.core.actors import SYSTEM, Actor
from tokui.core.invariants import find_offences
from tokui.customers.models import Customer
from tokui.invoices.actions import NewOpening, bring_openings
from tokui.invoices.models import Invoice

DAY = date(2026, 11, 20)
_codes = iter(range(1, 10**6))


def make_customer(name: str = "太田 由紀", kana: str = "オオタ ユキ", **changes: object) -> Customer:
    from tokui.customers.actions import create_customer
    from tokui.customers.drafts import CustomerDraft

    return create_customer(CustomerDraft(code=f"C-{next(_codes):05d}", name=name, kana=kana, **changes), by=SYSTEM)


def make_invoice(
    customer: Customer,
    total: int = 24200,
    *,
    number: str = "",
    due_on: date = DAY + timedelta(7),
    issued_on: date = DAY,
) -> Invoice:
    """A receivable with a number and days of our choice: what a customer brings from the old system."""
    new = NewOpening(customer.pk, number or f"INV-2611-{next(_codes):04d}", issued_on, due_on, total)
    return Invoice.objects.get(pk=bring_openings([new], by=SYSTEM)[0])


def make_deposit(
    amount: int,
    payer: str = "オオタ ユキ",
    *,
    on: date = DAY,
    account: BankAccount | None = None,
    text: str = "",
    customer: Customer | None = None,
    by: Actor = SYSTEM,
) -> Deposit:
    account = account or BankAccount.objects.first() or make_account()
    new = NewDeposit(
        amount_minor=amount,
        received_on=on,
        method="transfer",
        payer=payer,
        account=account,
        text=text,
        customer=customer,
    )
    return record_deposit(new, by=by)


def assert_books_balance() -> None:
    offences = {one.invariant.name: one.rows for one in find_offences()}
    assert not offences, offences
