"""Taking back what was recorded or brought by mistake, with the reason: a deposit by hand, a whole file of the bank."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import BANK_IMPORT
from tokui.banking.actions.deposits import cancel_deposit, cancel_deposits
from tokui.banking.actions.pairing import restore_deposits
from tokui.banking.actions.statements import read_statement
from tokui.banking.cancellations import recount_unpaired
from tokui.banking.continuity import flag_gaps
from tokui.banking.events import DepositTakenBack, StatementTakenBack
from tokui.banking.models import BankAccount, Deposit, Statement
from tokui.banking.refused import StatementNotCounting
from tokui.banking.words import FILE_REASONS, REASONS
from tokui.core import clock, states
from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.core.events import emit
from tokui.core.locks import advisory_lock, lock
from tokui.ledger.periods import open_days, share_books


@transaction.atomic
def take_back_deposit(deposit: Deposit, *, reason: str, by: Actor) -> Deposit:
    """Cancel a deposit that was recorded by hand or from a result list, and keep why.

    Raises Invalid(reason), and what cancel_deposit raises: DepositFromBank, NotPermitted, the ledger's PeriodClosed.
    """
    if reason not in REASONS:
        raise Invalid(field="reason", reason=_("Choose a reason."))
    was_cancelled = deposit.state == Deposit.State.CANCELLED
    cancelled = cancel_deposit(deposit, by=by)
    if not was_cancelled:
        emit(DepositTakenBack(deposit.pk, reason), about=cancelled, by=by)
    return cancelled


@transaction.atomic
def take_back_statement(statement: Statement, *, reason: str, by: Actor) -> Statement:
    """Let nothing of a file count any more that was put on the wrong account, or should not have come.

    Its deposits are cancelled on the days they counted (in a closed month: on the first open day), what they paid is
    open again, the books keep both entries. A deposit of another file that its lines had cancelled counts again. Files
    that share rows with it are read again, so that those rows count through them. Raises Invalid(reason),
    StatementNotCounting.
    """
    access.require(by, BANK_IMPORT)
    if reason not in FILE_REASONS:
        raise Invalid(field="reason", reason=_("Choose a reason."))
    advisory_lock("banking.account", [statement.account_id])
    lock(statement)
    if statement.state != Statement.State.READ:
        raise StatementNotCounting
    cancelled = _cancel_its_deposits(statement, by)
    restore_deposits(_wrongly_cancelled(statement), by=by)
    states.move(
        statement,
        to=Statement.State.TAKEN_BACK,
        taken_back_at=clock.now(),
        taken_back_by=by.name,
        taken_back_reason=reason,
        gap_from_on=None,
        gap_minor=None,
    )
    emit(StatementTakenBack(statement.pk, statement.account_id, reason, cancelled), about=statement, by=by)
    _forget_format(statement)
    for other in _sharing(statement):
        states.move(other, to=Statement.State.RECEIVED)
        read_statement(other, by=by)
    flag_gaps(statement.account)
    recount_unpaired(statement.account)
    return statement


def _cancel_its_deposits(statement: Statement, by: Actor) -> int:
    rows = Deposit.objects.filter(line__statement=statement).exclude(state=Deposit.State.CANCELLED)
    counted = dict(rows.values_list("pk", "received_on"))
    share_books()
    days = open_days(counted.values())
    cancel_deposits([(key, days[on], None) for key, on in counted.items()], by=by)
    return len(counted)


def _wrongly_cancelled(statement: Statement) -> list[UUID]:
    """Deposits of other files that a line of this one took back."""
    rows = Deposit.objects.filter(cancelled_by_line__statement=statement).exclude(line__statement=statement)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _forget_format(statement: Statement) -> None:
    """An account whose only file was a mistake has not decided yet which format makes its deposits."""
    account: BankAccount = statement.account
    if not Statement.objects.filter(account=account, state=Statement.State.READ).exists():
        account.authoritative_format = ""
        account.save(update_fields=["authoritative_format"])


def _sharing(statement: Statement) -> list[Statement]:
    """Files of the same account and days that found rows known already, perhaps through the one taken back."""
    rows = Statement.objects.filter(account=statement.account, state=Statement.State.READ)
    rows = rows.filter(known_count__gt=0) | rows.exclude(format=statement.format)
    if statement.from_on and statement.to_on:
        rows = rows.filter(from_on__lte=statement.to_on, to_on__gte=statement.from_on)
    return list(rows.order_by("received_at", "pk"))
