"""Pages of banking: accounts, statements with their results, deposits."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tokui.access.doors import visited
from tokui.access.permissions import BANK_IMPORT, BANK_MANAGE, BANK_VIEW, PAYMENTS_RECORD, PAYMENTS_VIEW
from tokui.banking import actions
from tokui.banking.forms import AccountChangeForm, AccountForm, DepositForm, ResultsForm, StatementForm
from tokui.banking.models import BankAccount, Deposit, Statement, StatementLine
from tokui.banking.refused import ResultListRefused
from tokui.banking.words import STATES, deviation_word, format_choices, refusal_sentence, row_refusal_word
from tokui.core.errors import Invalid, NotFound
from tokui.core.ids import parse_public_id
from tokui.core.tenancy import Owned
from tokui.core.values import ValueRefused, parse_amount
from tokui.customers.models import Customer
from tokui.ui.doors import page_of, render_page, sent_on

Row = TypeVar("Row", bound=Owned)
READ_AT_ONCE_BYTES = 1024 * 1024


@visited(BANK_VIEW)
def accounts(request: HttpRequest) -> HttpResponse:
    rows = list(BankAccount.objects.order_by("code"))
    last = {one.account_id: one for one in Statement.objects.filter(state="read").order_by("account_id", "to_on")}
    return _page(request, "accounts", {"rows": [(row, last.get(row.pk)) for row in rows]})


@visited(BANK_MANAGE)
def new_account(request: HttpRequest) -> HttpResponse:
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_account(actions.NewAccount(**form.cleaned_data), by=request.visit.actor)  # type: ignore[attr-defined]
            return sent_on(request, reverse("banking:account", args=[made.public_id]), _("Account added"))
        except Invalid as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
    return _page(request, "new_account", {"form": form}, status=422 if form.errors else 200)


@visited(BANK_VIEW)
def account(request: HttpRequest, account: str) -> HttpResponse:
    row = _found(BankAccount, account)
    form = AccountChangeForm(request.POST or None, account=row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_account(row, form.cleaned_data, by=request.visit.actor)  # type: ignore[attr-defined]
            return sent_on(request, reverse("banking:account", args=[row.public_id]), _("Saved"))
        except Invalid as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
    recent = Statement.objects.filter(account=row).select_related("parcel__file").order_by("-received_at")[:12]
    return _page(
        request, "account", {"account": row, "form": form, "statements": recent}, status=422 if form.errors else 200
    )


@visited(BANK_VIEW)
def statements(request: HttpRequest) -> HttpResponse:
    """The files received, newest first, with the drop zone for the next one."""
    form = StatementForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        made = actions.import_statement(
            file.read(),
            account=form.cleaned_data["account"],
            name=file.name,
            format=form.cleaned_data["format"] or "auto",
            by=request.visit.actor,  # type: ignore[attr-defined]
            at_once=file.size <= READ_AT_ONCE_BYTES,
        )
        return sent_on(request, reverse("banking:statement", args=[made.public_id]))
    rows = Statement.objects.select_related("account", "parcel__file")
    found = page_of(rows, order=("-received_at", "-id"), after=request.GET.get("after", ""))
    context = {"form": form, "page": found, "has_accounts": BankAccount.objects.exists()}
    return _page(request, "statements", context, status=422 if form.errors else 200)


@visited(BANK_VIEW)
def statement(request: HttpRequest, statement: str) -> HttpResponse:
    """What became of one file: counts, deviations, or the refusal in words."""
    row = _found(Statement, statement)
    lines = StatementLine.objects.filter(statement=row)
    found = page_of(lines, order=("number", "id"), after=request.GET.get("after", ""))
    context = {
        "statement": row,
        "refusal": refusal_sentence(row.refusal) if row.refusal else "",
        "deviations": [(deviation_word(one["code"]), one) for one in row.deviations[:100]],
        "page": found,
        "formats": format_choices(),
    }
    return _page(request, "statement", context)


@require_POST
@visited(BANK_IMPORT)
def read_once_more(request: HttpRequest, statement: str) -> HttpResponse:
    row = _found(Statement, statement)
    actions.read_again(row, format=request.POST.get("format", "auto"), by=request.visit.actor)  # type: ignore[attr-defined]
    return sent_on(request, reverse("banking:statement", args=[row.public_id]))


@visited(PAYMENTS_VIEW)
def deposits(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    rows = Deposit.objects.select_related("account", "customer")
    if state in STATES:
        rows = rows.filter(state=state)
    found = page_of(rows, order=("-received_on", "-id"), after=request.GET.get("after", ""))
    return _page(request, "deposits", {"page": found, "state": state, "states": list(STATES.items())})


@visited(PAYMENTS_RECORD)
def new_deposit(request: HttpRequest) -> HttpResponse:
    form = DepositForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.record_deposit(_new_deposit(form), by=request.visit.actor)  # type: ignore[attr-defined]
            said = _("%(amount)s recorded") % {"amount": f"{made.amount_minor:,}"}
            return sent_on(request, reverse("banking:deposits"), said)
        except Invalid as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
    return _page(request, "new_deposit", {"form": form}, status=422 if form.errors else 200)


@visited(BANK_IMPORT)
def results(request: HttpRequest) -> HttpResponse:
    """P-20: the list of an unconnected system, taken whole or not at all."""
    form = ResultsForm(request.POST or None, request.FILES or None)
    refused: list[tuple[str, object]] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            done = actions.import_results(
                file.read(),
                source=form.cleaned_data["source"],
                name=file.name,
                by=request.visit.actor,  # type: ignore[attr-defined]
            )
            said = ngettext("%(n)d payment recorded", "%(n)d payments recorded", done.recorded) % {"n": done.recorded}
            return sent_on(request, reverse("banking:deposits"), said)
        except ResultListRefused as refusal:
            refused = [(row_refusal_word(one.code), one) for one in refusal.fields["rows"]]
    status = 422 if form.errors or refused else 200
    return _page(request, "results", {"form": form, "refused": refused}, status=status)


@require_POST
@visited(PAYMENTS_RECORD)
def cancel(request: HttpRequest, deposit: str) -> HttpResponse:
    actions.cancel_deposit(_found(Deposit, deposit), by=request.visit.actor)  # type: ignore[attr-defined]
    return sent_on(request, reverse("banking:deposits"), _("Cancelled"))


def _new_deposit(form: forms.Form) -> actions.NewDeposit:
    values = form.cleaned_data
    account = values["account"]
    currency = account.currency if account else "JPY"
    try:
        amount = parse_amount(values["amount"], currency).minor
    except ValueRefused as refused:
        raise Invalid(field="amount", reason=_("This is not an amount.")) from refused
    made = actions.NewDeposit(
        amount_minor=amount,
        received_on=values["received_on"],
        method=values["method"],
        payer=values["payer"],
        account=account,
        currency=currency,
        text=values["text"],
    )
    if not values["customer"]:
        return made
    customer = Customer.objects.filter(code=values["customer"]).first()
    if customer is None:
        raise Invalid(field="customer", reason=_("There is no customer with this code."))
    return replace(made, customer=customer, payer=made.payer or customer.kana or customer.name)


def _found(model: type[Row], public: str) -> Row:
    try:
        row = model._default_manager.filter(pk=parse_public_id(public, model.PREFIX)).first()
    except ValueError as wrong:
        raise NotFound from wrong
    if row is None:
        raise NotFound
    return row


def _page(request: HttpRequest, name: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    template = f"banking/{name}.html"
    return render_page(request, template, context, fragment=template, status=status)
