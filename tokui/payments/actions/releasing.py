"""Taking back: a decision is undone whole, its postings reversed, what it taught forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from tokui import access
from tokui.access.permissions import PAYMENTS_ALLOCATE
from tokui.banking.models import Deposit
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import NotFound
from tokui.core.events import emit, emit_many
from tokui.core.locks import lock, lock_all
from tokui.invoices.models import Invoice
from tokui.ledger.periods import is_closed
from tokui.payments.actions.learning import unlearn
from tokui.payments.events import AllocationReleased, DeclineTakenBack, SuggestionDeclined
from tokui.payments.models import Allocation, Decision, Declined, ReturnToDo, Suggestion
from tokui.payments.posting import give_back
from tokui.payments.refused import AdvanceUsed, AlreadyReleased
from tokui.payments.standings import refresh_standings


@transaction.atomic
def release(decision: UUID, *, by: Actor, decline: bool | None = None) -> list[Allocation]:
    """Undo one decision: every allocation made with it. Raises NotFound, AlreadyReleased, AdvanceUsed.

    `decline` says that the pair was wrong, so that it is never proposed again; by default so for what the matcher
    posted by itself. What is left is never posted automatically again, because a person has looked at it.
    """
    access.require(by, PAYMENTS_ALLOCATE)
    found = list(Allocation.objects.filter(decision=decision))
    if not found:
        raise NotFound
    rows = _locked(found, with_uses=False)
    if not rows:
        raise AlreadyReleased
    _release(rows, {row.pk: _reversal_day(row.on) for row in rows}, by)
    was_automatic = any(row.is_automatic for row in rows)
    if was_automatic if decline is None else decline:
        _write_declined(rows, by)
    return rows


def release_of_deposits(changes: Iterable[tuple[UUID, date]], *, by: Actor) -> None:
    """Give back everything that deposits paid, as of the day on which the bank took each back."""
    days = dict(changes)
    found = list(Allocation.objects.filter(deposit_id__in=list(days), released_at=None))
    rows = _locked(found)
    _release(rows, {row.pk: max(row.on, days[row.deposit_id]) for row in rows if row.deposit_id}, by)
    Suggestion.objects.filter(deposit_id__in=list(days)).delete()
    ReturnToDo.objects.filter(deposit_id__in=list(days), state=ReturnToDo.State.OPEN).update(
        state=ReturnToDo.State.DROPPED, done_at=clock.now(), done_by=by.name
    )


def release_of_invoices(invoice_ids: Sequence[UUID], *, by: Actor) -> None:
    """Give back what had paid invoices that are now void; the money is unapplied again."""
    rows = _locked(list(Allocation.objects.filter(invoice_id__in=list(invoice_ids), released_at=None)))
    _release(rows, {row.pk: clock.today() for row in rows}, by)


@transaction.atomic
def decline(deposit: Deposit, invoice_ids: Sequence[UUID], *, by: Actor) -> Decision:
    """Say that a deposit does not pay these invoices. They are not proposed for it again until `undecline`."""
    access.require(by, PAYMENTS_ALLOCATE)
    lock(deposit)
    best, now = Suggestion.objects.filter(deposit=deposit, rank=0).first(), clock.now()
    Declined.objects.bulk_create(
        [
            Declined(organization_id=deposit.organization_id, deposit=deposit, invoice_id=key, by=by.name, at=now)
            for key in invoice_ids
        ],
        ignore_conflicts=True,
    )
    decision = Decision.objects.create(
        deposit=deposit,
        outcome=Decision.Outcome.DECLINED,
        grade=best.grade if best else "",
        score=best.score if best else 0,
        reason=best.leading_reason if best else "",
        by=by.name,
        at=now,
    )
    emit(SuggestionDeclined(deposit.pk, tuple(invoice_ids)), about=deposit, by=by)
    from tokui.payments.actions.matching import match_deposits

    match_deposits([deposit.pk], by=by)
    return decision


@transaction.atomic
def undecline(deposit: Deposit, *, by: Actor, decision: UUID | None = None) -> list[UUID]:
    """Let invoices that were set aside for a deposit be proposed again: by one decision, or (None) all of them.

    Returns the invoices. A person has looked at the deposit, so nothing is posted for it automatically even then.
    """
    access.require(by, PAYMENTS_ALLOCATE)
    lock(deposit)
    declined = Declined.objects.filter(deposit=deposit)
    decisions = Decision.objects.filter(deposit=deposit, outcome=Decision.Outcome.DECLINED, undone_at=None)
    if decision is not None:
        decisions = decisions.filter(pk=decision)
        declined = declined.filter(at__in=decisions.values("at"))  # the moment that `decline` writes on both
    invoices = sorted(declined.values_list("invoice_id", flat=True))
    Declined.objects.filter(deposit=deposit, invoice__in=invoices).delete()
    if decisions.update(undone_at=clock.now(), undone_by=by.name) or invoices:
        emit(DeclineTakenBack(deposit.pk, tuple(invoices)), about=deposit, by=by)
    from tokui.payments.actions.matching import match_deposits

    match_deposits([deposit.pk], by=by)
    return invoices


def _locked(found: Sequence[Allocation], *, with_uses: bool = True) -> list[Allocation]:
    """The live ones among them, after locking deposits, then invoices, then the rows themselves, in key order.

    `with_uses` adds what their advances paid since: when the deposit itself is gone, so is the advance.
    """
    advances = [row.pk for row in found if row.kind == Allocation.Kind.ADVANCE] if with_uses else []
    if advances:
        found = [*found, *Allocation.objects.filter(from_advance__in=advances, released_at=None)]
    lock_all(Deposit.objects.filter(pk__in={row.deposit_id for row in found if row.deposit_id}).only("pk"))
    lock_all(Invoice.objects.filter(pk__in={row.invoice_id for row in found if row.invoice_id}).only("pk"))
    return lock_all(Allocation.objects.filter(pk__in={row.pk for row in found}, released_at=None))


def _release(rows: Sequence[Allocation], on: dict[UUID, date], by: Actor) -> None:
    """`rows` may hold an advance together with what it paid, when the deposit itself is gone."""
    if not rows:
        return
    keys = {row.pk for row in rows}
    for row in rows:
        if row.kind == Allocation.Kind.ADVANCE and row.used_minor:
            used = sum(one.amount_minor for one in rows if one.from_advance_id == row.pk)
            if used != row.used_minor:
                raise AdvanceUsed
    days = {key: on.get(key) or clock.today() for key in keys}
    uses = [row for row in rows if row.from_advance_id]
    give_back(uses, on=days, by=by)
    give_back([row for row in rows if not row.from_advance_id], on=days, by=by)
    _forget(rows, by)
    refresh_standings({row.customer_id for row in rows if row.customer_id}, by=by)
    _announce(rows, days, by)


def _forget(rows: Sequence[Allocation], by: Actor) -> None:
    decisions = list(Decision.objects.filter(pk__in={row.decision for row in rows}, undone_at=None))
    for decision in decisions:
        unlearn(decision.learned, by=by)
    Decision.objects.filter(pk__in=[one.pk for one in decisions]).update(undone_at=clock.now(), undone_by=by.name)


def _write_declined(rows: Sequence[Allocation], by: Actor) -> None:
    pairs = {(row.deposit_id, row.invoice_id) for row in rows if row.deposit_id and row.invoice_id}
    now = clock.now()
    Declined.objects.bulk_create(
        [
            Declined(
                organization_id=rows[0].organization_id, deposit_id=deposit, invoice_id=invoice, by=by.name, at=now
            )
            for deposit, invoice in sorted(pairs)
        ],
        ignore_conflicts=True,
    )


def _announce(rows: Sequence[Allocation], on: dict[UUID, date], by: Actor) -> None:
    groups: dict[tuple[UUID, UUID | None], list[Allocation]] = {}
    for row in rows:
        groups.setdefault((row.decision, row.customer_id), []).append(row)
    facts = [
        AllocationReleased(
            decision,
            customer,
            sum(row.amount_minor for row in mine if row.kind in Allocation.FROM_DEPOSIT),
            mine[0].currency,
            on[mine[0].pk],
            tuple(sorted({row.invoice_id for row in mine if row.invoice_id})),
            mine[0].deposit_id,
        )
        for (decision, customer), mine in groups.items()
    ]
    about = [one.deposit_id or one.decision_id for one in facts]
    emit_many(facts, about=about, about_type="banking.deposit", by=by)


def _reversal_day(on: date) -> date:
    """An error is corrected on its own day while the month is open; else today."""
    return clock.today() if is_closed(on) else on
