"""A single invoice of several lines: typed in or chosen from the sales, added to line by line, a draft until issued."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.models import Business
from tokui.access.permissions import INVOICES_ISSUE
from tokui.catalog.models import Product
from tokui.core import clock
from tokui.core.errors import Refusal
from tokui.customers.models import Customer
from tokui.invoices import actions
from tokui.invoices.doors import (
    TAX_KINDS,
    SaleForm,
    TermsForm,
    actor_of,
    customer_called,
    invoice_of,
    key_of,
    line_as_typed,
)
from tokui.invoices.drafting import TYPED
from tokui.invoices.models import Invoice, SaleLine
from tokui.invoices.recording import NewSale
from tokui.invoices.refused import InvoiceNotDraft
from tokui.ui.doors import render_page, sent_on

MOST_LINES = 500
LINE_FIELDS = ("line", "sold_on", "product", "description", "quantity", "unit_minor", "tax_kind", "tax_included")


class HeadForm(forms.Form):
    customer = forms.CharField(label=gettext_lazy("Customer code or name"), max_length=200)
    business = forms.ModelChoiceField(
        label=gettext_lazy("Business"),
        queryset=Business.objects.none(),
        required=False,
        empty_label=gettext_lazy("As the customer or product"),
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["business"].queryset = Business.objects.order_by("code")  # type: ignore[attr-defined]

    def clean_customer(self) -> Customer:
        return customer_called(self.cleaned_data["customer"])


class LineForm(forms.Form):
    """One line; where product and price are empty, what was sold must say it. `line` names the line that it changes."""

    line = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)
    sold_on = SaleForm.base_fields["sold_on"]
    product = SaleForm.base_fields["product"]
    description = SaleForm.base_fields["description"]
    quantity = SaleForm.base_fields["quantity"]
    unit_minor = SaleForm.base_fields["unit_minor"]
    tax_kind = forms.ChoiceField(label=gettext_lazy("Tax"), choices=TAX_KINDS, required=False)
    tax_included = SaleForm.base_fields["tax_included"]

    def clean_product(self) -> Product | None:
        code = self.cleaned_data["product"].strip()
        found = Product.objects.filter(code=code).first() if code else None
        if code and found is None:
            raise forms.ValidationError(_("There is no such product."))
        return found

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not told.get("product") and "product" not in self.errors:
            for name in ("description", "unit_minor"):
                if told.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, _("Without a product this is needed."))
        return told

    def sale(self, customer: Customer, business: Business | None) -> NewSale:
        told = self.cleaned_data
        return NewSale(
            customer.pk,
            told["sold_on"],
            told["description"],
            quantity_milli=int(told["quantity"] * 1_000),
            unit_minor=told["unit_minor"],
            product_id=told["product"].pk if told["product"] else None,
            business_id=business.pk if business else None,
            tax_kind=told["tax_kind"] or None,
            tax_included=told["tax_included"],
        )


@visited(INVOICES_ISSUE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form; `add` and `remove` change its lines and keep what was typed, with or without scripts."""
    if request.method != "POST":
        return _empty(request)
    if "add" in request.POST or "remove" in request.POST:
        return _with_lines_changed(request)
    head, terms = HeadForm(request.POST), TermsForm(request.POST)
    lines = [LineForm(request.POST, prefix=f"line{place}") for place in _places(request)]
    if all([head.is_valid(), terms.is_valid(), bool(lines), *(line.is_valid() for line in lines)]):
        try:
            draft = _drafted(request, head, terms, lines)
            return sent_on(request, reverse("invoices:page", args=[draft.public_id]), _("The draft was saved."))
        except Refusal as refusal:
            _told(refusal, head, lines)
    return _shown(request, head, terms, lines, status=422)


@visited(INVOICES_ISSUE)
@require_POST
def from_sales(request: HttpRequest) -> HttpResponse:
    """The chosen sales on one draft (都度請求)."""
    keys = [key_of(text, SaleLine.PREFIX) for text in request.POST.getlist("chosen")]
    if not keys:
        return redirect("invoices:sales")
    draft = actions.draft_from_sales(keys, by=actor_of(request))
    return sent_on(request, reverse("invoices:page", args=[draft.public_id]), _("The draft was saved."))


