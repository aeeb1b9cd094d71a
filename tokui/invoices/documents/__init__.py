"""Printed documents: invoice, credit note, receipt, delivery note, statement, in Japanese and English.

`render_pdf(content)` is the whole of it for one document; see `content` for what goes in and `render` for the rest.
"""

from tokui.invoices.documents.artwork import PictureRefused
from tokui.invoices.documents.content import (
    Addressee,
    BankDetails,
    CarriedBalance,
    DocumentContent,
    DocumentKind,
    DocumentLine,
    Honorific,
    Issuer,
    Language,
    RateRow,
    ReceiptTerms,
    StatementEntry,
    Withholding,
)
from tokui.invoices.documents.glyphs import missing_glyphs
from tokui.invoices.documents.render import render_each, render_many, render_pdf, render_png

__all__ = [
    "Addressee",
    "BankDetails",
    "CarriedBalance",
    "DocumentContent",
    "DocumentKind",
    "DocumentLine",
    "Honorific",
    "Issuer",
    "Language",
    "PictureRefused",
    "RateRow",
    "ReceiptTerms",
    "StatementEntry",
    "Withholding",
    "missing_glyphs",
    "render_each",
    "render_many",
    "render_pdf",
    "render_png",
]
