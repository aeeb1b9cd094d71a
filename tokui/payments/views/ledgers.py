"""The customer ledger (得意先元帳), to read and to print; and what became of a bank file's deposits."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tokui.access.doors import visited
from tokui.access.permissions import PAYMENTS_VIEW
from tokui.banking.models import Statement
from tokui.core import clock
from tokui.core.days import add_months
from tokui.core.errors import Invalid
from tokui.customers.models import Customer
from tokui.payments.outcomes import outcome_of
from tokui.payments.queries import standing_of
from tokui.payments.reports import customer_ledger
from tokui.payments.views.rows import found
from tokui.ui.doors import render_page


@visited(PAYMENTS_VIEW)
def page(request: HttpRequest, customer: str) -> HttpResponse:
    row = found(Customer, customer)
    to_on = _day(request, "to", clock.today())
    from_on = _day(request, "from", add_months(to_on.replace(day=1), -11))
    opening, movements = customer_ledger(row, from_on, to_on)
    context = {
        "customer": row,
        "from_on": from_on,
        "to_on": to_on,
        "opening": opening,
        "movements": movements,
        "billed": sum(one.billed_minor for one in movements),
        "received": sum(one.received_minor for one in movements),
        "closing": movements[-1].balance_minor if movements else opening,
        "today": clock.today(),
        "standing": standing_of(row.pk, as_of=to_on),
    }
    return render_page(request, "payments/ledger.html", context, fragment="payments/ledger.html")


@visited(PAYMENTS_VIEW)
def statement_matched(request: HttpRequest, statement: str) -> HttpResponse:
    """How far the deposits of a bank file are, asked every two seconds until they are matched."""
    row = found(Statement, statement)
    return render(request, "payments/_statement_matched.html", {"statement": row, "outcome": outcome_of(row)})


def _day(request: HttpRequest, name: str, default: date) -> date:
    text = request.GET.get(name, "")
    try:
        return date.fromisoformat(text) if text else default
    except ValueError as wrong:
        raise Invalid(field=name, reason=_("Use a date such as 2026-11-20.")) from wrong
