"""The journal (仕訳帳), an account's page (勘定元帳) and the trial balance (試算表)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tokui.access.doors import visited
from tokui.access.permissions import LEDGER_VIEW
from tokui.core import clock
from tokui.core.days import fiscal_year
from tokui.core.errors import Invalid
from tokui.core.money import EXPONENTS
from tokui.ledger.accounts import account_of, customer_of
from tokui.ledger.queries import trial_balance as rows_of_trial
from tokui.ledger.reading import MOST_CUSTOMERS, account_page, account_rows, customers_of, journal_page, trials
from tokui.ledger.registry import bank_names, find_customers, parties
from tokui.ledger.views.asked import bad_cursor, day_asked, month_before, month_end, period_asked
from tokui.ui.doors import render_page
from tokui.ui.paging import InvalidCursor

GATHERED = ("customers:*:receivable", "customers:*:advance")


@visited(LEDGER_VIEW)
@require_GET
def journal(request: HttpRequest) -> HttpResponse:
    """The journal of a period; further entries as a fragment."""
    from_on, to_on = period_asked(request)
    account = request.GET.get("account", "").strip()[:80]
    typed = request.GET.get("customer", "").replace("\0", "").strip()[:200]
    if "\0" in account:
        raise Invalid(field="account", reason=_("There is no such account."))
    chosen = find_customers(typed)[:20] if typed else None
    try:
        page, rows = journal_page(from_on, to_on, account=account, customers=chosen, after=request.GET.get("after", ""))
    except InvalidCursor as trouble:
        raise bad_cursor() from trouble
    context = {
        "tab": "journal",
        "page": page,
        "rows": rows,
        "from_on": from_on,
        "to_on": to_on,
        "months": _months(),
        "year": _year(request),
        "account": account,
        "account_name": _named(account) if account else "",
        "accounts": [(code, _named(code)) for code in _plain_accounts()],
        "customer": typed,
        "is_filtered": bool(account or typed),
    }
    return render_page(request, "ledger/journal.html", context)


def _months() -> list[tuple[Any, Any]]:
    """This month and the two before it, for the short way."""
    first = clock.today().replace(day=1)
    before = month_before(first)
    return [(day, month_end(day)) for day in (first, before, month_before(before))]


def _year(request: HttpRequest) -> tuple[date, date]:
    """The organization's fiscal year of today, its first and last day."""
    organization = request.visit.organization  # type: ignore[attr-defined]
    period = fiscal_year(clock.today(), first_month=organization.first_month)
    return period.starts_on, period.ends_on


def _plain_accounts() -> list[str]:
    """The accounts that are chosen by name; those of one customer are reached through the customer."""
    today = clock.today()
    codes = {row.account for row in rows_of_trial(today, today) if not row.account.startswith("customers:")}
    return sorted(codes, key=lambda code: (account_of(code).place, code))


def _named(code: str) -> str:
    key = customer_of(code)
    return str(account_of(code, parties([key]) if key else {}, bank_names() if code.startswith("bank:") else {}))


@visited(LEDGER_VIEW)
@require_GET
def account(request: HttpRequest, code: str) -> HttpResponse:
    """One account from day to day with what stands there; of all customers, who stands there with how much."""
    if len(code) > 80 or "\0" in code:
        raise Invalid(field="account", reason=_("There is no such account."))
    from_on, to_on = period_asked(request)
    if code in GATHERED:
        return _gathered(request, code)
    currency = request.GET.get("currency", "JPY")
    if currency not in EXPONENTS:
        raise Invalid(field="currency", reason=_("This currency is not known."))
    try:
        page, opening = account_page(code, from_on, to_on, currency=currency, after=request.GET.get("after", ""))
    except InvalidCursor as trouble:
        raise bad_cursor() from trouble
    key = customer_of(code)
    known = parties([key]) if key else {}
    shown = account_of(code, known, bank_names() if code.startswith("bank:") else {})
    rows = account_rows(code, page.rows, opening)
    sign = -1 if shown.is_credit else 1
    context = {
        "tab": "accounts",
        "page": page,
        "rows": [(row, sign * row.balance_minor) for row in rows],
        "account": shown,
        "party": known.get(key) if key else None,
        "opening_minor": sign * opening,
        "closing_minor": sign * (rows[-1].balance_minor if rows else opening),
        "currency": currency,
        "from_on": from_on,
        "to_on": to_on,
        "months": _months(),
        "year": _year(request),
    }
    return render_page(request, "ledger/account.html", context)


def _gathered(request: HttpRequest, code: str) -> HttpResponse:
    on = day_asked(request, "on", clock.today())
    shown = account_of(code)
    sign = -1 if shown.is_credit else 1
    rows = customers_of(code.rpartition(":")[2], on)
    context = {
        "tab": "accounts",
        "account": shown,
        "rows": [(one, currency, sign * minor) for one, currency, minor in rows],
        "on": on,
        "most": MOST_CUSTOMERS if len(rows) == MOST_CUSTOMERS else 0,
    }
    return render(request, "ledger/customers.html", context)


@visited(LEDGER_VIEW)
@require_GET
def trial_balance(request: HttpRequest) -> HttpResponse:
    """All accounts as of a day, with what moved since the first of its month or a day that was asked for."""
    on = day_asked(request, "on", clock.today())
    from_on = day_asked(request, "from", on.replace(day=1))
    if on < from_on:
        raise Invalid(field="from", reason=_("The period ends before it begins."))
    context = {
        "tab": "accounts",
        "trials": trials(from_on, on),
        "on": on,
        "from_on": from_on,
        "months": _months(),
        "year": _year(request),
    }
    return render(request, "ledger/trial_balance.html", context)
