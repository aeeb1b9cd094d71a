"""The menu: rooms register entries in their AppConfig.ready, so a room that does not exist leaves no trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.checks import CheckMessage, Error
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tokui.ui.visits import may

Text = str | Promise

#: Sections in the order of the page. "" stands above all of them; "account" opens from the visitor's name.
SECTIONS: dict[str, Text] = {
    "": "",
    "customers": _("Customers"),
    "money": _("Money"),
    "workings": _("Setup"),
    "account": _("Account"),
}


@dataclass(frozen=True)
class Count:
    """A number beside an entry. `hot` means that someone must act (filled 朱)."""

    number: int
    hot: bool = False
    capped: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}+" if self.capped else f"{self.number:,}"


@dataclass(frozen=True)
class Entry:
    """One line of the menu. `go` is the key after G; `phone` puts it on the tab bar (the first four in order).

    `also` names pages that stand under this line though their addresses do not.
    """

    section: str
    label: Text
    url_name: str
    icon: str
    order: int = 100
    permission: str = ""
    count: Callable[[HttpRequest], Count | None] | None = None
    go: str = ""
    phone: Text = ""
    post: bool = False
    also: Sequence[str] = ()


@dataclass(frozen=True)
class Line:
    """An entry as one visitor sees it."""

    entry: Entry
    url: str
    current: bool
    count: Count | None


@dataclass(frozen=True)
class Section:
    key: str
    label: Text
    lines: Sequence[Line]


_entries: dict[str, Entry] = {}
KEPT = "tokui_menu"


def register(entry: Entry) -> Entry:
    """Add an entry. Its section must be known, its URL must exist (a system check proves it), one per URL name."""
    if entry.section not in SECTIONS:
        raise ValueError(f"{entry.url_name}: no section '{entry.section}'")
    taken = {each.go: each.url_name for each in _entries.values() if each.go and each.url_name != entry.url_name}
    if entry.go in taken:
        raise ValueError(f"{entry.url_name}: the key G {entry.go} already goes to {taken[entry.go]}")
    _entries[entry.url_name] = entry
    return entry


def entries() -> list[Entry]:
    sections = list(SECTIONS)
    return sorted(_entries.values(), key=lambda each: (sections.index(each.section), each.order, each.url_name))


def menu(request: HttpRequest | None) -> list[Section]:
    """The sections with the lines that this visitor may open. Empty sections are left out.

    A page draws them twice, beside it and for the phone: they are counted once a request.
    """
    known: list[Section] | None = getattr(request, KEPT, None)
    if known is None:
        known = _sections(request)
        if request is not None:
            setattr(request, KEPT, known)
    return known


def _sections(request: HttpRequest | None) -> list[Section]:
    seen = [(each, url) for each in entries() if may(request, each.permission) and (url := url_of(each))]
    under = {**{reverse(name): url for each, url in seen for name in each.also}, **{url: url for _each, url in seen}}
    here = under.get(current(list(under), request.path if request else ""), "")
    lines = [Line(each, url, url == here, _count(each, request)) for each, url in seen]
    sections = [
        Section(key, label, [line for line in lines if line.entry.section == key]) for key, label in SECTIONS.items()
    ]
    return [section for section in sections if section.lines]


def url_of(entry: Entry) -> str:
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return ""


def check_entries(**_kwargs: Any) -> list[CheckMessage]:
    """A menu entry without a page is a dead entry: refuse to start."""
    return [
        Error(f"The menu entry '{entry.url_name}' has no URL.", id="tokui.ui.E001")
        for entry in entries()
        if not url_of(entry)
    ]


def current(urls: list[str], path: str) -> str:
    """The longest URL that the path stands under; the start page only for itself."""
    under = [url for url in urls if path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))]
    return max(under, key=len, default="")


def _count(entry: Entry, request: HttpRequest | None) -> Count | None:
    found = entry.count(request) if entry.count and request is not None else None
    return found if found and found.number else None
