"""Using a deposit: for invoices, with its difference, or held as the customer's advance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import PAYMENTS_ALLOCATE, PAYMENTS_WRITE_OFF
from tokui.banking.models import Deposit
from tokui.banking.refused import DepositNotOpen
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.core.events import emit
from tokui.core.ids import uuid7
from tokui.core.locks import lock, lock_all
from tokui.customers.models import Customer
from tokui.invoices.models import Invoice
from tokui.ledger.periods import is_closed
from tokui.payments.actions.approving import ask_approval, bill_of, given_up, limits_of, needs_approval
from tokui.payments.actions.learning import learn_from
from tokui.payments.events import AdvanceKept, DepositAllocated
from tokui.payments.limits import is_gift
from tokui.payments.models import Allocation, Decision, PaymentPolicy, Suggestion
from tokui.payments.policy import policy_of_organization
from tokui.payments.posting import NewAllocation, accounts_of, make_allocations
from tokui.payments.refused import InvoiceNotOpen, MoreThanOwed, MoreThanReceived, NothingToAllocate, OtherCurrency
from tokui.payments.standings import refresh_standings

Kind = Allocation.Kind


@dataclass(frozen=True)
class Use:
    """An amount for an invoice. Only `payment` takes from the deposit; fee, discount, write_off and withholding close
    what is missing."""

    invoice_id: UUID
    amount_minor: int
    kind: str = Kind.PAYMENT


@dataclass(frozen=True)
class Allocated:
    """What a decision made. `approval` is set when a part waits for approval and stays open until then."""

    decision_id: UUID
    allocations: list[UUID]
    left_minor: int
    approval: Any = None


@transaction.atomic
def allocate(
    deposit: Deposit,
    uses: Sequence[Use],
    *,
    by: Actor,
    advance_minor: int = 0,
    advance_customer: Customer | None = None,
    memo: str = "",
) -> Allocated:
    """Settle invoices with a deposit, in one decision that one `release` undoes.

    What is given up above the policy's limit becomes a request for approval instead, and stays open until then.
    Raises NothingToAllocate, MoreThanReceived, MoreThanOwed, InvoiceNotOpen, OtherCurrency, DepositNotOpen, NotPermitted.
    """
    access.require(by, PAYMENTS_ALLOCATE)
    lock(deposit)
    invoices = {row.pk: row for row in lock_all(Invoice.objects.filter(pk__in={use.invoice_id for use in uses}))}
    policy = policy_of_organization()
    _check(deposit, uses, invoices, advance_minor)
    now_uses, waiting = _split_by_limit(uses, invoices, policy, by)
    holder = _advance_holder(advance_minor, advance_customer, invoices, uses)
    decision = uuid7()
    best = Suggestion.objects.filter(deposit=deposit, rank=0).first()
    made = _rows(deposit, now_uses, invoices, decision, memo, best)
    if holder is not None:
        made.append(_advance(deposit, holder, advance_minor, decision))
    ids = make_allocations(made, by=by)
    _remember(deposit, decision, made, policy, best, by)
    refresh_standings({row.customer_id for row in made if row.customer_id}, by=by)
    _announce(deposit, decision, made, by)
    approval = (
        ask_approval(invoices[waiting.invoice_id], waiting.kind, waiting.amount_minor, memo, by=by) if waiting else None
    )
    used = sum(row.amount_minor for row in made if row.kind in Allocation.FROM_DEPOSIT)
    return Allocated(decision, ids, deposit.left_minor - used, approval)


def keep_as_advance(deposit: Deposit, customer: Customer, *, by: Actor, amount_minor: int | None = None) -> Allocated:
    """Hold a deposit (or part of it) as the customer's advance (前受金): it is known whose it is, not yet what for."""
    wanted = deposit.left_minor if amount_minor is None else amount_minor
    return allocate(deposit, [], by=by, advance_minor=wanted, advance_customer=customer)


