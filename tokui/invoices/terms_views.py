"""What a business prints on its documents: bank accounts, notes, the mail's words, the carried balance (繰越)."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tokui.access.doors import visited
from tokui.access.models import Business
from tokui.access.permissions import SETTINGS_MANAGE
from tokui.core.errors import NotFound, Refusal
from tokui.core.numerals import narrow
from tokui.invoices.doors import actor_of
from tokui.invoices.issuers import MAIL_NAMES, change_terms, refuse_unknown_names, terms_of
from tokui.invoices.models import BusinessTerms
from tokui.ui.doors import sent_on

MOST_BANKS = 3
ACCOUNT_TYPES = [
    ("普通", gettext_lazy("Ordinary account")),
    ("当座", gettext_lazy("Current account")),
    ("貯蓄", gettext_lazy("Savings account")),
]


class BankForm(forms.Form):
    """An account to which customers transfer; left empty, it is not printed."""

    bank_name = forms.CharField(label=gettext_lazy("Bank"), max_length=40, required=False)
    bank_code = forms.CharField(label=gettext_lazy("Bank code"), max_length=4, required=False)
    branch_name = forms.CharField(label=gettext_lazy("Branch"), max_length=40, required=False)
    branch_code = forms.CharField(label=gettext_lazy("Branch code"), max_length=3, required=False)
    account_type = forms.ChoiceField(label=gettext_lazy("Account type"), choices=ACCOUNT_TYPES, required=False)
    account_number = forms.CharField(label=gettext_lazy("Account number"), max_length=10, required=False)
    holder = forms.CharField(label=gettext_lazy("Account holder"), max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not self.is_told:
            return told
        for name in ("bank_name", "branch_name", "account_number", "holder"):
            if not told.get(name) and name not in self.errors:
                self.add_error(name, _("An account to be printed needs this."))
        for name, digits in (("bank_code", 4), ("branch_code", 3), ("account_number", 7)):
            self._check_digits(name, digits)
        return told

    def _check_digits(self, name: str, digits: int) -> None:
        text = narrow(self.cleaned_data.get(name, "")).strip()
        self.cleaned_data[name] = text
        if text and not re.fullmatch(rf"[0-9]{{{digits}}}", text):
            self.add_error(name, _("%(digits)s digits are needed here.") % {"digits": digits})

    @property
    def is_told(self) -> bool:
        """Whether anything was typed but the type of the account."""
        names = [name for name in self.fields if name != "account_type"]
        return any(self.data.get(self.add_prefix(name), "").strip() for name in names)

    def bank(self) -> dict[str, str]:
        return {name: str(value).strip() for name, value in self.cleaned_data.items()}


class BusinessTermsForm(forms.Form):
    payment_note = forms.CharField(
        label=gettext_lazy("Request with the payment"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Who pays the transfer fee, how to state the number; printed below the bank accounts."),
    )
    remarks = forms.CharField(
        label=gettext_lazy("Remarks"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    carries_balance = forms.BooleanField(
        label=gettext_lazy("Print the balance carried forward"),
        required=False,
        help_text=gettext_lazy(
            "Invoices of a closing run show the last amount, what was received, and what is due in all."
        ),
    )
    uses_credits = forms.BooleanField(
        label=gettext_lazy("Use credit notes on the next closing invoice"),
        required=False,
        help_text=gettext_lazy("Otherwise a person says on which invoice a credit note is used, or pays it out."),
    )
    mail_subject = forms.CharField(label=gettext_lazy("Subject of the mail"), max_length=120, required=False)
    mail_text = forms.CharField(
        label=gettext_lazy("Text of the mail"), max_length=5_000, required=False, widget=forms.Textarea
    )

    link_days = forms.IntegerField(
        label=gettext_lazy("Days that the link opens the document"),
        min_value=0,
        max_value=3_650,
        required=False,
        help_text=gettext_lazy("Counted from the mail; 0 for ever. Links already mailed keep their day."),
    )

    def clean_link_days(self) -> int:
        """Emptied, the usual time."""
        days: int | None = self.cleaned_data["link_days"]
        return int(BusinessTerms._meta.get_field("link_days").get_default()) if days is None else days

    def clean_mail_subject(self) -> str:
        return self._checked("mail_subject")

    def clean_mail_text(self) -> str:
        return self._checked("mail_text")

    def _checked(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        try:
            refuse_unknown_names(name, text)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from None
        return text.replace("\r\n", "\n")


@visited(SETTINGS_MANAGE)
@require_http_methods(["GET", "POST"])
def terms_page(request: HttpRequest) -> HttpResponse:
    """The terms of one business; a change holds for documents issued from now on."""
    businesses = list(Business.objects.order_by("code"))
    chosen = request.GET.get("business", businesses[0].code if businesses else "")
    business = next((one for one in businesses if one.code == chosen), None)
    if business is None:
        raise NotFound
    terms = terms_of(business)
    form = BusinessTermsForm(request.POST or None, initial=_told_now(terms))
    banks = [
        BankForm(request.POST or None, prefix=f"bank{place}", initial=bank)
        for place, bank in enumerate([*terms.banks, *({} for _place in range(MOST_BANKS))][:MOST_BANKS], start=1)
    ]
    if request.method == "POST" and all([form.is_valid(), *(one.is_valid() for one in banks)]):
        try:
            kept = [one.bank() for one in banks if one.is_told]
            change_terms(business, banks=kept, by=actor_of(request), **form.cleaned_data)
            return sent_on(request, f"{reverse('invoices:terms')}?business={business.code}", _("Saved."))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    wrong = bool(form.errors or any(one.errors for one in banks))
    context = {
        "form": form,
        "banks": banks,
        "business": business,
        "businesses": businesses,
        "names": [f"{{{name}}}" for name in MAIL_NAMES],
    }
    return render(request, "invoices/terms.html", context, status=422 if wrong else 200)


def _told_now(terms: BusinessTerms) -> dict[str, Any]:
    return {name: getattr(terms, name) for name in BusinessTermsForm.base_fields}
