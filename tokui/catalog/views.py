"""The pages of the catalog: products with their dated prices, and the tax rates."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.models import Business
from tokui.access.permissions import CATALOG_EDIT, INVOICES_VIEW, SETTINGS_MANAGE
from tokui.catalog.actions import (
    ProductFields,
    add_tax_rate,
    change_product,
    correct_price,
    create_product,
    product_fields,
    set_price,
    withdraw_price,
)
from tokui.catalog.forms import CorrectionForm, PriceForm, ProductForm, TaxRateForm
from tokui.catalog.models import Price, Product
from tokui.catalog.queries import prices_on, rates, search_products
from tokui.catalog.registry import used_prices
from tokui.catalog.words import TAX_WORDS, percent
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound, NotPermitted, Refusal
from tokui.core.ids import parse_public_id
from tokui.core.refused import ValueRefused
from tokui.ui.amounts import plain
from tokui.ui.doors import render_page, sent_on
from tokui.ui.paging import InvalidCursor, page_of

ACTIVITY = ("yes", "no", "all")


@visited(INVOICES_VIEW)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The list with today's prices; further rows as a fragment."""
    try:
        page = page_of(_matching(request), order=("code",), after=request.GET.get("after", ""))
    except InvalidCursor as trouble:
        raise Invalid(field="after", reason=_("This cursor is not valid.")) from trouble
    prices = prices_on([row.pk for row in page.rows], clock.today())
    context = {
        "page": page,
        "rows": [(row, TAX_WORDS[row.tax_kind], prices.get(row.pk)) for row in page.rows],
        "businesses": Business.objects.order_by("code"),
        "is_everything": not any(request.GET.get(name) for name in ("q", "business", "active")),
        "active": request.GET.get("active") or "yes",
    }
    return render_page(request, "catalog/list.html", context)


def _matching(request: HttpRequest) -> QuerySet[Product]:
    rows = search_products(request.GET.get("q", "")).select_related("business")
    active = request.GET.get("active") or "yes"
    if active not in ACTIVITY:
        raise Invalid(field="active", reason=_("Choose yes, no or all."))
    if active != "all":
        rows = rows.filter(is_active=active == "yes")
    business = request.GET.get("business", "")
    return rows.filter(business_id=_key(business, Business.PREFIX)) if business else rows


