"""Receivables brought from the old system (期首売掛金): documents that keep the number and days they had there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import INVOICES_ISSUE
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.core.ids import uuid7_many
from tokui.core.tenancy import require_organization
from tokui.customers.models import Customer
from tokui.invoices.accounts import OPENING
from tokui.invoices.issue import issue_locked
from tokui.invoices.models import Invoice, SaleLine
from tokui.invoices.refused import NumberTaken


@dataclass(frozen=True)
class NewOpening:
    """What a customer still owed when the books moved here; `open_minor` in minor units, tax included.

    Below zero it is what we owe the customer, paid ahead or too much: it becomes a credit note, which is used on later
    invoices or paid out.
    """

    customer_id: UUID
    number: str
    issued_on: date
    due_on: date
    open_minor: int
    business_id: UUID | None = None
    currency: str = "JPY"
    subject: str = ""


@transaction.atomic
def bring_openings(openings: Sequence[NewOpening], *, by: Actor) -> list[UUID]:
    """Take over open receivables as documents of kind `opening`, and credit balances as credit notes, posted against
    the account `opening`.

    Refuses with NumberTaken for a number that exists; the whole set or nothing.
    """
    access.require(by, INVOICES_ISSUE)
    return bring_checked(openings, by=by)


def bring_checked(openings: Sequence[NewOpening], *, by: Actor) -> list[UUID]:
    """As `bring_openings`, for a job whose permission was asked when it was begun."""
    if not openings:
        return []
    _check(openings)
    customers = Customer.objects.select_related("bill_to").in_bulk({one.customer_id for one in openings})
    default = Business.objects.order_by("code").values_list("pk", flat=True)[0]
    drafts, lines = [], []
    for key, line_key, opening in zip(uuid7_many(len(openings)), uuid7_many(len(openings)), openings, strict=True):
        customer = customers.get(opening.customer_id)
        if customer is None:
            raise Invalid(field="customer", reason=_("No customer has this code or name."))
        payer = customer.bill_to or customer
        draft = _draft(key, opening, payer, opening.business_id or payer.business_id or default, by)
        drafts.append(draft)
        lines.append(_line(line_key, draft, opening, by))
    Invoice.objects.bulk_create(drafts, batch_size=1_000)
    SaleLine.objects.bulk_create(lines, batch_size=1_000)
    ids = [draft.pk for draft in drafts]
    issue_locked(ids, by)
    return ids


def _check(openings: Sequence[NewOpening]) -> None:
    numbers = [opening.number for opening in openings]
    twice = {number for number in numbers if numbers.count(number) > 1} if len(set(numbers)) < len(numbers) else set()
    taken = twice or {str(one.number) for one in Invoice.objects.filter(number__in=numbers).only("number")}
    if taken:
        raise NumberTaken(number=min(taken), field="number")
    for opening in openings:
        if not opening.number.strip():
            raise Invalid(field="number", reason=_("A receivable needs the number it had."))
        if opening.open_minor == 0:
            raise Invalid(field="open_minor", reason=_("A balance of zero leaves nothing to bring over."))


def _draft(key: UUID, opening: NewOpening, payer: Customer, business_id: UUID, by: Actor) -> Invoice:
    return Invoice(
        id=key,
        organization_id=require_organization(),
        kind=Invoice.Kind.OPENING if opening.open_minor > 0 else Invoice.Kind.CREDIT_NOTE,
        customer=payer,
        business_id=business_id,
        issued_on=opening.issued_on,
        due_on=opening.due_on,
        currency=opening.currency,
        tax_rounding=payer.tax_rounding,
        delivery=Customer.Delivery.NONE,
        subject=opening.subject[:120],
        snapshot={"number": opening.number.strip()[:40]},
        created_at=clock.now(),
        created_by=by.name,
    )


def _line(key: UUID, draft: Invoice, opening: NewOpening, by: Actor) -> SaleLine:
    return SaleLine(
        id=key,
        organization_id=draft.organization_id,
        customer_id=draft.customer_id,
        business_id=draft.business_id,
        sold_on=opening.issued_on,
        description=opening.subject or _("Brought forward"),
        unit_minor=opening.open_minor,
        tax_included=True,
        tax_kind="out_of_scope",
        rate_bp=0,
        amount_minor=opening.open_minor,
        currency=opening.currency,
        revenue_account=OPENING,
        invoice=draft,
        source="opening",
        recorded_at=draft.created_at,
        recorded_by=by.name,
    )
