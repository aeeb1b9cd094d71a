"""Imports: bring a file, choose columns, look at the check, apply, undo."""

from __future__ import annotations

import tempfile
from typing import Any, cast
from uuid import UUID

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.permissions import CUSTOMERS_IMPORT, SETTINGS_MANAGE
from tokui.core.errors import Invalid, NotFound, Refusal
from tokui.customers.actions import (
    apply_import,
    change_field,
    choose_columns,
    choose_sender,
    decide_conflicts,
    define_field,
    receive_import,
    undo_import,
)
from tokui.customers.exporting import FORMATS
from tokui.customers.forms import FieldForm
from tokui.customers.importing.records import opened
from tokui.customers.importing.returning import write_refused
from tokui.customers.importing.showing import told_rows
from tokui.customers.models import CustomField, Import, ImportMapping, ImportRow
from tokui.customers.views.rows import actor, row_of
from tokui.customers.words import CUSTOM_KIND_WORDS, FIELD_WORDS, IMPORT_FIELD_WORDS, IMPORT_GROUPS, table_words
from tokui.ui.doors import is_fragment, render_page, sent_on
from tokui.ui.paging import InvalidCursor, Page, page_of
from tokui.ui.uploads import chosen_file, read_upload

STEPS = {"uploaded": 1, "checking": 2, "ready": 2, "applying": 3, "applied": 4, "undoing": 4, "undone": 4, "refused": 1}
RUNNING = ("checking", "applying", "undoing")


@visited(CUSTOMERS_IMPORT)
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Bring a file, or look at those that came."""
    error = ""
    if request.method == "POST":
        try:
            batch = _receive(request)
            return sent_on(request, reverse("customers:import", args=[batch.public_id]))
        except Refusal as refusal:
            error = refusal.message
    pages = Paginator(Import.objects.order_by("-created_at", "-pk"), 50)
    batches = pages.get_page(request.GET.get("page"))
    context = {"batches": batches, "error": error, "senders": _senders()}
    return render(request, "customers/imports.html", context, status=422 if error else 200)


def _receive(request: HttpRequest) -> Import:
    upload = chosen_file(request)
    sender = request.POST.get("sender", "")
    return receive_import(read_upload(upload), name=upload.name or "customers", by=actor(request), sender=sender)


@visited(CUSTOMERS_IMPORT)
@require_GET
def batch(request: HttpRequest, key: str) -> HttpResponse:
    """Where an import stands. While it runs, the page asks again by itself."""
    one = row_of(Import, key)
    show, tabs = _tabs(one, request.GET.get("show", ""))
    rows = _rows(one, show, request.GET.get("after", ""))
    is_open = one.state in ("uploaded", "ready") or (one.state == "refused" and bool(one.headings))
    context = {
        "batch": one,
        "step": STEPS[one.state],
        "is_running": one.state in RUNNING,
        "is_open": is_open,
        "columns": _columns(one) if is_open else [],
        "groups": _groups() if is_open else [],
        "senders": _senders() if is_open else [],
        "show": show,
        "tabs": tabs,
        "page": rows,
        "rows": told_rows(one, rows.rows),
        "may_decide": one.state == Import.State.READY,
        "refusal": table_words(one.refusal) if one.refusal else "",
    }
    return render_page(request, "customers/import.html", context, fragment="customers/_import.html")


def _tabs(one: Import, wanted: str) -> tuple[str, list[tuple[str, Any, int]]]:
    """The kinds of rows there are, with how many of each, and the one to show."""
    outcome = ImportRow.Outcome
    counted: list[tuple[str, Any, int]] = [
        (outcome.REFUSED.value, _("Refused"), one.refused_count),
        (outcome.CONFLICT.value, _("In conflict"), one.conflict_count),
        (outcome.CHANGED.value, _("Changes"), one.changed_count),
        (outcome.KEPT.value, _("Kept"), one.kept_count),
    ]
    tabs = [tab for tab in counted if tab[2]]
    names = [name for name, _label, _count in tabs]
    return wanted if wanted in names else next(iter(names), outcome.REFUSED.value), tabs


def _rows(one: Import, outcome: str, after: str) -> Page[ImportRow]:
    told = [outcome, ImportRow.Outcome.REVERTED] if outcome == ImportRow.Outcome.CHANGED else [outcome]
    rows = ImportRow.objects.filter(batch=one, outcome__in=told)
    try:
        return page_of(rows, order=("id",), after=after, size=100)
    except InvalidCursor as trouble:
        raise Invalid(field="after", reason=_("This page's address is no longer valid. Start again.")) from trouble


def _columns(one: Import) -> list[tuple[str, list[str], str]]:
    """Every heading of the file with its first values and the field that it holds, empty when it is ignored."""
    samples = opened(one, one.samples)
    fields = {heading: field for field, heading in one.mapping.items()}
    return [(heading, samples.get(heading, []), fields.get(heading, "")) for heading in one.headings]


def _groups() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """What a column may hold, in groups."""
    own = [(f"custom.{field.key}", field.label) for field in CustomField.objects.filter(is_active=True)]
    known: list[tuple[Any, list[tuple[str, Any]]]] = [
        (label, [(name, IMPORT_FIELD_WORDS.get(name) or FIELD_WORDS[name]) for name in names])
        for label, names in IMPORT_GROUPS
    ]
    return [*known, (_("Own fields"), own)] if own else known


def _senders() -> list[str]:
    """Who has sent files before."""
    known = ImportMapping.objects.exclude(sender="").order_by("sender")
    return list(known.values_list("sender", flat=True).distinct()[:200])


@visited(CUSTOMERS_IMPORT)
@require_POST
def columns(request: HttpRequest, key: str) -> HttpResponse:
    """Choose which column holds what; the check begins."""
    one = row_of(Import, key)
    choose_columns(one, _chosen(one, request), by=actor(request), sender=request.POST.get("sender", ""))
    return sent_on(request, _url(one))


def _chosen(one: Import, request: HttpRequest) -> dict[str, str]:
    """{field: heading} from the page, which asks for each heading what it holds."""
    mapping: dict[str, str] = {}
    for place, heading in enumerate(one.headings):
        field = request.POST.get(f"field.{place}", "")
        if field in mapping:
            told = {"first": mapping[field], "second": heading}
            raise Invalid(field="mapping", reason=_("“%(first)s” and “%(second)s” cannot hold the same.") % told)
        if field:
            mapping[field] = heading
    return mapping


@visited(CUSTOMERS_IMPORT)
@require_POST
def sender(request: HttpRequest, key: str) -> HttpResponse:
    """Say whose file it is; the columns are proposed as this sender's last time."""
    one = choose_sender(row_of(Import, key), request.POST.get("sender", ""), by=actor(request))
    return sent_on(request, _url(one))


