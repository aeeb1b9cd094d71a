"""The verbs of sales and invoices, in one place for rooms above; each lives in the module of its activity."""

from tokui.invoices.closing import Closed, close_sales
from tokui.invoices.credits import CreditUse, apply_credit, apply_credits, refund_credit, take_back_credit
from tokui.invoices.drafting import InvoiceTerms, change_draft, delete_draft, draft_from_sales, draft_invoice
from tokui.invoices.issue import CreditLine, credit_invoice, issue_invoice, issue_invoices, void_invoice
from tokui.invoices.openings import NewOpening, bring_openings
from tokui.invoices.recording import Late, NewSale, Recorded, SaleRefused, change_sale, delete_sale, record_sales
from tokui.invoices.settling import settle_invoices

__all__ = [
    "Closed",
    "CreditLine",
    "CreditUse",
    "InvoiceTerms",
    "Late",
    "NewOpening",
    "NewSale",
    "Recorded",
    "SaleRefused",
    "apply_credit",
    "apply_credits",
    "bring_openings",
    "change_draft",
    "change_sale",
    "close_sales",
    "credit_invoice",
    "delete_draft",
    "delete_sale",
    "draft_from_sales",
    "draft_invoice",
    "issue_invoice",
    "issue_invoices",
    "record_sales",
    "refund_credit",
    "settle_invoices",
    "take_back_credit",
    "void_invoice",
]
