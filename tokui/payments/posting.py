"""The one path by which money settles invoices: lock, use, settle, post, write; for one row or a hundred thousand."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from tokui.banking.actions import apply_deposits, name_payers
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.ids import uuid7_many
from tokui.core.tenancy import CURRENT
from tokui.invoices.actions import settle_invoices
from tokui.ledger.actions import Entry, Posting, post_entries, reverse_entries
from tokui.payments.models import Allocation

UNAPPLIED = "unapplied"
Kind = Allocation.Kind


@dataclass(frozen=True, kw_only=True)
class NewAllocation:
    """One allocation to be made. Amounts in minor units of `currency`, `on` the day it counts."""

    decision: UUID
    customer_id: UUID | None
    amount_minor: int
    on: date
    currency: str
    kind: str = Kind.PAYMENT
    deposit_id: UUID | None = None
    invoice_id: UUID | None = None
    from_advance_id: UUID | None = None
    is_automatic: bool = False
    grade: str = ""
    reasons: list[dict[str, Any]] = field(default_factory=list)
    memo: str = ""
    debit: str = ""
    credit: str = ""


def make_allocations(rows: Sequence[NewAllocation], *, by: Actor) -> list[UUID]:
    """Use deposits, settle invoices, post and write the rows. The caller holds the locks and has checked amounts.

    A constant number of statements. Raises what apply_deposits, settle_invoices and the ledger raise.
    """
    if not rows:
        return []
    ids = uuid7_many(len(rows))
    apply_deposits(_by_deposit(rows, 1))
    _lessen_returns(rows, by)
    _use_advances(rows, 1)
    settle_invoices(_by_invoice(rows, 1), received=_money(rows, 1), by=by)
    entries = post_entries([_entry(row, key) for row, key in zip(rows, ids, strict=True)], by=by)
    _insert(rows, ids, entries, by)
    payers = {row.deposit_id: row.customer_id for row in rows if row.deposit_id and row.customer_id}
    name_payers(list(payers.items()))
    return ids


def give_back(rows: Sequence[Allocation], *, on: dict[UUID, date], by: Actor) -> None:
    """Undo live allocations in full: deposits, advances, invoices and books. The rows stay, marked as released."""
    if not rows:
        return
    apply_deposits(_by_deposit(rows, -1))
    _use_advances(rows, -1)
    settle_invoices(_by_invoice(rows, -1, on), received=_money(rows, -1), by=by)
    by_day: dict[date, list[UUID]] = defaultdict(list)
    for row in rows:
        by_day[on[row.pk]].append(row.entry_id)
    for day, entries in sorted(by_day.items()):
        reverse_entries(entries, on=day, reason="allocation released", by=by)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_allocation SET released_on = day, released_at = %s, released_by = %s "
            f"FROM unnest(%s::uuid[], %s::date[]) AS row (allocation, day) WHERE organization_id = {CURRENT} AND id = allocation",
            [clock.now(), by.name, [row.pk for row in rows], [on[row.pk] for row in rows]],
        )


def accounts_of(kind: str, customer_id: UUID, *, from_advance: bool = False) -> tuple[str, str]:
    """(debit, credit) of an allocation's posting. A refund's credit is the account it is sent from; see `returning`."""
    receivable, advance = f"customers:{customer_id}:receivable", f"customers:{customer_id}:advance"
    if kind == Kind.PAYMENT:
        return (advance if from_advance else UNAPPLIED), receivable
    if kind == Kind.ADVANCE:
        return UNAPPLIED, advance
    debits = {
        Kind.FEE: "fees:bank",
        Kind.DISCOUNT: "writeoff:discount",
        Kind.WRITE_OFF: "writeoff:bad_debt",
        Kind.WITHHOLDING: "withholding",
    }
    return debits[Kind(kind)], receivable


def _lessen_returns(rows: Sequence[NewAllocation], by: Actor) -> None:
    """Nobody sends back what is used meanwhile: an open return is never more than its deposit has left."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE payments_returntodo todo SET
                   amount_minor = CASE WHEN held.left_minor > 0 THEN held.left_minor ELSE todo.amount_minor END,
                   state = CASE WHEN held.left_minor > 0 THEN 'open' ELSE 'dropped' END,
                   done_at = CASE WHEN held.left_minor > 0 THEN NULL ELSE %s::timestamptz END,
                   done_by = CASE WHEN held.left_minor > 0 THEN '' ELSE %s END
              FROM (SELECT id, amount_minor - applied_minor AS left_minor FROM banking_deposit
                     WHERE organization_id = {CURRENT} AND id = ANY(%s)) held
             WHERE todo.organization_id = {CURRENT} AND todo.deposit_id = held.id AND todo.state = 'open'
               AND todo.amount_minor > held.left_minor
            """,
            [clock.now(), by.name, sorted({row.deposit_id for row in rows if row.deposit_id})],
        )


def _by_deposit(rows: Sequence[Any], sign: int) -> list[tuple[UUID, int]]:
    sums: dict[UUID, int] = defaultdict(int)
    for row in rows:
        if row.deposit_id and not row.from_advance_id and row.kind in Allocation.FROM_DEPOSIT:
            sums[row.deposit_id] += sign * row.amount_minor
    return sorted(sums.items())


def _by_invoice(rows: Sequence[Any], sign: int, on: dict[UUID, date] | None = None) -> list[tuple[UUID, int, date]]:
    sums: dict[UUID, int] = defaultdict(int)
    days: dict[UUID, date] = {}
    for row in rows:
        if row.invoice_id:
            sums[row.invoice_id] += sign * row.amount_minor
            day = on[row.pk] if on else row.on
            days[row.invoice_id] = max(day, days.get(row.invoice_id, day))
    return [(key, sums[key], days[key]) for key in sorted(sums)]


def _money(rows: Sequence[Any], sign: int) -> dict[UUID, int]:
    """What of it came as money, for receipts: not what was given up, withheld or kept by a bank."""
    sums: dict[UUID, int] = defaultdict(int)
    for row in rows:
        if row.invoice_id and row.kind == Kind.PAYMENT:
            sums[row.invoice_id] += sign * row.amount_minor
    return sums


def _use_advances(rows: Sequence[Any], sign: int) -> None:
    sums: dict[UUID, int] = defaultdict(int)
    for row in rows:
        if row.from_advance_id:
            sums[row.from_advance_id] += sign * row.amount_minor
    if sums:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE payments_allocation SET used_minor = used_minor + delta FROM unnest(%s::uuid[], %s::bigint[]) "
                f"AS row (advance, delta) WHERE organization_id = {CURRENT} AND id = advance",
                [list(sums), list(sums.values())],
            )


def _entry(row: NewAllocation, key: UUID) -> Entry:
    return Entry(
        on=row.on,
        kind=f"allocation_{row.kind}",
        source_type="payments.allocation",
        source_id=key,
        postings=(Posting(row.debit, row.credit, row.amount_minor),),
        customer_id=row.customer_id,
        memo=row.memo,
        currency=row.currency,
    )


_COLUMNS = {
    "id": "uuid",
    "decision": "uuid",
    "deposit_id": "uuid",
    "invoice_id": "uuid",
    "customer_id": "uuid",
    "from_advance_id": "uuid",
    "kind": "text",
    "amount_minor": "bigint",
    "currency": "text",
    "on_day": "date",
    "is_automatic": "boolean",
    "grade": "text",
    "reasons": "text",
    "memo": "text",
    "debit_account": "text",
    "credit_account": "text",
    "entry_id": "uuid",
}


def _insert(rows: Sequence[NewAllocation], ids: Sequence[UUID], entries: Sequence[UUID], by: Actor) -> None:
    values = [
        (
            *(key, row.decision, row.deposit_id, row.invoice_id, row.customer_id, row.from_advance_id),
            *(str(row.kind), row.amount_minor, row.currency, row.on, row.is_automatic, row.grade),
            *(json.dumps(row.reasons, ensure_ascii=False), row.memo[:200], row.debit, row.credit, entry),
        )
        for row, key, entry in zip(rows, ids, entries, strict=True)
    ]
    casts = ", ".join(f"%s::{kind}[]" for kind in _COLUMNS.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO payments_allocation (id, organization_id, decision, deposit_id, invoice_id, customer_id,
                from_advance_id, kind, amount_minor, used_minor, currency, "on", recorded_at, by, is_automatic, grade,
                reasons, memo, debit_account, credit_account, entry_id, released_by)
            SELECT id, {CURRENT}, decision, deposit_id, invoice_id, customer_id, from_advance_id, kind, amount_minor, 0,
                   currency, on_day, %s, %s, is_automatic, grade, reasons::jsonb, memo, debit_account, credit_account,
                   entry_id, ''
              FROM unnest({casts}) AS row ({", ".join(_COLUMNS)})
            """,
            [clock.now(), by.name, *[list(column) for column in zip(*values, strict=True)]],
        )
