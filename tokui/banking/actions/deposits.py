"""Deposits by hand, their use, and their cancellation. All verbs take sets; the door for one calls with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import PAYMENTS_RECORD
from tokui.banking.events import DepositCancelled, DepositRecorded
from tokui.banking.models import BankAccount, Deposit
from tokui.banking.refused import DepositFromBank, DepositNotOpen, DepositUsed
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.core.events import emit_many
from tokui.core.ids import uuid7_many
from tokui.core.locks import lock, lock_all
from tokui.core.tenancy import CURRENT, require_organization
from tokui.customers.models import Customer
from tokui.customers.names import name_key
from tokui.ledger.actions import Entry, Posting, post_entries, reverse_entries

UNAPPLIED = "unapplied"
DEBITS = {
    Deposit.Method.CASH: "cash",
    Deposit.Method.OFFSET: "offset",
    Deposit.Method.NOTE: "notes",
    Deposit.Method.DENSAI: "notes",
    Deposit.Method.OTHER: "other",
}


@dataclass(frozen=True, kw_only=True)
class NewDeposit:
    """Money that a person saw arrive. `amount_minor` in minor units of `currency`; `received_on` is the day it counts."""

    amount_minor: int
    received_on: date
    method: str = Deposit.Method.CASH
    customer: Customer | None = None
    payer: str = ""
    account: BankAccount | None = None
    currency: str = "JPY"
    text: str = ""
    source: str = ""
    external_id: str = ""


def record_deposit(new: NewDeposit, *, by: Actor) -> Deposit:
    """Record one deposit by hand: at the counter, by offset, note, でんさい, or a transfer without a file.

    One that is known by its `source` and `external_id` is returned as it stands.
    """
    made = record_deposits([new], by=by)
    return made[0] if made else Deposit.objects.get(source=new.source, external_id=new.external_id)


@transaction.atomic
def record_deposits(rows: Sequence[NewDeposit], *, by: Actor) -> list[Deposit]:
    """Record deposits and post each: debit what holds the money, credit unapplied.

    A row whose (source, external_id) was recorded before is left out. Raises Invalid(amount, received_on, method,
    account) and the ledger's PeriodClosed.
    """
    access.require(by, PAYMENTS_RECORD)
    for given in rows:
        _check(given)
    fresh = _unknown(rows)
    made = [_row(new, key, by) for new, key in zip(fresh, uuid7_many(len(fresh)), strict=True)]
    Deposit.objects.bulk_create(made, batch_size=2000)
    post_deposits(made, by=by)
    announce_recorded(made, by=by)
    return made


def post_deposits(rows: Sequence[Deposit], *, by: Actor) -> None:
    """Write deposits into the books: debit what holds the money, credit unapplied."""
    entries = post_entries([_entry(row) for row in rows], by=by)
    for row, entry_id in zip(rows, entries, strict=True):
        row.entry_id = entry_id
    Deposit.objects.bulk_update(rows, ["entry_id"], batch_size=1000)


def apply_deposits(changes: Sequence[tuple[UUID, int]]) -> None:
    """Use (or give back, below zero) part of deposits: the only writer of `applied_minor`. Called by payments.

    `changes` holds each deposit once, with its difference in minor units. Belongs into the caller's transaction, which
    must not go on after a refusal. Raises DepositNotOpen, DepositUsed.
    """
    if not changes:
        return
    ids, deltas = [key for key, _delta in changes], [delta for _key, delta in changes]
    if len(ids) > 1:
        lock_all(Deposit.objects.filter(pk__in=ids).only("pk"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE banking_deposit deposit
               SET applied_minor = applied_minor + delta,
                   state = CASE WHEN applied_minor + delta = amount_minor THEN 'settled' ELSE 'open' END
              FROM unnest(%s::uuid[], %s::bigint[]) AS change (deposit_id, delta)
             WHERE deposit.organization_id = {CURRENT} AND deposit.id = deposit_id AND state <> 'cancelled'
               AND applied_minor + delta BETWEEN 0 AND amount_minor
            """,
            [ids, deltas],
        )
        if cursor.rowcount == len(ids):
            return
    cancelled = Deposit.objects.filter(pk__in=ids, state=Deposit.State.CANCELLED).exists()
    raise DepositNotOpen if cancelled else DepositUsed


def name_payers(pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Write down who paid, once it is known: (deposit, customer). Called by payments."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE banking_deposit SET customer_id = customer FROM unnest(%s::uuid[], %s::uuid[]) AS pair (deposit, customer) "
            f"WHERE organization_id = {CURRENT} AND id = deposit AND customer_id IS DISTINCT FROM customer",
            [[one for one, _two in pairs], [two for _one, two in pairs]],
        )


