"""Choosing another customer on a form: search as in the palette, the hits are choices to tick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tokui.core.actors import SYSTEM, Actor
from tokui.customers.models import Customer
from tokui.customers.queries import search

MOST = 8
#: Fields that hold another customer's code, and the words for holding none ("" where one must be chosen).
PICKERS = {"bill_to": _("They pay themselves"), "other": ""}


class CustomerPicker(forms.Widget):
    """A search over customers with its hits as radio buttons; the value is the customer's code."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        given = {"id": (attrs or {}).get("id", f"id_{name}"), "attrs": {**self.attrs, **(attrs or {})}}
        return render_to_string("customers/_picker.html", given | choices_for(name, str(value or ""), "", by=SYSTEM))

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        return picked(data, name)


def picked(data: Mapping[str, Any], name: str) -> str:
    """The code that was chosen, else what was typed when it is a code itself (without scripts nothing is found)."""
    typed = str(data.get(f"{name}.q", "")).strip()
    chosen = str(data.get(name, "")).strip()
    return chosen or (typed if typed and Customer.objects.filter(code=typed).exists() else "")


def choices_for(name: str, chosen: str, typed: str, *, by: Actor) -> dict[str, Any]:
    """What a picker shows: the customer chosen by code, and those that fit what was typed."""
    hits = search(typed, by=by, most=200).ids if typed.strip() else ()
    rows = Customer.objects.filter(pk__in=hits).exclude(code=chosen).order_by("-is_active", "sort_kana")[:MOST]
    current = list(Customer.objects.filter(~Q(code=""), code=chosen))
    return {"name": name, "none": PICKERS[name], "chosen": chosen, "rows": [*current, *rows], "typed": typed.strip()}
