"""What the room puts into the menu, the palette and the start page."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tokui.access.permissions import CUSTOMERS_EDIT, CUSTOMERS_IMPORT, CUSTOMERS_VIEW, SETTINGS_MANAGE
from tokui.customers.models import Customer, Import
from tokui.customers.queries import search
from tokui.customers.registry import Mark, marks_of
from tokui.customers.views.rows import actor as actor_of
from tokui.ui.navigation import Entry, register
from tokui.ui.palette import Command, Hit, command, provider
from tokui.ui.settings_pages import SettingsPage, settings_page
from tokui.ui.today import Card, card

register(Entry("", _("Customers"), "customers:list", "users", 10, CUSTOMERS_VIEW, go="c", phone=_("Customers")))
register(Entry("workings", _("Imports"), "customers:imports", "upload", 10, CUSTOMERS_IMPORT))
settings_page(
    SettingsPage(
        *("company", _("Own fields of customers"), "customers:fields", 45, SETTINGS_MANAGE),
        words="独自項目 列 カスタム custom column",
    )
)
command(Command(_("Enter a customer"), "customers:new", "plus", CUSTOMERS_EDIT, words="新規 顧客 追加 new add"))
command(
    Command(_("Import customers"), "customers:imports", "upload", CUSTOMERS_IMPORT, words="取り込み エクセル excel csv")
)


@provider(_("Customers"), order=10, permission=CUSTOMERS_VIEW)
def find_customers(request: HttpRequest, typed: str) -> Iterable[Hit]:
    """The first customers that match, by reading."""
    by = actor_of(request)
    ids = search(typed, by=by, most=200).ids
    rows = list(Customer.objects.filter(pk__in=ids).order_by("-is_active", "sort_kana")[:6])
    marks = marks_of([row.pk for row in rows], by=by)
    return [_hit(row, marks.get(row.pk)) for row in rows]


def _hit(row: Customer, mark: Mark | None) -> Hit:
    return Hit(
        row.name,
        reverse("customers:customer", args=[row.public_id]),
        "user" if row.is_person else "users",
        f"{row.kana} {row.code}".strip(),
        state=mark.state if mark else "",
        minor=mark.minor if mark else None,
        currency=mark.currency if mark else "JPY",
    )


@card(order=40, permission=CUSTOMERS_IMPORT)
def waiting_imports(request: HttpRequest) -> Card | None:
    """Files that were checked and wait for somebody to take them over."""
    waiting = Import.objects.filter(state=Import.State.READY)[:21]
    number = len(waiting)
    if not number:
        return None
    return Card(_("Checked imports"), reverse("customers:imports"), "upload", _("Wait to be taken over."), count=number)
