"""Using a customer's advance (前受金) for what they owe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from tokui import access
from tokui.access.permissions import PAYMENTS_ALLOCATE
from tokui.banking.models import Deposit
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.events import emit
from tokui.core.ids import uuid7
from tokui.core.locks import lock_all
from tokui.customers.models import Customer
from tokui.invoices.models import Invoice
from tokui.payments.actions.allocating import counting_day
from tokui.payments.events import AdvanceApplied
from tokui.payments.models import Allocation
from tokui.payments.posting import NewAllocation, accounts_of, make_allocations
from tokui.payments.refused import (
    AdvanceTooSmall,
    InvoiceNotOpen,
    MoreThanOwed,
    NothingToAllocate,
    OtherCustomersAdvance,
)
from tokui.payments.standings import refresh_standings

Kind = Allocation.Kind


@transaction.atomic
def apply_advance(customer: Customer, uses: Sequence[tuple[UUID, int]], *, by: Actor, on: date | None = None) -> UUID:
    """Pay invoices of a customer from what is held for them, the oldest advance first. Returns the decision.

    Raises AdvanceTooSmall, OtherCustomersAdvance, MoreThanOwed, InvoiceNotOpen, NothingToAllocate.
    """
    access.require(by, PAYMENTS_ALLOCATE)
    if not uses or any(amount <= 0 for _invoice, amount in uses):
        raise NothingToAllocate
    held = Allocation.objects.filter(customer=customer, kind=Kind.ADVANCE, released_at=None)
    lock_all(Deposit.objects.filter(pk__in=held.values("deposit")).only("pk"))
    invoices = {row.pk: row for row in lock_all(Invoice.objects.filter(pk__in=[key for key, _amount in uses]))}
    advances = sorted((row for row in lock_all(held) if row.unused_minor), key=lambda row: (row.on, row.pk))
    _check(customer, uses, invoices, advances)
    decision = uuid7()
    rows = _spread(customer, uses, invoices, advances, decision, on)
    make_allocations(rows, by=by)
    refresh_standings({customer.pk}, by=by)
    total = sum(row.amount_minor for row in rows)
    paid = tuple(sorted(invoices))
    emit(AdvanceApplied(decision, customer.pk, total, rows[0].currency, paid), about=customer, by=by)
    return decision


def _check(
    customer: Customer, uses: Sequence[tuple[UUID, int]], invoices: dict[UUID, Invoice], advances: Sequence[Allocation]
) -> None:
    left = sum(row.unused_minor for row in advances)
    if sum(amount for _invoice, amount in uses) > left:
        raise AdvanceTooSmall(left=left)
    for key, amount in uses:
        invoice = invoices.get(key)
        if invoice is None or invoice.state != Invoice.State.ISSUED:
            raise InvoiceNotOpen(number=invoice.number if invoice else "?")
        if invoice.customer_id != customer.pk:
            raise OtherCustomersAdvance
        if amount > invoice.open_minor:
            raise MoreThanOwed(number=invoice.number, open=invoice.open_minor)


def _spread(
    customer: Customer,
    uses: Sequence[tuple[UUID, int]],
    invoices: dict[UUID, Invoice],
    advances: Sequence[Allocation],
    decision: UUID,
    on: date | None,
) -> list[NewAllocation]:
    debit, credit = accounts_of(Kind.PAYMENT, customer.pk, from_advance=True)
    left = {row.pk: row.unused_minor for row in advances}
    rows = []
    for key, wanted in uses:
        for advance in advances:
            amount = min(wanted, left[advance.pk])
            if not amount:
                continue
            left[advance.pk] -= amount
            wanted -= amount
            rows.append(
                NewAllocation(
                    decision=decision,
                    customer_id=customer.pk,
                    amount_minor=amount,
                    on=on or counting_day(clock.today(), [invoices[key]]),
                    currency=invoices[key].currency,
                    deposit_id=advance.deposit_id,
                    invoice_id=key,
                    from_advance_id=advance.pk,
                    debit=debit,
                    credit=credit,
                )
            )
    return rows
