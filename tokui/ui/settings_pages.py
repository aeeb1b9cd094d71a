"""The settings: every room registers its pages, and one list beside them leads to all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tokui.ui import navigation, palette
from tokui.ui.navigation import Text
from tokui.ui.visits import may

#: Groups in the order of the list.
GROUPS: dict[str, Text] = {
    "self": _("Yourself"),
    "company": _("Company"),
    "invoicing": _("Invoicing"),
    "receipts": _("Money coming in"),
    "connections": _("Connections"),
}


@dataclass(frozen=True)
class SettingsPage:
    """A page of the settings. `words` are further words by which the palette finds it, in any language."""

    group: str
    label: Text
    url_name: str
    order: int = 100
    permission: str = ""
    words: str = ""


@dataclass(frozen=True)
class Group:
    label: Text
    lines: Sequence[tuple[Text, str, bool]]


_pages: dict[str, SettingsPage] = {}


def settings_page(page: SettingsPage) -> SettingsPage:
    """Add a page to the list of settings and to the palette."""
    if page.group not in GROUPS:
        raise ValueError(f"{page.url_name}: no group of settings is called '{page.group}'")
    _pages[page.url_name] = page
    palette.command(palette.Command(page.label, page.url_name, "gear", page.permission, f"設定 settings {page.words}"))
    return page


def groups(request: HttpRequest | None) -> list[Group]:
    """The groups with the pages that this visitor may open: label, address, and whether it is this page."""
    seen = [page for page in sorted(_pages.values(), key=lambda each: each.order) if may(request, page.permission)]
    urls = {page.url_name: reverse(page.url_name) for page in seen}
    here = navigation.current(list(urls.values()), request.path if request else "")
    found = [
        Group(
            label,
            [(page.label, urls[page.url_name], urls[page.url_name] == here) for page in seen if page.group == key],
        )
        for key, label in GROUPS.items()
    ]
    return [group for group in found if group.lines]
