"""What the catalog puts into the menu and the palette."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tokui.access.permissions import CATALOG_EDIT, INVOICES_VIEW
from tokui.catalog.queries import search_products
from tokui.ui.navigation import Entry, register
from tokui.ui.palette import Command, Hit, command, provider
from tokui.ui.settings_pages import SettingsPage, settings_page

register(Entry("money", _("Products"), "catalog:list", "box", 60, INVOICES_VIEW))
command(Command(_("Add a product"), "catalog:new", "plus", CATALOG_EDIT, words="商品 追加 新規 new add"))
command(Command(_("Products from a file"), "catalog:imports", "upload", CATALOG_EDIT, words="商品 取り込み import"))
settings_page(
    SettingsPage(
        *("invoicing", _("Tax rates"), "catalog:tax_rates", 62, INVOICES_VIEW),
        words="消費税 税率 軽減 改正 rate vat",
    )
)


@provider(_("Products"), order=40, permission=INVOICES_VIEW)
def find_products(request: HttpRequest, typed: str) -> Iterable[Hit]:
    """Products by code or name."""
    for row in search_products(typed).order_by("code")[:6]:
        yield Hit(row.name, reverse("catalog:product", args=[row.public_id]), "box", row.code)
