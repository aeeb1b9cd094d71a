"""What payments shows on a customer's page: standing with its evidence, what is owed, what was paid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.template.loader import render_to_string

from tokui.access.permissions import PAYMENTS_VIEW
from tokui.core import clock
from tokui.customers.models import Customer
from tokui.invoices.accounts import tax_code
from tokui.invoices.models import Invoice, InvoiceTax
from tokui.invoices.registry import tell_settlements
from tokui.ledger.registry import share_by_rate
from tokui.payments.evidence import evidence_of
from tokui.payments.models import Allocation, CustomerStanding
from tokui.payments.queries import invoice_standings
from tokui.ui.panels import panel

SHOWN = 8


def rates_behind(allocation_ids: Iterable[UUID]) -> dict[UUID, list[tuple[str, int]]]:
    """The tax codes and sums of the invoice that each allocation settles; none for receivables from the old books."""
    found = Allocation.objects.filter(pk__in=list(allocation_ids)).exclude(invoice__kind=Invoice.Kind.OPENING)
    invoices = dict(found.values_list("pk", "invoice_id"))
    codes: dict[UUID, list[tuple[str, int]]] = {}
    taxes = InvoiceTax.objects.filter(invoice__in=set(invoices.values()), net_minor__gt=0)
    for tax in taxes.order_by("-rate_bp", "tax_kind"):
        code = tax_code(tax.tax_kind, tax.rate_bp)
        codes.setdefault(tax.invoice_id, []).append((code, tax.net_minor + tax.tax_minor))
    return {key: codes.get(invoice, []) for key, invoice in invoices.items()}


share_by_rate("payments.allocation", rates_behind)

tell_settlements(
    "SELECT invoice_id, kind, amount_minor, kind = 'payment', \"on\", recorded_at, released_on, released_at "
    "FROM payments_allocation WHERE invoice_id IS NOT NULL"
)


@panel("customer_status", order=10, permission=PAYMENTS_VIEW)
def status(request: HttpRequest | None, customer: Customer) -> str | None:
    return _drawn("_customer_status", request, customer)


@panel("customer_metrics", order=10, permission=PAYMENTS_VIEW)
def metrics(request: HttpRequest | None, customer: Customer) -> str | None:
    return _drawn("_customer_metrics", request, customer)


@panel("customer_rail", order=10, permission=PAYMENTS_VIEW)
def owed(request: HttpRequest | None, customer: Customer) -> str | None:
    """The open invoices, oldest first, each with the evidence for what is open."""
    lines = [one for one in invoice_standings(customers=[customer.pk]) if one.standing.open_minor > 0]
    explained = [(one, evidence_of(one.invoice_id)) for one in lines[:SHOWN]]
    return _rendered("_customer_owed", request, {"customer": customer, "lines": explained, "more": len(lines) - SHOWN})


@panel("customer_rail", order=20, permission=PAYMENTS_VIEW)
def paid(request: HttpRequest | None, customer: Customer) -> str | None:
    rows = Allocation.objects.filter(customer=customer, released_at=None, kind__in=Allocation.FROM_DEPOSIT)
    found = list(rows.select_related("deposit", "invoice").order_by("-on", "-id")[:SHOWN])
    return _rendered("_customer_paid", request, {"customer": customer, "rows": found}) if found else None


def _drawn(name: str, request: HttpRequest | None, customer: Customer) -> str | None:
    row = CustomerStanding.objects.filter(customer=customer).first()
    if row is None:
        return None
    late = max(0, (clock.today() - row.oldest_due_on).days) if row.oldest_due_on else 0
    return _rendered(name, request, {"standing": row, "late": late, "customer": customer})


def _rendered(name: str, request: HttpRequest | None, context: dict[str, Any]) -> str:
    return render_to_string(f"payments/{name}.html", context, request)
