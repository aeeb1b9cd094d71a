"""Giving up what is open of an invoice, without a deposit (貸倒・値引)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from tokui.access.doors import visited
from tokui.access.permissions import PAYMENTS_WRITE_OFF
from tokui.core.errors import Refusal
from tokui.invoices.models import Invoice
from tokui.payments.actions import write_off
from tokui.payments.forms import WriteOffForm
from tokui.payments.policy import policy_of_organization
from tokui.payments.views.rows import amount_of, found, refused
from tokui.ui.doors import render_page, sent_on


@visited(PAYMENTS_WRITE_OFF)
def page(request: HttpRequest, invoice: str) -> HttpResponse:
    row = found(Invoice, invoice)
    form = WriteOffForm(request.POST or None, invoice=row)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            waiting = write_off(
                row,
                amount_minor=amount_of(typed["amount"], row.currency),
                kind=typed["kind"],
                reason=typed["reason"],
                by=request.visit.actor,  # type: ignore[attr-defined]
            )
        except Refusal as refusal:
            refused(form, refusal)
        else:
            said = _("Above the limit: it waits for approval.") if waiting else _("Given up and posted.")
            return sent_on(request, resolve_url("invoices:page", row.public_id), said)
    context = {"form": form, "invoice": row, "limit_minor": policy_of_organization().write_off_limit_minor}
    status = 422 if form.errors else 200
    template = "payments/write_off.html"
    return render_page(request, template, context, fragment=template, status=status)
