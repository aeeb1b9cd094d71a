"""Monthly closing (月次締め): which months are locked, by whom, and why one was opened again."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tokui.access.doors import visited
from tokui.access.permissions import LEDGER_CLOSE, LEDGER_VIEW
from tokui.core import clock
from tokui.ledger.models import ClosedMonth, Entry
from tokui.ledger.periods import close_month, month_said, month_text, next_to_close, reopen_month
from tokui.ledger.queries import balance
from tokui.ledger.views.asked import actor, month_asked, month_before, month_end
from tokui.ui.doors import sent_on

MOST_MONTHS = 24


@visited(LEDGER_VIEW)
@require_GET
def months(request: HttpRequest) -> HttpResponse:
    """The months since the first entry, the next one to close, and what was opened again."""
    shown = _shown()
    closed = {row.month: row for row in ClosedMonth.objects.filter(month__in=shown, reopened_at=None)}
    following = next_to_close()
    context = {
        "tab": "months",
        "rows": [(month, month_text(month), closed.get(month)) for month in shown],
        "next": following,
        "next_text": month_text(following) if following else "",
        "unapplied_minor": -balance("unapplied", month_end(following)) if following else 0,
        "is_running": bool(following and month_end(following) >= clock.today()),
        "reopened": ClosedMonth.objects.exclude(reopened_at=None).order_by("-reopened_at")[:20],
    }
    return render(request, "ledger/months.html", context)


def _shown() -> list[date]:
    """The newest months first, back to the first entry."""
    first = Entry.objects.order_by("on", "id").values_list("on", flat=True).first()
    month = clock.today().replace(day=1)
    start = min(first or month, month).replace(day=1)
    found = [month]
    while found[-1] > start and len(found) < MOST_MONTHS:
        found.append(month_before(found[-1]))
    return found


@visited(LEDGER_CLOSE)
@require_POST
def closing(request: HttpRequest) -> HttpResponse:
    """Lock a month."""
    closed = close_month(month_asked(request.POST.get("month", "")), by=actor(request))
    told = _("The books of %(month)s are closed.") % {"month": month_said(closed.month)}
    return sent_on(request, reverse("ledger:months"), told)


@visited(LEDGER_CLOSE)
@require_POST
def reopening(request: HttpRequest) -> HttpResponse:
    """Unlock a month, with a reason that stays on record."""
    month = month_asked(request.POST.get("month", ""))
    opened = reopen_month(month, reason=request.POST.get("reason", ""), by=actor(request))
    told = _("The books of %(month)s are open again.") % {"month": month_said(opened.month)}
    return sent_on(request, reverse("ledger:months"), told)
