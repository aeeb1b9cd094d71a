"""Pages of sales: the list, their sums by month, typing one in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.models import Business
from tokui.access.permissions import SALES_RECORD
from tokui.catalog.models import Product
from tokui.core import clock
from tokui.core.days import add_months
from tokui.core.errors import Invalid, Refusal
from tokui.invoices import actions
from tokui.invoices.doors import SaleForm, actor_of, day_or_none, key_of, line_as_typed, sale_of
from tokui.invoices.models import SaleImport, SaleLine
from tokui.invoices.recording import Late, late_lines
from tokui.invoices.sale_queries import NONE, Report, ReportRow, SaleSearch, find_sales, report_sales
from tokui.ui.doors import page_of, render_page, sent_on
from tokui.ui.paging import InvalidCursor


@visited(SALES_RECORD)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Sales, newest first, by day, customer, product, channel, region, business, or the file that brought them."""
    search, told = _search(request.GET), request.GET
    rows = find_sales(search).select_related("customer", "business", "invoice")
    try:
        page = page_of(rows, order=("-sold_on", "-id"), after=told.get("after", ""))
    except InvalidCursor as trouble:
        raise Invalid(field="after", reason=_("This page's address is no longer valid. Start again.")) from trouble
    context = {
        "page": page,
        "waiting": bool(search.is_waiting),
        "told": told,
        "product_word": _product_word(search),
        "businesses": Business.objects.order_by("code"),
        "is_everything": not any(told.get(name) for name in FILTERS),
    }
    return render_page(request, "invoices/sales.html", context)


FILTERS = ("state", "customer", "product", "business", "channel", "region", "currency", "import", "from", "to")


def _search(told: QueryDict) -> SaleSearch:
    return SaleSearch(
        from_on=day_or_none(told.get("from", "")),
        to_on=day_or_none(told.get("to", "")),
        customer_code=told.get("customer", "").strip(),
        product=_product(told.get("product", "").strip()),
        business_id=key_of(told.get("business", ""), Business.PREFIX) if told.get("business") else None,
        channel=told.get("channel", "").strip(),
        region=told.get("region", "").strip(),
        currency=told.get("currency", "").strip(),
        is_waiting=True if told.get("state") == "waiting" else None,
        import_id=key_of(told.get("import", ""), SaleImport.PREFIX) if told.get("import") else None,
    )


def _product(text: str) -> UUID | str | None:
    """A product by its id, or as people type it by its code; a code that nobody has finds nothing."""
    if not text or text == NONE:
        return text or None
    if text.startswith(f"{Product.PREFIX}_"):
        return key_of(text, Product.PREFIX)
    return Product.objects.filter(code=text).values_list("pk", flat=True).first() or NOBODY


#: A key that no row has.
NOBODY = UUID(int=0)


def _product_word(search: SaleSearch) -> str:
    """What stands in the filter's field: the code, which is how people call a product."""
    if isinstance(search.product, UUID):
        return Product.objects.filter(pk=search.product).values_list("code", flat=True).first() or ""
    return search.product or ""


@visited(SALES_RECORD)
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """Sales without tax by a dimension and month; every sum leads to its lines."""
    dimension = request.GET.get("by", "product")
    if dimension not in DIMENSIONS:
        raise Invalid(field="by", reason=_("Choose product, channel, region or business."))
    months = _months(request.GET)
    tables = [_table(dimension, one) for one in report_sales(dimension, months)]
    context = {
        "dimension": dimension,
        "dimensions": DIMENSIONS.items(),
        "word": DIMENSIONS[dimension],
        "tables": tables,
        "months": months,
        "first": f"{months[0]:%Y-%m}",
        "last": f"{months[-1]:%Y-%m}",
    }
    return render(request, "invoices/sale_report.html", context)


DIMENSIONS: dict[str, Promise] = {
    "product": gettext_lazy("Product"),
    "channel": gettext_lazy("Channel"),
    "region": gettext_lazy("Region"),
    "business": gettext_lazy("Business"),
}
MOST_MONTHS = 12


def _months(told: QueryDict) -> list[date]:
    """The months asked for, the last six when none are; twelve at most, counted from the last."""
    last = _month(told.get("to", "")) or clock.today().replace(day=1)
    first = _month(told.get("from", "")) or add_months(last, -5)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    count = min(max(count, 1), MOST_MONTHS)
    return [add_months(last, n - count + 1) for n in range(count)]


def _month(text: str) -> date | None:
    found = day_or_none(f"{text}-01") if text else None
    return found if found and 1900 <= found.year < 2200 else None


def _table(dimension: str, found: Report) -> dict[str, Any]:
    """A report as cells with the addresses of their lines."""

    def url(row: ReportRow, first: date, last: date) -> str:
        if not row.key:
            return ""
        asked = {dimension: row.key, "from": first, "to": add_months(last, 1) - timedelta(days=1)}
        return f"{reverse('invoices:sales')}?{urlencode(asked | {'currency': found.currency})}"

    rows = [
        {
            "label": row.label,
            "is_rest": not row.key,
            "cells": [(row.months.get(month, 0), url(row, month, month)) for month in found.months],
            "total": (row.total_minor, url(row, found.months[0], found.months[-1])),
        }
        for row in found.rows
    ]
    sums = [found.total_minor(month) for month in found.months]
    return {"currency": found.currency, "rows": rows, "sums": sums, "total_minor": sum(sums)}


@visited(SALES_RECORD)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = SaleForm(request.POST or None, initial={"customer": request.GET.get("customer", "")})
    if request.method == "POST" and form.is_valid():
        try:
            recorded = actions.record_sales([form.sale()], by=actor_of(request))
            return sent_on(request, reverse("invoices:new_sale"), _late_or(recorded.late, _("The sale was recorded.")))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return render(request, "invoices/sale.html", {"form": form, "line": None}, status=422 if form.errors else 200)


def _late_or(late: Sequence[Late], told: str) -> str:
    """What was done, and where the sale came after its period was invoiced, on which invoice it goes."""
    if not late:
        return told
    day = late[0].next_closing_on
    return f"{told} " + _("Its period is already invoiced; it goes on the invoice of %(day)s.") % {"day": day}


@visited(SALES_RECORD)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    line = sale_of(key)
    start = {
        **line_as_typed(line),
        "customer": line.customer.code,
        "business": line.business_id,
        "unit": line.unit,
        "channel": line.channel,
        "region": line.region,
    }
    form = SaleForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.change_sale(line, _as_changed(form.sale(), line), by=actor_of(request))
            return sent_on(request, reverse("invoices:sales"), _late_or(late_lines([changed.pk]), _("Saved.")))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return render(request, "invoices/sale.html", {"form": form, "line": line}, status=422 if form.errors else 200)


def _as_changed(sale: actions.NewSale, line: SaleLine) -> actions.NewSale:
    """What the form does not show stays: the currency, and an amount that was given beside its price."""
    is_priced_alike = (sale.quantity_milli, sale.unit_minor) == (line.quantity_milli, line.unit_minor)
    amount = line.amount_minor if is_priced_alike else None
    emptied: dict[str, Any] = {name: getattr(sale, name) or "" for name in ("unit", "channel", "region")}
    return replace(sale, amount_minor=amount, currency=line.currency, revenue_account=line.revenue_account, **emptied)


@visited(SALES_RECORD)
@require_POST
def delete(request: HttpRequest, key: str) -> HttpResponse:
    actions.delete_sale(sale_of(key), by=actor_of(request))
    return sent_on(request, reverse("invoices:sales"), _("The sale was deleted."))
