"""Pages of files: sales and opening receivables come in, are looked at, their columns corrected, and taken over."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.permissions import INVOICES_ISSUE, SALES_RECORD
from tokui.core.errors import Invalid, NotFound, Refusal
from tokui.core.tables import TableRefused
from tokui.customers.words import table_words
from tokui.invoices import columns, importing, opening_file
from tokui.invoices.doors import actor_of
from tokui.invoices.models import SaleImport, SaleImportRow
from tokui.invoices.words import reason_words
from tokui.ui.doors import sent_on

MOST_ROWS_SHOWN = 500
FIELD_WORDS: dict[str, Promise] = {
    "customer_code": gettext_lazy("Customer code"),
    "customer_name": gettext_lazy("Customer name"),
    "sold_on": gettext_lazy("Day of sale"),
    "product_code": gettext_lazy("Product code"),
    "description": gettext_lazy("What was sold"),
    "quantity": gettext_lazy("Quantity"),
    "unit": gettext_lazy("Unit of quantity"),
    "unit_price": gettext_lazy("Unit price"),
    "amount": gettext_lazy("Amount without tax"),
    "amount_included": gettext_lazy("Amount with tax"),
    "rate": gettext_lazy("Tax rate"),
    "business_code": gettext_lazy("Business code"),
    "external_id": gettext_lazy("Slip number"),
    "channel": gettext_lazy("Sales channel"),
    "region": gettext_lazy("Sales region"),
    "currency": gettext_lazy("Currency code"),
    "number": gettext_lazy("Document number"),
    "issued_on": gettext_lazy("Day of issue"),
    "due_on": gettext_lazy("To be paid by"),
    "open_minor": gettext_lazy("Still owed"),
    "subject": gettext_lazy("Subject"),
}


@dataclass(frozen=True)
class Road:
    """How files of one kind come in: their words, verbs, columns and pages."""

    kind: str
    title: Promise
    hint: Promise
    apply_word: Promise
    done_word: Promise
    upload_url: str
    batch_url: str
    columns_url: str
    vocabulary: Mapping[str, Sequence[str]]
    receive: Callable[..., SaleImport]
    check: Callable[..., SaleImport]
    apply: Callable[..., SaleImport]


SALES = Road(
    SaleImport.Kind.SALES,
    gettext_lazy("Sales from a file"),
    gettext_lazy(
        "Columns are found by their headings: customer code, day, item, quantity, unit price or amount, slip number."
    ),
    gettext_lazy("Record these sales"),
    gettext_lazy("%(new)s sales were recorded, %(known)s were known already."),
    "invoices:sale_upload",
    "invoices:sale_import",
    "invoices:sale_columns",
    importing.VOCABULARY,
    importing.receive_sales,
    importing.check_sales,
    importing.apply_sales,
)
OPENINGS = Road(
    SaleImport.Kind.OPENINGS,
    gettext_lazy("Opening receivables"),
    gettext_lazy(
        "What customers still owed in the old system, one invoice a row: customer code, invoice number, invoice date, "
        "due day, open amount. Each keeps its number and can be reconciled like any other."
    ),
    gettext_lazy("Bring these receivables over"),
    gettext_lazy("%(new)s receivables were brought over, %(known)s were here already."),
    "invoices:openings",
    "invoices:opening_import",
    "invoices:opening_columns",
    opening_file.VOCABULARY,
    opening_file.receive_openings,
    opening_file.check_openings,
    opening_file.apply_openings,
)


@visited(SALES_RECORD)
@require_http_methods(["GET", "POST"])
def sales_upload(request: HttpRequest) -> HttpResponse:
    """Drop a file of sales; the preview follows."""
    return _upload(request, SALES)


@visited(INVOICES_ISSUE)
@require_http_methods(["GET", "POST"])
def openings_upload(request: HttpRequest) -> HttpResponse:
    """Drop a file of open receivables; the preview follows."""
    return _upload(request, OPENINGS)


@visited(SALES_RECORD)
@require_http_methods(["GET", "POST"])
def sales_batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The preview with every refused row; applying it."""
    return _batch(request, SALES, pk)


