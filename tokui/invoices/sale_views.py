"""Pages of sales: the list, typing one in, a file with its preview."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.permissions import SALES_RECORD
from tokui.core.errors import Refusal
from tokui.invoices import actions
from tokui.invoices.doors import SaleForm, actor_of, plain_quantity, sale_of
from tokui.invoices.models import SaleLine
from tokui.ui.doors import page_of, render_page, sent_on


@visited(SALES_RECORD)
def index(request: HttpRequest) -> HttpResponse:
    """Sales, newest first; those that wait for an invoice on top by choice."""
    rows = SaleLine.objects.select_related("customer", "business", "invoice")
    waiting = request.GET.get("state") == "waiting"
    if waiting:
        rows = rows.filter(invoice=None)
    if request.GET.get("customer"):
        rows = rows.filter(customer__code=request.GET["customer"].strip())
    page = page_of(rows, order=("-sold_on", "-id"), after=request.GET.get("after", ""))
    return render_page(request, "invoices/sales.html", {"page": page, "waiting": waiting, "told": request.GET})


@visited(SALES_RECORD)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = SaleForm(request.POST or None, initial={"customer": request.GET.get("customer", "")})
    if request.method == "POST" and form.is_valid():
        try:
            recorded = actions.record_sales([form.sale()], by=actor_of(request))
            return sent_on(request, reverse("invoices:new_sale"), _told(recorded))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return render(request, "invoices/sale.html", {"form": form, "line": None}, status=422 if form.errors else 200)


def _told(recorded: actions.Recorded) -> str:
    if not recorded.late:
        return _("The sale was recorded.")
    day = recorded.late[0].next_closing_on
    return _("The sale was recorded. Its period is already invoiced; it goes on the invoice of %(day)s.") % {"day": day}


@visited(SALES_RECORD)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    line = sale_of(key)
    start = {
        "customer": line.customer.code,
        "sold_on": line.sold_on,
        "product": line.product.code if line.product else "",
        "description": line.description,
        "quantity": plain_quantity(line.quantity_milli),
        "unit_minor": line.unit_minor,
        "tax_kind": line.tax_kind,
        "tax_included": line.tax_included,
        "business": line.business_id,
    }
    form = SaleForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_sale(line, form.sale(), by=actor_of(request))
            return sent_on(request, reverse("invoices:sales"), _("Saved."))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return render(request, "invoices/sale.html", {"form": form, "line": line}, status=422 if form.errors else 200)


@visited(SALES_RECORD)
@require_POST
def delete(request: HttpRequest, key: str) -> HttpResponse:
    actions.delete_sale(sale_of(key), by=actor_of(request))
    return sent_on(request, reverse("invoices:sales"), _("The sale was deleted."))
