"""口座: accounts, their form, and the names of banks and branches."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tokui.access.doors import visited
from tokui.access.permissions import BANK_MANAGE, BANK_VIEW
from tokui.banking import actions
from tokui.banking.bank_master import bank_name, branch_name, find_banks, find_branches
from tokui.banking.forms import AccountForm
from tokui.banking.listing import overviews
from tokui.banking.models import BankAccount, Statement, VirtualAccount
from tokui.banking.reading import format_name
from tokui.banking.refused import AccountCodeTaken
from tokui.banking.views.rows import actor, page, row_of, tell
from tokui.banking.words import ACCOUNT_TYPES
from tokui.core.errors import Refusal
from tokui.ledger.queries import balance
from tokui.ui.doors import sent_on

NEW_FIELDS = ("code", "name", "bank_code", "branch_code", "account_type", "number", "holder", "currency")
RECENT = 12


@visited(BANK_VIEW)
@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """All accounts with their balance in the books and the day their files reach."""
    rows = [(one, ACCOUNT_TYPES.get(one.account.account_type, "")) for one in overviews()]
    return page(request, "accounts", {"rows": rows})


@visited(BANK_MANAGE)
@require_http_methods(["GET", "POST"])
def new_account(request: HttpRequest) -> HttpResponse:
    """Add an account."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = _add(form.cleaned_data, request)
            return sent_on(request, reverse("banking:account", args=[made.public_id]), _("The account is added."))
        except AccountCodeTaken as refused:
            tell(form, refused, "code")
        except Refusal as refused:
            tell(form, refused)
    return page(request, "account_form", {"form": form, **_names(request)}, status=422 if form.errors else 200)


@transaction.atomic
def _add(values: dict[str, Any], request: HttpRequest) -> BankAccount:
    by = actor(request)
    made = actions.add_account(actions.NewAccount(**{name: values[name] for name in NEW_FIELDS}), by=by)
    return actions.change_account(made, {name: values[name] for name in ("authoritative_format", "date_basis")}, by=by)


@visited(BANK_VIEW)
@require_GET
def account(request: HttpRequest, account: str) -> HttpResponse:
    """One account: what it is, and its latest files."""
    row = row_of(BankAccount.objects.all(), account)
    recent = Statement.objects.filter(account=row).select_related("account", "parcel__file").order_by("-received_at")
    context = {
        "account": row,
        "kind": ACCOUNT_TYPES.get(row.account_type, ""),
        "balance_minor": balance(row.ledger_account, currency=row.currency),
        "format": format_name(row.authoritative_format) if row.authoritative_format else "",
        "rows": recent[:RECENT],
        "virtual_count": row.virtual_accounts.filter(state=VirtualAccount.State.ASSIGNED).count(),
    }
    return page(request, "account", context)


@visited(BANK_MANAGE)
@require_http_methods(["GET", "POST"])
def change_account(request: HttpRequest, account: str) -> HttpResponse:
    """Change an account."""
    row = row_of(BankAccount.objects.all(), account)
    form = AccountForm(request.POST or None, account=row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_account(row, form.cleaned_data, by=actor(request))
            return sent_on(request, reverse("banking:account", args=[row.public_id]), _("The account is changed."))
        except Refusal as refused:
            row.refresh_from_db()
            tell(form, refused)
    context = {"form": form, "account": row, **_names(request, row)}
    return page(request, "account_form", context, status=422 if form.errors else 200)


@visited(BANK_VIEW)
@require_GET
def bank_names(request: HttpRequest) -> HttpResponse:
    """The names behind a bank code and a branch code, and banks whose name begins with what was typed."""
    return render(request, "banking/_bank_names.html", _names(request))


def _names(request: HttpRequest, account: BankAccount | None = None) -> dict[str, Any]:
    given = request.POST if request.method == "POST" else request.GET
    bank = given.get("bank_code", account.bank_code if account else "").strip()
    branch = given.get("branch_code", account.branch_code if account else "").strip()
    found = bank_name(bank)
    return {
        "bank": found,
        "branch": branch_name(bank, branch) if found else "",
        "no_bank": len(bank) == 4 and bank.isdigit() and not found,
        "no_branch": bool(found) and len(branch) == 3 and not branch_name(bank, branch),
        "banks": find_banks(bank),
        "branches": find_branches(bank, branch),
    }
