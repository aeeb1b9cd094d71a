"""Imports: bring a file, choose columns, look at the check, apply, undo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.permissions import CUSTOMERS_IMPORT, SETTINGS_MANAGE
from tokui.core.errors import Invalid, Refusal
from tokui.customers.actions import (
    apply_import,
    change_field,
    choose_columns,
    define_field,
    receive_import,
    undo_import,
)
from tokui.customers.forms import FieldForm
from tokui.customers.importing.columns import VOCABULARY
from tokui.customers.models import CustomField, Import, ImportRow
from tokui.customers.views.rows import actor, row_of
from tokui.customers.words import CUSTOM_KIND_WORDS, FIELD_WORDS, IMPORT_FIELD_WORDS, reason_words, table_words
from tokui.ui.doors import render_page, sent_on
from tokui.ui.paging import InvalidCursor, Page, page_of

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
    return render(request, "customers/imports.html", {"batches": batches, "error": error}, status=422 if error else 200)


def _receive(request: HttpRequest) -> Import:
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid(field="file", reason=_("Choose a file first."))
    if (upload.size or 0) > settings.TOKUI_UPLOAD_LIMIT_BYTES:
        raise Invalid(field="file", reason=_("The file is too large."))
    return receive_import(upload.read(), name=upload.name or "customers", by=actor(request))


@visited(CUSTOMERS_IMPORT)
@require_GET
def batch(request: HttpRequest, key: str) -> HttpResponse:
    """Where an import stands. While it runs, the page asks again by itself."""
    one = row_of(Import, key)
    rows = _told(one, request.GET.get("after", ""))
    context = {
        "batch": one,
        "step": STEPS[one.state],
        "is_running": one.state in RUNNING,
        "is_open": one.state in ("uploaded", "ready") or (one.state == "refused" and bool(one.headings)),
        "share": one.cursor / one.row_count if one.row_count else 0,
        "fields": _fields(one),
        "page": rows,
        "rows": [(row, reason_words(row.reason)) for row in rows.rows],
        "refusal": table_words(one.refusal) if one.refusal else "",
        "span": 5,
    }
    return render_page(request, "customers/import.html", context, fragment="customers/_import.html")


def _told(one: Import, after: str) -> Page[ImportRow]:
    """Rows that need to be told: refused, in conflict, kept."""
    outcomes = [ImportRow.Outcome.REFUSED, ImportRow.Outcome.CONFLICT, ImportRow.Outcome.KEPT]
    rows = ImportRow.objects.filter(batch=one, outcome__in=outcomes)
    try:
        return page_of(rows, order=("id",), after=after, size=100)
    except InvalidCursor as trouble:
        raise Invalid(field="after", reason=_("This page's address is no longer valid. Start again.")) from trouble


def _fields(one: Import) -> list[tuple[str, Any, str]]:
    """Every field with its label and the heading that is chosen for it."""
    own = [(f"custom.{field.key}", field.label) for field in CustomField.objects.filter(is_active=True)]
    known: list[tuple[str, Any]] = [(name, IMPORT_FIELD_WORDS.get(name) or FIELD_WORDS[name]) for name in VOCABULARY]
    return [(name, label, one.mapping.get(name, "")) for name, label in [*known, *own]]


@visited(CUSTOMERS_IMPORT)
@require_POST
def columns(request: HttpRequest, key: str) -> HttpResponse:
    """Choose which column holds what; the check begins."""
    one = row_of(Import, key)
    prefix = "column."
    mapping = {
        name.removeprefix(prefix): str(value)
        for name, value in request.POST.items()
        if name.startswith(prefix) and value
    }
    choose_columns(one, mapping, by=actor(request), sender=request.POST.get("sender", ""))
    return sent_on(request, _url(one))


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
    context = {"form": form, "known": known, "tab": "customer_fields"}
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
