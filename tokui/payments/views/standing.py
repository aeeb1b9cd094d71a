"""Who has paid and who has not, as of any day; receivables by age and by expected day: three tabs of one place."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tokui.access.doors import visited
from tokui.access.models import Business
from tokui.access.permissions import PAYMENTS_VIEW
from tokui.core import clock
from tokui.core.errors import Invalid, NotFound
from tokui.core.ids import public_id
from tokui.customers.models import Customer
from tokui.payments.models import CustomerStanding
from tokui.payments.queries import CustomerLine, customer_standings
from tokui.payments.reports import AgedRow, aged_receivables, expected_on, expected_receipts, write_aged
from tokui.payments.standings import keep_current, sums_by_state
from tokui.payments.views.rows import found
from tokui.payments.words import STATES
from tokui.ui.doors import Page, page_of, render_page
from tokui.ui.paging import InvalidCursor, decode_cursor, encode_cursor

ORDER = ("-open_minor", "-customer_id")
SHOWN_AS_OF = 500
#: What people ask for: who owes, who is late, who is fine.
FILTERS = ("overdue", "grace", "due", "partly_paid", "not_due", "in_credit", "paid", "written_off")
AGED_ORDER = ("-older", "-days_90", "-days_60", "-days_30", "-not_due", "-code")
AGED_SIZE = 100


@visited(PAYMENTS_VIEW)
def page(request: HttpRequest) -> HttpResponse:
    """入金状況. Today from the projection, page by page; a past day from the facts themselves."""
    as_of, state = _day(request), request.GET.get("state", "")
    state = state if state in FILTERS else ""
    context: dict[str, Any] = {"as_of": as_of, "state": state, "today": clock.today(), "tab": "standing"}
    if as_of is not None and as_of != clock.today():
        context |= _past(as_of, state)
    else:
        context |= _present(request, state)
    return render_page(request, "payments/standing.html", context, fragment="payments/standing.html")


def _present(request: HttpRequest, state: str) -> dict[str, Any]:
    keep_current()
    rows = CustomerStanding.objects.select_related("customer")
    shown = page_of(rows.filter(state=state) if state else rows, order=ORDER, after=request.GET.get("after", ""))
    sums = sums_by_state(FILTERS)
    filters = [(key, STATES[key], sums[key].count) for key in FILTERS]
    return {"page": shown, "rows": [(row, _late(row)) for row in shown.rows], "filters": filters, "sum": sums[state]}


def _past(as_of: date, state: str) -> dict[str, Any]:
    every = customer_standings(as_of=as_of)
    lines = sorted((one for one in every if not state or one.standing.state == state), key=_largest_first)
    counts = {key: sum(one.standing.state == key for one in every) for key in FILTERS}
    return {
        "lines": lines[:SHOWN_AS_OF],
        "is_cut": len(lines) > SHOWN_AS_OF,
        "filters": [(key, STATES[key], counts[key]) for key in FILTERS],
        "sum": {
            "count": len(lines),
            "open_minor": sum(one.standing.open_minor for one in lines),
            "overdue_minor": sum(one.standing.overdue_minor for one in lines),
            "advance_minor": sum(one.advance_minor for one in lines),
        },
    }


def _largest_first(line: CustomerLine) -> tuple[int, str]:
    return (-line.standing.open_minor, line.code)


@visited(PAYMENTS_VIEW)
def aged(request: HttpRequest) -> HttpResponse:
    """売掛金年齢表: the oldest debts first, page by page; `format=csv` gives all of it as a file."""
    as_of, only_late = _day(request) or clock.today(), request.GET.get("view") == "late"
    business = found(Business, request.GET["business"]) if request.GET.get("business") else None
    rows, total = aged_receivables(as_of, business=business.pk if business else None, only_late=only_late)
    if request.GET.get("format") == "csv":
        return _csv(rows, as_of)
    shown = aged_page(rows, request.GET.get("after", ""))
    context = {
        "rows": [(row, public_id(Customer.PREFIX, row.customer_id)) for row in shown.rows],
        "page": shown,
        "total": total,
        "count": len(rows),
        "as_of": as_of,
        "only_late": only_late,
        "business": business,
        "businesses": Business.objects.order_by("code"),
        "today": clock.today(),
        "tab": "aged",
    }
    return render_page(request, "payments/aged.html", context, fragment="payments/aged.html")


def aged_page(rows: Sequence[AgedRow], after: str, size: int = AGED_SIZE) -> Page[AgedRow]:
    """The rows behind a cursor, the oldest debts first. Raises Invalid for a cursor that is not ours."""
    try:
        behind = decode_cursor(after, AGED_ORDER) if after else None
    except InvalidCursor as trouble:
        raise Invalid(field="after", reason=_("This page's address is no longer valid. Start again.")) from trouble
    rest = [row for row in rows if behind is None or row.by_age < behind]
    last = rest[size - 1] if len(rest) > size else None
    return Page(rest[:size], encode_cursor(last.by_age, AGED_ORDER) if last else "")


def _csv(rows: Sequence[AgedRow], as_of: date) -> HttpResponse:
    target = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    write_aged(target, rows)
    target.seek(0)
    name = f"aged-{as_of:%Y%m%d}.csv"
    return cast("HttpResponse", FileResponse(target, as_attachment=True, filename=name, content_type="text/csv"))


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
        "today": clock.today(),
        "tab": "expected",
    }
    return render_page(request, "payments/expected.html", context, fragment="payments/expected.html")


@visited(PAYMENTS_VIEW)
def expected_day(request: HttpRequest, day: str) -> HttpResponse:
    """The invoices that are due on a day, when it is unfolded."""
    try:
        on = date.fromisoformat(day)
    except ValueError as wrong:
        raise NotFound from wrong
    return render(request, "payments/_expected_day.html", {"invoices": expected_on(on)})


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
