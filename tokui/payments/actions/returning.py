"""Money that should not have come: put on the list of returns, sent back whole or in part, kept, or reconciled after all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import PAYMENTS_ALLOCATE
from tokui.banking.models import BankAccount, Deposit
from tokui.core import clock, states
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, StateChanged
from tokui.core.events import emit, emit_many
from tokui.core.ids import uuid7
from tokui.core.locks import lock
from tokui.customers.models import Customer
from tokui.payments.actions.allocating import keep_as_advance
from tokui.payments.events import AdvanceRefunded, DepositRefunded, ReturnAsked, ReturnDropped
from tokui.payments.matching import Code, Policy, Proposal
from tokui.payments.models import Allocation, ReturnToDo, Suggestion
from tokui.payments.posting import UNAPPLIED, NewAllocation, make_allocations
from tokui.payments.refused import AdvanceTooSmall, MoreThanToReturn, NothingToAllocate, OtherAccountCurrency
from tokui.payments.standings import refresh_standings

Kind = Allocation.Kind


@transaction.atomic
def ask_return(
    deposit: Deposit,
    *,
    why: str,
    by: Actor,
    customer: Customer | None = None,
    amount_minor: int | None = None,
    note: str = "",
) -> ReturnToDo:
    """Put money that came twice or by mistake on the list of what must be sent back or kept."""
    access.require(by, PAYMENTS_ALLOCATE)
    lock(deposit)
    amount = deposit.left_minor if amount_minor is None else amount_minor
    if not 0 < amount <= deposit.left_minor:
        raise NothingToAllocate
    if why not in ReturnToDo.Why.values:
        raise Invalid(field="why", reason="paid_twice or mistake")
    todo, is_new = ReturnToDo.objects.get_or_create(
        deposit=deposit,
        state=ReturnToDo.State.OPEN,
        defaults={
            "why": why,
            "customer": customer,
            "amount_minor": amount,
            "note": note[:200],
            "asked_by": by.name,
            "asked_at": clock.now(),
        },
    )
    if is_new:
        facts = ReturnAsked(todo.pk, deposit.pk, amount, why, customer.pk if customer else None)
        emit(facts, about=deposit, by=by)
        _look_again(deposit, by)
    return todo


def ask_returns_of_twins(best: Mapping[UUID, Proposal], deposits: Mapping[UUID, Deposit], *, by: Actor) -> None:
    """Put on the list what repeats a payment of the days before and finds nothing to pay. The caller holds the locks."""
    now = clock.now()
    rows = [
        ReturnToDo(
            organization_id=deposits[key].organization_id,
            deposit=deposits[key],
            why=ReturnToDo.Why.PAID_TWICE,
            customer_id=answer.customer_id,  # type: ignore[misc]  # the matcher's ids are any hashable
            amount_minor=deposits[key].left_minor,
            asked_by=by.name,
            asked_at=now,
        )
        for key, answer in best.items()
        if _is_twin(answer, deposits[key].received_on)
    ]
    ReturnToDo.objects.bulk_create(rows, batch_size=5000)
    facts = [ReturnAsked(row.pk, row.deposit_id, row.amount_minor, row.why, row.customer_id) for row in rows]
    emit_many(facts, about=[row.deposit_id for row in rows], about_type="banking.deposit", by=by)


@transaction.atomic
def refund(
    todo: ReturnToDo,
    *,
    account: BankAccount,
    on: date,
    by: Actor,
    customer: Customer | None = None,
    amount_minor: int | None = None,
    note: str = "",
) -> ReturnToDo:
    """Write down that the money, or a part of it, was sent back from a bank account on a day.

    A part leaves the rest on the list. `customer` is nobody when a stranger had sent it.
    Raises MoreThanToReturn, OtherAccountCurrency, Invalid(on).
    """
    access.require(by, PAYMENTS_ALLOCATE)
    deposit = lock(todo.deposit)
    lock(todo)
    amount = todo.amount_minor if amount_minor is None else amount_minor
    _check(deposit.received_on, deposit.currency, account, on)
    if not 0 < amount <= todo.amount_minor:
        raise MoreThanToReturn(asked=amount, left=todo.amount_minor)
    whose = customer or todo.customer
    said = note.strip()[:200] or todo.note
    _take_off(todo, amount, whose, said, by)
    row = NewAllocation(
        decision=uuid7(),
        customer_id=whose.pk if whose else None,
        amount_minor=amount,
        on=on,
        currency=deposit.currency,
        kind=Kind.REFUND,
        deposit_id=deposit.pk,
        memo=said,
        debit=UNAPPLIED,
        credit=account.ledger_account,
    )
    make_allocations([row], by=by)
    Suggestion.objects.filter(deposit=deposit).delete()
    facts = DepositRefunded(deposit.pk, amount, deposit.currency, on, row.customer_id)
    emit(facts, about=deposit, by=by)
    return todo


@transaction.atomic
def refund_advance(
    advance: Allocation, *, account: BankAccount, on: date, by: Actor, amount_minor: int | None = None, note: str = ""
) -> Allocation:
    """Write down that an overpayment which was kept as an advance, or a part of it, was sent back to the customer.

    Raises AdvanceTooSmall, OtherAccountCurrency, Invalid(on).
    """
    access.require(by, PAYMENTS_ALLOCATE)
    if advance.deposit is not None:
        lock(advance.deposit)
    lock(advance)
    amount = advance.unused_minor if amount_minor is None else amount_minor
    _check(advance.on, advance.currency, account, on)
    if advance.kind != Kind.ADVANCE or advance.customer_id is None or not 0 < amount <= advance.unused_minor:
        raise AdvanceTooSmall(left=advance.unused_minor)
    row = NewAllocation(
        decision=uuid7(),
        customer_id=advance.customer_id,
        amount_minor=amount,
        on=on,
        currency=advance.currency,
        kind=Kind.REFUND,
        deposit_id=advance.deposit_id,
        from_advance_id=advance.pk,
        memo=note.strip()[:200],
        debit=f"customers:{advance.customer_id}:advance",
        credit=account.ledger_account,
    )
    [made] = make_allocations([row], by=by)
    refresh_standings({advance.customer_id}, by=by)
    facts = AdvanceRefunded(row.decision, advance.customer_id, amount, advance.currency, on)
    emit(facts, about=advance, by=by)
    return Allocation.objects.get(pk=made)


@transaction.atomic
def keep_return(todo: ReturnToDo, *, customer: Customer, by: Actor) -> ReturnToDo:
    """Keep it as the customer's advance instead."""
    access.require(by, PAYMENTS_ALLOCATE)
    deposit = lock(todo.deposit)
    lock(todo)
    states.move(todo, to=ReturnToDo.State.KEPT, customer=customer, done_by=by.name, done_at=clock.now())
    keep_as_advance(deposit, customer, by=by, amount_minor=todo.amount_minor)
    return todo


