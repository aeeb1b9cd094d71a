"""Forms of banking."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tokui.banking.models import BankAccount, Deposit
from tokui.banking.words import METHODS, format_choices
from tokui.core import clock


class AccountForm(forms.Form):
    """A bank account as a person states it."""

    code = forms.CharField(label=_("Code"), max_length=20, help_text=_("Short, for the books: main, mizuho, usd."))
    name = forms.CharField(label=_("Name"), max_length=80)
    bank_code = forms.CharField(label=_("Bank code"), max_length=4, required=False)
    branch_code = forms.CharField(label=_("Branch code"), max_length=3, required=False)
    account_type = forms.ChoiceField(
        label=_("Kind of account"),
        choices=[("1", _("Ordinary")), ("2", _("Current")), ("4", _("Savings")), ("9", _("Other"))],
    )
    number = forms.CharField(label=_("Account number"), max_length=10, required=False)
    holder = forms.CharField(label=_("Account holder"), max_length=120, required=False)
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="JPY")


class AccountChangeForm(forms.Form):
    """What may change later. The mapping reads any CSV: one line per field, `date = 日付`."""

    name = forms.CharField(label=_("Name"), max_length=80)
    bank_code = forms.CharField(label=_("Bank code"), max_length=4, required=False)
    branch_code = forms.CharField(label=_("Branch code"), max_length=3, required=False)
    account_type = forms.ChoiceField(
        label=_("Kind of account"), choices=AccountForm.base_fields["account_type"].choices
    )
    number = forms.CharField(label=_("Account number"), max_length=10, required=False)
    holder = forms.CharField(label=_("Account holder"), max_length=120, required=False)
    authoritative_format = forms.ChoiceField(label=_("Format that makes deposits"), required=False)
    date_basis = forms.ChoiceField(
        label=_("Day that counts"),
        choices=[("booked", _("Booking day")), ("value", _("Value day"))],
        widget=forms.RadioSelect,
    )
    mapping = forms.CharField(
        label=_("Columns of other CSV files"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One per line: date = 日付, payer = 摘要, money_in = 入金, money_out = 出金, balance = 残高."),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False)

    def __init__(self, data: Any, *, account: BankAccount) -> None:
        initial = {name: getattr(account, name) for name in self.base_fields if name != "mapping"}
        initial["mapping"] = "\n".join(f"{key} = {_shown(value)}" for key, value in (account.mapping or {}).items())
        super().__init__(data, initial=initial)
        self.fields["authoritative_format"].choices = [("", _("Decided by the first file")), *format_choices()]  # type: ignore[attr-defined]

    def clean_mapping(self) -> dict[str, Any] | None:
        pairs = [line.partition("=") for line in self.cleaned_data["mapping"].splitlines() if line.strip()]
        if any(not sign for _key, sign, _value in pairs):
            raise forms.ValidationError(_("Write each line as field = column."))
        mapping: dict[str, Any] = {key.strip(): value.strip() for key, _sign, value in pairs}
        for key in ("date", "texts"):
            if key in mapping:
                mapping[key] = [part.strip() for part in mapping[key].split(",")]
        if mapping and "date" not in mapping:
            raise forms.ValidationError(_("The column of the date is missing."))
        return mapping or None


class StatementForm(forms.Form):
    """A bank file to take in."""

    account = forms.ModelChoiceField(label=_("Bank account"), queryset=BankAccount.objects.none(), empty_label=None)
    format = forms.ChoiceField(label=_("Format"), required=False)
    file = forms.FileField(label=_("File from the bank"))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["account"].queryset = BankAccount.objects.filter(is_active=True).order_by("code")  # type: ignore[attr-defined]
        self.fields["format"].choices = [("auto", _("Recognise it")), *format_choices()]  # type: ignore[attr-defined]


class DepositForm(forms.Form):
    """Money that a person saw arrive."""

    amount = forms.CharField(label=_("Amount"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    method = forms.ChoiceField(
        label=_("How it came"), choices=[(key, METHODS[key]) for key in METHODS if key != Deposit.Method.IMPORTED]
    )
    received_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    customer = forms.CharField(label=_("Customer code"), max_length=30, required=False)
    payer = forms.CharField(label=_("Payer's name"), max_length=120, required=False)
    account = forms.ModelChoiceField(label=_("Bank account"), queryset=BankAccount.objects.none(), required=False)
    text = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, initial={"received_on": clock.today()}, **named)
        self.fields["account"].queryset = BankAccount.objects.filter(is_active=True).order_by("code")  # type: ignore[attr-defined]


class ResultsForm(forms.Form):
    """A result list of a payment system that is not connected."""

    source = forms.RegexField(
        r"^[a-z0-9][a-z0-9_-]{0,30}$",
        label=_("Name of the system"),
        help_text=_("Lower-case letters: konbini, furikae."),
    )
    file = forms.FileField(label=_("List of results (CSV or Excel)"))


def _shown(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
