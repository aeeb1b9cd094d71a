"""What a person says of a cancellation of the bank: which deposit it takes back, that it takes back none, or a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import BANK_IMPORT
from tokui.banking.actions.deposits import cancel_deposits, post_deposits
from tokui.banking.cancellations import recount_unpaired, unpaired_lines
from tokui.banking.events import CancellationUndone, DepositRestored, LineSetAside
from tokui.banking.models import Deposit, SetAside, Statement, StatementLine
from tokui.banking.refused import LineCancelsNothing, NothingCancelled
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.core.events import emit, emit_many
from tokui.core.locks import advisory_lock, lock_all
from tokui.ledger.periods import open_days, share_books


@transaction.atomic
def cancel_by_line(line: StatementLine, deposit: Deposit, *, by: Actor) -> Deposit:
    """Say which deposit a cancellation of the bank means: it is cancelled as of the line's day, what it paid is open again.

    Raises LineCancelsNothing, Invalid(deposit) for one of another account or amount, or that is cancelled already.
    """
    access.require(by, BANK_IMPORT)
    _hold(line)
    _check(line, deposit)
    share_books()
    on = open_days([line.booked_on])[line.booked_on]
    cancel_deposits([(deposit.pk, on, line.pk)], by=by)
    recount_unpaired(line.account)
    deposit.refresh_from_db()
    return deposit


@transaction.atomic
def set_line_aside(line: StatementLine, *, by: Actor) -> None:
    """Say that a cancellation of the bank takes back none of our deposits. Raises LineCancelsNothing."""
    access.require(by, BANK_IMPORT)
    _hold(line)
    SetAside.objects.create(line=line, at=clock.now(), by=by.name)
    emit(LineSetAside(line.pk, line.account_id), about=line, by=by)
    recount_unpaired(line.account)


@transaction.atomic
def undo_cancellation(line: StatementLine, *, by: Actor) -> Deposit | None:
    """Take back what was said of a cancellation: its deposit counts again, and the line waits again.

    Returns the deposit; None for a line that had been set aside. Raises NothingCancelled.
    """
    access.require(by, BANK_IMPORT)
    advisory_lock("banking.account", [line.account_id])
    deposit = Deposit.objects.filter(cancelled_by_line=line).first()
    if deposit is not None and deposit.line and deposit.line.statement.state != Statement.State.READ:
        raise NothingCancelled
    aside, _rows = SetAside.objects.filter(line=line).delete()
    if deposit is None and not aside:
        raise NothingCancelled
    if deposit is not None:
        restore_deposits([deposit.pk], by=by)
        deposit.refresh_from_db()
    emit(CancellationUndone(line.pk, deposit.pk if deposit else None), about=line, by=by)
    Statement.objects.filter(pk=line.statement_id, unpaired_count=0).update(unpaired_count=1)
    recount_unpaired(line.account)
    return deposit


def restore_deposits(keys: Sequence[UUID], *, by: Actor) -> None:
    """Let cancelled deposits count again, with a new entry on the day they came or the first open one."""
    rows = lock_all(Deposit.objects.filter(pk__in=list(keys), state=Deposit.State.CANCELLED))
    if not rows:
        return
    share_books()
    days = open_days(row.received_on for row in rows)
    for row in rows:
        row.received_on, row.state = days[row.received_on], Deposit.State.OPEN
        row.cancelled_on = row.cancelled_at = row.cancelled_by_line = None
    changed = ["received_on", "state", "cancelled_on", "cancelled_at", "cancelled_by_line"]
    Deposit.objects.bulk_update(rows, changed, batch_size=1000)
    post_deposits(rows, by=by)
    facts = [DepositRestored(row.pk, row.customer_id) for row in rows]
    emit_many(facts, about=[row.pk for row in rows], about_type="banking.deposit", by=by)


def _hold(line: StatementLine) -> None:
    advisory_lock("banking.account", [line.account_id])
    if not unpaired_lines().filter(pk=line.pk).exists():
        raise LineCancelsNothing


def _check(line: StatementLine, deposit: Deposit) -> None:
    if deposit.account_id != line.account_id or deposit.line_id is None:
        raise Invalid(field="deposit", reason=_("This deposit did not come with a file of this account."))
    if deposit.amount_minor != line.amount_minor:
        raise Invalid(field="deposit", reason=_("The amounts differ."))
    if deposit.state == Deposit.State.CANCELLED:
        raise Invalid(field="deposit", reason=_("This deposit was cancelled."))
