"""Words of payments for templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tokui.core import clock
from tokui.invoices.models import Invoice
from tokui.payments import words
from tokui.payments.models import Suggestion
from tokui.ui.templatetags.tokui import status

register = template.Library()


@register.filter
def reason_sentence(reason: Mapping[str, Any]) -> str:
    return words.sentence(reason)


@register.filter
def allocation_kind(kind: str) -> Any:
    return words.KINDS.get(kind, kind)


@register.filter
def difference_word(key: str) -> Any:
    return _("Leave it open") if key == "open" else words.KINDS.get(key, key)


@register.filter
def payer(text: str) -> str:
    return words.payer_name(text or "")


@register.filter
def commas(number: int) -> str:
    return f"{number:,}"


@register.simple_tag
def strength(suggestion: Suggestion) -> SafeString:
    """How strong a candidate is: its grade in a word and its points, which order candidates and are no percentage."""
    colour = f"var(--{words.strength_tone(suggestion.grade, suggestion.score)})"
    return format_html(
        '<span class="sure" style="--v:{};--tone:{}" title="{}"><i></i><b style="color:{}">{}</b> {}</span>',
        *(f"{suggestion.score / 100:.2f}", colour, _("Points of all reasons, not a probability"), colour),
        *(words.GRADES.get(suggestion.grade, suggestion.grade), suggestion.score),
    )


@register.filter
def points(weight: int) -> str:
    """What a reason adds: +38, −15, ±0."""
    return f"+{weight}" if weight > 0 else f"−{-weight}" if weight else "±0"


@register.filter
def standing_word(state: str) -> Any:
    return words.STATES.get(state, state)


@register.simple_tag
def standing(state: str, days: int = 0) -> SafeString:
    """A standing as the disc of the design language, with its word and the days overdue."""
    word: Any = words.STATES.get(state, state)
    if state == "overdue" and days:
        word = ngettext("%(n)d day overdue", "%(n)d days overdue", days) % {"n": days}
    return status(words.DISCS.get(state, "open"), word)


@register.filter
def invoice_state(invoice: Invoice) -> SafeString:
    late = (clock.today() - invoice.due_on).days
    if late > 0:
        return standing("overdue", late)
    return standing("partly_paid" if invoice.settled_minor else "not_due")


@register.filter
def invoice_url(invoice: Invoice) -> str:
    """The invoice's page, where the room that owns it has one."""
    try:
        return reverse("invoices:invoice", args=[invoice.public_id])
    except NoReverseMatch:
        return "#"


@register.filter
def movement_word(kind: str) -> Any:
    named = {"invoice": _("Invoice"), "credit_note": _("Credit note"), "opening": _("Brought from the old system")}
    return named.get(kind) or words.KINDS.get(kind, kind)
