"""Pages of the books: trial balance, an account, the journal, months, export, names of accounts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tokui.access.doors import visited
from tokui.access.permissions import LEDGER_CLOSE, LEDGER_EXPORT, LEDGER_VIEW, SETTINGS_MANAGE
from tokui.core import clock, files
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound
from tokui.core.ids import parse_public_id
from tokui.ledger import exporting, periods, queries
from tokui.ledger.journals import Layout
from tokui.ledger.mapping import DEFAULTS
from tokui.ledger.models import AccountMapping, ClosedMonth, Entry, JournalExport, Posting
from tokui.ui.doors import page_of, render_page, sent_on

LAYOUT_NAMES = {"yayoi": "弥生会計", "freee": "freee会計", "moneyforward": "マネーフォワード クラウド会計"}


@visited(LEDGER_VIEW)
def trial(request: HttpRequest) -> HttpResponse:
    """The trial balance of a period (残高試算表)."""
    from_on, to_on = _period(request)
    book = exporting.names()
    rows = [(row, book.of(row.account.replace(":*:", ":x:"))) for row in queries.trial_balance(from_on, to_on)]
    return render(request, "ledger/trial.html", {"rows": rows, "from_on": from_on, "to_on": to_on, "tab": "trial"})


@visited(LEDGER_VIEW)
def account(request: HttpRequest) -> HttpResponse:
    """One account's postings in a period, with its balance before and after."""
    code = request.GET.get("code", "")[:80]
    from_on, to_on = _period(request)
    rows = Posting.objects.filter(on__range=(from_on, to_on)).select_related("entry")
    found = list(rows.filter(debit=code).order_by("on", "place")[:2_000])
    found += list(rows.filter(credit=code).order_by("on", "place")[:2_000])
    opening = balance = queries.balance(code, from_on - timedelta(days=1))
    lines = []
    for row in sorted(found, key=lambda one: (one.on, one.place)):
        signed = row.amount_minor if row.debit == code else -row.amount_minor
        balance += signed
        lines.append((row, signed, row.credit if row.debit == code else row.debit, balance))
    context = {"code": code, "opening": opening, "lines": lines, "from_on": from_on, "to_on": to_on, "tab": "trial"}
    return render(request, "ledger/account.html", context)


@visited(LEDGER_VIEW)
def journal(request: HttpRequest) -> HttpResponse:
    """Entries, newest first, with their postings."""
    page = page_of(Entry.objects.all(), order=("-on", "-id"), after=request.GET.get("after", ""))
    postings: dict[Any, list[Posting]] = {}
    for posting in Posting.objects.filter(entry__in=[row.pk for row in page.rows]).order_by("place"):
        postings.setdefault(posting.entry_id, []).append(posting)
    rows = [(row, postings.get(row.pk, [])) for row in page.rows]
    return render_page(request, "ledger/journal.html", {"page": page, "rows": rows, "tab": "journal"})


@visited(LEDGER_VIEW)
@require_http_methods(["GET", "POST"])
def months(request: HttpRequest) -> HttpResponse:
    """Closing months of the books, and opening one again with a reason."""
    if request.method == "POST":
        return _change_month(request)
    this = clock.today().replace(day=1)
    recent, month = [], this
    closed = {row.month: row for row in ClosedMonth.objects.filter(reopened_at=None)}
    for _place in range(14):
        recent.append((month, closed.get(month)))
        month = (month - timedelta(days=1)).replace(day=1)
    history = ClosedMonth.objects.exclude(reopened_at=None).order_by("-reopened_at")[:20]
    return render(request, "ledger/months.html", {"months": recent, "history": history, "tab": "months"})


def _change_month(request: HttpRequest) -> HttpResponse:
    by, month = _by(request), _day(request.POST.get("month", ""))
    if month is None:
        raise Invalid(field="month", reason=_("Say which month."))
    if request.POST.get("action") == "reopen":
        periods.reopen_month(month, reason=request.POST.get("reason", ""), by=by)
        told = _("%(month)s is open again.")
    else:
        periods.close_month(month, by=by)
        told = _("%(month)s is closed.")
    return sent_on(request, reverse("ledger:months"), told % {"month": periods.month_text(month)})


months.changes = LEDGER_CLOSE  # type: ignore[attr-defined]


@visited(LEDGER_EXPORT)
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest) -> HttpResponse:
    """Hand the journal to an accounting program; what it has already is left out."""
    if request.method == "POST":
        from_on, to_on = _period(request)
        layout = request.POST.get("layout", "")
        if layout not in set(Layout):
            raise Invalid(field="layout", reason=_("There is no such program."))
        made = exporting.export_entries(layout, from_on=from_on, to_on=to_on, by=_by(request))
        told = _("%(count)s entries were written.") % {"count": made.entry_count}
        return sent_on(request, reverse("ledger:export"), told)
    from_on, to_on = _period(request)
    context = {
        "layouts": [(key, name, exporting.waiting_count(key, from_on, to_on)) for key, name in LAYOUT_NAMES.items()],
        "exports": [(row, LAYOUT_NAMES[row.layout]) for row in JournalExport.objects.order_by("-exported_at")[:30]],
        "from_on": from_on,
        "to_on": to_on,
        "tab": "export",
    }
    return render(request, "ledger/export.html", context)


@visited(LEDGER_EXPORT)
def export_file(request: HttpRequest, key: str) -> HttpResponse:
    try:
        found = JournalExport.objects.select_related("file").filter(pk=parse_public_id(key, "jex")).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound
    response = HttpResponse(files.read(found.file), content_type=found.file.content_type)
    response["Content-Disposition"] = f'attachment; filename="{found.file.name}"'
    return response


@visited(LEDGER_EXPORT)
@require_http_methods(["GET", "POST"])
def mapping(request: HttpRequest) -> HttpResponse:
    """What the accounting program calls our accounts."""
    if request.method == "POST":
        told = request.POST
        row = AccountMapping.objects.filter(pattern=told.get("remove", "")).first()
        if row:
            exporting.unmap_account(row, by=_by(request))
        else:
            exporting.map_account(
                told.get("pattern", ""),
                account=told.get("account", ""),
                sub=told.get("sub_account", ""),
                tax_class=told.get("tax_class", ""),
                by=_by(request),
            )
        return sent_on(request, reverse("ledger:mapping"), _("Saved."))
    context = {"own": AccountMapping.objects.order_by("pattern"), "defaults": DEFAULTS, "tab": "mapping"}
    return render(request, "ledger/mapping.html", context)


mapping.changes = SETTINGS_MANAGE  # type: ignore[attr-defined]


def _by(request: HttpRequest) -> Actor:
    return request.visit.actor  # type: ignore[attr-defined, no-any-return]


def _period(request: HttpRequest) -> tuple[date, date]:
    """The days asked for; without them, this month so far."""
    told = request.POST if request.method == "POST" else request.GET
    today = clock.today()
    return _day(told.get("from", "")) or today.replace(day=1), _day(told.get("to", "")) or today


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text if len(text) > 7 else f"{text}-01") if text else None
    except ValueError:
        return None
