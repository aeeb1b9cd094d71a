"""Forms of banking. They carry what was entered; the verbs decide, field by field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from tokui.banking.actions.virtual_accounts import MOST, NewNumber
from tokui.banking.models import BankAccount, Deposit
from tokui.banking.words import ACCOUNT_TYPES, METHODS, RESULT_FIELDS, format_choices
from tokui.core import clock

_RANGE = re.compile(r"([0-9]{7})\s*[-~〜–]\s*([0-9]{7})")
_CODE_KEYS = {"inputmode": "numeric", "autocomplete": "off"}
_LOOKUP = {
    "hx-get": reverse_lazy("banking:bank_names"),
    "hx-trigger": "input changed delay:200ms",
    "hx-include": "closest form",
    "hx-target": "#bank-names",
    "hx-swap": "outerHTML",
    "data-keep-focus": "",
}


class AccountForm(forms.Form):
    """A bank account: what it is, and how its files are read. The code and the currency stay once the books use them."""

    code = forms.CharField(
        label=_("Code"), max_length=20, help_text=_("Short, for the books: main, mizuho, usd. It stays as it is.")
    )
    name = forms.CharField(label=_("Name"), max_length=80)
    bank_code = forms.CharField(
        label=_("Bank code"),
        max_length=4,
        required=False,
        help_text=_("4 digits, or begin to type the bank's name."),
        widget=forms.TextInput(attrs={"list": "banks", "autocomplete": "off", **_LOOKUP}),
    )
    branch_code = forms.CharField(
        label=_("Branch code"),
        max_length=3,
        required=False,
        help_text=_("3 digits, or begin to type the branch's name."),
        widget=forms.TextInput(attrs={"list": "branches", "autocomplete": "off", **_LOOKUP}),
    )
    account_type = forms.ChoiceField(label=_("Kind of account"), choices=list(ACCOUNT_TYPES.items()))
    number = forms.CharField(
        label=_("Account number"), max_length=10, required=False, widget=forms.TextInput(attrs=_CODE_KEYS)
    )
    holder = forms.CharField(label=_("Account holder"), max_length=120, required=False)
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="JPY")
    authoritative_format = forms.ChoiceField(
        label=_("Format that makes deposits"),
        required=False,
        help_text=_("Files of other formats add details only, so that nothing counts twice."),
    )
    date_basis = forms.ChoiceField(
        label=_("Day that counts"),
        choices=[("booked", _("Booking day")), ("value", _("Value day"))],
        widget=forms.RadioSelect,
        initial="booked",
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, data: Any = None, *, account: BankAccount | None = None) -> None:
        initial = {name: getattr(account, name) for name in self.base_fields} if account else None
        super().__init__(data, initial=initial)
        choices = [("", _("Decided by the first file")), *format_choices()]
        self.fields["authoritative_format"].choices = choices  # type: ignore[attr-defined]
        for name in ("code", "currency") if account else ("is_active",):
            del self.fields[name]

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        sections: list[tuple[Any, tuple[str, ...]]] = [
            (_("The account"), ("code", "name", "currency", "is_active")),
            (_("At the bank"), ("bank_code", "branch_code", "account_type", "number", "holder")),
            (_("Reading its files"), ("authoritative_format", "date_basis")),
        ]
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in sections]


class Files(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more uploads; cleans to their list."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> Any:
        each: Sequence[UploadedFile[Any] | None] = data if isinstance(data, list | tuple) and data else [None]
        return [super(FilesField, self).clean(one, initial) for one in each]


class StatementForm(forms.Form):
    """Bank files to take in. Without an account, each file says whose it is."""

    file = FilesField(label=_("Files from the bank"), allow_empty_file=True)
    account = forms.ModelChoiceField(
        label=_("Bank account"),
        queryset=BankAccount.objects.none(),
        required=False,
        empty_label=_("Found from the file"),
        to_field_name="code",
    )
    format = forms.ChoiceField(label=_("Format"), required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["account"].queryset = BankAccount.objects.filter(is_active=True).order_by("code")  # type: ignore[attr-defined]
        self.fields["format"].choices = [("auto", _("Recognised")), *format_choices()]  # type: ignore[attr-defined]


class DepositForm(forms.Form):
    """Money that a person saw arrive."""

    method = forms.ChoiceField(
        label=_("How it came"),
        choices=[(key, METHODS[key]) for key in METHODS if key != Deposit.Method.IMPORTED],
        widget=forms.RadioSelect,
        initial=Deposit.Method.CASH,
    )
    amount = forms.CharField(
        label=_("Amount"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "numeric", "autofocus": True})
    )
    received_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    customer = forms.CharField(
        label=_("Customer"),
        max_length=120,
        required=False,
        help_text=_("Code, or begin to type the name."),
        widget=forms.TextInput(
            attrs={
                "list": "payers",
                "autocomplete": "off",
                "hx-get": reverse_lazy("banking:payers"),
                "hx-trigger": "input changed delay:200ms",
                "hx-target": "#payers",
                "data-keep-focus": "",
            }
        ),
    )
    payer = forms.CharField(
        label=_("Payer's name"), max_length=120, required=False, help_text=_("Where it differs from the customer.")
    )
    account = forms.ModelChoiceField(
        label=_("Bank account"),
        queryset=BankAccount.objects.none(),
        required=False,
        empty_label="–",
        help_text=_("Needed for a bank transfer."),
        to_field_name="code",
    )
    text = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["received_on"].initial = clock.today()
        self.fields["account"].queryset = BankAccount.objects.filter(is_active=True).order_by("code")  # type: ignore[attr-defined]


class VirtualNumbersForm(forms.Form):
    """Numbers that the bank has put before an account: one by one, or from the first on."""

    branch_code = forms.CharField(
        label=_("Branch code"),
        max_length=3,
        required=False,
        help_text=_("The bank's own for these numbers. Empty: the account's."),
        widget=forms.TextInput(attrs=_CODE_KEYS),
    )
    numbers = forms.CharField(
        label=_("Numbers"),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text=_("7 digits or an IBAN each, one a line; 5000001-5000100 for a range."),
    )

    def __init__(self, data: Any = None, *, account: BankAccount) -> None:
        super().__init__(data, initial={"branch_code": account.branch_code})

    def chosen(self) -> list[NewNumber]:
        """What was typed, a range as its numbers. Nothing is judged here but the size of a range."""
        branch = self.cleaned_data["branch_code"].strip()
        return [NewNumber(number=one, branch_code=branch) for one in _each_number(self.cleaned_data["numbers"])]


def _each_number(typed: str) -> Iterator[str]:
    for part in typed.replace(",", "\n").replace("、", "\n").split("\n"):
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            yield from [part.strip()] if part.strip() else []
        else:
            first, last = int(found[1]), int(found[2])
            yield from (f"{number:07}" for number in range(first, min(last, first + MOST) + 1))


class ResultsForm(forms.Form):
    """A result list of a payment system that is not connected; the second time by the stored file's id."""

    source = forms.RegexField(
        r"^[a-z0-9][a-z0-9_-]{0,30}$",
        label=_("Name of the system"),
        help_text=_("Lower-case letters: konbini, furikae. The books keep its money under this name."),
        error_messages={"invalid": _("Use lower-case letters and digits.")},
    )
    file = forms.FileField(label=_("List of results (CSV or Excel)"), allow_empty_file=True)
    stored = forms.CharField(required=False, widget=forms.HiddenInput)
    paid_words = forms.CharField(required=False, max_length=200)
    unpaid_words = forms.CharField(required=False, max_length=200)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        self.fields["file"].required = not (data and data.get("stored"))

    def columns(self) -> dict[str, str]:
        """The headings that a person chose, by what they hold."""
        return {name: heading for name in RESULT_FIELDS if (heading := self.data.get(f"column_{name}", "").strip())}

    def words(self, name: str) -> frozenset[str]:
        typed = str(self.cleaned_data[name]).replace("、", ",").split(",")
        return frozenset(unicodedata.normalize("NFKC", word).strip().lower() for word in typed if word.strip())
