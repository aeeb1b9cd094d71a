"""Pages of product lists: a file comes in, is looked at, its columns corrected, and taken over; the catalog goes out."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tokui.access.doors import visited
from tokui.access.permissions import CATALOG_EDIT, INVOICES_VIEW
from tokui.catalog import importing
from tokui.catalog.exporting import products_file
from tokui.catalog.words import FIELD_WORDS, reason_words
from tokui.ui import imports

PRODUCTS = imports.ImportPages(
    road=importing.PRODUCTS,
    place="catalog:import",
    title=_("Products from a file"),
    hint=_(
        "Columns are found by their headings: product code, name, unit, kind of tax, price and the day from which it "
        "holds. A code that is known is changed where the file says something else; an empty cell leaves it."
    ),
    apply_word=_("Take these products over"),
    counts=(
        ("row_count", _("Rows")),
        ("new_count", _("New")),
        ("changed_count", _("Changed")),
        ("known_count", _("Unchanged")),
        ("refused_count", _("Refused")),
    ),
    field_words=FIELD_WORDS,
    reason_words=reason_words,
    receive=importing.receive_products,
    check=importing.check_products,
    choose=importing.choose_product_columns,
    apply=importing.apply_products,
    result_url=lambda batch: reverse("catalog:list"),
    result_word=_("Show the products"),
)


@visited(CATALOG_EDIT)
@require_http_methods(["GET", "POST"])
def product_imports(request: HttpRequest) -> HttpResponse:
    return imports.list_page(request, PRODUCTS)


@visited(CATALOG_EDIT)
@require_GET
def product_import(request: HttpRequest, key: str) -> HttpResponse:
    return imports.import_page(request, PRODUCTS, key)


@visited(CATALOG_EDIT)
@require_POST
def columns(request: HttpRequest, key: str) -> HttpResponse:
    return imports.columns(request, PRODUCTS, key)


@visited(CATALOG_EDIT)
@require_POST
def application(request: HttpRequest, key: str) -> HttpResponse:
    return imports.application(request, PRODUCTS, key)


@visited(INVOICES_VIEW)
@require_GET
def export(request: HttpRequest) -> FileResponse:
    """All products as a file that an import reads back."""
    return products_file(request.GET.get("format", "xlsx"), by=request.visit.actor)  # type: ignore[attr-defined]
