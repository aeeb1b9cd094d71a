"""Giving up what will not come: within the limit by a verb, above it with someone else's approval."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import PAYMENTS_APPROVE, PAYMENTS_WRITE_OFF
from tokui.access.queries import people_who_may
from tokui.core import clock, states
from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.core.events import emit
from tokui.core.ids import uuid7
from tokui.core.locks import lock
from tokui.invoices.models import Invoice
from tokui.payments.events import ApprovalAsked, ApprovalDecided, DifferenceGivenUp
from tokui.payments.limits import Bill, Limits, is_above_limit
from tokui.payments.models import Allocation, Approval, PaymentPolicy
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
    policy = policy_of_organization()
    if needs_approval(invoice, kind, amount_minor, policy=policy, given=given_up([invoice.pk])[invoice.pk]):
        return ask_approval(invoice, kind, amount_minor, reason, by=by)
    _give_up(invoice, kind, amount_minor, reason, by)
    return None


def needs_approval(
    invoice: Invoice, kind: str, amount_minor: int, *, policy: PaymentPolicy, given: Mapping[str, int]
) -> bool:
    """Whether giving up an amount waits for someone else: one rule for every door, and for owners too.

    `given` is what of the invoice was given up so far (`given_up`); it counts together with the amount.
    """
    return is_above_limit(bill_of(invoice), given, kind, amount_minor, limits_of(policy))


def bill_of(invoice: Invoice) -> Bill:
    return Bill(invoice.net_minor, invoice.total_minor, invoice.withholding_minor, invoice.currency)


def limits_of(policy: PaymentPolicy) -> Limits:
    return Limits(max(policy.fee_tolerances, default=0), policy.write_off_limit_minor)


def given_up(invoice_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """What of invoices is given up and stands, by kind. One statement."""
    sums: dict[UUID, dict[str, int]] = defaultdict(dict)
    rows = Allocation.objects.filter(invoice__in=list(invoice_ids), kind__in=GIVING_UP, released_at=None)
    for key, kind, minor in rows.values_list("invoice_id", "kind").annotate(minor=Sum("amount_minor")):
        sums[key][kind] = minor
    return sums


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
        asked_by_id=_person(by),
        asked_at=clock.now(),
    )
    facts = ApprovalAsked(approval.pk, invoice.pk, invoice.customer_id, kind, amount_minor)
    emit(facts, about=invoice, by=by)
    return approval


@transaction.atomic
def decide_approval(approval: Approval, *, approve: bool, by: Actor) -> Approval:
    """Approve, which writes off at once, or refuse. Nobody decides their own request, nor does a key of theirs.

    Where only one person may approve, that person decides about their own request too, and the record says so.
    """
    access.require(by, PAYMENTS_APPROVE)
    invoice = lock(approval.invoice)
    lock(approval)
    is_own = approval.asked_by_id is not None and approval.asked_by_id == _person(by)
    if is_own and not (by.kind == "user" and people_who_may(PAYMENTS_APPROVE) == {by.id}):
        raise OwnApproval
    to = Approval.State.APPROVED if approve else Approval.State.REFUSED
    states.move(approval, to=to, decided_by=by.name, decided_at=clock.now(), is_own=is_own)
    if approve:
        _check(invoice, approval.amount_minor)
        _give_up(invoice, approval.kind, approval.amount_minor, approval.reason, by)
    facts = ApprovalDecided(approval.pk, invoice.pk, invoice.customer_id, approve, is_own)
    emit(facts, about=invoice, by=by)
    return approval


def _person(by: Actor) -> UUID | None:
    """Who is behind an actor: a program that nobody is known to have made stands for itself."""
    return by.person_id or by.id


def _check(invoice: Invoice, amount_minor: int) -> None:
    if invoice.state != Invoice.State.ISSUED or invoice.kind == Invoice.Kind.CREDIT_NOTE:
        raise InvoiceNotOpen(number=invoice.number or "?")
    if amount_minor <= 0:
        raise Invalid(field="amount", reason=_("Enter an amount above zero."))
    if amount_minor > invoice.open_minor:
        raise MoreThanOwed(number=invoice.number, open=invoice.open_minor)


def _give_up(invoice: Invoice, kind: str, amount_minor: int, reason: str, by: Actor) -> None:
    debit, credit = accounts_of(kind, invoice.customer_id)
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
