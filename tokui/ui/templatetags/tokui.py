"""Tokui's components as template tags. The markup of each is in the design language; loaded as builtins everywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zlib import crc32

from django import template
from django.forms import BoundField
from django.http import QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from tokui.core import clock
from tokui.ui import amounts, days, fields, navigation, settings_pages
from tokui.ui.icons import PATHS
from tokui.ui.panels import render_panels
from tokui.ui.visits import may

register = template.Library()

#: The words of each collection state, for when the caller has no better one.
STATES = {
    "paid": gettext_lazy("Paid"),
    "open": gettext_lazy("Not yet paid"),
    "partial": gettext_lazy("Partly paid"),
    "overdue": gettext_lazy("Overdue"),
    "failed": gettext_lazy("Failed"),
    "ended": gettext_lazy("Ended"),
    "wait": gettext_lazy("In progress"),
}
_DRAWN_BY_CSS = {"JPY", "USD", "EUR", "GBP", "KRW", "KWD"}
_LEGAL_FORM = re.compile(
    r"^(株式会社|有限会社|合同会社|合資会社|合名会社|(一般|公益)(社団|財団)法人|(学校|医療|社会福祉|宗教)法人|特定非営利活動法人)\s*"
)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon. Without a label it is decoration; with one it is an image that says it."""
    if label:
        return format_html(
            '<svg class="icon" viewBox="0 0 16 16" role="img" aria-label="{}"><path d="{}"/></svg>', label, PATHS[name]
        )
    return format_html('<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>', PATHS[name])


@register.simple_tag
def mark(size: int | None = None) -> SafeString:
    """The product's mark: a desk-blue page with an ink stroke and a red one."""
    sized = format_html(' width="{0}" height="{0}"', size) if size else ""
    return format_html(
        '<svg class="mark" viewBox="0 0 24 24" aria-hidden="true"{}>'
        '<rect x="1.25" y="1.25" width="21.5" height="21.5" rx="4.5" fill="var(--ai-fill)"/>'
        '<path d="M10 5v14" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/>'
        '<path d="m10 10 5.5 3" stroke="oklch(.70 .19 36)" stroke-width="2.4" stroke-linecap="round"/></svg>',
        sized,
    )


@register.simple_tag
def money(amount: Any, currency: str = "JPY", size: str = "", bare: bool = False) -> SafeString:
    """An amount: `{% money invoice.total %}` for a Money, `{% money row.minor "USD" %}` for minor units.

    The sign (△ or −) and the currency mark are style; the `value` attribute is the plain decimal. Nothing for None.
    """
    if amount is None or amount == "":
        return mark_safe("")
    minor = amount if isinstance(amount, int) else amount.minor
    currency = str(currency if isinstance(amount, int) else amount.currency)
    classes = ["money", size, "bare" if bare else "", "minus" if minor < 0 else "", "" if minor else "zero"]
    known = currency in _DRAWN_BY_CSS
    code = "" if currency == "JPY" else format_html(' data-c="{}"', currency if known else "other")
    figure = amounts.grouped(minor, currency)
    return format_html(
        '<data class="{}"{} value="{}">{}</data>',
        " ".join(each for each in classes if each),
        code,
        amounts.plain(minor, currency),
        figure if known or bare else f"{currency} {figure}",
    )


@register.simple_tag
def status(
    state: str, label: Any = "", share: float | None = None, pill: bool = False, quiet: bool = False
) -> SafeString:
    """A collection state: shape, word and colour. `share` (0 to 1) fills the disc; `quiet` hides the word."""
    if state not in STATES:
        raise template.TemplateSyntaxError(f"no collection state is called '{state}'")
    style = format_html(' style="--p:{}"', f"{min(max(float(share), 0), 1):.3g}") if share is not None else ""
    word = format_html('<span class="sr">{}</span>' if quiet else "{}", label or STATES[state])
    return format_html(
        '<span class="status{}" data-s="{}"{}><i></i>{}</span>', " pill" if pill else "", state, style, word
    )


@register.simple_tag
def tag(label: Any, tone: str = "", biz: int | str = "") -> SafeString:
    """A small label. `tone`: ai, shu, matsu, yama, fuji. `biz`: the number of a business, which gives it its dot."""
    dot = format_html(' data-biz="{}"', biz) if biz != "" else ""
    return format_html('<span class="tag{}"{}>{}</span>', f" {tone}" if tone else "", dot, label)


@register.simple_tag
def avatar(name: str, kind: str = "", size: str = "") -> SafeString:
    """The first letter of a name (behind its legal form) on a hue that stays the same. `kind="org"` is square."""
    spoken = _LEGAL_FORM.sub("", str(name)).strip() or str(name).strip()
    hue = crc32(str(name).encode()) % 360
    classes = " ".join(each for each in ("avatar", kind, size) if each)
    return format_html(
        '<span class="{}" style="--hue:{}" aria-hidden="true">{}</span>', classes, hue, spoken[:1].upper() or "?"
    )


@register.simple_tag
def day(value: date | datetime | None, form: str = "long") -> SafeString:
    """A day: long 11月27日(金), full 2026年11月27日(金), short 11/27 for tables, month 2026年11月."""
    if not value:
        return mark_safe("")
    on = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), days.written(on, form, _language()))


