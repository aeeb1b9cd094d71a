"""What people call the kinds of tax."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tokui.catalog.tax import RATE_SCALE, TaxKind

TAX_WORDS: dict[str, str | Promise] = {
    TaxKind.STANDARD: _("Standard rate"),
    TaxKind.REDUCED: _("Reduced rate"),
    TaxKind.EXEMPT: _("Not taxed by law"),
    TaxKind.OUT_OF_SCOPE: _("Not a taxable sale"),
    TaxKind.EXPORT: _("Export, tax free"),
}


def percent(rate_bp: int) -> str:
    """1000 -> "10%", 625 -> "6.25%". `rate_bp` is in parts of 10,000."""
    whole, part = divmod(rate_bp * 100, RATE_SCALE)
    return f"{whole}.{part:04d}".rstrip("0") + "%" if part else f"{whole}%"
