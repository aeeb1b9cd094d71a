from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from tokui.access.permissions import CATALOG_EDIT, INVOICES_VIEW, SETTINGS_MANAGE
from tokui.ui.navigation import Entry, register
from tokui.ui.palette import Command, command
from tokui.ui.panels import panel

register(Entry("workings", _("Products"), "catalog:index", "box", 20, permission=INVOICES_VIEW, go="g"))
command(Command(_("Add a product"), "catalog:new", "plus", CATALOG_EDIT, words="商品 追加 product"))


@panel("settings_tabs", order=30, permission=SETTINGS_MANAGE)
def tax_tab(request: HttpRequest | None, tab: Any) -> str | None:
    return render_to_string("catalog/_tax_tab.html", {"tab": tab}, request)
