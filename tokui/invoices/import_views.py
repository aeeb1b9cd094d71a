"""Pages of files: sales and opening receivables come in, are looked at, their columns corrected, and taken over."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.permissions import INVOICES_ISSUE, SALES_RECORD
from tokui.invoices import importing
from tokui.invoices.words import FIELD_WORDS, reason_words
from tokui.ui import imports

SALES = imports.ImportPages(
    road=importing.SALES,
    place="invoices:sale_import",
    title=_("Sales from a file"),
    hint=_(
        "Columns are found by their headings: customer code, day, item, quantity, unit price or amount, slip number. "
        "The same sale in another file is known again, by its slip number or by what it says."
    ),
    apply_word=_("Record these sales"),
    counts=(
        ("row_count", _("Rows")),
        ("new_count", _("New")),
        ("known_count", _("Already recorded")),
        ("refused_count", _("Refused")),
        ("late_count", _("After closing")),
        ("reverted_count", _("Taken back")),
        ("kept_count", _("Kept")),
    ),
    field_words=FIELD_WORDS,
    reason_words=reason_words,
    receive=importing.receive_sales,
    check=importing.check_sales,
    choose=importing.choose_sale_columns,
    apply=importing.apply_sales,
    undo=importing.undo_sales,
    result_url=lambda batch: f"{reverse('invoices:sales')}?import={batch.public_id}",
    result_word=_("Show these sales"),
)
OPENINGS = imports.ImportPages(
    road=importing.OPENINGS,
    place="invoices:opening_import",
    title=_("Opening receivables"),
    hint=_(
        "What customers still owed in the old system, one invoice a row: customer code, invoice number, invoice date, "
        "due day, open amount. Each keeps its number and can be reconciled like any other."
    ),
    apply_word=_("Bring these receivables over"),
    counts=(
        ("row_count", _("Rows")),
        ("new_count", _("New")),
        ("known_count", _("Already recorded")),
        ("refused_count", _("Refused")),
        ("total_minor", _("Still owed")),
    ),
    field_words=FIELD_WORDS,
    reason_words=reason_words,
    receive=importing.receive_openings,
    check=importing.check_openings,
    choose=importing.choose_opening_columns,
    apply=importing.apply_openings,
)


@visited(SALES_RECORD)
@require_http_methods(["GET", "POST"])
def sale_imports(request: HttpRequest) -> HttpResponse:
    return imports.list_page(request, SALES)


@visited(SALES_RECORD)
@require_GET
def sale_import(request: HttpRequest, key: str) -> HttpResponse:
    return imports.import_page(request, SALES, key)


@visited(SALES_RECORD)
@require_POST
def sale_columns(request: HttpRequest, key: str) -> HttpResponse:
    return imports.columns(request, SALES, key)


@visited(SALES_RECORD)
@require_POST
def sale_application(request: HttpRequest, key: str) -> HttpResponse:
    return imports.application(request, SALES, key)


@visited(SALES_RECORD)
@require_POST
def sale_undo(request: HttpRequest, key: str) -> HttpResponse:
    return imports.undo(request, SALES, key)


@visited(INVOICES_ISSUE)
@require_http_methods(["GET", "POST"])
def opening_imports(request: HttpRequest) -> HttpResponse:
    return imports.list_page(request, OPENINGS)


@visited(INVOICES_ISSUE)
@require_GET
def opening_import(request: HttpRequest, key: str) -> HttpResponse:
    return imports.import_page(request, OPENINGS, key)


@visited(INVOICES_ISSUE)
@require_POST
def opening_columns(request: HttpRequest, key: str) -> HttpResponse:
    return imports.columns(request, OPENINGS, key)


@visited(INVOICES_ISSUE)
@require_POST
def opening_application(request: HttpRequest, key: str) -> HttpResponse:
    return imports.application(request, OPENINGS, key)
