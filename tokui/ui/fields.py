"""How a form field is drawn: which of the few kinds it is, and what its widget must carry."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.safestring import SafeString


def drawn(bound: BoundField, hint: str = "", wide: bool = False) -> dict[str, Any]:
    """The context of `ui/_field.html`. Error and hint ids are the ones that Django's aria-describedby points at."""
    kind = _kind(bound.field.widget)
    return {
        "bound": bound,
        "kind": kind,
        "widget": _widget(bound, kind),
        "options": list(bound) if kind == "choices" else [],
        "hint": hint or bound.help_text,
        "optional": not bound.field.required and kind not in ("check", "hidden"),
        "wide": wide,
    }


def _kind(widget: forms.Widget) -> str:
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "choices"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "text" if isinstance(widget, forms.Textarea) else "line"


def _widget(bound: BoundField, kind: str) -> SafeString | str:
    if kind == "choices":
        return ""
    classes = bound.field.widget.attrs.get("class", "")
    if kind == "line":
        classes = f"input {classes}".strip()
    return bound.as_widget(attrs={"class": classes} if classes else None)
