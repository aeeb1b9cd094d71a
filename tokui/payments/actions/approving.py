"""Giving up what will not come: within the limit by a verb, above it with someone else's approval."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import PAYMENTS_APPROVE, PAYMENTS_WRITE_OFF
from tokui.core import clock, states
from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.core.events import emit
from tokui.core.ids import uuid7
from tokui.core.locks import lock
from tokui.invoices.models import Invoice
from tokui.payments.events import ApprovalAsked, ApprovalDecided, DifferenceGivenUp
from tokui.payments.models import Allocation, Approval
from tokui.payments.policy import policy_of_organization
from tokui.payments.posting import NewAllocation, accounts_of, make_allocations
from tokui.payments.refused import ApprovalWaiting, InvoiceNotOpen, MoreThanOwed, OwnApproval
from tokui.payments.standings import refresh_standings

GIVING_UP = (Allocation.Kind.WRITE_OFF, Allocation.Kind.DISCOUNT, Allocation.Kind.FEE, Allocation.Kind.WITHHOLDING)


@transaction.atomic
def write_off(
    invoice: Invoice, *, amount_minor: int, kind: str = Allocation.Kind.WRITE_OFF, reason: str, by: Actor
) -> Approval | None:
    """Close (part of) an invoice without money: 貸倒, 値引, 手数料, 源泉. Above the limit it asks for approval.

    Returns the approval that now waits, or None when the write-off is done.
    Raises MoreThanOwed, InvoiceNotOpen, ApprovalWaiting, Invalid(kind, reason, amount).
    """
    access.require(by, PAYMENTS_WRITE_OFF)
    if kind not in GIVING_UP:
        raise Invalid(field="kind", reason="not a way to give something up")
    if not reason.strip():
        raise Invalid(field="reason", reason=_("Say why."))
    lock(invoice)
    _check(invoice, amount_minor)
    limited = kind in (Allocation.Kind.WRITE_OFF, Allocation.Kind.DISCOUNT)
    if limited and amount_minor > policy_of_organization().write_off_limit_minor and not by.can(PAYMENTS_APPROVE):
        return ask_approval(invoice, kind, amount_minor, reason, by=by)
    _give_up(invoice, kind, amount_minor, reason, by)
    return None


@transaction.atomic
def ask_approval(invoice: Invoice, kind: str, amount_minor: int, reason: str, *, by: Actor) -> Approval:
    """Ask for a write-off above the limit. One question per invoice at a time."""
    access.require(by, PAYMENTS_WRITE_OFF)
    if Approval.objects.filter(invoice=invoice, state=Approval.State.WAITING).exists():
        raise ApprovalWaiting
    approval = Approval.objects.create(
        invoice=invoice,
        kind=kind,
        amount_minor=amount_minor,
        reason=reason[:200],
        asked_by=by.name,
        asked_by_id=by.id,
        asked_at=clock.now(),
    )
    facts = ApprovalAsked(approval.pk, invoice.pk, invoice.customer_id, kind, amount_minor)
    emit(facts, about=invoice, by=by)
    return approval


@transaction.atomic
def decide_approval(approval: Approval, *, approve: bool, by: Actor) -> Approval:
    """Approve, which writes off at once, or refuse. Nobody decides their own request."""
    access.require(by, PAYMENTS_APPROVE)
    lock(approval)
    if approval.asked_by_id is not None and approval.asked_by_id == by.id:
        raise OwnApproval
    to = Approval.State.APPROVED if approve else Approval.State.REFUSED
    states.move(approval, to=to, decided_by=by.name, decided_at=clock.now())
    invoice = lock(approval.invoice)
    if approve:
        _check(invoice, approval.amount_minor)
        _give_up(invoice, approval.kind, approval.amount_minor, approval.reason, by)
    emit(ApprovalDecided(approval.pk, invoice.pk, invoice.customer_id, approve), about=invoice, by=by)
    return approval


def _check(invoice: Invoice, amount_minor: int) -> None:
    if invoice.state != Invoice.State.ISSUED or invoice.kind == Invoice.Kind.CREDIT_NOTE:
        raise InvoiceNotOpen(number=invoice.number or "?")
    if amount_minor <= 0:
        raise Invalid(field="amount", reason=_("Enter an amount above zero."))
    if amount_minor > invoice.open_minor:
        raise MoreThanOwed(number=invoice.number, open=invoice.open_minor)


def _give_up(invoice: Invoice, kind: str, amount_minor: int, reason: str, by: Actor) -> None:
    debit, credit = accounts_of(kind, invoice.customer_id, policy_of_organization())
    today = clock.today()
    row = NewAllocation(
        decision=uuid7(),
        customer_id=invoice.customer_id,
        amount_minor=amount_minor,
        on=max(invoice.issued_on, today),
        currency=invoice.currency,
        kind=kind,
        invoice_id=invoice.pk,
        memo=reason,
        debit=debit,
        credit=credit,
    )
    make_allocations([row], by=by)
    refresh_standings({invoice.customer_id}, by=by)
    facts = DifferenceGivenUp(invoice.pk, invoice.customer_id, kind, amount_minor, invoice.currency)
    emit(facts, about=invoice, by=by)
