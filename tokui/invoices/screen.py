"""A document on screen: the page data that the PDF is set from, with what a narrow window needs. Pure but for words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tokui.invoices.documents import DocumentContent, missing_glyphs
from tokui.invoices.documents.layout import page_data

#: Columns that a narrow window folds into the line below the description.
FOLDED = ("quantity", "unit_price")
LEFT = ("on", "number", "description")


@dataclass(frozen=True)
class Cell:
    """One cell of a line. `below` stands under the text where the columns beside it are folded away."""

    text: str
    role: str
    below: str = ""

    @property
    def css(self) -> str:
        """Numbers end at the right; the account rule stands before the amount, as in a ledger."""
        words = [] if self.role in LEFT else ["num"]
        words += ["wide-only"] if self.role in FOLDED else []
        words += ["acct"] if self.role == "amount" else []
        words += ["nowrap"] if self.role == "on" else []
        return " ".join(words)


def on_screen(content: DocumentContent) -> dict[str, Any]:
    """The page data of a document, its lines as cells that fold."""
    said = page_data(content)
    table = said["table"]
    heads = [Cell(column[0], role) for column, role in zip(table["columns"], table["roles"], strict=True)]
    return {**said, "heads": heads, "lines": [_cells(row, table["roles"]) for row in table["rows"]]}


def _cells(row: list[str], roles: list[str]) -> list[Cell]:
    folded = " × ".join(text for text, role in zip(row, roles, strict=True) if role in FOLDED and text)
    return [Cell(text, role, folded if role == "description" else "") for text, role in zip(row, roles, strict=True)]


def paid_stamp(paid_on: date | None) -> str:
    """The day on the seal 入金済, in years of Reiwa as clerks stamp it (8.11.20)."""
    return f"{paid_on.year - 2018}.{paid_on.month}.{paid_on.day}" if paid_on else ""


def qualified_checks(content: DocumentContent) -> list[tuple[bool, Promise]]:
    """What a qualified invoice must say (消費税法57条の4第1項), and whether this document says it."""
    taxed = [row for row in content.rates if row.rate]
    return [
        (bool(content.issuer.registration_number and content.issuer.name), _("Registration number and name")),
        (all(line.on and line.description for line in content.lines), _("Day and content, reduced rate marked")),
        (bool(content.rates), _("Sum and rate for each tax rate")),
        (len(taxed) == len({(row.kind, row.rate) for row in taxed}), _("Tax for each rate, rounded once")),
        (bool(content.addressee.name), _("Addressee")),
    ]


def missing_in(content: DocumentContent) -> tuple[str, ...]:
    """Characters of a document that our typefaces cannot draw and would print as 〓."""
    told = [content.addressee.name, *content.addressee.address, content.subject, content.remarks, content.issuer.name]
    return missing_glyphs("".join([*told, *(line.description for line in content.lines)]))