def counting_day(received_on: date, invoices: Sequence[Invoice], closed: dict[date, bool] | None = None) -> date:
    """The day an allocation counts: when the money came, not before the invoice existed, in an open month.

    `closed` remembers between calls which months are closed.
    """
    day = max([received_on, *(invoice.issued_on for invoice in invoices)])
    closed = {} if closed is None else closed
    month = day.replace(day=1)
    if month not in closed:
        closed[month] = is_closed(day)
    return clock.today() if day > clock.today() or closed[month] else day


def _split_by_limit(
    uses: Sequence[Use], invoices: dict[UUID, Invoice], policy: PaymentPolicy, by: Actor
) -> tuple[list[Use], Use | None]:
    """Uses that may be posted now, and the one that needs approval. What is no usual fee or lawful withholding needs
    the permission to give up, too."""
    if all(use.kind == Kind.PAYMENT for use in uses):
        return list(uses), None
    given, limits = given_up(invoices), limits_of(policy)
    now_uses, over = [], []
    for use in uses:
        if use.kind != Kind.PAYMENT:
            invoice, sums = invoices[use.invoice_id], given[use.invoice_id]
            if is_gift(bill_of(invoice), sums, use.kind, use.amount_minor, limits):
                access.require(by, PAYMENTS_WRITE_OFF)
            if needs_approval(invoice, use.kind, use.amount_minor, policy=policy, given=sums):
                over.append(use)
                continue
            sums[use.kind] = sums.get(use.kind, 0) + use.amount_minor
        now_uses.append(use)
    if len(over) > 1:
        raise Invalid(field="uses", reason=_("Give up one amount above the limit at a time."))
    return now_uses, over[0] if over else None


def _check(deposit: Deposit, uses: Sequence[Use], invoices: dict[UUID, Invoice], advance_minor: int) -> None:
    if deposit.state == Deposit.State.CANCELLED:
        raise DepositNotOpen
    if (not uses and advance_minor <= 0) or advance_minor < 0 or any(use.amount_minor <= 0 for use in uses):
        raise NothingToAllocate
    if any(use.kind in (Kind.ADVANCE, Kind.REFUND) for use in uses):
        raise Invalid(field="kind", reason="an invoice is not settled by an advance or a refund")
    paid = sum(use.amount_minor for use in uses if use.kind == Kind.PAYMENT) + advance_minor
    if paid > deposit.left_minor:
        raise MoreThanReceived(asked=paid, left=deposit.left_minor)
    for invoice_id in {use.invoice_id for use in uses}:
        invoice = invoices.get(invoice_id)
        if invoice is None or invoice.state != Invoice.State.ISSUED or invoice.kind == Invoice.Kind.CREDIT_NOTE:
            raise InvoiceNotOpen(number=invoice.number if invoice else "?")
        if invoice.currency != deposit.currency:
            raise OtherCurrency
        wanted = sum(use.amount_minor for use in uses if use.invoice_id == invoice_id)
        if wanted > invoice.open_minor:
            raise MoreThanOwed(number=invoice.number, open=invoice.open_minor)


def _advance_holder(
    advance_minor: int, customer: Customer | None, invoices: dict[UUID, Invoice], uses: Sequence[Use]
) -> UUID | None:
    """Whose the rest is: the customer named, else the one whose invoices are paid."""
    if advance_minor <= 0:
        return None
    if customer is not None:
        return customer.pk
    owners = {invoices[use.invoice_id].customer_id for use in uses if use.kind == Kind.PAYMENT}
    if len(owners) != 1:
        raise Invalid(field="advance", reason="say whose advance it is")
    return owners.pop()


