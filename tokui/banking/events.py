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
