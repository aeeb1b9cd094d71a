from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tokui.core.events import event


@event
@dataclass(frozen=True)
class SalesRecorded:
    """A set of sale lines was recorded; the event is about the first of them."""

    line_count: int
    source: str
    late_count: int = 0


@event
@dataclass(frozen=True)
class SaleChanged:
    line_id: UUID
    customer_id: UUID
    amount_minor: int


@event
@dataclass(frozen=True)
class SaleDeleted:
    line_id: UUID
    customer_id: UUID
    amount_minor: int


@event
@dataclass(frozen=True)
class SalesImported:
    """A file of sales was taken over."""

    import_id: UUID
    new_count: int
    known_count: int
    refused_count: int


@event
@dataclass(frozen=True)
class SaleImportUndone:
    """The sales of a file were taken back; those on issued documents stayed."""

    import_id: UUID
    removed_count: int
    kept_count: int


@event
@dataclass(frozen=True)
class OpeningsImported:
    """A file of receivables from the old system was taken over."""

    import_id: UUID
    new_count: int
    known_count: int
    refused_count: int


@event
@dataclass(frozen=True)
class InvoiceDrafted:
    invoice_id: UUID
    customer_id: UUID


@event
@dataclass(frozen=True)
class DraftDeleted:
    invoice_id: UUID
    customer_id: UUID


@event
@dataclass(frozen=True)
class InvoiceIssued:
    """An invoice or an opening receivable is owed from now on."""

    invoice_id: UUID
    customer_id: UUID
    number: str
    total_minor: int
    due_on: date


@event
@dataclass(frozen=True)
class CreditNoteIssued:
    """A credit note (適格返還請求書) lowers what is owed; `total_minor` is below zero."""

    invoice_id: UUID
    customer_id: UUID
    number: str
    total_minor: int
    corrects_id: UUID | None = None


@event
@dataclass(frozen=True)
class CreditApplied:
    """A credit note was used on an invoice: both are settled by that much."""

    invoice_id: UUID
    customer_id: UUID
    credit_note_id: UUID
    amount_minor: int


@event
@dataclass(frozen=True)
class CreditTakenBack:
    """What a credit note had settled on an invoice is open again on both."""

    invoice_id: UUID
    customer_id: UUID
    credit_note_id: UUID
    amount_minor: int


@event
@dataclass(frozen=True)
class CreditRefunded:
    """What a credit note gives back was paid out."""

    invoice_id: UUID
    customer_id: UUID
    number: str
    amount_minor: int
    on: date


@event
@dataclass(frozen=True)
class InvoiceVoided:
    """An invoice was voided: whatever was settled on it is released by those who settled it, in this transaction."""

    invoice_id: UUID
    customer_id: UUID
    number: str
    reversing_number: str
    reason: str


@event
@dataclass(frozen=True)
class InvoicePaid:
    invoice_id: UUID
    customer_id: UUID
    on: date


@event
@dataclass(frozen=True)
class InvoiceReopened:
    invoice_id: UUID
    customer_id: UUID


@event
@dataclass(frozen=True)
class InvoiceSent:
    invoice_id: UUID
    customer_id: UUID
    mail_id: UUID


@event
@dataclass(frozen=True)
class InvoiceOpened:
    """The customer opened the mailed link for the first time."""

    invoice_id: UUID
    customer_id: UUID


@event
@dataclass(frozen=True)
class ReceiptIssued:
    receipt_id: UUID
    customer_id: UUID
    number: str
    amount_minor: int


@event
@dataclass(frozen=True)
class ReceiptReissued:
    receipt_id: UUID
    customer_id: UUID
    number: str


@event
@dataclass(frozen=True)
class ReceiptCancelled:
    """The money was taken back, and with it the receipt."""

    receipt_id: UUID
    customer_id: UUID
    number: str
    amount_minor: int
    invoice_id: UUID | None = None


@event
@dataclass(frozen=True)
class ReceiptHandedOut:
    """The original of a receipt left the house; from now on every other carries 再発行."""

    receipt_id: UUID
    customer_id: UUID
    number: str


@event
@dataclass(frozen=True)
class DeliveryNoteIssued:
    note_id: UUID
    customer_id: UUID
    number: str
    total_minor: int


@event
@dataclass(frozen=True)
class LinksClosed:
    """Links to a document were closed: they open nothing any more."""

    invoice_id: UUID
    customer_id: UUID
    link_count: int


@event
@dataclass(frozen=True)
class DispatchOrdered:
    """A set of documents is to be printed or mailed."""

    dispatch_id: UUID
    how: str
    document_count: int


@event
@dataclass(frozen=True)
class DispatchFinished:
    dispatch_id: UUID
    how: str
    done_count: int
    refused_count: int


@event
@dataclass(frozen=True)
class DraftChanged:
    invoice_id: UUID
    customer_id: UUID
    total_minor: int


@event
@dataclass(frozen=True)
class ClosingFinished:
    run_id: UUID
    closing_on: date
    invoice_count: int
    line_count: int
    problem_count: int
    total_minor: int


@event
@dataclass(frozen=True)
class SeriesChanged:
    series_id: UUID
    pattern: str


@event
@dataclass(frozen=True)
class TermsChanged:
    business_id: UUID


@event
@dataclass(frozen=True)
class InvoicesExported:
    """Invoices were handed out in bulk: for the tax office or as one file to print."""

    invoice_count: int
    form: str