def _rows(
    deposit: Deposit,
    uses: Sequence[Use],
    invoices: dict[UUID, Invoice],
    decision: UUID,
    memo: str,
    best: Suggestion | None,
) -> list[NewAllocation]:
    rows = []
    closed: dict[date, bool] = {}
    for use in uses:
        invoice = invoices[use.invoice_id]
        debit, credit = accounts_of(use.kind, invoice.customer_id)
        rows.append(
            NewAllocation(
                decision=decision,
                customer_id=invoice.customer_id,
                amount_minor=use.amount_minor,
                on=counting_day(deposit.received_on, [invoice], closed),
                currency=deposit.currency,
                kind=use.kind,
                deposit_id=deposit.pk,
                invoice_id=invoice.pk,
                grade=best.grade if best else "",
                reasons=best.reasons if best and best.customer_id == invoice.customer_id else [],
                memo=memo,
                debit=debit,
                credit=credit,
            )
        )
    return rows


def _advance(deposit: Deposit, customer_id: UUID, amount: int, decision: UUID) -> NewAllocation:
    debit, credit = accounts_of(Kind.ADVANCE, customer_id)
    return NewAllocation(
        decision=decision,
        customer_id=customer_id,
        amount_minor=amount,
        on=counting_day(deposit.received_on, []),
        currency=deposit.currency,
        kind=Kind.ADVANCE,
        deposit_id=deposit.pk,
        debit=debit,
        credit=credit,
    )


def _remember(
    deposit: Deposit,
    decision: UUID,
    made: Sequence[NewAllocation],
    policy: PaymentPolicy,
    best: Suggestion | None,
    by: Actor,
) -> None:
    """Write the decision for the scorecard, learn the payer's name, and take the answered suggestions away."""
    owners = {row.customer_id for row in made if row.customer_id and row.kind in Allocation.FROM_DEPOSIT}
    learned = learn_from(deposit, next(iter(owners)), by=by) if policy.learns_names and len(owners) == 1 else []
    Decision.objects.create(
        id=decision,
        organization_id=deposit.organization_id,
        deposit=deposit,
        outcome=_outcome(best, made, policy),
        grade=best.grade if best else "",
        score=best.score if best else 0,
        reason=best.leading_reason if best else "",
        learned=learned,
        by=by.name,
        at=clock.now(),
    )
    Suggestion.objects.filter(deposit=deposit).delete()


def _outcome(best: Suggestion | None, made: Sequence[NewAllocation], policy: PaymentPolicy) -> str:
    if best is None or not best.allocations:
        return Decision.Outcome.BY_HAND
    stays_owed = best.fee_minor if policy.claims_fees and not any(row.kind == Kind.FEE for row in made) else 0
    proposed: dict[UUID, int] = {}
    for invoice, amount in reversed(best.allocations):  # the fee is missing where the money ran out
        left_out = min(amount, stays_owed)
        stays_owed -= left_out
        proposed |= {UUID(invoice): amount - left_out} if amount > left_out else {}
    sums: dict[UUID, int] = {}
    for row in made:
        if row.invoice_id and row.kind in (Kind.PAYMENT, Kind.FEE, Kind.WITHHOLDING):
            sums[row.invoice_id] = sums.get(row.invoice_id, 0) + row.amount_minor
    return Decision.Outcome.CONFIRMED if sums == proposed else Decision.Outcome.CHANGED


def _announce(deposit: Deposit, decision: UUID, made: Sequence[NewAllocation], by: Actor) -> None:
    paying = [row for row in made if row.invoice_id]
    for customer_id in sorted({row.customer_id for row in paying if row.customer_id}):
        mine = [row for row in paying if row.customer_id == customer_id]
        invoices = tuple(sorted({row.invoice_id for row in mine if row.invoice_id}))
        amount = sum(row.amount_minor for row in mine if row.kind == Kind.PAYMENT)
        facts = DepositAllocated(decision, deposit.pk, customer_id, amount, deposit.currency, mine[0].on, invoices)
        emit(facts, about=deposit, by=by)
    for row in made:
        if row.kind == Kind.ADVANCE and row.customer_id:
            emit(
                AdvanceKept(decision, deposit.pk, row.customer_id, row.amount_minor, row.currency), about=deposit, by=by
            )
