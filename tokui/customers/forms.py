"""The customer's form. It only carries text; the verbs read and refuse, field by field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tokui.access.models import Business, Membership
from tokui.core.errors import Refusal
from tokui.core.tenancy import require_organization
from tokui.customers.actions.derived import custom_values_of
from tokui.customers.custom import CustomKind, Typed, value_of
from tokui.customers.index import national
from tokui.customers.models import Customer, CustomField
from tokui.customers.picking import CustomerPicker
from tokui.customers.words import CHOICE_WORDS, FIELD_WORDS

IDENTITY = ("name", "kana", "kind", "code", "corporate_number", "registration_number")
CONTACT = ("email", "phone", "postal_code", "address")
BILLING = (
    *("bill_to", "closing_day", "due_months", "due_day", "due_shift", "delivery", "tax_display", "tax_rounding"),
    *("honorific", "document_language", "withholds"),
)
PLACE = ("business_id", "owner_id", "tags", "is_active")
_TYPES = {"email": "email", "phone": "tel"}
_MONTHS = [("0", _("Same month")), ("1", _("Next month")), ("2", _("Month after next")), ("3", _("Third month"))]


class CustomerForm(forms.Form):
    """All fields of a customer. `groups` gives them in their sections."""

    def __init__(self, *args: Any, customer: Customer | None = None, **kwargs: Any) -> None:
        self.customer = customer
        self.custom = list(CustomField.objects.filter(is_active=True))
        kwargs.setdefault("initial", _initial(customer, self.custom))
        super().__init__(*args, **kwargs)
        for name in (*IDENTITY, *CONTACT, *BILLING, *PLACE):
            self.fields[name] = _field(name)
        self.fields["name"].required = True
        self.fields["name"].widget.attrs["autofocus"] = True
        self.fields["version"] = forms.IntegerField(required=False, widget=forms.HiddenInput)
        for one in self.custom:
            self.fields[f"custom.{one.key}"] = _custom_field(one)

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        sections: list[tuple[Any, tuple[str, ...]]] = [
            (_("Who it is"), IDENTITY),
            (_("How to reach them"), CONTACT),
            (_("Billing"), BILLING),
            (_("In our house"), PLACE),
            (FIELD_WORDS["custom"], tuple(f"custom.{one.key}" for one in self.custom)),
        ]
        return [(title, [self[name] for name in names]) for title, names in sections if names]

    def values(self) -> dict[str, Any]:
        """What was entered, as the verbs take it."""
        found = {name: self.cleaned_data[name] for name in (*IDENTITY, *CONTACT, *BILLING[1:], "is_active")}
        found |= {name: self.cleaned_data[name] or None for name in ("business_id", "owner_id")}
        tags = str(self.cleaned_data["tags"]).replace("、", ",").split(",")
        found["tags"] = tuple(tag for tag in tags if tag.strip())
        found["bill_to_id"] = self.payer()
        found["custom"] = {one.key: self.cleaned_data[f"custom.{one.key}"] for one in self.custom}
        return found

    def payer(self) -> Any:
        """The customer behind the code of who pays."""
        code = str(self.cleaned_data["bill_to"])
        if not code:
            return None
        found = Customer.objects.filter(code=code).values_list("pk", flat=True).first()
        if found is None:
            raise UnknownPayer(field="bill_to", code=code)
        return found

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal at its field."""
        field = {"bill_to_id": "bill_to"}.get(refusal.field or "", refusal.field)
        self.add_error(field if field in self.fields else None, refusal.message)


class UnknownPayer(Refusal):
    """There is no customer with the code {code}."""

    status = 422


