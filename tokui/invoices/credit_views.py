"""Credit notes in use, on the page of the document: on which open invoice, or paid out from where."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tokui.access.doors import visited
from tokui.access.permissions import INVOICES_ISSUE, INVOICES_VOID
from tokui.core import clock
from tokui.core.errors import Invalid
from tokui.core.refused import ValueRefused
from tokui.core.values.numbers import parse_amount
from tokui.invoices import actions
from tokui.invoices.doors import actor_of, invoice_of
from tokui.ui.doors import sent_on


@visited(INVOICES_ISSUE)
@require_POST
def apply(request: HttpRequest, key: str) -> HttpResponse:
    """Use a credit note on this invoice, as much as both allow unless an amount is typed."""
    invoice = invoice_of(key)
    note = invoice_of(request.POST.get("note", ""))
    usable = min(invoice.open_minor, -note.open_minor)
    amount = _amount(request.POST.get("amount", ""), usable, invoice.currency)
    actions.apply_credit(note, invoice, amount, on=clock.today(), by=actor_of(request))
    told = _("%(note)s was used on %(invoice)s.") % {"note": note.number, "invoice": invoice.number}
    return _back(request, request.POST.get("back", "") or key, told)


@visited(INVOICES_ISSUE)
@require_POST
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    """Undo the use of a credit note on this invoice."""
    note = invoice_of(request.POST.get("note", ""))
    actions.take_back_credit(note, invoice_of(key), by=actor_of(request))
    return _back(request, key, _("%(note)s can be used again.") % {"note": note.number})


@visited(INVOICES_VOID)
@require_POST
def refund(request: HttpRequest, key: str) -> HttpResponse:
    """Write down that what this credit note gives back was paid out."""
    note = invoice_of(key)
    amount = _amount(request.POST.get("amount", ""), -note.open_minor, note.currency)
    actions.refund_credit(note, account=request.POST.get("account", ""), amount_minor=amount, by=actor_of(request))
    return _back(request, key, _("Written down as paid out."))


def _amount(typed: str, usual: int, currency: str) -> int:
    if not typed.strip():
        return usual
    try:
        return parse_amount(typed, currency).minor
    except ValueRefused:
        raise Invalid(field="amount", reason=_("This is not an amount.")) from None


def _back(request: HttpRequest, key: str, message: str) -> HttpResponse:
    return sent_on(request, reverse("invoices:page", args=[key]), message)
