"""What people call the kinds of tax."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tokui.catalog.tax import RATE_SCALE, TaxKind
from tokui.ui import reasons

TAX_WORDS: dict[str, str | Promise] = {
    TaxKind.STANDARD: _("Standard rate"),
    TaxKind.REDUCED: _("Reduced rate"),
    TaxKind.EXEMPT: _("Not taxed by law"),
    TaxKind.OUT_OF_SCOPE: _("Not a taxable sale"),
    TaxKind.EXPORT: _("Export, tax free"),
}
FIELD_WORDS: dict[str, Promise] = {
    "code": _("Product code"),
    "name": _("Name"),
    "name_en": _("Name in English"),
    "unit": _("Unit"),
    "tax_kind": _("Consumption tax"),
    "business": _("Business"),
    "revenue_account": _("Revenue account"),
    "channel": _("Channel"),
    "region": _("Region"),
    "is_active": _("On offer"),
    "price": _("Price per unit"),
    "currency": _("Currency"),
    "tax_included": _("Tax is included"),
    "from_on": _("Price holds from"),
}
_OWN: dict[str, Promise] = {
    "missing": _("This is missing."),
    "twice_in_file": _("“%(found)s” stands in the file twice."),
    "unknown_business": _("There is no business “%(found)s”."),
    "unknown_tax_kind": _("“%(found)s” is no kind of consumption tax."),
    "account_form": _("Use small letters, digits, hyphen and underscore for the account."),
    "price_used": _("Something was sold at the price of this day. Give a later day."),
    "product_known": _("Product %(found)s is as the file says."),
}


def reason_words(reason: Mapping[str, Any]) -> str:
    """Why a row of a product list was refused, or changes nothing."""
    return reasons.reason_words(reason, _OWN)


def percent(rate_bp: int) -> str:
    """1000 -> "10%", 625 -> "6.25%". `rate_bp` is in parts of 10,000."""
    whole, part = divmod(rate_bp * 100, RATE_SCALE)
    return f"{whole}.{part:04d}".rstrip("0") + "%" if part else f"{whole}%"