@register.simple_tag
def ago(instant: datetime | None) -> SafeString:
    """How long ago an instant was, from the product's clock; after a week, the day. The tooltip has the whole truth."""
    if instant is None:
        return mark_safe("")
    local = timezone.localtime(instant)
    unit, number = days.span(clock.now() - instant)
    told = (
        _told(unit, number)
        if clock.now() - instant < timedelta(days=7)
        else days.written(local.date(), "short", _language())
    )
    exact = f"{days.written(local.date(), 'full', _language())} {local:%H:%M}"
    return format_html('<time datetime="{}" title="{}">{}</time>', instant.isoformat(), exact, told)


@register.simple_tag
def sure(share: float, tone: str = "") -> SafeString:
    """How sure a calibrated suggestion is, from 0 to 1. Only for confidences measured on confirmed history."""
    return format_html(
        '<span class="sure" style="--v:{}{}"><i></i><span><span class="sr">{} </span><b>{}</b>%</span></span>',
        f"{share:.3g}",
        f";--tone:var(--{tone})" if tone else "",
        _("Confidence"),
        round(share * 100),
    )


@register.simple_tag
def stamp(top: str, middle: str, bottom: str) -> SafeString:
    """The date stamp. Once, on a settled document; nowhere else."""
    return format_html(
        '<svg class="stamp" viewBox="0 0 64 64" role="img" aria-label="{0} {1} {2}"><circle cx="32" cy="32" r="30"/>'
        '<path d="M3.7 23.5h56.6M3.7 40.5h56.6"/><text x="32" y="18.5">{0}</text><text x="32" y="36">{1}</text>'
        '<text x="32" y="53">{2}</text></svg>',
        top,
        middle,
        bottom,
    )


@register.simple_tag(takes_context=True)
def field(context: Context, bound: BoundField, hint: str = "", wide: bool = False) -> SafeString:
    """A form field with its label, hint and errors, drawn by the kind of its widget."""
    request = context.get("request")
    return mark_safe(render_to_string("ui/_field.html", fields.drawn(bound, hint, wide), request))  # noqa: S308


@register.simple_tag(takes_context=True)
def panels(context: Context, place: str, subject: Any = None) -> SafeString:
    """Everything that higher rooms show at this place."""
    return render_panels(context.get("request"), place, subject)


@register.inclusion_tag("ui/_nav.html", takes_context=True)
def nav(context: Context) -> dict[str, Any]:
    """The navigation beside the page."""
    return _menu(context)


@register.inclusion_tag("ui/_tabbar.html", takes_context=True)
def tabbar(context: Context) -> dict[str, Any]:
    """The phone's tab bar and the sheet behind its menu tab."""
    found = _menu(context)
    tabs = [line for section in found["sections"] for line in section.lines if line.entry.phone]
    return {**found, "tabs": tabs[:4], "elsewhere": not any(line.current for line in tabs[:4])}


@register.inclusion_tag("ui/_settings_menu.html", takes_context=True)
def settings_menu(context: Context) -> dict[str, Any]:
    """The list of settings beside a page of them."""
    return {"groups": settings_pages.groups(context.get("request"))}


@register.simple_tag(takes_context=True)
def page_attributes(context: Context) -> SafeString:
    """Attributes of `<html>`: language, and what the visitor chose (theme, density, single keys)."""
    request = context.get("request")
    cookies: Mapping[str, str] = request.COOKIES if request is not None else {}
    choices = {"theme": ("light", "dark"), "density": ("compact", "relaxed"), "keys": ("off",)}
    chosen = [
        format_html(' data-{}="{}"', name, cookies[f"tokui_{name}"])
        for name, allowed in choices.items()
        if cookies.get(f"tokui_{name}") in allowed
    ]
    return format_html('lang="{}"{}', _language(), mark_safe("".join(chosen)))  # noqa: S308


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The page's query string with some values changed, for links that sort and filter. None or "" removes a name.

    Paging starts again: the cursor is dropped unless it is given.
    """
    request = context.get("request")
    wanted = request.GET.copy() if request is not None else QueryDict(mutable=True)
    wanted.pop("after", None)
    for name, value in changes.items():
        wanted.pop(name, None)
        if value is not None and value != "":
            wanted[name] = str(value)
    return "?" + wanted.urlencode()


@register.simple_tag(takes_context=True)
def allowed(context: Context, permission: str) -> bool:
    """Whether the visitor holds a permission: `{% allowed "invoices.void" as can_void %}`."""
    return may(context.get("request"), permission)


@register.filter
def undo_url(extra_tags: str | None) -> str:
    """The address that undoes what a message tells, from the message's tags."""
    found = re.search(r"(?:^|\s)undo:(/\S*)", extra_tags or "")
    return found.group(1) if found else ""


def _menu(context: Context) -> dict[str, Any]:
    request = context.get("request")
    sections = navigation.menu(request)
    return {
        "request": request,
        "visit": getattr(request, "visit", None),
        "sections": [section for section in sections if section.key != "account"],
        "account": next((section for section in sections if section.key == "account"), None),
        "csrf_token": context.get("csrf_token"),
    }


def _language() -> str:
    return (get_language() or "ja").split("-")[0]


def _told(unit: str, number: int) -> str:
    if unit == "minutes":
        return ngettext("%(number)d minute ago", "%(number)d minutes ago", number) % {"number": number}
    if unit == "hours":
        return ngettext("%(number)d hour ago", "%(number)d hours ago", number) % {"number": number}
    if unit == "days":
        return ngettext("%(number)d day ago", "%(number)d days ago", number) % {"number": number}
    return _("just now")
