"""The totals of a draft, which its lines make up: whoever changes a line of a draft brings them up to date."""

from __future__ import annotations

from collections.abc import Sequence

from tokui.catalog.tax import TaxKind
from tokui.invoices.duties import withholding_tax
from tokui.invoices.models import Invoice, SaleLine
from tokui.invoices.tax import Rounding, TaxedAmount, TaxTotals, tax_totals


def totals_of(lines: Sequence[SaleLine], rounding: str) -> TaxTotals:
    """The totals of lines by the one rule of `invoices.tax`."""
    amounts = [
        TaxedAmount(TaxKind(line.tax_kind), line.rate_bp, line.amount_minor, line.tax_included) for line in lines
    ]
    return tax_totals(amounts, rounding=Rounding(rounding))


def refresh_totals(draft: Invoice) -> Invoice:
    """Store the sums of a draft's lines, so that lists can show them."""
    totals = totals_of(list(SaleLine.objects.filter(invoice=draft)), draft.tax_rounding)
    draft.net_minor, draft.tax_minor, draft.total_minor = totals.net_minor, totals.tax_minor, totals.total_minor
    draft.withholding_minor = withholding_tax(totals.net_minor) if draft.withholds else 0
    draft.save(update_fields=["net_minor", "tax_minor", "total_minor", "withholding_minor"])
    return draft