@visited(INVOICES_ISSUE)
@require_http_methods(["GET", "POST"])
def openings_batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The preview with every refused row; bringing the others over."""
    return _batch(request, OPENINGS, pk)


@visited(SALES_RECORD)
@require_POST
def sales_columns(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _columns(request, SALES, pk)


@visited(INVOICES_ISSUE)
@require_POST
def openings_columns(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _columns(request, OPENINGS, pk)


def _upload(request: HttpRequest, road: Road) -> HttpResponse:
    trouble = ""
    if request.method == "POST":
        try:
            return _received(request, road)
        except Refusal as refusal:
            trouble = refusal.message
    recent = SaleImport.objects.filter(kind=road.kind).order_by("-created_at", "-id")[:20]
    rows = [(one, reverse(road.batch_url, args=[one.pk]), STATE_WORDS[one.state]) for one in recent]
    context = {"road": road, "trouble": trouble, "recent": rows}
    return render(request, "invoices/sale_upload.html", context, status=422 if trouble else 200)


def _received(request: HttpRequest, road: Road) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid(field="file", reason=_("Choose a file first."))
    if (file.size or 0) > settings.TOKUI_UPLOAD_LIMIT_BYTES:
        raise Invalid(field="file", reason=_("The file is too large."))
    by = actor_of(request)
    batch = road.receive(file.read(), name=file.name or "", by=by)
    with contextlib.suppress(Invalid):  # a column is missing: the next page asks for it
        road.check(batch, by=by)
    return redirect(road.batch_url, pk=batch.pk)


def _batch(request: HttpRequest, road: Road, pk: UUID) -> HttpResponse:
    batch = _found(road, pk)
    if request.method == "POST":
        applied = road.apply(batch, by=actor_of(request))
        message = str(road.done_word) % {"new": applied.new_count, "known": applied.known_count}
        return sent_on(request, reverse(road.batch_url, args=[pk]), message)
    return _shown(request, road, batch)


def _columns(request: HttpRequest, road: Road, pk: UUID) -> HttpResponse:
    """Read the file again with the columns that a person chose, and remember them."""
    batch = _found(road, pk)
    if batch.state in (SaleImport.State.APPLYING, SaleImport.State.APPLIED):
        raise Invalid(field="columns", reason=_("This file has been taken over already."))
    chosen = {name: request.POST[f"column.{name}"] for name in road.vocabulary if request.POST.get(f"column.{name}")}
    try:
        checked = road.check(batch, by=actor_of(request), mapping=chosen)
    except Invalid as refusal:
        return _shown(request, road, _found(road, pk), chosen=chosen, refusal=refusal)
    columns.remember(checked, chosen)
    return sent_on(request, reverse(road.batch_url, args=[pk]))


def _shown(
    request: HttpRequest,
    road: Road,
    batch: SaleImport,
    *,
    chosen: Mapping[str, str] | None = None,
    refusal: Invalid | None = None,
) -> HttpResponse:
    rows = SaleImportRow.objects.filter(batch=batch).order_by("row")[:MOST_ROWS_SHOWN]
    headings, mapping = _headings(road, batch)
    mapping = dict(chosen) if chosen is not None else mapping
    is_open = batch.state in (SaleImport.State.UPLOADED, SaleImport.State.READY) and bool(headings)
    wrong = {refusal.field: refusal.message} if refusal else {}
    context = {
        "road": road,
        "batch": batch,
        "rows": [(row, reason_words(row.reason)) for row in rows],
        "refusal": table_words(batch.refusal) if batch.refusal else "",
        "headings": headings,
        "fields": [(name, FIELD_WORDS[name], mapping.get(name, ""), wrong.get(name, "")) for name in road.vocabulary],
        "is_open": is_open,
        "upload_url": reverse(road.upload_url),
        "columns_url": reverse(road.columns_url, args=[batch.pk]),
    }
    return render(request, "invoices/sale_import.html", context, status=422 if refusal else 200)


def _headings(road: Road, batch: SaleImport) -> tuple[list[str], dict[str, str]]:
    """As read, or for a file whose check has not passed as they lie in it."""
    if batch.headings or batch.state != SaleImport.State.UPLOADED:
        return list(batch.headings), dict(batch.mapping)
    try:
        return columns.columns_of(batch, road.vocabulary)
    except TableRefused:
        return [], {}


def _found(road: Road, pk: UUID) -> SaleImport:
    found = SaleImport.objects.filter(pk=pk, kind=road.kind).first()
    if found is None:
        raise NotFound
    return found


STATE_WORDS = {
    "uploaded": gettext_lazy("Columns to choose"),
    "ready": gettext_lazy("To be looked at"),
    "applying": gettext_lazy("Being taken over"),
    "applied": gettext_lazy("Taken over"),
    "refused": gettext_lazy("Not readable"),
}