@transaction.atomic
def drop_return(todo: ReturnToDo, *, by: Actor) -> ReturnToDo:
    """Nothing has to be sent back: the deposit is reconciled by a person, and never put on the list by itself again."""
    access.require(by, PAYMENTS_ALLOCATE)
    deposit = lock(todo.deposit)
    lock(todo)
    states.move(todo, to=ReturnToDo.State.DROPPED, done_by=by.name, done_at=clock.now())
    emit(ReturnDropped(todo.pk, deposit.pk, todo.amount_minor, todo.customer_id), about=deposit, by=by)
    _look_again(deposit, by)
    return todo


def _take_off(todo: ReturnToDo, amount_minor: int, whose: Customer | None, said: str, by: Actor) -> None:
    """What was sent back waits no longer; a rest stays on the list."""
    if amount_minor == todo.amount_minor:
        done: dict[str, Any] = {"done_by": by.name, "done_at": clock.now(), "note": said}
        states.move(todo, to=ReturnToDo.State.REFUNDED, customer=whose, **done)
        return
    if todo.state != ReturnToDo.State.OPEN:
        raise StateChanged
    todo.amount_minor -= amount_minor
    todo.save(update_fields=["amount_minor"])


def _look_again(deposit: Deposit, by: Actor) -> None:
    """What was proposed counted on another amount; of what is left, new proposals, none of which is posted by itself."""
    from tokui.payments.actions.matching import match_deposits

    Suggestion.objects.filter(deposit=deposit).delete()
    match_deposits([deposit.pk], by=by)


def _check(received_on: date, currency: str, account: BankAccount, on: date) -> None:
    if account.currency != currency:
        raise OtherAccountCurrency(account=account.name, currency=currency)
    if on > clock.today():
        raise Invalid(field="on", reason=_("This day has not come yet. Write it down when the money was sent."))
    if on < received_on:
        raise Invalid(field="on", reason=_("On this day the money had not come yet."))


def _is_twin(answer: Proposal, received_on: date) -> bool:
    """Whether the best answer is that the money of a few days before came again, with nothing left to pay."""
    twice = next((reason for reason in answer.reasons if reason.code is Code.PAID_TWICE), None)
    if twice is None or answer.allocations:
        return False
    return (received_on - date.fromisoformat(dict(twice.fields)["on"])).days <= Policy().twice_days
