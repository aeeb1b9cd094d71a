"""The command palette (Ctrl K): rooms register commands and providers of search hits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from tokui.core.money import parse_money
from tokui.core.refused import ValueRefused
from tokui.ui import navigation
from tokui.ui.navigation import Text
from tokui.ui.registrations import name_of
from tokui.ui.visits import may

HITS_PER_GROUP = 6
#: Fewer than three digits are rather the beginning of a number or a code.
SMALLEST_AMOUNT = 100


@dataclass(frozen=True)
class Hit:
    """One result. `state` and `share` draw the collection disc; `minor` and `currency` an amount; `keys` a shortcut."""

    title: Text
    url: str
    icon: str = "search"
    note: Text = ""
    state: str = ""
    share: float | None = None
    minor: int | None = None
    currency: str = "JPY"
    keys: Sequence[str] = ()


@dataclass(frozen=True)
class Command:
    """Something to do or open from everywhere. `words` are further words by which it is found, in any language."""

    label: Text
    url_name: str
    icon: str = "bolt"
    permission: str = ""
    words: str = ""
    keys: Sequence[str] = ()


@dataclass(frozen=True)
class Group:
    label: Text
    hits: Sequence[Hit]


Search = Callable[[HttpRequest, str], Iterable[Hit]]


@dataclass(frozen=True)
class Provider:
    label: Text
    search: Search
    order: int
    permission: str


_providers: dict[str, Provider] = {}
_commands: dict[str, Command] = {}


def provider(label: Text, *, order: int = 100, permission: str = "") -> Callable[[Search], Search]:
    """Register a search. It gets what was typed (trimmed, never empty) and returns the best hits first."""

    def register(search: Search) -> Search:
        _providers[name_of(search)] = Provider(label, search, order, permission)
        return search

    return register


def typed_minor(typed: str, currency: str = "JPY") -> int | None:
    """The amount that was typed (`13200`, `¥13,200`, `１３，２００`) in minor units; None for what is none, or too little to mean one."""
    try:
        amount = parse_money(typed, currency)
    except ValueRefused:
        return None
    return amount.minor if amount.minor >= SMALLEST_AMOUNT else None


def command(entry: Command) -> Command:
    _commands[entry.url_name] = entry
    return entry


def find(request: HttpRequest, typed: str) -> list[Group]:
    """Groups for what was typed; with nothing typed, the commands and the places to go."""
    typed = typed.strip()[:200]
    groups = [Group(each.label, _hits(each, request, typed)) for each in _ordered(request)] if typed else []
    groups.append(Group(_("Actions"), list(_matching(_command_hits(request), typed))))
    groups.append(Group(_("Go to"), list(_matching(_places(request), typed))))
    return [group for group in groups if group.hits]


def _ordered(request: HttpRequest) -> list[Provider]:
    allowed = [each for each in _providers.values() if may(request, each.permission)]
    return sorted(allowed, key=lambda each: each.order)


def _hits(entry: Provider, request: HttpRequest, typed: str) -> list[Hit]:
    return list(islice(entry.search(request, typed), HITS_PER_GROUP))


def _command_hits(request: HttpRequest) -> Iterable[tuple[Hit, str]]:
    for entry in _commands.values():
        if not may(request, entry.permission):
            continue
        try:
            url = reverse(entry.url_name)
        except NoReverseMatch:
            continue
        yield Hit(entry.label, url, entry.icon, keys=entry.keys), entry.words


def _places(request: HttpRequest) -> Iterable[tuple[Hit, str]]:
    for section in navigation.menu(request):
        for line in section.lines:
            if line.entry.post:
                continue
            keys = ("G", line.entry.go.upper()) if line.entry.go else ()
            yield Hit(line.entry.label, line.url, line.entry.icon, keys=keys), line.entry.url_name


def _matching(hits: Iterable[tuple[Hit, str]], typed: str) -> Iterable[Hit]:
    wanted = typed.casefold().split()
    for hit, words in hits:
        text = f"{hit.title} {words}".casefold()
        if all(word in text for word in wanted):
            yield hit
