"""Single invoices: a draft with its lines, changed freely until it is issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import INVOICES_ISSUE
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.days import DueRule, Shift
from tokui.core.errors import NotFound
from tokui.core.events import emit
from tokui.core.locks import lock, lock_all
from tokui.customers.models import Customer
from tokui.invoices.events import DraftChanged, DraftDeleted, InvoiceDrafted
from tokui.invoices.models import Invoice, SaleLine
from tokui.invoices.recording import NewSale, World, record_sales
from tokui.invoices.refused import (
    BusinessUnknown,
    CurrencyMixed,
    CustomersMixed,
    InvoiceEmpty,
    InvoiceNotDraft,
    SaleAlreadyInvoiced,
    WithholdingOutsideYen,
)
from tokui.invoices.totals import refresh_totals

#: The source of lines that live and die with their draft.
TYPED = "invoice"


@dataclass(frozen=True)
class InvoiceTerms:
    """What a person says about a single invoice; None means as the customer's settings say."""

    issued_on: date | None = None
    due_on: date | None = None
    business_id: UUID | None = None
    subject: str = ""
    remarks: str = ""
    withholds: bool = False
    delivery: str | None = None


@transaction.atomic
def draft_invoice(
    customer_id: UUID, sales: Sequence[NewSale] = (), *, terms: InvoiceTerms = InvoiceTerms(), by: Actor
) -> Invoice:
    """A draft of new sales to a customer; whoever pays for the customer is billed. It has no number yet."""
    access.require(by, INVOICES_ISSUE)
    payer = payer_of(customer_id)
    if not sales:
        raise InvoiceEmpty
    if terms.business_id:
        sales = [sale if sale.business_id else replace(sale, business_id=terms.business_id) for sale in sales]
    world = World.around(sales)
    business = _one_business(sales, world, terms)
    draft = _create(payer, business, _one_currency([sale.currency for sale in sales]), terms, by)
    record_sales([replace(sale, business_id=business, source=TYPED) for sale in sales], by=by, invoice=draft)
    return refresh_totals(draft)


@transaction.atomic
def draft_from_sales(line_ids: Sequence[UUID], *, terms: InvoiceTerms = InvoiceTerms(), by: Actor) -> Invoice:
    """A draft of sales that are recorded and not invoiced yet: all of one payer, business and currency (都度請求)."""
    access.require(by, INVOICES_ISSUE)
    lines = _waiting(line_ids)
    if not lines:
        raise InvoiceEmpty
    payers = {payer_of(line.customer_id).pk for line in lines}
    businesses = {line.business_id for line in lines}
    if len(payers) > 1 or len(businesses) > 1:
        raise CustomersMixed
    draft = _create(
        Customer.objects.get(pk=payers.pop()),
        businesses.pop(),
        _one_currency([one.currency for one in lines]),
        terms,
        by,
    )
    SaleLine.objects.filter(pk__in=[line.pk for line in lines]).update(invoice=draft)
    return refresh_totals(draft)


@transaction.atomic
def change_draft(
    draft: Invoice,
    *,
    by: Actor,
    sales: Sequence[NewSale] | None = None,
    line_ids: Sequence[UUID] | None = None,
    terms: InvoiceTerms | None = None,
) -> Invoice:
    """Change a draft's terms and lines; what is None stays as it is.

    `sales` replaces the lines that were typed into the draft. `line_ids` says which sales recorded before it are on it:
    those left out wait again, new ones join.
    """
    access.require(by, INVOICES_ISSUE)
    _lock_draft(draft)
    if terms:
        for name, value in _terms(draft.customer, terms).items():
            setattr(draft, name, value)
    if line_ids is not None:
        _hold(draft, line_ids)
    if sales is not None:
        _type_anew(draft, sales, by)
    lines = list(SaleLine.objects.filter(invoice=draft))
    if not lines:
        raise InvoiceEmpty
    draft.currency = _one_currency([line.currency for line in lines])
    _refuse_withholding(draft.currency, withholds=draft.withholds)
    draft.save()
    refresh_totals(draft)
    emit(DraftChanged(draft.pk, draft.customer_id, draft.total_minor), about=draft, by=by)
    return draft


def _type_anew(draft: Invoice, sales: Sequence[NewSale], by: Actor) -> None:
    SaleLine.objects.filter(invoice=draft, source=TYPED).delete()
    typed = [replace(sale, business_id=draft.business_id, source=TYPED) for sale in sales]
    record_sales(typed, by=by, invoice=draft)


