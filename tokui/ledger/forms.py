"""The forms of the books. They carry text; the verbs refuse, field by field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tokui.core.errors import Refusal
from tokui.ledger.journals import Books, Layout
from tokui.ledger.mapping import TAX_CLASS_WORDS
from tokui.ledger.models import AccountMapping

#: The programs' own names, the same in every language.
LAYOUT_NAMES = {
    Layout.YAYOI: "弥生会計",
    Layout.FREEE: "freee会計",
    Layout.MONEYFORWARD: "マネーフォワード クラウド会計",
}
BOOKS_WORDS = {Books.TAX_INCLUDED: _("Books with tax included"), Books.TAX_EXCLUDED: _("Books with tax kept apart")}
OWN_WORDS = "own"


class RefusableForm(forms.Form):
    """A form that shows a verb's refusal at the field it names."""

    def refuse(self, refusal: Refusal) -> None:
        field = refusal.field
        self.add_error(field if field in self.fields else None, refusal.message)


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class ExportForm(RefusableForm):
    layout = forms.ChoiceField(label=_("Accounting program"), choices=list(LAYOUT_NAMES.items()))
    books = forms.ChoiceField(label=_("The books there"), choices=list(BOOKS_WORDS.items()))
    from_on = day_field(_("From"))
    to_on = day_field(_("Until"))
    everything = forms.BooleanField(
        label=_("Repeat what was exported before"),
        required=False,
        help_text=_("Only when the file is to replace what the program has: otherwise entries stand there twice."),
    )

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {**data, "layout": Layout(data["layout"]), "books": Books(data["books"])}


class MappingForm(RefusableForm):
    pattern = forms.CharField(
        label=_("Our account"),
        max_length=80,
        help_text=_("The path as the journal shows it; * stands for one part between colons."),
    )
    account = forms.CharField(label=_("Account there"), max_length=40)
    sub_account = forms.CharField(
        label=_("Sub-account there"), max_length=40, required=False, help_text=_("{customer} becomes the name.")
    )
    tax_class = forms.ChoiceField(
        label=_("Tax class"), choices=[*TAX_CLASS_WORDS.items(), (OWN_WORDS, _("In the program's own words"))]
    )
    own_words = forms.CharField(label=_("Tax class in the program's own words"), max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if found.get("tax_class") == OWN_WORDS and not found.get("own_words"):
            self.add_error("own_words", _("Write the tax class as the program does."))
        return found

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        tax_class = data["own_words"] if data["tax_class"] == OWN_WORDS else data["tax_class"]
        return {name: data[name] for name in ("pattern", "account", "sub_account")} | {"tax_class": tax_class}

    @classmethod
    def of(cls, row: AccountMapping | None, pattern: str = "") -> MappingForm:
        if row is None:
            return cls(initial={"pattern": pattern})
        is_known = row.tax_class in TAX_CLASS_WORDS
        words = {"tax_class": row.tax_class} if is_known else {"tax_class": OWN_WORDS, "own_words": row.tax_class}
        names = ("pattern", "account", "sub_account")
        return cls(initial={**{name: getattr(row, name) for name in names}, **words})
