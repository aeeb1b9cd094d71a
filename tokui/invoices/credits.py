"""Credit notes in use: on open invoices of the same customer, at the next closing, or paid out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import INVOICES_ISSUE, INVOICES_VOID
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound
from tokui.core.events import emit, emit_many
from tokui.core.ids import uuid7_many
from tokui.core.locks import lock
from tokui.core.tenancy import require_organization
from tokui.invoices.accounts import receivable
from tokui.invoices.events import CreditApplied, CreditRefunded, CreditTakenBack
from tokui.invoices.models import CreditApplication, CreditRefund, Invoice
from tokui.invoices.refused import CreditElsewhere, CreditUsedUp, InvoiceNotIssued, NotACreditNote
from tokui.invoices.settling import ABOUT, settle_invoices
from tokui.ledger import queries as ledger
from tokui.ledger.actions import Entry, Posting, post_entries

#: Where money that is paid out can leave from, in the books.
CASH = "cash"
BANKS = "bank:"


@dataclass(frozen=True)
class CreditUse:
    """So much of a credit note settles an invoice, in minor units, above zero."""

    note_id: UUID
    invoice_id: UUID
    amount_minor: int


def apply_credit(note: Invoice, invoice: Invoice, amount_minor: int, *, on: date, by: Actor) -> CreditApplication:
    """Use a credit note on an invoice of the same customer: both are settled, the books stay."""
    return apply_credits([CreditUse(note.pk, invoice.pk, amount_minor)], on=on, by=by)[0]


@transaction.atomic
def apply_credits(uses: Sequence[CreditUse], *, on: date, by: Actor) -> list[CreditApplication]:
    """Use credit notes on open invoices of the same customer and currency, a set at a time.

    Refuses with CreditElsewhere, CreditUsedUp, NotACreditNote, or InvoiceSettledBeyondTotal beyond what is owed.
    """
    access.require(by, INVOICES_ISSUE)
    found = Invoice.objects.in_bulk({key for use in uses for key in (use.note_id, use.invoice_id)})
    for use in uses:
        _check(use, found)
    changes = [(use.invoice_id, use.amount_minor, on) for use in uses]
    settle_invoices([*changes, *((use.note_id, -use.amount_minor, on) for use in uses)], by=by)
    return record_applications(uses, {key: one.customer_id for key, one in found.items()}, on=on, by=by)


def _check(use: CreditUse, found: dict[UUID, Invoice]) -> None:
    note, invoice = found.get(use.note_id), found.get(use.invoice_id)
    if note is None or invoice is None:
        raise NotFound
    if note.kind != Invoice.Kind.CREDIT_NOTE or invoice.kind == Invoice.Kind.CREDIT_NOTE or use.amount_minor <= 0:
        raise NotACreditNote
    if note.state != Invoice.State.ISSUED or invoice.state != Invoice.State.ISSUED:
        raise InvoiceNotIssued
    if note.customer_id != invoice.customer_id or note.currency != invoice.currency:
        raise CreditElsewhere
    if use.amount_minor > -note.open_minor:
        raise CreditUsedUp(number=note.number, left=f"{-note.open_minor:,}")


def record_applications(
    uses: Sequence[CreditUse], customers: dict[UUID, UUID], *, on: date, by: Actor
) -> list[CreditApplication]:
    """Write down what the caller has settled on both sides, and tell of it."""
    home, now = require_organization(), clock.now()
    made = [
        CreditApplication(
            id=key,
            organization_id=home,
            credit_note_id=use.note_id,
            invoice_id=use.invoice_id,
            amount_minor=use.amount_minor,
            on=on,
            recorded_at=now,
            recorded_by=by.name,
        )
        for key, use in zip(uuid7_many(len(uses)), uses, strict=True)
    ]
    CreditApplication.objects.bulk_create(made, batch_size=1_000)
    facts = [CreditApplied(use.invoice_id, customers[use.invoice_id], use.note_id, use.amount_minor) for use in uses]
    emit_many(facts, about=[use.invoice_id for use in uses], about_type=ABOUT, by=by)
    return made


@transaction.atomic
def take_back_credit(note: Invoice, invoice: Invoice, *, by: Actor) -> None:
    """Undo what a credit note settles on an invoice: it can be used elsewhere. The history keeps both rows."""
    access.require(by, INVOICES_ISSUE)
    if invoice.state != Invoice.State.ISSUED:
        raise InvoiceNotIssued
    lock(invoice)
    rows = CreditApplication.objects.filter(credit_note=note, invoice=invoice)
    amount = rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0
    if amount <= 0:
        raise NotFound
    on = clock.today()
    settle_invoices([(invoice.pk, -amount, on), (note.pk, amount, on)], by=by)
    CreditApplication.objects.create(
        credit_note=note,
        invoice=invoice,
        amount_minor=-amount,
        on=on,
        recorded_at=clock.now(),
        recorded_by=by.name,
    )
    emit(CreditTakenBack(invoice.pk, invoice.customer_id, note.pk, amount), about=invoice, by=by)


@transaction.atomic
def refund_credit(
    note: Invoice, *, account: str, by: Actor, amount_minor: int | None = None, on: date | None = None
) -> CreditRefund:
    """Write down that what a credit note gives back was paid out, from cash or a bank account of the books.

    Without an amount, all that is left of it. Refuses with NotACreditNote, CreditUsedUp, or Invalid for an account.
    """
    access.require(by, INVOICES_VOID)
    lock(note)
    if note.kind != Invoice.Kind.CREDIT_NOTE or note.state != Invoice.State.ISSUED:
        raise NotACreditNote
    amount = -note.open_minor if amount_minor is None else amount_minor
    if not 0 < amount <= -note.open_minor:
        raise CreditUsedUp(number=note.number, left=f"{-note.open_minor:,}")
    if account not in paying_accounts(note.currency):
        raise Invalid(field="account", reason=_("Choose where the money is paid from."))
    on = on or clock.today()
    settle_invoices([(note.pk, -amount, on)], by=by)
    entry = Entry(
        on=on,
        kind="credit_refund",
        source_type=ABOUT,
        source_id=note.pk,
        postings=(Posting(receivable(note.customer_id), account, amount),),
        customer_id=note.customer_id,
        memo=note.number or "",
        currency=note.currency,
    )
    refund = CreditRefund.objects.create(
        credit_note=note,
        amount_minor=amount,
        on=on,
        account=account,
        entry_id=post_entries([entry], by=by)[0],
        recorded_at=clock.now(),
        recorded_by=by.name,
    )
    emit(CreditRefunded(note.pk, note.customer_id, note.number or "", amount, on), about=note, by=by)
    return refund


def paying_accounts(currency: str) -> list[str]:
    """Cash, and the bank accounts that the books know in a currency."""
    return [CASH, *sorted(ledger.balances_of(BANKS, currency=currency))]


def open_invoices(note: Invoice) -> QuerySet[Invoice]:
    """What a credit note could be used on, the oldest due first."""
    rows = Invoice.objects.filter(customer_id=note.customer_id, currency=note.currency, state=Invoice.State.ISSUED)
    return rows.exclude(kind=Invoice.Kind.CREDIT_NOTE).exclude(settled_minor=F("total_minor")).order_by("due_on", "id")


def open_credits(invoice: Invoice) -> QuerySet[Invoice]:
    """Credit notes that an invoice could be settled by, the oldest first."""
    rows = Invoice.objects.filter(
        customer_id=invoice.customer_id, currency=invoice.currency, state=Invoice.State.ISSUED, kind="credit_note"
    )
    return rows.exclude(settled_minor=F("total_minor")).order_by("issued_on", "id")