def _hold(draft: Invoice, line_ids: Sequence[UUID]) -> None:
    recorded = SaleLine.objects.filter(invoice=draft).exclude(source=TYPED)
    here = set(recorded.values_list("pk", flat=True))
    joining = _waiting([key for key in line_ids if key not in here])
    if any(line.business_id != draft.business_id for line in joining):
        raise CustomersMixed
    if any(payer_of(line.customer_id).pk != draft.customer_id for line in joining):
        raise CustomersMixed
    recorded.exclude(pk__in=list(line_ids)).update(invoice=None)
    SaleLine.objects.filter(pk__in=[line.pk for line in joining]).update(invoice=draft)


def _waiting(line_ids: Sequence[UUID]) -> list[SaleLine]:
    """Sales that no document has yet, locked."""
    lines = lock_all(SaleLine.objects.filter(pk__in=list(line_ids)))
    if len(lines) != len(set(line_ids)):
        raise NotFound(field="sale_lines")
    if any(line.invoice_id for line in lines):
        raise SaleAlreadyInvoiced
    return lines


@transaction.atomic
def delete_draft(draft: Invoice, *, by: Actor) -> None:
    """Throw a draft away. Sales that were recorded before it wait again; those typed into it go with it."""
    access.require(by, INVOICES_ISSUE)
    _lock_draft(draft)
    lines = SaleLine.objects.filter(invoice=draft)
    lines.filter(source=TYPED).delete()
    lines.update(invoice=None)
    emit(DraftDeleted(draft.pk, draft.customer_id), about=draft, by=by)
    draft.delete()


def payer_of(customer_id: UUID) -> Customer:
    """Who is billed for a customer: `bill_to`, or the customer itself."""
    customer = Customer.objects.select_related("bill_to").filter(pk=customer_id).first()
    if customer is None:
        raise NotFound
    return customer.bill_to or customer


def due_on(customer: Customer, issued_on: date) -> date:
    """The day by which an invoice of that day is to be paid, by the customer's rule, never before it is issued."""
    rule = DueRule(customer.due_months, customer.due_day, Shift(customer.due_shift))
    return max(rule.due_on(issued_on), issued_on)


def _refuse_withholding(currency: str, *, withholds: bool) -> None:
    if withholds and currency != "JPY":
        raise WithholdingOutsideYen


def _create(payer: Customer, business_id: UUID, currency: str, terms: InvoiceTerms, by: Actor) -> Invoice:
    _refuse_withholding(currency, withholds=terms.withholds)
    draft = Invoice.objects.create(
        customer=payer,
        business_id=business_id,
        currency=currency,
        tax_rounding=payer.tax_rounding,
        created_at=clock.now(),
        created_by=by.name,
        **_terms(payer, terms),
    )
    emit(InvoiceDrafted(draft.pk, payer.pk), about=draft, by=by)
    return draft


def _terms(payer: Customer, terms: InvoiceTerms) -> dict[str, Any]:
    issued_on = terms.issued_on or clock.today()
    return {
        "issued_on": issued_on,
        "due_on": terms.due_on or due_on(payer, issued_on),
        "subject": terms.subject.strip()[:120],
        "remarks": terms.remarks.strip()[:500],
        "withholds": terms.withholds,
        "delivery": terms.delivery or payer.delivery,
    }


def _lock_draft(draft: Invoice) -> None:
    lock(draft)
    if draft.state != Invoice.State.DRAFT:
        raise InvoiceNotDraft(number=draft.number)


def _one_business(sales: Sequence[NewSale], world: World, terms: InvoiceTerms) -> UUID:
    if terms.business_id:
        if not Business.objects.filter(pk=terms.business_id).exists():
            raise NotFound(field="business")
        return terms.business_id
    found = set()
    for sale in sales:
        customer = world.customers.get(sale.customer_id)
        if customer is None:
            raise NotFound(field="customer")
        product = world.products.get(sale.product_id) if sale.product_id else None
        business = world.business(sale, customer, product)
        found.add(business.pk if business else None)
    if None in found:
        raise BusinessUnknown(field="business")
    if len(found) > 1:
        raise CustomersMixed
    return found.pop()  # type: ignore[return-value]


def _one_currency(currencies: Sequence[str]) -> str:
    if len(set(currencies)) > 1:
        raise CurrencyMixed
    return currencies[0]
