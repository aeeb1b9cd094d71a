"""Forms of payments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tokui.banking.models import BankAccount
from tokui.core import clock
from tokui.core.errors import Invalid
from tokui.invoices.models import Invoice
from tokui.payments.models import PaymentPolicy
from tokui.ui.amounts import grouped


class PolicyForm(forms.Form):
    """The organization's choices about matching, fees and write-offs. Amounts in yen."""

    fee_tolerances = forms.CharField(
        label=_("Transfer fees that may be missing"), help_text=_("Yen, separated by commas: what banks take off.")
    )
    fee_bearer = forms.ChoiceField(
        label=_("Who bears a missing fee"),
        choices=[("us", _("We do: it is our expense")), ("payer", _("The payer: it stays open on the invoice"))],
        widget=forms.RadioSelect,
        help_text=_(
            "Since January 2026 Japanese law forbids buyers to take the fee off in covered deals, whatever was agreed. "
            "What stays open shows as a fee wrongly deducted and is collected like the rest."
        ),
    )
    posts_certain = forms.BooleanField(label=_("Post certain matches by itself"), required=False)
    certain_threshold = forms.IntegerField(label=_("Certain from (score)"), min_value=50, max_value=99)
    likely_threshold = forms.IntegerField(label=_("Likely from (score)"), min_value=20, max_value=98)
    oldest_first_settles_ties = forms.BooleanField(label=_("Of equal invoices take the oldest"), required=False)
    learns_names = forms.BooleanField(label=_("Learn payer names when a person confirms"), required=False)
    grace_days = forms.IntegerField(label=_("Days of grace before an invoice is overdue"), min_value=0, max_value=60)
    write_off_limit_minor = forms.IntegerField(label=_("Write-offs above this need approval (yen)"), min_value=0)

    def __init__(self, data: Any, *, instance: PaymentPolicy) -> None:
        values = {name: getattr(instance, name) for name in self.base_fields}
        values["fee_tolerances"] = ", ".join(str(fee) for fee in instance.fee_tolerances)
        super().__init__(data, initial=values)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = self.cleaned_data
        if values.get("likely_threshold", 0) >= values.get("certain_threshold", 100):
            self.add_error("likely_threshold", _("Use 20 or more, and less than for certain."))
        return values

    def clean_fee_tolerances(self) -> list[int]:
        parts = [
            part.strip() for part in self.cleaned_data["fee_tolerances"].replace("、", ",").split(",") if part.strip()
        ]
        if not all(part.isdecimal() and 0 < int(part) <= 10_000 for part in parts):
            raise forms.ValidationError(_("Write whole numbers of yen, separated by commas."))
        return sorted({int(part) for part in parts})


class WriteOffForm(forms.Form):
    """What is given up of an invoice without a deposit (貸倒・値引). The verb decides; this carries what was typed."""

    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[
            ("write_off", _("Write-off")),
            ("discount", _("Discount")),
            ("fee", _("Transfer fee")),
            ("withholding", _("Withholding tax")),
        ],
        widget=forms.RadioSelect,
        initial="write_off",
    )
    amount = forms.CharField(
        label=_("Amount"), widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "money"})
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("It stands in the books and in the history.")
    )

    def __init__(self, data: Any, *, invoice: Invoice) -> None:
        super().__init__(data, initial={"amount": grouped(invoice.open_minor, invoice.currency)})


class SendingBackForm(forms.Form):
    """Money that goes back: how much, from which account, on which day."""

    amount = forms.CharField(
        label=_("Amount"), widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "money"})
    )
    account = forms.ModelChoiceField(
        label=_("From account"), queryset=BankAccount.objects.none(), required=False, empty_label=None
    )
    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    customer = forms.CharField(
        label=_("Customer code"),
        max_length=30,
        required=False,
        help_text=_("Whose money it is. Empty for somebody who is no customer."),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, data: Any, *, minor: int, currency: str, **initial: str) -> None:
        values = {"amount": grouped(minor, currency), "on": clock.today().isoformat(), **initial}
        super().__init__(data, initial=values)
        accounts = BankAccount.objects.filter(is_active=True, currency=currency).order_by("code")
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]
        if "customer" not in initial:
            del self.fields["customer"]

    def chosen_account(self) -> BankAccount:
        """Raises Invalid(account) where none was chosen."""
        account: BankAccount | None = self.cleaned_data["account"]
        if account is None:
            raise Invalid(field="account", reason=gettext("Choose the account from which it was sent."))
        return account
