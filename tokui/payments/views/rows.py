"""Finding rows by the ids in addresses, and reading what people typed."""

from __future__ import annotations

from typing import TypeVar

from django import forms
from django.utils.translation import gettext as _

from tokui.core.errors import Invalid, NotFound, Refusal
from tokui.core.ids import parse_public_id
from tokui.core.money import EXPONENTS
from tokui.core.tenancy import Owned
from tokui.core.values import ValueRefused, parse_amount

Row = TypeVar("Row", bound=Owned)


def found(model: type[Row], public: str) -> Row:
    """The row of a public id in this organization; NotFound for anything else."""
    try:
        key = parse_public_id(public, model.PREFIX)
    except ValueError as wrong:
        raise NotFound from wrong
    row = model._default_manager.filter(pk=key).first()
    if row is None:
        raise NotFound
    return row


def amount_of(text: str, currency: str, *, field: str = "amount") -> int:
    """The minor units of an amount as people type it: full-width digits, commas. Raises Invalid(field)."""
    try:
        return parse_amount(text, currency if currency in EXPONENTS else "JPY").minor
    except ValueRefused as refused:
        raise Invalid(field=field, reason=_("%(text)s is not an amount.") % {"text": text[:20]}) from refused


def refused(form: forms.Form, refusal: Refusal) -> None:
    """What a verb refused, beside the field that it names; the rest of what was typed stays."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
