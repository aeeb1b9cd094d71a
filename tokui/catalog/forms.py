"""The catalog's forms. They carry text; the verbs refuse, field by field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.access.models import Business
from tokui.catalog.tax import TAXED_KINDS
from tokui.catalog.words import TAX_WORDS
from tokui.core.errors import Refusal
from tokui.core.money import EXPONENTS, parse_money
from tokui.core.refused import ValueRefused


class RefusableForm(forms.Form):
    """A form that shows a verb's refusal at the field it names."""

    aliases: dict[str, str] = {}

    def refuse(self, refusal: Refusal) -> None:
        field = self.aliases.get(refusal.field or "", refusal.field)
        self.add_error(field if field in self.fields else None, refusal.message)


class ProductForm(RefusableForm):
    aliases = {"business": "business_id"}

    code = forms.CharField(label=gettext_lazy("Code"), max_length=30)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=120, required=False)
    unit = forms.CharField(
        label=gettext_lazy("Unit"),
        max_length=10,
        required=False,
        help_text=gettext_lazy("As on documents: piece, hour, month."),
    )
    tax_kind = forms.ChoiceField(label=gettext_lazy("Consumption tax"), choices=list(TAX_WORDS.items()))
    business_id = forms.ChoiceField(label=gettext_lazy("Business"), required=False)
    revenue_account = forms.CharField(
        label=gettext_lazy("Revenue account"),
        max_length=30,
        initial="sales",
        help_text=gettext_lazy("Small letters and digits. The books keep the revenue of each apart."),
    )
    channel = forms.CharField(label=gettext_lazy("Channel"), max_length=30, required=False)
    region = forms.CharField(label=gettext_lazy("Region"), max_length=30, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(str(row.pk), row.name) for row in Business.objects.order_by("code")]
        self.fields["business_id"].choices = [("", "–"), *rows]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What was entered, as the verb takes it."""
        key = self.cleaned_data["business_id"]
        found = {name: self.cleaned_data[name] for name in self.fields if name != "business_id"}
        business = next((row.pk for row in Business.objects.all() if str(row.pk) == key), None)
        return found | {"business_id": business}


class PriceForm(RefusableForm):
    aliases = {"unit_minor": "price"}

    from_on = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"), choices=[(code, code) for code in ("JPY", *sorted(set(EXPONENTS) - {"JPY"}))]
    )
    price = forms.CharField(
        label=gettext_lazy("Price per unit"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    tax_included = forms.BooleanField(label=gettext_lazy("Tax is included"), required=False)

    def clean(self) -> dict[str, Any]:
        return _with_amount(self, self.cleaned_data.get("currency", ""))

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("from_on", "currency", "unit_minor", "tax_included")}


class CorrectionForm(RefusableForm):
    aliases = {"unit_minor": "price"}

    price = forms.CharField(
        label=gettext_lazy("Price per unit"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    tax_included = forms.BooleanField(label=gettext_lazy("Tax is included"), required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean(self) -> dict[str, Any]:
        return _with_amount(self, self.currency)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("unit_minor", "tax_included")}


def _with_amount(form: forms.Form, currency: str) -> dict[str, Any]:
    """The typed price as minor units of its currency."""
    found = form.cleaned_data
    if "price" in found and currency:
        try:
            found["unit_minor"] = parse_money(found["price"], currency).minor
        except ValueRefused:
            form.add_error("price", _("Enter an amount."))
    return found


class TaxRateForm(RefusableForm):
    aliases = {"rate_bp": "rate"}

    kind = forms.ChoiceField(
        label=gettext_lazy("Consumption tax"), choices=[(kind, TAX_WORDS[kind]) for kind in sorted(TAXED_KINDS)[::-1]]
    )
    rate = forms.DecimalField(
        label=gettext_lazy("Rate in percent"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    from_on = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"kind": data["kind"], "rate_bp": int(data["rate"] * 100), "from_on": data["from_on"]}
