"""A customer's advance: used for what is open (前受金を充てる), or sent back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from tokui.access.doors import visited
from tokui.access.permissions import PAYMENTS_ALLOCATE
from tokui.core.errors import Refusal
from tokui.core.ids import public_id
from tokui.customers.models import Customer
from tokui.invoices.models import Invoice
from tokui.payments.actions import apply_advance, refund_advance
from tokui.payments.bench import oldest_first, open_invoices
from tokui.payments.forms import SendingBackForm
from tokui.payments.models import Allocation
from tokui.payments.queries import held_advances, usable_advances
from tokui.payments.views.rows import amount_of, found, refused
from tokui.ui.doors import render_page, sent_on

MOST_SHOWN = 200


@visited(PAYMENTS_ALLOCATE)
def index(request: HttpRequest) -> HttpResponse:
    """Customers who owe something while money of theirs is held, those who owe the most first."""
    rows = usable_advances().select_related("customer").order_by("-open_minor", "-customer_id")[:MOST_SHOWN]
    template = "payments/advances.html"
    return render_page(request, template, {"rows": list(rows)}, fragment=template)


@visited(PAYMENTS_ALLOCATE)
def page(request: HttpRequest, customer: str) -> HttpResponse:
    """What is held, and the open invoices with an amount each, the oldest filled first."""
    row = found(Customer, customer)
    trouble = ""
    if request.method == "POST":
        try:
            apply_advance(row, _uses(request), by=request.visit.actor)  # type: ignore[attr-defined]
        except Refusal as refusal:
            trouble = refusal.message
        else:
            return sent_on(request, resolve_url("customers:customer", row.public_id), _("The advance was used."))
    template = "payments/advance.html"
    context = _shown(row, request) | {"trouble": trouble}
    return render_page(request, template, context, fragment=template, status=422 if trouble else 200)


@visited(PAYMENTS_ALLOCATE)
def refund(request: HttpRequest, advance: str) -> HttpResponse:
    """Send an advance, or a part of it, back to the customer."""
    row = found(Allocation, advance)
    form = SendingBackForm(request.POST or None, minor=row.unused_minor, currency=row.currency)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            amount = amount_of(typed["amount"], row.currency)
            by = request.visit.actor  # type: ignore[attr-defined]
            refund_advance(
                row, account=form.chosen_account(), on=typed["on"], amount_minor=amount, note=typed["note"], by=by
            )
        except Refusal as refusal:
            refused(form, refusal)
        else:
            back = resolve_url("payments:advance_of", public_id(Customer.PREFIX, row.customer_id))  # type: ignore[arg-type]
            return sent_on(request, back, _("Noted as sent back."))
    template = "payments/refund_advance.html"
    context = {"form": form, "advance": row}
    return render_page(request, template, context, fragment=template, status=422 if form.errors else 200)


def _shown(customer: Customer, request: HttpRequest) -> dict[str, Any]:
    advances = list(held_advances(customer.pk).select_related("deposit").order_by("on", "pk"))
    currency = advances[0].currency if advances else "JPY"
    total = sum(one.unused_minor for one in advances if one.currency == currency)
    invoices = [one for one in open_invoices(customer) if one.currency == currency]
    spread = oldest_first(invoices, total)
    lines = [(one, request.POST.get(one.public_id), spread.get(one.pk, 0)) for one in invoices]
    return {"customer": customer, "advances": advances, "total": total, "currency": currency, "lines": lines}


def _uses(request: HttpRequest) -> list[tuple[Any, int]]:
    uses = []
    for name in request.POST:
        text = str(request.POST[name]).strip()
        if name.startswith("inv_") and text:
            invoice = found(Invoice, name)
            uses.append((invoice.pk, amount_of(text, invoice.currency)))
    return [(key, amount) for key, amount in uses if amount]
