"""Where this room stands on pages of lower rooms: the next of the first steps, and the bank account on invoices."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tokui.access.models import Business
from tokui.access.permissions import (
    BANK_IMPORT,
    CATALOG_EDIT,
    CUSTOMERS_IMPORT,
    INVOICES_ISSUE,
    PAYMENTS_ALLOCATE,
    SALES_RECORD,
    SETTINGS_MANAGE,
)
from tokui.config.first_steps import next_step
from tokui.config.printing import businesses_without_bank, printed
from tokui.ui.panels import panel


@panel("next_step", permission=PAYMENTS_ALLOCATE)
def next_of_the_first_steps(request: HttpRequest | None, subject: Any) -> str | None:
    """A button to the next of the first steps, on pages that show that one is done."""
    step = next_step(request.visit) if request is not None else None  # type: ignore[attr-defined]
    return render_to_string("config/_next_step.html", {"step": step}, request) if step else None


#: What can be brought from a file: label, page, permission.
DOORS = (
    (_("Customers"), "customers:imports", CUSTOMERS_IMPORT),
    (_("Sale lines"), "invoices:sale_imports", SALES_RECORD),
    (_("Opening receivables"), "invoices:opening_imports", INVOICES_ISSUE),
    (_("Bank files"), "banking:statements", BANK_IMPORT),
    (_("Results of payment services"), "banking:results", BANK_IMPORT),
    (_("Products"), "catalog:imports", CATALOG_EDIT),
)


@panel("import_doors")
def doors_of_imports(request: HttpRequest | None, subject: Any) -> str | None:
    """The ways in for files, on each of their pages: nobody must know which room takes which file."""
    if request is None:
        return None
    actor = request.visit.actor  # type: ignore[attr-defined]
    doors = [(label, reverse(name)) for label, name, permission in DOORS if actor.can(permission)]
    return render_to_string("config/_import_doors.html", {"doors": doors}, request)


@panel("closing")
def business_details_first(request: HttpRequest | None, subject: Any) -> str | None:
    """Before the first closing: invoices without an address are no qualified invoices, and stay as they were issued."""
    lacking = [one for one in Business.objects.filter(is_active=True).order_by("code") if not one.address]
    return render_to_string("config/_details_first.html", {"lacking": lacking}, request) if lacking else None


@panel("bank_account", permission=SETTINGS_MANAGE)
def bank_account_on_invoices(request: HttpRequest | None, account: Any) -> str | None:
    """The offer to print the account on invoices, while they do not say where to pay."""
    if not account.is_active or not businesses_without_bank():
        return None
    context = {"account": account, "is_complete": bool(printed(account))}
    return render_to_string("config/_bank_on_invoices.html", context, request)
