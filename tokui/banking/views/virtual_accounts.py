"""振込専用口座: the pool of an account's virtual numbers, whose each is, and giving it to a customer or back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.permissions import BANK_MANAGE, BANK_VIEW
from tokui.banking import actions
from tokui.banking.forms import VirtualNumbersForm
from tokui.banking.models import BankAccount, VirtualAccount
from tokui.banking.views.deposits import customer_typed
from tokui.banking.views.rows import actor, list_page, page, row_of
from tokui.banking.words import VIRTUAL_STATES
from tokui.core.errors import Invalid, NotPermitted, Refusal
from tokui.ui.doors import sent_on

ORDER = ("code", "id")
CHANGES = {
    "resting": actions.release_virtual_account,
    "free": actions.free_virtual_account,
    "closed": actions.close_virtual_account,
}


@visited(BANK_VIEW)
@require_http_methods(["GET", "POST"])
def pool(request: HttpRequest, account: str) -> HttpResponse:
    """The numbers before an account; a POST registers further ones."""
    row = row_of(BankAccount.objects.all(), account)
    form = VirtualNumbersForm(request.POST or None, account=row)
    if request.method == "POST":
        if not actor(request).can(BANK_MANAGE):
            raise NotPermitted
        made = _registered(form, row, request) if form.is_valid() else []
        if made:
            said = ngettext("%(n)d number registered.", "%(n)d numbers registered.", len(made)) % {"n": len(made)}
            return sent_on(request, reverse("banking:virtual_accounts", args=[row.public_id]), said)
    return page(request, "virtual_accounts", _listed(request, row, form), status=422 if form.errors else 200)


def _registered(form: VirtualNumbersForm, account: BankAccount, request: HttpRequest) -> list[VirtualAccount]:
    try:
        return actions.register_virtual_accounts(account, form.chosen(), by=actor(request))
    except Refusal as refused:
        form.add_error(refused.field if refused.field in form.fields else "numbers", refused.message)
        return []


def _listed(request: HttpRequest, account: BankAccount, form: forms.Form) -> dict[str, Any]:
    rows, state = VirtualAccount.objects.filter(account=account), request.GET.get("state", "")
    if state:
        if state not in VIRTUAL_STATES:
            raise Invalid(field="state", reason=_("There is no such choice."))
        rows = rows.filter(state=state)
    found = list_page(rows.select_related("customer", "former_customer"), ORDER, request)
    return {"account": account, "form": form, "page": found, "state": state, "states": list(VIRTUAL_STATES.items())}


@visited(BANK_MANAGE)
@require_POST
def assignment(request: HttpRequest, virtual: str) -> HttpResponse:
    """Give a free number to the customer typed in, for all payments or one invoice."""
    row = row_of(VirtualAccount.objects.select_related("account"), virtual)
    customer = customer_typed(request.POST.get("customer", "").strip()[:120])
    if customer is None:
        raise Invalid(field="customer", reason=_("Choose the customer."))
    invoice = request.POST.get("invoice_number", "").strip()
    row = actions.assign_virtual_account(row, customer, by=actor(request), invoice_number=invoice)
    return sent_on(request, _back(request, row), _("The number is the customer's now."))


@visited(BANK_MANAGE)
@require_POST
def state(request: HttpRequest, virtual: str) -> HttpResponse:
    """Let a number rest, be free again, or close it."""
    row = row_of(VirtualAccount.objects.select_related("account", "customer"), virtual)
    change = CHANGES.get(request.POST.get("state", ""))
    if change is None:
        raise Invalid(field="state", reason=_("There is no such choice."))
    address = _back(request, row)
    change(row, by=actor(request))
    return sent_on(request, address, _("The number is given back."))


def _back(request: HttpRequest, row: VirtualAccount) -> str:
    """To the customer's page when it was asked there, else to the pool."""
    if request.POST.get("_from") == "customer" and row.customer is not None:
        return reverse("customers:customer", args=[row.customer.public_id])
    return reverse("banking:virtual_accounts", args=[row.account.public_id])
