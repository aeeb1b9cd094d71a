"""What the pages of sales and invoices share: keys in addresses, states as people see them, forms."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tokui.access.models import Business
from tokui.catalog.models import Product
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound
from tokui.core.ids import parse_public_id, public_id
from tokui.core.refused import ValueRefused
from tokui.core.values.numbers import parse_amount, parse_whole
from tokui.customers.models import Customer
from tokui.invoices.issue import CreditLine
from tokui.invoices.models import Invoice, Receipt, SaleLine
from tokui.invoices.recording import NewSale

STATES: dict[str, str | Promise] = {
    "": _("All"),
    "draft": _("Drafts"),
    "open": _("Unpaid"),
    "overdue": _("Overdue"),
    "paid": _("Paid"),
    "void": _("Void"),
}
MAIL_STATES: dict[str, str | Promise] = {
    "queued": _("Waiting to be sent"),
    "sending": _("Being sent"),
    "sent": _("Sent"),
    "failed": _("Could not be delivered"),
}
TAX_KINDS = [
    ("", _("As the product")),
    ("standard", _("Standard rate")),
    ("reduced", _("Reduced rate")),
    ("exempt", _("Exempt")),
    ("out_of_scope", _("Out of scope")),
    ("export", _("Export")),
]


def actor_of(request: Any) -> Actor:
    return request.visit.actor  # type: ignore[no-any-return]


def key_of(text: str, prefix: str) -> UUID:
    try:
        return parse_public_id(text, prefix)
    except ValueError:
        raise NotFound from None


def invoice_of(text: str) -> Invoice:
    found = Invoice.objects.select_related("customer", "business", "issuer", "corrects")
    invoice = found.filter(pk=key_of(text, Invoice.PREFIX)).first()
    if invoice is None:
        raise NotFound
    return invoice


def receipt_of(text: str) -> Receipt:
    receipt = Receipt.objects.select_related("issuer").filter(pk=key_of(text, Receipt.PREFIX)).first()
    if receipt is None:
        raise NotFound
    return receipt


def sale_of(text: str) -> SaleLine:
    rows = SaleLine.objects.select_related("customer", "product", "business", "invoice")
    line = rows.filter(pk=key_of(text, SaleLine.PREFIX)).first()
    if line is None:
        raise NotFound
    return line


def collection_state(invoice: Invoice, today: date) -> tuple[str, str | Promise]:
    """The collection disc and word of one document, from its own columns."""
    if invoice.state == Invoice.State.DRAFT:
        return "wait", _("Draft")
    if invoice.state == Invoice.State.VOID:
        return "ended", _("Void")
    if invoice.open_minor == 0:
        return "paid", _("Used up") if invoice.kind == Invoice.Kind.CREDIT_NOTE else _("Paid")
    if invoice.kind == Invoice.Kind.CREDIT_NOTE:
        return "open", _("To be used")
    if invoice.due_on < today:
        return "overdue", _("Overdue")
    return ("partial", _("Partly paid")) if invoice.settled_minor else ("open", _("Not yet paid"))


def credit_lines(told: QueryDict, invoice: Invoice) -> list[CreditLine] | None:
    """The lines that a person ticked or gave an amount, in the invoice's currency; None means all of them.

    Refuses an amount that is no number, not above zero, or beyond its line.
    """
    chosen = []
    for line in invoice.lines.order_by("sold_on", "id"):
        key = public_id(SaleLine.PREFIX, line.pk)
        typed = told.get(f"amount-{key}", "").strip()
        if typed:
            chosen.append(CreditLine(line.pk, amount_minor=_part_of(line, typed)))
        elif key in told.getlist("line"):
            chosen.append(CreditLine(line.pk))
    return chosen or None


def _part_of(line: SaleLine, typed: str) -> int:
    try:
        amount = parse_amount(typed, line.currency).minor
    except ValueRefused:
        reason = gettext("%(line)s: the amount is not a number.") % {"line": line.description}
        raise Invalid(field="amount", reason=reason) from None
    if not 0 < amount <= line.amount_minor:
        reason = gettext("%(line)s: the amount must lie between 1 and that of the line.") % {"line": line.description}
        raise Invalid(field="amount", reason=reason)
    return amount


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def customer_called(text: str) -> Customer:
    """By code, or by a name that only one customer bears."""
    found = Customer.objects.filter(code=text.strip()).first()
    named = [] if found else list(Customer.objects.filter(name=text.strip())[:2])
    if len(named) > 1:
        raise forms.ValidationError(_("More than one customer has this name. Give the code."))
    if found is None and not named:
        raise forms.ValidationError(_("No customer has this code or name."))
    return found or named[0]


class SaleForm(forms.Form):
    """One sale: a customer by code, what, how many, for how much."""

    customer = forms.CharField(label=_("Customer code or name"), max_length=200)
    sold_on = forms.DateField(label=_("Day of sale"), widget=DayInput)
    product = forms.CharField(label=_("Product code"), max_length=30, required=False)
    description = forms.CharField(label=_("What was sold"), max_length=200, required=False)
    quantity = forms.DecimalField(label=_("Quantity"), max_digits=12, decimal_places=3, initial=1)
    unit = forms.CharField(label=_("Unit of quantity"), max_length=10, required=False)
    unit_minor = forms.IntegerField(label=_("Unit price"), required=False)
    tax_kind = forms.ChoiceField(label=_("Tax"), choices=TAX_KINDS, required=False)
    tax_included = forms.NullBooleanField(
        label=_("Price"),
        required=False,
        widget=forms.Select(choices=[("", _("As usual")), ("false", _("Without tax")), ("true", _("With tax"))]),
    )
    business = forms.ModelChoiceField(label=_("Business"), queryset=Business.objects.none(), required=False)
    channel = forms.CharField(label=_("Sales channel"), max_length=30, required=False)
    region = forms.CharField(label=_("Sales region"), max_length=30, required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["business"].queryset = Business.objects.order_by("code")  # type: ignore[attr-defined]
        self.fields["sold_on"].initial = clock.today

    def clean_customer(self) -> Customer:
        return customer_called(self.cleaned_data["customer"])

    def clean_product(self) -> Product | None:
        code = self.cleaned_data["product"].strip()
        found = Product.objects.filter(code=code).first() if code else None
        if code and found is None:
            raise forms.ValidationError(_("There is no such product."))
        return found

    def sale(self) -> NewSale:
        told = self.cleaned_data
        return NewSale(
            told["customer"].pk,
            told["sold_on"],
            told["description"],
            quantity_milli=int(told["quantity"] * 1_000),
            unit_minor=told["unit_minor"],
            product_id=told["product"].pk if told["product"] else None,
            business_id=told["business"].pk if told["business"] else None,
            tax_kind=told["tax_kind"] or None,
            tax_included=told["tax_included"],
            unit=told["unit"] or None,
            channel=told["channel"] or None,
            region=told["region"] or None,
        )


def line_as_typed(line: SaleLine) -> dict[str, Any]:
    """A line in the words of its form."""
    return {
        "line": line.public_id,
        "sold_on": line.sold_on,
        "product": line.product.code if line.product else "",
        "description": line.description,
        "quantity": plain_quantity(line.quantity_milli),
        "unit_minor": line.unit_minor,
        "tax_kind": line.tax_kind,
        "tax_included": line.tax_included,
    }


class TermsForm(forms.Form):
    issued_on = forms.DateField(label=_("Day of issue"), widget=DayInput, required=False)
    due_on = forms.DateField(label=_("To be paid by"), widget=DayInput, required=False)
    subject = forms.CharField(label=_("Subject"), max_length=120, required=False)
    remarks = forms.CharField(
        label=_("Remarks"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Left empty, those of the business are printed."),
    )
    withholds = forms.BooleanField(label=_("The customer withholds income tax"), required=False)


def plain_quantity(milli: int) -> str:
    """Thousandths as a form takes them: 1.5, 12."""
    whole, part = divmod(abs(milli), 1_000)
    text = f"{whole}.{part:03}".rstrip("0").rstrip(".")
    return f"-{text}" if milli < 0 else text


def whole_or_none(text: str, field: str) -> int | None:
    """A number typed into a filter, with separators or full-width digits."""
    if not text.strip():
        return None
    try:
        return parse_whole(text)
    except ValueRefused:
        raise Invalid(field=field, reason=str(_("This is not a number."))) from None


def day_or_none(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
