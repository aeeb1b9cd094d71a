"""Who has paid and who has not, as of any day; receivables by age and by expected day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tokui.access.doors import visited
from tokui.access.permissions import PAYMENTS_VIEW
from tokui.core import clock
from tokui.core.errors import Invalid
from tokui.core.ids import public_id
from tokui.customers.models import Customer
from tokui.payments.models import CustomerStanding
from tokui.payments.queries import customer_standings
from tokui.payments.reports import aged_receivables, expected_receipts
from tokui.payments.standings import keep_current
from tokui.payments.words import STATES
from tokui.ui.doors import page_of, render_page

ORDER = ("-open_minor", "-customer_id")
SHOWN_AS_OF = 500
#: What people ask for: who owes, who is late, who is fine.
FILTERS = ("overdue", "grace", "due", "partly_paid", "not_due", "in_credit", "paid", "written_off")


@visited(PAYMENTS_VIEW)
def page(request: HttpRequest) -> HttpResponse:
    """入金確認. Today from the projection, page by page; a past day from the facts themselves."""
    as_of, state = _day(request), request.GET.get("state", "")
    state = state if state in FILTERS else ""
    context: dict[str, Any] = {
        "as_of": as_of,
        "state": state,
        "filters": [(key, STATES[key]) for key in FILTERS],
        "today": clock.today(),
    }
    if as_of is not None and as_of != clock.today():
        lines = [one for one in customer_standings(as_of=as_of) if not state or one.standing.state == state]
        lines.sort(key=lambda one: (-one.standing.open_minor, one.code))
        context |= {"lines": lines[:SHOWN_AS_OF], "is_cut": len(lines) > SHOWN_AS_OF}
        return render_page(request, "payments/standing.html", context, fragment="payments/standing.html")
    keep_current()
    rows = CustomerStanding.objects.select_related("customer")
    found = page_of(rows.filter(state=state) if state else rows, order=ORDER, after=request.GET.get("after", ""))
    context |= {"page": found, "rows": [(row, _late(row)) for row in found.rows]}
    return render_page(request, "payments/standing.html", context, fragment="payments/standing.html")


@visited(PAYMENTS_VIEW)
def aged(request: HttpRequest) -> HttpResponse:
    """売掛金年齢表."""
    as_of = _day(request) or clock.today()
    rows, total = aged_receivables(as_of)
    lines = [(row, public_id(Customer.PREFIX, row.customer_id), row.total - row.not_due) for row in rows]
    context = {"rows": lines, "total": total, "as_of": as_of}
    return render_page(request, "payments/aged.html", context, fragment="payments/aged.html")


@visited(PAYMENTS_VIEW)
def expected(request: HttpRequest) -> HttpResponse:
    """入金予定表."""
    days = expected_receipts()
    late = [one for one in days if one.is_late]
    coming = [one for one in days if not one.is_late]
    most = max((one.open_minor for one in coming), default=0) or 1
    context = {
        "late_minor": sum(one.open_minor for one in late),
        "late_count": sum(one.count for one in late),
        "coming": [(one, f"{max(0, one.open_minor) / most:.3f}") for one in coming],
        "coming_minor": sum(one.open_minor for one in coming),
        "coming_count": sum(one.count for one in coming),
    }
    return render_page(request, "payments/expected.html", context, fragment="payments/expected.html")


def _late(row: CustomerStanding) -> int:
    return max(0, (clock.today() - row.oldest_due_on).days) if row.oldest_due_on else 0


def _day(request: HttpRequest) -> date | None:
    text = request.GET.get("as_of", "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise Invalid(field="as_of", reason=_("Use a date such as 2026-11-20.")) from wrong
