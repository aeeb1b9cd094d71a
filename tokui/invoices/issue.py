"""Issuing drafts, voiding, crediting: from here on a document never changes, only other documents correct it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import INVOICES_ISSUE, INVOICES_VOID
from tokui.core import clock, states
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound
from tokui.core.events import emit
from tokui.core.ids import uuid7
from tokui.core.locks import lock, lock_all
from tokui.invoices import issuing
from tokui.invoices.credits import CreditUse, apply_credit, record_applications
from tokui.invoices.drafting import due_on
from tokui.invoices.events import InvoiceVoided
from tokui.invoices.issuing import rows, run
from tokui.invoices.models import Invoice, SaleLine
from tokui.invoices.refused import (
    CreditNotBelowZero,
    InvoiceCredited,
    InvoiceEmpty,
    InvoiceNotDraft,
    InvoiceNotIssued,
    InvoiceStillSettled,
    InvoiceTotalBelowZero,
    NothingToCredit,
)
from tokui.invoices.settling import settle_invoices
from tokui.invoices.tax import line_amount
from tokui.invoices.totals import refresh_totals


@dataclass(frozen=True)
class CreditLine:
    """How much of an invoice's line is given back: a part of its quantity, or an amount; all of it without either."""

    line_id: UUID
    quantity_milli: int | None = None
    amount_minor: int | None = None


def issue_invoice(draft: Invoice, *, by: Actor) -> Invoice:
    """Number a draft and let it be owed; the draft's row becomes the issued document."""
    issue_invoices([draft.pk], by=by)
    draft.refresh_from_db()
    return draft


@transaction.atomic
def issue_invoices(draft_ids: Sequence[UUID], *, by: Actor) -> int:
    """Issue a set of drafts in a constant number of statements; all of them or none."""
    access.require(by, INVOICES_ISSUE)
    drafts = lock_all(Invoice.objects.filter(pk__in=list(draft_ids)))
    if len(drafts) != len(set(draft_ids)):
        raise NotFound
    for draft in drafts:
        if draft.state != Invoice.State.DRAFT:
            raise InvoiceNotDraft(number=draft.number)
    issue_locked(draft_ids, by)
    return len(drafts)


def issue_locked(draft_ids: Sequence[UUID], by: Actor) -> None:
    """The steps of issuing, over drafts that the caller has locked and permitted."""
    issuing.open_batch()
    _fill(draft_ids)
    issuing.sum_rates()
    _refuse_unissuable(len(set(draft_ids)))
    issuing.withhold()
    issuing.address_groups()
    issuing.number_groups()
    issuing.prepare_postings()
    _write()
    issuing.write_taxes()
    issuing.post_groups(by)
    issuing.announce(by)


def _fill(draft_ids: Sequence[UUID]) -> None:
    run(
        """
        INSERT INTO issue_group (place, invoice_id, kind, customer_id, business_id, currency, rounding, issued_on,
                                 due_on, delivery, subject, remarks, corrects_id, withholds, number, snapshot)
        SELECT row_number() OVER (ORDER BY issued_on, id), id, kind, customer_id, business_id, currency, tax_rounding,
               issued_on, due_on, delivery, subject, remarks, corrects_id, withholds, (snapshot->>'number'), snapshot
          FROM invoices_invoice WHERE id = ANY(%s)
        """,
        [list(draft_ids)],
    )
    run(
        """
        INSERT INTO issue_line (id, place, sold_on, tax_kind, rate_bp, amount_minor, tax_included, revenue_account)
        SELECT line.id, place, sold_on, tax_kind, rate_bp, amount_minor, tax_included, revenue_account
          FROM issue_group JOIN invoices_saleline line ON line.invoice_id = issue_group.invoice_id
        """
    )


def _refuse_unissuable(wanted: int) -> None:
    sums = rows("SELECT kind, net_minor + tax_minor FROM issue_group WHERE line_count > 0")
    if len(sums) != wanted:
        raise InvoiceEmpty
    for kind, total in sums:
        if kind == Invoice.Kind.CREDIT_NOTE and total >= 0:
            raise CreditNotBelowZero
        if kind != Invoice.Kind.CREDIT_NOTE and total < 0:
            raise InvoiceTotalBelowZero


def _write() -> None:
    run(
        """
        UPDATE invoices_invoice invoice SET state = 'issued', number = made.number, series_id = made.series_id,
               series_period = made.series_period, sequence = made.sequence, net_minor = made.net_minor,
               tax_minor = made.tax_minor, total_minor = made.net_minor + made.tax_minor,
               withholding_minor = made.withholding_minor, issuer_id = made.issuer_id, snapshot = made.snapshot,
               entry_id = made.entry_id, issued_at = %s,
               paid_on = CASE WHEN made.net_minor + made.tax_minor = 0 THEN made.issued_on END
          FROM issue_group made WHERE made.invoice_id = invoice.id
        """,
        [clock.now()],
    )


