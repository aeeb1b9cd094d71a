"""Taking back a deposit that a person recorded, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tokui.banking.actions.deposits import cancel_deposit
from tokui.banking.models import Deposit
from tokui.banking.words import REASONS
from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.core.events import emit, event


@event
@dataclass(frozen=True)
class DepositTakenBack:
    """A person took back what a person had recorded. `reason` is a code of `words.REASONS`."""

    deposit_id: UUID
    reason: str


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
