"""What happened to money that arrived: used, given back, held, given up; and where customers stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tokui.core.events import event


@event
@dataclass(frozen=True)
class DepositAllocated:
    """A deposit (part of it) settled invoices of a customer, by one decision."""

    decision_id: UUID
    deposit_id: UUID
    customer_id: UUID
    amount_minor: int
    currency: str
    on: date
    invoices: tuple[UUID, ...]
    automatic: bool = False


@event
@dataclass(frozen=True)
class AllocationReleased:
    """A decision was taken back: its invoices are open again, its deposit is unused again."""

    decision_id: UUID
    customer_id: UUID | None
    amount_minor: int
    currency: str
    on: date
    invoices: tuple[UUID, ...]
    deposit_id: UUID | None = None


@event
@dataclass(frozen=True)
class AdvanceKept:
    decision_id: UUID
    deposit_id: UUID
    customer_id: UUID
    amount_minor: int
    currency: str


@event
@dataclass(frozen=True)
class AdvanceApplied:
    decision_id: UUID
    customer_id: UUID
    amount_minor: int
    currency: str
    invoices: tuple[UUID, ...]


@event
@dataclass(frozen=True)
class DifferenceGivenUp:
    """Part of an invoice was written off, discounted, taken as a fee or withheld."""

    invoice_id: UUID
    customer_id: UUID
    kind: str
    amount_minor: int
    currency: str


@event
@dataclass(frozen=True)
class ApprovalAsked:
    approval_id: UUID
    invoice_id: UUID
    customer_id: UUID
    kind: str
    amount_minor: int


@event
@dataclass(frozen=True)
class ApprovalDecided:
    approval_id: UUID
    invoice_id: UUID
    customer_id: UUID
    approved: bool
    is_own: bool = False


@event
@dataclass(frozen=True)
class ReturnAsked:
    return_id: UUID
    deposit_id: UUID
    amount_minor: int
    why: str
    customer_id: UUID | None = None


@event
@dataclass(frozen=True)
class ReturnDropped:
    """Nothing has to be sent back after all."""

    return_id: UUID
    deposit_id: UUID
    amount_minor: int
    customer_id: UUID | None = None


@event
@dataclass(frozen=True)
class AdvanceRefunded:
    """An advance, or a part of it, was sent back to the customer."""

    decision_id: UUID
    customer_id: UUID
    amount_minor: int
    currency: str
    on: date


@event
@dataclass(frozen=True)
class DepositRefunded:
    deposit_id: UUID
    amount_minor: int
    currency: str
    on: date
    customer_id: UUID | None = None


@event
@dataclass(frozen=True)
class SuggestionDeclined:
    deposit_id: UUID
    invoices: tuple[UUID, ...]


@event
@dataclass(frozen=True)
class DeclineTakenBack:
    """Invoices that were set aside for a deposit may be proposed for it again."""

    deposit_id: UUID
    invoices: tuple[UUID, ...]


@event
@dataclass(frozen=True)
class RemitterCodeLearned:
    customer_id: UUID
    sign_id: UUID


@event
@dataclass(frozen=True)
class RemitterCodeRevoked:
    customer_id: UUID
    sign_id: UUID


@event
@dataclass(frozen=True)
class StandingChanged:
    """A customer's state changed by a payment, a release or the calendar (issuing an invoice tells of itself)."""

    customer_id: UUID
    before: str
    state: str
    open_minor: int


@event
@dataclass(frozen=True)
class PolicyChanged:
    policy_id: UUID
    fields: tuple[str, ...]