def _field(name: str) -> forms.Field:
    label = str(FIELD_WORDS["bill_to_id" if name == "bill_to" else name])
    if name in CHOICE_WORDS:
        return forms.ChoiceField(label=label, choices=list(CHOICE_WORDS[name].items()))
    if name == "due_months":
        return forms.ChoiceField(label=label, choices=_MONTHS)
    if name in ("closing_day", "due_day"):
        days = [(str(day), str(_("Month end")) if day == 31 else str(day)) for day in range(31, 0, -1)]
        none = [("", str(_("Each sale by itself")))] if name == "closing_day" else []
        return forms.ChoiceField(label=label, choices=none + days, required=False)
    if name == "business_id":
        rows = [(str(row.pk), row.name) for row in Business.objects.filter(is_active=True).order_by("code")]
        return forms.ChoiceField(label=label, choices=[("", "–"), *rows], required=False)
    if name == "owner_id":
        members = Membership.objects.filter(organization_id=require_organization(), is_active=True).select_related(
            "user"
        )
        people = [(str(one.user_id), one.user.name) for one in members]
        return forms.ChoiceField(label=label, choices=[("", "–"), *people], required=False)
    if name in ("is_active", "withholds"):
        return forms.BooleanField(label=label, required=False)
    if name == "bill_to":
        return forms.CharField(label=label, required=False, widget=CustomerPicker())
    hints = {"code": _("Left empty, the next number is given."), "tags": _("Separated by commas.")}
    widget = forms.TextInput(attrs={"type": _TYPES.get(name, "text")} | (_place() if name == "postal_code" else {}))
    return forms.CharField(label=label, required=False, help_text=hints.get(name, ""), widget=widget)


def _place() -> dict[str, str]:
    """The postal code asks for its address, which comes back as the address's input."""
    return {
        "inputmode": "numeric",
        "autocomplete": "postal-code",
        "hx-get": reverse("customers:postal_code"),
        "hx-trigger": "change",
        "hx-include": "[name=address]",
        "hx-target": "#id_address",
        "hx-swap": "outerHTML",
    }


def _custom_field(one: CustomField) -> forms.Field:
    if one.kind == CustomField.Kind.CHOICE:
        return forms.ChoiceField(label=one.label, required=False, choices=[("", "–"), *((c, c) for c in one.choices)])
    if one.kind == CustomField.Kind.BOOLEAN:
        return forms.ChoiceField(label=one.label, required=False, choices=[("", "–"), ("1", _("yes")), ("0", _("no"))])
    kind = "date" if one.kind == CustomField.Kind.DATE else "text"
    return forms.CharField(label=one.label, required=False, widget=forms.TextInput(attrs={"type": kind}))


def _initial(customer: Customer | None, custom: list[CustomField]) -> dict[str, Any]:
    if customer is None:
        return {"kind": "person", "due_months": "1", "due_day": "31", "due_shift": "after", "is_active": True}
    names = (*IDENTITY, *CONTACT, *BILLING[1:], "business_id", "owner_id", "is_active", "version")
    start = {name: getattr(customer, name) for name in names}
    start["phone"] = national(customer.phone)
    start["bill_to"] = customer.bill_to.code if customer.bill_to else ""
    start["tags"] = ", ".join(customer.taggings.order_by("tag__name").values_list("tag__name", flat=True))
    values = custom_values_of([customer.pk])[customer.pk]
    for one in custom:
        row = values.get(one.pk)
        value = value_of(CustomKind(one.kind), Typed(row.text, row.number, row.day)) if row else None
        start[f"custom.{one.key}"] = int(value) if isinstance(value, bool) else value
    return start


class FieldForm(forms.Form):
    """A new field of the organization's own."""

    label = forms.CharField(label=_("Name of the field"), max_length=80)
    key = forms.CharField(label=_("Key"), max_length=40, help_text=_("For files and programs: small letters and _."))
    kind = forms.ChoiceField(label=_("Kind"), choices=[])
    choices = forms.CharField(
        label=_("Choices"), required=False, help_text=_("One a line."), widget=forms.Textarea(attrs={"rows": 3})
    )
    in_list = forms.BooleanField(label=_("Show it in the list"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from tokui.customers.words import CUSTOM_KIND_WORDS

        self.fields["kind"].choices = list(CUSTOM_KIND_WORDS.items())  # type: ignore[attr-defined]