@visited(CUSTOMERS_IMPORT)
@require_POST
def decisions(request: HttpRequest, key: str) -> HttpResponse:
    """Say whose values count for a row in conflict, or for all of them."""
    one, row = row_of(Import, key), request.POST.get("row", "")
    chosen = [_row(one, row)] if row else None
    decide_conflicts(
        one, request.POST.get("decision", ""), by=actor(request), rows=[it.pk for it in chosen] if chosen else None
    )
    if chosen and is_fragment(request):
        told = told_rows(one, [_row(one, row)])[0]
        context = {"batch": one, "told": told, "show": "conflict", "may_decide": True}
        return render(request, "customers/_import_row.html", context)
    return sent_on(request, f"{_url(one)}?show=conflict")


def _row(one: Import, row: str) -> ImportRow:
    try:
        return ImportRow.objects.get(batch=one, pk=UUID(row))
    except (ValueError, ImportRow.DoesNotExist) as trouble:
        raise NotFound from trouble


@visited(CUSTOMERS_IMPORT)
@require_GET
def refused(request: HttpRequest, key: str) -> HttpResponse:
    """The refused rows as a file with the reason beside each."""
    one = row_of(Import, key)
    target = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    kind = write_refused(one, target)
    target.seek(0)
    name = f"{one.name.rpartition('.')[0] or one.name}-{_('refused rows')}.{kind}"
    response = FileResponse(target, as_attachment=True, filename=name, content_type=FORMATS[kind])
    return cast("HttpResponse", response)


@visited(CUSTOMERS_IMPORT)
@require_POST
def application(request: HttpRequest, key: str) -> HttpResponse:
    """Take the file over."""
    one = apply_import(row_of(Import, key), by=actor(request))
    return sent_on(request, _url(one))


@visited(CUSTOMERS_IMPORT)
@require_POST
def undo(request: HttpRequest, key: str) -> HttpResponse:
    """Take the import back."""
    one = undo_import(row_of(Import, key), by=actor(request))
    return sent_on(request, _url(one))


@visited(SETTINGS_MANAGE)
@require_http_methods(["GET", "POST"])
def fields(request: HttpRequest) -> HttpResponse:
    """The organization's own fields."""
    form = FieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        choices = [line.strip() for line in values["choices"].splitlines() if line.strip()]
        try:
            define_field(
                values["key"],
                label=values["label"],
                kind=values["kind"],
                choices=choices,
                in_list=values["in_list"],
                by=actor(request),
            )
            return sent_on(request, reverse("customers:fields"), _("The field is added."))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    known = [(one, CUSTOM_KIND_WORDS[one.kind]) for one in CustomField.objects.all()]
    context = {"form": form, "known": known}
    return render(request, "customers/fields.html", context, status=422 if form.errors else 200)


@visited(SETTINGS_MANAGE)
@require_POST
def field(request: HttpRequest, key: str) -> HttpResponse:
    """Show a field in the list or not, use it or not."""
    one = row_of(CustomField, key)
    wanted = {name: request.POST[name] == "yes" for name in ("in_list", "is_active") if name in request.POST}
    change_field(one, by=actor(request), **wanted)
    return sent_on(request, reverse("customers:fields"), _("Saved."))


def _url(one: Import) -> str:
    return reverse("customers:import", args=[one.public_id])