@transaction.atomic
def credit_invoice(
    invoice: Invoice, lines: Sequence[CreditLine] | None = None, *, reason: str, by: Actor, on: date | None = None
) -> Invoice:
    """Give back all or part of an issued invoice by a credit note (適格返還請求書), and use it on what is still open.

    The tax is reckoned by the rates of the original's lines. What exceeds the open amount stays as the customer's
    credit. Refuses with NothingToCredit beyond the original's total.
    """
    access.require(by, INVOICES_VOID)
    on = on or clock.today()
    lock(invoice)
    if invoice.state != Invoice.State.ISSUED or invoice.kind == Invoice.Kind.CREDIT_NOTE:
        raise InvoiceNotIssued
    note = _reversing_draft(invoice, on, reason, by)
    _copy_lines(invoice, note, lines, on, by)
    refresh_totals(note)
    if note.total_minor >= 0:
        raise CreditNotBelowZero
    credited = Invoice.objects.filter(corrects=invoice, state=Invoice.State.ISSUED).aggregate(sum=Sum("total_minor"))
    if -(note.total_minor + (credited["sum"] or 0)) > invoice.total_minor:
        raise NothingToCredit(number=invoice.number)
    issue_locked([note.pk], by)
    note.refresh_from_db()
    usable = min(invoice.open_minor, -note.total_minor)
    if usable > 0:
        apply_credit(note, invoice, usable, on=on, by=by)
        note.refresh_from_db()
    invoice.refresh_from_db()
    return note


@transaction.atomic
def void_invoice(
    invoice: Invoice, *, reason: str, by: Actor, on: date | None = None, reopens_sales: bool = True
) -> Invoice:
    """Cancel an issued invoice by a reversing document; its sales wait to be invoiced again unless told otherwise.

    Payments on it are released within this transaction by the room that keeps them; refuses with InvoiceStillSettled
    when something stays settled, as after a credit note. Returns the reversing document.
    """
    access.require(by, INVOICES_VOID)
    if not reason.strip():
        raise Invalid(field="reason", reason=_("Say why it is voided."))
    on = on or clock.today()
    lock(invoice)
    if invoice.state != Invoice.State.ISSUED or invoice.kind == Invoice.Kind.CREDIT_NOTE:
        raise InvoiceNotIssued
    if Invoice.objects.filter(corrects=invoice, state=Invoice.State.ISSUED).exists():
        raise InvoiceCredited(number=invoice.number)
    note = _reversing_draft(invoice, on, reason, by)
    _copy_lines(invoice, note, None, on, by)
    issue_locked([note.pk], by)
    note.refresh_from_db()
    states.move(invoice, to=Invoice.State.VOID, void_reason=reason.strip()[:200], paid_on=None)
    emit(
        InvoiceVoided(invoice.pk, invoice.customer_id, invoice.number or "", note.number or "", invoice.void_reason),
        about=invoice,
        by=by,
    )
    _settle_each_other(invoice, note, on, by)
    if reopens_sales and invoice.kind == Invoice.Kind.INVOICE:
        _wait_again(invoice, by)
    return note


def _settle_each_other(invoice: Invoice, note: Invoice, on: date, by: Actor) -> None:
    """After those who settled the invoice have released it, it and its reversal cancel out."""
    invoice.refresh_from_db(fields=["settled_minor"])
    if invoice.settled_minor:
        raise InvoiceStillSettled(number=invoice.number)
    if not invoice.total_minor:
        return
    Invoice.objects.filter(pk=invoice.pk).update(settled_minor=invoice.total_minor)
    settle_invoices([(note.pk, note.total_minor, on)], by=by)
    use = CreditUse(note.pk, invoice.pk, invoice.total_minor)
    record_applications([use], {invoice.pk: invoice.customer_id}, on=on, by=by)
    invoice.refresh_from_db()
    note.refresh_from_db()


def _reversing_draft(invoice: Invoice, on: date, reason: str, by: Actor) -> Invoice:
    return Invoice.objects.create(
        kind=Invoice.Kind.CREDIT_NOTE,
        customer_id=invoice.customer_id,
        business_id=invoice.business_id,
        currency=invoice.currency,
        tax_rounding=invoice.tax_rounding,
        issued_on=on,
        due_on=due_on(invoice.customer, on),
        delivery=invoice.delivery,
        remarks=reason.strip()[:500],
        withholds=invoice.withholds,
        corrects=invoice,
        created_at=clock.now(),
        created_by=by.name,
    )


def _copy_lines(invoice: Invoice, note: Invoice, wanted: Sequence[CreditLine] | None, on: date, by: Actor) -> None:
    originals = {line.pk: line for line in SaleLine.objects.filter(invoice=invoice)}
    chosen = [CreditLine(key) for key in originals] if wanted is None else list(wanted)
    made = []
    for part in chosen:
        line = originals.get(part.line_id)
        if line is None:
            raise NotFound(field="line")
        quantity, amount = _part_of(line, part)
        made.append(_mirrored(line, invoice=note, quantity_milli=-quantity, amount_minor=-amount, by=by))
    SaleLine.objects.bulk_create(made, batch_size=1_000)


def _part_of(line: SaleLine, part: CreditLine) -> tuple[int, int]:
    if part.amount_minor is not None:
        return line.quantity_milli, part.amount_minor
    if part.quantity_milli is not None:
        return part.quantity_milli, line_amount(part.quantity_milli, line.unit_minor)
    return line.quantity_milli, line.amount_minor


def _wait_again(invoice: Invoice, by: Actor) -> None:
    """Record the sales of a voided invoice anew; the old lines stay with the document that was issued."""
    lines = SaleLine.objects.filter(invoice=invoice).order_by("pk")
    SaleLine.objects.bulk_create([_mirrored(line, invoice=None, by=by) for line in lines], batch_size=1_000)


def _mirrored(line: SaleLine, *, invoice: Invoice | None, by: Actor, **changes: int) -> SaleLine:
    copied = {field.attname: getattr(line, field.attname) for field in SaleLine._meta.concrete_fields}
    fresh = {"id": uuid7(), "invoice_id": invoice.pk if invoice else None, "external_id": None, "created_in_id": None}
    recorded = {"source": "correction", "recorded_at": clock.now(), "recorded_by": by.name}
    return SaleLine(**{**copied, **fresh, **recorded, **changes})
