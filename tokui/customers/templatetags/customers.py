"""Small things that only the pages of customers need."""

from __future__ import annotations

from django import template
from django.template import Context

from tokui.core.values import format_phone, format_postal_code

register = template.Library()


@register.filter
def customers_phone(number: str) -> str:
    """A number as people write it."""
    return format_phone(number) if number else ""


@register.filter
def customers_postal(digits: str) -> str:
    """100-0001 from 1000001."""
    return format_postal_code(digits)


@register.simple_tag(takes_context=True)
def customers_without(context: Context, key: str, value: str) -> str:
    """The list's address without one value of a condition (its name may hold dots, so `query` cannot take it)."""
    wanted = context["request"].GET.copy()
    wanted.setlist(key, [one for one in wanted.getlist(key) if one != value])
    wanted.pop("after", None)
    return f"?{wanted.urlencode()}"