def cancel_deposit(deposit: Deposit, *, by: Actor) -> Deposit:
    """Take back a deposit that was typed in by mistake. The bank's own deposits are cancelled by the bank's file only."""
    access.require(by, PAYMENTS_RECORD)
    if deposit.line_id:
        raise DepositFromBank
    cancel_deposits([(deposit.pk, clock.today(), None)], by=by)
    deposit.refresh_from_db()
    return deposit


@transaction.atomic
def cancel_deposits(changes: Sequence[tuple[UUID, date, UUID | None]], *, by: Actor) -> None:
    """Cancel deposits as of a day, each with the bank line that says so: un-apply, reverse the posting, close.

    Those who listen within (payments) give back what was applied before the deposit closes.
    """
    told = {key: (on, line) for key, on, line in changes}
    rows = lock_all(Deposit.objects.filter(pk__in=list(told)).exclude(state=Deposit.State.CANCELLED))
    if not rows:
        return
    facts = [DepositCancelled(row.pk, told[row.pk][0], row.customer_id, told[row.pk][1]) for row in rows]
    emit_many(facts, about=[row.pk for row in rows], about_type="banking.deposit", by=by)
    _reverse(rows, told, by)
    now = clock.now()
    for row in rows:
        lock(row)
        row.cancelled_on, row.cancelled_by_line_id = told[row.pk]
        row.cancelled_at, row.state = now, Deposit.State.CANCELLED
    Deposit.objects.bulk_update(rows, ["cancelled_on", "cancelled_by_line", "cancelled_at", "state"], batch_size=1000)


def announce_recorded(rows: Sequence[Deposit], *, by: Actor) -> None:
    facts = [
        DepositRecorded(row.pk, row.amount_minor, row.currency, row.received_on, str(row.method), row.customer_id)
        for row in rows
    ]
    emit_many(facts, about=[row.pk for row in rows], about_type="banking.deposit", by=by)


def _check(new: NewDeposit) -> None:
    if new.amount_minor <= 0:
        raise Invalid(field="amount", reason=_("The amount must be more than zero."))
    if new.received_on > clock.today():
        raise Invalid(field="received_on", reason=_("The day has not come yet."))
    if new.method not in Deposit.Method.values:
        raise Invalid(field="method", reason=_("Choose how the money came."))
    if new.method == Deposit.Method.TRANSFER and new.account is None:
        raise Invalid(field="account", reason=_("Choose the bank account."))
    if new.account is not None and new.account.currency != new.currency:
        raise Invalid(field="account", reason=_("The account is in another currency."))


def _unknown(rows: Sequence[NewDeposit]) -> list[NewDeposit]:
    """Rows not recorded before; of two rows with the same own id the first."""
    named = {(row.source, row.external_id) for row in rows if row.external_id}
    known: set[tuple[str, str]] = set()
    for source in {source for source, _id in named}:
        ids = [own for name, own in named if name == source]
        found = Deposit.objects.filter(source=source, external_id__in=ids).values_list("external_id", flat=True)
        known |= {(source, own) for own in found}
    fresh = []
    for row in rows:
        if row.external_id:
            if (row.source, row.external_id) in known:
                continue
            known.add((row.source, row.external_id))
        fresh.append(row)
    return fresh


def _row(new: NewDeposit, key: UUID, by: Actor) -> Deposit:
    names = name_key(new.payer) if new.payer else None
    return Deposit(
        id=key,
        organization_id=require_organization(),
        account=new.account,
        method=new.method,
        received_on=new.received_on,
        recorded_at=clock.now(),
        recorded_by=by.name,
        amount_minor=new.amount_minor,
        currency=new.currency,
        payer_raw=new.payer,
        strict_key=names.strict[:120] if names else "",
        loose_key=names.loose[:120] if names else "",
        text=new.text,
        customer=new.customer,
        source=new.source,
        external_id=new.external_id,
        debit_account=_debit(new),
    )


def _debit(new: NewDeposit) -> str:
    """What holds the money: the bank account, else by method; an unconnected system's money is at that system."""
    if new.account is not None:
        return new.account.ledger_account
    if new.method == Deposit.Method.IMPORTED:
        return f"gateway:{new.source or 'other'}"
    return DEBITS[Deposit.Method(new.method)]


def _entry(row: Deposit) -> Entry:
    return Entry(
        on=row.received_on,
        kind="deposit",
        source_type="banking.deposit",
        source_id=row.pk,
        postings=(Posting(row.debit_account, UNAPPLIED, row.amount_minor),),
        customer_id=row.customer_id,
        memo=(row.payer_raw or row.text)[:200],
        currency=row.currency,
    )


def _reverse(rows: Sequence[Deposit], told: dict[UUID, tuple[date, UUID | None]], by: Actor) -> None:
    """One reversal per day of cancellation."""
    by_day: dict[date, list[Any]] = {}
    for row in rows:
        if row.entry_id:
            by_day.setdefault(told[row.pk][0], []).append(row.entry_id)
    for on, entries in by_day.items():
        reverse_entries(entries, on=on, reason="deposit cancelled", by=by)
