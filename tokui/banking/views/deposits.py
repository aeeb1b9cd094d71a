"""入金: the list by conditions, recording by hand, one deposit, and taking it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.permissions import PAYMENTS_RECORD, PAYMENTS_VIEW
from tokui.banking import actions
from tokui.banking.forms import DepositForm
from tokui.banking.listing import deposits_where
from tokui.banking.models import Deposit
from tokui.banking.refused import DepositFromBank
from tokui.banking.views.rows import actor, list_page, page, row_of, tell
from tokui.banking.words import HOLDS, METHODS, REASONS, STATES, reason_word
from tokui.core.errors import Invalid, Refusal
from tokui.core.models import Event
from tokui.core.values import ValueRefused, parse_amount
from tokui.customers.models import Customer
from tokui.customers.queries import search
from tokui.ui.amounts import grouped
from tokui.ui.doors import capped_count, sent_on

ORDER = ("-received_on", "-id")
CONDITIONS = {
    "method": gettext_lazy("How it came"),
    "from_on": gettext_lazy("From"),
    "to_on": gettext_lazy("Until"),
    "least": gettext_lazy("At least"),
    "most": gettext_lazy("At most"),
}
OFFERED = 8


@visited(PAYMENTS_VIEW)
@require_GET
def deposits(request: HttpRequest) -> HttpResponse:
    """Deposits by state, way, period, amount and payer, newest first."""
    conditions = _conditions(request)
    rows = deposits_where(conditions)
    context = {
        "page": list_page(rows, ORDER, request),
        "count": "" if request.GET.get("after") else capped_count(rows),
        "state": conditions.get("state", ""),
        "use": conditions.get("use", ""),
        "states": list(STATES.items()),
        "methods": list(METHODS.items()),
        "conditions": conditions,
        "chips": [
            (name, label, _said(name, conditions[name])) for name, label in CONDITIONS.items() if name in conditions
        ],
        "is_everything": not conditions,
    }
    return page(request, "deposits", context, fragment="_deposits")


def _conditions(request: HttpRequest) -> dict[str, str]:
    found = {name: request.GET.get(name, "").strip()[:120] for name in (*CONDITIONS, "state", "use", "q")}
    known: dict[str, Any] = {"state": STATES, "method": METHODS, "use": ("partial",)}
    for name, allowed in known.items():
        if found[name] and found[name] not in allowed:
            raise Invalid(field=name, reason=_("There is no such choice."))
    return {name: value for name, value in found.items() if value}


def _said(name: str, value: str) -> str:
    return str(METHODS[Deposit.Method(value)]) if name == "method" else value


@visited(PAYMENTS_VIEW)
@require_GET
def deposit(request: HttpRequest, deposit: str) -> HttpResponse:
    """One deposit: where it came from, what is left of it, and its history."""
    return _deposit_page(request, _one(deposit))


def _one(public: str) -> Deposit:
    return row_of(Deposit.objects.select_related("account", "customer", "line__statement", "cancelled_by_line"), public)


def _deposit_page(request: HttpRequest, row: Deposit, error: str = "") -> HttpResponse:
    taken_back = Event.objects.filter(about_id=row.pk, type="banking.DepositTakenBack").order_by("-occurred_at").first()
    context = {
        "deposit": row,
        "method": METHODS[Deposit.Method(row.method)],
        "reasons": list(REASONS.items()),
        "taken_back": taken_back,
        "hold": HOLDS.get(row.hold, ""),
        "why": reason_word(taken_back.payload["reason"]) if taken_back else "",
        "error": error,
    }
    return page(request, "deposit", context, status=422 if error else 200)


@visited(PAYMENTS_RECORD)
@require_POST
def cancel(request: HttpRequest, deposit: str) -> HttpResponse:
    """Take back what was typed in by mistake. The bank's own deposits only the bank's file cancels."""
    row = _one(deposit)
    try:
        actions.take_back_deposit(row, reason=request.POST.get("reason", ""), by=actor(request))
    except (Invalid, DepositFromBank) as refused:
        return _deposit_page(request, _one(deposit), refused.message)
    return sent_on(request, reverse("banking:deposit", args=[row.public_id]), _("The deposit is taken back."))


@visited(PAYMENTS_RECORD)
@require_http_methods(["GET", "POST"])
def new_deposit(request: HttpRequest) -> HttpResponse:
    """Record money that came at the counter, by offset, note or でんさい, or a transfer without a file."""
    form = DepositForm(request.POST or None, initial={"customer": request.GET.get("customer", "")[:120]})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.record_deposit(_new_deposit(form), by=actor(request))
            said = _("%(amount)s recorded.") % {"amount": _amount(made)}
            again = "_again" in request.POST
            url = reverse("banking:new_deposit") if again else reverse("banking:deposit", args=[made.public_id])
            return sent_on(request, url, said)
        except Refusal as refused:
            tell(form, refused)
    return page(request, "new_deposit", {"form": form}, status=422 if form.errors else 200)


def _amount(made: Deposit) -> str:
    figure = grouped(made.amount_minor, made.currency)
    return f"¥{figure}" if made.currency == "JPY" else f"{made.currency} {figure}"


def _new_deposit(form: forms.Form) -> actions.NewDeposit:
    values = form.cleaned_data
    account = values["account"]
    currency = account.currency if account else "JPY"
    try:
        amount = parse_amount(values["amount"], currency).minor
    except ValueRefused as refused:
        raise Invalid(field="amount", reason=_("This is not an amount.")) from refused
    customer = customer_typed(values["customer"])
    payer = values["payer"] or ((customer.kana or customer.name) if customer else "")
    made = actions.NewDeposit(
        amount_minor=amount,
        received_on=values["received_on"],
        method=values["method"],
        payer=payer,
        account=account,
        currency=currency,
        text=values["text"],
    )
    return replace(made, customer=customer)


def customer_typed(typed: str) -> Customer | None:
    """The customer of a code, or of a name that only one has."""
    if not typed:
        return None
    found = Customer.objects.filter(code=typed).first()
    if found is not None:
        return found
    named = list(Customer.objects.filter(name=typed)[:2])
    if len(named) == 1:
        return named[0]
    reason = _("Several customers have this name. Use the code.") if named else _("There is no such customer.")
    raise Invalid(field="customer", reason=reason)


@visited(PAYMENTS_RECORD)
@require_GET
def payers(request: HttpRequest) -> HttpResponse:
    """Customers for the field that is being typed into."""
    typed = request.GET.get("customer", "").strip()[:120]
    ids = search(typed, most=50).ids if typed else ()
    rows = Customer.objects.filter(pk__in=ids).order_by("-is_active", "sort_kana")[:OFFERED]
    return render(request, "banking/_payers.html", {"customers": rows})
