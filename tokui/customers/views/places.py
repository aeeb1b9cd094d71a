"""Fragments that forms fill themselves with: the address behind a postal code, customers to choose from."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tokui.access.doors import visited
from tokui.access.permissions import CUSTOMERS_EDIT, CUSTOMERS_VIEW
from tokui.core.errors import Invalid
from tokui.core.postal_codes import address_of, contradicted, places_of
from tokui.core.refused import ValueRefused
from tokui.core.values import parse_postal_code
from tokui.customers.picking import PICKERS, choices_for
from tokui.customers.views.rows import actor
from tokui.ui.doors import toast

#: Names of the inputs that hold an address: the customer's own, and a contact point's.
ADDRESSES = ("address", "value")


@visited(CUSTOMERS_EDIT)
@require_GET
def address(request: HttpRequest) -> HttpResponse:
    """The address's input, filled from the postal code as long as nothing else was typed into it."""
    name = request.GET.get("into", "address")
    if name not in ADDRESSES:
        raise Invalid(field="into", reason=_("There is no such field."))
    typed = request.GET.get(name, "").strip()
    code = _postal_code(request.GET.get("postal_code", ""))
    found = address_of(code)
    context = {"name": name, "value": found if found.startswith(typed) else typed}
    response = render(request, "customers/_address.html", context)
    trouble = _trouble(code, typed)
    return toast(response, trouble, tone="bad") if trouble else response


def _postal_code(typed: str) -> str:
    try:
        return parse_postal_code(typed)
    except ValueRefused:
        return ""


def _trouble(code: str, typed: str) -> str:
    """What is odd about a code: nobody has it, or the address lies elsewhere."""
    if not places_of(code):
        return _("This postal code is not in Japan Post's table.")
    expected = contradicted(code, typed)
    told = _("The postal code lies in %(prefecture)s, but the address begins with another prefecture.")
    return told % {"prefecture": expected} if expected else ""


@visited(CUSTOMERS_VIEW)
@require_GET
def choices(request: HttpRequest) -> HttpResponse:
    """Customers that fit what was typed into a picker; the one chosen already stays chosen."""
    name = request.GET.get("name", "")
    if name not in PICKERS:
        raise Invalid(field="name", reason=_("There is no such field."))
    found = choices_for(name, request.GET.get(name, ""), request.GET.get(f"{name}.q", ""), by=actor(request))
    return render(request, "customers/_choices.html", found)