@visited(INVOICES_ISSUE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change a draft: its terms, the lines typed into it, and which recorded sales it holds."""
    draft = invoice_of(key)
    if draft.state != Invoice.State.DRAFT:
        raise InvoiceNotDraft(number=draft.number)
    if request.method != "POST":
        return _shown(request, forms.Form(), TermsForm(initial=_terms_of(draft)), _typed_before(draft), draft=draft)
    if "add" in request.POST or "remove" in request.POST:
        return _with_lines_changed(request, draft)
    head, terms = forms.Form(request.POST), TermsForm(request.POST)
    lines = [LineForm(request.POST, prefix=f"line{place}") for place in _places(request)]
    if all([head.is_valid(), terms.is_valid(), *(line.is_valid() for line in lines)]):
        try:
            _changed(request, draft, terms, lines)
            return sent_on(request, reverse("invoices:page", args=[draft.public_id]), _("The draft was saved."))
        except Refusal as refusal:
            _told(refusal, head, lines)
    return _shown(request, head, terms, lines, draft=draft, status=422)


def _changed(request: HttpRequest, draft: Invoice, terms: TermsForm, lines: list[LineForm]) -> None:
    before = {line.public_id: line for line in draft.lines.filter(source=TYPED)}
    sales = [
        _as_before(line.sale(draft.customer, draft.business), before.get(line.cleaned_data["line"])) for line in lines
    ]
    kept = [key_of(text, SaleLine.PREFIX) for text in request.POST.getlist("recorded")]
    wanted = actions.InvoiceTerms(delivery=draft.delivery, **terms.cleaned_data)
    actions.change_draft(draft, sales=sales, line_ids=kept, terms=wanted, by=actor_of(request))


def _as_before(sale: NewSale, line: SaleLine | None) -> NewSale:
    """What the form does not show stays as the line had it; an amount that was given, while quantity and price stay."""
    if line is None:
        return sale
    names = ("currency", "unit", "revenue_account", "channel", "region")
    kept = {name: getattr(line, name) for name in names} | {"customer_id": line.customer_id}
    if (sale.quantity_milli, sale.unit_minor) == (line.quantity_milli, line.unit_minor):
        kept["amount_minor"] = line.amount_minor
    return replace(sale, **kept)


def _terms_of(draft: Invoice) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in TermsForm.base_fields}


def _typed_before(draft: Invoice) -> list[LineForm]:
    rows = draft.lines.filter(source=TYPED).select_related("product").order_by("sold_on", "id")
    return [
        LineForm(prefix=f"line{place}", initial=line_as_typed(row)) for place, row in enumerate(rows[:MOST_LINES], 1)
    ]


def _drafted(request: HttpRequest, head: HeadForm, terms: TermsForm, lines: list[LineForm]) -> Invoice:
    customer, business = head.cleaned_data["customer"], head.cleaned_data["business"]
    wanted = actions.InvoiceTerms(business_id=business.pk if business else None, **terms.cleaned_data)
    sales = [line.sale(customer, business) for line in lines]
    return actions.draft_invoice(customer.pk, sales, terms=wanted, by=actor_of(request))


def _told(refusal: Refusal, head: forms.Form, lines: list[LineForm]) -> None:
    """At the line where there is only one, else above the form."""
    if len(lines) == 1 and refusal.field in lines[0].fields:
        lines[0].add_error(refusal.field, refusal.message)
    else:
        head.add_error(refusal.field if refusal.field in head.fields else None, refusal.message)


def _empty(request: HttpRequest) -> HttpResponse:
    head = HeadForm(initial={"customer": request.GET.get("customer", "")})
    return _shown(request, head, TermsForm(), [_fresh(1)])


def _with_lines_changed(request: HttpRequest, draft: Invoice | None = None) -> HttpResponse:
    places = [place for place in _places(request) if str(place) != request.POST.get("remove")]
    lines = [_typed(request, place) for place in places]
    if "add" in request.POST and len(lines) < MOST_LINES:
        lines.append(_fresh(max(places, default=0) + 1, day=lines[-1].initial["sold_on"] if lines else None))
    typed = {name: request.POST.get(name, "") for name in (*HeadForm.base_fields, *TermsForm.base_fields)}
    if draft:
        return _shown(request, forms.Form(), TermsForm(initial=typed), lines, draft=draft)
    return _shown(request, HeadForm(initial=typed), TermsForm(initial=typed), lines or [_fresh(1)])


def _typed(request: HttpRequest, place: int) -> LineForm:
    """What was typed so far, not yet judged."""
    prefix = f"line{place}"
    typed = {name: request.POST.get(f"{prefix}-{name}", "") for name in LINE_FIELDS}
    return LineForm(prefix=prefix, initial=typed)


def _fresh(place: int, day: Any = None) -> LineForm:
    return LineForm(prefix=f"line{place}", initial={"sold_on": day or clock.today()})


def _places(request: HttpRequest) -> list[int]:
    found = {int(hit[1]) for name in request.POST if (hit := re.fullmatch(r"line([0-9]{1,4})-quantity", name))}
    return sorted(found)[:MOST_LINES]


def _shown(
    request: HttpRequest,
    head: forms.Form,
    terms: TermsForm,
    lines: list[LineForm],
    *,
    draft: Invoice | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": head,
        "terms": terms,
        "lines": [(line, str(line.prefix)[4:]) for line in lines],
        "draft": draft,
        "may_be_empty": draft is not None,
        "recorded": _recorded(request, draft) if draft else [],
    }
    return render_page(request, "invoices/new.html", context, fragment="invoices/_new_lines.html", status=status)


def _recorded(request: HttpRequest, draft: Invoice) -> list[tuple[SaleLine, bool]]:
    """The recorded sales on a draft, and whether each is to stay."""
    kept = request.POST.getlist("recorded")
    rows = draft.lines.exclude(source=TYPED).order_by("sold_on", "id")
    return [(row, request.method != "POST" or row.public_id in kept) for row in rows]
