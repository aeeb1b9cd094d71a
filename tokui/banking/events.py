"""What happened at the bank and at the counter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tokui.core.events import event


@event
@dataclass(frozen=True)
class BankAccountAdded:
    account_id: UUID
    code: str


@event
@dataclass(frozen=True)
class BankAccountChanged:
    account_id: UUID
    fields: tuple[str, ...]


@event
@dataclass(frozen=True)
class StatementReceived:
    statement_id: UUID
    account_id: UUID


@event
@dataclass(frozen=True)
class StatementRead:
    """A file was read whole: how many of its rows were new, known, deposits, cancellations."""

    statement_id: UUID
    account_id: UUID
    format: str
    added: int
    known: int
    deposits: int
    cancelled: int


@event
@dataclass(frozen=True)
class StatementRefused:
    statement_id: UUID
    account_id: UUID
    code: str


@event
@dataclass(frozen=True)
class StatementTakenBack:
    """A person took a whole file back; `cancelled` of its deposits no longer count. `reason`: `words.FILE_REASONS`."""

    statement_id: UUID
    account_id: UUID
    reason: str
    cancelled: int


@event
@dataclass(frozen=True)
class LineSetAside:
    """A person said that a cancellation of the bank takes back none of our deposits."""

    line_id: UUID
    account_id: UUID


@event
@dataclass(frozen=True)
class CancellationUndone:
    """What was said of a cancellation of the bank was a mistake; it waits again."""

    line_id: UUID
    deposit_id: UUID | None = None


@event
@dataclass(frozen=True)
class DepositTakenBack:
    """A person took back what a person had recorded. `reason` is a code of `words.REASONS`."""

    deposit_id: UUID
    reason: str


@event
@dataclass(frozen=True)
class DepositRestored:
    """A deposit counts again, because its cancellation was a mistake."""

    deposit_id: UUID
    customer_id: UUID | None = None


@event
@dataclass(frozen=True)
class VirtualAccountsRegistered:
    account_id: UUID
    count: int


@event
@dataclass(frozen=True)
class VirtualAccountAssigned:
    """From `valid_from` on, money on this number is the customer's."""

    virtual_account_id: UUID
    customer_id: UUID
    code: str
    valid_from: date


@event
@dataclass(frozen=True)
class VirtualAccountReleased:
    """The customer has it no more; it rests, is free again or is closed, as `state` says."""

    virtual_account_id: UUID
    customer_id: UUID | None
    code: str
    state: str


@event
@dataclass(frozen=True)
class DepositRecorded:
    """Money arrived. `customer_id` only where the payer was known from the start."""

    deposit_id: UUID
    amount_minor: int
    currency: str
    received_on: date
    method: str
    customer_id: UUID | None = None


@event
@dataclass(frozen=True)
class DepositCancelled:
    """The bank (or a person) took a deposit back; what it paid is open again."""

    deposit_id: UUID
    on: date
    customer_id: UUID | None = None
    line_id: UUID | None = None