@visited(CATALOG_EDIT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a product, with its first price if one is given."""
    form = ProductForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = create_product(ProductFields(**form.values()), by=_actor(request))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return sent_on(request, _url(row), _("%(name)s is in the catalog.") % {"name": row.name})
    return render(request, "catalog/new.html", {"form": form}, status=422 if form.errors else 200)


@visited(INVOICES_VIEW)
@require_http_methods(["GET", "POST"])
def product(request: HttpRequest, key: str) -> HttpResponse:
    """A product: its values, and its prices from day to day."""
    row = _product(key)
    if not _actor(request).can(CATALOG_EDIT):
        if request.method == "POST":
            raise NotPermitted
        return _page(request, row)
    form = ProductForm(request.POST or None, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        try:
            given = ProductFields(**form.values() | {"is_active": row.is_active})
            change_product(row, given, by=_actor(request))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return sent_on(request, _url(row), _("Saved."))
    return _page(request, row, form=form)


def _page(
    request: HttpRequest, row: Product, form: ProductForm | None = None, price_form: PriceForm | None = None
) -> HttpResponse:
    may_edit = _actor(request).can(CATALOG_EDIT)
    is_refused = bool((form and form.errors) or (price_form and price_form.errors))
    row = Product.objects.select_related("business").get(pk=row.pk)
    context = {
        "product": row,
        "tax_word": TAX_WORDS[row.tax_kind],
        "form": form or (ProductForm(initial=_initial(row)) if may_edit else None),
        "price_form": price_form or PriceForm(initial={"from_on": clock.today(), "currency": "JPY"}),
        "prices": [(price, _standing(price, clock.today())) for price in _prices(row)],
    }
    return render(request, "catalog/product.html", context, status=422 if is_refused else 200)


def _initial(row: Product) -> dict[str, Any]:
    values = product_fields(row)
    return values | {"business_id": str(row.business_id or "")}


def _prices(row: Product) -> QuerySet[Price]:
    return Price.objects.filter(product=row).order_by("currency", "-from_on")


def _standing(price: Price, day: date) -> str:
    if price.from_on > day:
        return "later"
    return "past" if price.to_on and price.to_on < day else "now"


@visited(CATALOG_EDIT)
@require_POST
def prices(request: HttpRequest, key: str) -> HttpResponse:
    """Let a new price hold from a day."""
    row = _product(key)
    form = PriceForm(request.POST)
    if form.is_valid():
        try:
            set_price(row, by=_actor(request), **form.values())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return sent_on(request, _url(row), _("The price is set."))
    return _page(request, row, price_form=form)


@visited(CATALOG_EDIT)
@require_http_methods(["GET", "POST"])
def price_page(request: HttpRequest, key: str, price: str) -> HttpResponse:
    """Correct or withdraw a price at which nothing was sold yet."""
    row, one = _product(key), _price_of(key, price)
    form = CorrectionForm(request.POST or None, currency=one.currency, initial=_price_initial(one))
    if request.method == "POST" and form.is_valid():
        try:
            correct_price(one, by=_actor(request), **form.values())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return sent_on(request, _url(row), _("The price is corrected."))
    context = {"product": row, "price": one, "form": form, "is_used": bool(used_prices([one]))}
    return render(request, "catalog/price.html", context, status=422 if form.errors else 200)


def _price_initial(price: Price) -> dict[str, Any]:
    return {"price": plain(price.unit_minor, price.currency), "tax_included": price.tax_included}


@visited(CATALOG_EDIT)
@require_POST
def price_withdrawal(request: HttpRequest, key: str, price: str) -> HttpResponse:
    """Take a price away as if it had never been set."""
    withdraw_price(_price_of(key, price), by=_actor(request))
    return sent_on(request, _url(_product(key)), _("The price is withdrawn."))


def _price_of(key: str, price: str) -> Price:
    rows = Price.objects.select_related("product").filter(product=_product(key))
    row = rows.filter(pk=_key(price, Price.PREFIX)).first()
    if row is None:
        raise NotFound
    return row


@visited(CATALOG_EDIT)
@require_POST
def activity(request: HttpRequest, key: str) -> HttpResponse:
    """Archive a product, or bring it back; what was sold stays as it is."""
    row = _product(key)
    is_active = request.POST.get("active") == "yes"
    given = ProductFields(**product_fields(row) | {"is_active": is_active})
    change_product(row, given, by=_actor(request))
    told = _("%(name)s is offered again.") if is_active else _("%(name)s is archived.")
    return sent_on(request, _url(row), told % {"name": row.name})


@visited(INVOICES_VIEW)
@require_http_methods(["GET", "POST"])
def tax_rates(request: HttpRequest) -> HttpResponse:
    """All rates with their days; an owner records the next change of law."""
    may_manage = _actor(request).can(SETTINGS_MANAGE)
    form = TaxRateForm(request.POST or None) if may_manage else None
    if request.method == "POST":
        if form is None:
            raise NotPermitted
        if form.is_valid():
            try:
                add_tax_rate(by=_actor(request), **form.values())
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                return sent_on(request, reverse("catalog:tax_rates"), _("The rate is recorded."))
    known = sorted(rates(), key=lambda rate: (rate.from_on, rate.kind), reverse=True)
    rows = [(rate, TAX_WORDS[rate.kind], percent(rate.rate), rate.holds_on(clock.today())) for rate in known]
    status = 422 if form and form.errors else 200
    return render(request, "catalog/tax_rates.html", {"rows": rows, "form": form}, status=status)


def _product(key: str) -> Product:
    row = Product.objects.filter(pk=_key(key, Product.PREFIX)).first()
    if row is None:
        raise NotFound
    return row


def _key(text: str, prefix: str) -> UUID:
    try:
        return parse_public_id(text, prefix)
    except ValueRefused as refused:
        raise NotFound from refused


def _url(row: Product) -> str:
    return reverse("catalog:product", args=[row.public_id])


def _actor(request: HttpRequest) -> Actor:
    return request.visit.actor  # type: ignore[attr-defined, no-any-return]
