"""Handing the books to an accounting program: exports and the account mapping."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.permissions import LEDGER_EXPORT
from tokui.core import clock
from tokui.core.errors import NotFound, Refusal
from tokui.core.files import open_file
from tokui.core.ids import parse_public_id
from tokui.core.refused import ValueRefused
from tokui.ledger.accounts import account_of
from tokui.ledger.exporting import in_other_currencies, make_export, waiting
from tokui.ledger.forms import LAYOUT_NAMES, ExportForm, MappingForm
from tokui.ledger.journals import Books, Layout
from tokui.ledger.mapping import TAX_CLASS_WORDS, map_account, resolve, rules, unmap_account
from tokui.ledger.models import AccountMapping, JournalExport
from tokui.ledger.queries import trial_balance
from tokui.ledger.views.asked import actor, month_before, month_end
from tokui.ui.doors import capped_count, sent_on


def _left_out(export: JournalExport) -> str:
    """Entries in other currencies are not part of the file, and that is said."""
    number = capped_count(in_other_currencies(export.from_on, export.to_on)).number
    told = ngettext(
        "%(number)d entry in another currency is left out; enter it there by hand.",
        "%(number)d entries in other currencies are left out; enter them there by hand.",
        number,
    )
    return " " + told % {"number": number} if number else ""


@visited(LEDGER_EXPORT)
@require_http_methods(["GET", "POST"])
def exports(request: HttpRequest) -> HttpResponse:
    """Write what the program does not have yet; download what was written before."""
    form = ExportForm(request.POST or None, initial=_start())
    if request.method == "POST" and form.is_valid():
        try:
            export = make_export(by=actor(request), **form.values())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            number = export.entry_count
            told = ngettext("%(number)d entry is in the file.", "%(number)d entries are in the file.", number)
            return sent_on(request, reverse("ledger:exports"), told % {"number": number} + _left_out(export))
    rows = JournalExport.objects.order_by("-exported_at")
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    month = month_before(clock.today().replace(day=1))
    context = {
        "tab": "exports",
        "form": form,
        "exports": page,
        "written": [(row, LAYOUT_NAMES[Layout(row.layout)]) for row in page.object_list],
        "waiting": [
            (LAYOUT_NAMES[layout], capped_count(waiting(layout, month, month_end(month)))) for layout in _used()
        ],
        "foreign": capped_count(in_other_currencies(month, month_end(month))) if _used() else None,
    }
    return render(request, "ledger/exports.html", context, status=422 if form.errors else 200)


def _start() -> dict[str, object]:
    """Last month, for the program of the last export."""
    last = JournalExport.objects.order_by("-exported_at").first()
    month = month_before(clock.today().replace(day=1))
    return {
        "from_on": month,
        "to_on": month_end(month),
        "layout": last.layout if last else Layout.YAYOI,
        "books": Books.TAX_INCLUDED,
    }


def _used() -> list[Layout]:
    known = set(JournalExport.objects.order_by().values_list("layout", flat=True).distinct())
    return [layout for layout in Layout if layout in known]


@visited(LEDGER_EXPORT)  # a file is an answer too
@require_GET
def export_file(request: HttpRequest, key: str) -> FileResponse:
    """The file of an export, as it was written."""
    try:
        row = JournalExport.objects.select_related("file").filter(pk=parse_public_id(key, JournalExport.PREFIX)).first()
    except ValueRefused as refused:
        raise NotFound from refused
    if row is None:
        raise NotFound
    return FileResponse(
        open_file(row.file), as_attachment=True, filename=row.file.name, content_type=row.file.content_type
    )


@visited(LEDGER_EXPORT)
@require_http_methods(["GET", "POST"])
def mapping(request: HttpRequest) -> HttpResponse:
    """What the program calls our accounts: every account in use with its rule, and the rule to change."""
    asked = request.GET.get("pattern", "")[:80].replace("\0", "")
    own = {row.pattern: row for row in AccountMapping.objects.order_by("pattern")}
    known = rules()
    form = MappingForm(request.POST) if request.method == "POST" else MappingForm.of(own.get(asked), asked)
    if request.method == "POST" and form.is_valid():
        try:
            map_account(by=actor(request), **form.values())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return sent_on(request, reverse("ledger:mapping"), _("The mapping is kept."))
    today = clock.today()
    codes = sorted(
        {row.account for row in trial_balance(today, today)}, key=lambda code: (account_of(code).place, code)
    )
    used = [(account_of(code), resolve(code, known)) for code in codes]
    context = {
        "tab": "mapping",
        "form": form,
        "used": [
            (one, rule, _tax_word(rule.tax_class) if rule else "", rule and rule.pattern in own) for one, rule in used
        ],
        "own": [(row, _tax_word(row.tax_class)) for row in own.values()],
        "is_asked": bool(asked) or bool(form.errors),
    }
    return render(request, "ledger/mapping.html", context, status=422 if form.errors else 200)


def _tax_word(tax_class: str) -> object:
    return TAX_CLASS_WORDS.get(tax_class, tax_class)


@visited(LEDGER_EXPORT)
@require_POST
def mapping_removal(request: HttpRequest, key: UUID) -> HttpResponse:
    """Forget a rule; the usual names hold again."""
    row = AccountMapping.objects.filter(pk=key).first()
    if row is None:
        raise NotFound
    unmap_account(row, by=actor(request))
    return sent_on(request, reverse("ledger:mapping"), _("The usual name holds again."))
