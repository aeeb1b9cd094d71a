"""The catalog as a file that an import reads back: one row a product, with the price that holds or is the next to."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from typing import Any, BinaryIO

from django.db import transaction
from django.http import FileResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import INVOICES_VIEW
from tokui.catalog.events import ProductsExported
from tokui.catalog.models import Price, Product
from tokui.catalog.reading import VOCABULARY
from tokui.core import clock
from tokui.core.actors import SYSTEM, Actor
from tokui.core.errors import Invalid
from tokui.core.events import emit
from tokui.core.models import Organization
from tokui.core.money import exponent_of
from tokui.core.tables import MEDIA_TYPES, Cell, NewSheet, write_csv, write_xlsx
from tokui.core.tenancy import require_organization

PLAIN = ("code", "name", "name_en", "unit", "tax_kind", "business", "revenue_account", "channel", "region", "is_active")
KIND_WORDS = {
    "standard": "標準",
    "reduced": "軽減",
    "exempt": "非課税",
    "out_of_scope": "不課税",
    "export": "輸出免税",
}


@transaction.atomic
def export_products(target: BinaryIO, *, by: Actor = SYSTEM, file_format: str = "xlsx") -> int:
    """Write all products, archived ones too; returns how many."""
    access.require(by, INVOICES_VIEW)
    if file_format not in MEDIA_TYPES:
        raise Invalid(field="format", reason=_("Choose XLSX or CSV."))
    japanese = (get_language() or "ja").startswith("ja")
    heading = [_heading(names, japanese=japanese) for names in VOCABULARY.values()]
    rows = list(_rows(japanese=japanese))
    if file_format == "csv":
        write_csv(target, chain([heading], rows))
    else:
        write_xlsx(target, [NewSheet(_("Products"), rows, heading)])
    organization = Organization.objects.get(pk=require_organization())
    emit(ProductsExported(len(rows), file_format), about=organization, by=by)
    return len(rows)


def products_file(file_format: str, *, by: Actor) -> FileResponse:
    """The catalog as a file to keep, named by the day."""
    target = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    export_products(target, by=by, file_format=file_format)
    target.seek(0)
    name = f"products-{clock.today():%Y%m%d}.{file_format}"
    return FileResponse(target, as_attachment=True, filename=name, content_type=MEDIA_TYPES[file_format])


def _rows(*, japanese: bool) -> Iterator[list[Cell | None]]:
    businesses = dict(Business.objects.values_list("pk", "code"))
    prices = _shown_prices()
    for product in Product.objects.order_by("code"):
        told: dict[str, Any] = {name: getattr(product, name) for name in PLAIN if name != "business"}
        told["business"] = businesses.get(product.business_id, "") if product.business_id else ""
        if japanese:
            told["tax_kind"] = KIND_WORDS[product.tax_kind]
        price = prices.get(product.pk)
        if price:
            told |= {"price": _amount(price), "currency": price.currency}
            told |= {"tax_included": price.tax_included, "from_on": price.from_on}
        yield [told.get(name) for name in VOCABULARY]


def _shown_prices() -> dict[Any, Price]:
    """For each product the price that holds today, else the next to begin, else the last; yen before other currencies."""
    today = clock.today()
    shown: dict[Any, tuple[tuple[bool, bool, bool], Price]] = {}
    for price in Price.objects.order_by("from_on"):
        holds = price.from_on <= today and (price.to_on is None or today <= price.to_on)
        rank = (price.currency == "JPY", holds, price.from_on > today)
        if price.product_id not in shown or rank > shown[price.product_id][0]:
            shown[price.product_id] = (rank, price)
    return {key: price for key, (_rank, price) in shown.items()}


def _amount(price: Price) -> int | Decimal:
    exponent = exponent_of(price.currency)
    return Decimal(price.unit_minor).scaleb(-exponent) if exponent else price.unit_minor


def _heading(names: tuple[str, ...], *, japanese: bool) -> str:
    """The first known heading in the reader's language: the file is understood when it comes back."""
    return next(name for name in names if name.isascii() != japanese)
