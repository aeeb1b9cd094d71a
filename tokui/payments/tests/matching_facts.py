"""A deposit, an invoice and a payer in one line each, for the tests of the matcher."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tokui.customers.names import name_key
from tokui.payments.matching import DepositFacts, InvoiceFacts, PayerFacts, PayerName, Proposal, match

DAY = date(2026, 10, 20)


def deposit(amount: int, name: str = "", *, id: int = 1, **changes: Any) -> DepositFacts:
    facts = DepositFacts(id, amount, "JPY", DAY, name_key(name), name, bank_account_id="main")
    return replace(facts, **changes)


def invoice(id: int, amount: int, customer: int = 1, *, bill_to: int | None = None, **changes: Any) -> InvoiceFacts:
    issued = date(2026, 8, 31) + timedelta(days=id)
    facts = InvoiceFacts(
        id, f"INV-{id:07d}", customer, bill_to, amount, "JPY", due_on=issued + timedelta(days=30), issued_on=issued
    )
    return replace(facts, **changes)


def payer(customer: int, *names: str, **changes: Any) -> PayerFacts:
    return replace(PayerFacts(customer, tuple(PayerName(name_key(name)) for name in names)), **changes)


def best(
    deposits: DepositFacts | list[DepositFacts], payers: list[PayerFacts], invoices: list[InvoiceFacts], **more: Any
) -> Proposal:
    found = match(deposits if isinstance(deposits, list) else [deposits], payers, invoices, **more)
    return found[0]


YAMADA = payer(1, "カ)ヤマダショウジ")
