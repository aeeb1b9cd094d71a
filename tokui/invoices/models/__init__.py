"""What is owed: sale lines, the documents that collect them, their numbers, and the runs that make them."""

from tokui.invoices.models.closing import ClosingProblem, ClosingRun
from tokui.invoices.models.dispatch import Dispatch, DispatchPart
from tokui.invoices.models.imports import SaleImport, SaleImportMapping, SaleImportRow
from tokui.invoices.models.papers import BusinessTerms, DeliveryNote, FormerName, IssuerVersion, PublicLink, Receipt
from tokui.invoices.models.record import CreditApplication, CreditRefund, Invoice, InvoiceTax, SaleLine
from tokui.invoices.models.series import NumberSeries, SeriesCounter

__all__ = [
    "BusinessTerms",
    "ClosingProblem",
    "ClosingRun",
    "CreditApplication",
    "CreditRefund",
    "DeliveryNote",
    "Dispatch",
    "DispatchPart",
    "FormerName",
    "Invoice",
    "InvoiceTax",
    "IssuerVersion",
    "NumberSeries",
    "PublicLink",
    "Receipt",
    "SaleImport",
    "SaleImportMapping",
    "SaleImportRow",
    "SaleLine",
    "SeriesCounter",
]
