"""Pages of the catalog: products, their prices, tax rates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.models import Business
from tokui.access.permissions import CATALOG_EDIT, INVOICES_VIEW, SETTINGS_MANAGE
from tokui.catalog import actions
from tokui.catalog.models import Price, Product
from tokui.catalog.queries import prices_on, rates
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import NotFound, Refusal
from tokui.core.ids import parse_public_id
from tokui.ui.doors import page_of, render_page, sent_on

TAX_KINDS = [
    ("standard", gettext_lazy("Standard rate")),
    ("reduced", gettext_lazy("Reduced rate")),
    ("exempt", gettext_lazy("Exempt")),
    ("out_of_scope", gettext_lazy("Out of scope")),
    ("export", gettext_lazy("Export")),
]


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ProductForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("Code"), max_length=30)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=120, required=False)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=10, required=False)
    tax_kind = forms.ChoiceField(label=gettext_lazy("Tax"), choices=TAX_KINDS)
    revenue_account = forms.CharField(label=gettext_lazy("Revenue account"), max_length=30, initial="sales")
    business = forms.ModelChoiceField(label=gettext_lazy("Business"), queryset=Business.objects.none(), required=False)
    channel = forms.CharField(label=gettext_lazy("Channel"), max_length=30, required=False)
    region = forms.CharField(label=gettext_lazy("Region"), max_length=30, required=False)
    is_active = forms.BooleanField(label=gettext_lazy("For sale"), required=False, initial=True)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["business"].queryset = Business.objects.order_by("code")  # type: ignore[attr-defined]

    def product(self) -> actions.ProductFields:
        told = dict(self.cleaned_data)
        business = told.pop("business")
        return actions.ProductFields(**told, business_id=business.pk if business else None)


class PriceForm(forms.Form):
    unit_minor = forms.IntegerField(label=gettext_lazy("Price of one"))
    from_on = forms.DateField(label=gettext_lazy("From"), widget=DayInput)
    tax_included = forms.BooleanField(label=gettext_lazy("With tax"), required=False)


class RateForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Rate"), choices=TAX_KINDS[:2])
    percent = forms.DecimalField(
        label=gettext_lazy("Percent"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    from_on = forms.DateField(label=gettext_lazy("From"), widget=DayInput)


@visited(INVOICES_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """Products by code, with today's price."""
    page = page_of(Product.objects.select_related("business"), order=("code", "id"), after=request.GET.get("after", ""))
    prices = prices_on([row.pk for row in page.rows], clock.today())
    names = dict(TAX_KINDS)
    rows = [(row, prices.get(row.pk), names[row.tax_kind]) for row in page.rows]
    return render_page(request, "catalog/index.html", {"page": page, "rows": rows})


@visited(CATALOG_EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str = "") -> HttpResponse:
    """A new product, or one that exists with its prices."""
    product = _product_of(key) if key else None
    start = actions.product_fields(product) if product else {}
    form = ProductForm(request.POST or None, initial={**start, "business": start.get("business_id")} if start else None)
    if request.method == "POST" and form.is_valid():
        try:
            by = _by(request)
            if product:
                actions.change_product(product, form.product(), by=by)
            else:
                product = actions.create_product(form.product(), by=by)
            return sent_on(request, reverse("catalog:product", args=[product.public_id]), _("Saved."))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    prices = Price.objects.filter(product=product).order_by("-from_on") if product else ()
    context = {"form": form, "product": product, "prices": prices, "price_form": PriceForm()}
    return render(request, "catalog/product.html", context, status=422 if form.errors else 200)


@visited(CATALOG_EDIT)
@require_POST
def price(request: HttpRequest, key: str) -> HttpResponse:
    product = _product_of(key)
    form = PriceForm(request.POST)
    if form.is_valid():
        actions.set_price(product, by=_by(request), **form.cleaned_data)
        return sent_on(request, reverse("catalog:product", args=[product.public_id]), _("Saved."))
    context = {"form": ProductForm(initial=actions.product_fields(product)), "product": product, "price_form": form}
    return render(request, "catalog/product.html", context, status=422)


@visited(SETTINGS_MANAGE)
@require_http_methods(["GET", "POST"])
def tax_rates(request: HttpRequest) -> HttpResponse:
    """The rates of consumption tax; a change of law is added here."""
    form = RateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            actions.add_tax_rate(
                told["kind"], rate_bp=int(told["percent"] * 100), from_on=told["from_on"], by=_by(request)
            )
            return sent_on(request, reverse("catalog:tax"), _("Saved."))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    names = dict(TAX_KINDS)
    shown = [(names[rate.kind.value], rate, rate.rate / 100) for rate in rates() if rate.rate]
    context = {"form": form, "rates": shown, "tab": "tax"}
    return render(request, "catalog/tax.html", context, status=422 if form.errors else 200)


def _by(request: HttpRequest) -> Actor:
    return request.visit.actor  # type: ignore[attr-defined, no-any-return]


def _product_of(text: str) -> Product:
    try:
        found = Product.objects.filter(pk=parse_public_id(text, Product.PREFIX)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound
    return found
