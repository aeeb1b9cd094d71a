"""Places on a lower room's page that higher rooms fill.

A room declares `{% panels "customer" customer %}` on its page. A higher room registers, in its `panels.py`
(imported by its AppConfig.ready), a callable that returns markup for the place or nothing:

    @panel("customer", order=30, permission="invoices.view")
    def open_invoices(request, customer): return render_to_string("invoices/_customer_panel.html", {...}, request)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from tokui.ui.registrations import name_of
from tokui.ui.visits import may

Fill = Callable[[HttpRequest | None, Any], str | None]


@dataclass(frozen=True)
class Panel:
    place: str
    order: int
    permission: str
    fill: Fill

    @property
    def name(self) -> str:
        return name_of(self.fill)


_panels: dict[str, dict[str, Panel]] = {}


def panel(place: str, *, order: int = 100, permission: str = "") -> Callable[[Fill], Fill]:
    """Register a callable for a place. Registering the same callable again replaces it, so reloading is harmless."""

    def register(fill: Fill) -> Fill:
        entry = Panel(place, order, permission, fill)
        _panels.setdefault(place, {})[entry.name] = entry
        return fill

    return register


def panels_of(place: str) -> list[Panel]:
    return sorted(_panels.get(place, {}).values(), key=lambda entry: (entry.order, entry.name))


def render_panels(request: HttpRequest | None, place: str, subject: Any) -> SafeString:
    """The markup of every panel that this visitor may see, in order. Plain strings are escaped."""
    fragments = (entry.fill(request, subject) for entry in panels_of(place) if may(request, entry.permission))
    return mark_safe("".join(conditional_escape(each) for each in fragments if each))  # noqa: S308
