"""Cards of the start page 今日: each room says what waits, and only when something waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from tokui.ui.navigation import Text
from tokui.ui.registrations import name_of
from tokui.ui.visits import may


@dataclass(frozen=True)
class Card:
    """What waits: a title, a count or an amount in minor units, one sentence, and where to act.

    `tone` is "plain", "yama" (soon) or "shu" (someone must act). `rows` holds at most a few (label, note, url).
    """

    title: Text
    url: str
    icon: str
    sentence: Text = ""
    count: int | None = None
    minor: int | None = None
    currency: str = "JPY"
    tone: str = "plain"
    action: Text = ""
    rows: Sequence[tuple[str, str, str]] = ()


Ask = Callable[[HttpRequest], Card | None]


@dataclass(frozen=True)
class Source:
    ask: Ask
    order: int
    permission: str


_sources: dict[str, Source] = {}


def card(*, order: int = 100, permission: str = "") -> Callable[[Ask], Ask]:
    """Register a card. Returning None means that nothing waits, and leaves no empty box."""

    def register(ask: Ask) -> Ask:
        _sources[name_of(ask)] = Source(ask, order, permission)
        return ask

    return register


def cards(request: HttpRequest) -> list[Card]:
    allowed = [each for each in _sources.values() if may(request, each.permission)]
    found = (each.ask(request) for each in sorted(allowed, key=lambda each: each.order))
    return [each for each in found if each is not None]
